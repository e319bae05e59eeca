"""What the first page says of answers that are out and of matters that nobody has looked at （一）（三）."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Exists, Q, QuerySet

from huiying.handling.process import LIVE
from huiying.handling.queries import cases_for
from huiying.judging.queries import missed_topics
from huiying.kernel import clock
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.people.queries import standing
from huiying.regulation import Regulation
from huiying.responding.following import effect_is_required
from huiying.responding.models import EffectReview, SustainedDecision

SHOWN = 8


def flags(now: dt.datetime, regulation: Regulation) -> dict[str, Exists]:
    """Whether there is anything at all, as parts of the one query that every page makes anyway."""
    return {
        "effects": Exists(EffectReview.objects.filter(verdict="", due_at__lte=now, case__state__in=LIVE)),
        "promises": Exists(_promises(now)),
        "missed": Exists(missed_topics(now, regulation).filter(life_safety=False, sensitive="")),
    }


def _promises(now: dt.datetime) -> QuerySet[SustainedDecision]:
    rows = SustainedDecision.objects.filter(superseded_at__isnull=True).exclude(case__state="merged")
    return rows.filter(Q(prompted_at__isnull=False, case__state__in=LIVE) | Q(next_due_at__lt=now))


def waiting(user: User, anything: bool) -> dict[str, Any]:
    """Each list only for whom it is: effects to judge, decisions to take anew or promises to keep, missed topics."""
    now, who = clock.now(), standing(user)
    found: dict[str, Any] = {"effects_due": [], "promises_due": [], "missed": []}
    if not anything:
        return found
    if any(who.can(one) for one in ("office", "draft", "handle")):
        own = cases_for(user).filter(state__in=LIVE)
        rows = EffectReview.objects.filter(verdict="", due_at__lte=now, case__in=own.values("pk"))
        effects = rows.select_related("case__regulation", "case__event").order_by("due_at")[: 3 * SHOWN]
        found["effects_due"] = [
            row for row in effects if effect_is_required(row.case) and may(user, "effect.judge", row.case)
        ][:SHOWN]
    if may(user, "case.sustain"):
        found["promises_due"] = list(_promises(now).select_related("case").order_by("at")[:SHOWN])
    if may(user, "event.judge"):
        # A danger to life calls people by itself, and stands on no list (Life first).
        found["missed"] = list(missed_topics(now, who.regulation).filter(life_safety=False, sensitive="")[:SHOWN])
    return found
