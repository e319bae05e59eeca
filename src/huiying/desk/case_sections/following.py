"""The part of the case's page 回应 that `desk/parts/case_following.html` shows."""

from __future__ import annotations

from typing import Any

from huiying.desk.effect_charts import look
from huiying.handling.models import Case
from huiying.kernel import clock
from huiying.people.models import User
from huiying.responding import following
from huiying.responding.public import public_answer


def section(case: Case, user: User) -> dict[str, Any]:
    """Effect, the decision to go on, and every public version, as the public reads it."""
    if case.answered_at is None and not case.publications.filter(state="live").exists():
        return {}
    decision, answer = following.decision_of(case), public_answer(case.number)
    unheard = case.confirmations.filter(
        overridden_at__isnull=False, post_hoc_due_at__isnull=False, answered_at__isnull=True
    ).values_list("body", flat=True)
    due = decision.next_due_at if decision else None
    return {
        "effect_looks": [look(row) for row in case.effect_reviews.all()],
        "decision": decision,
        "promise_late": due is not None and due < clock.now(),
        "surge_words": following.asks_anew(case) if case.state != "closed" else "",
        "unheard": "、".join(dict.fromkeys(unheard)),
        "versions": answer.versions if answer else [],
    }
