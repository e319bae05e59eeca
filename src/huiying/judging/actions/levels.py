"""Who may set which level (INV-7): up, anyone on duty and at once; down, two persons and a reason.

Decisions are appended, never changed; the last one that took effect is the level.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from huiying.judging import warnings
from huiying.judging.locking import locked_event
from huiying.judging.models import Event, LevelDecision
from huiying.kernel import clock
from huiying.ledger.actions import record
from huiying.people.errors import Refused
from huiying.people.models import Appointment, User
from huiying.people.permissions import require
from huiying.people.queries import actor_of, holds, regulation_now
from huiying.people.words import display_name
from huiying.regulation import UsageError

BY_PERSONS = (LevelDecision.CONFIRMED, LevelDecision.RAISED, LevelDecision.LOWERED)
EFFECTIVE = (*BY_PERSONS, LevelDecision.PROVISIONAL)


def confirmed_level(event: Event) -> str | None:
    """The level that persons decided, None before the first confirmation."""
    row = event.level_decisions.filter(kind__in=BY_PERSONS).last()
    return row.level if row else None


def current_level(event: Event) -> str:
    """The level in effect: decided, else provisional, else suggested."""
    row = event.level_decisions.filter(kind__in=BY_PERSONS).last()
    row = row or event.level_decisions.filter(kind=LevelDecision.PROVISIONAL).last()
    return row.level if row else event.suggested_level


def open_proposal(event: Event) -> LevelDecision | None:
    """The proposal to lower that waits for a second person."""
    return event.level_decisions.filter(kind=LevelDecision.PROPOSED_LOWER, outcome__isnull=True).last()


@transaction.atomic
def decide_level(event: Event, level: str, actor: User, reason: str = "") -> LevelDecision:
    """Confirm or raise at once; what would lower becomes a proposal for a second person. Returns the row.

    The first confirmation may go below the suggestion where the actor's post may confirm the suggested level, with a
    reason (§4.2). The level that stands already gives its own row again. Raises Refused.
    """
    require(actor, "event.confirm_level", event)
    event = _locked(event)
    level = _known(level)
    rank = regulation_now().rank
    standing = event.level_decisions.filter(kind__in=BY_PERSONS).last()
    if standing is None:
        return _first(event, level, actor, reason)
    if level == standing.level:
        return standing
    if rank(level) > rank(standing.level):
        return _append(event, LevelDecision.RAISED, level, actor, reason)
    return _propose(event, level, reason, actor)


@transaction.atomic
def affirm_level(event: Event, actor: User, reason: str = "") -> LevelDecision:
    """The level that stands, confirmed by the post that confirms it: somebody on duty had set it first (§4.3)."""
    require(actor, "event.confirm_level", event)
    event = _locked(event)
    return _append(event, LevelDecision.CONFIRMED, current_level(event), actor, reason)


def standing_decision(event: Event, roles: Iterable[str] = ()) -> LevelDecision | None:
    """What persons last decided; `by_post` says whether one of them held one of `roles` at that moment (§4.3)."""
    held = Appointment.objects.filter(role__in=tuple(roles), since__lte=OuterRef("at")).filter(
        Q(until__isnull=True) | Q(until__gt=OuterRef("at")),
        Q(user_id=OuterRef("by_user")) | Q(user_id=OuterRef("second_user")),
    )
    return event.level_decisions.filter(kind__in=BY_PERSONS).annotate(by_post=Exists(held)).last()


def _first(event: Event, level: str, actor: User, reason: str) -> LevelDecision:
    regulation = regulation_now()
    suggested = event.suggested_level or regulation.levels[0].code
    if regulation.rank(level) >= regulation.rank(suggested):
        return _append(event, LevelDecision.CONFIRMED, level, actor, reason)
    _check_reason(reason)
    if any(holds(actor, role) for role in regulation.confirmers(suggested)):
        return _append(event, LevelDecision.CONFIRMED, level, actor, reason)
    return _propose(event, level, reason, actor)


@transaction.atomic
def propose_lower(event: Event, level: str, reason: str, actor: User) -> LevelDecision:
    """Propose a lower level; nothing changes until a second person agrees. Raises Refused."""
    require(actor, "event.confirm_level", event)
    event = _locked(event)
    level = _known(level)
    if regulation_now().rank(level) >= regulation_now().rank(current_level(event)):
        raise Refused(_("拟调级别不低于当前级别，不需要提请；请直接确认级别。"), code="not_lower")
    return _propose(event, level, reason, actor)


def _propose(event: Event, level: str, reason: str, actor: User) -> LevelDecision:
    _check_reason(reason)
    waiting = open_proposal(event)
    if waiting is not None and waiting.level == level:
        return waiting
    if waiting is not None:
        raise Refused(
            _("%(name)s已提请调为%(level)s，正等第二人决定；请先处理那一条。")
            % {"name": waiting.by, "level": display_name(regulation_now(), "level", waiting.level)},
            code="proposal_open",
        )
    return _append(event, LevelDecision.PROPOSED_LOWER, level, actor, reason)


@transaction.atomic
def second_lower(proposal: LevelDecision, agree: bool, actor: User) -> LevelDecision:
    """The second person's word on a proposal: a `lowered` or a `refused` row. Raises Refused."""
    event = _locked(proposal.event)
    require(actor, "event.confirm_level", event)
    if proposal.kind != LevelDecision.PROPOSED_LOWER or LevelDecision.objects.filter(proposal=proposal).exists():
        raise Refused(_("这条调级提请已有结论。"), code="decided")
    if proposal.by_user == actor.pk:
        raise Refused(_("调低级别须由另一人决定：提请人不能自己同意。"), code="second_person")
    if agree and proposal.was != current_level(event):
        raise Refused(_("提请之后级别已有变化，请重新提请。"), code="stale")
    kind = LevelDecision.LOWERED if agree else LevelDecision.REFUSED
    row = LevelDecision.objects.create(
        event=event,
        kind=kind,
        level=proposal.level if agree else proposal.was,
        was=proposal.was,
        by=proposal.by,
        by_user=proposal.by_user,
        second=actor.name,
        second_user=actor.pk,
        proposal=proposal,
        reason=proposal.reason,
        at=clock.now(),
    )
    _note(event, row, actor)
    return row


