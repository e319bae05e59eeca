"""The plan of a policy that a case was opened with (`desk/parts/case_plan.html`, C6.8)."""

from __future__ import annotations

from typing import Any

from huiying.foreseeing.models import PlanHit
from huiying.handling.models import Case
from huiying.people.models import User


def section(case: Case, _user: User) -> dict[str, Any]:
    """One query where no plan was set off."""
    rows = PlanHit.objects.filter(case=case, state=PlanHit.TAKEN).select_related("plan__assessment__policy")
    return {"plans": [(hit, hit.plan, hit.plan.assessment.policy, list(hit.plan.contacts.all())) for hit in rows]}
