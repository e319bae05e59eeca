"""Clocks as rows: start, warn, breach, stop. The effective deadline of an act is the earliest of its live clocks.

Raising a level adds a clock beside the old ones and lowering adds none, so nothing ever moves a deadline later (INV-3).
Only a provisional clock is replaced, by the first human confirmation (DESIGN.md "Grading under uncertainty").
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet

from huiying.handling import calling
from huiying.handling.calling import chain_of as chain_of
from huiying.handling.models import Breach, Case, Clock, ClockEvent
from huiying.kernel import clock as time
from huiying.ledger.actions import Actor, record, together, vouch
from huiying.people.models import User
from huiying.people.queries import regulation_of
from huiying.regulation.deadlines import Deadline, deadlines, nudge, warn_points
from huiying.regulation.regulation import Regulation

UPGRADE, LATE, FOUND_EARLIER, SPLIT = "升级", "未按时", "迟报", "拆分"
NOT_COUNTED = (UPGRADE, SPLIT)  # was due before anybody could have met it
RESPOND = "respond"
# The clock of a statutory procedure is that procedure's own: nothing that happens to the case ends it (§2.1).
STATUTORY = "statutory"
HALF = 0.5
SILENCE = ("silent", "held")  # said once for each clock: no public word yet, or only that it is being looked into
AT_ONCE = 50  # clocks in one transaction of the loop
# Nudges that the software starts by name. Every other one runs from the moment that the file gives it, under whatever
# name the file calls it: a bureau's own acts need no code.
BY_NAME = (
    "triage", "accept_transfer", "return_wrong_transfer", "report_office_sync", "liaison", "first_notice", "rescan",
    "review",
)  # fmt: skip


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
    layer = f"{_layer(item)}:{case.level}"
    _supersede(live(case).filter(act=item.act, layer=layer), "earlier")
    return begin(
        case,
        regulation,
        item,
        layer=layer,
        begun=case.first_known_at,
        provisional=case.is_provisional,
        cause=cause,
        actor=actor,
    )


def begin(
    case: Case,
    regulation: Regulation,
    item: Deadline,
    *,
    layer: str,
    begun: dt.datetime,
    provisional: bool,
    cause: str,
    actor: Actor,
) -> Clock:
    """A legal clock of its own layer, with its ladder frozen; one whose date has passed says so at once."""
    now = time.now()
    chain = chain_of(case, regulation)
    ratios = sorted({*regulation.clocks.warn_at, *(step[0] for step in chain), 1.0})
    points = list(zip(ratios, warn_points(begun, item.due_at, ratios), strict=True))
    # A clock that starts half run says at once how far it is: the loop acts on the last point that has passed.
    passed = [index for index, (_ratio, at) in enumerate(points) if at <= now]
    over = item.due_at <= now
    row = Clock.objects.create(
        case=case,
        act=item.act,
        is_legal=True,
        layer=layer,
        level=case.level,
        policy={"within": item.within.zh(), "regulation": case.regulation.sha256, "warn_at": ratios},
        source=item.source,
        basis=item.basis,
        explanation=item.explanation,
        explanation_en=item.explanation_en,
        started_at=begun,
        due_at=item.due_at,
        provisional=provisional,
        warn_points=[[ratio, at.isoformat()] for ratio, at in points],
        chain=chain,
        next_step=len(points) if over else passed[-1] if passed else 0,
        next_action_at=None if over else now if passed else points[0][1],
    )
    begun_by = ClockEvent.objects.create(clock=row, kind="started", at=now)
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
        rows=[row, begun_by],
    )
    if over:
        _breach(row, cause, actor)
        _call(row, 1.0)
    return row


def _call(row: Clock, ratio: float, roster: calling.Roster | None = None) -> None:
    step = calling.step_at(row.chain, ratio)
    if step is not None:
        calling.call(row, step, roster)


def _tell(case: Case, *rows: Clock | ClockEvent) -> None:
    """The verb's own entry vouches for them: a nudge is a means and has no sentence in the record."""
    vouch(f"case:{case.number}", rows, "clock.set")


def _layer(item: Deadline) -> str:
    """What distinguishes clocks of one act: the regulation itself, or the superior norm by name."""
    return item.source if item.layer == "overlay" else item.layer


