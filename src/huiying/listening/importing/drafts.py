"""A row of any format as the open format has it: what formats share."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Collection, Mapping
from html.parser import HTMLParser
from typing import Any, Final

from huiying.kernel import canonical
from huiying.listening.importing import persons, values

HOT_LIST: Final = "seen"  # the time is when it was seen: a hot list does not say since when a thing is said
_BREAKS: Final = frozenset({"p", "br", "div", "li", "tr", "h1", "h2", "h3", "h4", "blockquote"})
_HIDDEN: Final = frozenset({"script", "style", "template", "iframe"})


def metrics_of(row: Mapping[str, Any], names: Mapping[str, str]) -> tuple[dict[str, int | None], dict[str, str]]:
    """Figures by the house's names, and in words those that a platform cut (`10万+`), for `extra`."""
    figures = {ours: values.count(row[theirs]) for ours, theirs in names.items() if theirs in row}
    cut = {ours: str(row[theirs]) for ours, theirs in names.items() if values.is_rounded(row.get(theirs))}
    return figures, cut


def with_extra(
    draft: dict[str, Any],
    row: Mapping[str, Any],
    used: Collection[str],
    cut: Mapping[str, str] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """`draft` with the fields of `row` that it does not use, without those that name a person."""
    extra = persons.rest(row, used) | {name: value for name, value in more.items() if value not in (None, "", [], {})}
    if cut:
        extra["as_shown"] = dict(cut)
    return {**draft, "extra": extra} if extra else draft


def timed(draft: dict[str, Any], value: Any, *, seen: dt.datetime | None, zone: dt.tzinfo = values.CHINA) -> None:
    """Set the times. A time that cannot be read is kept in words; `future` is told by the open format's reader."""
    at, sure = values.moment(value, seen=seen, zone=zone)
    if at is not None:
        draft["published_at"], draft["time_confidence"] = values.stamp(at), sure
    if seen is not None:
        draft["seen_at"] = values.stamp(seen)


def as_seen(draft: dict[str, Any], seen: dt.datetime | None) -> None:
    """A thing that does not say when: the moment at which it was first seen, and marked so."""
    if seen is not None:
        draft["published_at"] = draft["seen_at"] = values.stamp(seen)
        draft["time_confidence"] = HOT_LIST


def title_and_text(title: str, text: str) -> tuple[str, str]:
    """A title that only repeats how the text begins is left out."""
    cut = title.rstrip("….").strip()
    return ("", text) if cut and text.startswith(cut) else (title, text)


def made_id(*parts: Any) -> str:
    """An id for a row that brings none: the same row gives the same id in every file."""
    return canonical.sha256(*(f"{part}\x00" for part in parts))[:32]


def plain(markup: str) -> str:
    """The words of an HTML fragment; what is no markup stays as it is."""
    if "<" not in markup and "&" not in markup:
        return markup.strip()
    if not re.search(r"</?[a-zA-Z!]", markup):
        return html.unescape(markup).strip()
    try:
        reader = _read(markup)
    except AssertionError:  # how the standard reader answers <![ that it does not know: it is then text
        reader = _read(markup.replace("<!", "&lt;!"))
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]*\n[ \t]*", "\n", "".join(reader.words))).strip()


def _read(markup: str) -> _Words:
    reader = _Words()
    reader.feed(markup)
    reader.close()
    return reader


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in _HIDDEN
        if tag in _BREAKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._hidden = max(0, self._hidden - (tag in _HIDDEN))
        if tag in _BREAKS:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)
