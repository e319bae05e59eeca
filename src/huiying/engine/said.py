"""One sentence in the two languages: made at the same place, so that the twins cannot drift apart."""

from __future__ import annotations

from typing import NamedTuple


class Said(NamedTuple):
    """A sentence in Chinese and its English twin. What a text itself says stays as written, within 「」."""

    zh: str
    en: str
