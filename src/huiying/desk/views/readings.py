"""What a machine read of the pictures of an entry, shown beside the form as a draft to correct (C5.7, C5.13)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from huiying.desk.forms import long_text
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.listening.models import PictureReading
from huiying.listening.ocr import problems, readings

#: What is wrong with one of the pictures, and what to do; `n` is its place.
PROBLEMS: dict[str, Any] = {
    problems.TOO_LARGE: _("第 %(n)d 张超过六千万像素，没有读。请裁小或缩小后再传。"),
    problems.UNREADABLE: _("第 %(n)d 张打不开，可能已经损坏。请重新拍照或另存后再传。"),
    problems.NOTHING: _("第 %(n)d 张上没有认出文字。请拍得近些、亮些，或自己打上要点。"),
    problems.TOO_SLOW: _("第 %(n)d 张读了两分钟还没有读完，停下了。请裁成几张再传，或自己打上要点。"),
    problems.NOT_A_PICTURE: _("第 %(n)d 个是 PDF，不能读上面的文字，会照样附上。请自己打上要点。"),
    problems.BROKE: _("读第 %(n)d 张时出错，没有读成，会照样附上。请自己打上要点。"),
}


class ReadForm(forms.Form):
    """The draft and the word of the person who checked it. Whether it may be kept, the verb decides."""

    read_text = forms.CharField(
        label=_("照片上的文字（机器读出，可能有错）"), widget=long_text(tall=True), required=False, max_length=100_000,
        help_text=_("请对照原件逐字改正，人名、数字、日期最容易读错；不用就清空。登记后接在“说了什么”后面。"),
    )  # fmt: skip
    read_checked = forms.BooleanField(label=_("我已对照原件改正"), required=False)


def panel(row: PictureReading | None, form: ReadForm | None = None) -> dict[str, Any]:
    """What the template of the panel needs; `form` where it was filled in already."""
    if row is None:
        return {"reading": None}
    if form is None and row.state == PictureReading.READ:
        form = ReadForm(label_suffix="", initial={"read_text": readings.draft_of(row)})
    wrong = [PROBLEMS[one["problem"]] % {"n": n} for n, one in enumerate(row.pictures, start=1) if one["problem"]]
    is_over = row.state != PictureReading.WAITING
    return {"reading": row, "read_form": form if is_over else None, "is_over": is_over, "wrong": wrong}


@staff()
def reading(request: StaffRequest, pk: int) -> HttpResponse:
    """The panel once there is something in it; nothing (204) until then. Another person's is not there."""
    or_404(request.user, "post.take_in")
    row = readings.mine(pk, request.user)
    if row is None:
        raise Http404
    if row.state == PictureReading.WAITING:
        response = HttpResponse(status=204)
    else:
        response = render(request, "desk/parts/reading.html", panel(row))
    response.headers["Cache-Control"] = "private, no-store"
    return response
