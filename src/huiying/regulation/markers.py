"""What a field of the schema can say about its value beyond its type."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Ref:
    """The word names something of this kind that the file itself lists."""

    kind: str


@dataclass(frozen=True)
class Keys:
    """The keys of a mapping name things of this kind; ``complete``: each of them must be there."""

    kind: str
    complete: bool = False


@dataclass(frozen=True)
class Between:
    """Inclusive bounds of a number."""

    low: float
    high: float


@dataclass(frozen=True)
class Pattern:
    """A text of this form; ``words`` says it to people, in Chinese and English."""

    regex: str
    zh: str
    en: str


FROM_KEY = "from key"
FROM_PATH = "from path"
