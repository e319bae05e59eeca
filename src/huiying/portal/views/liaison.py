"""Another body reads the letter that asks it to verify and answers once, by a link (C5.15). Silence is no answer."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from huiying.handling.actions.liaison import answer_liaison, open_liaison
from huiying.handling.models import Liaison
from huiying.kernel import clock
from huiying.people.errors import Refused
from huiying.portal import limits
from huiying.portal.forms_liaison import LiaisonForm


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def liaison(request: HttpRequest, token: str) -> HttpResponse:
    """The letter and a form; a used, late or unknown link says so in plain words."""
    response = _liaison(request, token)
    # The address is the key: no index. Other sites never learn it: the whole site sends no referrer abroad.
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _liaison(request: HttpRequest, token: str) -> HttpResponse:
    row = open_liaison(token)
    why = _not_open(row)
    if row is None or why:
        finding = dict(LiaisonForm.FINDINGS).get(row.finding, "") if row else ""
        context = {"row": row, "why": why, "finding": finding}
        return render(request, "portal/liaison_closed.html", context, status=404 if row is None else 200)
    if request.method != "POST":
        return _form(request, row, LiaisonForm(), 200)
    form = LiaisonForm(request.POST)
    if not form.is_valid():
        return _form(request, row, form, 422)
    if not limits.may_confirm(request):
        form.add_error(None, _("提交太频繁了，请过一会儿再试。写好的内容还在。"))
        return _form(request, row, form, 429)
    data = form.cleaned_data
    try:
        answer_liaison(token, finding=data["finding"], name=data["name"], text=data["text"])
    except Refused as refused:
        form.add_error(None, refused.sentence)
        return _form(request, row, form, 409)
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
