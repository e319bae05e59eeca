"""After each test: what the verbs wrote in kept tables agrees with what they told the ledger (`ledger/kept.py`).

A verb that changes a kept column and forgets to hand its row to `record` would accuse an honest bureau in `huiying
check`; every test that runs a verb asks this. A table that the test itself wrote to is left out.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from huiying.ledger.kept import TABLES

TESTS = str(Path(__file__).parent)
PRODUCT = str(Path(__file__).parents[1] / "src")
_WRITES = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?', re.IGNORECASE)


class Watcher:
    """Notes by each writing statement of a connection which tables the product and which the test itself wrote."""

    def __init__(self) -> None:
        self.by_product: set[str] = set()
        self.by_test: set[str] = set()

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        found = _WRITES.match(sql)
        if found and found[1] in TABLES:
            (self.by_test if _is_the_tests_own(sys._getframe(1)) else self.by_product).add(found[1])
        return execute(sql, params, many, context)

    def to_compare(self) -> set[str]:
        return self.by_product - self.by_test


def _is_the_tests_own(frame: FrameType | None) -> bool:
    """Whether the nearest of our frames is a test's; rows put back by `kept_rows` were once written by verbs."""
    while frame is not None:
        file, name = frame.f_code.co_filename, frame.f_code.co_name
        if file.startswith(PRODUCT) and "/work/rows.py" not in file and not (name == "save" and "/models/" in file):
            return False
        if file.startswith(TESTS) and not file.endswith("watched_rows.py") and name != "_watch":
            return not file.endswith("kept_rows.py")
        frame = frame.f_back
    return False
