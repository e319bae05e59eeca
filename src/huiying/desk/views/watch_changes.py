"""Changing a watch rule: one person writes it down, another sees what it would change and agrees (C5.11, C5.16)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _t

from huiying.desk.forms_watch import RemoveForm, RuleForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.views.watch import changed
from huiying.judging import watch_queries, watchbook
from huiying.judging.actions import watch_changes
from huiying.judging.actions.watch_changes import Draft
from huiying.judging.models import WatchProposal
from huiying.people.errors import Refused
from huiying.people.permissions import may

METHODS = ("GET", "HEAD", "POST")
SHOWN_CHANGES = 50


@staff(*METHODS)
def new(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "watch.propose")
    return _written(request, "", {})


@staff(*METHODS)
def change(request: StaffRequest, code: str) -> HttpResponse:
    or_404(request.user, "watch.propose")
    row = watchbook.rows_now().get(code)
    if row is None:
        raise Http404
    return _written(request, code, watchbook.body_of(row))


def _written(request: StaffRequest, code: str, was: Mapping[str, Any]) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = RuleForm(data, initial=was, departments=watchbook.rules_now().departments, is_new=not code)
    status = 200
    if form.is_bound and form.is_valid():
        draft = Draft(code or form.cleaned_data["rule"], "change" if code else "add", {**was, **form.body})
        if (made := _proposed(request, form, [draft])) is not None:
            return made
        status = 409
    elif form.is_bound:
        status = 422
    return render(request, "desk/watch_change.html", {"form": form, "code": code}, status=status)


@staff(*METHODS)
def remove(request: StaffRequest, code: str) -> HttpResponse:
    or_404(request.user, "watch.propose")
    row = watchbook.rows_now().get(code)
    if row is None:
        raise Http404
    form = RemoveForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        if (made := _proposed(request, form, [Draft(code, "remove")])) is not None:
            return made
        status = 409
    context = {"form": form, "code": code, "removes": row}
    return render(request, "desk/watch_change.html", context, status=status)


def _proposed(request: StaffRequest, form: RuleForm | RemoveForm, drafts: list[Draft]) -> HttpResponse | None:
    """The way to the proposal that was made; None, with the reason on the form, where it was refused."""
    try:
        made = watch_changes.propose(drafts, form.cleaned_data["reason"], request.user)
    except Refused as refused:
        form.add_error(None, refused.sentence)
        return None
    messages.success(request, _t("已提议，等另一人同意后生效。"))
    return redirect("desk:watch_proposal", made.pk)


@staff()
def proposal(request: StaffRequest, pk: int) -> HttpResponse:
    or_404(request.user, "watch.view")
    found = get_object_or_404(WatchProposal, pk=pk)
    changes = list(found.changes.all())
    is_open = found.state == WatchProposal.OPEN
    is_own = found.proposed_user == request.user.pk
    context = {
        "proposal": found,
        "changes": [(one, changed(one)) for one in changes[:SHOWN_CHANGES]],
        "more": max(len(changes) - SHOWN_CHANGES, 0),
        "difference": watch_queries.change_of(found) if is_open else None,
        "is_own": is_own,
        "may_agree": is_open and not is_own and may(request.user, "watch.agree").allowed,
        "may_withdraw": is_open and is_own,
    }
    return render(request, "desk/watch_proposal.html", context)


@staff("POST")
def decide(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    or_404(request.user, "watch.propose" if verb == "withdraw" else "watch.agree")
    found = get_object_or_404(WatchProposal, pk=pk)
    try:
        if verb == "agree":
            watch_changes.agree(found, request.user)
            messages.success(request, _t("已同意，规则现在就照新的听。"))
        elif verb == "refuse":
            watch_changes.refuse(found, request.POST.get("note", ""), request.user)
            messages.success(request, _t("已记录不同意，规则不变。"))
        elif verb == "withdraw":
            watch_changes.withdraw(found, request.user)
            messages.success(request, _t("已撤回，规则不变。"))
        else:
            raise Http404
    except Refused as refused:
        messages.error(request, refused.sentence)
    return redirect("desk:watch_proposal", pk)
