"""Coming in: by password, the set-up's one-time link, an invitation; the code and security keys (§6.1 S4). There is
no default password.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _t, gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from huiying.desk import second_factor
from huiying.desk.gate import StaffRequest, own_address, staff
from huiying.kernel import clock, qr
from huiying.people import actions, factors, guessing, queries
from huiying.people.actions import factors as actions_factors
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


class CodeForm(forms.Form):
    code = second_factor.CodeField()


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """The password was right; now the code."""
    found = second_factor.half_way(request)
    if found is None:
        return redirect("desk:sign_in")
    user, place = found
    form = CodeForm(request.POST or None, label_suffix="")
    second_factor.offer_key(form, user)
    if request.method == "POST" and form.is_valid() and _is_right(request, user, form):
        second_factor.go_in(request, user)
        return redirect(place)
    return render(request, "desk/factor_code.html", {"form": form}, status=422 if form.errors else 200)


def _is_right(request: HttpRequest, user: User, form: CodeForm) -> bool:
    try:
        actions.check_factor(user, form.cleaned_data["code"], second_factor.apart(request, user))
    except Refused as refused:
        form.add_error("code", refused.sentence)
        return False
    return True


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def bind(request: HttpRequest) -> HttpResponse:
    """Whoever must have an authenticator binds it before anything opens; others when they wish."""
    found = second_factor.half_way(request)
    if request.user.is_authenticated:
        user, place = request.user, ""
    elif found is not None:
        user, place = found
    else:
        return redirect("desk:sign_in")
    try:
        secret = actions.begin_factor(user)
    except Refused:
        return redirect(_bound_already(request))
    form = CodeForm(request.POST or None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        try:
            codes = actions.confirm_factor(user, form.cleaned_data["code"])
        except Refused as refused:
            form.add_error("code", refused.sentence)
        else:
            if place:
                second_factor.go_in(request, user)
            factors.remember(request.session, user)
            return render(request, "desk/factor_codes.html", {"codes": codes, "place": place or next_place(request)})
    context = {
        "form": form,
        "image": qr.image(actions.address_of(user, secret)),
        "secret": " ".join(secret[n : n + 4] for n in range(0, len(secret), 4)),
        "must": factors.must_have(user),
    }
    return render(request, "desk/factor_bind.html", context, status=422 if form.errors else 200)


def _bound_already(request: HttpRequest) -> str:
    """Whoever has an authenticator that this session does not know yet is asked for its code (S4)."""
    if not isinstance(request.user, User):
        return reverse("desk:sign_in_code")
    if factors.is_owed(request.session, request.user):
        return f"{reverse('desk:code_again')}?{urlencode({'next': next_place(request)})}"
    return reverse("desk:own_factor")


@staff("GET", "HEAD", "POST")
def own_factor(request: StaffRequest) -> HttpResponse:
    """What a person has; against a code, new recovery codes, or another authenticator."""
    if not factors.has(request.user):
        told = {"bound": False, "must": factors.must_have(request.user), "identity_service": bool(settings.OIDC)}
        return render(request, "desk/factor_own.html", told)
    form = CodeForm(request.POST or None, label_suffix="")
    if request.method == "POST" and request.POST.get("what") == "other" and form.is_valid():
        try:
            actions.give_up_factor(request.user, form.cleaned_data["code"], second_factor.apart(request, request.user))
        except Refused as refused:
            form.add_error("code", refused.sentence)
        else:
            return redirect("desk:sign_in_bind")
    elif request.method == "POST" and form.is_valid() and _is_right(request, request.user, form):
        factors.remember(request.session, request.user)
        codes = actions.renew_recovery_codes(request.user)
        messages.success(request, _t("旧的恢复码已作废。"))
        return render(request, "desk/factor_codes.html", {"codes": codes, "place": "/desk/"})
    left = factors.codes_left(request.user)
    context = {"bound": True, "form": form, "left": left, "identity_service": bool(settings.OIDC)}
    return render(request, "desk/factor_own.html", context, status=422 if form.errors else 200)


@staff("GET", "HEAD", "POST")
def again(request: StaffRequest) -> HttpResponse:
    """A code before a file leaves the house; whoever needs none goes on."""
    place = next_place(request)
    if not factors.is_stale(request.session, request.user):
        return redirect(place)
    form = CodeForm(request.POST or None, label_suffix="")
    second_factor.offer_key(form, request.user)
    if request.method == "POST" and form.is_valid() and _is_right(request, request.user, form):
        factors.remember(request.session, request.user)
        return redirect(place)
    return render(request, "desk/factor_again.html", {"form": form, "next": place}, status=422 if form.errors else 200)


ASKED, TO_BE = "key_asked", "key_to_be"  # challenges, each used once
LASTS = dt.timedelta(minutes=5)


class KeyForm(forms.Form):
    name = forms.CharField(label=_("密钥名称"), max_length=40, help_text=_("好认就行，如“抽屉里的备用”。"))
    answer = forms.CharField(widget=forms.HiddenInput, max_length=actions_factors.LONGEST_ANSWER)


@never_cache
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """For the page's script: the question to a key, then its answer. At the sign-in it opens the door."""
    user, place = _who(request)
    if not factors.keys_of(user):
        raise Http404
    if request.method == "GET":
        options, challenge = actions_factors.key_question(user, place_of(request))
        _keep(request, ASKED, user, challenge)
        return HttpResponse(options, content_type="application/json")
    try:
        actions_factors.check_key(user, request.POST.get("answer", ""), _taken(request, ASKED, user), place_of(request))
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
def own_keys(request: StaffRequest) -> HttpResponse:
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
                actions_factors.add_key(request.user, told["name"], told["answer"], challenge, place_of(request))
            except Refused as refused:
                form.add_error(None, refused.sentence)
            else:
                messages.success(request, _t("密钥已添加，登录和再次验证时可以用它代替验证码。"))
                return redirect("desk:own_keys")
    options, challenge = actions_factors.key_to_be(request.user, place_of(request))
    _keep(request, TO_BE, request.user, challenge)
    context = {"form": form, "options": options, "keys": factors.keys_of(request.user)}
    return render(request, "desk/factor_keys.html", context, status=422 if form.errors else 200)


@staff("POST")
def remove(request: StaffRequest, pk: int) -> HttpResponse:
    try:
        actions_factors.remove_key(request.user, pk)
    except Refused as refused:
        raise Http404 from refused
    messages.success(request, _t("密钥已移除。"))
    return redirect("desk:own_keys")


def place_of(request: HttpRequest) -> actions_factors.Place:
    """The name by which the browser reached us: Django lets through those of HUIYING_HOSTS only."""
    host = request.get_host()
    return actions_factors.Place(urlsplit(f"//{host}").hostname or "", f"{request.scheme}://{host}")


def _keep(request: HttpRequest, kind: str, user: User, challenge: str) -> None:
    request.session[kind] = {"user": user.pk, "challenge": challenge, "at": clock.now().isoformat()}


def _taken(request: HttpRequest, kind: str, user: User) -> str:
    """The challenge, once; nothing where it is of somebody else or too old, which no key has signed."""
    told: dict[str, Any] = request.session.pop(kind, None) or {}
    if told.get("user") != user.pk or clock.now() - dt.datetime.fromisoformat(told["at"]) > LASTS:
        return ""
    return str(told["challenge"])
