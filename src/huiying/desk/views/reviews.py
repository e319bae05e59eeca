"""审核, made for a phone （九）, and 发布 by hand: the text to copy, the proof, the second person who looks (C8.7,
INV-5).
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _t, gettext_lazy as _

from huiying.desk.dispatch import perform
from huiying.desk.downloads import download
from huiying.desk.fields import long_text
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.rows import live_clocks
from huiying.desk.subjects.accounts import line_of
from huiying.desk.views.drafts import changes
from huiying.handling.access import get_case
from huiying.handling.models import Case
from huiying.kernel import clock
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.responding import actions, queries, tone
from huiying.responding.access import get_publication
from huiying.responding.evidence import read
from huiying.responding.models import BodyConfirmation, Evidence, Publication, ReviewStep, Revision
from huiying.responding.releasing import my_press_steps
from huiying.responding.targets import carries, place_name, target_names

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


ENDINGS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
    "application/pdf": "pdf",
    "text/html": "html",
    "video/mp4": "mp4",
    "audio/mpeg": "mp3",
}


class PostedForm(forms.Form):
    url = forms.URLField(label=_("发布后的网址"), max_length=2000, assume_scheme="https")
    screenshot = forms.FileField(label=_("截图"), help_text=_("PNG、JPEG、WebP 或 PDF，不超过 10 MB。"))


class VerifyForm(forms.Form):
    comment = forms.CharField(label=_("不符之处（相符可以不写）"), required=False, widget=long_text(), max_length=500)
    ok = forms.ChoiceField(choices=[("yes", ""), ("no", "")], widget=forms.HiddenInput)


@staff("GET", "HEAD", "POST")
def publication(request: StaffRequest, pk: int) -> HttpResponse:
    row = get_publication(request.user, pk)
    verifying = row.state == Publication.TO_VERIFY
    form_class = VerifyForm if verifying else PostedForm
    form = form_class(request.POST or None, request.FILES or None, label_suffix="")
    return perform(
        request,
        lambda: (_verify if verifying else _record)(row, form, request),
        done=lambda sentence: sentence,
        to=lambda _sentence: _whence(row),
        form=form,
        again=lambda status: _page(request, row, form, status),
    )


def _page(request: StaffRequest, row: Publication, form: forms.Form, status: int) -> HttpResponse:
    verifying = isinstance(form, VerifyForm)
    by_hand = row.state in (Publication.TO_DO, Publication.REJECTED)
    verdict = may(request.user, "release.verify" if verifying else "release.publish")
    own = verifying and row.posted_user == request.user.pk
    facts = row.revision.facts if row.revision is not None else row.press.facts if row.press is not None else ""
    context = {
        "publication": row,
        "case": row.case,
        "text": row.text,
        "where": place_name(row),
        "form": form,
        "verifying": verifying,
        "by_hand": by_hand,
        "line": line_of(row, carries(row.text, facts), may(request.user, "release.publish").allowed),
        "may": verdict.allowed and not own,
        "why": _t("是您发布的，须由另一个人核对。") if own else verdict.why,
    }
    return render(request, "desk/publication.html", context, status=status)


def _whence(row: Publication) -> str:
    """The page of what it belongs to."""
    if row.press is not None:
        return reverse("desk:press_release", args=[row.press.release_id])
    assert row.case is not None
    return reverse("desk:case", args=[row.case.number])


def _record(row: Publication, form: forms.Form, request: StaffRequest) -> str:
    actions.record_post(row, form.cleaned_data["url"], form.cleaned_data["screenshot"], request.user)
    return _t("已登记，等另一个人核对；回应时间以服务器收到截图的时刻为准。")


def _verify(row: Publication, form: forms.Form, request: StaffRequest) -> str:
    ok = form.cleaned_data["ok"] == "yes"
    actions.verify_post(row, ok, form.cleaned_data["comment"], request.user)
    return _t("已核对相符，这一次发布算数。") if ok else _t("已退回，这一次发布不算数，请重新发布。")


@staff("POST")
def override(request: StaffRequest, pk: int) -> HttpResponse:
    """A leader goes on without another body's answer (C8.4)."""
    row = get_object_or_404(BodyConfirmation.objects.select_related("case"), pk=pk)
    case = get_case(request.user, row.case.number)
    return perform(
        request,
        lambda: actions.override_confirmation(row, request.POST.get("reason", ""), request.user),
        done=_t("决定已记录，考核中一直标红。"),
        to=reverse("desk:case", args=[case.number]),
    )


@staff()
def evidence(request: StaffRequest, pk: int) -> HttpResponseBase:
    """A kept proof, always as a download: nothing that came from outside is ever shown as a page of ours."""
    row = get_object_or_404(Evidence.objects.select_related("case", "press__release"), pk=pk)
    if row.case is not None:
        number = get_case(request.user, row.case.number).number
    else:
        or_404(request.user, "press.view")
        number = row.press.release.number if row.press is not None else ""
    name = f"{number}-{row.sha256[:12]}.{ENDINGS.get(row.media_type.partition(';')[0], 'bin')}"
    return download(read(row.sha256), name, row.media_type)
