"""The privacy notice, and the right to have something corrected or deleted （四）§6.2."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiying.people import queries as people
from huiying.people.errors import Refused
from huiying.portal import limits
from huiying.portal.caching import until_the_ledger_moves
from huiying.portal.forms import NOT_FOUND, StatusForm
from huiying.portal.forms_dialogue import RightsForm
from huiying.responding.actions import requests as asking

RECEIPT = "rights_receipt"


@require_safe
@until_the_ledger_moves
def privacy(request: HttpRequest) -> HttpResponse:
    """What is processed, why, on what ground, how long it is kept; the times come from the regulation in force."""
    regulation = people.regulation_now()
    return render(request, "portal/privacy.html", {"kept": regulation.retention, "dialogue": regulation.dialogue})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rights(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        initial = {"kind": request.GET.get("kind", ""), "answer": request.GET.get("answer", "")[:30]}
        return _form(request, RightsForm(initial=initial), 200)
    form = RightsForm(request.POST)
    if not form.is_valid():
        return _form(request, form, 422)
    # A query code is tried here too, so it is the same bucket as looking up (C4.3).
    if limits.look_up_wait(request) or not limits.may_say(request):
        form.add_error(None, _("您这里刚才提交得比较多，请一小时后再试。写好的内容还在，不会丢。"))
        return _form(request, form, 429)
    told = form.cleaned_data
    try:
        receipt = asking.ask_request(
            told["kind"], told["text"], message=told["number"], code=told["code"], answer=told["answer"]
        )
    except Refused as refused:
        form.add_error(None, refused.sentence)
        return _form(request, form, 409)
    request.session[RECEIPT] = {"number": receipt.number, "code": receipt.query_code}
    return redirect("portal:rights_received")


def _form(request: HttpRequest, form: RightsForm, status: int) -> HttpResponse:
    within = people.regulation_now().dialogue.request_within
    context = {"form": form, "kinds": RightsForm.KINDS, "chosen": form["kind"].value(), "within": within}
    return render(request, "portal/rights.html", context, status=status)


@never_cache
@require_safe
def received(request: HttpRequest) -> HttpResponse:
    """Number and query code, once; only the code's hash stays."""
    if request.method == "HEAD":
        return HttpResponse()
    receipt = request.session.pop(RECEIPT, None)
    if not request.session.keys():
        request.session.flush()
    return render(request, "portal/rights_received.html", {"receipt": receipt})


# Looking up changes nothing and another site cannot read the reply.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def status(request: HttpRequest) -> HttpResponse:
    """An unknown number and a wrong code get the same sentence, so numbers cannot be tried out."""
    form = StatusForm(request.POST if request.method == "POST" else None)
    found, code = None, 200
    if request.method == "POST":
        code = 422
        if form.is_valid() and (wait := limits.look_up_wait(request)):
            form.add_error(None, _("查询太频繁了，要等 %(minutes)s 分钟，请在 %(at)s 以后再试。") % limits.later(wait))
            code = 429
        elif form.is_valid():
            found = asking.request_by_code(form.cleaned_data["number"], form.cleaned_data["code"])
            code = 200
            if found is None:
                form.add_error(None, NOT_FOUND)
                code = 404
    context = {"form": form, "found": found, "has_copy": found is not None and found.kind == "copy"}
    return render(request, "portal/rights_status.html", context, status=code)


@never_cache
@require_POST
def copy(request: HttpRequest) -> HttpResponse:
    """The asker's own message as a file, once the office granted it; every other case is told alike."""
    form, code = StatusForm(request.POST), 422
    if form.is_valid() and (wait := limits.look_up_wait(request)):
        form.add_error(None, _("查询太频繁了，要等 %(minutes)s 分钟，请在 %(at)s 以后再试。") % limits.later(wait))
        code = 429
    elif form.is_valid():
        told = asking.hand_out(form.cleaned_data["number"], form.cleaned_data["code"])
        if told is not None:
            response = HttpResponse(told, content_type="text/plain; charset=utf-8")
            response.headers["Content-Disposition"] = 'attachment; filename="message.txt"'
            return response
        form.add_error(None, NOT_FOUND)
        code = 404
    return render(request, "portal/rights_status.html", {"form": form, "found": None}, status=code)
