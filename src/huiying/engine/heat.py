"""How hot an event is, as a sum whose every term is shown (research: SigniTrend's significance beside decayed volume).

H = Σ_platform w · ln(1 + decayed posts) + a · z⁺ + b · ln(1 + decayed engagement) + c · sensitivity.

Constant work a post: each platform keeps one decayed count, the burst keeps one mean and one variance. The only clock
is the posts' own; one that runs backwards counts as now. Nothing here knows who said something.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

HOUR: Final = timedelta(hours=1)
_MOST_PLATFORMS: Final = 64


@dataclass(frozen=True, slots=True)
class HeatModel:
    """`weights` by channel class; `half_life` of a post in hours; `window` of the burst in minutes.

    `floor` is how many posts a window usually brings at least: below it nothing is a burst.
    """

    weights: Mapping[str, float] = field(
        default_factory=lambda: {
            "微博客": 1.0, "短视频": 1.0, "传统媒体": 1.5, "门户网站": 1.2, "微信公众号": 1.1, "论坛": 0.9,
            "新闻跟帖": 0.8, "12345热线": 0.8, "局长信箱": 0.6, "大厅来电来访": 0.8,
        }
    )  # fmt: skip
    other: float = 0.8
    half_life: float = 24.0
    window: float = 10.0
    memory: float = 12.0  # windows over which the usual is averaged
    floor: float = 1.0
    burst: float = 0.5
    burst_half_life: float = 1.0  # hours: a burst stays in sight for a while after its window
    burst_cap: float = 10.0
    engagement: float = 0.4
    sensitivity: float = 0.6


@dataclass(frozen=True, slots=True)
class Signal:
    """What the heat looks at of one post. `engagement`: likes + reposts + comments, None where not known."""

    at: datetime
    channel: str
    engagement: float | None = None
    sensitivity: float = 0


@dataclass(frozen=True, slots=True)
class Heat:
    """`total` is the sum of `volume` (by channel class), `burst`, `engagement` and `sensitivity`.

    `posts`: the decayed count behind each volume term. `significance`: z⁺ of the last burst, fading within hours.
    """

    at: datetime
    total: float
    volume: Mapping[str, float]
    burst: float
    engagement: float
    sensitivity: float
    posts: Mapping[str, float]
    significance: float
    engaged: float

    @property
    def terms(self) -> dict[str, float]:
        """The four terms; they add up to `total`."""
        return {
            "volume": math.fsum(self.volume.values()),
            "burst": self.burst,
            "engagement": self.engagement,
            "sensitivity": self.sensitivity,
        }


class HeatState:
    """The running heat of one event. `add` and `at` cost the same whatever came before."""

    def __init__(self, model: HeatModel | None = None) -> None:
        self._model = model or HeatModel()
        self._now: datetime | None = None
        self._posts: dict[str, float] = {}
        self._engaged = 0.0
        self._sensitivity = 0.0
        self._window_began: datetime | None = None
        self._in_window = 0
        self._mean = 0.0
        self._variance = 0.0
        self._burst = 0.0

    def add(self, signal: Signal) -> None:
        """Count a post in."""
        self._advance(signal.at)
        known = signal.channel in self._posts or len(self._posts) < _MOST_PLATFORMS
        channel = signal.channel if known else ""
        self._posts[channel] = self._posts.get(channel, 0.0) + 1.0
        self._engaged += max(signal.engagement or 0.0, 0.0)
        self._sensitivity = max(self._sensitivity, min(max(signal.sensitivity, 0.0), 5.0))
        self._in_window += 1
        self._burst = max(self._burst, self._significance())

    def at(self, moment: datetime) -> Heat:
        """The heat at `moment`, which may not lie before the last post; the state moves on to it."""
        self._advance(moment)
        model = self._model
        volume = {
            channel: model.weights.get(channel, model.other) * math.log1p(count)
            for channel, count in sorted(self._posts.items())
        }
        significance = self._burst
        burst = model.burst * significance
        engagement = model.engagement * math.log1p(self._engaged)
        # An event that nobody speaks of any more is as grave as before, but not hot.
        fresh = min(1.0, math.fsum(self._posts.values()))
        sensitivity = model.sensitivity * self._sensitivity * fresh
        assert self._now is not None
        return Heat(
            at=self._now,
            total=math.fsum([*volume.values(), burst, engagement, sensitivity]),
            volume=volume,
            burst=burst,
            engagement=engagement,
            sensitivity=sensitivity,
            posts=dict(sorted(self._posts.items())),
            significance=significance,
            engaged=self._engaged,
        )

    def _significance(self) -> float:
        """(x − max(μ, β)) / (σ + β), not below 0: how far the present window stands above the usual (SigniTrend)."""
        floor = self._model.floor
        above = (self._in_window - max(self._mean, floor)) / (math.sqrt(max(self._variance, 0.0)) + floor)
        return min(max(above, 0.0), self._model.burst_cap)

    def _advance(self, moment: datetime) -> None:
        if self._now is None:
            self._now = self._window_began = moment
            return
        if moment <= self._now:
            return
        hours = (moment - self._now) / HOUR
        left = 0.5 ** (hours / self._model.half_life)
        for channel in self._posts:
            self._posts[channel] *= left
        self._engaged *= left
        self._burst *= 0.5 ** (hours / self._model.burst_half_life)
        self._now = moment
        self._turn_windows(moment)

    def _turn_windows(self, moment: datetime) -> None:
        assert self._window_began is not None
        passed = int((moment - self._window_began) / timedelta(minutes=self._model.window))
        if passed <= 0:
            return
        keep = 1.0 - 1.0 / self._model.memory
        self._learn(float(self._in_window), keep)
        if passed > 1:
            # The empty windows between in one step: the mean sinks towards nothing, and so does the variance.
            empty = keep ** (passed - 1)
            self._variance = empty * self._variance + empty * (1 - empty) * self._mean**2
            self._mean *= empty
        self._in_window = 0
        self._window_began += passed * timedelta(minutes=self._model.window)

    def _learn(self, count: float, keep: float) -> None:
        off = count - self._mean
        self._mean += (1 - keep) * off
        self._variance = keep * (self._variance + (1 - keep) * off * off)


def curve(
    signals: Iterable[Signal], until: datetime, *, hours: int = 168, model: HeatModel | None = None
) -> list[Heat]:
    """The heat at the end of each hour from the first post to `until`, at most the last `hours`; none without posts."""
    ordered = sorted(signals, key=lambda signal: signal.at)
    if not ordered:
        return []
    state = HeatState(model)
    end = max(until, ordered[-1].at)
    first = ordered[0].at.replace(minute=0, second=0, microsecond=0) + HOUR
    start = max(first, end - hours * HOUR)
    moments = [start + step * HOUR for step in range(int((end - start) / HOUR) + 1) if start + step * HOUR <= end]
    if not moments or moments[-1] < end:
        moments.append(end)
    found, place = [], 0
    for moment in moments:
        while place < len(ordered) and ordered[place].at <= moment:
            state.add(ordered[place])
            place += 1
        found.append(state.at(moment))
    return found