def start_internal(
    case: Case, act: str, layer: str = "internal", *, begun: dt.datetime | None = None, moment: str = "required_at"
) -> Clock | None:
    """An internal nudge (签收, 处置意见 …): it reminds and leaves no breach row. None where the file sets no limit.

    `layer` keeps several of one act apart (「internal:accepted」 for a node of 同步报送). Started again it replaces the
    one before. `moment` says from what it runs where the file does not.
    """
    regulation = regulation_of(case.regulation)
    now = time.now()
    start = begun or now
    item = nudge(regulation, act, case.level, start, moment)
    if item is None:
        return None
    _supersede(live(case).filter(act=act, layer=layer), "started again")
    row = Clock.objects.create(
        case=case,
        act=act,
        is_legal=False,
        layer=layer,
        level=case.level,
        policy={"within": item.within.zh()},
        source=item.source,
        basis=item.basis,
        explanation=item.explanation,
        explanation_en=item.explanation_en,
        started_at=start,
        due_at=item.due_at,
        warn_points=[[1.0, item.due_at.isoformat()]],
        next_action_at=item.due_at,
    )
    _tell(case, row, ClockEvent.objects.create(clock=row, kind="started", at=now))
    return row


def acts_from(regulation: Regulation, moment: str) -> list[str]:
    """The file's own nudges that run from a moment: `transferred_at` (处置意见) or `submitted_at` (审签)."""
    return [act for act, rule in regulation.clocks.internal.items() if rule.start == moment and act not in BY_NAME]


def start_from(case: Case, moment: str, begun: dt.datetime | None = None) -> None:
    """Start the file's own nudges of a moment; from the end of a case also its review (§4.3)."""
    own = ("review",) if moment == "closed_at" else ()
    for act in (*acts_from(regulation_of(case.regulation), moment), *own):
        start_internal(case, act, begun=begun, moment=moment)


def start_from_level(case: Case, confirmed_by: User | None) -> None:
    """What a confirmed level sets going: the file's own nudges, the first notice, the look at the spread, 核实衔接.

    A graver level brings a nudge forward and starts none that was done; what is not asked for any more ends (§4.3).
    """
    for act in (*acts_from(regulation_of(case.regulation), "level_confirmed_at"), "rescan"):
        _sooner(case, act)
    start_liaison(case)
    _notify_first(case, confirmed_by)


def _sooner(case: Case, act: str) -> None:
    rows = live(case).filter(act=act, is_legal=False)
    wanted = nudge(regulation_of(case.regulation), act, case.level, time.now())
    if wanted is None:
        _supersede(rows, "not asked for at this level")
        return
    running = rows.first()
    done = act != "rescan" and Clock.objects.filter(case=case, act=act, stopped_at__isnull=False).exists()
    if done or (running is not None and running.due_at <= wanted.due_at):
        return
    start_internal(case, act, moment="level_confirmed_at")


def _notify_first(case: Case, confirmed_by: User | None) -> None:
    """首次报告 once for each level that is graver than those reported before."""
    rank = regulation_of(case.regulation).rank
    before = Clock.objects.filter(case=case, act="first_notice").values_list("level", flat=True)
    if any(rank(level) >= rank(case.level) for level in before):
        return
    row = start_internal(case, "first_notice", moment="level_confirmed_at")
    if row is not None and calling.first_notice(row, confirmed_by) is None and confirmed_by is not None:
        stop(case, "first_notice", f"{confirmed_by.name}确认级别", Actor.SYSTEM)


def start_liaison(case: Case) -> Clock | None:
    """核实衔接 where the concern or the confirmed level asks for it, once (C5.15)."""
    regulation = regulation_of(case.regulation)
    needed = regulation.monitor.liaison.required_when
    least = needed.or_level_at_least
    grave = least is not None and not case.is_provisional and regulation.rank(case.level) >= regulation.rank(least)
    if not grave and case.concern not in needed.concern_type:
        return None
    begun = Clock.objects.filter(case=case, act="liaison", superseded_at__isnull=True).exists()
    if begun or case.liaisons.filter(sent_at__isnull=False).exists() or hasattr(case, "liaison_exemption"):
        return None
    return start_internal(case, "liaison")


def stop_from(case: Case, moment: str, evidence: str, actor: Actor) -> None:
    for act in acts_from(regulation_of(case.regulation), moment):
        stop(case, act, evidence, actor)


def due_from(regulation: Regulation, moment: str, level: str, start: dt.datetime) -> dt.datetime | None:
    """The earliest due date among the nudges of a moment, or None where the file asks for none at this level."""
    found = [nudge(regulation, act, level, start) for act in acts_from(regulation, moment)]
    return min((item.due_at for item in found if item is not None), default=None)


