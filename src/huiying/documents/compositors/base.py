"""What compositors of cases share: the record up to the heads of the case's chains, the regulation, the words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from huiying.documents import names
from huiying.documents.composing import Basis, Blocks, Composed, LocalTimes, clean, short
from huiying.documents.record import Book, CaseAt, Entry, EventAt, read_chains
from huiying.kernel import canonical
from huiying.paper.document import FORM, Document
from huiying.regulation import Regulation


@dataclass
class OfCase:
    """A document about one case: everything it says was in the case's and the event's chain by then."""

    basis: Basis

    @cached_property
    def rules(self) -> Regulation:
        return self.basis.rules()

    @cached_property
    def said(self) -> LocalTimes:
        return LocalTimes(self.rules.zone)

    @cached_property
    def book(self) -> Book:
        return read_chains(self.basis.heads)

    @cached_property
    def case(self) -> CaseAt:
        return next(iter(self.book.cases.values()))

    @cached_property
    def event(self) -> EventAt:
        return self.book.events.get(self.case.event) or EventAt(self.case.event)

    @property
    def title(self) -> str:
        return self.words(self.case.title, 60)

    @property
    def level(self) -> str:
        return self.case.level_words

    @property
    def ref(self) -> int:
        """The row that the document is about, where it is about one."""
        return int(self.basis.given.get("ref") or 0)

    def words(self, text: str, most: int = 2000) -> str:
        """Masked, and not at all where the matter bears a label (§6.1 S8)."""
        return self.event.kept_back or clean(short(text, most))

    def last(self, kind: str) -> Entry | None:
        found = self.book.of(kind)
        return found[-1] if found else None

    def made(
        self, blocks: Blocks, *, figures: Mapping[str, object] | None = None, style: str = FORM, title: str = "",
        places: Sequence[str] = (), head: Sequence[tuple[str, str]] = (), short_text: str = "", mark: str = "",
        to: str = "", foot: Sequence[str] = (),
    ) -> Composed:  # fmt: skip
        name = names.of(self.rules, self.basis.kind)
        document = Document(
            kind=self.basis.kind, style=style, issuer=self.basis.issuer, mark=mark or name, number=self.basis.number,
            title=title or name, cut_off=canonical.timestamp(self.basis.cut_off),
            date=self.said.day(self.basis.cut_off), blocks=tuple(blocks), head=tuple(head), places=tuple(places),
            short=short_text, to=to, foot=tuple(foot),
        )  # fmt: skip
        return Composed(document, figures or {})
