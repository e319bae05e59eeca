"""Which values can be kept in every database alike, and in words why another cannot: one rule for all doors.

PostgreSQL keeps no NUL, no driver writes a lone surrogate, and a moment at the edge of the calendar cannot be told in
another time zone. SQLite takes some of these: what is refused on one database is refused on the other.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

FIRST_YEAR, LAST_YEAR = 1900, 2200  # the years in between: [FIRST_YEAR, LAST_YEAR)
#: As jsonb keeps it, a number is written out digit by digit; ids of platforms have at most twenty digits.
MOST_NUMBER: Final = 10**40
MOST_DEPTH: Final = 40
#: Keys of rows are 64-bit whole numbers.
MOST_KEY: Final = 2**63 - 1

_WEB: Final = re.compile(r"https?://[^\s\x00-\x20\ud800-\udfff<>\"\\]+\Z", re.IGNORECASE)
_BAD: Final = re.compile("[\x00\ud800-\udfff]")
NUL: Final = "含有 NUL 字符（U+0000），数据库存不下"
SURROGATE: Final = "含有不成对的代理字符（半个字符），不是完整的文字"
NUMBER: Final = "数字过大，或不是有限的数"
DEPTH: Final = f"嵌套超过 {MOST_DEPTH} 层"
LINK: Final = "只收 http:// 或 https:// 开头的网址"
MOMENT: Final = f"时间须在 {FIRST_YEAR} 年至 {LAST_YEAR - 1} 年之间"


def text_fault(text: str) -> str:
    """Why `text` cannot be kept; "" where it can."""
    met = _BAD.search(text)
    if met is None:
        return ""
    return NUL if met[0] == "\x00" else SURROGATE


def moment_fault(at: dt.date) -> str:
    """Why a moment or a day cannot be kept and told in every time zone; "" where it can."""
    return "" if FIRST_YEAR <= at.year < LAST_YEAR else MOMENT


def fault(value: Any, place: str = "", depth: int = MOST_DEPTH) -> tuple[str, str] | None:
    """The first value in `value`, at any depth, that cannot be kept: its place (`a.0.b`) and why; else None."""
    if isinstance(value, str):
        why = text_fault(value)
    elif isinstance(value, bool) or value is None:
        return None
    elif isinstance(value, int | float):
        why = "" if abs(value) < MOST_NUMBER else NUMBER
    elif isinstance(value, Mapping | list | tuple):
        return (place, DEPTH) if depth == 0 else _fault_inside(value, place, depth - 1)
    elif isinstance(value, dt.date):
        why = moment_fault(value)
    else:
        return None
    return (place, why) if why else None


def _fault_inside(
    value: Mapping[Any, Any] | list[Any] | tuple[Any, ...], place: str, depth: int
) -> tuple[str, str] | None:
    before = f"{place}." if place else ""
    for key, item in value.items() if isinstance(value, Mapping) else enumerate(value):
        name = str(key)
        if why := text_fault(name):
            return f"{before}{visible(name)}", why
        if found := fault(item, f"{before}{name}"[:200], depth):
            return found
    return None


def is_link(url: str) -> bool:
    """Whether a page may make a link of `url`: an http or https address with a host, and nothing but an address.

    A browser takes `javascript:`, `vbscript:` and `data:` for something to run, also with blanks and tabs in them.
    """
    if _WEB.match(url) is None:
        return False
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - read for what it raises
    except ValueError:
        return False
    return bool(parts.hostname)


def visible(text: str) -> str:
    """`text` with what cannot be kept replaced by U+FFFD, so that a refusal can name it."""
    return _BAD.sub("\ufffd", text)
