"""The score of a grade on its scale: where the levels begin, where the score stands, and how far it may reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from huiying.desk.grade import Shown
from huiying.regulation import Regulation

WIDTH = 320.0


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
    return round(WIDTH * min(max(score, 0.0), 100.0) / 100, 1)
