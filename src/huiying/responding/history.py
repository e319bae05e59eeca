"""What became of each public text of a case: it stands, was corrected or taken back (C8.2, C11.1). Nothing disappears.

Computed from the publications alone, so that the public page, its lists, the feed, the API and the closing of a case
say the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet

from huiying.responding.models import Publication, Revision

HOLDING, STANDING, CORRECTED, WITHDRAWN, WITHDRAWAL = "holding", "standing", "corrected", "withdrawn", "withdrawal"
CHECKING = "checking"  # of a case: only a holding statement is public


@dataclass(frozen=True)
class LivePublication:
    """One live publication, as far as the history needs it."""

    case: int
    pk: int
    stage: str
    revision: int
    target: int | None  # the revision that it corrects or takes back
    redacts: bool
    at: dt.datetime

    @property
    def takes_back(self) -> bool:
        return self.stage == Revision.WITHDRAWAL

    @property
    def is_holding(self) -> bool:
        return self.stage == Revision.HOLDING

    @property
    def corrects(self) -> bool:
        return self.target is not None and not self.takes_back


def lines(rows: QuerySet[Publication]) -> list[LivePublication]:
    """The live ones among `rows` in the order in which they became public, a revision once."""
    live = rows.filter(state=Publication.LIVE, case__isnull=False).annotate(corrected=F("revision__corrects__revision"))
    names = ("case", "pk", "stage", "revision", "corrected", "revision__redacts", "published_at")
    found: dict[tuple[int, int], LivePublication] = {}
    told: Iterable[tuple[Any, ...]] = live.order_by("published_at", "pk").values_list(*names)
    for row in told:
        line = LivePublication(*row)
        found.setdefault((line.case, line.revision), line)
    return list(found.values())


@dataclass(frozen=True)
class Course:
    """The public course of one case, oldest first."""

    lines: Sequence[LivePublication]

    def state_of(self, line: LivePublication) -> str:
        if line.is_holding:
            return HOLDING
        if line.takes_back:
            return WITHDRAWAL
        last = self.changed_by(line)
        if last is None:
            return STANDING
        return WITHDRAWN if last.takes_back else CORRECTED

    def changed_by(self, line: LivePublication) -> LivePublication | None:
        """The last correction or withdrawal of this text."""
        later = [other for other in self.lines if other.target == line.revision and other.pk != line.pk]
        return later[-1] if later else None

    def is_hidden(self, line: LivePublication) -> bool:
        """A later correction or withdrawal took personal data out of this text, or out of one after it: what was said
        before and does not stand any more may hold the same (§6.2).
        """
        if self.state_of(line) == STANDING:
            return False
        place = self.lines.index(line)
        of_revision = {other.revision: at for at, other in enumerate(self.lines)}
        return any(
            other.redacts and other.target is not None and place <= of_revision.get(other.target, -1) < at
            for at, other in enumerate(self.lines)
        )

    @property
    def standing(self) -> LivePublication | None:
        """The answer that counts now: the newest text that nobody corrected or took back."""
        return next((line for line in reversed(self.lines) if self.state_of(line) == STANDING), None)

    @property
    def face(self) -> LivePublication | None:
        """What a list shows of the case: the answer that stands, else the withdrawal, else 「正在核实」."""
        taken_back = next((line for line in reversed(self.lines) if line.takes_back), None)
        return self.standing or taken_back or (self.lines[-1] if self.lines else None)

    @property
    def state(self) -> str:
        """first, follow_up, final or correction of the answer that stands; withdrawn; checking."""
        face = self.face
        if face is None or face.is_holding:
            return CHECKING
        if face.takes_back:
            return WITHDRAWN
        return Revision.CORRECTION if face.corrects else face.stage

    @property
    def answers(self) -> list[LivePublication]:
        """What was an answer: neither 「正在核实」 nor a withdrawal."""
        return [line for line in self.lines if not line.is_holding and not line.takes_back]


def courses(rows: QuerySet[Publication]) -> dict[int, Course]:
    """Case → its public course."""
    by_case: dict[int, list[LivePublication]] = {}
    for line in lines(rows):
        by_case.setdefault(line.case, []).append(line)
    return {case: Course(found) for case, found in by_case.items()}


def course_of(case: int, rows: QuerySet[Publication]) -> Course:
    return courses(rows.filter(case=case)).get(case, Course([]))


def is_taken_back(case: int) -> bool:
    """Its newest public word is a withdrawal, on whichever account, and nothing took its place (C11.1)."""
    return course_of(case, Publication.objects.all()).state == WITHDRAWN
