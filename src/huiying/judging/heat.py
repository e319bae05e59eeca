"""The heat of an event, hour by hour, with every term (research §4): computed from its posts when asked for."""

from __future__ import annotations

import datetime as dt

from huiying.engine.heat import Heat, Signal, curve
from huiying.judging.material import Material, PostFacts
from huiying.kernel import clock

HOURS = 168
_ENGAGEMENT = ("likes", "reposts", "comments")


def heat_curve(material: Material, hours: int = HOURS) -> list[Heat]:
    """The heat at the end of each hour, oldest first, the last one now; none without posts. No query."""
    signals = (Signal(row.at, row.channel, _engagement(row), row.sensitivity) for row in material.rows)
    return curve(signals, clock.now(), hours=hours)


def heat_now(material: Material) -> Heat | None:
    """The heat at this moment; None without posts."""
    found = heat_curve(material, hours=1)
    return found[-1] if found else None


def peak(found: list[Heat]) -> Heat | None:
    """The hottest hour, the first of several."""
    return max(found, key=lambda heat: heat.total, default=None)


def rises(found: list[Heat], over: dt.timedelta = dt.timedelta(hours=3)) -> float | None:
    """How much hotter it is than some hours ago; None where the event is younger than that."""
    if not found:
        return None
    before = [heat for heat in found if heat.at <= found[-1].at - over]
    return found[-1].total - before[-1].total if before else None


def _engagement(row: PostFacts) -> float | None:
    known = [value for name in _ENGAGEMENT if (value := row.figure(name)) is not None]
    return sum(known) if known else None
