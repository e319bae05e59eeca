"""After each test: what the verbs wrote in kept tables agrees with what they told the ledger (`ledger/kept.py`).

A verb that changes a kept column and forgets to hand its row to `record` would accuse an honest bureau in `huiying
check`; every test that runs a verb asks this. A table that the test itself wrote to is left out.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from huiying.ledger.kept import ROWS, TABLES
from huiying.ledger.models import LedgerEntry
from kept_rows import kept

TESTS = str(Path(__file__).parent)
PRODUCT = str(Path(__file__).parents[1] / "src")
_LEDGER = "ledger_entry"
_WRITES = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?', re.IGNORECASE)


class Watcher:
    """Notes by each writing statement of a connection which tables the product and which the test itself wrote."""

    def __init__(self) -> None:
        self.by_product: set[str] = set()
        self.by_test: set[str] = set()
        self.put_back: set[str] = set()
        self.rewrote_the_ledger = False

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql[0] in "IUDiud \n" and (found := _WRITES.match(sql)):
            table = found[1]
            if table == _LEDGER:
                self.rewrote_the_ledger |= sql[0] not in "Ii"
            elif table in TABLES:
                self._by(sys._getframe(1)).add(table)
        return execute(sql, params, many, context)

    def _by(self, frame: FrameType | None) -> set[str]:
        """Whose writing it is, by the nearest of our frames; rows put back by `kept_rows` were written by verbs."""
        while frame is not None:
            file, name = frame.f_code.co_filename, frame.f_code.co_name
            if file.startswith(PRODUCT) and "/work/rows.py" not in file and not (name == "save" and "/models/" in file):
                return self.by_product
            if file.startswith(TESTS) and not file.endswith("watched_rows.py") and name != "_watch":
                return self.put_back if file.endswith("kept_rows.py") else self.by_test
            frame = frame.f_back
        return self.by_product

    def to_compare(self) -> set[str]:
        """What verbs wrote in this test, and what an entry of this test speaks of.

        Rows that were put back were compared when they were kept; they are compared again where an entry was erased,
        or a table did not agree then.
        """
        again = self.put_back if self.rewrote_the_ledger else self.put_back & (kept.disagreeing | told_since(kept.told))
        return (self.by_product | again) - self.by_test


def told_since(number: int) -> set[str]:
    """The tables whose rows are named in entries after that number."""
    texts = LedgerEntry.objects.filter(id__gt=number, payload__contains=f'"{ROWS}":{{')
    return {table for text in texts.values_list("payload", flat=True) for table in json.loads(text).get(ROWS, ())}
