"""What the fields of a regulation file are made of: words, and markers that say more than a type; see ``schema``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal


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


LevelCode = Annotated[str, Ref("level")]
RoleCode = Annotated[str, Ref("role")]
DepartmentCode = Annotated[str, Ref("department")]
Code = Annotated[str, FROM_KEY]
Path = Annotated[str, FROM_PATH]
Count = Annotated[int, Between(1, 10000)]
Names = tuple[str, ...]
Window = Annotated[
    str,
    Pattern(
        r"([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)",
        "一天里的时段，如 08:30-12:00",
        "a span of the day such as 08:30-12:00",
    ),
]
DayOrSpan = Annotated[
    str,
    Pattern(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}(/[0-9]{4}-[0-9]{2}-[0-9]{2})?",
        '日期或起止日期，如 "2026-10-01/2026-10-07"',
        'a date or a span such as "2026-10-01/2026-10-07"',
    ),
]
Colour = Annotated[str, Pattern("#[0-9a-fA-F]{6}", '颜色，如 "#1f5fa8"', 'a colour such as "#1f5fa8"')]
# What a case waits for before an internal clock starts; internal nudges, no legal deadline.
Start = Literal[
    "first_known_at", "level_confirmed_at", "transferred_at", "submitted_at", "node_at", "closed_at", "asked_again_at"
]  # fmt: skip
