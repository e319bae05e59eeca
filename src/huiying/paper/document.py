"""A document as data (head, blocks, foot) and as text. The same data gives the same hash and the same bytes (INV-9).

A block says what it is, never how it looks: a heading, a paragraph, a form's fields, a table, a note, an attached list.
`sources` name where a sentence, a field or a row was read: `case:20260914-01#3` is the third entry of a chain of the
record, `post:12` a received text. They are part of the content, so the hash covers them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from huiying.kernel import canonical

SCHEMA: Final = "huiying.document/1"
# Plain form; 公文 with a red mark; brief (专报、月报): masthead and issue; letter (信函); minutes (纪要).
FORM, OFFICIAL, BRIEF, LETTER, MINUTES = "form", "official", "brief", "letter", "minutes"
STYLES: Final = (FORM, OFFICIAL, BRIEF, LETTER, MINUTES)
Sources = tuple[str, ...]


@dataclass(frozen=True)
class Heading:
    """`level` 1–4: 一、（一）1.（1）; the number is part of the text."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    text: str
    sources: Sources = ()


@dataclass(frozen=True)
class Field:
    label: str
    value: str
    sources: Sources = ()


@dataclass(frozen=True)
class Fields:
    """A form's label and value, a row each."""

    rows: tuple[Field, ...]


@dataclass(frozen=True)
class Row:
    cells: tuple[str, ...]
    sources: Sources = ()


