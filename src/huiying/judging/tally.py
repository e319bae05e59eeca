"""What an event's members add up to (§4.2). Kept with the event, so that a post more costs the same at the tenth member
and at the hundred-thousandth; counting all members again gives the same (INV-12).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from huiying.judging import regulation_cache
from huiying.judging.models import Screening
from huiying.listening.models import Post

FLAGS: Final = ("casualty", "hot_list", "superior", "outage")
_TOTALS: Final = ("reads", "reposts", "comments")
_PARTS: Final = 1_000_000  # criticism is summed in whole millionths: a sum must not depend on its order


@dataclass
class Tally:
    """Sums, greatest values and the gravest screening. Times are ISO text, since it lives as JSON.

    `totals` holds only figures that somebody knows; `criticism` is [millionths, how many posts].
    """

    members: int = 0
    channel_class: str = ""
    last_received: str = ""
    totals: dict[str, int] = field(default_factory=dict)
    platforms: list[str] = field(default_factory=list)
    said_platforms: float = 0
    tier: int | None = None
    hours: float | None = None
    criticism: list[int] = field(default_factory=lambda: [0, 0])
    sensitivity: int = 0
    offline: float = 0
    flags: list[str] = field(default_factory=list)
    concerns: list[str] = field(default_factory=list)
    gravest: list[Any] = field(default_factory=list)  # [level, sensitivity, score, id] of its screening

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def add(self, post: Post, screening: Screening) -> bool:
        """Count a member in that is no later version of one counted before; whether it is now the gravest."""
        self.weigh(post, screening)
        return self.speak(post, screening)

    def speak(self, post: Post, screening: Screening) -> bool:
        """What every member tells, versions too: its concern, its place in the order, how grave it is."""
        if not self.members:
            self.channel_class = post.channel_class
        self.members += 1
        self.last_received = post.received_at.astimezone(dt.UTC).isoformat()
        _once(self.concerns, screening.concern)
        key = [screening.level, screening.sensitivity, screening.score, screening.pk]
        if self.gravest and order(self.gravest) >= order(key):
            return False
        self.gravest = key
        return True

    def weigh(self, post: Post, screening: Screening) -> None:
        """The figures of one post, in its latest version: an edited post must not count its readers twice."""
        said: Mapping[str, Any] = screening.figures
        for name in _TOTALS:
            if (figure := post.metrics.get(name)) is not None:
                self.totals[name] = self.totals.get(name, 0) + figure
        _once(self.platforms, post.platform)
        self.said_platforms = max(self.said_platforms, said.get("platforms") or 0)
        self.tier = _greater(self.tier, said.get("tier"))
        self.hours = _greater(self.hours, said.get("hours"))
        if (attitude := said.get("attitude")) is not None:
            self.criticism = [self.criticism[0] + round(attitude * _PARTS), self.criticism[1] + 1]
        self.sensitivity = max(self.sensitivity, screening.sensitivity)
        self.offline = max(self.offline, said.get("offline") or 0)
        for name in FLAGS:
            if said.get(name):
                _once(self.flags, name)

    @property
    def attitude(self) -> float | None:
        """The mean share of criticism; None where no post tells."""
        total, count = self.criticism
        return total / _PARTS / count if count else None


def read(kept: Mapping[str, Any]) -> Tally | None:
    """The tally of an event as it was kept; None where members must be counted."""
    return Tally(**kept) if kept else None


def of(members: Iterable[tuple[Post, Screening]]) -> Tally:
    """Count all members, in the order in which they stood."""
    tally = Tally()
    latest: dict[tuple[str, str], tuple[Post, Screening]] = {}
    for post, screening in members:
        tally.speak(post, screening)
        latest[post.platform, post.native_id] = (post, screening)
    for post, screening in latest.values():
        tally.weigh(post, screening)
    return tally


def order(gravest: list[Any]) -> tuple[int, int, float, int]:
    """The gravest post speaks for the event; of two alike the earlier one (a few hundredths more sure are alike)."""
    level, sensitivity, score, pk = gravest
    return (regulation_cache.regulation().rank(level) if level else -1, sensitivity, round(score, 1), -pk)


def _once(kept: list[str], word: str) -> None:
    if word not in kept:
        kept.append(word)


def _greater(one: Any, other: Any) -> Any:
    return other if one is None else one if other is None else max(one, other)
