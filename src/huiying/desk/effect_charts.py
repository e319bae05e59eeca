"""The heat before and after an answer as drawings: bars side by side and a curve with the releases marked (C3.2).

Geometry only; the templates draw it as SVG that prints and needs no script, with its table behind.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from huiying.desk.forms_following import VERDICTS
from huiying.kernel import clock
from huiying.responding import heat
from huiying.responding.models import EffectReview, Publication

METRICS = {
    "posts": pgettext_lazy("heat", "来文"),
    "per_hour": pgettext_lazy("heat", "每小时来文"),
    "platforms": pgettext_lazy("heat", "平台"),
    "reads": pgettext_lazy("heat", "阅读"),
    "reposts": pgettext_lazy("heat", "转发"),
    "comments": pgettext_lazy("heat", "评论"),
}
WIDTH, HEIGHT, BASE = 640, 150, 130
BAR = 200
BEFORE = dt.timedelta(hours=24)
HOUR = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Bars:
    """One figure before and after; a length is of BAR for the larger of the two, None where it is not known."""

    name: str | Promise
    before: float | None
    after: float | None

    def _length(self, value: float | None) -> float:
        top = max(self.before or 0, self.after or 0)
        return round(BAR * value / top, 1) if value and top else 0

    @property
    def before_length(self) -> float:
        return self._length(self.before)

    @property
    def after_length(self) -> float:
        return self._length(self.after)


@dataclass(frozen=True)
class Look:
    """One review as the page shows it."""

    review: EffectReview
    bars: list[Bars]
    suggested: str | Promise
    verdict: str | Promise
    is_due: bool

    @property
    def is_second_wave(self) -> bool:
        return self.review.verdict == EffectReview.SECOND_WAVE


def look(review: EffectReview) -> Look:
    after = review.after or {}
    return Look(
        review=review,
        bars=[Bars(name, review.before.get(key), after.get(key)) for key, name in METRICS.items()],
        suggested=VERDICTS.get(review.suggested, ""),
        verdict=VERDICTS.get(review.verdict, ""),
        is_due=review.due_at <= clock.now(),
    )


@dataclass(frozen=True)
class Mark:
    """A release on the curve."""

    x: float
    at: dt.datetime
    stage: str


@dataclass(frozen=True)
class Curve:
    line: str
    marks: list[Mark]
    top: int
    series: list[tuple[dt.datetime, int]]
    days: list[tuple[float, dt.datetime]]  # where each day begins


def curve(reviews: Sequence[EffectReview], releases: Sequence[Publication], zone: dt.tzinfo) -> Curve | None:
    """Posts an hour from a day before the first answer until the last look, or now."""
    times = [row.published_at for row in releases if row.published_at]
    if not reviews or not times:
        return None
    since = min(times) - BEFORE
    until = max(min(clock.now(), max(row.due_at for row in reviews)), min(times) + HOUR)
    series = heat.curve(reviews[0].case.event, since, until)
    start, top = series[0][0], max(count for _at, count in series)
    step = WIDTH / max(len(series) - 1, 1)

    def x(at: dt.datetime) -> float:
        return round((at - start) / HOUR * step, 1)

    line = " ".join(
        f"{round(n * step, 1)},{round(BASE - 110 * count / (top or 1), 1)}" for n, (_, count) in enumerate(series)
    )
    days = [(x(at), at) for at, _count in series if at.astimezone(zone).hour == 0]
    marks = [Mark(x(row.published_at), row.published_at, row.stage) for row in releases if row.published_at]
    return Curve(line, [mark for mark in marks if mark.at <= until], top, series, days)


def context_of(reviews: Sequence[EffectReview], releases: Sequence[Publication], zone: dt.tzinfo) -> dict[str, Any]:
    return {"looks": [look(row) for row in reviews], "curve": curve(reviews, releases, zone)}