@dataclass(frozen=True)
class Table:
    """`widths` are shares of the page, one a column. Without rows it says `empty`: nothing is left out in silence."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    widths: tuple[int, ...] = ()
    empty: str = "无。"


@dataclass(frozen=True)
class Note:
    """Small print: what a figure does not know, how it was counted."""

    text: str


Block = Heading | Paragraph | Fields | Table | Note
_KINDS: Final[dict[str, type[Any]]] = {
    "heading": Heading, "paragraph": Paragraph, "fields": Fields, "table": Table, "note": Note,
}  # fmt: skip
_NAMES: Final = {made: name for name, made in _KINDS.items()}


@dataclass(frozen=True)
class Document:
    """What is signed and hashed. `short` is the text to paste into a work group, "" where the whole text serves."""

    kind: str
    style: str
    issuer: str
    mark: str  # 发文机关标志, masthead or the form's name
    number: str
    title: str
    cut_off: str  # RFC 3339, UTC
    date: str  # as the foot of the page says it
    blocks: tuple[Block, ...]
    head: tuple[tuple[str, str], ...] = ()  # 密级, 紧急程度, 报送范围 …
    to: str = ""  # 主送
    foot: tuple[str, ...] = ()  # 抄送, 印发
    places: tuple[str, ...] = ()  # who signs, in this order
    short: str = ""

    def __post_init__(self) -> None:
        if self.style not in STYLES:
            raise ValueError(f"没有“{self.style}”这种版式")

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "kind": self.kind,
            "style": self.style,
            "issuer": self.issuer,
            "mark": self.mark,
            "number": self.number,
            "title": self.title,
            "cut_off": self.cut_off,
            "date": self.date,
            "head": [list(pair) for pair in self.head],
            "to": self.to,
            "foot": list(self.foot),
            "places": list(self.places),
            "short": self.short,
            "blocks": [_block_json(block) for block in self.blocks],
        }

    def dumps(self) -> str:
        return canonical.dumps(self.to_json())

    @property
    def sha256(self) -> str:
        return canonical.sha256(self.dumps())


@dataclass(frozen=True)
class Stamp:
    """What is known of a document only after it was made: its hash, who signed, what was added, where to check it."""

    sha256: str
    address: str = ""  # where the QR code leads
    signed: tuple[tuple[str, str], ...] = ()  # (place, "name and time"); an unsigned place is missing
    additions: tuple[str, ...] = ()  # addenda and 批示, in the order they were made
    void: str = ""  # a word across the head, e.g. 演示

    def of(self, place: str) -> str:
        return dict(self.signed).get(place, "")


def loads(data: Mapping[str, Any]) -> Document:
    """The document back from its JSON. Raises ValueError for another schema or block."""
    if data.get("schema") != SCHEMA:
        raise ValueError(f"不认识的文书格式：{data.get('schema')!r}")
    plain = {name: data[name] for name in ("kind", "style", "issuer", "mark", "number", "title", "cut_off", "date")}
    return Document(
        **plain,
        head=tuple((str(label), str(value)) for label, value in data["head"]),
        to=data["to"],
        foot=tuple(data["foot"]),
        places=tuple(data["places"]),
        short=data["short"],
        blocks=tuple(_block_of(block) for block in data["blocks"]),
    )


def _block_json(block: Block) -> dict[str, Any]:
    made: dict[str, Any] = {"is": _NAMES[type(block)]}
    match block:
        case Heading(text, level):
            made |= {"text": text, "level": level}
        case Paragraph(text, sources):
            made |= {"text": text, "sources": list(sources)}
        case Fields(rows):
            made["rows"] = [{"label": row.label, "value": row.value, "sources": list(row.sources)} for row in rows]
        case Table(header, rows, widths, empty):
            made |= {"header": list(header), "widths": list(widths), "empty": empty}
            made["rows"] = [{"cells": list(row.cells), "sources": list(row.sources)} for row in rows]
        case Note(text):
            made["text"] = text
    return made


def _block_of(data: Mapping[str, Any]) -> Block:
    match data["is"]:
        case "heading":
            return Heading(data["text"], data["level"])
        case "paragraph":
            return Paragraph(data["text"], tuple(data["sources"]))
        case "fields":
            return Fields(tuple(Field(row["label"], row["value"], tuple(row["sources"])) for row in data["rows"]))
        case "table":
            rows = tuple(Row(tuple(row["cells"]), tuple(row["sources"])) for row in data["rows"])
            return Table(tuple(data["header"]), rows, tuple(data["widths"]), data["empty"])
        case "note":
            return Note(data["text"])
    raise ValueError(f"不认识的段落：{data['is']!r}")


@dataclass
class References:
    """Sources numbered in the order in which they are first named: what the small figures on the page mean."""

    order: list[str] = field(default_factory=list)

    def numbers(self, sources: Iterable[str]) -> list[int]:
        found = []
        for source in sources:
            if source not in self.order:
                self.order.append(source)
            found.append(self.order.index(source) + 1)
        return found

    def mark(self, sources: Iterable[str]) -> str:
        """「[1,3]」, or nothing."""
        numbers = self.numbers(sources)
        return f"[{','.join(str(number) for number in numbers)}]" if numbers else ""


def sources_of(document: Document) -> list[str]:
    """Every source of a document, once, in the order of the page."""
    found = References()
    for block in document.blocks:
        match block:
            case Paragraph(_, sources):
                found.numbers(sources)
            case Fields(rows):
                for one in rows:
                    found.numbers(one.sources)
            case Table(_, rows, _, _):
                for row in rows:
                    found.numbers(row.sources)
    return found.order


def said_of(source: str) -> str:
    """A source in words: 「台账 case:20260914-01 第3条」, 「来文12」."""
    kind, _, rest = source.partition(":")
    if kind == "post":
        return f"来文{rest}"
    chain, _, seq = source.rpartition("#")
    return f"台账{chain}第{seq}条"


def to_text(document: Document, stamp: Stamp | None = None) -> str:
    """The whole document, a line each; figures and words as on the pages."""
    lines = [document.mark, document.title] if document.title != document.mark else [document.mark]
    lines += [f"{document.issuer}　{document.number}　{document.date}"]
    lines += [f"{label}：{value}" for label, value in document.head]
    if document.to:
        lines.append(f"{document.to}：")
    lines.append("")
    for block in document.blocks:
        match block:
            case Heading(text, level):
                lines += ["", text] if level == 1 else [text]
            case Paragraph(text, _) | Note(text):
                lines.append(text)
            case Fields(rows):
                lines += [f"{row.label}：{row.value}" for row in rows]
            case Table(header, rows, _, empty):
                lines += ["｜".join(header)] if rows else [empty]
                lines += ["｜".join(row.cells) for row in rows]
    lines.append("")
    lines += [f"{place}：{stamp.of(place) if stamp else ''}" for place in document.places]
    lines += document.foot
    if stamp is not None:
        lines += [*stamp.additions, f"校验码 {stamp.sha256}"]
    return "\n".join(lines) + "\n"


def to_paste(document: Document) -> str:
    """What goes into a work group: the short form where there is one."""
    return document.short or to_text(document)
