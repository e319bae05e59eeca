"""OPML: a list of sources, no posts. It is read for what it proposes to listen to (d4, C5.2).

What is no source is told by its line, as any other row that is not taken; the others stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Final
from xml.parsers import expat

from huiying.engine.lines import Rejected
from huiying.listening import foreign_xml
from huiying.listening.importing.look import XML, Look, Unreadable, text_of
from huiying.listening.importing.rows import Options, Row

CODE: Final = "opml"
MOST: Final = 5_000
LONGEST: Final = 2_000  # characters of an address
_CHARS: Final = 16_000_000
_DECLARED: Final = re.compile(r"\A\s*<\?xml[^>]*\?>")


@dataclass(frozen=True)
class Proposed:
    """A source that a list proposes. `folder` is the heading under which it stood, `file` and `line` where."""

    title: str
    url: str
    site: str
    folder: str
    file: str
    line: int

    def as_row(self) -> dict[str, Any]:
        """`{"title", "url", "site", "folder", "file", "line"}`."""
        return asdict(self)


@dataclass
class _Outline:
    """An open element. `title` is "" for what is no outline."""

    title: str = ""
    url: str = ""
    line: int = 0
    is_outline: bool = False
    has_children: bool = False


@dataclass
class _List:
    """What was read so far."""

    name: str
    sources: dict[str, Proposed] = field(default_factory=dict)
    refused: list[Rejected] = field(default_factory=list)

    def take(self, attributes: dict[str, str], outline: _Outline, folder: str) -> None:
        first = self.sources.get(outline.url)
        if not outline.url.startswith(("http://", "https://")) or len(outline.url) > LONGEST:
            self.refuse(outline.line, "订阅地址（xmlUrl）应以 http:// 或 https:// 开头，没有列入。")
        elif first is not None:
            self.refuse(outline.line, f"与第 {first.line} 行是同一个订阅地址，没有重复列入。")
        elif len(self.sources) >= MOST:
            self.refuse(outline.line, f"一份清单最多列 {MOST} 个来源。请把其余的另存为一个文件。")
        else:
            site = (attributes.get("htmlUrl") or "").strip()[:LONGEST]
            title = outline.title or outline.url
            self.sources[outline.url] = Proposed(title, outline.url, site, folder, self.name, outline.line)

    def refuse(self, line: int, reason: str) -> None:
        self.refused.append(Rejected(self.name, line, reason))


def recognises(look: Look) -> bool:
    return look.shape == XML and re.search(r"<opml[\s>]", look.head[:4096], re.IGNORECASE) is not None


def read(look: Look, _options: Options) -> Iterator[Row]:
    """No posts; the rows that are no sources, by line."""
    yield from sorted(_read(look).refused, key=lambda row: row.line)


def outlines(look: Look) -> list[Proposed]:
    """The sources of the list, each address once, at most 5 000. Raises Unreadable."""
    return list(_read(look).sources.values())


def _read(look: Look) -> _List:
    with text_of(look) as handle:
        text = handle.read(_CHARS)
    try:
        foreign_xml.check_text(text)
    except foreign_xml.Entities:
        raise Unreadable("文件里定义了 XML 实体，可能是攻击，没有读。") from None
    found = _List(look.file.name)
    # The declaration names an encoding that the text has no more; its line stays, so that lines are those of the file.
    text = _DECLARED.sub(lambda declared: "\n" * declared[0].count("\n"), text)
    parser = expat.ParserCreate("utf-8")
    path: list[_Outline] = []

    def begin(tag: str, attributes: dict[str, str]) -> None:
        title = (attributes.get("title") or attributes.get("text") or "").strip()[:200]
        url = (attributes.get("xmlUrl") or attributes.get("xmlurl") or "").strip()
        outline = _Outline(title, url, parser.CurrentLineNumber, tag.lower() == "outline")
        folder = path[-1].title if path and path[-1].is_outline else ""
        if path:
            path[-1].has_children = True
        path.append(outline)
        if url:
            found.take(attributes, outline, folder)
            outline.title = folder  # what stands under a source stands in the source's own folder

    def end(_tag: str) -> None:
        outline = path.pop()
        if outline.is_outline and not outline.url and not outline.has_children:
            found.refuse(outline.line, "没有订阅地址（xmlUrl），没有列入。")

    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        raise Unreadable(f"OPML 从第 {error.lineno} 行第 {error.offset} 列起不完整。请重新导出。") from error
    return found
