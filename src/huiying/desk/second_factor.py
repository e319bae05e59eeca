"""第二道验证 at the door and before what becomes public (§6.1 S4): who is half way in, and who is asked again."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _t, gettext_lazy as _

from huiying.kernel import clock
from huiying.people import actions, factors, guessing
from huiying.people.errors import Refused
from huiying.people.models import User

BACKEND = "django.contrib.auth.backends.ModelBackend"
HALF_WAY = "half_way"  # the password was right, the code is still to come
HALF_WAY_LASTS = dt.timedelta(minutes=10)


class KnownBrowser:
    """Whoever just came in is known to this browser: strangers who guess elsewhere do not keep them out (§6.1 S2)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        user = getattr(request, "came_in", None)
        if isinstance(user, User) and not settings.DEMO:
            guessing.remember_browser(request, response, user)
        return response


def why_not(request: HttpRequest, otherwise: str) -> str:
    """What a form says to whoever was not let in: to wait, or `otherwise`."""
    wait = guessing.wait_of(request)
    if wait is None:
        return otherwise
    told = {"minutes": max(math.ceil(wait / dt.timedelta(minutes=1)), 1)}
    sentence = _t(
        "这个账号或这个网络最近输错得太多，请 %(minutes)d 分钟后再试。"
        "在登录过的浏览器上不用等；急用请系统管理员重新发设置链接。"
    )
    return sentence % told


class CodeField(forms.CharField):
    """Six digits from the authenticator, or a recovery code."""

    def __init__(self) -> None:
        attrs = {"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"}
        super().__init__(
            label=_("验证码"), max_length=20, widget=forms.TextInput(attrs=attrs),
            help_text=_("验证器上现在显示的六位数字；手机不在身边，用一个恢复码。"),
        )  # fmt: skip


def offer_key(form: forms.Form, user: User) -> None:
    """Whoever has a security key may use it where a code is asked; `static/desk/keys.js` does the asking."""
    if factors.keys_of(user):
        field = form.fields["code"]
        field.help_text = format_html(
            '{} <button type="button" class="link" data-security-key="{}" data-done="{}" data-failed="{}">{}</button>'
            '<span role="status"></span>',
            field.help_text, reverse("desk:key"), _("已用密钥验证，请继续。"),
            _("密钥没有通过，请再试一次，或输验证码。"), _("用安全密钥"),
        )  # fmt: skip


def come_in(request: HttpRequest, user: User, place: str, *, proved: bool = False) -> HttpResponse:
    """After the right password: in, or on to the second factor. Nothing of the desk opens half way.

    `proved`: the identity service asked for a second factor that counts here. It spares the code at the door, not the
    authenticator of whoever must have one: what becomes public is asked for here.
    """
    bound = factors.is_wanted() and factors.has(user)
    if (bound and proved) or (not bound and not (factors.is_wanted() and factors.must_have(user))):
        login(request, user, backend=BACKEND)
        if bound:
            factors.vouch(request.session, user)
        return redirect(place)
    logout(request)  # whoever was signed in at this browser before is not the one who is half way in
    request.session[HALF_WAY] = {"user": user.pk, "at": clock.now().isoformat(), "place": place}
    return redirect("desk:sign_in_code" if bound else "desk:sign_in_bind")


def half_way(request: HttpRequest) -> tuple[User, str] | None:
    """Whose password was right a few minutes ago, and where they wanted to go."""
    told = request.session.get(HALF_WAY)
    if not told or clock.now() - dt.datetime.fromisoformat(told["at"]) > HALF_WAY_LASTS:
        return None
    user = User.objects.filter(pk=told["user"], is_active=True).first()
    return (user, str(told["place"])) if user is not None else None


def go_in(request: HttpRequest, user: User) -> None:
    """The code was right. The session of half way is not the session that follows."""
    request.session.pop(HALF_WAY, None)
    login(request, user, backend=BACKEND)
    factors.remember(request.session, user)


def ask_again(request: HttpRequest, user: User, form: forms.Form) -> None:
    """Add the field for a code where one is wanted; what was typed into the form stays."""
    if factors.is_stale(request.session, user):
        form.fields["code"] = CodeField()
        offer_key(form, user)


def before_it_leaves(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A file that leaves the house asks for a code first where the last is old; then one is sent on to it."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user = request.user
        if isinstance(user, User) and factors.is_stale(request.session, user):
            return redirect(f"{reverse('desk:code_again')}?{urlencode({'next': request.get_full_path()})}")
        return view(request, *args, **kwargs)

    return asked


def apart(request: HttpRequest, user: User) -> str:
    """The session of whoever is in, or the browser that knows them: where wrong codes are counted for themselves."""
    if request.user.is_authenticated:
        return f"session:{request.session.session_key}"
    return guessing.browser_of(request, user.username)


def answered(request: HttpRequest, user: User, form: forms.Form) -> bool:
    """Whether the code is right; asked last, so that none is spent on a form that lacks something."""
    if "code" not in form.fields:
        return True
    try:
        actions.check_factor(user, form.cleaned_data["code"], apart(request, user))
    except Refused as refused:
        form.add_error("code", refused.sentence)
        return False
    factors.remember(request.session, user)
    return True
