"""The heat of an event as a stack of its terms, hour by hour."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from huiying.engine.heat import Heat

WIDTH, BASE, TOP = 640.0, 130.0, 110.0
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
        return round(WIDTH * (at - first).total_seconds() / span, 1)

    def y(value: float) -> float:
        return round(BASE - TOP * value / (top.total or 1.0), 1)

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
