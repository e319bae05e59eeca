"""导入 and 登记 (C5.7, C5.13, C5.16): a file is looked at, corrected and begun; a call or a letter is entered in
two minutes.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _t, gettext_lazy as _, ngettext

from huiying.desk.fields import MomentField, long_text
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.subjects.sources import ListForm
from huiying.desk.views import personal_data
from huiying.desk.views.events import page_of
from huiying.desk.views.home import tell_taken
from huiying.handling.queries import duration_words
from huiying.judging.actions import judge_now
from huiying.judging.queries import event_of_post
from huiying.kernel import home
from huiying.kernel.keepable import number_of
from huiying.kernel.store import ENDINGS
from huiying.listening.actions import by_hand, imports as actions_imports, sources
from huiying.listening.importing.registry import BY_CODE, FORMATS
from huiying.listening.importing.vendor import FIELDS, Table, is_personal
from huiying.listening.models import HandEntry, Import, PictureReading, PostAttachment
from huiying.listening.ocr import door, door as ocr, readings
from huiying.listening.reserved import without_sensitive
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.people.queries import regulation_now

SHOWN_REJECTED = 50
STATES: dict[str, Any] = {
    Import.PREVIEW: _("待确认"),
    Import.WAITING: _("排队中"),
    Import.RUNNING: _("导入中"),
    Import.DONE: _("已导入"),
    Import.FAILED: _("没有导完"),
    Import.CANCELLED: _("已取消"),
}
WAYS: dict[str, Any] = {Import.UPLOAD: _("上传"), Import.FOLDER: _("收件夹"), Import.COMMAND: _("命令行")}
FIELD_WORDS: dict[str, Any] = {
    "title": _("标题"), "text": _("正文"), "url": _("链接"), "outlet": _("来源媒体"), "platform": _("平台"),
    "published_at": _("发布时间"), "seen_at": _("采集时间"), "sentiment": _("情感"), "reposts": _("转发数"),
    "comments": _("评论数"), "likes": _("点赞数"), "reads": _("阅读数"), "shares": _("分享数"), "region": _("地域"),
    "keywords": _("命中词"), "similar": _("相似数"), "native_id": _("编号"),
    "voice": _("用户编号（只用来数人数）"),
}  # fmt: skip


@staff("GET", "HEAD", "POST")
def imports(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "import.bring")
    if request.method == "POST":
        return _hand_in(request)
    return _list(request)


def _list(request: StaffRequest, status: int = 200) -> HttpResponse:
    page = page_of(request, Import.objects.order_by("-id"), 20)
    rows = [(row, STATES[row.state], WAYS[row.how]) for row in page]
    context = {"page": page, "rows": rows, "formats": [item.name for item in FORMATS], "inbox": home.inbox()}
    return render(request, "desk/imports.html", context, status=status)


def _hand_in(request: StaffRequest) -> HttpResponse:
    upload = request.FILES.get("file")
    if upload is None:
        messages.error(request, _t("请先选择一个文件。"))
        return _list(request, 422)
    try:
        row = actions_imports.propose(upload, request.user)
    except Refused as refused:
        messages.error(request, refused.sentence)
        return _list(request, 409)
    return redirect("desk:import", row.pk)


@staff()
def one(request: StaffRequest, pk: int) -> HttpResponse:
    or_404(request.user, "import.bring")
    return _show(request, get_object_or_404(Import, pk=pk))


def _show(request: StaffRequest, row: Import, status: int = 200, **more: Any) -> HttpResponse:
    context: dict[str, Any] = {
        "row": row,
        "state": STATES[row.state],
        "way": WAYS[row.how],
        "format": BY_CODE[row.format].name if row.format in BY_CODE else "",
        "confirm_within": duration_words(int(regulation_now().grading.confirm_within.elapsed.total_seconds())),
        "is_under_way": row.state in (Import.WAITING, Import.RUNNING),
        "rejected": row.rejected_rows.order_by("id")[:SHOWN_REJECTED],
    }
    if row.state == Import.PREVIEW:
        try:
            seen = actions_imports.preview(row)
        except Refused as refused:
            context["refused"] = refused.sentence
        else:
            context |= {"preview": seen, "columns": _columns(seen.tables)}
        context |= {"formats": [(item.code, item.name) for item in FORMATS], "fields": FIELD_WORDS.items()}
    if row.sources:
        context |= _listed(request, row)
    return render(request, "desk/import.html", context | more, status=status)


def _listed(request: StaffRequest, row: Import) -> dict[str, Any]:
    """The sources of a list, which of them are registered already, and the form that takes up the others."""
    known = sources.registered(source["url"] for source in row.sources)
    listed = [(source, known.get(source["url"])) for source in row.sources]
    return {
        "listed": listed,
        "unregistered": sum(found is None for _source, found in listed),
        "list_form": ListForm(),
        "may_take_up": may(request.user, "source.edit").allowed,
        "most": sources.MOST_AT_ONCE,
    }


@staff("POST")
def take_up(request: StaffRequest, pk: int) -> HttpResponse:
    """Register the chosen sources of a list. What could not be is shown with its line; the others stand."""
    or_404(request.user, "import.bring")
    row = get_object_or_404(Import, pk=pk)
    if not row.sources:
        raise Http404
    form = ListForm(request.POST)
    if not form.is_valid():
        return _show(request, row, 422, list_form=form)
    chosen = set(request.POST.getlist("url"))
    try:
        found = sources.take_up(
            [source for source in row.sources if source["url"] in chosen], form.told(), request.user
        )
    except Refused as refused:
        form.add_error(None, refused.sentence)
        return _show(request, row, 409, list_form=form)
    if found.added:
        n = len(found.added)
        messages.success(request, ngettext("已登记 %(n)d 个来源。", "已登记 %(n)d 个来源。", n) % {"n": n})
    if found.refused:
        return _show(request, row, 200 if found.added else 409, not_taken=found.refused, list_form=form)
    return redirect("desk:import", pk)


def _columns(tables: list[Table]) -> list[dict[str, Any]]:
    """Every heading once, with what it is taken for; a column of names can be nothing (INV-10)."""
    found: dict[str, dict[str, Any]] = {}
    for table in tables:
        for place, (column, field) in enumerate(table.mapping.items()):
            found.setdefault(
                column,
                {"name": column, "field": field, "personal": is_personal(column), "input": f"column-{place}"},
            )
    return list(found.values())


@staff("POST")
def do(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    or_404(request.user, "import.bring")
    row = get_object_or_404(Import, pk=pk)
    try:
        if verb == "correct":
            actions_imports.correct(row, request.POST.get("format", ""), _mapping(request), request.user)
        elif verb == "begin":
            actions_imports.begin(row, request.user, as_history=request.POST.get("as") == "history")
            messages.success(request, _t("已开始导入，可以离开这一页。"))
        elif verb == "cancel":
            actions_imports.cancel(row, request.user)
            messages.success(request, _t("已取消，文件已删除。"))
            return redirect("desk:imports")
        else:
            raise Http404
    except Refused as refused:
        messages.error(request, refused.sentence)
        return _show(request, Import.objects.get(pk=pk), 409)
    return redirect("desk:import", pk)


def _mapping(request: StaffRequest) -> dict[str, str]:
    """The headings stand in the form as `name-column-3`, what each is as `column-3`."""
    found = {}
    for key, field in request.POST.items():
        if key.startswith("column-") and (field in FIELDS or field == ""):
            found[str(request.POST.get(f"name-{key}", ""))] = str(field)
    return {name: field for name, field in found.items() if name}


class _Echo:
    def write(self, text: str) -> str:
        return text


@staff()
def rejected(request: StaffRequest, pk: int) -> HttpResponseBase:
    """Every row that could not be taken, as a table."""
    or_404(request.user, "import.bring")
    row = get_object_or_404(Import, pk=pk)
    writer = csv.writer(_Echo())

    def lines() -> Iterator[str]:
        yield "\ufeff" + writer.writerow([_t("文件"), _t("行"), _t("原因")])
        for one in row.rejected_rows.order_by("id").iterator():
            yield writer.writerow([_harmless(one.file), one.line, _harmless(one.reason)])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="rejected-{row.pk}.csv"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _harmless(text: str) -> str:
    """No cell begins like a formula of office software; Chinese ones take the full-width signs for the same."""
    return f"'{text}" if text.lstrip()[:1] in tuple("=+-@＝＋－＠") or text[:1] in ("\t", "\r", "\n") else text


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
        personal_data.gate(request.user, row.post)
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
    door.TOO_LARGE: _("第 %(n)d 张超过六千万像素，没有读。请裁小或缩小后再传。"),
    door.UNREADABLE: _("第 %(n)d 张打不开，可能已经损坏。请重新拍照或另存后再传。"),
    door.NOTHING: _("第 %(n)d 张上没有认出文字。请拍得近些、亮些，或自己打上要点。"),
    door.TOO_SLOW: _("第 %(n)d 张读了两分钟还没有读完，停下了。请裁成几张再传，或自己打上要点。"),
    door.NOT_A_PICTURE: _("第 %(n)d 个是 PDF，不能读上面的文字，会照样附上。请自己打上要点。"),
    door.BROKE: _("读第 %(n)d 张时出错，没有读成，会照样附上。请自己打上要点。"),
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
