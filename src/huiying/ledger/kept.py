"""Which columns of which tables the ledger vouches for, and the digests it keeps of them (INV-8, INV-12).

The chain proves the ledger, not the tables that pages are made of. So a verb hands `record(…, rows=[row])` the rows
that it wrote, the entry keeps a keyed digest of every kept column, and `huiying check` compares them with what stands
there now (`ledger/comparing.py`). Each room says in its `kept.py` what is kept of its tables, and of every other
column why not; a test demands it of all of them.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any

from django.db import models

from huiying.kernel import canonical, keyfiles

if TYPE_CHECKING:
    from huiying.work.auditor import Part

ROWS = "kept_rows"
WHOLE = "*"  # in the place of a column: all of them together
GONE = "-"  # in the place of a column: the row was deleted
Digests = dict[str, str]
BYTES = 12  # of a digest
KEY = "rows"  # the key file: who edits the database and appends an entry of his own still has no digest that fits

# Reasons why a column is not kept, where many share one.
QUEUE = "何时再办：后台自己的进度，不是事实"
DERIVED = "由别的列和台账算出，可随时重算"
BY_ENTRY = "台账条目里写明了值，由 overseeing 的对照逐行比较"
PERSONAL = "个人信息：不进台账，依规定可以删除"
COUNTER = "计数，随用随变"
COPY = "标识由别处给出"


@dataclass(frozen=True)
class Place:
    """The entry that digests stand in, its salt, and the key of the house: copied into another they fit nothing."""

    chain: str
    seq: int
    salt: str
    key: bytes

    def digest(self, table: str, pk: Any, column: str, value: Any) -> str:
        """96 bits of keyed BLAKE2b over the place and the canonical value; the same on both databases."""
        where = f"{self.chain}\x00{self.seq}\x00{self.salt}\x00{table}\x00{pk}\x00{column}\x00"
        written = f"[{','.join(map(_in_list, value))}]" if column == WHOLE else _plain(value)
        text = f"{where}{written}".encode("utf-8", "surrogatepass")
        return hashlib.blake2b(text, digest_size=BYTES, key=self.key).hexdigest()


def house_key() -> bytes:
    """Raises KeyFileError when the key is missing although it was in use, or damaged."""
    return keyfiles.load(KEY)


def place_of(chain: str, seq: int, salt: str) -> Place:
    return Place(chain, seq, salt, house_key())


@dataclass(frozen=True)
class Gone:
    """A row that a verb deleted, for `record(…, rows=[Gone(Model, pk)])`."""

    model: type[models.Model]
    pk: Any


@dataclass(frozen=True)
class Kept:
    """What is kept of one table. `left`: column → why it is not; `zh`, `en`: what a row is called in a finding.

    `whole`: of rows that come by the thousand one digest is kept for all columns together, of the object as it was
    inserted, and `huiying check` compares a part of them each day.
    `untold`: what stands in these columns as long as no entry names the row; without, such a row is a finding.
    `alike`: column → values between which the program moves by itself, and the one that stands for them.
    """

    model: type[models.Model]
    zh: str
    en: str
    columns: tuple[str, ...]
    left: Mapping[str, str] = field(default_factory=dict)
    whole: bool = False
    untold: Mapping[str, Any] | None = None
    alike: Mapping[str, Mapping[Any, str]] = field(default_factory=dict)

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    def values(self, pks: Iterable[Any] | None = None, part: Part | None = None) -> Iterator[tuple[Any, ...]]:
        """(pk, column, …) of the rows as they stand in the database, only those of `pks` or of `part` where given."""
        rows = self.model._base_manager.order_by("pk")
        if pks is not None:
            rows = rows.filter(pk__in=list(pks))
        if part is not None:
            rows = part.of_rows(rows)
        there = rows.values_list("pk", *self.columns).iterator(chunk_size=2000)
        if not self.alike:
            yield from there
            return
        named = ("pk", *self.columns)
        for values in there:
            yield tuple(
                self.alike[name].get(value, value) if name in self.alike else value
                for name, value in zip(named, values, strict=True)
            )

    def digests(self, pk: Any, values: Iterable[Any], place: Place) -> Digests:
        if self.whole:
            return {WHOLE: place.digest(self.table, pk, WHOLE, list(values))}
        return {
            name: place.digest(self.table, pk, name, value) for name, value in zip(self.columns, values, strict=True)
        }

    def gone(self, pk: Any, place: Place) -> Digests:
        return {GONE: place.digest(self.table, pk, GONE, None)}


TABLES: dict[str, Kept] = {}
LEFT: dict[str, str] = {}  # table → why nothing of it is kept


def keep(
    model: type[models.Model],
    zh: str,
    en: str,
    but: Mapping[str, str] | None = None,
    *,
    whole: bool = False,
    untold: Mapping[str, Any] | None = None,
    alike: Mapping[str, Mapping[Any, str]] | None = None,
) -> None:
    """Vouch for every column of `model` except those of `but` (column → reason). Raises ValueError for a bad name."""
    left = dict(but or {})
    names = [column.attname for column in model._meta.local_concrete_fields if not column.primary_key]
    unknown = (left.keys() | (untold or {}).keys()) - set(names)
    if unknown:
        raise ValueError(f"{model.__name__} has no column {', '.join(sorted(unknown))}")
    columns = tuple(name for name in names if name not in left)
    TABLES[model._meta.db_table] = Kept(model, zh, en, columns, left, whole, untold, alike or {})


def leave(model: type[models.Model], why: str) -> None:
    """Say why nothing of `model` is kept."""
    LEFT[model._meta.db_table] = why


Read = dict[str, dict[str, list[Any]]]  # table → id → the kept columns as they stand


def read(rows: Iterable[models.Model | Gone]) -> Read:
    """The kept columns of `rows`, read again, one query for each table: what is vouched for is what is stored.

    Of `whole` tables it is the object. Raises LookupError for a table of which nothing is kept, a row that was never
    saved, and one that is not there.
    """
    asked: dict[str, set[Any]] = defaultdict(set)
    there: Read = defaultdict(dict)
    for row in rows:
        table = (row.model if isinstance(row, Gone) else type(row))._meta.db_table
        if table not in TABLES:
            raise LookupError(f"nothing is kept of table {table}")
        if row.pk is None:
            raise LookupError(f"a row of {table} has no id yet; save it before its entry is made")
        if isinstance(row, Gone):
            continue
        if TABLES[table].whole:
            there[table][str(row.pk)] = [getattr(row, name) for name in TABLES[table].columns]
        else:
            asked[table].add(row.pk)
    for table, pks in asked.items():
        there[table] = {str(pk): values for pk, *values in TABLES[table].values(pks)}
        missing = {str(pk) for pk in pks} - there[table].keys()
        if missing:
            raise LookupError(f"rows {', '.join(sorted(missing))} of {table} do not exist")
    return there


def described(rows: Iterable[models.Model | Gone], place: Place, there: Read) -> dict[str, dict[str, Digests]]:
    """What an entry keeps of `rows`: `{table: {pk: {column: digest}}}`, `GONE` for the column of a deleted row."""
    made: dict[str, dict[str, Digests]] = defaultdict(dict)
    for row in rows:
        table = (row.model if isinstance(row, Gone) else type(row))._meta.db_table
        if isinstance(row, Gone):
            made[table][str(row.pk)] = TABLES[table].gone(row.pk, place)
        elif str(row.pk) not in made[table]:
            made[table][str(row.pk)] = TABLES[table].digests(row.pk, there[table][str(row.pk)], place)
    return {table: made[table] for table in sorted(made)}


def _plain(value: Any) -> str:
    if value is None or type(value) in (str, int, bool):  # most columns; the same text as the canonical form
        return json.dumps(value, ensure_ascii=False)
    bare = _bare(value)
    return bare if isinstance(value, bytes | bytearray | memoryview | dt.time | dt.timedelta) else canonical.dumps(bare)


def _in_list(value: Any) -> str:
    """As a member of a canonical list: what most columns hold is written at once."""
    write = _WRITTEN.get(type(value))
    return write(value) if write is not None else canonical.dumps(_bare(value))


_WRITTEN: dict[type, Callable[[Any], str]] = {
    str: encode_basestring,
    int: str,
    bool: lambda value: "true" if value else "false",
    type(None): lambda _: "null",
    dt.datetime: lambda value: f'"{canonical.timestamp(value)}"',
}


_AS_THEY_ARE = frozenset({str, int, bool, type(None), dt.datetime})


def _bare(value: Any) -> Any:
    """What has a canonical form, the same however the database gives it back: PostgreSQL writes 1e16 as an integer."""
    if type(value) in _AS_THEY_ARE:
        return value
    match value:
        case bytes() | bytearray() | memoryview():
            return bytes(value).hex()
        case dt.time() | dt.timedelta():
            return str(value)
        case float() if value.is_integer():
            return int(value)
        case dict():
            return {key: _bare(item) for key, item in value.items()}
        case list() | tuple():
            return [_bare(item) for item in value]
    return value


def names_of(payload: Mapping[str, Any]) -> dict[str, list[str]]:
    """Which rows an entry's payload speaks of: `{table: [pk, …]}`."""
    return {table: sorted(rows) for table, rows in payload.get(ROWS, {}).items()}


def facts(text: str) -> dict[str, Any]:
    """The payload without its digests: what people and figures read."""
    data: dict[str, Any] = json.loads(text)
    data.pop(ROWS, None)
    return data
