"""审核, made for a phone: how grave, how long, what changed, the text, and two buttons at the thumb （九）."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.desk.dispatch import perform
from huiying.desk.forms import long_text
from huiying.desk.gate import StaffRequest, staff
from huiying.desk.rows import live_clocks
from huiying.desk.views.drafts import changes
from huiying.handling.access import get_case
from huiying.handling.models import Case
from huiying.kernel import clock
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.responding import actions, queries, tone
from huiying.responding.models import ReviewStep, Revision
from huiying.responding.press import my_press_steps
from huiying.responding.targets import target_names

CHECKS = {
    "secrecy": _("保密审查：不涉及国家秘密和工作秘密"),
    "personal_data": _("个人信息审查：没有可识别个人的内容"),
}


class DecisionForm(forms.Form):
    """`manifest_sha256` is what the reviewer saw: a text that changed meanwhile is refused (INV-4). Only the checks of
    the step are asked.
    """

    manifest_sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)
    comment = forms.CharField(
        label=_("意见（退回时必须写明原因）"), required=False, widget=long_text(), max_length=2000
    )
    decision = forms.ChoiceField(choices=[("approve", ""), ("reject", "")], widget=forms.HiddenInput)

    def __init__(self, *args: Any, step: ReviewStep, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        for check in step.checks:
            self.fields[check] = forms.BooleanField(label=CHECKS[check], required=False)
        self.checks = [self[check] for check in step.checks]


@staff()
def reviews(request: StaffRequest) -> HttpResponse:
    return render(request, "desk/reviews.html", _waiting(request.user))


def _waiting(user: User) -> dict[str, Any]:
    return {
        "steps": queries.my_steps(user),
        "press_steps": my_press_steps(user) if may(user, "press.view") else [],
    }


@staff("GET", "HEAD", "POST")
def review(request: StaffRequest, pk: int) -> HttpResponse:
    step = (
        ReviewStep.objects.select_related(
            "round__revision__speaker", "round__revision__corrects", "round__case__regulation", "round__case__event"
        )
        .filter(pk=pk)
        .first()
    )
    if step is None:
        raise Http404
    case = get_case(request.user, step.round.case.number)
    form = DecisionForm(request.POST or None, step=step, initial={"manifest_sha256": step.round.manifest_sha256})
    return perform(
        request,
        lambda: _decide(step, form.cleaned_data, request.user),
        done=lambda _none: _said(form.cleaned_data),
        to="desk:reviews",
        form=form,
        again=lambda status: render(
            request, "desk/review.html", _context(request.user, step, case, form), status=status
        ),
        asks_again=True,
    )


def _decide(step: ReviewStep, told: dict[str, Any], user: User) -> None:
    actions.decide_step(
        step,
        approve=told["decision"] == "approve",
        comment=told["comment"],
        secrecy=told.get("secrecy", False),
        personal_data=told.get("personal_data", False),
        manifest_sha256=told["manifest_sha256"],
        actor=user,
    )


def _said(told: dict[str, Any]) -> str:
    return _t("已同意。") if told["decision"] == "approve" else _t("已退回，起草人会看到您写的原因。")


def _context(user: User, step: ReviewStep, case: Case, form: DecisionForm) -> dict[str, Any]:
    revision = step.round.revision
    revision.case = case
    before = queries.reviewed_before(revision)
    names = target_names(revision.renditions)
    rows = list(step.round.steps.all())
    turn = {row.pk for row in step.round.open_steps()}
    late = step.pk in turn and step.due_at is not None and step.due_at < clock.now()
    return {
        "step": step,
        "round": step.round,
        "steps": rows,
        "case": case,
        "revision": revision,
        "holding": step.round.track == Revision.HOLDING,
        "form": form,
        "clock": live_clocks([case]).first(),
        "before": before,
        "changes": changes(before, revision) if before else [],
        "renditions": [(names[code], text) for code, text in revision.renditions.items()],
        "confirmations": queries.confirmations_of(revision).items(),
        "personal": queries.personal_data_in(revision),
        "hints": [(names.get(hint.where, ""), hint) for hint in tone.hints(case, revision)],
        "mine": step.pk in turn and step.appointment_of(user) is not None,
        "late": late,
        "who": step.deciders(clock.now()) if late else [],
    }
