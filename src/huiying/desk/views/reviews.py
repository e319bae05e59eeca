"""审核, made for a phone: how grave, how long, what changed, the text, and two buttons at the thumb （九）."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.desk.forms import long_text
from huiying.desk.gate import StaffRequest, staff
from huiying.desk.rows import live_clocks
from huiying.desk.views.drafts import changes
from huiying.handling.access import get_case
from huiying.people.errors import Refused
from huiying.responding import actions, queries
from huiying.responding.channels.registry import CHANNELS
from huiying.responding.models import ReviewStep


class DecisionForm(forms.Form):
    """`manifest_sha256` is what the reviewer saw: a text that changed meanwhile is refused (INV-4)."""

    manifest_sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)
    secrecy = forms.BooleanField(label=_("保密审查：不涉及国家秘密和工作秘密"), required=False)
    personal_data = forms.BooleanField(label=_("个人信息审查：没有可识别个人的内容"), required=False)
    comment = forms.CharField(
        label=_("意见（退回时必须写明原因）"), required=False, widget=long_text(), max_length=2000
    )
    decision = forms.ChoiceField(choices=[("approve", ""), ("reject", "")], widget=forms.HiddenInput)


@staff()
def reviews(request: StaffRequest) -> HttpResponse:
    return render(request, "desk/reviews.html", {"steps": queries.my_steps(request.user)})


@staff("GET", "HEAD", "POST")
def review(request: StaffRequest, pk: int) -> HttpResponse:
    step = (
        ReviewStep.objects.select_related("round__revision", "round__case__regulation", "round__case__event")
        .filter(pk=pk)
        .first()
    )
    if step is None:
        raise Http404
    case = get_case(request.user, step.round.case.number)
    form = DecisionForm(request.POST or None, label_suffix="", initial={"manifest_sha256": step.round.manifest_sha256})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                _decide(step, form.cleaned_data, request)
            except Refused as refused:
                form.add_error(None, refused.sentence)
                status = 409
            else:
                messages.success(request, _said(form.cleaned_data))
                return redirect("desk:reviews")
    return render(request, "desk/review.html", _context(request, step, case, form), status=status)


def _decide(step: ReviewStep, told: dict[str, Any], request: StaffRequest) -> None:
    actions.decide_step(
        step,
        approve=told["decision"] == "approve",
        comment=told["comment"],
        secrecy=told["secrecy"],
        personal_data=told["personal_data"],
        manifest_sha256=told["manifest_sha256"],
        actor=request.user,
    )


def _said(told: dict[str, Any]) -> str:
    return _t("已同意。") if told["decision"] == "approve" else _t("已退回，起草人会看到您写的原因。")


def _context(request: StaffRequest, step: ReviewStep, case: Any, form: DecisionForm) -> dict[str, Any]:
    revision = step.round.revision
    before = queries.reviewed_before(revision)
    return {
        "step": step,
        "round": step.round,
        "steps": list(step.round.steps.all()),
        "case": case,
        "revision": revision,
        "form": form,
        "clock": live_clocks([case]).first(),
        "before": before,
        "changes": changes(before, revision) if before else [],
        "renditions": [(str(CHANNELS[kind].name), text) for kind, text in revision.renditions.items()],
        "confirmations": queries.confirmations_of(revision).items(),
        "personal": queries.personal_data_in(revision),
        "mine": step.round.state == "open" and not step.decision and _is_mine(request, step, case),
    }


def _is_mine(request: StaffRequest, step: ReviewStep, case: Any) -> bool:
    due = {row.pk for row in queries.open_steps(step.round)}
    return step.pk in due and queries.eligibility(request.user, step, case) is not None
