"""The one gate to a case and to a meeting: whoever may not see it gets 404, not the knowledge that it exists."""

from __future__ import annotations

from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404

from huiying.handling.models import Case, Meeting, MeetingSeat
from huiying.handling.queries import cases_for, with_departments
from huiying.judging.access import note_matter
from huiying.judging.models import Event
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.people.predicates import live_departments
from huiying.people.standing import standing


def get_case(user: User, number: str) -> Case:
    """The case of that number. Raises Http404; `queries.cases_for` lists by the same rule."""
    case = (
        Case.objects.select_related("event", "regulation")
        .prefetch_related(with_departments())
        .filter(number=number)
        .first()
    )
    if case is None or not opens(user, case):
        raise Http404
    note(user, case)
    return case


def find_case(user: User, number: str) -> Case | None:
    """For a form that names a case: None where there is none, or none that the person may know of."""
    rows = Case.objects.select_related("event", "regulation").prefetch_related(with_departments())
    found = rows.filter(number=number.strip()).first()
    return found if found is not None and opens(user, found) else None


def note(user: User, case: Case) -> None:
    """A look at a labelled matter stands in the ledger before it is answered (§6.1 S8, S9)."""
    note_matter(user, f"case:{case.number}", case.event)


def opens(user: User, case: Case) -> bool:
    """The gate itself, for a case that was read together with something that belongs to it. Who may know of a reporter
    of wrongdoing stands in `case.view` and is nobody else's; any other label is for those who act on it.
    """
    if not may(user, "case.view", case):
        return False
    if case.event.sensitive == Event.REPORTER or not case.event.reserved:
        return True
    return may(user, "urgent.view").allowed or _acts_on(user, case)


def _acts_on(user: User, case: Case) -> bool:
    """A danger to life, a minor or a victim is known to those who act on it (§6.2): the departments that have the case
    now, and while its answer is under review those who review, or a step of theirs could never be decided.
    """
    person = standing(user)
    if person.departments & live_departments(case):
        return True
    return case.state == "reviewing" and person.can("review_all")


def get_meeting(user: User, pk: int) -> Meeting:
    """The meeting of that key, with its seats. Raises Http404; `meetings_for` lists by the same rule."""
    found = (
        Meeting.objects.select_related("case__event", "case__regulation")
        .prefetch_related(Prefetch("seats", MeetingSeat.objects.select_related("department")))
        .filter(pk=pk)
        .first()
    )
    if found is None or not may(user, "meeting.view", found):
        raise Http404
    called = any(seat.user_id == user.pk for seat in found.seats.all())
    if found.case.event.life_safety and not called and not may(user, "urgent.view"):
        raise Http404
    if found.case.event.sensitive and not opens(user, found.case):  # being called to it is not enough (§6.2)
        raise Http404
    note(user, found.case)
    return found


def meetings_for(user: User) -> QuerySet[Meeting]:
    """The meetings that a person may see; labelled matters only for those who act on them (§6.1 S8, §6.2)."""
    who = standing(user)
    sensitive = ~Q(case__event__sensitive="")
    found = Meeting.objects.select_related("case").order_by("-starts_at", "-id")
    if not (who.can("office") or who.can("lead_bureau")):
        found = found.filter(~sensitive | Q(case__in=cases_for(user).values("pk")))
    if any(who.can(capability) for capability in ("duty", "office", "lead_bureau")):
        return found
    own = Q(pk__in=user.seats.values("meeting"))
    if who.can("review_all") or who.can("audit"):
        return found.filter(own | Q(case__event__life_safety=False, case__event__sensitive=""))
    return found.filter(own)
