"""Asking: no account, no name; a receipt with a number and a query code (C4.3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from huiying.kernel.qr import image
from huiying.listening import attachments
from huiying.listening.actions import receive_message, speaks_of_danger
from huiying.people import queries as people
from huiying.people.errors import Refused
from huiying.portal import forms, lawful, limits, qr

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
    asking.lawful = lawful.mentioned(asking.form.cleaned_data["text"])
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
        address = qr.status_address(request, kept["number"], kept["code"])
        context |= {
            "urgent": urgent_numbers(request) if kept["life_safety"] else [],
            "qr": image(address),
            "address": address,
            "lawful": lawful.channels_for(kept.get("lawful", [])),
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
        "lawful": lawful.channels_for(asking.lawful),
        "told": " ".join(asking.lawful),
        "all_lawful": lawful.channels_for(list(regulation.response.statutory_channels)),
    }
    return render(request, "portal/ask.html", context, status=status)
