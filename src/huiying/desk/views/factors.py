"""第二道验证 (§6.1 S4): the code at the sign-in, binding an authenticator, and a person's own page of it."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _t
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from huiying.desk import second_factor
from huiying.desk.gate import StaffRequest, own_address, staff
from huiying.kernel import qr
from huiying.people import actions, factors
from huiying.people.errors import Refused
from huiying.people.models import User


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
    if request.method == "POST" and form.is_valid() and _is_right(user, form):
        second_factor.go_in(request, user)
        return redirect(place)
    return render(request, "desk/factor_code.html", {"form": form}, status=422 if form.errors else 200)


def _is_right(user: User, form: CodeForm) -> bool:
    try:
        actions.check_factor(user, form.cleaned_data["code"])
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
        return redirect("desk:own_factor" if request.user.is_authenticated else "desk:sign_in_code")
    form = CodeForm(request.POST or None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        try:
            codes = actions.confirm_factor(user, form.cleaned_data["code"])
        except Refused as refused:
            form.add_error("code", refused.sentence)
        else:
            if place:
                second_factor.go_in(request, user)
            factors.remember(request.session)
            return render(request, "desk/factor_codes.html", {"codes": codes, "place": place or "/desk/"})
    context = {
        "form": form,
        "image": qr.image(actions.address_of(user, secret)),
        "secret": " ".join(secret[n : n + 4] for n in range(0, len(secret), 4)),
        "must": factors.must_have(user),
    }
    return render(request, "desk/factor_bind.html", context, status=422 if form.errors else 200)


@staff("GET", "HEAD", "POST")
def own(request: StaffRequest) -> HttpResponse:
    """What a person has; against a code, new recovery codes, or another authenticator."""
    if not factors.has(request.user):
        told = {"bound": False, "must": factors.must_have(request.user), "identity_service": bool(settings.OIDC)}
        return render(request, "desk/factor_own.html", told)
    form = CodeForm(request.POST or None, label_suffix="")
    if request.method == "POST" and request.POST.get("what") == "other" and form.is_valid():
        try:
            actions.give_up_factor(request.user, form.cleaned_data["code"])
        except Refused as refused:
            form.add_error("code", refused.sentence)
        else:
            return redirect("desk:sign_in_bind")
    elif request.method == "POST" and form.is_valid() and _is_right(request.user, form):
        factors.remember(request.session)
        codes = actions.renew_recovery_codes(request.user)
        messages.success(request, _t("旧的恢复码已作废。"))
        return render(request, "desk/factor_codes.html", {"codes": codes, "place": "/desk/"})
    left = factors.codes_left(request.user)
    context = {"bound": True, "form": form, "left": left, "identity_service": bool(settings.OIDC)}
    return render(request, "desk/factor_own.html", context, status=422 if form.errors else 200)


@staff("GET", "HEAD", "POST")
def again(request: StaffRequest) -> HttpResponse:
    """A code before a file leaves the house; whoever needs none goes on."""
    place = own_address(request, request.POST.get("next") or request.GET.get("next"))
    if not factors.is_stale(request.session, request.user):
        return redirect(place)
    form = CodeForm(request.POST or None, label_suffix="")
    second_factor.offer_key(form, request.user)
    if request.method == "POST" and form.is_valid() and _is_right(request.user, form):
        factors.remember(request.session)
        return redirect(place)
    return render(request, "desk/factor_again.html", {"form": form, "next": place}, status=422 if form.errors else 200)
