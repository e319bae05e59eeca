"""Clocks as rows: start, warn, breach, stop. The effective deadline of an act is the earliest of its live clocks.

Raising a level adds a clock beside the old ones and lowering adds none, so nothing ever moves a deadline later (INV-3).
Only a provisional clock is replaced, by the first human confirmation (DESIGN.md "Grading under uncertainty").
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet

from huiying.handling.models import Breach, Case, Clock, ClockEvent
from huiying.kernel import clock as time
from huiying.ledger.actions import Actor, record
from huiying.people.queries import able, regulation_of
from huiying.regulation.deadlines import Deadline, deadlines, internal_deadlines, warn_points
from huiying.regulation.regulation import Regulation
from huiying.work import notify

UPGRADE, LATE, FOUND_EARLIER = "升级", "未按时", "迟报"
# Nudges that the software starts by name. Every other one runs from the moment that the file gives it, under whatever
# name the file calls it: a bureau's own acts need no code.
BY_NAME = ("triage", "accept_transfer", "return_wrong_transfer")


def live(case: Case) -> QuerySet[Clock]:
    return Clock.objects.filter(case=case, stopped_at__isnull=True, superseded_at__isnull=True).order_by("due_at", "id")


def start_legal(case: Case, *, cause: str, actor: Actor) -> list[Clock]:
    """Bring the legal clocks in line with the case's level, emergency and first_known_at.

    `cause` is written on a breach when the new deadline has already passed: 升级 counts in no score (§4.2, C9.7).
    """
    regulation = regulation_of(case.regulation)
    existing = list(live(case).filter(is_legal=True))
    if not case.is_provisional:
        provisional = [row for row in existing if row.provisional]
        _supersede(provisional, "confirmed")
        existing = [row for row in existing if not row.provisional]
    done = set(Clock.objects.filter(case=case, is_legal=True, stopped_at__isnull=False).values_list("act", flat=True))
    wanted = deadlines(regulation, case.level, case.first_known_at, case.emergency or None)
    made = []
    for item in wanted:
        earliest = min(
            (row.due_at for row in existing if row.act == item.act and row.layer.startswith(f"{_layer(item)}:")),
            default=None,
        )
        if item.act in done or (earliest is not None and earliest <= item.due_at):
            continue
        made.append(_start(case, regulation, item, cause=cause, actor=actor))
    return made


def _start(case: Case, regulation: Regulation, item: Deadline, *, cause: str, actor: Actor) -> Clock:
    now = time.now()
    layer = f"{_layer(item)}:{case.level}"
    _supersede(live(case).filter(act=item.act, layer=layer), "earlier")
    ratios = regulation.clocks.warn_at
    points = list(zip(ratios, warn_points(case.first_known_at, item.due_at, ratios), strict=True))
    ahead = [(index, at) for index, (_ratio, at) in enumerate(points) if at > now]
    row = Clock.objects.create(
        case=case,
        act=item.act,
        is_legal=True,
        layer=layer,
        level=case.level,
        policy={"within": item.within.zh(), "regulation": case.regulation.sha256, "warn_at": list(ratios)},
        source=item.source,
        basis=item.basis,
        explanation=item.explanation,
        explanation_en=item.explanation_en,
        started_at=case.first_known_at,
        due_at=item.due_at,
        provisional=case.is_provisional,
        warn_points=[[ratio, at.isoformat()] for ratio, at in points],
        next_step=ahead[0][0] if ahead else len(points),
        next_action_at=ahead[0][1] if ahead else None,
    )
    ClockEvent.objects.create(clock=row, kind="started", at=now)
    record(
        f"case:{case.number}",
        "clock.started",
        {
            "clock": row.pk,
            "act": row.act,
            "layer": layer,
            "due_at": row.due_at.isoformat(),
            "basis": row.basis,
            "source": row.source,
            "provisional": row.provisional,
            "explanation": row.explanation,
            "explanation_en": row.explanation_en,
        },
        actor,
    )
    if row.due_at <= now:
        _breach(row, cause, actor)
    return row


def _layer(item: Deadline) -> str:
    """What distinguishes clocks of one act: the regulation itself, or the superior norm by name."""
    return item.source if item.layer == "overlay" else item.layer


def internal_deadline(regulation: Regulation, act: str, level: str, start: dt.datetime) -> Deadline | None:
    """The nudge `act` as it runs from `start`, or None where the file does not ask for it at this level."""
    rule = regulation.clocks.internal.get(act)
    if rule is None:
        return None
    found = internal_deadlines(regulation, level, {rule.start: start})
    return next((item for item in found if item.act == act), None)


def start_internal(case: Case, act: str) -> Clock | None:
    """An internal nudge (签收, 处置意见 …): it reminds and leaves no breach row. None where the file sets no limit."""
    regulation = regulation_of(case.regulation)
    now = time.now()
    item = internal_deadline(regulation, act, case.level, now)
    if item is None:
        return None
    stop(case, act, "superseded by a new assignment", Actor.SYSTEM)
    row = Clock.objects.create(
        case=case,
        act=act,
        is_legal=False,
        layer="internal",
        level=case.level,
        policy={"within": item.within.zh()},
        source=item.source,
        basis=item.basis,
        explanation=item.explanation,
        explanation_en=item.explanation_en,
        started_at=now,
        due_at=item.due_at,
        warn_points=[[1.0, item.due_at.isoformat()]],
        next_action_at=item.due_at,
    )
    ClockEvent.objects.create(clock=row, kind="started", at=now)
    return row


def acts_from(regulation: Regulation, moment: str) -> list[str]:
    """The file's own nudges that run from a moment: `transferred_at` (处置意见) or `submitted_at` (审签)."""
    return [act for act, rule in regulation.clocks.internal.items() if rule.start == moment and act not in BY_NAME]


