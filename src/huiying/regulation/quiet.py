"""Hours in which nobody is rung for an internal nudge. A legal deadline knows none (C5.12)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from huiying.regulation.regulation import Regulation

_DAY = 24 * 60


def quiet_until(regulation: Regulation, at: datetime) -> datetime | None:
    """When the quiet hours that hold at `at` end; None where none hold. 22:00-24:00 and 00:00-06:30 are one night."""
    spans = [tuple(map(_minute, window.split("-"))) for window in regulation.clocks.quiet_hours]
    local = at.astimezone(regulation.zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    minute = local.hour * 60 + local.minute
    end = minute
    while (found := _end(spans, end % _DAY)) is not None and end - minute < _DAY:
        end += found - end % _DAY
    if end == minute:
        return None
    day, rest = divmod(end, _DAY)
    wall = (midnight + timedelta(days=day)).replace(hour=rest // 60, minute=rest % 60)
    return wall.astimezone(UTC)


def _end(spans: list[tuple[int, ...]], minute: int) -> int | None:
    return max((until for begun, until in spans if begun <= minute < until), default=None)


def _minute(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)
