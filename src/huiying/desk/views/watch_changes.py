"""Changing a watch rule: one person writes it down, another sees what it would change and agrees (C5.11, C5.16)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _t

from huiying.desk.dispatch import perform
from huiying.desk.forms_watch import RemoveForm, RuleForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.views.watch import changed
from huiying.judging import watch_queries, watchbook
from huiying.judging.actions import watch_changes
from huiying.judging.actions.watch_changes import Draft
from huiying.judging.models import WatchProposal
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

    def draft() -> Draft:
        return Draft(code or form.cleaned_data["rule"], "change" if code else "add", {**was, **form.body})

    return _propose(request, form, draft, {"form": form, "code": code})


@staff(*METHODS)
def remove(request: StaffRequest, code: str) -> HttpResponse:
    or_404(request.user, "watch.propose")
    row = watchbook.rows_now().get(code)
    if row is None:
        raise Http404
    form = RemoveForm(request.POST if request.method == "POST" else None)
    return _propose(request, form, lambda: Draft(code, "remove"), {"form": form, "code": code, "removes": row})


def _propose(
    request: StaffRequest, form: RuleForm | RemoveForm, draft: Callable[[], Draft], context: dict[str, Any]
) -> HttpResponse:
    return perform(
        request,
        lambda: watch_changes.propose([draft()], form.cleaned_data["reason"], request.user),
        done=_t("已提议，等另一人同意后生效。"),
        to=lambda made: reverse("desk:watch_proposal", args=[made.pk]),
        form=form,
        again=lambda status: render(request, "desk/watch_change.html", context, status=status),
    )


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
    user, page, note = request.user, reverse("desk:watch_proposal", args=[pk]), request.POST.get("note", "")
    if verb == "agree":
        done = _t("已同意，规则现在就照新的听。")
        return perform(request, lambda: watch_changes.agree(found, user), done=done, to=page)
    if verb == "refuse":
        done = _t("已记录不同意，规则不变。")
        return perform(request, lambda: watch_changes.refuse(found, note, user), done=done, to=page)
    if verb == "withdraw":
        return perform(request, lambda: watch_changes.withdraw(found, user), done=_t("已撤回，规则不变。"), to=page)
    raise Http404
