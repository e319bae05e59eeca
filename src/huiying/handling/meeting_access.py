"""The one gate to a meeting: whoever may not see it gets 404, not the knowledge that it exists."""

from __future__ import annotations

from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404

from huiying.handling.access import note, opens
from huiying.handling.models import Meeting, MeetingSeat
from huiying.handling.queries import cases_for
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.people.standing import standing


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
