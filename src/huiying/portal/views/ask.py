"""Asking: no account, no name; a receipt with a number and a query code (C4.3)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from huiying.listening.actions import receive_message
from huiying.people import queries as people
from huiying.people.errors import Refused
from huiying.portal import forms, limits

RECEIPT = "portal_receipt"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """The form; what was typed is never lost, whatever is wrong with it."""
    if request.method != "POST":
        return _form(request, forms.AskForm(initial={"kind": request.GET.get("kind", "")}), 200)
    form = forms.AskForm(request.POST)
    if not form.is_valid():
        return _form(request, form, 422)
    if not limits.may_ask(request):
        form.add_error(None, _("您这里刚才留言比较多，请过一会儿再发送。写好的内容还在，不会丢。"))
        return _form(request, form, 429)
    try:
        receipt = receive_message(form.cleaned_data["kind"], form.cleaned_data["text"], form.cleaned_data["contact"])
    except Refused as refused:
        form.add_error(None, refused.sentence)
        return _form(request, form, 409)
    request.session[RECEIPT] = {
        "number": receipt.number,
        "code": receipt.query_code,
        "life_safety": receipt.life_safety,
    }
    return redirect("portal:receipt")


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
    numbers = people.regulation_now().urgent_numbers if kept and kept["life_safety"] else {}
    english = request.LANGUAGE_CODE.startswith("en")
    urgent = [(code, (item.en if english else "") or item.name) for code, item in numbers.items()]
    return render(request, "portal/receipt.html", {"receipt": kept, "urgent": urgent})


def _form(request: HttpRequest, form: forms.AskForm, status: int) -> HttpResponse:
    regulation = people.regulation_now()
    context = {
        "form": form,
        "kinds": forms.KINDS,
        "chosen": form["kind"].value(),
        "most": forms.TEXT_MOST,
        "contact_kept": regulation.retention.personal_fields,
        "urgent": list(regulation.urgent_numbers)[:2],
    }
    return render(request, "portal/ask.html", context, status=status)
