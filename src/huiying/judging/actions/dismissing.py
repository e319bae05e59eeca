"""No event ends in silence: not answering is a reasoned decision of two persons, on a ground from a fixed list."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from huiying.judging import voice_tags, warnings
from huiying.judging.grounds import GROUNDS
from huiying.judging.locking import locked_event
from huiying.judging.models import Dismissal, Event, UrgentCall
from huiying.kernel import clock
from huiying.ledger.actions import record
from huiying.ledger.kept import Gone
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import actor_of

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
    _record(event, "dismissal.proposed", dismissal, actor, dismissal)
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
        _record(event, "dismissal.refused", dismissal, actor, gone)
        return None
    if event.state not in (Event.OPEN, Event.NOTED):
        raise Refused(_("此事件已立案、已了结或已并入，不能再提不予回应。"), code="settled")
    dismissal.seconded_by, dismissal.seconded_user, dismissal.seconded_at = actor.name, actor.pk, clock.now()
    dismissal.save()
    event.state, event.confirm_by = Event.DISMISSED, None
    event.save()
    voice_tags.forget(event)
    warnings.settle(event, actor.name)
    _record(event, "event.dismissed", dismissal, actor, dismissal, event)
    return dismissal


def _record(event: Event, kind: str, dismissal: Dismissal, actor: User, *rows: Model | Gone) -> None:
    payload = {
        "ground": GROUNDS[dismissal.ground],
        "reason": dismissal.reason,
        "proposed_by": dismissal.proposed_by,
        "seconded_by": dismissal.seconded_by,
    }
    record(f"event:{event.number}", kind, payload, actor_of(actor), rows=rows)
