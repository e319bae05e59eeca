"""Opening a case and saying how grave it is （六）."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.handling import clocks
from huiying.handling.actions.base import locked, move, require_text
from huiying.handling.actions.routing import give_lead
from huiying.handling.actions.sensitive import label_opened
from huiying.handling.models import Case, Knowledge, LateKnowledge
from huiying.handling.process import LIVE
from huiying.judging import actions as judging, warnings
from huiying.judging.actions.deciding import affirm_level, standing_decision
from huiying.judging.batch import locked_event
from huiying.judging.models import Event, LevelDecision
from huiying.kernel import clock as time
from huiying.ledger.actions import Actor, lock, record, together
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import holds, office, regulation_at, regulation_of, zone
from huiying.people.standing import actor_of
from huiying.people.versions import display_name, join_names
from huiying.regulation.errors import UsageError
from huiying.regulation.regulation import Regulation
from huiying.regulation.schema import Level
from huiying.work.rows import next_number


@transaction.atomic
@together()
def open_case(event: Event, actor: User | Actor, level: str = "", reason: str = "") -> Case:
    """Open the event's case: number, first_known_at, the office as lead until it is routed, clocks by the level.

    With `level` the person confirms it at once; without, the clocks are provisional by the suggestion (§4.2).
    An event has one case: opening again gives the same.
    """
    if isinstance(actor, User):
        require(actor, "case.open", event)
    event = locked_event(event.pk)
    found = Case.objects.filter(event=event).first()
    if found is not None and found.state != "voided":
        return found
    if event.state in (Event.DISMISSED, Event.MERGED):
        raise Refused(_("这个事件已经并入别的事件或已决定不予回应，不能立案。"), code="event_is_over")
    who = actor_of(actor)
    version, regulation = regulation_at(event.first_known_at)
    suggested = provisional_level(event, regulation.levels, regulation.level(regulation.grading.unconfirmed.cap))
    now = time.now()
    # A case voided by mistake is opened again under its old number: numbers are never used twice.
    case = found or Case(
        number=next_case_number(now),
        event=event,
        title=event.title,
        state="",
        level=suggested.code,
        concern=event.concern,
        first_known_at=event.first_known_at,
        regulation=version,
        opened_at=now,
    )
    number = case.number
    lock(f"case:{number}", f"event:{event.number}")
    case.save()
    known = Knowledge.objects.create(
        case=case,
        known_at=event.first_known_at,
        how="命中进入值班台",
        evidence=event.number,
        recorded_by=who.name,
        recorded_at=now,
    )
    record(
        f"case:{number}",
        "case.opened",
        {
            "event": event.number,
            "title": case.title,
            "first_known_at": case.first_known_at.isoformat(),
            "suggested_level": suggested.name,
            "regulation": version.sha256,
            "reason": reason,
        },
        who,
        rows=[case, event, known],
    )
    move(case, "open", who)
    label_opened(case, actor)
    # 谁主管、谁负责 from the first minute: the office leads until it has routed the case (C2.1, INV-6).
    coordinator = office()
    give_lead(case, coordinator, f"立案，由{coordinator.name}统筹转办", now)
    if isinstance(actor, User):  # whoever opens its case has heard the warning; a machine has not (C6.12)
        warnings.settle(event, actor.name)
    event.state = Event.CASED
    event.confirm_by = None
    event.save(update_fields=["state", "confirm_by"])
    if level and isinstance(actor, User):
        _first_confirmation(case, _known(regulation, level), actor, reason)
    # Opened again after a void, a level that was confirmed stands, and so do its legal clocks (C8.5).
    if case.is_provisional or found is not None:
        clocks.start_legal(case, cause=clocks.LATE, actor=who)
    clocks.start_internal(case, "triage")
    clocks.start_from(case, "first_known_at", case.first_known_at)
    clocks.start_liaison(case)
    return case


def _known(regulation: Regulation, level: str) -> Level:
    """The level of that name or code. Raises Refused, naming the levels there are."""
    try:
        return regulation.level(level)
    except UsageError as error:
        raise Refused(str(error), code="unknown_level") from error


def next_case_number(now: dt.datetime) -> str:
    day = now.astimezone(zone())
    return f"{day:%Y%m%d}-{next_number(f'case:{day:%Y%m%d}'):02d}"


def provisional_level(event: Event, levels: Sequence[Level], cap: Level) -> Level:
    """The suggestion, capped at the file's cap unless a floor fired (DESIGN.md)."""
    order = [level.code for level in levels]
    names = {level.code: level for level in levels} | {level.name: level for level in levels}
    suggested = names.get(event.suggested_level, levels[0])
    if event.floor_fired or order.index(suggested.code) <= order.index(cap.code):
        return suggested
    return cap


