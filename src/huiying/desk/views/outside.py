"""核实衔接 （五）C5.15 and 联席会议 （十）C10.1, C10.2: letters to other bodies, meetings with their pack and their
minutes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django.db.models import F
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _t, gettext_lazy as _

from huiying.desk.bar import Bar, build, form_for
from huiying.desk.dispatch import perform_verb
from huiying.desk.forms import VerbForm
from huiying.desk.gate import StaffRequest, staff
from huiying.desk.subjects.liaison import FINDINGS, LETTER_VERBS, MEANS
from huiying.desk.subjects.meetings import ATTENDANCE, MEETING_VERBS, STATES
from huiying.desk.views.events import page_of
from huiying.handling.access import get_case, get_meeting, meetings_for
from huiying.handling.actions.meetings import quorum_words
from huiying.handling.models import Case, Liaison, Meeting, MeetingSeat
from huiying.handling.process import LIVE
from huiying.handling.queries import cases_for
from huiying.handling.required import pack
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.responding.queries import current_revision


@dataclass(frozen=True)
class _LetterState:
    name: str
    label: str
    allowed: bool
    why: str


@staff()
def liaisons(request: StaffRequest) -> HttpResponse:
    """What waits first, by its date; `?all=1` shows every letter."""
    every = request.GET.get("all") == "1"
    found = Liaison.objects.filter(case__in=cases_for(request.user).values("pk")).select_related("case")
    if not every:
        found = found.filter(answered_at__isnull=True, case__state__in=LIVE)
    page = page_of(request, found.order_by(F("submit_before").asc(nulls_first=True), "id"))
    return render(request, "desk/liaisons.html", {"page": page, "every": every})


@staff()
def liaison(request: StaffRequest, pk: int) -> HttpResponse:
    return _show_letter(request, _letter(request.user, pk))


@staff("POST")
def liaison_do(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    row = _letter(request.user, pk)

    def after(_result: Any) -> str:
        latest = Liaison.objects.filter(case=row.case, body=row.body).latest("id") if verb == "send" else row
        return reverse("desk:liaison", args=[latest.pk])

    def sent(token: Any) -> str:
        """The link is shown once: only its hash is kept."""
        if not token:
            return str(LETTER_VERBS["send"].done)
        link = request.build_absolute_uri(reverse("portal:liaison", args=[token]))
        return _t("已登记发出。把这个一次性链接交给对方，它只显示这一次：%(link)s") % {"link": link}

    verbs = LETTER_VERBS | {"send": replace(LETTER_VERBS["send"], done=sent)}
    return perform_verb(request, verbs, verb, row, to=after, again=partial(_show_letter, request, row))


def _letter(user: User, pk: int) -> Liaison:
    """Whoever may see the case may see its letters; outsiders get 404."""
    row = Liaison.objects.select_related("case").filter(pk=pk).first()
    if row is None:
        raise Http404
    row.case = get_case(user, row.case.number)
    return row


def _show_letter(request: StaffRequest, row: Liaison, bound: dict[str, VerbForm] | None = None) -> HttpResponse:
    context = {
        "row": row,
        "case": row.case,
        "bar": _bar(request.user, row, bound),
        "means": MEANS.get(row.means, ""),
        "finding": FINDINGS.get(row.finding, ""),
    }
    return render(request, "desk/liaison.html", context)


def _bar(user: User, row: Liaison, bound: dict[str, VerbForm] | None) -> Bar:
    labels = {
        "edit": _t("改函的文字"),
        "send": _t("再次发函") if row.sent_at else _t("发函"),
        "record_answer": _t("登记对方的答复"),
    }
    verdict = may(user, "liaison.write")
    states = [_LetterState(name, labels[name], verdict.allowed, verdict.why) for name in _fitting(row, row.case)]
    base = reverse("desk:liaison", args=[row.pk]) + "do/"
    return build(
        states,
        LETTER_VERBS,
        row,
        user,
        base=base,
        bound=bound,
        forward=("record_answer",) if row.sent_at else ("send",),
    )


def _fitting(row: Liaison, case: Case) -> list[str]:
    """What can still be done with the letter where it stands."""
    if row.answered_at is not None:
        return []
    if case.state not in LIVE:
        return ["record_answer"] if row.sent_at else []
    return ["record_answer", "send"] if row.sent_at else ["send", "edit"]


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
def meeting_do(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
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
