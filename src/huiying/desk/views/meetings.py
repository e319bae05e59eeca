"""联席会议: the list, the page with its pack, and the minutes as they are printed （十）C10.1, C10.2."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.desk.bar import build, form_for
from huiying.desk.dispatch import perform_verb
from huiying.desk.forms import VerbForm
from huiying.desk.forms_liaison import FINDINGS
from huiying.desk.forms_meetings import ATTENDANCE
from huiying.desk.gate import StaffRequest, staff
from huiying.desk.verbs.meetings import MEETING_VERBS
from huiying.desk.views.events import page_of
from huiying.handling.actions.meetings import quorum_words
from huiying.handling.meeting_access import get_meeting, meetings_for
from huiying.handling.meeting_packs import pack
from huiying.handling.models import Meeting, MeetingSeat
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.responding.queries import current_revision

STATES = {
    Meeting.CONVENED: _("已召集"),
    Meeting.HELD: _("已开会，纪要待签发"),
    Meeting.SIGNED: _("纪要已签发"),
    Meeting.CANCELLED: _("会议已取消"),
}
# State → what may be done there, in the order of the work, each with its permission.
OPEN_TO = {
    Meeting.CONVENED: (("acknowledge", "meeting.view"), ("hold", "meeting.record"), ("cancel", "meeting.convene")),
    Meeting.HELD: (("sign", "meeting.sign"), ("minute", "meeting.record")),
}
LABELS = {
    "acknowledge": _("确认参加"),
    "hold": _("登记到会情况"),
    "minute": _("写纪要"),
    "sign": _("签发纪要"),
    "cancel": _("取消会议"),
}
OWN_FORM = ("hold", "minute")  # shown in their own section of the page


@dataclass(frozen=True)
class _State:
    name: str
    label: str
    allowed: bool
    why: str


@staff()
def meetings(request: StaffRequest) -> HttpResponse:
    """Those that go on; `?all=1` shows every one."""
    every = request.GET.get("all") == "1"
    found = meetings_for(request.user)
    if not every:
        found = found.filter(state__in=(Meeting.CONVENED, Meeting.HELD))
    page = page_of(request, found)
    rows = [(meeting, STATES[meeting.state]) for meeting in page]
    return render(request, "desk/meetings.html", {"page": page, "rows": rows, "every": every})


@staff()
def meeting(request: StaffRequest, pk: int) -> HttpResponse:
    return _show(request, get_meeting(request.user, pk))


@staff()
def minutes(request: StaffRequest, pk: int) -> HttpResponse:
    found = get_meeting(request.user, pk)
    return render(request, "desk/minutes.html", _minutes(found) | {"meeting": found, "case": found.case})


@staff("POST")
def do(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    found = get_meeting(request.user, pk)
    page = reverse("desk:meeting", args=[found.pk])
    return perform_verb(request, MEETING_VERBS, verb, found, to=page, again=partial(_show, request, found))


def _show(request: StaffRequest, found: Meeting, bound: dict[str, VerbForm] | None = None) -> HttpResponse:
    states = _states(request.user, found)
    allowed = {state.name for state in states if state.allowed}
    seats = list(found.seats.all())
    forms = {
        f"{name}_form": (bound or {}).get(name) or form_for(MEETING_VERBS[name], name, found, request.user)
        for name in OWN_FORM
        if name in allowed
    }
    material = pack(found.case)
    context = {
        "meeting": found,
        "case": found.case,
        "state": STATES[found.state],
        "bar": build(
            [state for state in states if state.name not in OWN_FORM],
            MEETING_VERBS,
            found,
            request.user,
            base=reverse("desk:meeting", args=[found.pk]) + "do/",
            bound=bound,
            forward=("acknowledge", "sign"),
        ),
        "quorum": quorum_words(found, len(seats)),
        "pack": material,
        "liaisons": [(row, FINDINGS.get(row.finding, "")) for row in material.liaisons],
        "revision": current_revision(found.case),
        "sees_case": may(request.user, "case.view", found.case).allowed,
        **_minutes(found),
        **forms,
    }
    return render(request, "desk/meeting.html", context)


def _states(user: User, found: Meeting) -> list[_State]:
    states = []
    for name, permission in OPEN_TO.get(found.state, ()):
        if name == "acknowledge" and not _may_acknowledge(user, found):
            continue
        verdict = may(user, permission, found)
        why = verdict.why
        if name == "sign" and not why and found.minuted_at is None:
            why = _t("纪要还没有写好。")
        states.append(_State(name, str(LABELS[name]), not why, why))
    return states


def _may_acknowledge(user: User, found: Meeting) -> bool:
    return any(seat.user_id == user.pk and seat.acknowledged_at is None for seat in found.seats.all())


def _minutes(found: Meeting) -> dict[str, Any]:
    seats = list(found.seats.all())
    return {
        "seats": [(seat, ATTENDANCE.get(seat.attendance, "")) for seat in seats],
        "by_attendance": [
            (word, [seat for seat in seats if seat.attendance == code]) for code, word in ATTENDANCE.items()
        ],
        "invited": len(seats),
        "acknowledged": sum(seat.acknowledged_at is not None for seat in seats),
        "present": sum(seat.attendance == MeetingSeat.PRESENT for seat in seats),
        "dissents": list(found.dissents.all()) if found.minuted_at else [],
        "decisions": list(found.decisions.select_related("department")) if found.minuted_at else [],
    }
