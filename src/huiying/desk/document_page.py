"""A document's blocks as the page shows them: each source a numbered link to where it was read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.urls import reverse

from huiying.paper.document import Document, Fields, Heading, Note, Paragraph, References, Sources, Table, said_of


@dataclass(frozen=True)
class Mark:
    number: int
    source: str


@dataclass(frozen=True)
class Source:
    number: int
    words: str
    url: str


def blocks_of(document: Document) -> tuple[list[dict[str, Any]], list[Source]]:
    """What the template walks through, and the list of sources at the foot."""
    references = References()

    def marks(sources: Sources) -> list[Mark]:
        return [Mark(number, source) for number, source in zip(references.numbers(sources), sources, strict=True)]

    found: list[dict[str, Any]] = []
    for block in document.blocks:
        match block:
            case Heading(text, level):
                found.append({"kind": "heading", "text": text, "level": level})
            case Paragraph(text, sources):
                found.append({"kind": "paragraph", "text": text, "marks": marks(sources)})
            case Note(text):
                found.append({"kind": "note", "text": text})
            case Fields(rows):
                told = [(row.label, row.value, marks(row.sources)) for row in rows]
                found.append({"kind": "fields", "rows": told})
            case Table(header, rows, _, empty):
                lines = [(row.cells[:-1], row.cells[-1], marks(row.sources)) for row in rows]
                found.append({"kind": "table", "header": header, "rows": lines, "empty": empty})
    foot = [Source(n, said_of(source), link_of(source)) for n, source in enumerate(references.order, 1)]
    return found, foot


def link_of(source: str) -> str:
    """Where a source is read on the desk; "" for a text, which is read on its event's page."""
    kind, _, rest = source.partition(":")
    number = rest.partition("#")[0]
    if kind == "post":
        return ""
    if kind == "case":
        return reverse("desk:case", args=[number])
    if kind == "event":
        return reverse("desk:event", args=[number])
    return f"{reverse('desk:ledger')}?chain={quote(source.rpartition('#')[0])}"
