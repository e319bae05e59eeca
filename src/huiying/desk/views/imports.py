"""导入: hand a file in, look at what it is, correct the columns, begin; then what became of it (C5.13, C5.16)."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from huiying.desk.forms_sources import ListForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.views.events import page_of
from huiying.kernel import home
from huiying.listening import source_lists
from huiying.listening.actions import uploads
from huiying.listening.importing.headings import FIELDS, is_personal
from huiying.listening.importing.registry import BY_CODE, FORMATS
from huiying.listening.importing.vendor import Table
from huiying.listening.models import Import
from huiying.people.errors import Refused
from huiying.people.permissions import may

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
        row = uploads.propose(upload, request.user)
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
        "is_under_way": row.state in (Import.WAITING, Import.RUNNING),
        "rejected": row.rejected_rows.order_by("id")[:SHOWN_REJECTED],
    }
    if row.state == Import.PREVIEW:
        try:
            seen = uploads.preview(row)
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
    known = source_lists.registered(source["url"] for source in row.sources)
    listed = [(source, known.get(source["url"])) for source in row.sources]
    return {
        "listed": listed,
        "unregistered": sum(found is None for _source, found in listed),
        "list_form": ListForm(),
        "may_take_up": may(request.user, "source.edit").allowed,
        "most": source_lists.MOST,
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
        found = source_lists.take_up(
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
            uploads.correct(row, request.POST.get("format", ""), _mapping(request), request.user)
        elif verb == "begin":
            uploads.begin(row, request.user)
            messages.success(request, _t("已开始导入，可以离开这一页。"))
        elif verb == "cancel":
            uploads.cancel(row, request.user)
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
