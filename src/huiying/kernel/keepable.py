"""Which values can be kept in every database alike, and in words why another cannot: one rule for all doors.

PostgreSQL keeps no NUL, no driver writes a lone surrogate, and a moment at the edge of the calendar cannot be told in
another time zone. SQLite takes some of these: what is refused on one database is refused on the other.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

Judge = Callable[[str], str]
FIRST_YEAR, LAST_YEAR = 1900, 2200  # the years in between: [FIRST_YEAR, LAST_YEAR)
#: As jsonb keeps it, a number is written out digit by digit; ids of platforms have at most twenty digits.
MOST_NUMBER: Final = 10**40
MOST_DEPTH: Final = 40
#: Keys of rows are 64-bit whole numbers: with so many digits a number always fits.
KEY_DIGITS: Final = 18

_WEB: Final = re.compile(r"https?://[^\s\x00-\x20\ud800-\udfff<>\"\\]+\Z", re.IGNORECASE)
_DAY: Final = re.compile(r"\s*([0-9]{4})-[0-9]{2}-[0-9]{2}(?:[Tt ].{0,40})?\Z", re.ASCII)
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


def asked_fault(text: str) -> str:
    """Why what an address or a body asks cannot be asked of the database: text that is none, or a day out of time."""
    if why := text_fault(text):
        return why
    met = _DAY.match(text)
    return MOMENT if met is not None and not FIRST_YEAR <= int(met[1]) < LAST_YEAR else ""


def day_of(text: str) -> dt.date | None:
    """A day as an address writes it; None for what is none, and for one at the edge of the calendar."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return None if moment_fault(day) else day


def number_of(text: str) -> int:
    """The key of a row as an address or a form writes it; 0, which no row has, for what is none."""
    return int(text) if text.isdecimal() and len(text) <= KEY_DIGITS else 0


def fault(value: Any, place: str = "", judge: Judge = text_fault, depth: int = MOST_DEPTH) -> tuple[str, str] | None:
    """The first value in `value`, at any depth, that cannot be kept: its place (`a.0.b`) and why; else None.

    `judge` looks at texts: `asked_fault` for what is asked, where a day may stand in a text.
    """
    if isinstance(value, str):
        why = judge(value)
    elif isinstance(value, bool) or value is None:
        return None
    elif isinstance(value, int | float):
        why = "" if abs(value) < MOST_NUMBER else NUMBER
    elif isinstance(value, Mapping | list | tuple):
        return (place, DEPTH) if depth == 0 else _fault_inside(value, place, judge, depth - 1)
    elif isinstance(value, dt.date):
        why = moment_fault(value)
    else:
        return None
    return (place, why) if why else None


def _fault_inside(
    value: Mapping[Any, Any] | list[Any] | tuple[Any, ...], place: str, judge: Judge, depth: int
) -> tuple[str, str] | None:
    before = f"{place}." if place else ""
    for key, item in value.items() if isinstance(value, Mapping) else enumerate(value):
        name = str(key)
        if why := text_fault(name):
            return f"{before}{visible(name)}", why
        if found := fault(item, f"{before}{name}"[:200], judge, depth):
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


def link_of(url: str) -> str:
    """`url` where a reader may make a link of it, else "": for rows that are older than the rule at the door."""
    return url if is_link(url) else ""


def visible(text: str) -> str:
    """`text` with what cannot be kept replaced by U+FFFD, so that a refusal can name it."""
    return _BAD.sub("\ufffd", text)
