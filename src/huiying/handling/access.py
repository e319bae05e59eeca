"""The one gate to a case: whoever may not see it gets 404, not the knowledge that it exists."""

from __future__ import annotations

from django.http import Http404

from huiying.handling.models import Case
from huiying.people import reads
from huiying.people.models import User
from huiying.people.permissions import live_departments, may
from huiying.people.standing import standing


def get_case(user: User, number: str) -> Case:
    """The case of that number. Raises Http404; `queries.cases_for` lists by the same rule."""
    case = (
        Case.objects.select_related("event", "regulation")
        .prefetch_related("departments__department")
        .filter(number=number)
        .first()
    )
    if case is None or not opens(user, case):
        raise Http404
    note(user, case)
    return case


def note(user: User, case: Case) -> None:
    """A look at a danger to life stands in the ledger before it is answered (§6.1 S8, S9)."""
    if case.event.life_safety:
        reads.note_read(user, f"case:{case.number}", reads.LIFE)


def opens(user: User, case: Case) -> bool:
    """The gate itself, for a case that was read together with something that belongs to it."""
    if not may(user, "case.view", case):
        return False
    return not case.event.life_safety or may(user, "urgent.view").allowed or _acts_on(user, case)


def _acts_on(user: User, case: Case) -> bool:
    """Danger to life is known to those who act on it (§6.2): the departments that have the case now, and while its
    answer is under review those who review, or a step of theirs could never be decided.
    """
    person = standing(user)
    if person.departments & live_departments(case):
        return True
    return case.state == "reviewing" and person.can("review_all")