def stop(
    case: Case, act: str, evidence: str, actor: Actor, at: dt.datetime | None = None, *, layer: str | None = None
) -> int:
    """Stop every live clock of the act, of one layer where it is named. `at` is server time: of the evidence's receipt
    for an act posted by hand.
    """
    now = at or time.now()
    found = live(case).filter(act=act)
    rows = list(found if layer is None else found.filter(layer=layer))
    for row in rows:
        if row.is_legal and row.due_at < now and not hasattr(row, "breach"):
            _breach(row, LATE, actor)
        row.stopped_at = now
        row.stopped_by = evidence[:200]
        row.next_action_at = None
        row.save(update_fields=["stopped_at", "stopped_by", "next_action_at"])
        happened = ClockEvent.objects.create(clock=row, kind="stopped", at=now, note=evidence[:300])
        if not row.is_legal:
            _tell(case, row, happened)
        else:
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
                rows=[row, happened],
            )
    calling.hush(rows, f"已办：{evidence}")
    return len(rows)


def _supersede(rows: Iterable[Clock], why: str) -> list[Clock]:
    """The rows stay as they were; a clock that ran again after an un-merge may be superseded more than once."""
    now = time.now()
    ended = list(rows)
    for row in ended:
        row.superseded_at = now
        row.next_action_at = None
        row.save(update_fields=["superseded_at", "next_action_at"])
        again = row.events.filter(kind="superseded").count()
        happened = ClockEvent.objects.create(clock=row, kind="superseded", step=again, at=now, note=why)
        _tell(row.case, row, happened)
    calling.hush(ended, "时限已由别的时限代替")
    return ended


def _breach(row: Clock, cause: str, actor: Actor) -> None:
    now = time.now()
    lead = row.case.departments.filter(role="lead", until__isnull=True).select_related("department").first()
    counts = cause not in NOT_COUNTED and not row.provisional
    made = Breach.objects.create(
        clock=row,
        due_at=row.due_at,
        found_at=now,
        cause=cause,
        counts=counts,
        lead=lead.department.name if lead else "",
    )
    happened = ClockEvent.objects.create(clock=row, kind="breached", at=now, note=cause)
    record(
        f"case:{row.case.number}",
        "clock.breached",
        {"clock": row.pk, "act": row.act, "due_at": row.due_at.isoformat(), "cause": cause, "counts": counts},
        actor,
        rows=[made, happened],
    )


def poll(now: dt.datetime, limit: int) -> int:
    """Act on every clock whose next moment has come: warn at each ratio, breach at the last. Safe to run twice."""
    due = Clock.objects.filter(next_action_at__lte=now, stopped_at__isnull=True, superseded_at__isnull=True)
    found = list(due.order_by("next_action_at", "id").values_list("pk", "case_id")[:limit])
    if not found:
        return 0
    roster = calling.Roster(case for _pk, case in found)
    return sum(_turn(now, due, dict(found[start : start + AT_ONCE]), roster) for start in range(0, len(found), AT_ONCE))


@transaction.atomic
def _turn(now: dt.datetime, due: QuerySet[Clock], found: dict[int, int], roster: calling.Roster) -> int:
    """A few clocks in one transaction. As every verb does, it takes the cases first; one that somebody is working on
    is left for the next turn, so that the loop never waits for a person nor a person for ever for the loop.
    """
    cases = calling.lock_free(found.values())
    free = due.filter(pk__in=found, case__in=cases).order_by("next_action_at", "id")
    rows = list(free.select_for_update(of=("self",)))
    roster.read_open(row.pk for row in rows)
    silent = set(ClockEvent.objects.filter(clock__in=rows, kind__in=SILENCE).values_list("clock_id", flat=True))
    events: list[ClockEvent] = []
    with together(f"case:{case.number}" for case in cases.values()):
        for row in rows:
            row.case = cases[row.case_id]
            happened = _act(row, now, roster, said=row.pk in silent)
            _tell(row.case, *happened)
            events += happened
        ClockEvent.objects.bulk_create(events)
    return len(rows)


def _act(row: Clock, now: dt.datetime, roster: calling.Roster, *, said: bool) -> list[ClockEvent]:
    """One clock's turn, and what happened. A loop that slept through several points says the last of them only."""
    points = [(ratio, dt.datetime.fromisoformat(at)) for ratio, at in row.warn_points]
    index = next(index for index in reversed(range(len(points))) if points[index][1] <= now)
    ratio = points[index][0]
    if ratio >= 1 and row.is_legal and row.held_at is not None:
        row.next_action_at = None  # let_go() sets it again when the second person has spoken
        row.save(update_fields=["next_action_at"])
        return []
    happened = []
    if not row.is_legal or ratio < 1:
        happened.append(ClockEvent(clock=row, kind="warned", step=index, at=now, note=f"{ratio:.0%}"))
    elif not Breach.objects.filter(clock=row).exists():
        _breach(row, LATE, Actor.SYSTEM)
    if row.is_legal and ratio < 1:
        _say(row, "clock.warned", ratio=ratio)
    if row.act == RESPOND and row.is_legal and ratio >= HALF and row.case.answered_at is None and not said:
        # 不失语: half of the time is gone without a public act; said once for each clock (C1.3).
        # 「正在核实」 is a public word and no answer (G4): the silence is ended, what is still owed is said (80号).
        kind = "held" if calling.spoken([row.case]) else "silent"
        happened.append(ClockEvent(clock=row, kind=kind, at=now))
        _say(row, f"clock.{kind}")
    if row.is_legal:
        _call(row, ratio, roster)
    else:
        calling.remind(row, roster)
    row.next_step = index + 1
    row.next_action_at = points[index + 1][1] if index + 1 < len(points) else None
    row.save(update_fields=["next_step", "next_action_at"])
    return happened


