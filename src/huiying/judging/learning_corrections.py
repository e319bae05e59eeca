"""What the bureau said against, or in favour of, the rules: the material to learn from (C5.14, C7.1).

A concern that persons decided, and the department that a case was routed to at last. Both as the record holds them;
nothing here asks who wrote a post.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from huiying.judging import opening, regulation_cache
from huiying.judging.models import ConcernDecision, Event, EventPost, LearningRun
from huiying.ledger.models import LedgerEntry
from huiying.listening.models import Post


@dataclass(frozen=True)
class Correction:
    """One matter: its text, what persons said, what the rules had said. In the order in which persons said it."""

    event: int
    title: str
    body: str
    said: str
    rules: str
    at: dt.datetime

    @property
    def text(self) -> tuple[str, str]:
        """As models read it."""
        return self.title, self.body


def corrections(target: str) -> list[Correction]:
    """Every correction of a target, oldest first; one a matter, the last word of it."""
    said = _concerns() if target == LearningRun.CONCERN else _leads()
    found = [row for row in (_correction(target, event, *word) for event, word in said.items()) if row is not None]
    return sorted(found, key=lambda row: (row.at, row.event))


def _concerns() -> dict[int, tuple[str, dt.datetime]]:
    rows = ConcernDecision.objects.filter(agreed=True).order_by("id")
    return {event: (concern, at) for event, concern, at in rows.values_list("event_id", "concern", "at")}


def _leads() -> dict[int, tuple[str, dt.datetime]]:
    """From the record of the cases, which the rooms below keep: the last department that a case was routed to."""
    codes = {department.name: code for code, department in regulation_cache.regulation().departments.items()}
    rows = LedgerEntry.objects.filter(chain__startswith="case:", kind__in=("case.opened", "case.routed"))
    opened: dict[str, str] = {}
    routed: dict[str, tuple[str, dt.datetime]] = {}
    for row in rows.order_by("id").iterator(chunk_size=2000):
        payload = row.data or {}
        if row.kind == "case.opened":
            opened[row.chain] = str(payload.get("event", ""))
        elif (code := codes.get(str(payload.get("lead", "")))) is not None:
            routed[row.chain] = (code, row.at)
    numbers = dict(_in_parts(opened.values()))
    return {numbers[opened[chain]]: word for chain, word in routed.items() if opened.get(chain) in numbers}


def _in_parts(numbers: Iterable[str]) -> Iterator[tuple[str, int]]:
    wanted = sorted(set(numbers))
    for start in range(0, len(wanted), 500):
        yield from Event.objects.filter(number__in=wanted[start : start + 500]).values_list("number", "pk")


def _correction(target: str, event: int, said: str, at: dt.datetime) -> Correction | None:
    """Danger to life is a path of its own: nothing is learned from it."""
    members = EventPost.objects.filter(
        event=event, withdrawn_at__isnull=True, event__life_safety=False, event__sensitive=""
    )
    screenings = [row.post.screening for row in members.select_related("post__screening").defer("post__sealed_text")]
    if not screenings:
        return None
    gravest = opening.gravest_of(screenings)
    post = Post.objects.only("title", "text").get(pk=gravest.post_id)
    rules = gravest.concern if target == LearningRun.CONCERN else gravest.lead
    return Correction(event, post.title, post.text, said, rules, at)
