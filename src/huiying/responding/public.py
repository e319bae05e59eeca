"""What the public reads of an answer: every version that was ever public, and whether it stands (C1.1, C8.2, C11.1).

Computed from the publications alone, so that page, lists, feed, API and the closing of a case say the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, Q, QuerySet

from huiying.handling.models import Case, Clock
from huiying.kernel import clock as time
from huiying.kernel.masking import mask_personal
from huiying.kernel.wording import phrases, plain
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


CHANNEL = "portal"


@dataclass(frozen=True)
class Version:
    """One public text. `text` and `question` are None where personal data was taken out of it later: a tombstone.

    `state`: holding, standing, corrected, withdrawn or withdrawal; `stage`: what kind of release it was.
    """

    pk: int
    number: int  # of the revision, for staff
    stage: str
    state: str
    at: dt.datetime
    title: str | None
    question: str | None
    text: str | None
    note: str
    department: str


@dataclass(frozen=True)
class Answer:
    """A case's public word: what counts now, and everything said before it.

    `state`: checking, first, follow_up, final, correction or withdrawn. While it is checked, `due_at` is until when the
    law lets it be answered and `took` is None.
    """

    number: str
    state: str
    title: str
    question: str
    text: str
    basis: str
    department: str
    note: str  # of the correction or withdrawal that is the newest word
    published_at: dt.datetime
    first_published_at: dt.datetime
    took: dt.timedelta | None  # from first knowledge to the first public answer
    due_at: dt.datetime | None
    versions: list[Version] = field(default_factory=list)  # newest first

    @property
    def is_overdue(self) -> bool:
        return self.due_at is not None and self.due_at < time.now()

    @property
    def is_answer(self) -> bool:
        return self.state not in (CHECKING, WITHDRAWN)


def _on_the_portal() -> QuerySet[Publication]:
    return Publication.objects.filter(channel=CHANNEL)


def every_course() -> dict[int, Course]:
    """Case → what became of its texts on this site, for figures: dangers to life are counted and never listed."""
    return courses(_on_the_portal())


def public_courses() -> dict[int, Course]:
    """Case → what became of its texts on this site, without dangers to life (§6.2)."""
    return courses(_on_the_portal().filter(case__event__life_safety=False, case__event__sensitive=""))


def public_answers(query: str = "", courses: Mapping[int, Course] | None = None) -> QuerySet[Publication]:
    """One live text a case, newest first: the one that its page shows on top, 「正在核实」 and withdrawals included."""
    known = public_courses() if courses is None else courses
    faces = [face.pk for course in known.values() if (face := course.face)]
    if query.strip():
        faces = _holding(faces, query)
    found = Publication.objects.filter(pk__in=faces).select_related("revision", "case")
    return found.order_by("-published_at", "-id")


def _holding(faces: list[int], query: str) -> list[int]:
    """Those whose public words hold every word and every quoted phrase: full-width or half, any case, two characters
    are enough. Read from the texts themselves, so what became public a moment ago is found. A number counts whole.
    """
    asked = phrases(query)
    rows = Publication.objects.filter(pk__in=faces).values_list(
        "pk", "case__number", "revision__title", "revision__question", "revision__facts", "text"
    )
    found = []
    for pk, number, *texts in rows:
        text, whole = plain("\n".join(texts)), plain(number)
        if asked and all(phrase in text or phrase == whole for phrase in asked):
            found.append(pk)
    return found


def public_answer(number: str) -> Answer | None:
    """What the page of a case number shows, or None.

    An answer about a danger to life is on no list and in no search, but its asker's receipt leads to it (Life first).
    """
    case = Case.objects.filter(number=number).first()
    course = course_of(case.pk, _on_the_portal()) if case else Course([])
    face = course.face
    if case is None or face is None:
        return None
    rows = Publication.objects.select_related("revision").in_bulk([line.pk for line in course.lines])
    shown, revision = rows[face.pk], _revision(rows[face.pk])
    first = course.answers[0] if course.answers else None
    return Answer(
        number=number,
        state=course.state,
        title=revision.title,
        question=revision.question,
        text=shown.text,
        basis=revision.basis,
        department=revision.department,
        note=revision.correction_note,
        published_at=face.at,
        first_published_at=first.at if first else face.at,
        took=first.at - case.first_known_at if first else None,
        due_at=None if first else due_at(case),
        versions=[_version(course, line, rows[line.pk]) for line in reversed(course.lines)],
    )


def _revision(row: Publication) -> Revision:
    assert row.revision is not None
    return row.revision


def _version(course: Course, line: LivePublication, row: Publication) -> Version:
    """Showing an earlier text with personal data would undo the correction that took it out (§6.2)."""
    revision = _revision(row)
    hidden = course.is_hidden(line) or (course.changed_by(line) is not None and _names_somebody(row, revision))
    return Version(
        pk=row.pk,
        number=revision.number,
        stage=Revision.CORRECTION if line.corrects else line.stage,
        state=course.state_of(line),
        at=line.at,
        title=None if hidden else revision.title,
        question=None if hidden else revision.question,
        text=None if hidden else row.text,
        note=revision.correction_note,
        department=revision.department,
    )


def _names_somebody(row: Publication, revision: Revision) -> bool:
    return mask_personal(f"{revision.title}\n{revision.question}\n{row.text}").changed


def due_at(case: Case) -> dt.datetime | None:
    """The earliest legal time for the public answer that still runs: what a holding statement promises (C8.5)."""
    return due_of([case.pk]).get(case.pk)


def due_of(cases: list[int]) -> dict[int, dt.datetime]:
    """The same for several cases, in one query."""
    live = Clock.objects.filter(
        case__in=cases, act="respond", is_legal=True, stopped_at__isnull=True, superseded_at__isnull=True
    )
    found: dict[int, dt.datetime] = {}
    for case, due in live.order_by("due_at").values_list("case", "due_at"):
        found.setdefault(case, due)
    return found


def corrections_log() -> QuerySet[Publication]:
    """更正记录 (C11.1): every correction and withdrawal on this site, newest first."""
    changed = Q(revision__corrects__isnull=False) | Q(press__corrects__isnull=False)
    live = _on_the_portal().filter(changed, state=Publication.LIVE)
    harmless = live.exclude(case__event__life_safety=True).exclude(case__event__sensitive__gt="")
    return harmless.select_related("revision", "press__release", "case").order_by("-published_at", "-id")
