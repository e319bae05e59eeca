"""A quarter's assessment over a ledger of 2,000 cases: from the bureau's own database, and from its exported file.

The goal is C12.3's: under 5 s. Both ways must give the same bytes (INV-12); where they do not the figure has no meaning
and the bench says so.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

CASES: Final = 2_000
GOAL_SECONDS: Final = 5.0
STEP: Final = 100
QUARTER: Final = "2026Q3"
LEADS: Final = ("工程建设交易管理处", "政府采购管理处", "交易中心信息技术部", "局办公室")


def run() -> list[dict[str, Any]]:
    """Three rows: seconds from the database, seconds from the file, entries read."""
    with tempfile.TemporaryDirectory() as home:
        here = os.environ | {"HUIYING_HOME": home, "HUIYING_NOTIFY_URLS": ""}
        here.pop("HUIYING_DATABASE_URL", None)
        done = subprocess.run(
            [sys.executable, str(Path(__file__).resolve())], env=here, stdout=subprocess.PIPE, text=True, check=True
        )
    told = json.loads(done.stdout.splitlines()[-1])
    if not told["same"]:
        sys.exit("bench assess: the file and the database gave different bytes")
    return [
        _row("assess_2000_cases_own", told["own"], "s", GOAL_SECONDS),
        _row("assess_2000_cases_file", told["file"], "s", GOAL_SECONDS),
        _row("assess_2000_cases_entries", told["entries"], "entries", None),
    ]


def _row(name: str, figure: float, unit: str, goal: float | None) -> dict[str, Any]:
    return {
        "name": name,
        "figure": round(figure, 3),
        "unit": unit,
        "peer_or_floor": None,
        "ratio": None,
        "goal": goal,
        "met": None if goal is None else figure <= goal,
    }


def write_cases(count: int) -> None:
    """Cases of the third quarter with the entries a case leaves behind, some late, some upgraded, some returned."""
    from django.db import transaction

    from huiying.kernel import clock
    from huiying.ledger.actions import Actor, together

    start = dt.datetime(2026, 7, 1, 1, 0, tzinfo=dt.UTC)
    people = {name: Actor(name, "", "", number) for number, name in enumerate(("甲", "乙", "丙"), 1)}
    frozen = clock.FrozenClock(start)
    with clock.use(frozen):
        for first in range(0, count, STEP):
            numbers = [f"2026-{number:04d}" for number in range(first, min(first + STEP, count))]
            chains = [f"case:{number}" for number in numbers]
            with transaction.atomic(), together(chains, chains):
                for index, number in enumerate(numbers, first):
                    _write_case(number, index, frozen, people)


def _write_case(number: str, index: int, frozen: Any, people: dict[str, Any]) -> None:
    from huiying.ledger.actions import Actor, record

    chain, lead, late = f"case:{number}", LEADS[index % len(LEADS)], index % 9 == 0
    frozen.advance(dt.timedelta(minutes=60))
    now = frozen()

    def say(kind: str, who: Any, /, **payload: Any) -> None:
        record(chain, kind, payload, who)

    system, one, two, three = Actor.SYSTEM, people["甲"], people["乙"], people["丙"]
    say("case.opened", one, first_known_at=now.isoformat(), event=number, suggested_level="L2", title="一件事" * 8)
    say("case.graded", one, to="L2", name="较大", **{"from": "L2"})
    for act in ("respond", "accept_transfer", "first_authoritative_release"):
        say("clock.started", system, act=act, due_at=now.isoformat(), explanation="从首次获知起" * 10)
    say("case.routed", one, lead=lead, followed=True, reason="按转办表" * 6)
    say("case.moved", one, to="assigned", **{"from": "registered"})
    if index % 17 == 0:
        say("case.returned", two, department=lead, reason="不属于本处职责")
        say("case.routed", one, lead=lead, followed=False, reason="由办公室指定")
    say("slip.issued", one, complete=True)
    say("case.accepted", two, department=lead)
    say("report.made", two, node="accepted", department=lead)
    say("case.found", two, facts="核实的事实" * 30, cause="原因" * 10, impact="影响" * 10)
    for _ in range(3):
        say("task.made", two, task=index * 10 + _, kind="matter", department=lead, due_at=now.isoformat())
        say("task.done", two, task=index * 10 + _, kind="matter", on_time=True)
    say("case.disposed", two, actions="处置" * 20, settled=True)
    for version in range(1, 5):
        say("draft.saved", two, manifest=f"m{version}", basis="条例", bodies=[], sha256="0" * 64, text="文" * 200)
    for role in ("division_head", "office_head"):
        say("review.decided", three, manifest="m4", decision="approved", role=role, secrecy_checked=True)
    say("review.approved", three, manifest="m4")
    if late:
        say("clock.breached", system, act="respond", due_at=now.isoformat(), cause="未按时", counts=index % 18 == 0)
    for channel in ("portal", "wechat", "weibo"):
        say("release.made", one, manifest="m4", channel=channel)
        say("release.live", one, manifest="m4", channel=channel, stage="first", at=now.isoformat(), evidence="e")
    say("effect.begun", system, at=now.isoformat(), hours=[24, 72])
    say("effect.judged", two, hours=24, verdict="calm")
    say("feedback.given", one, to="office", name="办公室", means="系统")
    say("report.seen", one, nodes=["accepted"])
    say("case.closed", one, root_cause="证书到期没有提醒")


def _main() -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
    from huiying.cli.ready import ready

    ready()
    from huiying.ledger import commands as ledger
    from huiying.ledger.models import LedgerEntry
    from huiying.overseeing.commands import assess

    write_cases(CASES)
    file = Path(os.environ["HUIYING_HOME"]) / "ledger.jsonl"
    ledger.export(file)
    began = time.perf_counter()
    own = assess(QUARTER)
    middle = time.perf_counter()
    exported = assess(QUARTER, str(file))
    ended = time.perf_counter()
    told = {
        "own": middle - began,
        "file": ended - middle,
        "entries": LedgerEntry.objects.count(),
        "same": json.dumps(own) == json.dumps(exported) and own["cases"] == CASES,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    _main()
