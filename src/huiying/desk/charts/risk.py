"""Drawings of an assessment: the matrix of risks, and what past events did day by day. Geometry only (C6.6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from huiying.foreseeing.models import Risk
from huiying.regulation.schema_duties import RiskAssessment

CELL, LEFT, TOP = 56, 34, 8
WIDTH, HEIGHT, BASE = 640, 150, 130


@dataclass(frozen=True)
class Cell:
    """One square: how grave by the rule (0 = lowest level), and the numbers of the risks that stand in it."""

    x: int
    y: int
    rank: int
    numbers: str

    @property
    def middle(self) -> tuple[int, int]:
        return self.x + CELL // 2, self.y + CELL // 2 + 5


@dataclass(frozen=True)
class Matrix:
    cells: list[Cell]
    across: list[tuple[int, int]]  # x and likelihood
    down: list[tuple[int, int]]  # y and impact


def matrix(risks: Sequence[Risk], rule: RiskAssessment) -> Matrix:
    """Likelihood to the right, impact upwards; the table under it says the same in words."""
    order, cells = rule.risk_levels, []
    spread = max(len(order) - 1, 1)
    for likelihood in range(1, 6):
        for impact in range(1, 6):
            here = [str(n) for n, one in enumerate(risks, 1) if (one.likelihood, one.impact) == (likelihood, impact)]
            # Three shades whatever the number of levels: the lowest, the highest, and what lies between.
            rank = order.index(rule.level_of(likelihood * impact))
            shade = 0 if rank == 0 else 2 if rank == spread else 1
            cells.append(Cell(LEFT + (likelihood - 1) * CELL, TOP + (5 - impact) * CELL, shade, "、".join(here)))
    across = [(LEFT + (n - 1) * CELL + CELL // 2, n) for n in range(1, 6)]
    down = [(TOP + (5 - n) * CELL + CELL // 2 + 5, n) for n in range(1, 6)]
    return Matrix(cells, across, down)


@dataclass(frozen=True)
class Fan:
    """The median of each day, and the field from the least to the most."""

    field: str
    line: str
    days: list[tuple[float, int]]
    top: float


def fan(prediction: dict[str, Any]) -> Fan | None:
    """None where there were too few comparable events: then no curve is drawn."""
    days = prediction.get("days")
    if not prediction.get("enough") or not days:
        return None
    top = max(day["most"] for day in days) or 1
    step = WIDTH / max(len(days) - 1, 1)

    def point(n: int, value: float) -> str:
        return f"{round(n * step, 1)},{round(BASE - 110 * value / top, 1)}"

    upper = [point(n, day["most"]) for n, day in enumerate(days)]
    lower = [point(n, day["least"]) for n, day in enumerate(days)]
    return Fan(
        field=" ".join([*upper, *reversed(lower)]),
        line=" ".join(point(n, day["median"]) for n, day in enumerate(days)),
        days=[(round(n * step, 1), n + 1) for n in range(len(days))],
        top=top,
    )
