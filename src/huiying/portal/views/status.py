"""How far it is, how the answer was, and once more what is left open: a number and a query code, no account (C4.3)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from huiying.handling.actions.asking import ask_again, rate
from huiying.listening.actions import speaks_of_danger
from huiying.people.errors import Refused
from huiying.portal import forms, limits, progress
from huiying.portal.views.ask import urgent_numbers


# Looking up changes nothing and another site cannot read the reply, so the form may stand on kept pages.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def status(request: HttpRequest) -> HttpResponse:
    """An unknown number and a wrong code get the same sentence, so numbers cannot be tried out. The QR code of a
    receipt brings both in the address.
    """
    by_code = request.method == "GET" and {"number", "code"} <= request.GET.keys()
    if request.method != "POST" and not by_code:
        return render(request, "portal/status.html", {"form": forms.StatusForm()})
    form = forms.StatusForm(request.GET if by_code else request.POST)
    if not form.is_valid():
        return render(request, "portal/status.html", {"form": form}, status=422)
    return _look_up(request, form) or _told(request, form)


def _look_up(request: HttpRequest, form: forms.StatusForm) -> HttpResponse | None:
    """None where the reader may look; else the page that says why not, and when again."""
    wait = limits.look_up_wait(request)
    if not wait:
        return None
    form.add_error(None, _("查询太频繁了，要等 %(minutes)s 分钟，请在 %(at)s 以后再试。") % limits.later(wait))
    return render(request, "portal/status.html", {"form": form}, status=429)


def _told(request: HttpRequest, form: forms.StatusForm, status: int = 200, **more: object) -> HttpResponse:
    number, code = form.cleaned_data["number"], form.cleaned_data["code"]
    found = progress.look_up(number, code)
    if found is None:
        form.add_error(None, forms.NOT_FOUND)
        return render(request, "portal/status.html", {"form": form}, status=404)
    context = {"progress": found, "code": code, "grades": progress.grades(), **more}
    return render(request, "portal/progress.html", context, status=status)


@never_cache
@require_POST
def say(request: HttpRequest, what: str) -> HttpResponse:
    """`rate`: 满意度, one question. `again`: what the answer left open. Each once, by number and code."""
    form = forms.StatusForm(request.POST)
    if not form.is_valid():
        return render(request, "portal/status.html", {"form": form}, status=422)
    if (refused := _look_up(request, form)) is not None:
        return refused
    number, code, text = form.cleaned_data["number"], form.cleaned_data["code"], ""
    try:
        if what == "rate":
            rate(number, code, request.POST.get("grade", ""))
            return _told(request, form, done="rated")
        text = forms.plain(request.POST.get("text", ""))
        in_danger = speaks_of_danger(text[: forms.TEXT_MOST])
        wait = limits.danger_wait(request) if in_danger else limits.ask_wait(request)
        if wait:
            return _told(request, form, 429, again_error=limits.too_many_messages(wait), again_text=text)
        row = ask_again(number, code, text)
    except Refused as error:
        if error.code == "unknown_message":
            return _told(request, form)
        name = "rate_error" if what == "rate" else "again_error"
        return _told(request, form, 409, **{name: error.sentence, "again_text": text})
    urgent = urgent_numbers(request) if row.post.life_safety else []
    return _told(request, form, done="again", urgent=urgent)
