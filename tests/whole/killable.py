"""A bureau's morning as a program that can be killed at any statement and started again.

`python killable.py set-up|play` with HUIYING_HOME; KILL_AT=n sends SIGKILL to itself before the n-th SQL statement;
COUNT=1 prints how many statements there were. Time is that of the step, so two runs can be compared row by row.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huiying.settings")

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from cast import bureau  # noqa: E402
from huiying.engine.post import parse_post  # noqa: E402
from huiying.handling import actions as handling, clocks  # noqa: E402
from huiying.handling.models import Case  # noqa: E402
from huiying.judging import engines  # noqa: E402
from huiying.judging.models import Event  # noqa: E402
from huiying.judging.pipeline import judge_pending  # noqa: E402
from huiying.kernel import clock, home  # noqa: E402
from huiying.ledger.actions import Actor  # noqa: E402
from huiying.listening.actions import receive  # noqa: E402
from huiying.people.models import Department, User  # noqa: E402
from huiying.responding import actions as responding  # noqa: E402
from huiying.responding.queries import open_round  # noqa: E402
from huiying.work import outbox  # noqa: E402
from huiying.work.models import Counter, Job  # noqa: E402

BEGIN = dt.datetime(2026, 9, 14, 0, 0, tzinfo=dt.UTC)
LONG = "经核对传播情况和影响范围，按实际影响程度确定为此级。"
TEXTS = (
    "鞍山公共资源交易平台今早全崩了，八点半到现在登录不上，我们九点半开标，解密超时算谁的？",
    "鞍山交易系统解密又卡住，开标推迟一小时没人解释。",
    "听说鞍山公共资源交易中心下个月要撤销了，所有在途项目全部作废！",
    "马鞍山公共资源交易中心今天开标的道路工程中标结果有问题。",
    "请问鞍山CA证书在哪办理？",
)


def who(username: str) -> User:
    return User.objects.get(username=username)


def case() -> Case:
    return Case.objects.select_related("event", "regulation").get()


def hear(turn: int) -> None:
    posts = [
        parse_post({"native_id": f"{turn}-{n}", "platform": "本地论坛", "text": f"{text}（{turn}）", "voice": f"v{n}"})
        for n, text in enumerate(TEXTS)
    ]
    receive(posts, how="import", actor=Actor.SYSTEM, batch=f"turn-{turn}")


def judge() -> None:
    while judge_pending(2).screened:
        pass


def approve() -> None:
    round_ = open_round(case())
    assert round_ is not None
    names = {"division_head": "tech_head", "office_head": "office", "deputy_leader": "deputy"}
    names["secrecy_checker"] = "secrecy"
    for step in round_.open_steps():
        responding.decide_step(
            step,
            approve=True,
            comment="",
            manifest_sha256=round_.manifest_sha256,
            secrecy=True,
            personal_data=True,
            actor=who(names[step.role]),
        )


def draft() -> None:
    responding.save_revision(
        case(),
        title="关于系统故障的说明",
        question="群众反映系统登录不上。",
        facts="登录服务中断七十分钟。",
        renditions={"portal": "登录服务中断七十分钟，已恢复。"},
        basis="《招标投标法实施条例》",
        actor=who("editor"),
    )


def ring(job: Job) -> None:
    """An effect outside the database: it may come twice after a kill, always with the same key."""
    with (home.home() / "rung.txt").open("a") as bell:
        bell.write(job.idempotency_key + "\n")


outbox.handler("ring", external=True)(ring)

STEPS: tuple[Callable[[], Any], ...] = (
    lambda: hear(1),
    judge,
    lambda: hear(2),
    judge,
    lambda: handling.open_case(Event.objects.order_by("id")[0], who("duty")),
    lambda: handling.confirm_level(case(), "L2", who("office"), LONG),
    lambda: handling.route(case(), Department.objects.get(code="Z-XX"), [], "系统故障由信息部主办", who("duty")),
    lambda: handling.accept(case(), who("tech_head")),
    lambda: handling.find(case(), "中断七十分钟。", "证书到期", "两个标段推迟", who("tech_liaison")),
    lambda: hear(1),
    judge,
    draft,
    lambda: responding.submit(case(), who("editor")),
    approve,
    approve,
    approve,
    lambda: responding.release(case(), ["portal"], who("office")),
    lambda: outbox.enqueue("ring", {}, key="ring:1"),
    lambda: hear(3),
    judge,
)


def at(index: int) -> dt.datetime:
    return BEGIN + dt.timedelta(hours=1 + 4 * index)


def later(now: dt.datetime) -> None:
    """The loop's work at this moment. A killed worker's leases have long run out when the next one looks."""
    clocks.poll(now, 500)
    Job.objects.filter(done_at__isnull=True).update(lease_until=None)
    Job.objects.filter(done_at__isnull=True).exclude(kind__in=("ring", "publish")).update(done_at=now)
    while outbox.run_due("worker"):
        pass


def play() -> None:
    source = clock.FrozenClock(BEGIN)
    clock.install(source)
    engines.use_in_process()
    done = Counter.objects.get(pk="script").value
    if done:
        source.set(at(done - 1))
        later(at(done - 1))
    for index in range(done, len(STEPS)):
        source.set(at(index))
        with transaction.atomic():
            STEPS[index]()
            Counter.objects.filter(pk="script").update(value=index + 1)
        later(at(index))


def main() -> None:
    if sys.argv[1] == "set-up":
        call_command("migrate", verbosity=0, interactive=False)
        clock.install(clock.FrozenClock(BEGIN))
        with transaction.atomic():
            bureau()
            Counter.objects.create(name="script", value=0)
        return
    kill_at = int(os.environ.get("KILL_AT", "0"))
    count = 0

    def counted(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        nonlocal count
        count += 1
        if count == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(counted):
        play()
    if os.environ.get("COUNT"):
        sys.stdout.write(f"{count}\n")


main()
