"""登记: a call, a letter, a visit, a slip, a newspaper page, a broadcast, in two minutes (C5.7, C5.13)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from huiying.desk.forms import long_text
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.moments import MomentField
from huiying.desk.views import sealed
from huiying.desk.views.home import tell_taken
from huiying.judging.actions import judge_now
from huiying.judging.queries import event_of_post
from huiying.kernel.keepable import number_of
from huiying.kernel.store import ENDINGS
from huiying.listening.actions import by_hand
from huiying.listening.models import HandEntry, PictureReading, PostAttachment
from huiying.listening.ocr import door as ocr
from huiying.listening.ocr import problems, readings
from huiying.listening.reserved import without_sensitive
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import may

SHOWN = 20
TYPED_CHARS = 100_000
OVER = _("这些照片已经登记过，或者放了一天已经删除。请重新上传。")
KINDS = [
    (HandEntry.CALL, _("来电")),
    (HandEntry.COUNTER, _("来访")),
    (HandEntry.LETTER, _("来信")),
    (HandEntry.SLIP, _("12345 工单")),
    (HandEntry.WECHAT, _("微信后台")),
    (HandEntry.NEWSPAPER, _("报纸")),
    (HandEntry.BROADCAST, _("广播电视")),
]


class Pictures(forms.ClearableFileInput):
    allow_multiple_selected = True


class PicturesField(forms.FileField):
    """Several files at once, each of them checked by the verb."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(PicturesField, self).clean(one, initial) for one in given]


class EntryForm(forms.Form):
    kind = forms.ChoiceField(label=_("来自哪里"), choices=KINDS, widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("说了什么"), widget=long_text(), required=False, max_length=100_000,
        help_text=_("尽量用原话。电话号码、姓名存入时会自动遮盖。"),
    )  # fmt: skip
    title = forms.CharField(label=_("标题（可以不写）"), required=False, max_length=500)
    medium = forms.CharField(label=_("哪家报纸、哪个台"), required=False, max_length=60)
    place = forms.CharField(label=_("版面或时段"), required=False, max_length=100)
    number = forms.CharField(label=_("工单号"), required=False, max_length=60)
    reported_at = MomentField(
        label=_("自报时间（可以不写）"), required=False, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("对方说的来电、刊播时间，单独存一栏；时限从系统收到的时刻起算。"),
    )  # fmt: skip
    pictures = PicturesField(
        label=_("照片或 PDF（可以不附）"), required=False,
        widget=Pictures(attrs={"accept": "image/png,image/jpeg,image/webp,application/pdf", "multiple": True}),
        help_text=_("加密封存。没有人核对过的文字不会存入，请把要点打在上面。"),
    )  # fmt: skip


@staff("GET", "HEAD", "POST")
def enter(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "post.take_in")
    if request.method == "POST" and "read" in request.POST:
        return _have_read(request)
    told = request.POST if request.method == "POST" else request.GET
    reading = _reading(request, str(told.get("reading", "")))
    if request.method == "POST":
        return _make(request, reading)
    if reading is None and "reading" in request.GET:
        messages.error(request, str(OVER))
        return redirect("desk:enter")
    initial = {"kind": HandEntry.CALL} | (readings.form_of(reading) if reading else {})
    return _page(request, EntryForm(label_suffix="", initial=initial), panel(reading))


def _reading(request: StaffRequest, number: str) -> PictureReading | None:
    return readings.mine(number_of(number), request.user)


def _have_read(request: StaffRequest) -> HttpResponse:
    """Keep what was typed, sealed, and let the loop read the pictures; the page comes back with what was read."""
    typed = {name: str(request.POST[name])[:TYPED_CHARS] for name in EntryForm.base_fields if name in request.POST}
    try:
        row = readings.ask(request.FILES.getlist("pictures"), typed, request.user)
    except Refused as refused:
        messages.error(request, refused.sentence)
        return _page(request, EntryForm(label_suffix="", initial=typed), panel(None), 422)
    return redirect(f"{reverse('desk:enter')}?reading={row.pk}")


def _make(request: StaffRequest, reading: PictureReading | None) -> HttpResponse:
    form = EntryForm(request.POST, request.FILES, label_suffix="")
    read = ReadForm(request.POST, label_suffix="")
    if form.is_valid() and read.is_valid():
        given = form.cleaned_data | read.cleaned_data
        pictures = given.pop("pictures")
        try:
            if reading is None and request.POST.get("reading"):
                raise Refused(str(OVER), code="reading_over")
            taken = by_hand.enter(by_hand.Entry(**given), pictures, request.user, reading)
        except Refused as refused:
            if refused.code == "not_checked":
                read.add_error("read_checked", refused.sentence)
            else:
                form.add_error(None, refused.sentence)
        else:
            return tell_taken(request, judge_now(taken))
    # The page may have been drawn before the draft was there: then it is shown now.
    return _page(request, form, panel(reading, read if "read_text" in request.POST else None), 422)


def _page(request: StaffRequest, form: EntryForm, more: dict[str, Any], status: int = 200) -> HttpResponse:
    context = {"form": form, "entries": _latest(request.user), "can_read": ocr.installed(), **more}
    response = render(request, "desk/hand_entry.html", context, status=status)
    if more["reading"]:
        response.headers["Cache-Control"] = "private, no-store"  # a draft is nobody's but this person's
    return response


def _latest(user: User) -> list[tuple[HandEntry, Any]]:
    """What was entered lately; a danger to life goes no further than who acts on it (Life first)."""
    rows = HandEntry.objects.select_related("post").prefetch_related("attachments").order_by("-id")
    if not may(user, "event.view"):
        rows = rows.filter(by=user.name)
    if not may(user, "urgent.view"):
        rows = rows.filter(post__life_safety=False)
    rows = without_sensitive(rows, "post")
    words = dict(KINDS)
    return [(row, words[row.kind]) for row in rows[:SHOWN]]


@staff("GET", "HEAD", "POST")
def original(request: StaffRequest, pk: int) -> HttpResponse:
    """A kept picture, as a download; what a citizen brought is opened with a reason only."""
    row = get_object_or_404(PostAttachment.objects.select_related("entry__post", "message__post"), pk=pk)
    is_public = by_hand.is_published(row)
    event = event_of_post(row.post)
    # Whoever may open the message's own text, or a text that bears a label, may open what was sent along (§6.2).
    if row.message is not None or (event is not None and event.reserved):
        sealed.gate(request.user, row.post)
    or_404(request.user, "search.view" if is_public else "post.unseal")
    if row.post.life_safety:
        or_404(request.user, "urgent.view")
    if not is_public and request.method != "POST":
        return render(request, "desk/original.html", {"row": row})
    try:
        content = by_hand.open_attachment(row, request.POST.get("reason", ""), request.user)
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("desk:original", pk)
    response = HttpResponse(content, content_type=row.media_type)
    name = f"{row.sha256[:12]}.{ENDINGS.get(row.media_type, 'bin')}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response


# What a machine read of the pictures of an entry, shown beside the form as a draft to correct (C5.7, C5.13).

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
