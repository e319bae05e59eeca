"""核实函 (C5.15, §5.2-10) in the form of a 信函: the letter as it was sent, word for word."""

from __future__ import annotations

from huiying.documents.composing import Basis, Blocks, Composed, sure
from huiying.documents.compositors.base import OfCase
from huiying.handling.models import Liaison
from huiying.paper.document import LETTER, Paragraph


def compose(basis: Basis) -> Composed:
    return _Letter(basis).compose()


class _Letter(OfCase):
    def compose(self) -> Composed:
        row = Liaison.objects.get(pk=self.ref)
        sent = next((e for e in self.book.of("liaison.sent") if e.data.get("number") == row.number), None)
        source = sure(sent.source if sent else self.case.opened)
        lines = [line.strip("　 ") for line in row.letter.splitlines() if line.strip("　 ")]
        title, to, rest = _parts(lines, row.body)
        while rest and rest[-1] in (
            self.basis.issuer,
            self.said.day(self.basis.cut_off),
            self.said.day(row.drafted_at),
        ):
            rest.pop()  # the page sets the issuer and the date itself, where GB/T 9704 has them
        blocks: Blocks = [Paragraph(line, source) for line in rest]
        return self.made(blocks, figures={"lines": len(rest)}, style=LETTER, title=title, to=to, mark=self.basis.issuer)


def _parts(lines: list[str], body: str) -> tuple[str, str, list[str]]:
    """Title, whom it goes to, the rest; a letter that was written otherwise keeps all its words."""
    title = lines[0] if lines and lines[0].endswith("函") else "关于协助核实有关情况的函"
    rest = lines[1:] if lines and lines[0] == title else lines
    if rest and rest[0].startswith(body) and rest[0].endswith(("：", ":")):
        return title, rest[0].rstrip("：:"), rest[1:]
    return title, body, rest
