"""How far a case has come: each step goes through the verbs that people use, so a story is also a test of the way."""

from __future__ import annotations

import datetime as dt
import functools
import uuid
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db.models import Model

from cast import Cast
from huiying.engine.post import parse_post
from huiying.handling import actions as handling
from huiying.handling.actions.liaison import exempt, why_not_close_liaison
from huiying.handling.actions.tasks import make_task
from huiying.handling.actions.work import see_reports
from huiying.handling.models import Case, Task
from huiying.judging.actions import set_concern
from huiying.judging.models import Event
from huiying.judging.pipeline import judge_pending
from huiying.kernel import clock
from huiying.ledger.actions import Actor
from huiying.listening.actions import receive
from huiying.people.models import User
from huiying.responding import actions as responding
from huiying.responding.actions.following import judge_effect
from huiying.responding.models import EffectReview, Publication, ReviewRound, Revision
from huiying.responding.targets import excuse, why_not_linked
from huiying.work import outbox
from kept_rows import kept

OUTAGE = "鞍山公共资源交易平台今早全崩了，八点半到现在登录不上，我们九点半开标，解密超时算谁的？"
RUMOUR = "听说鞍山公共资源交易中心下个月要撤销了，所有在途项目全部作废，正在投标的赶紧停手！"
CONSULTATION = "请问外地企业参加鞍山的房建工程投标，CA证书在哪办理？需要法人到现场吗？"

DRAFT = {
    "title": "关于开标系统故障的说明",
    "question": "群众反映交易系统登录不上，担心开标超时受影响。",
    "facts": "9月14日8时30分至9时40分，交易系统登录服务中断，涉及两个标段。",
    "renditions": {"portal": "9月14日8时30分至9时40分，登录服务中断，已恢复。两个标段开标顺延，解密时间重新计算。"},
    "basis": "《招标投标法实施条例》",
}


P = ParamSpec("P")
Found = TypeVar("Found", bound=Model)


def story(tell: Callable[P, Found]) -> Callable[P, Found]:
    """A story that begins with nothing but the cast is told once; after that its rows are put back."""

    @functools.wraps(tell)
    def told(*args: P.args, **changes: P.kwargs) -> Found:
        key = (tell.__name__, repr(args[1:]), repr(sorted(changes.items())), clock.now())
        return kept.go_on(key, lambda: tell(*args, **changes))  # type: ignore[return-value]

    return told


def hear(text: str = OUTAGE, **fields: object) -> Event:
    """A post arrives and is judged; its event."""
    native = str(fields.pop("native_id", f"t-{uuid.uuid4().hex}"))
    post = {
        "schema": "huiying.post/1",
        "native_id": native,
        "platform": "本地论坛",
        "channel_class": "论坛",
        "text": text,
    }
    receive([parse_post(post | fields)], how="import", actor=Actor.SYSTEM)
    while judge_pending().screened:
        pass
    return Event.objects.get(members__post__native_id=native)


@story
def opened(cast: Cast, level: str = "较大", text: str = OUTAGE) -> Case:
    """A case, its level confirmed by somebody who may.

    The duty officer calls an outage what it is: the machine hears a complaint in it, and a complaint asks for more
    before it ends (C2.2).
    """
    event = hear(text)
    if text == OUTAGE:
        set_concern(event, "突发事件", cast.duty)
    who = {"一般": cast.duty, "较大": cast.office, "重大": cast.deputy, "特别重大": cast.top}[level]
    case = handling.open_case(event, cast.duty)
    handling.confirm_level(case, level, who, "经核对传播情况和影响范围，按实际影响程度确定级别为此级。")
    return again(case)


@story
def routed(cast: Cast, level: str = "较大") -> Case:
    case = opened(cast, level)
    handling.route(case, cast.department("Z-XX"), [cast.department("WGC")], "系统故障，由信息技术部主办", cast.duty)
    return again(case)


@story
def accepted(cast: Cast, level: str = "较大") -> Case:
    case = routed(cast, level)
    handling.accept(case, cast.tech_head)
    return again(case)


