"""What changed since a page was drawn, and the lock page (§6.1 S2): the password again, and meanwhile what the
night duty must see, without a word of a case. Nothing that is being read moves: countdowns change in place (UI.md
"Live").
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django import forms
from django.contrib.auth import authenticate, login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext as _t, gettext_lazy as _
from django.views.decorators.http import condition

from huiying.desk import second_factor
from huiying.desk.context import of
from huiying.desk.gate import StaffRequest, own_address, staff
from huiying.handling.access import get_case
from huiying.handling.models import Clock
from huiying.handling.queries import cases_for, duration_words, open_cases_for
from huiying.judging import queries as judging
from huiying.kernel import clock
from huiying.ledger.queries import since
from huiying.people import actions, factors, sessions
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.people.queries import standing

CLOCKS = 60


def version(request: HttpRequest) -> str:
    """Nothing new in the ledger in this minute: the answer is the same, and is not sent again (304)."""
    moved = of(request).moved
    return f'"{moved}-{clock.now():%Y%m%d%H%M}-{request.user.pk}-{get_language()}"'


@staff()
def live(request: StaffRequest) -> HttpResponse:
    response: HttpResponse = _answer(request)
    return response


@condition(etag_func=version)
def _answer(request: StaffRequest) -> HttpResponse:
    seen = _number(request.GET.get("since", ""))
    scope = request.GET.get("scope", "")
    ids = [number for part in request.GET.get("clocks", "").split(",") if (number := _number(part))][:CLOCKS]
    rows = Clock.objects.filter(pk__in=ids, case__in=cases_for(request.user).values("pk")) if ids else []
    context = {"oob": True, "rows": rows, "news": _news(request, seen, scope), "back": request.GET.get("back", "")}
    if scope == "home":
        context |= _grave(request)
    return render(request, "desk/live.html", context)


def _number(text: str) -> int:
    # isdigit() would also say yes to "²", which is no number to int().
    return int(text) if text.isdecimal() and len(text) < 18 else 0


def _news(request: StaffRequest, seen: int, scope: str) -> bool:
    """Whether something came that belongs on the page: this case's own entries, or anything of cases and events."""
    entries = since(seen)
    if scope == "home":
        return (
            entries.filter(chain__startswith="case:").exists()
            or entries.filter(kind__startswith="event.opened").exists()
        )
    if scope.startswith("case:"):
        case = get_case(request.user, scope.removeprefix("case:"))
        return entries.filter(chain=f"case:{case.number}").exists()
    return False


def _grave(request: StaffRequest) -> dict[str, object]:
    """Numbers for the tab's title and for the one sound: warnings of the two gravest levels."""
    if not may(request.user, "warning.acknowledge"):
        return {"counted": False}
    regulation = standing(request.user).regulation
    grave = {level.code for level in regulation.levels[-2:]}
    warnings = list(judging.open_warnings(request.user))
    urgent = judging.urgent_calls().count()
    return {
        "counted": True,
        "count": len(warnings) + urgent,
        "grave": urgent + sum(warning.level in grave for warning in warnings),
    }


SOON = dt.timedelta(hours=1)


class UnlockForm(forms.Form):
    password = forms.CharField(
        label=_("密码"), widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True})
    )


@dataclass(frozen=True)
class Figures:
    """Numbers only: how many clocks run, how near the nearest is, and what waits for somebody to take it."""

    running: int
    overdue: int
    soon: int
    nearest: str
    is_over: bool
    warnings: int | None  # None: not this person's to take
    urgent: bool | None


def figures(user: User) -> Figures:
    now = clock.now()
    due = [case.next_due for case in open_cases_for(user) if case.next_due]
    takes = may(user, "warning.acknowledge").allowed
    return Figures(
        running=len(due),
        overdue=sum(at < now for at in due),
        soon=sum(now <= at <= now + SOON for at in due),
        nearest=duration_words(abs(int((due[0] - now).total_seconds()))) if due else "",
        is_over=bool(due) and due[0] < now,
        warnings=judging.open_warnings(user).count() if takes else None,
        urgent=judging.urgent_calls().exists() if may(user, "urgent.acknowledge") else None,
    )


@staff("GET", "HEAD", "POST")
def locked(request: StaffRequest) -> HttpResponse:
    place = own_address(request, request.POST.get("next") or request.GET.get("next"))
    if not (sessions.are_wanted() and sessions.is_locked(request.session)):
        return redirect(place)
    form = UnlockForm(request.POST or None, label_suffix="")
    if factors.is_wanted() and factors.has(request.user):
        form.fields["code"] = second_factor.CodeField()
    if request.method == "POST" and form.is_valid() and _opens(request, form):
        return redirect(place)
    return _page(request, form, place, 422 if form.errors else 200)


def _opens(request: StaffRequest, form: UnlockForm) -> bool:
    """Wrong passwords count like those of the sign-in; the code is asked last, so that none is lost."""
    user = authenticate(request, username=request.user.username, password=form.cleaned_data["password"])
    if user is None:
        words = _t("密码不对。连错五次，这个账号在本机要等十五分钟。")
        form.add_error("password", second_factor.why_not(request, words))
        return False
    if "code" in form.fields:
        try:
            actions.check_factor(request.user, form.cleaned_data["code"], second_factor.apart(request, request.user))
        except Refused as refusal:
            form.add_error("code", refusal.sentence)
            return False
    began = request.session[sessions.BEGAN]
    login(request, request.user, backend=second_factor.BACKEND)
    request.session.cycle_key()
    sessions.unlock(request.session, began)
    if "code" in form.fields:
        factors.remember(request.session, request.user)
    return True


def _page(request: HttpRequest, form: UnlockForm, place: str, status: int, *, lost: bool = False) -> HttpResponse:
    assert isinstance(request.user, User)
    context = {"form": form, "next": place, "lost": lost, "told": figures(request.user)}
    response = render(request, "desk/locked.html", context, status=status)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def refused(request: HttpRequest) -> HttpResponse:
    """Something was sent while the session was locked: nothing was done, and the way back leads to its page."""
    assert isinstance(request.user, User)
    form = UnlockForm(label_suffix="")
    if factors.is_wanted() and factors.has(request.user):
        form.fields["code"] = second_factor.CodeField()
    return _page(request, form, own_address(request, request.headers.get("Referer")), 423, lost=True)


@staff()
def locked_live(request: StaffRequest) -> HttpResponse:
    response: HttpResponse = _told(request)
    return response


@condition(etag_func=version)
def _told(request: StaffRequest) -> HttpResponse:
    return render(request, "desk/parts/locked_told.html", {"told": figures(request.user), "oob": True})
