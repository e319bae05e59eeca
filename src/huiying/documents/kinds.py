"""The kinds of documents: how each is numbered, composed and signed, and what it is about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from huiying.documents.composing import Basis, Composed
from huiying.documents.compositors import daily_log, special_report

DAY, CASE, OBJECT = "day", "case", "object"


@dataclass(frozen=True)
class Kind:
    """`about`: a day (or a moment), a case, or one thing that the casework made (a slip, a letter, a meeting).

    `series`: how the number is written; `{year}`, `{n}`. "" where the number is that of the thing itself.
    `places`: who signs there, by capability; "" for whoever may sign the document at all.
    """

    code: str
    about: str
    compose: Callable[[Basis], Composed]
    series: str = ""
    places: tuple[tuple[str, str], ...] = ()


KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind("log", DAY, daily_log.compose, places=(("值班员", "duty"), ("带班领导", "escalation"))),
        Kind(
            "report", CASE, special_report.compose, "〔{year}〕第{n}期",
            places=(("拟稿", ""), ("审核", "office"), ("签发", "lead_bureau")),
        ),
    )
}  # fmt: skip


def compose(basis: Basis) -> Composed:
    """Compose, or compose again: the same basis gives the same document (INV-9)."""
    return KINDS[basis.kind].compose(basis)
