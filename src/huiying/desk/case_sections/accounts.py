"""联动发布 on the case's page 回应 (`desk/parts/case_accounts.html`): account by account, and how far apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from huiying.handling.models import Case
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.people.queries import regulation_of
from huiying.people.words import display_name
from huiying.responding import linked
from huiying.responding.channels.registry import SENDING
from huiying.responding.models import Publication
from huiying.responding.queries import current_revision
from huiying.responding.readiness.texts import missing_families
from huiying.responding.targets import place_name

WIDE = 240


@dataclass(frozen=True)
class Line:
    """One account of a release, and what may be done about it."""

    row: Publication
    carries_facts: bool
    by_program: bool
    can_retry: bool
    can_by_hand: bool


@dataclass(frozen=True)
class Meter:
    """The skew drawn to scale: a dot for each account, a stroke where the allowed time ends."""

    skew: linked.Skew
    dots: list[tuple[float, str]]
    limit_at: float
    first: str
    last: str


@dataclass(frozen=True)
class Shown:
    release: linked.Release
    stage: str
    lines: list[Line]
    meter: Meter | None


def section(case: Case, user: User) -> dict[str, Any]:
    """A handful of queries, whatever the number of releases and accounts."""
    regulation = regulation_of(case.regulation)
    publishes = may(user, "release.publish").allowed
    shown = []
    for release in linked.releases(case):
        lines = [line_of(row, release.carries_facts[row.target], publishes) for row in release.rows]
        stage = display_name(regulation, "stage", release.revision.stage)
        shown.append(Shown(release, stage, lines, _meter(release)))
    return {
        "accounts_shown": shown,
        "accounts_missing": _missing(case),
        "accounts_excuse": linked.excuse_of(case),
    }


def _missing(case: Case) -> str:
    """While it is written: which texts are wanting. Once it is answered: where it is not public yet (C8.9)."""
    if case.state == "answered":
        return " ".join(linked.why_not_linked(case))
    revision = current_revision(case) if case.state in ("handling", "reviewing", "approved") else None
    return missing_families(case, revision) if revision is not None else ""


def line_of(row: Publication, carries_facts: bool, publishes: bool) -> Line:
    by_program = row.channel in SENDING
    failed = row.state == Publication.FAILED
    queued = row.state == Publication.QUEUED
    return Line(
        row,
        carries_facts,
        by_program,
        can_retry=publishes and by_program and failed,
        can_by_hand=publishes and by_program and (failed or queued),
    )


def _meter(release: linked.Release) -> Meter | None:
    skew = release.skew
    if skew is None or len(skew.marks) + skew.waiting + skew.failed < 2:
        return None
    whole = max(skew.length, skew.limit).total_seconds() or 1.0
    names = {row.target: place_name(row) for row in release.rows}
    dots = [((at - skew.first).total_seconds() / whole * WIDE, names[target]) for target, at in skew.marks]
    return Meter(
        skew,
        [(round(x, 1), name) for x, name in dots],
        round(skew.limit.total_seconds() / whole * WIDE, 1),
        names[skew.marks[0][0]],
        names[skew.marks[-1][0]],
    )
