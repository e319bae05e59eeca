"""Reads of documents: what stands on the page besides the content, and which document a hash belongs to."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from huiying.documents.kinds import places_of
from huiying.documents.models import Instruction, IssuedDocument
from huiying.paper.document import Document, Stamp, loads
from huiying.people.queries import zone


@dataclass(frozen=True)
class Checked:
    """What a hash says to anybody: which document, and nothing of its content."""

    number: str
    issued_on: dt.date
    signed: int
    places: int
    withdrawn: bool


def document_of(row: IssuedDocument) -> Document:
    return loads(row.data)


def stamp_of(row: IssuedDocument, address: str = "", void: str = "") -> Stamp:
    """Signatures, addenda and 批示 as they stand now, in the bureau's language: they go onto the paper."""
    own = zone()

    def at(moment: dt.datetime) -> str:
        local = moment.astimezone(own)
        return f"{local.month}月{local.day}日 {local:%H:%M}"

    signed = tuple((one.place, f"{one.by}　{at(one.at)}") for one in row.signatures.all())
    said = [(one.at, f"补记{one.number}：{one.text}（{one.by} {at(one.at)}）") for one in row.addenda.all()]
    for one in row.instructions.all():
        end = f"，{at(one.closed_at)} 办结：{one.result}" if one.state == Instruction.CLOSED and one.closed_at else ""
        words = f"批示：{one.words}（{one.leader} {at(one.at)}；{one.owner_name}办，{at(one.due_at)} 前{end}）"
        said.append((one.at, words))
    if (gone := row.withdrawn) is not None:
        void = f"{void}{gone.word}"
        instead = f"，以{gone.replaced_by.number}为准" if gone.replaced_by is not None else ""
        said.append((gone.at, f"{gone.word}{instead}：{gone.reason}（{gone.by} {at(gone.at)}）"))
    return Stamp(row.sha256, address, signed, tuple(words for _at, words in sorted(said)), void)


def checked(sha256: str) -> list[Checked]:
    """The documents that have this hash. Two of them may: a nil note of the same minute is the same note."""
    rows = (
        IssuedDocument.objects.filter(sha256=sha256)
        .select_related("withdrawal")
        .prefetch_related("signatures")
        .order_by("id")
    )
    own = zone()
    return [
        Checked(
            row.number, row.issued_at.astimezone(own).date(),
            len(row.signatures.all()), len(places_of(row.kind, row.rules)),
            row.withdrawn is not None,
        )
        for row in rows[:10]
    ]  # fmt: skip
