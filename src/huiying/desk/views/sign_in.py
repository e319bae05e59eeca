"""Coming in: by password, by the set-up's one-time link, by an invitation. There is no default password."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from huiying.desk import second_factor
from huiying.desk.gate import own_address
from huiying.people import actions, guessing, queries
from huiying.people.errors import Refused
from huiying.people.models import User


class SignInForm(forms.Form):
    username = forms.CharField(label=_("用户名"), max_length=60)
    password = forms.CharField(label=_("密码"), widget=forms.PasswordInput)


class PasswordForm(forms.Form):
    password = forms.CharField(
        label=_("设置密码"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("至少 10 个字符，不要全是数字，也不要用姓名、单位、地名加数字。"),
    )
    again = forms.CharField(label=_("再输一遍"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if again != self.cleaned_data.get("password"):
            raise forms.ValidationError(_t("两次输入的密码不一样。"))
        return again


class SetUpForm(PasswordForm):
    bureau_name = forms.CharField(label=_("本局名称"), max_length=100)
    name = forms.CharField(label=_("您的姓名"), max_length=40, help_text=_("您将是系统管理员：管人员和账号，不办件。"))
    username = forms.CharField(label=_("用户名"), max_length=60)
    field_order = ("bureau_name", "name", "username", "password", "again")


@dataclass(frozen=True)
class DemoCard:
    """One role of the demonstration, and the person who holds it."""

    username: str
    name: str
    roles: str
    wants: str


_cards: list[DemoCard] = []


def offer_cards(cards: list[DemoCard]) -> None:
    """The demonstration tells whom its sign-in page offers; nothing else ever calls this."""
    _cards[:] = cards


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated and request.method != "POST":
        return redirect(next_place(request))
    form = SignInForm(request.POST or None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        user = authenticate(request, **form.cleaned_data)
        if user is not None:
            return second_factor.come_in(request, user, next_place(request))
        words = _t("用户名或密码不对。连错五次，这个账号在本机要等十五分钟。")
        form.add_error(None, second_factor.why_not(request, words))
    if guessing.wait_of(request) is not None:
        return _page(request, form, 429)
    return _page(request, form, 422 if form.errors else 200)


def _page(request: HttpRequest, form: forms.Form, status: int) -> HttpResponse:
    context = {
        "form": form,
        "next": next_place(request),
        "set_up": settings.DEMO or queries.is_set_up(),
        "identity": settings.OIDC and (settings.OIDC["label"] or _t("统一身份认证")),
        "cards": _cards if settings.DEMO else [],
        "principles": queries.regulation_now().principles.values(),
    }
    return render(request, "desk/sign_in.html", context, status=status)


def next_place(request: HttpRequest) -> str:
    return own_address(request, request.POST.get("next") or request.GET.get("next"))


def locked_out(request: HttpRequest, credentials: dict[str, Any], *args: Any, **kwargs: Any) -> HttpResponse:
    """What axes shows after five failures (§6.1 S2)."""
    form = SignInForm({"username": credentials.get("username", "")}, label_suffix="")
    form.errors.clear()
    form.add_error(None, _t("这个账号在本机连续输错，已暂停登录十五分钟。忘记密码请系统管理员重新发设置链接。"))
    return _page(request, form, 429)


@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Without a password, so only in the demonstration, and only from this very machine."""
    if not settings.DEMO:
        raise Http404
    if not _from_loopback(request):
        return HttpResponseForbidden(_t("演示登录只能在运行程序的这台电脑上使用。"))
    user = User.objects.filter(username=request.POST.get("username", ""), is_active=True).first()
    if user is None:
        raise Http404
    login(request, user, backend=second_factor.BACKEND)
    return redirect("desk:home")


def _from_loopback(request: HttpRequest) -> bool:
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("desk:sign_in")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def set_up(request: HttpRequest, token: str) -> HttpResponse:
    """The one-time link: name the bureau, make its administrator. Afterwards the address is gone."""
    if not actions.set_up_token_is_good(token):
        return render(request, "desk/link_gone.html", status=404)
    issuer = queries.regulation_now().meta.issuer
    form = SetUpForm(request.POST or None, initial={"bureau_name": issuer}, label_suffix="")
    if request.method == "POST" and form.is_valid():
        told = {key: form.cleaned_data[key] for key in ("bureau_name", "username", "name", "password")}
        try:
            user = actions.set_up(token, **told)
        except Refused as refused:
            form.add_error(None, refused.sentence)
        else:
            return second_factor.come_in(request, user, reverse("desk:people"))
    return render(request, "desk/set_up.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    found = actions.open_invitation(token)
    if found is None:
        return render(request, "desk/link_gone.html", status=404)
    form = PasswordForm(request.POST or None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        try:
            user = actions.accept_invitation(token, form.cleaned_data["password"])
        except Refused as refused:
            form.add_error(None, refused.sentence)
        else:
            return second_factor.come_in(request, user, reverse("desk:home"))
    context = {"form": form, "invited": found.user}
    return render(request, "desk/invitation.html", context, status=422 if form.errors else 200)