def _say(row: Clock, kind: str, **more: float) -> None:
    payload = {"clock": row.pk, "act": row.act, "due_at": row.due_at.isoformat(), **more}
    record(f"case:{row.case.number}", kind, payload, Actor.SYSTEM)


def adopt(winner: Case, row: Clock, actor: Actor) -> None:
    """并案 keeps an earlier deadline of the case merged in, as a clock of its own layer (INV-3). A statutory procedure
    stays under the number where it was filed.
    """
    if row.act == STATUTORY:
        return
    earliest = live(winner).filter(act=row.act).first()
    stopped = Clock.objects.filter(case=winner, act=row.act, is_legal=True, stopped_at__isnull=False).exists()
    if stopped or (earliest is not None and earliest.due_at <= row.due_at):
        return
    kept = {
        name: getattr(row, name)
        for name in (
            "act", "is_legal", "level", "policy", "source", "basis", "explanation", "explanation_en", "started_at",
            "due_at", "provisional", "next_action_at", "next_step", "warn_points", "chain",
        )
    }  # fmt: skip
    made = Clock.objects.create(case=winner, layer=f"{row.layer}@{row.case.number}", **kept)
    happened = ClockEvent.objects.create(clock=made, kind="started", at=time.now(), note=row.case.number)
    record(
        f"case:{winner.number}",
        "clock.started",
        {"clock": made.pk, "act": made.act, "layer": made.layer, "due_at": made.due_at.isoformat()},
        actor,
        rows=[made, happened],
    )


def end(case: Case, act: str, why: str) -> None:
    """The nudge is not asked for any more."""
    _supersede(live(case).filter(act=act, is_legal=False), why)


def supersede_all(case: Case, why: str) -> None:
    _supersede(live(case).exclude(act=STATUTORY), why)


def acts_running(case: Case) -> list[str]:
    """What ends with the case: every act that still runs, but for statutory procedures."""
    return list(dict.fromkeys(live(case).exclude(act=STATUTORY).values_list("act", flat=True)))


def resume(case: Case, why: str) -> None:
    """撤销并案: what the merge ended runs again, with the same due dates and the same history (INV-3)."""
    now = time.now()
    ended = Clock.objects.filter(case=case, stopped_at__isnull=True, superseded_at__isnull=False)
    for row in ended.filter(events__kind="superseded", events__note=why).distinct():
        last = row.events.filter(kind="superseded").order_by("step").last()
        if last is None or last.note != why or live(case).filter(act=row.act, layer=row.layer).exists():
            continue
        points = [dt.datetime.fromisoformat(at) for _ratio, at in row.warn_points]
        row.superseded_at = None
        row.next_action_at = max(points[row.next_step], now) if row.next_step < len(points) else None
        row.save(update_fields=["superseded_at", "next_action_at"])
        again = row.events.filter(kind="resumed").count()
        _tell(case, row, ClockEvent.objects.create(clock=row, kind="resumed", step=again, at=now))


def pause_for_check(case: Case, acts: Iterable[str], at: dt.datetime) -> None:
    """Evidence of a post made by hand was received at `at` and waits for its second person."""
    waiting = live(case).filter(is_legal=True, act__in=list(acts), held_at__isnull=True)
    rows = list(waiting)
    waiting.update(held_at=at)
    _tell(case, *rows)


def resume_after_check(case: Case, acts: Iterable[str]) -> None:
    """The second person has spoken: a clock that still runs acts again, at once where its moment has passed."""
    for row in live(case).filter(is_legal=True, act__in=list(acts), held_at__isnull=False):
        row.held_at = None
        if row.next_action_at is None and not Breach.objects.filter(clock=row).exists():
            row.next_action_at = row.due_at
            row.next_step = len(row.warn_points) - 1
        row.save(update_fields=["held_at", "next_action_at", "next_step"])
        _tell(case, row)
