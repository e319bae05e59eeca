"""Excel and CSV of monitoring vendors: Chinese headings, read by synonyms which a person may correct (d9)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from huiying.engine.channels import UNCLASSIFIED, channel_class_of
from huiying.engine.lines import Rejected
from huiying.listening import hosts
from huiying.listening.importing import drafts, values
from huiying.listening.importing.headings import FIELDS, FIGURES, HEAD_ROWS, is_heading, is_personal, mapping_of
from huiying.listening.importing.look import CSV, SHEET, Look
from huiying.listening.importing.rows import Options, Row, cells_of, sheets

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
    said = {field: values.said(value) for field, value in given.items()}
    seen = values.moment(given.get("seen_at"))[0] or look.file.modified
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
    more["similar"] = values.count(given.get("similar"))
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
