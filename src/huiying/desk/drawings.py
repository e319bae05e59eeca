"""Drawings of the overview, the month, the wall and a drill: geometry only, with the table behind.

A level has its shape, a number its length or area: colour says nothing that is not said besides.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from huiying.desk.templatetags.desk import COLOURS, SHAPES
from huiying.overseeing.drills import STEPS, Told
from huiying.overseeing.overview import LevelNow, Row as Counted, Running, Trend
from huiying.people.roster import is_night
from huiying.regulation import Regulation

# --- the line of time ------------------------------------------------------------------------------------------------

WIDTH, LEFT, NOW, LANE, TOP = 640, 84, 176, 32, 8
AHEAD = dt.timedelta(hours=48)
BEHIND = dt.timedelta(hours=12)
TICKS = (6, 12, 24, 48)
STEP = 11  # between two shapes that would cover each other
SHOWN = 40  # of one level; the table behind has all


@dataclass(frozen=True)
class Mark:
    x: float
    y: float
    row: Running
    overdue: bool


@dataclass(frozen=True)
class Lane:
    level: str
    shape: str
    colour: str
    y: int
    marks: list[Mark]
    overdue: int
    soon: int
    running: int
    first: Running | None


@dataclass(frozen=True)
class Strip:
    lanes: list[Lane]
    ticks: list[tuple[float, int]]  # x and hours from now
    height: int

    @property
    def ground(self) -> int:
        return self.height - 22


def strip(levels: Sequence[LevelNow], regulation: Regulation, now: dt.datetime) -> Strip:
    """Left of the line is over its time, right of it is what is left; the ends hold whatever lies further out."""
    shapes = {
        level.code: (level.shape or SHAPES[min(n, len(SHAPES) - 1)], COLOURS.get(level.colour, "blue"))
        for n, level in enumerate(regulation.levels)
    }
    lanes = []
    for n, told in enumerate(levels):
        y = TOP + LANE * n + LANE // 2
        shape, colour = shapes[told.level]
        lanes.append(
            Lane(
                told.level, shape, colour, y, _marks(told.cases[:SHOWN], y, now), told.overdue, told.soon,
                len(told.cases), told.cases[0] if told.cases else None,
            )
        )  # fmt: skip
    ticks = [(_x(dt.timedelta(hours=hours)), hours) for hours in TICKS]
    return Strip(lanes, ticks, TOP + LANE * len(levels) + 24)


def _x(left: dt.timedelta) -> float:
    if left < dt.timedelta(0):
        share = min(-left / BEHIND, 1.0)
        return round(NOW - 8 - share * (NOW - LEFT - 16), 1)
    # The square root gives the hours that decide something more room than tomorrow's.
    share = math.sqrt(min(left / AHEAD, 1.0))
    return round(NOW + 8 + share * (WIDTH - NOW - 20), 1)


def _marks(rows: Iterable[Running], y: int, now: dt.datetime) -> list[Mark]:
    made: list[Mark] = []
    for row in rows:
        x = _x(row.due_at - now)
        near = sum(abs(other.x - x) < STEP for other in made)
        shift = (1 if near % 2 else -1) * ((near + 1) // 2) * STEP if near else 0
        made.append(Mark(x, y + max(min(shift, LANE // 2 - 5), 5 - LANE // 2), row, row.due_at < now))
    return made


# --- days ------------------------------------------------------------------------------------------------------------

BAR_WIDTH, BAR_HEIGHT = 10, 28


@dataclass(frozen=True)
class Bar:
    x: int
    y: float
    height: float
    day: dt.date
    n: int


@dataclass(frozen=True)
class Bars:
    """A row of days. All rows of one trend have one scale."""

    name: str
    total: int
    bars: list[Bar]

    @property
    def width(self) -> int:
        return len(self.bars) * BAR_WIDTH


def bars(rows: Iterable[Counted], told: Trend) -> list[Bars]:
    top = told.most or 1
    made = []
    for row in rows:
        drawn = []
        for n, (day, count) in enumerate(zip(told.days, row.counts, strict=True)):
            # What was heard at all is seen, however small beside the highest day.
            height = max(round(BAR_HEIGHT * count / top, 1), 1.5) if count else 0
            drawn.append(Bar(n * BAR_WIDTH, BAR_HEIGHT - height, height, day, count))
        made.append(Bars(row.name, row.total, drawn))
    return made


def most(rows: Sequence[Bars], n: int) -> list[Bars]:
    """The `n` rows that hold most, in their order."""
    kept = sorted(rows, key=lambda row: -row.total)[:n]
    return [row for row in rows if row in kept]


# --- hours of a month ------------------------------------------------------------------------------------------------

CELL, DAY_LEFT, HOUR_TOP = 24, 56, 22


@dataclass(frozen=True)
class Square:
    x: float
    y: float
    side: float
    shade: int  # 1 to 4, with the area
    n: int
    day: dt.date
    hour: int


@dataclass(frozen=True)
class Hours:
    """A row a day, a column an hour; the area of a square is its number."""

    squares: list[Square]
    days: list[tuple[int, dt.date]]
    hours: list[tuple[int, int]]
    night: list[int]  # x of each hour in which the night shift has the desk
    height: int
    most: int
    total: int

    @property
    def width(self) -> int:
        return DAY_LEFT + 24 * CELL


def _is_night(hour: int) -> bool:
    return is_night(dt.datetime(2000, 1, 1, hour, 30, tzinfo=dt.UTC), dt.UTC)


def hours(found: Mapping[tuple[int, int], int], days: Sequence[dt.date]) -> Hours:
    most = max(found.values(), default=0)
    squares = []
    for day in days:
        for hour in range(24):
            n = found.get((day.day, hour), 0)
            if n:
                side = round((CELL - 4) * max(n / most, 0.06) ** 0.5, 1)
                x, y = DAY_LEFT + hour * CELL, HOUR_TOP + (day.day - 1) * CELL
                shift = (CELL - side) / 2
                squares.append(Square(round(x + shift, 1), round(y + shift, 1), side, -(-4 * n // most), n, day, hour))
    return Hours(
        squares=squares,
        days=[(HOUR_TOP + (day.day - 1) * CELL + 17, day) for day in days if day.day == 1 or not day.day % 5],
        hours=[(DAY_LEFT + hour * CELL, hour) for hour in range(0, 24, 3)],
        night=[DAY_LEFT + hour * CELL for hour in range(24) if _is_night(hour)],
        height=HOUR_TOP + len(days) * CELL + 4,
        most=most,
        total=sum(found.values()),
    )


DRILL_WIDTH, DRILL_LEFT, RIGHT = 640, 10, 20


@dataclass(frozen=True)
class DrillMark:
    x: float
    number: int  # of the step, as the legend counts
    minutes: int


@dataclass(frozen=True)
class Line:
    told: Told
    marks: list[DrillMark]
    due: float | None

    @property
    def cells(self) -> list[int | None]:
        """The minutes of every step in order, for the table."""
        return [self.told.minutes.get(step) for step in STEPS]


def lines(cases: tuple[Told, ...]) -> list[Line]:
    """All cases on one scale. The root gives the first hours the room that the last do not need."""
    longest = max((max((*told.minutes.values(), told.due or 0), default=0) for told in cases), default=0) or 1

    def x(minutes: int) -> float:
        return round(DRILL_LEFT + (DRILL_WIDTH - DRILL_LEFT - RIGHT) * math.sqrt(max(minutes, 0) / longest), 1)

    made = []
    for told in cases:
        marks: list[DrillMark] = []
        for number, step in enumerate(STEPS, 1):
            if step in told.minutes:
                at = x(told.minutes[step])
                # A step within moments of the one before stands beside it, not upon it.
                marks.append(DrillMark(max(at, marks[-1].x + 15) if marks else at, number, told.minutes[step]))
        made.append(Line(told, marks, x(told.due) if told.due is not None else None))
    return made
