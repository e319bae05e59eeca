"""Early alarms: does the shape of an event's first posts look like one that grows large (C6.11, C6.12)?

A small logistic model over when the posts came, how many voices there are, and how deep the reposts go. It knows
no person: a voice is counted, never named. Two levels, 观察 and 预警, each a threshold; the threshold of an event
with more posts is higher, because by then an alarm has less to give. Every alarm says in words what it saw.
A bureau without feedback of its own begins with weights fitted to 404 public cascades (times, voices and reposts).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from huiying.engine.said import Said

Shape = tuple[float, ...]

LEAST_POSTS: Final = 6
_MOST_POSTS: Final = 200  # beyond them an event is large already: the model is not asked to look further
_MIDDLE: Final = 40.0
_PIVOT: Final = 60.0
#: The posts at which a shape is read while learning and measuring: some twelve per cent apart.
CHECKPOINTS: Final = tuple(sorted({round(LEAST_POSTS * 1.12**step) for step in range(31)}))

_NAMES: Final = (
    "posts", "age", "tenth", "quarter", "half", "longest_gap", "usual_gap", "same_moment",
    "voices", "roots", "deep", "parents", "evening", "noon",
)  # fmt: skip
_WITH_POSTS: Final = ("age", "tenth", "quarter", "half", "same_moment", "voices")

_RUSH_POSTS: Final = 10
_RUSH_SECONDS: Final = 600.0
#: How far a bureau's budget may move a bar from the usual one, down and up.
BAR_DOWN: Final = 1.5
BAR_UP: Final = 3.0
_ABOVE: Final = 0.001

WATCH: Final = "watch"
ALERT: Final = "alert"


@dataclass(frozen=True, slots=True)
class Heard:
    """One post of an event, as far as an alarm looks: `at` in seconds since the epoch, in UTC.

    `voice` is any tag that tells voices apart, None where unknown; `parent` is "" for a post that repeats none, "root"
    for one that repeats the first, anything else for one that repeats another.
    """

    at: float
    voice: str | None = None
    parent: str = ""


def shape_of(posts: Sequence[Heard]) -> Shape:
    """The shape of the posts so far, oldest first; at least two. Times are logarithms of minutes."""
    posts = posts[:_MOST_POSTS]
    times = [post.at - posts[0].at for post in posts]
    count, now = len(times), times[-1]
    gaps = [after - before for before, after in pairwise(times)]
    recent = sorted(gaps[-max(3, count // 3) :])
    voices = [post.voice for post in posts if post.voice is not None]
    parents = {post.parent for post in posts}
    hour = posts[-1].at / 3600 % 24 * math.pi / 12
    told = {
        "posts": math.log(count / _MIDDLE),
        "age": _minutes(now),
        "tenth": _minutes(now - times[max(0, count - 1 - math.ceil(count * 0.1))]),
        "quarter": _minutes(now - times[max(0, count - 1 - math.ceil(count * 0.25))]),
        "half": _minutes(now - times[max(0, count - 1 - math.ceil(count * 0.5))]),
        "longest_gap": _minutes(recent[-1]),
        "usual_gap": _minutes(recent[len(recent) // 2]),
        "same_moment": sum(gap == 0 for gap in gaps) / len(gaps),
        "voices": len(set(voices)) / len(voices) if voices else 1.0,
        "roots": sum(post.parent == "" for post in posts) / count,
        "deep": sum(post.parent not in ("", "root") for post in posts) / count,
        "parents": math.log1p(len(parents)) / math.log1p(count),
        "evening": math.sin(hour),
        "noon": math.cos(hour),
    }
    plain = [told[name] for name in _NAMES]
    crossed = [told["posts"] ** 2, *(told[name] * told["posts"] for name in _WITH_POSTS)]
    bent = [told["tenth"] * told["age"], told["quarter"] * told["age"], told["tenth"] ** 2, told["age"] ** 2]
    return tuple(plain + crossed + bent)


def _minutes(seconds: float) -> float:
    return math.log1p(max(seconds, 0.0) / 60)


@dataclass(frozen=True, slots=True)
class AlarmModel:
    """Logistic weights over standardised shapes."""

    means: tuple[float, ...]
    scales: tuple[float, ...]
    weights: tuple[float, ...]
    bias: float

    def logit(self, shape: Shape) -> float:
        """How much speaks for a large event; 0 is even odds."""
        parts = zip(shape, self.means, self.scales, self.weights, strict=True)
        return self.bias + sum((value - mean) / scale * weight for value, mean, scale, weight in parts)


@dataclass(frozen=True, slots=True)
class Threshold:
    """An alarm of this level needs `least` at sixty posts and `slope` more for each e-fold of posts beyond."""

    least: float
    slope: float

    def at(self, posts: int) -> float:
        """The logit that so many posts have to reach."""
        return self.least + self.slope * math.log(max(posts, LEAST_POSTS) / _PIVOT)


def fit(shapes: Sequence[Shape], grew: Sequence[bool], strength: float = 0.03) -> AlarmModel:
    """Fit the weights to shapes and whether their event grew large; `strength` is the inverse of the penalty."""
    table = np.array(shapes)
    means, spread = table.mean(axis=0), table.std(axis=0)
    scales = np.where(spread < 1e-4, 1.0, spread)  # what never varies says nothing, and must not divide
    # Only learning needs it, and it takes longer to load than all of ours: other commands start without.
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=strength, max_iter=2000)
    model.fit((table - means) / scales, np.array(grew))
    return AlarmModel(_floats(means), _floats(scales), _floats(model.coef_[0]), round(float(model.intercept_[0]), 5))


def _floats(values: npt.NDArray[Any]) -> tuple[float, ...]:
    return tuple(round(float(value), 5) for value in values)


def words_for(posts: Sequence[Heard], platforms: int = 1) -> Said:
    """What an alarm saw, as a person would say it: how many, how fast, how many voices, how deep."""
    count, now = len(posts), posts[-1].at
    span = _span(now - posts[0].at)
    zh, en = [f"{span.zh}内已有 {count} 条"], [f"{count} posts within {span.en}"]
    for minutes in (10, 60):
        recent = sum(now - post.at <= minutes * 60 for post in posts)
        if 2 <= recent < count:
            zh.append(f"最近 {minutes} 分钟 {recent} 条")
            en.append(f"{recent} of them in the last {minutes} min")
            break
    voices = [post.voice for post in posts if post.voice is not None]
    if voices:
        zh.append(f"来自 {len(set(voices))} 个不同的声音")
        en.append(f"from {len(set(voices))} different voices")
    deep = sum(post.parent not in ("", "root") for post in posts)
    if deep:
        zh.append(f"其中 {deep} 条是转发的转发")
        en.append(f"{deep} are reposts of reposts")
    if platforms > 1:
        zh.append(f"出现在 {platforms} 个平台")
        en.append(f"on {platforms} platforms")
    return Said("，".join(zh), ", ".join(en))


def _span(seconds: float) -> Said:
    minutes = max(1, round(seconds / 60))
    if minutes < 120:
        return Said(f"{minutes} 分钟", f"{minutes} min")
    hours = round(minutes / 60)
    return Said(f"{hours} 小时", f"{hours} h") if hours < 72 else Said(f"{hours // 24} 天", f"{hours // 24} days")


def rushes(posts: Sequence[Heard]) -> bool:
    """Ten posts within ten minutes are worth a look, whatever the model says of the rest."""
    return any(
        last.at - first.at <= _RUSH_SECONDS for first, last in zip(posts, posts[_RUSH_POSTS - 1 :], strict=False)
    )


def bar_for(budget: float, events: Sequence[tuple[float, bool | None]], weeks: float, usual: float) -> float:
    """The lowest bar under which at most `budget` false alarms a week are to be expected, near the `usual` one.

    `events`: the most that ever spoke for each event, and whether its alarm proved real, None where nobody has said.
    What nobody has judged counts as false at the rate of what was judged, one of each kind added.
    """
    judged = [real for _peak, real in events if real is not None]
    rate = (judged.count(False) + 1) / (len(judged) + 2)
    expected, bar = 0.0, usual + BAR_UP
    lowest = usual - BAR_DOWN
    for peak, real in sorted(events, key=lambda one: -one[0]):
        expected += (rate if real is None else float(not real)) / max(weeks, 1.0)
        if expected > budget:
            # Just above what would break the budget.
            return round(min(max(peak + _ABOVE, lowest), usual + BAR_UP), 3)
        bar = min(bar, peak)
    return round(max(lowest, min(bar, usual)), 3)


# fmt: off
MODEL: Final = AlarmModel(
    means=(
        -0.4495, 4.938, 2.0187, 2.7634, 3.4858, 2.2684, 1.0016, 0.2703, 0.8309, 0.0852, 0.1235,
        0.3942, -0.4587, 0.275, 0.9863, -1.5651, -0.3639, -0.6469, -0.9982, -0.0563, -0.43, 12.7946,
        16.933, 7.952, 29.9189,
    ),
    scales=(
        0.8856, 2.3527, 1.969, 2.0903, 2.1215, 1.9517, 1.264, 0.2735, 0.2762, 0.0929, 0.2582,
        0.1159, 0.5298, 0.6582, 1.0256, 4.8103, 2.3721, 2.9493, 3.5282, 0.3432, 0.7783, 18.1375,
        20.0393, 15.078, 26.9685,
    ),
    weights=(
        0.8064, 0.3207, -0.4683, -0.2885, -0.0704, -0.2887, -0.0368, 0.1108, -0.2409, 0.4973,
        -0.1975, -0.0785, -0.0887, 0.0932, 0.479, 0.2967, -0.0972, -0.0911, -0.197, -0.0445, 0.2803,
        0.1771, 0.4875, 0.0253, -0.1349,
    ),
    bias=-0.83079,
)
# fmt: on
THRESHOLDS: Final = {
    WATCH: Threshold(0.45, 0.4),
    ALERT: Threshold(0.75, 0.2),
}
