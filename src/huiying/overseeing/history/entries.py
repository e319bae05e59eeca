"""An entry as the ledger's readers take it, and how its values are read.

A mapping with `chain`, `seq`, `at` (datetime), `kind`, `payload` (a dict, None once erased) and `actor` (a name, left
out where nobody acted): the same from this machine's ledger and from an exported file (INV-12).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

Entry = Mapping[str, Any]
Payload = Mapping[str, Any]


def moment(value: Any) -> dt.datetime | None:
    """A time as a payload holds it; None where it holds none that can be read."""
    try:
        return dt.datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def mapping(value: Any) -> Payload:
    """What is nested in a payload; empty where nothing is."""
    return value if isinstance(value, Mapping) else {}


def texts(value: Any) -> tuple[str, ...]:
    """The texts of a list."""
    return tuple(str(each) for each in value) if isinstance(value, list) else ()


def count(value: Any) -> int:
    """A number, or how many names a list holds."""
    return len(value) if isinstance(value, list) else int(value or 0)


def whole(value: Any) -> int:
    """A whole number, 0 where the entry holds none: one altered payload must not keep the figures of all cases away."""
    return value if isinstance(value, int) else 0