def _first_confirmation(case: Case, level: Level, actor: User, reason: str) -> LevelDecision | None:
    """The first human word on the level sets the legal clock. Below the suggestion it may become a proposal (INV-7)."""
    decision = judging.decide_level(case.event, level.code, actor, reason)
    if decision.kind == LevelDecision.PROPOSED_LOWER:
        return decision
    _set_level(case, level, actor, clocks.LATE)
    return decision


def _set_level(case: Case, level: Level, actor: User, cause: str) -> None:
    was, who = case.level, actor_of(actor)
    case.level, case.is_provisional = level.code, False
    case.save(update_fields=["level", "is_provisional"])
    told = {"from": was, "to": level.code, "name": level.name}
    record(f"case:{case.number}", "case.graded", told, who, rows=[case])
    clocks.start_legal(case, cause=cause, actor=who)
    clocks.start_from_level(case, actor)


@transaction.atomic
@together()
def confirm_level(case: Case, level: str, actor: User, reason: str = "") -> LevelDecision:
    """Confirm or raise. Up: anyone on duty, at once. Down is `propose_lower` and a second person (INV-7)."""
    require(actor, "case.regrade", case)
    case = locked(case)
    regulation = regulation_of(case.regulation)
    wanted, current = _known(regulation, level), regulation.level(case.level)
    if case.state not in LIVE:
        raise Refused(_("此件已经办结，不能再定级。"), code="case_is_closed")
    if case.is_provisional:
        decision = _first_confirmation(case, wanted, actor, reason)
        assert decision is not None
        return decision
    order = [item.code for item in regulation.levels]
    if order.index(wanted.code) == order.index(current.code):
        if confirms(actor, regulation, wanted.code) and awaits_confirmation(case):
            return _affirm(case, wanted, actor, reason)
        raise Refused(
            _("此件已经是%(level)s。") % {"level": display_name(regulation, "level", wanted.code)}, code="same_level"
        )
    if order.index(wanted.code) < order.index(current.code):
        raise Refused(_("下调级别须写明理由并由第二人同意：请用“提议下调”。"), code="lowering_needs_second")
    decision = judging.decide_level(case.event, wanted.code, actor, reason)
    _set_level(case, wanted, actor, clocks.UPGRADE)
    return decision


def level_decision(case: Case) -> LevelDecision | None:
    """What persons last said of the level, asked once for one object: the page and its forms look at the same."""
    if "level_decision" not in case.__dict__:
        roles = regulation_of(case.regulation).confirmers(case.level)
        case.__dict__["level_decision"] = standing_decision(case.event, roles)
    found: LevelDecision | None = case.__dict__["level_decision"]
    return found


def awaits_confirmation(case: Case) -> bool:
    """Somebody on duty set the level at once, as anyone may upwards; the post that confirms it has yet to (§4.3)."""
    decision = level_decision(case)
    return not case.is_provisional and decision is not None and not getattr(decision, "by_post", False)


def confirms(user: User, regulation: Regulation, level: str) -> bool:
    return any(holds(user, role) for role in regulation.confirmers(level))


def _affirm(case: Case, level: Level, actor: User, reason: str) -> LevelDecision:
    """No clock moves: the level stands as it was set."""
    decision = affirm_level(case.event, actor, reason)
    record(f"case:{case.number}", "case.level_affirmed", {"name": level.name, "reason": reason}, actor_of(actor))
    return decision


@transaction.atomic
@together()
def propose_lower(case: Case, level: str, reason: str, actor: User) -> LevelDecision:
    """The first of two persons. Nothing changes until the second agrees."""
    require(actor, "case.regrade", case)
    case = locked(case)
    return judging.propose_lower(case.event, _known(regulation_of(case.regulation), level).code, reason, actor)


