"""Is the database itself whole? A page that the disk altered is found before somebody needs it (S15, S18).

Every day a seventh of the tables, with `check --full` all: SQLite by `PRAGMA quick_check` and `integrity_check`,
PostgreSQL by reading every row with everything that was put aside of it, and its indexes where amcheck is installed.
`/healthz` looks at a small SQLite file as a whole once a minute, at a few hundred rows of a large one, and says what
any request or the loop stumbled over. What no database can see is a value altered inside a page that stays well-formed
(SQLite has no checksums): rows are compared with the ledger for that.
"""

from __future__ import annotations

import sqlite3
import sys
import time
import zlib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.signals import got_request_exception
from django.db import DatabaseError, connection, transaction

from huiying.kernel import clock
from huiying.work import auditor
from huiying.work.auditor import LISTED, Finding, Part, rolling
from huiying.work.models import Schedule

CHECK = "database"
SMALL = 64 << 20  # bytes of a file that is looked at as a whole in a fraction of a second
ROWS = 300  # of a large file, with each call
TURN = 60.0  # seconds between two such looks
_WORDS = (
    "malformed", "disk image", "not a database", "file is encrypted",  # SQLite
    "invalid page", "could not read block", "checksum", "missing chunk", "unexpected chunk", "invalid memory alloc",
)  # fmt: skip
WHAT_TO_DO = (
    "请停止系统，先把数据目录原样复制一份，再检查磁盘，然后用 huiying restore 把最近一份好的备份恢复到新的数据目录"
)

_looked: dict[str, tuple[float, str]] = {}
_noted: dict[str, str] = {}
_place: dict[str, tuple[int, int]] = {}


def is_damage(error: BaseException | str) -> bool:
    text = str(error).lower()
    return any(word in text for word in _WORDS)


def note(error: BaseException) -> str:
    """Remember that somebody stumbled over a damaged page; a sentence for `/healthz`, "" where it is something else."""
    if not isinstance(error, DatabaseError | sqlite3.DatabaseError) or not is_damage(error):
        return ""
    _noted["error"] = str(error).strip().splitlines()[0][:200]
    with suppress(DatabaseError):  # where it takes no row either, this process remembers
        auditor.met(CHECK, _finding(f"读写时出错（{_noted['error']}，{clock.now():%Y-%m-%d %H:%M} UTC）"))
    return _sentence(_noted["error"])


def _stumbled(sender: object, **_more: Any) -> None:
    error = sys.exc_info()[1]
    if error is not None:
        note(error)


got_request_exception.connect(_stumbled, dispatch_uid="keeping.damage")


def seen() -> str:
    """For `/healthz`: what is known of damage, and a look at a small file."""
    if _noted:
        return _sentence(_noted["error"])
    for error in Schedule.objects.exclude(last_error="").values_list("last_error", flat=True):
        if is_damage(error):
            return _sentence(error[:200])
    found = "；".join(_on_disk() if connection.vendor == "sqlite" else _failures())
    return _sentence(found) if found else ""


def _sentence(why: str) -> str:
    return f"数据库有损坏：{why}。{WHAT_TO_DO}"


def _finding(why: str) -> Finding:
    return Finding("database.damaged", "error", _sentence(why), f"The database is damaged: {why}")


def _on_disk() -> list[str]:
    """A connection of its own reads what is on the disk, not what ours still has in memory."""
    file = str(connection.settings_dict["NAME"])
    if _in_memory() or not Path(file).exists():
        return []
    if Path(file).stat().st_size > SMALL:
        return _few_rows(file)
    at, why = _looked.get(file, (0.0, ""))
    if not at or time.monotonic() - at > TURN:
        why = "；".join(_read_only(file, "PRAGMA quick_check(3)"))
        _looked[file] = (time.monotonic(), why)
    return [why] if why else []


