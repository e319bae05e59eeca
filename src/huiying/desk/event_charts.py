"""The drawings of an event: its grade on the scale, its heat hour by hour, its spread from post to post. Geometry
only.

Explicit lines are whole and inferred ones dashed (C10.5); an outlet is a square, a platform's post a circle, what came
in on an own channel a diamond. No node ever bears a person's name.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _t, gettext_lazy as _, pgettext_lazy

from huiying.desk.language import twin
from huiying.engine.heat import Heat
from huiying.judging.spread import Edge, Node, Spread
from huiying.regulation import Regulation

INDICES: dict[str, Any] = {
    "M": _("媒体传播"),
    "Q": _("舆论强度"),
    "A": _("民意态度"),
    "V": _("舆情演变"),
    "C": _("敏感与线下"),
}
INPUTS: dict[str, Any] = {
    "tier": _("媒体层级"),
    "platforms": _("平台数"),
    "reads": _("阅读"),
    "reposts": _("转发"),
    "comments": _("评论"),
    "attitude": _("批评占比"),
    "hours": _("已过小时"),
    "sensitivity": _("敏感度"),
    "offline": _("线下风险"),
}


@dataclass(frozen=True)
class Bar:
    """One of the five: value 0–1, weight, the points it adds, what it was computed from, whether all of it is known."""

    name: str
    value: float
    weight: float
    points: float
    inputs: str
    known: bool


@dataclass(frozen=True)
class Shown:
    score: float
    low: float
    high: float
    bars: tuple[Bar, ...]
    floors: tuple[Mapping[str, str], ...]
    counterfactual: str
    level_low: str
    level_high: str

    @property
    def uncertain(self) -> bool:
        return self.high - self.low >= 0.05

    @property
    def straddles(self) -> bool:
        """The range crosses a threshold: the unknown figures are worth finding out first."""
        return self.level_low != self.level_high


def grade_of(snapshot: Mapping[str, Any]) -> Shown | None:
    """None while nothing was graded yet."""
    if not snapshot:
        return None
    return Shown(
        score=snapshot["score"],
        low=snapshot["low"],
        high=snapshot["high"],
        bars=tuple(_bar(item) for item in snapshot.get("bars", ())),
        floors=tuple(
            {**floor, "reason": twin(floor["reason"], floor.get("reason_en", ""))}
            for floor in snapshot.get("floors", ())
        ),
        counterfactual=twin(snapshot.get("counterfactual", ""), snapshot.get("counterfactual_en", "")),
        level_low=snapshot.get("level_low", ""),
        level_high=snapshot.get("level_high", ""),
    )


def _bar(item: Mapping[str, Any]) -> Bar:
    separator = _t("，")
    return Bar(
        name=str(INDICES.get(item["name"], item["label"])),
        value=item["value"],
        weight=item["weight"],
        points=item["points"],
        inputs=separator.join(f"{INPUTS.get(name, name)} {_figure(value)}" for name, value in item["inputs"].items()),
        known=item["known"],
    )


def _figure(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"


HEAT_WIDTH, BASE, HEAT_TOP = 640.0, 130.0, 110.0
HOUR = dt.timedelta(hours=1)
TERMS: dict[str, str | Promise] = {
    "volume": pgettext_lazy("heat", "来文"),
    "engagement": pgettext_lazy("heat", "互动"),
    "sensitivity": pgettext_lazy("heat", "敏感"),
    "burst": pgettext_lazy("heat", "突增"),
}


@dataclass(frozen=True)
class Layer:
    """One term's band: `points` of an SVG polygon."""

    term: str
    name: str | Promise
    points: str


@dataclass(frozen=True)
class Curve:
    layers: list[Layer]
    line: str
    days: list[tuple[float, dt.datetime]]
    ends: tuple[dt.datetime, dt.datetime]
    rows: list[tuple[dt.datetime, dict[str, float], float]]
    top: Heat
    now: Heat
    last_x: float
    last_y: float