def _append(event: Event, kind: str, level: str, actor: User, reason: str) -> LevelDecision:
    row = LevelDecision.objects.create(
        event=event,
        kind=kind,
        level=level,
        was=current_level(event),
        by=actor.name,
        by_user=actor.pk,
        reason=reason.strip(),
        at=clock.now(),
    )
    _note(event, row, actor)
    return row


def _note(event: Event, row: LevelDecision, actor: User) -> None:
    """Ledger, and the end of waiting: a level that a person set needs no provisional clock and no further climbing."""
    verb = {LevelDecision.PROPOSED_LOWER: "lower_proposed", LevelDecision.REFUSED: "lower_refused"}.get(
        row.kind, row.kind
    )
    payload = {"level": row.level, "was": row.was, "by": row.by, "second": row.second, "reason": row.reason}
    record(f"event:{event.number}", f"level.{verb}", payload, actor_of(actor), rows=[row])
    if row.kind in BY_PERSONS:
        Event.objects.filter(pk=event.pk).update(confirm_by=None)
        warnings.settle(event, actor.name)


def _check_reason(reason: str) -> None:
    least = regulation_now().grading.lowering.reason_min_chars
    if len("".join(reason.split())) < least:
        raise Refused(
            _("调低级别要写明理由，至少 %(least)s 个字；现在只有 %(have)s 个字。")
            % {"least": least, "have": len("".join(reason.split()))},
            code="reason_needed",
        )


def _known(level: str) -> str:
    try:
        return regulation_now().level(level).code
    except UsageError as error:
        raise Refused(str(error), code="unknown_level") from error


def _locked(event: Event) -> Event:
    """The event's row under lock: two decisions at the same moment come one after the other."""
    found = locked_event(event.pk)
    if found.state == Event.MERGED and found.merged_into is not None:
        raise Refused(
            _("此事件已并入 %(number)s，请到那里定级。") % {"number": found.merged_into.number}, code="merged"
        )
    return found