def _few_rows(file: str) -> list[str]:
    """The next rows of the next table, with all their columns; round and round, a little with each call."""
    mine = tables_of(auditor.WHOLE)
    for _turn in range(len(mine)):
        number, after = _place.get(file, (0, 0))
        table = connection.ops.quote_name(mine[number % len(mine)])
        found, last = _rows_after(file, table, after)
        if found:
            return found
        _place[file] = (number, last) if last else (number + 1, 0)
        if last:
            break
    return []


def _rows_after(file: str, table: str, after: int) -> tuple[list[str], int]:
    """What is wrong with them, and the number of the last one, 0 at the end of the table."""
    reader = sqlite3.connect(f"file:{Path(file).absolute().as_posix()}?mode=ro", uri=True, timeout=20)
    try:
        sql = f"SELECT rowid, * FROM {table} WHERE rowid > ? ORDER BY rowid LIMIT {ROWS}"  # noqa: S608 - our own table
        rows = reader.execute(sql, [after]).fetchall()
    except sqlite3.DatabaseError as error:
        return ([str(error)] if is_damage(error) else []), 0
    finally:
        reader.close()
    return [], int(rows[-1][0]) if rows else 0


def _in_memory() -> bool:
    wrapper: Any = connection
    return bool(wrapper.is_in_memory_db())


def _read_only(file: str, *statements: str) -> list[str]:
    found: list[str] = []
    try:
        reader = sqlite3.connect(f"file:{Path(file).absolute().as_posix()}?mode=ro", uri=True, timeout=20)
    except sqlite3.Error as error:
        return [str(error)]
    try:
        for statement in statements:
            found += [str(row[0]) for row in reader.execute(statement) if row[0] != "ok"]
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            found.append(str(error))
    finally:
        reader.close()
    return found


def tables_of(part: Part) -> list[str]:
    mine = sorted({model._meta.db_table for model in apps.get_models(include_auto_created=True)})
    return [table for table in mine if part.holds(zlib.crc32(table.encode()))]


@rolling(CHECK)
def pages_are_whole(part: Part) -> list[Finding]:
    if connection.vendor == "postgresql":
        return [_finding(why) for why in [*_failures(), *_unreadable(tables_of(part)), *_indexes(part)][:LISTED]]
    if _in_memory():
        return []
    file = str(connection.settings_dict["NAME"])
    if part.whole:
        return [_finding(why) for why in _read_only(file, f"PRAGMA integrity_check({LISTED})")]
    quote = connection.ops.quote_name
    checks = [f"PRAGMA quick_check({quote(table)})" for table in tables_of(part)]
    return [_finding(why) for why in dict.fromkeys(_read_only(file, *checks))]


def _failures() -> list[str]:
    """What PostgreSQL itself counted; only where the cluster was made with checksums."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT checksum_failures FROM pg_stat_database WHERE datname = current_database()")
        row = cursor.fetchone()
    return [f"PostgreSQL 读到 {row[0]} 个校验不符的页"] if row and row[0] else []


def _unreadable(tables: Iterable[str]) -> list[str]:
    """Reads every row with all its columns, one table after the other."""
    found = []
    for table in tables:
        name = connection.ops.quote_name(table)
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"SELECT max(length(t::text)) FROM {name} t")  # noqa: S608 - a table of our own
        except DatabaseError as error:
            if is_damage(error):
                found.append(f"表 {table}：{str(error).strip().splitlines()[0]}")
    return found


def _indexes(part: Part) -> list[str]:
    """By amcheck, where an administrator installed it (CREATE EXTENSION amcheck)."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'amcheck'")
        if cursor.fetchone() is None:
            return []
        cursor.execute(
            "SELECT c.oid, c.relname FROM pg_index i"
            " JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam"
            " WHERE a.amname = 'btree' AND i.indisvalid AND c.relnamespace = 'public'::regnamespace"
            " AND c.relpersistence = 'p' ORDER BY c.relname"
        )
        rows = [(oid, name) for oid, name in cursor.fetchall() if part.holds(zlib.crc32(name.encode()))]
    for oid, name in rows:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT bt_index_check(%s::regclass)", [oid])
        except DatabaseError as error:
            found.append(f"索引 {name}：{str(error).strip().splitlines()[0]}")
    return found
