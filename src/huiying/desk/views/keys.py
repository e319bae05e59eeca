"""Security keys (WebAuthn, §6.1 S4) as a browser asks them: beside the code, at the sign-in and when asked again."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from huiying.desk import second_factor
from huiying.desk.gate import StaffRequest, staff
from huiying.kernel import clock
from huiying.people import factors
from huiying.people.actions import keys
from huiying.people.errors import Refused
from huiying.people.models import User

ASKED, TO_BE = "key_asked", "key_to_be"  # challenges, each used once
LASTS = dt.timedelta(minutes=5)


class KeyForm(forms.Form):
    name = forms.CharField(label=_("密钥名称"), max_length=40, help_text=_("好认就行，如“抽屉里的备用”。"))
    answer = forms.CharField(widget=forms.HiddenInput, max_length=keys.LONGEST_ANSWER)


@never_cache
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """For the page's script: the question to a key, then its answer. At the sign-in it opens the door."""
    user, place = _who(request)
    if not factors.keys_of(user):
        raise Http404
    if request.method == "GET":
        options, challenge = keys.key_question(user, place_of(request))
        _keep(request, ASKED, user, challenge)
        return HttpResponse(options, content_type="application/json")
    try:
        keys.check_key(user, request.POST.get("answer", ""), _taken(request, ASKED, user), place_of(request))
    except Refused as refused:
        return JsonResponse({"why": refused.sentence}, status=422)
    if place is not None:
        second_factor.go_in(request, user)
        return JsonResponse({"place": place})
    factors.remember(request.session, user)
    return JsonResponse({})


def _who(request: HttpRequest) -> tuple[User, str | None]:
    """Whoever is signed in, or half way in with the place they want."""
    if isinstance(request.user, User):
        return request.user, None
    found = second_factor.half_way(request)
    if found is None:
        raise Http404
    return found


@staff("GET", "HEAD", "POST")
def own(request: StaffRequest) -> HttpResponse:
    """A person's keys; another one is added against a code, if the last is old."""
    if not factors.has(request.user):
        return redirect("desk:own_factor")
    form = KeyForm(request.POST or None, label_suffix="")
    second_factor.ask_again(request, request.user, form)
    if request.method == "POST":
        challenge = _taken(request, TO_BE, request.user)
        if form.is_valid() and second_factor.answered(request, request.user, form):
            told = form.cleaned_data
            try:
                keys.add_key(request.user, told["name"], told["answer"], challenge, place_of(request))
            except Refused as refused:
                form.add_error(None, refused.sentence)
            else:
                messages.success(request, _t("密钥已添加，登录和再次验证时可以用它代替验证码。"))
                return redirect("desk:own_keys")
    options, challenge = keys.key_to_be(request.user, place_of(request))
    _keep(request, TO_BE, request.user, challenge)
    context = {"form": form, "options": options, "keys": factors.keys_of(request.user)}
    return render(request, "desk/factor_keys.html", context, status=422 if form.errors else 200)


@staff("POST")
def remove(request: StaffRequest, pk: int) -> HttpResponse:
    try:
        keys.remove_key(request.user, pk)
    except Refused as refused:
        raise Http404 from refused
    messages.success(request, _t("密钥已移除。"))
    return redirect("desk:own_keys")


def place_of(request: HttpRequest) -> keys.Place:
    """The name by which the browser reached us: Django lets through those of HUIYING_HOSTS only."""
    host = request.get_host()
    return keys.Place(urlsplit(f"//{host}").hostname or "", f"{request.scheme}://{host}")


def _keep(request: HttpRequest, kind: str, user: User, challenge: str) -> None:
    request.session[kind] = {"user": user.pk, "challenge": challenge, "at": clock.now().isoformat()}


def _taken(request: HttpRequest, kind: str, user: User) -> str:
    """The challenge, once; nothing where it is of somebody else or too old, which no key has signed."""
    told: dict[str, Any] = request.session.pop(kind, None) or {}
    if told.get("user") != user.pk or clock.now() - dt.datetime.fromisoformat(told["at"]) > LASTS:
        return ""
    return str(told["challenge"])
