"""Another body reads the letter that asks it to verify and answers once, by a link (C5.15). Silence is no answer."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from huiying.handling.actions.liaison import answer_liaison, open_liaison
from huiying.handling.models import Liaison
from huiying.kernel import clock
from huiying.portal.forms_liaison import LiaisonForm
from huiying.portal.views.by_link import by_link, refusal


@by_link
def liaison(request: HttpRequest, token: str) -> HttpResponse:
    """The letter and a form; a used, late or unknown link says so in plain words."""
    row = open_liaison(token)
    why = _not_open(row)
    if row is None or why:
        finding = dict(LiaisonForm.FINDINGS).get(row.finding, "") if row else ""
        context = {"row": row, "why": why, "finding": finding}
        return render(request, "portal/liaison_closed.html", context, status=404 if row is None else 200)
    if request.method != "POST":
        return _form(request, row, LiaisonForm(), 200)
    form = LiaisonForm(request.POST)
    if status := refusal(request, form, lambda: answer_liaison(token, **form.cleaned_data)):
        return _form(request, row, form, status)
    return redirect("portal:liaison", token=token)


def _not_open(row: Liaison | None) -> str:
    """ "" while the link is open; else unknown, answered or late."""
    if row is None:
        return "unknown"
    if row.answered_at is not None:
        return "answered"
    if row.not_received_at is not None or row.submit_before is None or row.submit_before <= clock.now():
        return "late"
    return ""


def _form(request: HttpRequest, row: Liaison, form: LiaisonForm, status: int) -> HttpResponse:
    assert row.submit_before is not None
    context = {"row": row, "left": row.submit_before - clock.now(), "form": form, "findings": LiaisonForm.FINDINGS}
    return render(request, "portal/liaison.html", context, status=status)
