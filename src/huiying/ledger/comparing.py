"""Compares every kept row with what the ledger last said of it; `huiying check` lists what differs (INV-8, INV-12).

A row that no entry names is a finding too, and so is one that is gone. What was erased by decision accuses nobody: the
record of the erasure names the rows whose digests went with it.
"""

from __future__ import annotations

import json
import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, connection
from django.db.models import Q

from huiying.ledger.kept import GONE, ROWS, TABLES, WHOLE, Digests, Kept, Place, place_of
from huiying.ledger.models import Erasure, LedgerEntry
from huiying.work.auditor import LISTED, Finding, Part, auditor, rolling

ERASED = "ledger.erased"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Difference:
    """`column` is "" where the whole row is meant; `what` is changed, gone, unknown, or unreadable (with no `pk`)."""

    kept: Kept
    pk: str
    column: str
    what: str


@dataclass(frozen=True)
class _Vouched:
    """The last word of the ledger on one row: where it stands, and the digests. No place where it was erased."""

    at: int
    place: Place | None
    digests: Digests

    @property
    def is_gone(self) -> bool:
        return GONE in self.digests


def differences(
    tables: Collection[str] = (), *, unknown: bool = True, part: Part | None = None
) -> Iterator[Difference]:
    """Every row of `tables` (all kept ones without) that differs; rows that no entry names only with `unknown`.

    Of the tables whose rows come by the thousand only `part`, where given.
    """
    wanted = [TABLES[name] for name in (tables or TABLES)]
    said = _said({kept.table for kept in wanted}, part)
    for kept in wanted:
        try:
            yield from _of_table(kept, said[kept.table], unknown, part if kept.whole else None)
        except (ValueError, TypeError, OverflowError, DatabaseError) as error:  # no value of its column, or no table
            if isinstance(error, DatabaseError) and connection.in_atomic_block:
                raise  # of a transaction that failed nothing more can be asked
            _log.exception("table %s can not be read", kept.table)
            yield Difference(kept, "", "", "unreadable")


def _of_table(kept: Kept, said: dict[str, _Vouched], unknown: bool, part: Part | None) -> Iterator[Difference]:
    seen: set[str] = set()
    for pk, *values in kept.values(part=part):
        key = str(pk)
        seen.add(key)
        last = said.get(key)
        if last is None or last.is_gone:
            if last is None and kept.untold is not None:
                yield from _untold(kept, key, values, kept.untold)
            elif unknown or last is not None:
                yield Difference(kept, key, "", "unknown")
            continue
        if last.place is None:
            continue
        for column, digest in kept.digests(pk, values, last.place).items():
            if last.digests.get(column) != digest:
                yield Difference(kept, key, column, "changed")
    for key, last in said.items():
        if key not in seen and _is_of(part, key) and not _rightly_gone(kept, key, last):
            yield Difference(kept, key, "", "gone")


def _is_of(part: Part | None, pk: str) -> bool:
    """Whatever somebody wrote in the place of a row's number is of every part."""
    return part is None or not pk.isdecimal() or part.holds(int(pk))


def _rightly_gone(kept: Kept, key: str, last: _Vouched) -> bool:
    return last.place is not None and last.is_gone and last.digests == kept.gone(key, last.place)


def _untold(kept: Kept, key: str, values: Iterable[Any], usual: Mapping[str, Any]) -> Iterator[Difference]:
    """A row that no verb has touched yet holds what it began with."""
    changed = [name for name, value in zip(kept.columns, values, strict=True) if value != usual.get(name, value)]
    for column in [WHOLE] if changed and kept.whole else changed:
        yield Difference(kept, key, column, "changed")


def _said(tables: set[str], part: Part | None) -> dict[str, dict[str, _Vouched]]:
    """The last word on each row: an entry made later counts, on whichever chain it stands. Of rows by the thousand only
    those of `part` are held in memory.
    """
    said: dict[str, dict[str, _Vouched]] = defaultdict(dict)
    erased: dict[tuple[str, str], int] = {}  # entries whose payload is gone: place in the chain → number
    rows = LedgerEntry.objects.filter(
        Q(payload__contains=f'"{ROWS}":{{') | Q(payload__isnull=True) | Q(kind=ERASED)
    ).order_by("id")
    for number, chain, seq, kind, salt, text in rows.values_list(
        "id", "chain", "seq", "kind", "salt", "payload"
    ).iterator(chunk_size=2000):
        if text is None:
            erased[chain, str(seq)] = number
            continue
        payload = _object(text)
        if kind == ERASED and _is_of_the_house(payload, place_of(chain, seq, salt or "")):
            _forget(said, payload, erased)
        for table, told in _objects(payload.get(ROWS)):
            if table in tables:
                here, place = TABLES[table], place_of(chain, seq, salt or "")
                said[table].update(
                    (pk, _Vouched(number, place, digests))
                    for pk, digests in _objects(told)
                    if not here.whole or _is_of(part, pk)
                )
    return said


