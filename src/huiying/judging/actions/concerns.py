"""性质 is said by persons; the machine only suggests (C5.14). 谣言 needs claim, proof and two persons (C1.2)."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.judging import opening
from huiying.judging.locking import locked_event
from huiying.judging.models import ConcernDecision, Event
from huiying.kernel import clock
from huiying.ledger.actions import record
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import actor_of, regulation_now
from huiying.people.words import display_name, join_names
from huiying.work.outbox import enqueue


@transaction.atomic
def set_concern(event: Event, concern: str, actor: User, claim: str = "", proof: str = "") -> ConcernDecision:
    """Decide the concern of an event. 谣言 takes effect only when a second person agrees. Raises Refused."""
    require(actor, "event.judge", event)
    event = locked_event(event.pk)
    if concern not in regulation_now().concerns:
        raise Refused(
            _("制度里没有“%(concern)s”这一性质。可选：%(known)s。") % {"concern": concern, "known": _known()},
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


def _known() -> str:
    regulation = regulation_now()
    return join_names(display_name(regulation, "word", concern) for concern in regulation.concerns)
