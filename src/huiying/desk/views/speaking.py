"""发言人名册 (C12.1) and 新闻发布会 (C8.7, §5.2-10): who may speak and what the register lacks; a conference on a
page that also prints.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _t, gettext_lazy as _

from huiying.desk.bar import build, form_for
from huiying.desk.dispatch import perform_verb
from huiying.desk.forms import VerbForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.subjects.answer_formats import CONFERENCE_VERBS, SPEAKER_VERBS
from huiying.handling.access import get_case
from huiying.handling.process import LIVE
from huiying.kernel import clock
from huiying.people.models import Spokesperson, User
from huiying.people.permissions import may
from huiying.people.registers import YEAR, speaker_register
from huiying.responding import forms_of_answer
from huiying.responding.models import PressConference


@staff()
def speakers(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "register.view")
    return _page(request)


@staff("POST")
def appoint(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "register.view")
    return _speaker_do(request, "appoint", None)


@staff("POST")
def speaker_do(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    or_404(request.user, "register.view")
    row = get_object_or_404(Spokesperson.objects.select_related("user"), pk=pk)
    return _speaker_do(request, verb, row)


def _speaker_do(request: StaffRequest, verb: str, row: Spokesperson | None) -> HttpResponse:
    verbs = {name: one for name, one in SPEAKER_VERBS.items() if (name == "appoint") == (row is None)}
    page = reverse("desk:speakers")
    return perform_verb(request, verbs, verb, row, to=page, again=lambda bound: _page(request, bound, row))


def _page(
    request: StaffRequest, bound: dict[str, VerbForm] | None = None, about: Spokesperson | None = None
) -> HttpResponse:
    """`bound` is a form that was refused, `about` the entry it was about."""
    found, bound = speaker_register(), bound or {}
    may_edit = may(request.user, "speaker.register").allowed
    spoken = dict(Spokesperson.objects.annotate(n=Count("authorisations")).values_list("pk", "n"))
    rows = []
    for row in found.live:
        mine = bound if about is not None and about.pk == row.pk else {}
        train = mine.get("train") or form_for(SPEAKER_VERBS["train"], f"train-{row.pk}", row, request.user)
        refused = mine["end"].non_field_errors() if "end" in mine else []
        rows.append((row, train, refused, spoken[row.pk]))
    ended = Spokesperson.objects.exclude(pk__in=[row.pk for row in found.live]).select_related("user")
    context = {
        "found": found,
        "year": YEAR,
        "rows": rows,
        "ended": ended.order_by("-until", "-id")[:20],
        "appoint_form": (
            bound.get("appoint") or form_for(SPEAKER_VERBS["appoint"], "appoint", None, request.user)
            if may_edit or "appoint" in bound
            else None
        ),
        "may_edit": may_edit,
        "lost": _lost(bound, about, found.live),
    }
    return render(request, "desk/speakers.html", context)


def _lost(bound: dict[str, VerbForm], about: Spokesperson | None, live: list[Spokesperson]) -> list[str]:
    """What was refused about an entry that is not shown any more."""
    if about is None or any(row.pk == about.pk for row in live):
        return []
    return [str(error) for form in bound.values() for error in form.non_field_errors()]


STATES = {
    PressConference.PLANNED: _("已拟方案"),
    PressConference.HELD: _("已召开"),
    PressConference.CANCELLED: _("已取消"),
}
LABELS = {"edit": _("改方案"), "prepare": _("准备问答"), "hold": _("登记召开"), "cancel": _("取消发布会")}
OWN_FORM = ("prepare", "hold")  # shown in their own section of the page


@dataclass(frozen=True)
class _State:
    name: str
    label: str
    allowed: bool
    why: str


def get_conference(user: User, pk: int) -> PressConference:
    """Whoever sees the case sees its press conference; outsiders get 404."""
    rows = PressConference.objects.select_related("case", "speaker__speaker__user", "speaker__case", "evidence")
    row = rows.select_related("publication").filter(pk=pk, case__isnull=False).first()
    if row is None or row.case is None:
        raise Http404
    row.case = get_case(user, row.case.number)
    return row


@staff()
def conference(request: StaffRequest, pk: int) -> HttpResponse:
    return _show(request, get_conference(request.user, pk))


@staff("POST")
def conference_do(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    row = get_conference(request.user, pk)
    page = reverse("desk:conference", args=[row.pk])
    return perform_verb(request, CONFERENCE_VERBS, verb, row, to=page, again=partial(_show, request, row))


def _show(request: StaffRequest, row: PressConference, bound: dict[str, VerbForm] | None = None) -> HttpResponse:
    states = _states(request.user, row)
    allowed = {state.name for state in states if state.allowed}
    forms = {
        f"{name}_form": (bound or {}).get(name) or form_for(CONFERENCE_VERBS[name], name, row, request.user)
        for name in OWN_FORM
        if name in allowed or name in (bound or {})
    }
    context = {
        "row": row,
        "case": row.case,
        "state": STATES[row.state],
        "lacking": forms_of_answer.conference_lacks(row) if row.state != PressConference.CANCELLED else [],
        "bar": build(
            [state for state in states if state.name not in OWN_FORM or not state.allowed],
            CONFERENCE_VERBS,
            row,
            request.user,
            base=reverse("desk:conference", args=[row.pk]) + "do/",
            bound=bound,
        ),
        **forms,
    }
    return render(request, "desk/conference.html", context)


def _states(user: User, row: PressConference) -> list[_State]:
    assert row.case is not None
    if row.state != PressConference.PLANNED or row.case.state not in LIVE:
        return []
    verdict = may(user, "form.plan", row.case)
    states = []
    for name in CONFERENCE_VERBS:
        why = verdict.why or (_not_yet(row) if name == "hold" else "")
        states.append(_State(name, str(LABELS[name]), not why, why))
    return states


def _not_yet(row: PressConference) -> str:
    lacking = forms_of_answer.not_ready_to_hold(row)
    if not lacking and clock.now() < row.starts_at:
        lacking = [_t("还没有到召开的时间。")]
    return " ".join(lacking)
