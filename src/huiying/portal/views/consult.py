"""意见征集 and its survey （四）C4.2: read the draft, say something without an account, read what came of it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from huiying.foreseeing import actions, queries
from huiying.foreseeing.models import Consultation
from huiying.kernel import clock
from huiying.people import queries as people
from huiying.people.errors import Refused
from huiying.portal import limits
from huiying.portal.caching import until_the_ledger_moves
from huiying.portal.forms_dialogue import OpinionForm


@require_safe
@until_the_ledger_moves
def consultations(request: HttpRequest) -> HttpResponse:
    """Open ones first; then those whose result is to come; then the results."""
    now, rows = clock.now(), list(queries.public_consultations())
    context = {
        "open": [row for row in rows if queries.is_open(row, now)],
        "waiting": [row for row in rows if row.state != Consultation.DONE and not queries.is_open(row, now)],
        "done": [row for row in rows if row.state == Consultation.DONE],
        "now": now,
    }
    return render(request, "portal/consultations.html", context)


def _found(address: str) -> Consultation:
    row = queries.public_consultation(address)
    if row is None:
        raise Http404
    return row


@require_safe
@until_the_ledger_moves
def consultation(request: HttpRequest, address: str) -> HttpResponse:
    """The draft, how long there is, and in the end what was adopted, what not, and why."""
    row, now = _found(address), clock.now()
    done = row.state == Consultation.DONE
    context = {
        "item": row,
        "is_open": queries.is_open(row, now),
        "done": done,
        "late": not done and row.result_due_at is not None and row.result_due_at < now,
        "groups": queries.groups(row) if done else [],
        "survey": queries.survey(row) if done else [],
        "opinions": row.opinions.count() if done else 0,
    }
    return render(request, "portal/consultation.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def say(request: HttpRequest, address: str) -> HttpResponse:
    """The form; what was typed is never lost, whatever is wrong with it."""
    row = _found(address)
    form = OpinionForm(request.POST if request.method == "POST" else None, questions=row.questions)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and not limits.may_say(request):
            form.add_error(None, _("您这里刚才提交得比较多，请一小时后再试。写好的内容还在，不会丢。"))
            status = 429
        elif form.is_valid():
            try:
                actions.send_opinion(row, form.cleaned_data["text"], form.choices())
                return redirect("portal:opinion_received", row.address)
            except Refused as refused:
                form.add_error(None, refused.sentence)
                status = 409
    if not queries.is_open(row) and request.method != "POST":
        return redirect("portal:consultation", row.address)
    context = {"item": row, "form": form, "kept": people.regulation_now().dialogue.opinions_kept}
    return render(request, "portal/say.html", context, status=status)


@require_safe
@until_the_ledger_moves
def received(request: HttpRequest, address: str) -> HttpResponse:
    return render(request, "portal/opinion_received.html", {"item": _found(address)})
