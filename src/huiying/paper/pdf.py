"""PDF by typst: selectable text, no system library, the same bytes for the same document (INV-9)."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import typst

from huiying.kernel import qr
from huiying.paper import measures
from huiying.paper.document import Document, Fields, Heading, Note, Paragraph, References, Stamp, Table, said_of

_LONG = re.compile(r"[!-~]{17,}")
_EVERY = 12


def to_pdf(document: Document, stamp: Stamp) -> bytes:
    """The document as pages. Raises RuntimeError when the typesetter refuses, which no content of ours makes it do."""
    return _set(document, stamp)[0]


def to_pictures(document: Document, stamp: Stamp, ppi: float) -> list[bytes]:
    """The same pages as PNG, for whoever is to see them without a reader of PDF: the documentation."""
    return _set(document, stamp, ppi)


def _set(document: Document, stamp: Stamp, ppi: float | None = None) -> list[bytes]:
    """One PDF, or with `ppi` a PNG a page."""
    faces = measures.faces()
    made = typst.compile(
        _template(),
        font_paths=typst.Fonts(False, False, list(faces.paths)),
        ignore_system_fonts=True,
        format="pdf" if ppi is None else "png",
        ppi=ppi,
        sys_inputs={"page": json.dumps(_page(document, stamp, faces), ensure_ascii=False, sort_keys=True)},
        timestamp=0,  # the paper says its own time; a file that knows when it was printed is another file each time
    )
    pages = made if isinstance(made, list) else [made]
    return [page for page in pages if isinstance(page, bytes)]


@cache
def _template() -> bytes:
    return Path(__file__).with_name("page.typ").read_bytes()


def _page(document: Document, stamp: Stamp, faces: measures.Faces) -> dict[str, Any]:
    references = References()
    blocks = [_block(block, references) for block in document.blocks]
    return {
        "style": document.style,
        "issuer": document.issuer,
        "mark": document.mark,
        "number": document.number,
        "title": document.title,
        "date": document.date,
        "head": [list(pair) for pair in document.head],
        "to": document.to,
        "foot": list(document.foot),
        "blocks": blocks,
        "places": [{"place": place, "signed": stamp.of(place)} for place in document.places],
        "additions": [loose(text) for text in stamp.additions],
        "sources": [loose(f"[{n}] {said_of(source)}") for n, source in enumerate(references.order, 1)],
        "sha256": stamp.sha256,
        "qr": qr.svg(stamp.address) if stamp.address else "",
        "fonts": faces.words,
        "faces": faces.used,
        "void": stamp.void,
        "pitch": measures.PITCH,
        "character": measures.CHARACTER,
        "red": measures.RED,
    }


def _block(block: object, references: References) -> dict[str, Any]:
    match block:
        case Heading(text, level):
            return {"is": "heading", "text": text, "level": level}
        case Paragraph(text, sources):
            return {"is": "paragraph", "text": loose(text), "mark": references.mark(sources)}
        case Fields(rows):
            told = [[row.label, loose(row.value), references.mark(row.sources)] for row in rows]
            return {"is": "fields", "rows": told}
        case Table(header, rows, widths, empty):
            cells = [[loose(cell) for cell in row.cells] for row in rows]
            marks = [references.mark(row.sources) for row in rows]
            columns = list(widths) or [1] * len(header)
            return {
                "is": "table", "header": list(header), "rows": cells, "marks": marks, "widths": columns, "empty": empty,
            }  # fmt: skip
        case Note(text):
            return {"is": "note", "text": loose(text)}
    raise TypeError(f"{block!r} is no block")


def loose(text: str) -> str:
    """A long address or hash may break, so that it never runs out of its column."""
    return _LONG.sub(
        lambda found: "\u200b".join(found[0][at : at + _EVERY] for at in range(0, len(found[0]), _EVERY)), text
    )
