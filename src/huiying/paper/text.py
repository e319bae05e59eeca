"""Plain text: to paste into a work group, to read aloud, to keep where no program reads anything else."""

from __future__ import annotations

from huiying.paper.document import Document, Fields, Heading, Note, Paragraph, Stamp, Table


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
