"""Tables against the ledger, row by row (INV-8, INV-12): a `Subject` says which entries tell of a kind of row, and what
its rows say themselves; what differs is a lie that was planted outside the verbs.

A row is named by its chain and by what stands behind it there. The chain of a case of which something was erased by
decision accuses nobody; on a chain that all share only an unknown row is let pass then. A field that no entry tells of
is not compared. The ledger is read once for all subjects.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from huiying.overseeing.commands import entries_of
from huiying.overseeing.history.entries import Entry
from huiying.work.auditor import LISTED, Finding, auditor

Key = tuple[str, ...]
Said = dict[str, Any]
# A verb writes its row and its entry in one transaction, each with the time of its own line.
NEAR = dt.timedelta(minutes=2)
_near = [NEAR]


def in_a_replay() -> None:
    """Where time is replayed, a second of the machine may be hours, and what was set up before has the machine's own
    (INV-13): there the time of an entry is no proof of the row's. Everything else is compared as anywhere.
    """
    _near[0] = dt.timedelta.max


@dataclass(frozen=True)
class Near:
    """A moment that the entry itself bears: the row's may lie a transaction's length away."""

    at: dt.datetime


class Told(defaultdict[Key, Said]):
    """Row → what the ledger says of it."""

    def __init__(self) -> None:
        super().__init__(dict)
        self.cases: dict[str, str] = {}  # chain of a case → of its event

    def begin(self, key: Key, **fields: Any) -> None:
        """What stands there from the first entry on, for as long as no later one says otherwise."""
        for name, value in fields.items():
            self[key].setdefault(name, value)

    def count(self, key: Key, by: int = 1) -> None:
        times = self[key].get("times", 0) + by
        self[key]["times"] = times
        if not times:
            del self[key]


@dataclass(frozen=True)
class Subject:
    """`read` takes one entry; `rows` gives each row with its fields. `names`: field → what it is called in both."""

    zh: str
    en: str
    kinds: tuple[str, ...]
    read: Callable[[Told, Entry], None]
    rows: Callable[[], Iterable[tuple[Key, Said]]]
    names: Mapping[str, tuple[str, str]] = field(default_factory=dict)


SUBJECTS: list[Subject] = []
NAMES: dict[str, tuple[str, str]] = {
    "at": ("时间", "its time"),
    "by": ("办理人", "who did it"),
    "title": ("标题", "its title"),
    "text": ("文字", "its text"),
    "manifest": ("校验码", "its digest"),
    "state": ("状态", "its state"),
    "level": ("级别", "its level"),
    "url": ("链接", "its address"),
    "times": ("次数", "how often it stands there"),
}


def compared(*subjects: Subject) -> None:
    """Have these compared by `huiying check`."""
    SUBJECTS.extend(subjects)


def lie(where_zh: str, where_en: str, what_zh: str, what_en: str) -> Finding:
    return Finding(
        "ledger.differs",
        "error",
        f"{where_zh}与台账不一致：{what_zh}。台账为准；请查明是谁、什么时候改动了数据库",
        f"{where_en} differs from the ledger: {what_en}. The ledger counts; find out who changed the database.",
    )


def counted(rows: Iterable[Key]) -> Iterator[tuple[Key, Said]]:
    """Rows that may stand there more than once."""
    for key, times in Counter(rows).items():
        yield key, {"times": times}


@auditor("planted_rows")
def rows_say_what_the_ledger_says() -> list[Finding]:
    told = {subject.en: Told() for subject in SUBJECTS}
    by_kind: dict[str, list[Subject]] = defaultdict(list)
    for subject in SUBJECTS:
        for kind in subject.kinds:
            by_kind[kind].append(subject)
    erased: set[str] = set()
    for entry in entries_of(tuple(by_kind)):
        if entry["payload"] is None:
            erased.add(entry["chain"])
            continue
        for subject in by_kind[entry["kind"]]:
            subject.read(told[subject.en], entry)
    found: list[Finding] = []
    for subject in SUBJECTS:
        found += _first(_differences(subject, told[subject.en], erased))
    return found


def _first(found: Iterator[Finding]) -> list[Finding]:
    return [finding for _n, finding in zip(range(LISTED), found, strict=False)]


def _differences(subject: Subject, told: Told, erased: set[str]) -> Iterator[Finding]:
    seen: set[Key] = set()
    for key, row in subject.rows():
        seen.add(key)
        where = _where(subject, key)
        said = told.get(key)
        if said is None:
            if key[0] not in erased:
                yield lie(*where, "台账里没有这一条", "the ledger knows nothing of it")
            continue
        if key[0] in erased and ":" in key[0]:
            continue
        for name, value in said.items():
            if not _agree(value, row.get(name)):
                zh, en = {**NAMES, **subject.names}.get(name, (name, name))
                yield lie(*where, f"{zh}被改过", f"{en} was changed")
    for key in sorted(told.keys() - seen):
        if key[0] not in erased or ":" not in key[0]:
            yield lie(*_where(subject, key), "不见了", "it is gone")


def _where(subject: Subject, key: Key) -> tuple[str, str]:
    number = " ".join(part for part in (key[0].partition(":")[2], *key[1:]) if part)
    return f"{subject.zh} {number}", f"{subject.en} {number}"


def _agree(told: Any, row: Any) -> bool:
    if isinstance(told, list) and isinstance(row, list):
        return len(told) == len(row) and all(_agree(one, other) for one, other in zip(told, row, strict=True))
    if isinstance(told, Near):
        return isinstance(row, dt.datetime) and abs(row - told.at) <= _near[0]
    return bool(told == row)