@story
def handled(cast: Cast, level: str = "较大") -> Case:
    """Accepted, with facts and a disposal; the offline matter is settled."""
    case = accepted(cast, level)
    finding = handling.find(case, "登录服务中断七十分钟。", "证书到期未续。", "两个标段开标推迟。", cast.tech_liaison)
    handling.dispose(case, finding, "已续证书，开标顺延，逐一电话告知。", True, cast.tech_head)
    return seen(cast, case)


def seen(cast: Cast, case: Case) -> Case:
    """The office has opened the case and read what was reported to it (C10.7), and said of a case that asks for
    核实衔接 why it needs none (C5.15).
    """
    see_reports(again(case), cast.office)
    if why_not_close_liaison(again(case)):
        exempt(case, "事情全在本局系统之内，不涉及其他单位。", cast.office)
    return again(case)


@story
def drafted(cast: Cast, level: str = "较大", **changes: object) -> Revision:
    return responding.save_revision(handled(cast, level), actor=cast.editor, **(DRAFT | changes))  # type: ignore[arg-type]


@story
def submitted(cast: Cast, level: str = "较大", **changes: object) -> ReviewRound:
    revision = drafted(cast, level, **changes)
    return responding.submit(revision.case, cast.editor)


REVIEWERS = {
    "division_head": "tech_head",
    "office_head": "office",
    "legal": "legal",
    "secrecy_checker": "secrecy",
    "deputy_leader": "deputy",
    "top_leader": "top",
}


def approve(cast: Cast, round_: ReviewRound) -> None:
    """Every step, each by the holder of its role."""
    while steps := round_.open_steps():
        for step in steps:
            responding.decide_step(
                step,
                approve=True,
                comment="",
                manifest_sha256=round_.manifest_sha256,
                secrecy=True,
                personal_data=True,
                actor=reviewer(cast, step.role),
            )


def reviewer(cast: Cast, role: str) -> User:
    return cast.people[REVIEWERS[role]]


@story
def approved(cast: Cast, level: str = "较大", **changes: object) -> Case:
    round_ = submitted(cast, level, **changes)
    approve(cast, round_)
    return again(round_.case)


def do_what_is_due() -> None:
    """The loop's work, without the loop: every job whose time has come."""
    while outbox.run_due("test"):
        pass


def answered(cast: Cast, level: str = "较大", **changes: object) -> Case:
    case = approved(cast, level, **changes)
    responding.release(case, ["portal"], cast.office)
    do_what_is_due()
    assert Publication.objects.get(case=case).state == Publication.LIVE
    return seen(cast, case)


def effects_seen(cast: Cast, case: Case, verdict: str = "settled") -> Case:
    """Time goes on until both looks at the effect are due, and the office says what came of the answer (C3.2) and why
    it stands on fewer linked channels than the level asks for (C8.9): ready for its end.
    """
    if why_not_linked(again(case)):
        excuse(case, "涉及范围小，已逐一电话告知，不再多渠道发布。", cast.office)
    for review in EffectReview.objects.filter(case=case, verdict="").order_by("due_at"):
        wait_until(review.due_at)
        judge_effect(review, verdict, "按前后热度认定。", cast.office)
    return again(case)


def wait_until(at: dt.datetime) -> None:
    """The frozen clock of the test moves on; it never goes back."""
    source = clock._source
    assert isinstance(source, clock.FrozenClock)
    source.set(max(at, clock.now()))


def task(cast: Cast, case: Case, kind: str = Task.MATTER, **changes: object) -> Task:
    """A piece of work of the lead department, due in two days."""
    told: dict[str, object] = {
        "title": "逐一电话告知受影响的投标人",
        "department": cast.department("Z-XX"),
        "owner": cast.tech_liaison,
        "due_at": clock.now() + dt.timedelta(days=2),
        "actor": cast.tech_head,
    }
    return make_task(again(case), kind, **(told | changes))  # type: ignore[arg-type]


def again(case: Case) -> Case:
    """The case as the database has it now."""
    return Case.objects.select_related("event", "regulation").get(pk=case.pk)