def curve(found: Sequence[Heat], zone: dt.tzinfo) -> Curve | None:
    """None where there are fewer than two hours: a single moment is a figure, not a curve."""
    if len(found) < 2:
        return None
    top = max(found, key=lambda heat: heat.total)
    first, last = found[0].at, found[-1].at
    span = (last - first).total_seconds() or 1.0

    def x(at: dt.datetime) -> float:
        return round(HEAT_WIDTH * (at - first).total_seconds() / span, 1)

    def y(value: float) -> float:
        return round(BASE - HEAT_TOP * value / (top.total or 1.0), 1)

    layers, below = [], [0.0] * len(found)
    for term, name in TERMS.items():
        above = [base + heat.terms[term] for base, heat in zip(below, found, strict=True)]
        upper = [f"{x(heat.at)},{y(value)}" for heat, value in zip(found, above, strict=True)]
        lower = [f"{x(heat.at)},{y(value)}" for heat, value in zip(found, below, strict=True)]
        layers.append(Layer(term, name, " ".join([*upper, *reversed(lower)])))
        below = above
    return Curve(
        layers=layers,
        line=" ".join(f"{x(heat.at)},{y(heat.total)}" for heat in found),
        days=_days(found, zone, x),
        ends=(first, last),
        rows=[(heat.at, heat.terms, heat.total) for heat in found],
        top=top,
        now=found[-1],
        last_x=x(last),
        last_y=y(found[-1].total),
    )


def _days(found: Sequence[Heat], zone: dt.tzinfo, x: Any) -> list[tuple[float, dt.datetime]]:
    """Where each day begins, so far apart that the dates do not run into each other."""
    days = [(x(heat.at), heat.at) for heat in found if heat.at.astimezone(zone).hour == 0 and not heat.at.minute]
    kept: list[tuple[float, dt.datetime]] = []
    for place, at in days:
        if not kept or place - kept[-1][0] >= 60:
            kept.append((place, at))
    return kept


SCALE_WIDTH = 320.0


@dataclass(frozen=True)
class Limit:
    """`x` where a level begins; `code` of the level."""

    x: float
    code: str
    score: float


@dataclass(frozen=True)
class Scale:
    score: float
    low: float
    high: float
    limits: list[Limit]

    @property
    def width(self) -> float:
        return max(self.high - self.low, 1.0)


def scale(grade: Shown, regulation: Regulation) -> Scale:
    thresholds: Mapping[str, float] = regulation.grading.thresholds
    limits = sorted((limit, code) for code, limit in thresholds.items())
    return Scale(_x(grade.score), _x(grade.low), _x(grade.high), [Limit(_x(at), code, at) for at, code in limits])


def _x(score: float) -> float:
    return round(SCALE_WIDTH * min(max(score, 0.0), 100.0) / 100, 1)


SPREAD_WIDTH, LANE, LEFT, RIGHT, SPREAD_TOP = 640.0, 44.0, 112.0, 24.0, 14.0
LANES = 8


@dataclass(frozen=True)
class Dot:
    node: Node
    x: float
    y: float
    radius: float
    shape: str
    number: int

    @property
    def corners(self) -> str:
        """Of the square of an outlet, or of the diamond of an own channel."""
        x, y, r = self.x, self.y, self.radius
        if self.shape == "own":
            return f"{x},{y - r} {x + r},{y} {x},{y + r} {x - r},{y}"
        r *= 0.85
        return f"{x - r:.1f},{y - r:.1f} {x + r:.1f},{y - r:.1f} {x + r:.1f},{y + r:.1f} {x - r:.1f},{y + r:.1f}"


@dataclass(frozen=True)
class Line:
    path: str
    inferred: bool
    edge: Edge
    child: int
    parent: int


@dataclass(frozen=True)
class Lane:
    y: float
    name: str
    posts: int


@dataclass(frozen=True)
class Tick:
    x: float
    at: dt.datetime


@dataclass(frozen=True)
class Row:
    """A line of the table behind the picture."""

    number: int
    node: Node
    edge: Edge | None
    parent: int | None


