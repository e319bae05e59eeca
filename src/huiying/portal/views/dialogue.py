"""意见征集 and its survey C4.2, following a topic by RSS, calendar or confirmed e-mail, and the privacy notice with the
right to have something corrected or deleted （四）§6.2.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiying.foreseeing import actions, queries
from huiying.foreseeing.models import Consultation
from huiying.kernel import clock
from huiying.people import queries as people
from huiying.people.errors import Refused
from huiying.portal import limits
from huiying.portal.caching import until_the_ledger_moves
from huiying.portal.forms import NOT_FOUND, FollowForm, OpinionForm, RightsForm, StatusForm
from huiying.portal.views.by_link import by_link
from huiying.responding.actions import dialogue, dialogue as asking
from huiying.responding.pages import topics


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
def opinion_received(request: HttpRequest, address: str) -> HttpResponse:
    return render(request, "portal/opinion_received.html", {"item": _found(address)})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest) -> HttpResponse:
    """Ways to follow, and the form where the site can send mail."""
    form = FollowForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and not limits.may_follow(request):
            form.add_error(None, _("您这里刚才提交得比较多，请一小时后再试。填的内容还在。"))
            status = 429
        elif form.is_valid():
            told = form.cleaned_data
            try:
                dialogue.follow(told["address"], told["topic"], get_language() or "zh-hans")
                return redirect("portal:follow_asked")
            except Refused as refused:
                form.add_error(None, refused.sentence)
                status = 409
    context = {"form": form, "by_mail": dialogue.mail_is_on(), "topics": list(topics())}
    return render(request, "portal/follow.html", context, status=status)


@require_safe
def asked(request: HttpRequest) -> HttpResponse:
    """The same whoever asked and whatever address it was: nobody learns who follows here."""
    return render(request, "portal/follow_asked.html")


@by_link
def confirm(request: HttpRequest, link: str) -> HttpResponse:
    """A mail program may look at the link beforehand, so looking confirms nothing: a button does."""
    row = dialogue.by_link(dialogue.CONFIRM, link)
    if row is not None and request.method == "POST" and row.ended_at is None:
        row = dialogue.confirm(row)
    context = {"row": row, "done": row is not None and row.confirmed_at is not None and row.ended_at is None}
    return render(request, "portal/follow_confirm.html", context, status=404 if row is None else 200)


# A mail program ends it by a POST of its own (RFC 8058), which knows no token; the link itself is the key.
@csrf_exempt
@by_link
def end(request: HttpRequest, link: str) -> HttpResponse:
    row = dialogue.by_link("end", link)
    if row is not None and request.method == "POST":
        row = dialogue.end(row)
    context = {"row": row, "done": row is not None and row.ended_at is not None}
    return render(request, "portal/follow_end.html", context, status=404 if row is None else 200)


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
