"""核实衔接: the letters that wait, and the page of one letter, which is also what is printed （五）C5.15."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django.db.models import F
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _t

from huiying.desk.bar import Bar, build
from huiying.desk.dispatch import perform_verb
from huiying.desk.forms import VerbForm
from huiying.desk.forms_liaison import FINDINGS, MEANS
from huiying.desk.gate import StaffRequest, staff
from huiying.desk.verbs.liaison import LETTER_VERBS
from huiying.desk.views.events import page_of
from huiying.handling.access import get_case
from huiying.handling.models import Case, Liaison
from huiying.handling.process import LIVE
from huiying.handling.queries import cases_for
from huiying.people.models import User
from huiying.people.permissions import may


@dataclass(frozen=True)
class _State:
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
    return _show(request, _get(request.user, pk))


@staff("POST")
def do(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    row = _get(request.user, pk)

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
    return perform_verb(request, verbs, verb, row, to=after, again=partial(_show, request, row))


def _get(user: User, pk: int) -> Liaison:
    """Whoever may see the case may see its letters; outsiders get 404."""
    row = Liaison.objects.select_related("case").filter(pk=pk).first()
    if row is None:
        raise Http404
    row.case = get_case(user, row.case.number)
    return row


def _show(request: StaffRequest, row: Liaison, bound: dict[str, VerbForm] | None = None) -> HttpResponse:
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
    states = [_State(name, labels[name], verdict.allowed, verdict.why) for name in _fitting(row, row.case)]
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
