"""新闻发布会: plan, media list, prepared answers, transcript and proof on a page that also prints (C8.7, §5.2-10)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.desk.bar import build, form_for
from huiying.desk.dispatch import perform_verb
from huiying.desk.forms import VerbForm
from huiying.desk.gate import StaffRequest, staff
from huiying.desk.verbs.forms import CONFERENCE_VERBS
from huiying.handling.access import get_case
from huiying.handling.process import LIVE
from huiying.kernel import clock
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.responding import formal
from huiying.responding.models import PressConference

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
def do(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
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
        "lacking": formal.conference_lacks(row) if row.state != PressConference.CANCELLED else [],
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
    lacking = formal.not_ready_to_hold(row)
    if not lacking and clock.now() < row.starts_at:
        lacking = [_t("还没有到召开的时间。")]
    return " ".join(lacking)