def start_from(case: Case, moment: str) -> None:
    for act in acts_from(regulation_of(case.regulation), moment):
        start_internal(case, act)


def stop_from(case: Case, moment: str, evidence: str, actor: Actor) -> None:
    for act in acts_from(regulation_of(case.regulation), moment):
        stop(case, act, evidence, actor)


def due_from(regulation: Regulation, moment: str, level: str, start: dt.datetime) -> dt.datetime | None:
    """The earliest due date among the nudges of a moment, or None where the file asks for none at this level."""
    found = [internal_deadline(regulation, act, level, start) for act in acts_from(regulation, moment)]
    return min((item.due_at for item in found if item is not None), default=None)


def stop(case: Case, act: str, evidence: str, actor: Actor, at: dt.datetime | None = None) -> int:
    """Stop every live clock of the act. `at` is server time: of the evidence's receipt for an act posted by hand."""
    now = at or time.now()
    rows = list(live(case).filter(act=act))
    for row in rows:
        if row.is_legal and row.due_at < now and not hasattr(row, "breach"):
            _breach(row, LATE, actor)
        row.stopped_at = now
        row.stopped_by = evidence[:200]
        row.next_action_at = None
        row.save(update_fields=["stopped_at", "stopped_by", "next_action_at"])
        ClockEvent.objects.create(clock=row, kind="stopped", at=now, note=evidence[:300])
        if row.is_legal:
            record(
                f"case:{case.number}",
                "clock.stopped",
                {
                    "clock": row.pk,
                    "act": act,
                    "at": now.isoformat(),
                    "due_at": row.due_at.isoformat(),
                    "on_time": now <= row.due_at,
                    "evidence": evidence,
                },
                actor,
            )
    return len(rows)


def _supersede(rows: Iterable[Clock], why: str) -> None:
    now = time.now()
    for row in rows:
        row.superseded_at = now
        row.next_action_at = None
        row.save(update_fields=["superseded_at", "next_action_at"])
        ClockEvent.objects.create(clock=row, kind="superseded", at=now, note=why)


def _breach(row: Clock, cause: str, actor: Actor) -> None:
    now = time.now()
    lead = row.case.departments.filter(role="lead", until__isnull=True).select_related("department").first()
    counts = cause != UPGRADE and not row.provisional
    Breach.objects.create(
        clock=row,
        due_at=row.due_at,
        found_at=now,
        cause=cause,
        counts=counts,
        lead=lead.department.name if lead else "",
    )
    ClockEvent.objects.create(clock=row, kind="breached", at=now, note=cause)
    record(
        f"case:{row.case.number}",
        "clock.breached",
        {"clock": row.pk, "act": row.act, "due_at": row.due_at.isoformat(), "cause": cause, "counts": counts},
        actor,
    )