@transaction.atomic
@together()
def second_lower(proposal: LevelDecision, agree: bool, actor: User) -> LevelDecision:
    """The second person. Agreed, the level falls; no deadline moves later (INV-3)."""
    case = locked(Case.objects.get(event=proposal.event))
    require(actor, "case.regrade", case)
    decision = judging.second_lower(proposal, agree, actor)
    if agree:
        _set_level(case, regulation_of(case.regulation).level(proposal.level), actor, clocks.LATE)
    return decision


@transaction.atomic
@together()
def set_emergency(case: Case, level: str, actor: User) -> None:
    """突发事件 level, not the opinion's: superior norms add their acts (§2.1). It is only ever set or raised."""
    require(actor, "case.emergency", case)
    case = locked(case)
    regulation = regulation_of(case.regulation)
    names = list(regulation.emergency_levels)
    if level not in names:
        raise Refused(
            _("突发事件级别应为：%(names)s。")
            % {"names": join_names(display_name(regulation, "word", name) for name in names)},
            code="unknown_level",
        )
    if case.emergency and names.index(level) < names.index(case.emergency):
        raise Refused(
            _("已按%(level)s突发事件计时，不能下调。") % {"level": display_name(regulation, "word", case.emergency)},
            code="never_later",
        )
    if level == case.emergency:
        return
    case.emergency = level
    case.save(update_fields=["emergency"])
    who = actor_of(actor)
    record(f"case:{case.number}", "case.emergency", {"level": level}, who, rows=[case])
    clocks.start_legal(case, cause=clocks.UPGRADE, actor=who)


@transaction.atomic
@together()
def add_knowledge(case: Case, known_at: dt.datetime, how: str, evidence: str, actor: User) -> Knowledge | None:
    """Somebody knew earlier: first_known_at moves earlier with this evidence, and the clocks follow (INV-2, C5.17)."""
    require(actor, "case.knowledge", case)
    case = locked(case)
    if case.state not in LIVE:
        raise Refused(_("此件已经结束。先重新办理，再补充更早获知的证据。"), code="not_in_this_state")
    now = time.now()
    if known_at > now:
        raise Refused(_("获知时间不能晚于现在。"), code="in_the_future")
    if known_at >= case.first_known_at:
        raise Refused(_("首次获知时间只能依据新证据提前，不能推后。"), code="never_later")
    how = require_text(how, 2, _("谁、怎样获知"))
    evidence = require_text(evidence, 4, _("证据"))
    return follow_knowledge(case, known_at, how, evidence, actor_of(actor))


@transaction.atomic
@together()
def follow_knowledge(case: Case, known_at: dt.datetime, how: str, evidence: str, who: Actor) -> Knowledge | None:
    """Write the evidence, move first_known_at earlier and let the clocks follow. None where it is not earlier."""
    case = locked(case)
    if known_at >= case.first_known_at or case.state not in LIVE:
        return None
    row = Knowledge.objects.create(
        case=case, known_at=known_at, how=how, evidence=evidence, recorded_by=who.name, recorded_at=time.now()
    )
    case.first_known_at = known_at
    case.save(update_fields=["first_known_at"])
    Event.objects.filter(pk=case.event_id, first_known_at__gt=known_at).update(first_known_at=known_at)
    record(
        f"case:{case.number}",
        "case.known_earlier",
        {"known_at": known_at.isoformat(), "how": how, "evidence": evidence},
        who,
        rows=[row, case, case.event],
    )
    clocks.start_legal(case, cause=clocks.FOUND_EARLIER, actor=who)
    return row


@transaction.atomic
@together()
def note_late_knowledge(event: Event, hours: float, cause: str) -> LateKnowledge:
    """漏报/迟报 (C5.16, C5.17): found late in a tray. It is counted here and costs no deadline."""
    made = LateKnowledge.objects.create(event=event, kind="missed", found_at=time.now(), hours=hours, cause=cause)
    told = {"hours": round(hours, 2), "cause": cause}
    record(f"event:{event.number}", "event.missed", told, Actor.SYSTEM, rows=[made])
    return made
