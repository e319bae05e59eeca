"""The holding statement and what is late, on the case's page 回应 (`desk/parts/case_drafting.html`)."""

from __future__ import annotations

from typing import Any

from huiying.handling.models import Case
from huiying.kernel import clock
from huiying.people.models import User
from huiying.responding.models import Publication, ReviewRound, ReviewStep, Revision


def section(case: Case, user: User) -> dict[str, Any]:
    """Four queries, whatever there is."""
    held = Revision.objects.filter(case=case, track=Revision.HOLDING).last()
    rounds = ReviewRound.objects.filter(case=case, track=Revision.HOLDING).prefetch_related("steps")
    late = ReviewStep.objects.filter(
        round__case=case,
        round__state=ReviewRound.OPEN,
        decision="",
        due_at__lt=clock.now(),
        next_action_at__isnull=False,
    )
    out = Publication.objects.filter(case=case, stage=Revision.HOLDING).select_related("platform")
    return {
        "holding": held,
        "holding_round": rounds.last() if held else None,
        "holding_out": list(out.order_by("id")) if held else [],
        "late_steps": list(late.select_related("round")),
    }
