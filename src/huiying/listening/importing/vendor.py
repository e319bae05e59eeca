"""Excel and CSV of monitoring vendors: Chinese headings, read by synonyms which a person may correct (d9).

Some columns are never read: those that name a person.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from huiying.engine.lines import Rejected
from huiying.engine.post import UNCLASSIFIED, channel_class_of
from huiying.listening import hosts
from huiying.listening.importing import drafts
from huiying.listening.importing.drafts import names_a_person
from huiying.listening.importing.look import CSV, SHEET, Look
from huiying.listening.importing.rows import Options, Row, cells_of, sheets

#: Fields that a column can be, with the headings that mean it. `""` in a mapping means: leave it out.
SYNONYMS: Final[dict[str, tuple[str, ...]]] = {
    "title": ("标题", "文章标题", "新闻标题", "帖子标题", "信息标题", "微博标题", "主题", "题目", "title"),
    "text": (
        "正文", "内容", "全文", "文章内容", "微博内容", "信息内容", "帖子内容", "原文内容", "正文内容", "文本",
        "诉求内容",
        "反映内容", "来信内容", "问题描述", "摘要", "内容摘要", "文章摘要", "简要内容", "content", "text",
    ),
    "url": (
        "链接", "原文地址", "原文链接", "网址", "url", "链接地址", "文章链接", "原链接", "地址链接", "信息链接",
        "文章地址", "link",
    ),
    "outlet": (
        "来源", "媒体名称", "网站", "网站名称", "站点", "站点名称", "来源网站", "信息来源", "发布媒体", "媒体",
        "来源名称", "source",
    ),
    "platform": (
        "平台", "渠道", "媒体类型", "来源类型", "信息类型", "载体", "平台类型", "发布平台", "载体类型", "数据来源",
        "频道", "平台名称",
        "platform",
    ),
    "published_at": (
        "发布时间", "日期", "时间", "发表时间", "发布日期", "发文时间", "发帖时间", "受理时间", "来电时间",
        "登记时间", "publish_time",
    ),
    "seen_at": ("采集时间", "抓取时间", "入库时间", "更新时间", "监测时间"),
    "sentiment": ("情感", "倾向性", "属性", "情感属性", "情感倾向", "正负面", "信息属性", "倾向", "敏感性"),
    "reposts": ("转发数", "转发量", "转发"),
    "comments": ("评论数", "评论量", "评论", "回复数", "回帖数", "跟帖数"),
    "likes": ("点赞数", "点赞量", "点赞", "赞数", "在看数"),
    "reads": ("阅读数", "阅读量", "浏览量", "浏览数", "点击量", "点击数", "播放量", "播放数"),
    "shares": ("分享数", "分享量", "分享"),
    "region": ("地域", "ip属地", "地区", "属地", "发布地", "发布地区", "省份", "所属地区", "信源地域"),
    "keywords": ("关键词", "命中词", "涉及词", "命中关键词", "涉及关键词"),
    "similar": ("相似数", "相似文章数", "相似量", "相似信息数", "转载量"),
    "native_id": ("编号", "id", "文章id", "信息id", "工单号", "工单编号", "微博id", "帖子id", "唯一标识"),
    "voice": ("用户id", "uid", "账号id", "作者id", "发布人id"),
}  # fmt: skip
FIELDS: Final = tuple(SYNONYMS)
FIGURES: Final = ("reposts", "comments", "likes", "reads", "shares")
HEAD_ROWS: Final = 15
_FIELD_OF: Final = {word: field for field, words in SYNONYMS.items() for word in words}
_ASIDE: Final = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]|[\s*:：_\-]+")


def folded(heading: object) -> str:
    """`发布时间（北京时间）*` as `发布时间`."""
    return _ASIDE.sub("", unicodedata.normalize("NFKC", str(heading or ""))).lower()


def field_of(heading: object) -> str:
    """The field that a heading means; "" where it means none or names a person."""
    return _FIELD_OF.get(folded(heading), "") or _FIELD_OF.get(str(heading or "").strip().lower(), "")


def mapping_of(columns: Sequence[object]) -> dict[str, str]:
    """Each heading with its field, each field given once: 内容 before 摘要, 正文 before 内容."""
    best: dict[str, tuple[int, str]] = {}
    for column in columns:
        field = field_of(column)
        if field:
            rank = SYNONYMS[field].index(folded(column)) if folded(column) in SYNONYMS[field] else 99
            best[field] = min(best.get(field, (100, "")), (rank, str(column).strip()))
    chosen = {name: field for field, (_rank, name) in best.items()}
    return {str(column).strip(): chosen.get(str(column).strip(), "") for column in columns if str(column or "").strip()}


def is_heading(cells: Sequence[object]) -> bool:
    """Whether a row of cells can head a table of posts: more than one cell, one of them for what is said."""
    named = [cell for cell in cells if cell not in (None, "")]
    return len(named) >= 2 and any(field_of(cell) in ("title", "text") for cell in named)


def is_personal(heading: str) -> bool:
    """Columns that are never read, whatever a person maps them to, but for an id that counts voices (INV-10)."""
    return names_a_person(heading) and field_of(heading) != "voice"


CODE: Final = "vendor"
#: Where institutions speak. Anywhere else the name in 来源 may be an account's, and is not kept (INV-10).
_INSTITUTIONAL: Final = frozenset({"门户网站", "传统媒体"})
_NEWS: Final = {"新闻": "门户网站", "网媒": "门户网站", "政务": "门户网站", "报刊": "传统媒体", "客户端": "传统媒体"}
_CLASS_WORDS: Final = {**_NEWS, "视频": "短视频", "外媒": "传统媒体"}


@dataclass(frozen=True)
class Table:
    """One sheet or text table: where its headings stand and what they are taken for."""

    name: str
    heading_row: int
    columns: tuple[str, ...]
    mapping: dict[str, str]


def recognises(look: Look) -> bool:
    return look.shape in (CSV, SHEET) and bool(tables(look))


def tables(look: Look, options: Options | None = None) -> list[Table]:
    """The tables of posts in a file; a sheet without known headings is none."""
    if look.shape == CSV:
        rows = ((number, cells) for number, cells in cells_of(look) if not isinstance(cells, Rejected))
        found = [_heading("", rows, options)]
    else:
        found = [_heading(name, rows, options) for name, rows in sheets(look.file)]
    return [table for table in found if table is not None]


def _heading(name: str, rows: Iterator[tuple[int, Sequence[Any]]], options: Options | None) -> Table | None:
    for number, cells in islice(rows, HEAD_ROWS):
        if is_heading(cells):
            columns = tuple(str(cell if cell is not None else "").strip() for cell in cells)
            return Table(name, number, columns, _corrected(mapping_of(columns), options))
    return None


def _corrected(mapping: dict[str, str], options: Options | None) -> dict[str, str]:
    """The person's word stands above the synonyms; a field that was given to another column is free again."""
    given = {
        column: field
        for column, field in ((options.mapping or {}) if options else {}).items()
        if column in mapping and (field in FIELDS or field == "")
    }
    taken = {field for field in given.values() if field}
    return {column: given.get(column, "" if field in taken else field) for column, field in mapping.items()}


