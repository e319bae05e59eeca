"""What tests of documents need: a day at the desk, and figures counted once more in another way."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from typing import Any

from django.db import connection

from cast import Cast
from huiying.documents.loops import issue_due_logs
from huiying.documents.models import IssuedDocument
from huiying.handling.models import Case
from huiying.paper.document import Table, loads, to_text
from stories import CONSULTATION, RUMOUR, answered, hear, wait_until

TODAY = dt.date(2026, 9, 14)
AFTER_MIDNIGHT = dt.datetime(2026, 9, 14, 16, 10, tzinfo=dt.UTC)  # 2026-09-15 00:10 in Anshan
MIDNIGHT = dt.datetime(2026, 9, 14, 16, 0, tzinfo=dt.UTC)
LIFE = "货款压了我一年半，我真的活不下去了，想从楼上跳下去。"
Row = tuple[str, str, dict[str, Any]]


def a_day(cast: Cast) -> Case:
    """An outage that is answered, a rumour and a question."""
    case = answered(cast)
    hear(RUMOUR, platform="微博", channel_class="微博客")
    hear(CONSULTATION)
    return case


def log_of(day: dt.date = TODAY, at: dt.datetime = AFTER_MIDNIGHT) -> IssuedDocument:
    """The log of the day, made by the loop's own verb after midnight."""
    wait_until(at)
    issue_due_logs()
    return IssuedDocument.objects.get(kind="log", subject=day.isoformat())


def told(row: IssuedDocument) -> str:
    return to_text(loads(row.data))


def tables(row: IssuedDocument) -> list[Table]:
    return [block for block in loads(row.data).blocks if isinstance(block, Table)]


def entries(first: dt.datetime, after: dt.datetime) -> list[Row]:
    """(chain, kind, payload) of the ledger table between two moments, read in plain SQL."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT chain, kind, payload, at FROM ledger_entry ORDER BY id")
        rows = cursor.fetchall()
    return [
        (chain, kind, json.loads(payload) if payload else {})
        for chain, kind, payload, at in rows
        if first <= _moment(at) < after
    ]


def _moment(at: Any) -> dt.datetime:
    found = dt.datetime.fromisoformat(at) if isinstance(at, str) else at
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


def count(rows: Iterable[Row], kind: str) -> int:
    return sum(one == kind for _chain, one, _payload in rows)