@dataclass(frozen=True)
class Picture:
    height: float
    dots: list[Dot]
    lines: list[Line]
    lanes: list[Lane]
    ticks: list[Tick]
    rows: list[Row]

    @property
    def ground(self) -> float:
        return self.height - 18


def picture(spread: Spread) -> Picture | None:
    """None below two posts: there is nothing that could have spread."""
    if len(spread.nodes) < 2:
        return None
    lanes = _lanes(spread)
    first, last = spread.nodes[0].at, spread.nodes[-1].at
    span = max((last - first).total_seconds(), 1.0)

    # Storms begin fast: the square root gives the first hours the room that the long tail does not need.
    def x(at: dt.datetime) -> float:
        share = math.sqrt(max((at - first).total_seconds(), 0.0) / span)
        return round(LEFT + (SPREAD_WIDTH - LEFT - RIGHT) * share, 1)

    height = SPREAD_TOP + LANE * len(lanes) + 22
    places = {lane.name: lane.y for lane in lanes}
    dots = _apart([_dot(number, node, x(node.at), places) for number, node in enumerate(spread.nodes, 1)])
    at = {dot.node.post: dot for dot in dots}
    lines = [
        Line(
            _curve(at[edge.parent], at[edge.child]), edge.inferred, edge, at[edge.child].number, at[edge.parent].number
        )
        for edge in spread.edges
    ]
    by_child = {edge.child: edge for edge in spread.edges}
    rows = []
    for dot in dots:
        edge = by_child.get(dot.node.post)
        rows.append(Row(dot.number, dot.node, edge, at[edge.parent].number if edge else None))
    moments = [first + dt.timedelta(seconds=span * share * share) for share in (0.0, 0.5, 1.0)]
    return Picture(height, dots, lines, lanes, [Tick(x(moment), moment) for moment in moments], rows)


def _lanes(spread: Spread) -> list[Lane]:
    """A lane for each platform in the order it was reached; outlets share one of their own; the last takes the rest."""
    names: dict[str, int] = {}
    for node in spread.nodes:
        name = _lane_of(node)
        names[name] = names.get(name, 0) + 1 + node.folded
    kept = list(names.items())
    if len(kept) > LANES:
        kept = [*kept[: LANES - 1], ("", sum(posts for _name, posts in kept[LANES - 1 :]))]
    return [Lane(SPREAD_TOP + LANE * (place + 0.5), name, posts) for place, (name, posts) in enumerate(kept)]


def _lane_of(node: Node) -> str:
    return MEDIA if node.is_outlet else node.place


MEDIA = "媒体"


def _dot(number: int, node: Node, x: float, places: dict[str, float]) -> Dot:
    y = places.get(_lane_of(node), max(places.values()))
    radius = min(4.0 + 2.2 * math.log1p(node.below), 11.0)
    shape = "own" if node.own else "outlet" if node.is_outlet else "post"
    return Dot(node, x, y, round(radius, 1), shape, number)


def _apart(dots: list[Dot]) -> list[Dot]:
    """Dots of one lane at almost the same moment step aside a little, so that each can be seen."""
    moved: list[Dot] = []
    for dot in dots:
        near = [other for other in moved if abs(other.x - dot.x) < 9 and abs(other.y - dot.y) < LANE / 2]
        step = len(near)
        shift = (1 if step % 2 else -1) * ((step + 1) // 2) * 8 if step else 0
        y = dot.y + max(min(shift, LANE / 2 - 6), -(LANE / 2 - 6))
        moved.append(Dot(dot.node, dot.x, round(y, 1), dot.radius, dot.shape, dot.number))
    return moved


def _curve(parent: Dot, child: Dot) -> str:
    middle = round((parent.x + child.x) / 2, 1)
    if abs(parent.y - child.y) < LANE / 2:  # in one lane a straight line would hide behind the dots between
        top = max(round(min(parent.y, child.y) - min(8 + (child.x - parent.x) / 10, LANE / 2), 1), 0.0)
        return f"M{parent.x},{parent.y} Q{middle},{top} {child.x},{child.y}"
    return f"M{parent.x},{parent.y} C{middle},{parent.y} {middle},{child.y} {child.x},{child.y}"
