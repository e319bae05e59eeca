"""The formats, each registered here and nowhere else, and opening a file: out of its archive, its format told, or
refused whole in words (C5.16). The first format that recognises a file reads it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext, gettext_lazy as _

from huiying.engine.lines import FileUnreadable, Rejected
from huiying.engine.post import SCHEMA, Post, PostError, parse_post
from huiying.listening.importing import feeds, mediacrawler, trendradar, vendor
from huiying.listening.importing.look import ARRAY, LINES, OBJECT, OLD_SHEET, File, Look, Unreadable, look_at, unpacked
from huiying.listening.importing.rows import Options, Row, objects

OPEN_FORMAT: Final = "open"


def recognises_open(look: Look) -> bool:
    if look.shape not in (LINES, ARRAY, OBJECT):
        return False
    return any(
        item.get("schema") == SCHEMA or "native_id" in item or "text" in item or ("id" in item and "title" in item)
        for item in look.objects
    )


def read_open(look: Look, _options: Options) -> Iterator[Row]:
    return objects(look)


@dataclass(frozen=True)
class Format:
    """`recognises` looks at a file's beginning, `read` gives its rows in the open format's shape."""

    code: str
    name: Any
    recognises: Callable[[Look], bool]
    read: Callable[[Look, Options], Iterator[Row]]


# The closest signature first: BettaFish has copies of MediaCrawler's tables, a vendor's table has only headings.
FORMATS: Final = (
    Format(
        mediacrawler.BETTAFISH, _("BettaFish 数据表"), mediacrawler.recognises_bettafish, mediacrawler.read_bettafish
    ),
    Format(mediacrawler.CODE, _("MediaCrawler 帖子和评论"), mediacrawler.recognises, mediacrawler.read),
    Format(trendradar.CODE, _("TrendRadar 数据库"), trendradar.recognises, trendradar.read),
    Format(trendradar.SNAPSHOT, _("TrendRadar 文本快照"), trendradar.recognises_snapshot, trendradar.read_snapshot),
    Format(trendradar.NEWSNOW, _("newsnow 热榜"), trendradar.recognises_newsnow, trendradar.read_newsnow),
    Format(
        mediacrawler.STONEDT, _("思通数科（stonedt）文章"), mediacrawler.recognises_stonedt, mediacrawler.read_stonedt
    ),
    Format(feeds.CHANGES, _("changedetection.io 通知"), feeds.recognises_changes, feeds.read_changes),
    Format(feeds.MINIFLUX, _("Miniflux 条目"), feeds.recognises_miniflux, feeds.read_miniflux),
    Format(mediacrawler.TREES, _("转发树（CED）"), mediacrawler.recognises_trees, mediacrawler.read_trees),
    Format(feeds.JSON_FEED, _("JSON Feed 订阅源"), feeds.recognises_json, feeds.read_json),
    Format(feeds.MEDIA_CLOUD, _("Media Cloud 每日清单"), feeds.recognises_media_cloud, feeds.read),
    Format(feeds.CODE, _("RSS、Atom 订阅源"), feeds.recognises, feeds.read),
    Format(feeds.OPML, _("OPML 来源清单"), feeds.recognises_opml, feeds.read_opml),
    Format(mediacrawler.GDELT, _("GDELT GKG 2.1"), mediacrawler.recognises_gdelt, mediacrawler.read_gdelt),
    Format(OPEN_FORMAT, _("回应帖子格式 huiying.post/1"), recognises_open, read_open),
    Format(vendor.CODE, _("监测服务商的 Excel、CSV（中文表头）"), vendor.recognises, vendor.read),
)
BY_CODE: Final = {item.code: item for item in FORMATS}
AUTO: Final = "auto"


def detect(look: Look) -> Format | None:
    """The format of a file; None where it is none of those that are taken."""
    return next((item for item in FORMATS if item.recognises(look)), None)


_log = logging.getLogger(__name__)


class UsageError(Exception):
    """The command was given something that cannot be imported at all; nothing was changed."""


@dataclass(frozen=True)
class Ready:
    """A file that was looked at and whose format is known."""

    look: Look
    format: Format


@dataclass(frozen=True, slots=True)
class Placed:
    """A post and where it stands: what the store refuses is named by that."""

    file: str
    line: int
    post: Post


@dataclass
class Opened:
    """What a file, or the archive that it is, holds. `refused` are members of no known format."""

    ready: list[Ready] = field(default_factory=list)
    refused: list[Rejected] = field(default_factory=list)

    @property
    def sources(self) -> list[dict[str, Any]]:
        """What lists of sources among them propose: rows of `opml.Proposed`. Raises UsageError for a damaged list."""
        lists = [item.look for item in self.ready if item.format.code == feeds.OPML]
        try:
            return [source.as_row() for look in lists for source in feeds.outlines(look)]
        except Unreadable as error:
            raise UsageError(str(error)) from error

    def placed(self, options: Options) -> Iterator[Placed | Rejected]:
        """Every row of every file, in order, read as it comes. Raises UsageError where a file turns out damaged."""
        yield from self.refused
        for item in self.ready:
            try:
                yield from _rows(item, options)
            except (Unreadable, FileUnreadable) as error:
                raise UsageError(f"{item.look.file.name}：{error}") from error

    def rows(self, options: Options) -> Iterator[Post | Rejected]:
        """The same for who does not ask where a post stands."""
        return (row.post if isinstance(row, Placed) else row for row in self.placed(options))


def check_format(code: str | None) -> None:
    """Raises UsageError for a format that is not known, with those that are."""
    if code is not None and code != AUTO and code not in BY_CODE:
        raise UsageError(
            gettext("不认识的格式“%(format)s”。可用的格式：%(known)s。")
            % {"format": code, "known": "、".join([AUTO, *BY_CODE])}
        )


@contextmanager
def opened(file: File, format: str | None = None) -> Iterator[Opened]:
    """The file with its archive unpacked and its formats told. Raises UsageError where nothing of it can be taken."""
    with ExitStack() as stack:
        try:
            members = stack.enter_context(unpacked(file))
            found = Opened()
            for member in members:
                look = look_at(member)
                chosen = _format_of(look, format)
                if chosen is not None:
                    found.ready.append(Ready(look, chosen))
                else:
                    found.refused.append(Rejected(member.name, 0, why_not(look)))
        except (Unreadable, FileUnreadable) as error:
            raise UsageError(str(error)) from error
        except OSError as error:
            raise UsageError(
                gettext("读不了文件 %(path)s：%(why)s。请检查权限。")
                % {"path": file.name, "why": error.strerror or error}
            ) from error
        if not found.ready:
            one = found.refused[0] if found.refused else Rejected(file.name, 0, gettext("压缩包里没有文件。"))
            raise UsageError(f"{one.file}：{one.reason}")
        yield found


def why_broken(error: BaseException) -> str:
    """An error nobody foresaw, in words; what happened exactly stands in the program's log."""
    return gettext(
        "程序读这个文件时出错（%(kind)s），停在这里：已经读过的行保留，后面的没有导入。"
        "请检查文件，或拆开再试；管理员可在运行日志里查到原因。"
    ) % {"kind": type(error).__name__}


def _format_of(look: Look, wanted: str | None) -> Format | None:
    if wanted in (None, "", AUTO):
        return detect(look)
    return BY_CODE[str(wanted)]


def why_not(look: Look) -> str:
    """Why a file of no known format is refused whole, and what is taken."""
    if mediacrawler.is_about_people(look):
        return gettext("这是用户资料，不是帖子。系统不收任何人的资料，没有读。")
    if look.shape == OLD_SHEET:
        return gettext("这是旧版 Office 文件（.xls）。请用表格软件打开，另存为 .xlsx 或 CSV 再导入。")
    return gettext("不是认得的格式，没有导入。收这些：%(known)s；以及它们的 gz、zip 压缩包。") % {
        "known": "、".join(str(item.name) for item in FORMATS)
    }


def _rows(item: Ready, options: Options) -> Iterator[Placed | Rejected]:
    name = item.look.file.name
    for row in item.format.read(item.look, options):
        if isinstance(row, Rejected):
            yield row
            continue
        number, value = row
        try:
            yield Placed(name, number, parse_post(value))
        except PostError as error:
            yield Rejected(name, number, str(error))
