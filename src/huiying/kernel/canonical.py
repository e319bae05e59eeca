"""Canonical JSON and hashes of it: the same value gives the same bytes on every machine (INV-8, INV-12).

Keys sorted, no spaces, UTF-8, no NaN, text keys only, times as RFC 3339 in UTC with six decimals and `Z`.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

_AS_THEY_ARE = frozenset({str, int, float, bool, type(None)})


def dumps(value: Any) -> str:
    """Canonical JSON text. Raises TypeError for what has no canonical form (sets, naive times, non-text
    keys).
    """
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def sha256(*parts: str | bytes) -> str:
    """SHA-256 in hex over the parts one after another; text counts as UTF-8."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode() if isinstance(part, str) else part)
    return digest.hexdigest()


def sha256_of(value: Any) -> str:
    """SHA-256 in hex of the canonical JSON of `value`."""
    return sha256(dumps(value))


def timestamp(at: datetime) -> str:
    """`2018-10-24T06:30:00.000000Z`: fixed width, so text order is time order."""
    if at.tzinfo is None:
        raise TypeError(f"时间 {at!r} 没有时区，不能写入规范形式")
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def _plain(value: Any) -> Any:
    if type(value) in _AS_THEY_ARE:  # most of it; the same as below
        return value
    match value:
        case Enum():
            return _plain(value.value)
        case str():
            return str(value)
        case int() | float():
            return value
        case dict():
            return {_text_key(key): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case datetime():
            return timestamp(value)
        case date():
            return value.isoformat()
        case Decimal() | UUID():
            return str(value)
    raise TypeError(f"{type(value).__name__} 没有规范的 JSON 形式：{value!r}")


def _text_key(key: Any) -> str:
    if not isinstance(key, str):
        raise TypeError(f"JSON 的键必须是文字，这里是 {key!r}")
    return str(key)
