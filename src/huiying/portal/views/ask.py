"""Asking without account or name: a receipt with a number and a query code; then how far it is, how the answer was, and
what is left open (C4.3).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiying.handling.actions.feedback import ask_again, rate
from huiying.kernel.qr import image
from huiying.listening import attachments
from huiying.listening.actions import receive_message, speaks_of_danger
from huiying.people import queries as people
from huiying.people.errors import Refused
from huiying.portal import forms, limits, progress
from huiying.portal.rules import channels_for, mentioned


def status_address(request: HttpRequest, number: str, code: str) -> str:
    """Where whoever holds the receipt reads how far it is. The address is as secret as the receipt itself."""
    query = urlencode({"number": number, "code": code})
    return request.build_absolute_uri(f"{reverse('portal:status')}?{query}")


RECEIPT = "portal_receipt"


@dataclass
class Asking:
    """One look at the form: what was typed, which files wait, what has to be said first."""

    form: forms.AskForm
    files: list[attachments.Kept] = field(default_factory=list)
    lawful: list[str] = field(default_factory=list)
    in_danger: bool = False


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """The form; what was typed and the files that were chosen are never lost, whatever is wrong with it."""
    if request.method != "POST":
        return _page(request, Asking(forms.AskForm(initial={"kind": request.GET.get("kind", "")})), 200)
    asking = Asking(forms.AskForm(request.POST))
    asking.in_danger = speaks_of_danger(request.POST.get("text", "")[: forms.TEXT_MOST])
    is_whole = asking.form.is_valid()
    try:
        asking.files = _files(request)
    except Refused as refused:
        asking.form.add_error(None, refused.sentence)
        return _page(request, asking, 422)
    if not is_whole:
        return _page(request, asking, 422)
    told = request.POST.get("told", "").split()
    asking.lawful = mentioned(asking.form.cleaned_data["text"])
    # Life first: nothing is asked back of somebody in danger.
    if not asking.in_danger and not set(asking.lawful) <= set(told):
        return _page(request, asking, 200)
    wait = limits.danger_wait(request) if asking.in_danger else limits.ask_wait(request)
    if wait:
        asking.form.add_error(None, limits.too_many_messages(wait))
        return _page(request, asking, 429)
    return _send(request, asking)


def _send(request: HttpRequest, asking: Asking) -> HttpResponse:
    typed = asking.form.cleaned_data
    try:
        receipt = receive_message(
            typed["kind"], typed["text"], typed["contact"], files=asking.files, statutory=asking.lawful
        )
    except Refused as refused:
        asking.form.add_error(None, refused.sentence)
        asking.files = []
        return _page(request, asking, 409)
    request.session[RECEIPT] = {
        "number": receipt.number,
        "code": receipt.query_code,
        "life_safety": receipt.life_safety,
        "lawful": asking.lawful,
        "files": len(asking.files),
    }
    return redirect("portal:receipt")


def _files(request: HttpRequest) -> list[attachments.Kept]:
    """What waits from before, but for what was taken out again, and what was chosen now. Raises Refused."""
    most = people.regulation_now().asking.attachments
    dropped = request.POST.getlist("drop")
    held = [one for one in attachments.held_by(request.POST.get("kept", "")) if one["stored"] not in dropped]
    chosen = [file for file in request.FILES.getlist("files") if file.size]
    if chosen and (wait := limits.upload_wait(request)):
        raise Refused(limits.too_many_messages(wait), code="too_many")
    contents = attachments.from_the_public(chosen, max(most - len(held), 0)) if chosen else []
    return [*held, *attachments.hold(contents)]


@never_cache
@require_safe
def receipt(request: HttpRequest) -> HttpResponse:
    """Number and query code, once. Danger to life puts the emergency numbers first ("Life first")."""
    if request.method == "HEAD":
        return HttpResponse()
    kept = request.session.pop(RECEIPT, None)
    # The code must not outlive the page that shows it: only its hash stays.
    if not request.session.keys():
        request.session.flush()
    context: dict[str, Any] = {"receipt": kept, "urgent": []}
    if kept:
        address = status_address(request, kept["number"], kept["code"])
        context |= {
            "urgent": urgent_numbers(request) if kept["life_safety"] else [],
            "qr": image(address),
            "address": address,
            "lawful": channels_for(kept.get("lawful", [])),
        }
    return render(request, "portal/receipt.html", context)


def urgent_numbers(request: HttpRequest) -> list[tuple[str, str]]:
    english = request.LANGUAGE_CODE.startswith("en")
    numbers = people.regulation_now().urgent_numbers
    return [(code, (item.en if english else "") or item.name) for code, item in numbers.items()]


def _page(request: HttpRequest, asking: Asking, status: int) -> HttpResponse:
    regulation = people.regulation_now()
    context = {
        "form": asking.form,
        "kinds": forms.KINDS,
        "chosen": asking.form["kind"].value(),
        "most": forms.TEXT_MOST,
        "contact_kept": regulation.retention.personal_fields,
        "first_numbers": list(regulation.urgent_numbers)[:2],
        "urgent": urgent_numbers(request) if asking.in_danger else [],
        "files": asking.files,
        "files_left": regulation.asking.attachments - len(asking.files),
        "files_most": regulation.asking.attachments,
        "ticket": attachments.ticket(asking.files),
        "lawful": channels_for(asking.lawful),
        "told": " ".join(asking.lawful),
        "all_lawful": channels_for(list(regulation.response.statutory_channels)),
    }
    return render(request, "portal/ask.html", context, status=status)


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
