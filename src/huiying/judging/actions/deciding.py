"""Decisions on an event: its concern, its level, its dismissal. What weakens the answer takes a second person (C1.1,
C6.11).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.db import transaction
from django.db.models import Exists, Model, OuterRef, Q
from django.utils.translation import gettext as _

from huiying.judging import opening, warnings
from huiying.judging.batch import locked_event
from huiying.judging.models import ConcernDecision, Dismissal, Event, LevelDecision, UrgentCall
from huiying.kernel import clock
from huiying.ledger.actions import record
from huiying.ledger.kept import Gone
from huiying.people.errors import Refused
from huiying.people.models import Appointment, User
from huiying.people.permissions import require
from huiying.people.queries import actor_of, holds, regulation_now
from huiying.people.versions import display_name, join_names
from huiying.regulation import UsageError
from huiying.work.outbox import enqueue


@transaction.atomic
def set_concern(event: Event, concern: str, actor: User, claim: str = "", proof: str = "") -> ConcernDecision:
    """Decide the concern of an event. 谣言 takes effect only when a second person agrees. Raises Refused."""
    require(actor, "event.judge", event)
    event = locked_event(event.pk)
    if concern not in regulation_now().concerns:
        raise Refused(
            _("制度里没有“%(concern)s”这一性质。可选：%(known)s。") % {"concern": concern, "known": _known_concern()},
            code="unknown_concern",
        )
    is_rumour = concern in regulation_now().monitor.proof_needed
    if is_rumour and not (claim.strip() and proof.strip()):
        raise Refused(
            _("认定为“%(concern)s”，须写明哪一句说法不实、有什么证据。批评意见不是谣言。")
            % {"concern": display_name(regulation_now(), "word", concern)},
            code="fact_check_needed",
        )
    if is_rumour and waiting(event) is not None:
        raise Refused(_("已有一条谣言认定在等第二人核对。"), code="proposal_open")
    decision = ConcernDecision.objects.create(
        event=event,
        concern=concern,
        proof_needed=is_rumour,
        was=event.concern,
        claim=claim.strip(),
        proof=proof.strip(),
        by=actor.name,
        by_user=actor.pk,
        at=clock.now(),
        agreed=None if is_rumour else True,
    )
    verb = "concern.rumour_proposed" if is_rumour else "concern.decided"
    _record(event, verb, decision, actor)
    if not is_rumour:
        _take_effect(event, decision)
    return decision


@transaction.atomic
def second_concern(decision: ConcernDecision, agree: bool, actor: User) -> ConcernDecision:
    """The second person's word on a proposed 谣言; never the proposer's own. Raises Refused."""
    event = locked_event(decision.event_id)
    require(actor, "event.judge", event)
    decision = ConcernDecision.objects.select_for_update().get(pk=decision.pk)
    if decision.agreed is not None:
        raise Refused(_("这条认定已有结论。"), code="decided")
    if decision.by_user == actor.pk:
        raise Refused(_("谣言认定须由另一人核对证据。"), code="second_person")
    decision.second, decision.second_user = actor.name, actor.pk
    decision.second_at, decision.agreed = clock.now(), agree
    decision.save()
    _record(event, "concern.decided" if agree else "concern.rumour_refused", decision, actor)
    if agree:
        _take_effect(event, decision)
    return decision


def waiting(event: Event) -> ConcernDecision | None:
    """The proposed 谣言 that waits for a second person."""
    return event.concern_decisions.filter(agreed__isnull=True).last()


def _take_effect(event: Event, decision: ConcernDecision) -> None:
    """Earlier decisions stay where they were: a rumour that turns out true keeps its history visible."""
    event.concern = decision.concern
    opening.assess(event, clock.now())
    # A case may have been opened before: it follows, and with it what such a concern asks for (C5.15).
    enqueue("concern_decided", {"event": event.pk, "decision": decision.pk}, key=f"concern:{decision.pk}")


def _record(event: Event, kind: str, decision: ConcernDecision, actor: User) -> None:
    payload = {
        "concern": decision.concern,
        "was": decision.was,
        "claim": decision.claim,
        "proof": decision.proof,
        "by": decision.by,
        "second": decision.second,
    }
    record(f"event:{event.number}", kind, payload, actor_of(actor), rows=[decision])


def _known_concern() -> str:
    regulation = regulation_now()
    return join_names(display_name(regulation, "word", concern) for concern in regulation.concerns)


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


REASON_CHARS = 10


@transaction.atomic
def propose_dismissal(event: Event, ground: str, reason: str, actor: User) -> Dismissal:
    """Propose not to answer. `ground` is a key of GROUNDS, `reason` says it of this event. Raises Refused."""
    require(actor, "event.dismiss", event)
    event = locked_event(event.pk)
    if ground not in GROUNDS:
        raise Refused(
            _("请从清单里选一个理由：%(grounds)s。") % {"grounds": "；".join(GROUNDS.values())}, code="unknown_ground"
        )
    if len("".join(reason.split())) < REASON_CHARS:
        raise Refused(
            _("请写明这一件为什么属于这个理由，至少 %(least)s 个字。") % {"least": REASON_CHARS}, code="reason_needed"
        )
    if event.state not in (Event.OPEN, Event.NOTED):
        raise Refused(_("此事件已立案、已了结或已并入，不能再提不予回应。"), code="settled")
    if UrgentCall.objects.filter(post__membership__event=event, acknowledged_at__isnull=True).exists():
        raise Refused(_("人身安全呼叫还没有人签收，先处理呼叫。"), code="urgent_open")
    if Dismissal.objects.filter(event=event).exists():
        raise Refused(_("已有人提出不予回应，正等第二人决定。"), code="proposal_open")
    dismissal = Dismissal.objects.create(
        event=event,
        ground=ground,
        reason=reason.strip(),
        proposed_by=actor.name,
        proposed_user=actor.pk,
        proposed_at=clock.now(),
    )
    _record_dismissal(event, "dismissal.proposed", dismissal, actor, dismissal)
    return dismissal


@transaction.atomic
def second_dismissal(event: Event, agree: bool, actor: User) -> Dismissal | None:
    """The second person's word: agreed, the event is dismissed; refused, it goes on and the ledger keeps the proposal.

    Returns the dismissal, or None after a refusal. Raises Refused.
    """
    require(actor, "event.dismiss", event)
    event = locked_event(event.pk)
    dismissal = Dismissal.objects.select_for_update().filter(event=event, seconded_at__isnull=True).first()
    if dismissal is None:
        raise Refused(_("没有等待决定的不予回应提请。"), code="nothing_proposed")
    if dismissal.proposed_user == actor.pk:
        raise Refused(_("不予回应须由另一人同意：提请人不能自己同意。"), code="second_person")
    if not agree:
        gone = Gone(Dismissal, dismissal.pk)
        dismissal.delete()
        _record_dismissal(event, "dismissal.refused", dismissal, actor, gone)
        return None
    if event.state not in (Event.OPEN, Event.NOTED):
        raise Refused(_("此事件已立案、已了结或已并入，不能再提不予回应。"), code="settled")
    dismissal.seconded_by, dismissal.seconded_user, dismissal.seconded_at = actor.name, actor.pk, clock.now()
    dismissal.save()
    event.state, event.confirm_by = Event.DISMISSED, None
    event.save()
    opening.forget_voices(event)
    warnings.settle(event, actor.name)
    _record_dismissal(event, "event.dismissed", dismissal, actor, dismissal, event)
    return dismissal


def _record_dismissal(event: Event, kind: str, dismissal: Dismissal, actor: User, *rows: Model | Gone) -> None:
    payload = {
        "ground": GROUNDS[dismissal.ground],
        "reason": dismissal.reason,
        "proposed_by": dismissal.proposed_by,
        "seconded_by": dismissal.seconded_by,
    }
    record(f"event:{event.number}", kind, payload, actor_of(actor), rows=rows)


GROUNDS: Final = {
    "elsewhere": "不属于本局职责，已告知应找的单位",
    "answered": "同一件事已经公开回应过",
    "statutory": "已进入异议、质疑、投诉等法定程序，依法在程序内答复",
    "not_a_matter": "没有可核实的事情，只是情绪或闲谈",
    "misread": "机器误判，与公共资源交易无关",
    "withdrawn": "发布者自行更正，影响已消除",
}
