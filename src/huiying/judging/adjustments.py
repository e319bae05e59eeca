"""What the bureau's clearances taught the screening: which weights are in force, learning new ones, going back."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.engine.adjusting import Cleared, lesson
from huiying.engine.screening import Screener
from huiying.judging.models import ScreenAdjustment, Screening
from huiying.kernel import clock
from huiying.ledger.actions import Actor, record
from huiying.listening import actions as listening
from huiying.listening.queries import as_engine_post
from huiying.listening.watching import screener
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import actor_of

#: Clearances older than this say little of what is written today.
REMEMBERED = dt.timedelta(days=180)
MOST = 4_000
#: A decision that may still be undone teaches nothing.
SETTLED = dt.timedelta(minutes=10)


def in_force() -> ScreenAdjustment | None:
    """The newest adjustment that was applied and not withdrawn, of the model that screens now."""
    found = ScreenAdjustment.objects.filter(state=ScreenAdjustment.APPLIED).order_by("-id").first()
    return found if found is not None and found.model == _version() else None


def current() -> int:
    """The id of what is in force, 0 where nothing is."""
    found = in_force()
    return found.pk if found is not None else 0


def weights() -> dict[str, float]:
    """The weights in force."""
    found = in_force()
    return dict(found.weights) if found is not None else {}


@transaction.atomic
def learn() -> ScreenAdjustment | None:
    """Learn from the clearances of the last half year; kept only where it does better on those held back.

    None where there are too few, where nothing was cleared since the last time, or where no model screens.
    """
    base = screener()
    if base.model_version is None:
        return None
    now = clock.now()
    newest = ScreenAdjustment.objects.order_by("-id").first()
    rows = Screening.objects.filter(cleared_at__gt=now - REMEMBERED, cleared_at__lte=now - SETTLED).exclude(cleared="")
    if newest is not None and not rows.filter(cleared_at__gt=newest.at - SETTLED).exists():
        return None
    cleared = [_cleared(row, base) for row in rows.select_related("post").order_by("-cleared_at", "-id")[:MOST]]
    taught = lesson([row for row in cleared if row is not None], weights())
    if taught is None:
        return None
    state = ScreenAdjustment.APPLIED if taught.helps else ScreenAdjustment.REFUSED
    made = ScreenAdjustment.objects.create(
        state=state,
        weights=dict(taught.weights),
        learned_from=taught.learned_from,
        held_back=taught.held_back,
        loss_before=taught.loss_before,
        loss_after=taught.loss_after,
        model=_version(),
        at=now,
    )
    record(listening.CHAIN, f"screening.{state}", _told(made), Actor.SYSTEM, rows=[made])
    return made


@transaction.atomic
def withdraw(adjustment: ScreenAdjustment, actor: User) -> ScreenAdjustment:
    """Take an adjustment back: the one before it, or the shipped model alone, screens again. Twice is once."""
    require(actor, "screening.withdraw")
    found = ScreenAdjustment.objects.select_for_update().get(pk=adjustment.pk)
    if found.state == ScreenAdjustment.WITHDRAWN:
        return found
    if found.state != ScreenAdjustment.APPLIED:
        raise Refused(_("这次调整没有启用，不用撤回。"), code="not_applied")
    found.state, found.withdrawn_by, found.withdrawn_at = ScreenAdjustment.WITHDRAWN, actor.name, clock.now()
    found.save(update_fields=["state", "withdrawn_by", "withdrawn_at"])
    record(listening.CHAIN, "screening.withdrawn", _told(found), actor_of(actor), rows=[found])
    return found


def _told(made: ScreenAdjustment) -> dict[str, object]:
    return {
        "adjustment": made.pk,
        "learned_from": made.learned_from,
        "held_back": made.held_back,
        "loss_before": round(made.loss_before, 4),
        "loss_after": round(made.loss_after, 4),
    }


def _cleared(row: Screening, base: Screener) -> Cleared | None:
    seen = base.seen(as_engine_post(row.post))
    judged = base.judged(seen)
    if judged is None:
        return None
    return Cleared(str(row.post_id), judged.odds, seen.evidence.names, row.cleared == Screening.HIT)


def _version() -> str:
    return screener().model_version or ""