def read(look: Look, options: Options) -> Iterator[Row]:
    found = {table.name: table for table in tables(look, options)}
    if look.shape == CSV:
        yield from _rows(look, found.get(""), cells_of(look))
        return
    for name, rows in sheets(look.file):
        if name in found:
            yield from _rows(look, found[name], rows)


def _rows(look: Look, table: Table | None, rows: Iterator[tuple[int, Any]]) -> Iterator[Row]:
    if table is None:
        return
    used = {column for column, field in table.mapping.items() if field} | {
        column for column in table.columns if is_personal(column)
    }
    for number, cells in rows:
        if isinstance(cells, Rejected):
            if number > table.heading_row:
                yield cells
        elif number > table.heading_row:
            row = {name: cell for name, cell in zip(table.columns, cells, strict=False) if name}
            yield number, _draft(look, table, row, used)


def _draft(look: Look, table: Table, row: Mapping[str, Any], used: set[str]) -> dict[str, Any]:
    given = {field: row.get(column) for column, field in table.mapping.items() if field and not is_personal(column)}
    said = {field: drafts.said(value) for field, value in given.items()}
    seen = drafts.moment(given.get("seen_at"))[0] or look.file.modified
    link, outlet, word = said.get("url", ""), said.get("outlet", ""), said.get("platform", "")
    place = hosts.place_of(link) if link.startswith("http") else None
    channel_class = _class_of(word, outlet, place)
    title, text = drafts.title_and_text(said.get("title", ""), drafts.plain(said.get("text", "")))
    figures, cut = drafts.metrics_of(given, {name: name for name in FIGURES if name in given})
    found: dict[str, Any] = {
        "platform": _platform(word, outlet, place, channel_class),
        "channel_class": channel_class,
        "kind": "news" if channel_class in _INSTITUTIONAL else "post",
        "outlet": outlet or None if channel_class in _INSTITUTIONAL else None,
        "outlet_tier": place.tier if place else None,
        "title": title,
        "text": text,
        "url": link or None,
        "region": said.get("region") or None,
        "voice": said.get("voice") or None,
        "metrics": figures,
    }
    drafts.timed(found, _time_of(given), seen=seen)
    number = said.get("native_id", "")
    # A long number that went through a sheet as a float has lost its last digits: it is no id any more.
    number = "" if "e+" in number.lower() else number
    found["native_id"] = number or (
        hosts.native_id_of(link) if place else f"row:{drafts.made_id(title, text, found.get('published_at'))}"
    )
    more: dict[str, Any] = {name: said.get(name) for name in ("sentiment", "keywords")}
    if "published_at" not in found:
        more["time_as_written"] = said.get("published_at", "")
    more["similar"] = drafts.count(given.get("similar"))
    return drafts.with_extra(found, row, used, cut, **more)


def _time_of(given: Mapping[str, Any]) -> Any:
    at = given.get("published_at")
    return None if isinstance(at, dt.time) else at


def _class_of(word: str, outlet: str, place: hosts.Place | None) -> str:
    """The vendor's own word first, then where the link leads, then the source's name."""
    if word:
        known = channel_class_of(word)
        if known != UNCLASSIFIED:
            return known
        for cue, meant in _CLASS_WORDS.items():
            if cue in word:
                return meant
    if place is not None and place.channel_class != UNCLASSIFIED:
        return place.channel_class
    return channel_class_of(outlet)


def _platform(word: str, outlet: str, place: hosts.Place | None, channel_class: str) -> str:
    """微博 is a platform, 新闻 is none: there it is the source."""
    if place is not None and place.channel_class != UNCLASSIFIED:
        return place.platform
    if channel_class in _INSTITUTIONAL and outlet:
        return outlet
    return word or (outlet if channel_class != UNCLASSIFIED else "") or (place.platform if place else "")
