"""The number of a press release, and how it stands in a web address."""

from __future__ import annotations

import re

SERIES = "新"  # 新〔2026〕1号


def address_of(number: str) -> str:
    """「新〔2026〕1号」 as a part of a web address: 2026-1."""
    return "-".join(re.findall(r"\d+", number))


def number_of(address: str) -> str:
    """The number behind a part of a web address; "" where there can be none."""
    found = re.fullmatch(r"(\d{4})-([1-9]\d{0,8})", address, re.ASCII)
    return f"{SERIES}〔{found[1]}〕{found[2]}号" if found else ""
