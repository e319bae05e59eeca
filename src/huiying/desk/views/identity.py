"""Signing in by the identity service of the house, and binding oneself to it (§6.1 S1, S4). 404 where there is none.

The way there and back is one for both; what the browser was sent away for stands in its session, and is used once.
"""

from __future__ import annotations

import datetime as dt
import hmac
import logging
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _t, gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from huiying.desk import second_factor
from huiying.desk.gate import StaffRequest, staff
from huiying.desk.views import sign_in
from huiying.kernel import clock
from huiying.people import actions, factors, guessing
from huiying.people.errors import Refused

if TYPE_CHECKING:
    from huiying.kernel import oidc

AWAY = "identity_away"  # sent to the service, not back yet
PROVED = "identity_proved"  # the service said who it is; to be bound once the person has given the password
AWAY_LASTS = dt.timedelta(minutes=10)
log = logging.getLogger(__name__)


class BindForm(forms.Form):
    password = forms.CharField(
        label=_("本系统的密码"), widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


@never_cache
@require_safe
def begin(request: HttpRequest) -> HttpResponse:
    _provider()
    place = sign_in.next_place(request)
    return redirect(place) if request.user.is_authenticated else _send_away(request, place, None)


@staff()
def begin_binding(request: StaffRequest) -> HttpResponse:
    return _send_away(request, reverse("desk:own_identity"), request.user.pk)


@never_cache
@require_safe
def back(request: HttpRequest) -> HttpResponse:
    """From the service: believed only by the browser that was sent there, once, within ten minutes."""
    provider = _provider()
    told = request.session.pop(AWAY, None)
    if not told or not hmac.compare_digest(told["state"].encode(), request.GET.get("state", "").encode()):
        return _not_in(request, "state: not of this browser")
    if clock.now() - dt.datetime.fromisoformat(told["at"]) > AWAY_LASTS:
        return _not_in(request, "state: too old")
    if request.GET.get("iss", provider.issuer) != provider.issuer or not request.GET.get("code"):
        return _not_in(request, "answer: no code, or of another issuer")
    from huiying.kernel import oidc

    asked = oidc.SignInRequest(told["state"], told["nonce"], told["verifier"])
    try:
        known = oidc.prove(provider, asked, request.GET["code"], _back(request))
    except oidc.NotProved as reason:
        return _not_in(request, str(reason))
    except oidc.Unreachable as reason:
        return _not_there(request, str(reason))
    return _came_in(request, known, told["place"]) if told["binds"] is None else _to_bind(request, known, told["binds"])


def _came_in(request: HttpRequest, known: oidc.Identity, place: str) -> HttpResponse:
    user = factors.person_of(known.issuer, known.subject)
    if user is None:
        return _not_in(request, "subject: nobody here")
    return second_factor.come_in(request, user, place, proved=known.second_factor)


def _to_bind(request: HttpRequest, known: oidc.Identity, binds: int) -> HttpResponse:
    """Not bound yet: somebody else may have led this browser to the service under a name of their own."""
    if request.user.pk != binds:
        return _not_in(request, "binding: somebody else is signed in")
    request.session[PROVED] = {
        "user": binds, "issuer": known.issuer, "subject": known.subject, "name": known.name,
        "at": clock.now().isoformat(),
    }  # fmt: skip
    return redirect("desk:own_identity")


@staff("GET", "HEAD", "POST")
def own(request: StaffRequest) -> HttpResponse:
    """What is bound; binding what the service just said, against the password and the code; unbinding."""
    provider = _provider()
    if request.method == "POST" and request.POST.get("what") == "unbind":
        try:
            actions.unbind_identity(request.user)
        except Refused as refused:
            messages.error(request, refused.sentence)
        else:
            messages.success(request, _t("已解除，登录用密码。"))
        return redirect("desk:own_identity")
    proved = _proved(request)
    form = BindForm(request.POST or None, label_suffix="")
    if factors.is_wanted() and factors.has(request.user):
        form.fields["code"] = second_factor.CodeField()
    if request.method == "POST" and proved is None:
        messages.error(request, _t("时间太久了，请重新开始。"))
        return redirect("desk:own_identity")
    if request.method == "POST" and form.is_valid() and _bound(request, form, proved or {}):
        messages.success(request, _t("已绑定，下次可以用它登录。"))
        return redirect("desk:own_identity")
    context = {
        "form": form, "proved": proved, "identity": factors.identity(request.user), "label": label_of(provider.label),
    }  # fmt: skip
    told = 429 if guessing.wait_of(request) is not None else 422
    return render(request, "desk/identity.html", context, status=told if form.errors else 200)


def _bound(request: StaffRequest, form: BindForm, proved: dict[str, Any]) -> bool:
    """Wrong passwords count like those of the sign-in; the code is asked last, so that none is lost."""
    if authenticate(request, username=request.user.username, password=form.cleaned_data["password"]) is None:
        words = _t("密码不对。连错五次，这个账号在本机要等十五分钟。")
        form.add_error("password", second_factor.why_not(request, words))
        return False
    if not second_factor.answered(request, request.user, form):
        return False
    try:
        actions.bind_identity(request.user, proved["issuer"], proved["subject"])
    except Refused as refused:
        form.add_error(None, refused.sentence)
        return False
    request.session.pop(PROVED, None)
    return True


def _proved(request: StaffRequest) -> dict[str, Any] | None:
    told: dict[str, Any] | None = request.session.get(PROVED)
    if told is None or told["user"] != request.user.pk:
        return None
    return told if clock.now() - dt.datetime.fromisoformat(told["at"]) <= AWAY_LASTS else None


def _send_away(request: HttpRequest, place: str, binds: int | None) -> HttpResponse:
    provider = _provider()
    from huiying.kernel import oidc

    try:
        url, asked = oidc.ask(provider, _back(request), with_name=binds is not None)
    except (oidc.Unreachable, oidc.NotProved) as reason:
        return _not_there(request, str(reason))
    request.session[AWAY] = {
        "state": asked.state, "nonce": asked.nonce, "verifier": asked.verifier, "place": place, "binds": binds,
        "at": clock.now().isoformat(),
    }  # fmt: skip
    return redirect(url)


def _provider() -> oidc.Provider:
    """Only a house that has a service pays the fifth of a second in which its library is read in."""
    if not settings.OIDC:
        raise Http404
    from huiying.kernel import oidc

    found = oidc.configured()
    if found is None:
        raise Http404
    return found


def _back(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("desk:identity_back"))


def label_of(told: str) -> str:
    return told or _t("统一身份认证")


def _not_in(request: HttpRequest, reason: str) -> HttpResponse:
    """One sentence for whatever did not hold: it does not tell whether there is such an account."""
    log.warning("identity service, not let in: %s", reason)
    if request.user.is_authenticated:
        return _told(request, _t("没有确认成功，请重新开始。"))
    return _told(request, _t("没有登录成功。还没有绑定的，先用密码登录再绑定；账号停用的，请找系统管理员。"))


def _not_there(request: HttpRequest, reason: str) -> HttpResponse:
    log.warning("identity service, not asked: %s", reason)
    if request.user.is_authenticated:
        return _told(request, _t("统一身份认证现在连不上，请稍后再试。"))
    return _told(request, _t("统一身份认证现在连不上，请用密码登录。"))


def _told(request: HttpRequest, sentence: str) -> HttpResponse:
    """On another address: the one of the way back holds a code, which is nothing for a browser's history."""
    messages.error(request, sentence)
    return redirect("desk:own_identity" if request.user.is_authenticated else "desk:sign_in")
