"""The spread of an event as a picture: time to the right, a lane for each platform, lines from post to post.

Explicit lines are whole and inferred ones dashed (DOMAIN C10.5: an inference always looks different); an outlet is a
square, a platform's post a circle, what came in on an own channel a diamond. No node ever bears a person's name.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

from huiying.judging.spread import Edge, Node, Spread

WIDTH, LANE, LEFT, RIGHT, TOP = 640.0, 44.0, 112.0, 24.0, 14.0
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
        return round(LEFT + (WIDTH - LEFT - RIGHT) * share, 1)

    height = TOP + LANE * len(lanes) + 22
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
    return [Lane(TOP + LANE * (place + 0.5), name, posts) for place, (name, posts) in enumerate(kept)]


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
