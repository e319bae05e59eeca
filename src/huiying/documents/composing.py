"""What every compositor is given and gives back: the basis, the record up to the heads of a case's chains, and how
times and figures are written on paper.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from huiying.documents import names
from huiying.documents.record import Book, CaseAt, Entry, EventAt, read_chains
from huiying.kernel import canonical
from huiying.kernel.masking import mask_personal
from huiying.listening.models import Post
from huiying.paper.document import FORM, Block, Document, Field, Row, Sources, Table
from huiying.people.standing import Standing, capabilities
from huiying.people.versions import regulation_by
from huiying.regulation import Regulation

UNDECIDED = "待认定"
UNSORTED = "未分类"
NO_TITLE = "（无标题）"


@dataclass(frozen=True)
class Basis:
    """What it takes to compose a document again, byte for byte (INV-9). Nothing else may flow in."""

    kind: str
    number: str
    subject: str
    cut_off: dt.datetime
    issuer: str
    regulation: str  # SHA-256 of the version
    heads: Mapping[str, int] = field(default_factory=dict)
    given: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "number": self.number,
            "subject": self.subject,
            "cut_off": canonical.timestamp(self.cut_off),
            "issuer": self.issuer,
            "regulation": self.regulation,
            "heads": dict(self.heads),
            "given": dict(self.given),
        }

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Basis:
        return cls(**{**data, "cut_off": dt.datetime.fromisoformat(data["cut_off"])})

    def rules(self) -> Regulation:
        return regulation_by(self.regulation)


@dataclass(frozen=True)
class Signer:
    """Whom one place of a paper waits for: a post, whoever deputises for it, or who may do all that it may."""

    posts: frozenset[str] = frozenset()
    capabilities: frozenset[str] = frozenset()

    def may_be(self, who: Standing) -> bool:
        return bool(self.posts & who.roles) or all(who.can(capability) for capability in self.capabilities)


def signers(law: Regulation) -> dict[str, Signer]:
    """Who signs the daily log (C6.9): the posts that the regulation names, and those it lets deputise for them."""
    roles = [law.role(code) for code in law.log.signed_by]
    return {role.name: Signer(frozenset({role.code, *role.deputies}), capabilities(role)) for role in roles}


@dataclass(frozen=True)
class Composed:
    """`figures` go into the record beside the hash, so that somebody else can recompute them."""

    document: Document
    figures: Mapping[str, Any]


@dataclass(frozen=True)
class LocalTimes:
    """Times in the bureau's zone, as paper says them."""

    zone: ZoneInfo

    def time(self, at: dt.datetime | None) -> str:
        """「9月14日 10:00」"""
        if at is None:
            return "未掌握"
        local = at.astimezone(self.zone)
        return f"{local.month}月{local.day}日 {local:%H:%M}"

    def clock(self, at: dt.datetime) -> str:
        return f"{at.astimezone(self.zone):%H:%M}"

    def day(self, at: dt.datetime | dt.date) -> str:
        """「2026年9月14日」, without padded zeros (GB/T 9704)."""
        date = at.astimezone(self.zone).date() if isinstance(at, dt.datetime) else at
        return f"{date.year}年{date.month}月{date.day}日"


def span(length: dt.timedelta) -> str:
    """「5小时40分」"""
    hours, minutes = divmod(abs(int(length.total_seconds())) // 60, 60)
    return f"{hours}小时{minutes:02d}分" if hours else f"{minutes}分"


def left(due: dt.datetime | None, cut_off: dt.datetime) -> str:
    if due is None:
        return "无在计时限"
    return f"剩余{span(due - cut_off)}" if due >= cut_off else f"已超{span(cut_off - due)}"


def short(text: str, most: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 1]}…"


def change(now: int, before: int) -> str:
    return f"{now - before:+d}" if now != before else "0"


def clean(text: str) -> str:
    """Masked once more before it goes to paper: a document travels further than a page of the desk (§6.2)."""
    return mask_personal(" ".join(text.split())).text


def counted(rows: Iterable[str], names: Iterable[str] = ()) -> dict[str, int]:
    """The most frequent first; the named ones even at zero. A zero is news as well."""
    found = Counter(rows)
    order = {name: place for place, name in enumerate(dict.fromkeys([*names, *found]))}
    return {name: found[name] for name in sorted(order, key=lambda name: (-found[name], order[name]))}


def shares(title: str, figures: Mapping[str, int], before: Mapping[str, int] | None = None) -> Table:
    """Name, count, share; with the day before where there is one. Shares of a whole, never of a selection."""
    whole = sum(figures.values())
    header = (title, "数量", "占比", *(("前一日", "增减") if before is not None else ()))
    rows = []
    for name, count in figures.items():
        cells = [name, str(count), f"{100 * count / whole:.1f}%" if whole else "—"]
        if before is not None:
            was = before.get(name, 0)
            cells += [str(was), change(count, was)]
        rows.append(Row(tuple(cells)))
    return Table(header, tuple(rows), (4, 2, 2, 2, 2)[: len(header)])


class Titles:
    """The title of an event or a case as the record had it; of a danger to life, that it is one."""

    def __init__(self, book: Book) -> None:
        self.book = book
        untitled = [event.post for event in book.events.values() if not event.title]
        self.posts = {
            pk: (title or text).strip().splitlines()[0] if (title or text).strip() else NO_TITLE
            for pk, title, text in post_columns(untitled, "pk", "title", "text")
        }

    def event(self, event: EventAt, most: int = 60) -> str:
        return event.kept_back or clean(short(event.title or self.posts.get(event.post, NO_TITLE), most))

    def case(self, case: CaseAt, most: int = 60) -> str:
        return self.book.kept_back(case.event) or clean(short(case.title, most))


def post_columns(numbers: Iterable[int], *columns: str) -> Iterable[tuple[Any, ...]]:
    wanted = sorted({number for number in numbers if number})
    for start in range(0, len(wanted), 500):
        yield from Post.objects.filter(pk__in=wanted[start : start + 500]).order_by("pk").values_list(*columns)


def origins(numbers: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Post → (platform or institution, channel class): columns that never change."""
    rows = post_columns(numbers, "pk", "platform", "outlet", "channel_class")
    return {pk: (outlet or platform or "未知", channel or UNSORTED) for pk, platform, outlet, channel in rows}


def field_of(label: str, value: str, *sources: str) -> Field:
    return Field(label, value or "—", tuple(source for source in sources if source))


def sure(*sources: str) -> Sources:
    return tuple(dict.fromkeys(source for source in sources if source))


Blocks = list[Block]


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
