"""A case of a drill on the line of its time: each step where it was done, the limit where it ran out. Geometry only."""

from __future__ import annotations

import math
from dataclasses import dataclass

from huiying.overseeing.drills import STEPS, Told

WIDTH, LEFT, RIGHT = 640, 10, 20


@dataclass(frozen=True)
class Mark:
    x: float
    number: int  # of the step, as the legend counts
    minutes: int


@dataclass(frozen=True)
class Line:
    told: Told
    marks: list[Mark]
    due: float | None

    @property
    def cells(self) -> list[int | None]:
        """The minutes of every step in order, for the table."""
        return [self.told.minutes.get(step) for step in STEPS]


def lines(cases: tuple[Told, ...]) -> list[Line]:
    """All cases on one scale. The root gives the first hours the room that the last do not need."""
    longest = max((max((*told.minutes.values(), told.due or 0), default=0) for told in cases), default=0) or 1

    def x(minutes: int) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * math.sqrt(max(minutes, 0) / longest), 1)

    made = []
    for told in cases:
        marks: list[Mark] = []
        for number, step in enumerate(STEPS, 1):
            if step in told.minutes:
                at = x(told.minutes[step])
                # A step within moments of the one before stands beside it, not upon it.
                marks.append(Mark(max(at, marks[-1].x + 15) if marks else at, number, told.minutes[step]))
        made.append(Line(told, marks, x(told.due) if told.due is not None else None))
    return made
