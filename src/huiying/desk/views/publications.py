"""发布 by hand: the text to copy, the proof to hand in, and the second person who looks (C8.7, INV-5)."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.desk.case_sections.accounts import line_of
from huiying.desk.dispatch import perform
from huiying.desk.downloads import download
from huiying.desk.forms import long_text
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.handling.access import get_case
from huiying.people.permissions import may
from huiying.responding import actions
from huiying.responding.access import get_publication
from huiying.responding.evidence import read
from huiying.responding.linked import carries
from huiying.responding.models import BodyConfirmation, Evidence, Publication
from huiying.responding.targets import place_name

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
