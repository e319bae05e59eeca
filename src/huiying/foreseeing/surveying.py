"""What a sample survey says, and how far it may be trusted (C6.3).

A percentage never comes without its n; a small n is flagged; a margin of error stands only beside a random draw.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from huiying.foreseeing.models import Survey
from huiying.people.queries import regulation_now

Z95 = 1.959964  # two-sided, 95 %


@dataclass(frozen=True)
class Answer:
    """One option. There is no way to read the share without the n it is of."""

    text: str
    count: int
    n: int
    margin: float | None  # half the width of the 95 % interval; None where nothing may be inferred
    small: bool

    @property
    def share(self) -> float | None:
        return self.count / self.n if self.n else None


@dataclass(frozen=True)
class Result:
    """One question: how many answered it, over the portal and on paper."""

    text: str
    n: int
    portal: int
    paper: int
    small: bool
    answers: list[Answer]


def counts(row: Survey) -> list[list[int]]:
    """Per question and option: the portal's and the paper's together."""
    return [[a + b for a, b in zip(one, two, strict=True)] for one, two in zip(_portal(row), _paper(row), strict=True)]


def answered(row: Survey) -> int:
    """How many people answered at least: the question that most of them answered, and the sheets counted."""
    portal = max((sum(options) for options in _portal(row)), default=0)
    return portal + row.paper_n


def response_rate(row: Survey) -> float | None:
    """Of those who were asked. Unknown where everybody could come by; never above one."""
    return min(answered(row) / row.asked, 1.0) if row.asked else None


def results(row: Survey, small: int | None = None) -> list[Result]:
    """`small`: as the regulation says, where the caller has it at hand."""
    small = regulation_now().risk_assessment.small_sample if small is None else small
    portal, paper = _portal(row), _paper(row)
    found = []
    for number, question in enumerate(row.questions):
        each = [a + b for a, b in zip(portal[number], paper[number], strict=True)]
        n = sum(each)
        answers = [
            Answer(text, count, n, margin(count, n, row), n < small)
            for text, count in zip(question["options"], each, strict=True)
        ]
        found.append(Result(question["text"], n, sum(portal[number]), sum(paper[number]), n < small, answers))
    return found


def margin(count: int, n: int, row: Survey) -> float | None:
    """Half of the 95 % Wilson interval, narrower where a good part of a known frame was asked; only of a random draw.

    Wilson and not Wald: at 0 of 12 the latter would claim to be certain.
    """
    if row.drawn != Survey.RANDOM or n == 0:
        return None
    share, square = count / n, Z95 * Z95
    half = Z95 / (1 + square / n) * math.sqrt(share * (1 - share) / n + square / (4 * n * n))
    if row.frame_size and row.frame_size > 1:
        half *= math.sqrt(max(row.frame_size - n, 0) / (row.frame_size - 1))
    return half


def told(row: Survey) -> dict[str, Any]:
    """What the ledger keeps: n, frame and instrument (C6.3)."""
    small = regulation_now().risk_assessment.small_sample
    n = answered(row)
    return {
        "survey": row.pk,
        "n": n,
        "small": n < small,
        "asked": row.asked,
        "frame_size": row.frame_size,
        "drawn": row.drawn,
        "has_frame": bool(row.frame),
        "questions": len(row.questions),
    }


def _portal(row: Survey) -> list[list[int]]:
    found = [[0] * len(question["options"]) for question in row.questions]
    if row.consultation is None:
        return found
    for tally in row.consultation.tallies.all():
        found[tally.question][tally.option] = tally.count
    return found


def _paper(row: Survey) -> list[list[int]]:
    return row.paper or [[0] * len(question["options"]) for question in row.questions]