def _object(text: str) -> dict[str, Any]:
    """Of a payload that somebody broke nothing is taken; `ledger verify` says which it is."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _objects(data: object) -> Iterator[tuple[str, dict[str, Any]]]:
    """The members of a JSON object that are objects themselves."""
    if isinstance(data, dict):
        yield from ((name, value) for name, value in data.items() if isinstance(value, dict))


def _is_of_the_house(payload: dict[str, Any], place: Place) -> bool:
    """Whether the record of an erasure was made under the house's key: its digest is of the decision on that entry."""
    kept = TABLES.get(Erasure._meta.db_table)
    if kept is None:
        return False
    told = dict(_objects(dict(_objects(payload.get(ROWS))).get(kept.table)))
    for pk, *values in kept.values([pk for pk in told if pk.isdecimal() and len(pk) < 19]):
        row = dict(zip(kept.columns, values, strict=True))
        if (row["chain"], row["seq"]) == (payload.get("chain"), payload.get("seq")):
            return told[str(pk)] == kept.digests(pk, values, place)
    return False


def _forget(said: dict[str, dict[str, _Vouched]], payload: dict[str, Any], erased: dict[tuple[str, str], int]) -> None:
    """The digests of an erased entry are gone: what it said last stays unknown. Of one that was not, nothing is."""
    at = erased.get((str(payload.get("chain")), str(payload.get("seq"))))
    spoke_of = payload.get("spoke_of")
    if at is None or not isinstance(spoke_of, dict):
        return
    for table, pks in spoke_of.items():
        for pk in map(str, pks if isinstance(pks, list) else ()):
            last = said[table].get(pk)
            if last is None or last.at < at:
                said[table][pk] = _Vouched(at, None, {})


def sentence(found: Difference) -> tuple[str, str]:
    """The finding in words, Chinese and English; a row is called by its kind and number, never by its text."""
    kept = found.kept
    match found.what:
        case "changed" if found.column == WHOLE:
            zh, en = "被改过", "it was changed"
        case "changed":
            zh, en = f"“{found.column}”一栏被改过", f"column {found.column} was changed"
        case "unreadable":
            return (
                f"{kept.zh}（表 {kept.table}）读不出来：其中有的值不合该栏的格式，这张表未能对照。"
                "请查明是谁、什么时候改动了数据库",
                f"{kept.en} (table {kept.table}) can not be read: a value is none of its column, and nothing of the "
                "table was compared. Find out who changed the database.",
            )
        case "gone":
            zh, en = "不见了", "it is gone"
        case _:
            zh, en = "台账里没有这一条", "the ledger knows nothing of it"
    return (
        f"{kept.zh}（表 {kept.table} 第 {found.pk} 行）与台账不一致：{zh}。台账为准；请查明是谁、什么时候改动了数据库",
        f"{kept.en} (table {kept.table}, row {found.pk}) differs from the ledger: {en}. "
        "The ledger counts; find out who changed the database.",
    )


@auditor("planted_kept_rows")
def rows_are_as_the_ledger_says() -> list[Finding]:
    """Tables whose rows do not come by the thousand, with every `check`."""
    return _findings({kept.table for kept in TABLES.values() if not kept.whole})


@rolling("kept_rows")
def rows_by_the_thousand_are_as_the_ledger_says(part: Part) -> list[Finding]:
    """Posts and what else has one digest a row: a part each day, all of them with `check --full`."""
    tables = {kept.table for kept in TABLES.values() if kept.whole}
    return _findings(tables, part)


def _findings(tables: Collection[str], part: Part | None = None) -> list[Finding]:
    """At most twenty findings for each table."""
    findings: list[Finding] = []
    listed: dict[str, int] = defaultdict(int)
    for found in differences(tables, part=part) if tables else ():
        listed[found.kept.table] += 1
        if listed[found.kept.table] <= LISTED:
            findings.append(Finding("ledger.differs", "error", *sentence(found)))
    return findings
