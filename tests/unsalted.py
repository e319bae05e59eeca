"""Ledgers of two runs beside each other: digests of rows bear a salt, so rows and columns can be the same, no more."""

from __future__ import annotations

import json
import sqlite3

from huiying.ledger.kept import ROWS


def unsalted(text: str | None) -> str | None:
    """A payload with the names of the columns in the place of their digests."""
    if text is None or ROWS not in text:
        return text
    payload = json.loads(text)
    for rows in payload.get(ROWS, {}).values():
        rows.update({pk: sorted(digests) for pk, digests in rows.items()})
    return json.dumps(payload, ensure_ascii=False, sort_keys=True)


def columns_of(database: sqlite3.Connection, table: str, loose: set[str]) -> list[str]:
    """What to select of `table` to compare it with another run's, but for the columns of `loose`."""
    database.create_function("unsalted", 1, unsalted, deterministic=True)
    names = [row[1] for row in database.execute(f"PRAGMA table_info({table})") if row[1] not in loose]
    return [f'unsalted("{name}")' if (table, name) == ("ledger_entry", "payload") else f'"{name}"' for name in names]
