"""The one gate to a case: whoever may not see it gets 404, not the knowledge that it exists."""

from __future__ import annotations

from django.http import Http404

from huiying.handling.models import Case
from huiying.people.models import User
from huiying.people.permissions import may


def get_case(user: User, number: str) -> Case:
    case = (
        Case.objects.select_related("event", "regulation")
        .prefetch_related("departments__department")
        .filter(number=number)
        .first()
    )
    if case is None or not may(user, "case.view", case):
        raise Http404
    if case.event.life_safety and not may(user, "urgent.view"):
        # Danger to life is known to those who act on it, the departments that have the case included (§6.2).
        involved = {row.department.code for row in case.departments.all() if row.until is None}
        if not _in(user, involved):
            raise Http404
    return case


def _in(user: User, departments: set[str]) -> bool:
    from huiying.people.standing import standing

    return bool(standing(user).departments & departments)