def poll(now: dt.datetime, limit: int) -> int:
    """Act on every clock whose next moment has come: warn at each ratio, breach at the last. Safe to run twice."""
    due = (
        Clock.objects.filter(next_action_at__lte=now, stopped_at__isnull=True, superseded_at__isnull=True)
        .order_by("next_action_at", "id")
        .values_list("pk", flat=True)[:limit]
    )
    acted = 0
    for pk in list(due):
        with transaction.atomic():
            row = (
                Clock.objects.select_for_update(of=("self",))
                .select_related("case")
                .filter(pk=pk, next_action_at__lte=now, stopped_at__isnull=True, superseded_at__isnull=True)
                .first()
            )
            if row is not None:
                _act(row, now)
                acted += 1
    return acted


def _act(row: Clock, now: dt.datetime) -> None:
    """One clock's turn. A loop that slept through several points says the last of them only."""
    points = [(ratio, dt.datetime.fromisoformat(at)) for ratio, at in row.warn_points]
    passed = [index for index, (_ratio, at) in enumerate(points) if at <= now and index >= row.next_step]
    index = passed[-1]
    ratio = points[index][0]
    if ratio >= 1 and row.is_legal and row.held_at is not None:
        row.next_action_at = None  # let_go() sets it again when the second person has spoken
        row.save(update_fields=["next_action_at"])
        return
    if ratio >= 1 and row.is_legal:
        if not Breach.objects.filter(clock=row).exists():
            _breach(row, LATE, Actor.SYSTEM)
    else:
        ClockEvent.objects.create(clock=row, kind="warned", step=index, at=now, note=f"{ratio:.0%}")
        if row.is_legal:
            record(
                f"case:{row.case.number}",
                "clock.warned",
                {"clock": row.pk, "act": row.act, "ratio": ratio, "due_at": row.due_at.isoformat()},
                Actor.SYSTEM,
            )
    row.next_step = index + 1
    row.next_action_at = points[index + 1][1] if index + 1 < len(points) else None
    row.save(update_fields=["next_step", "next_action_at"])
    notify.send(
        f"{row.case.number} {ratio:.0%}",
        f"{row.case.number} {row.case.title}｜{row.explanation}",
        [user.username for user in able("office")],
        "urgent" if ratio >= 1 else "warning",
        key=f"clock:{row.pk}:{index}",
    )


def adopt(winner: Case, row: Clock, actor: Actor) -> None:
    """并案 keeps an earlier deadline of the case merged in, as a clock of its own layer (INV-3)."""
    earliest = live(winner).filter(act=row.act).first()
    stopped = Clock.objects.filter(case=winner, act=row.act, is_legal=True, stopped_at__isnull=False).exists()
    if stopped or (earliest is not None and earliest.due_at <= row.due_at):
        return
    kept = {
        name: getattr(row, name)
        for name in (
            "act", "is_legal", "level", "policy", "source", "basis", "explanation", "explanation_en", "started_at",
            "due_at", "provisional", "next_action_at", "next_step", "warn_points",
        )
    }  # fmt: skip
    made = Clock.objects.create(case=winner, layer=f"{row.layer}@{row.case.number}", **kept)
    ClockEvent.objects.create(clock=made, kind="started", at=time.now(), note=row.case.number)
    record(
        f"case:{winner.number}",
        "clock.started",
        {"clock": made.pk, "act": made.act, "layer": made.layer, "due_at": made.due_at.isoformat()},
        actor,
    )


def supersede_all(case: Case, why: str) -> None:
    _supersede(live(case), why)


def hold(case: Case, acts: Iterable[str], at: dt.datetime) -> None:
    """Evidence of a post made by hand was received at `at` and waits for its second person."""
    live(case).filter(is_legal=True, act__in=list(acts), held_at__isnull=True).update(held_at=at)


def let_go(case: Case, acts: Iterable[str]) -> None:
    """The second person has spoken: a clock that still runs acts again, at once where its moment has passed."""
    for row in live(case).filter(is_legal=True, act__in=list(acts), held_at__isnull=False):
        row.held_at = None
        if row.next_action_at is None and not Breach.objects.filter(clock=row).exists():
            row.next_action_at = row.due_at
            row.next_step = len(row.warn_points) - 1
        row.save(update_fields=["held_at", "next_action_at", "next_step"])
