"""What the public reads: released answers, their corrections, open figures (C1.1, C4.4, C11.1).

Everything here is made from what staff wrote and reviewed. The text of a citizen's message is never read,
so it cannot be printed.
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Min

from huiying.kernel import masking
from huiying.listening.models import Message
from huiying.responding.models import Publication
from huiying.responding.queries import Answer, public_answer, public_answers

CHANNEL = "portal"
PAGE_SIZE = 15
QUERY_LENGTH = 60


@dataclass(frozen=True)
class Row:
    """An answer in a list or a feed. `changed_at` is later than `published_at` where it was corrected."""

    number: str
    title: str
    question: str
    text: str
    department: str
    published_at: dt.datetime
    changed_at: dt.datetime
    took: dt.timedelta

    @property
    def corrected(self) -> bool:
        return self.changed_at > self.published_at


@dataclass(frozen=True)
class Correction:
    """One correction: when, why, and the text before it. `text` is None where personal data was taken out."""

    at: dt.datetime
    note: str
    text: str | None


@dataclass(frozen=True)
class Figures:
    """Messages received here, answers given, median time from first knowledge to the answer."""

    asked: int
    answered: int
    median: dt.timedelta | None


def latest(count: int) -> list[Row]:
    """The newest answers."""
    return rows(public_answers()[:count])


def page_of_answers(query: str, page: str) -> Page[Publication]:
    """Answers in which every word of `query` stands; a page that does not exist becomes the nearest."""
    return Paginator(public_answers(query), PAGE_SIZE).get_page(page)


def rows(publications: Iterable[Publication]) -> list[Row]:
    """The answers whose newest texts are `publications`, in the same order."""
    newest = list(publications)
    first = _first_published([publication.case_id for publication in newest])
    return [_row(publication, first[publication.case_id]) for publication in newest]


def _row(publication: Publication, first: dt.datetime) -> Row:
    revision, case = publication.revision, publication.case
    return Row(
        number=case.number,
        title=revision.title,
        question=revision.question,
        text=revision.renditions[CHANNEL],
        department=revision.department,
        published_at=first,
        changed_at=publication.published_at or first,
        took=first - case.first_known_at,
    )


def _first_published(cases: Iterable[int]) -> dict[int, dt.datetime]:
    live = Publication.objects.filter(channel=CHANNEL, state=Publication.LIVE, case__in=cases).order_by()
    return dict(live.values_list("case").annotate(first=Min("published_at")))


def answer(number: str) -> Answer | None:
    """The answer of a case number, or None."""
    return public_answer(number)


def corrections(found: Answer) -> list[Correction]:
    """What was corrected, the latest first; each stays readable for ever, or leaves a tombstone."""
    return [_correction(new, old) for new, old in zip(found.corrections, found.corrections[1:], strict=False)]


def _correction(new: Publication, old: Publication) -> Correction:
    """Showing an earlier text with personal data would undo the correction that took it out (§6.2)."""
    text = old.revision.renditions[CHANNEL]
    whole = f"{old.revision.title}\n{old.revision.question}\n{text}"
    keep = not masking.mask_personal(whole).changed
    return Correction(new.published_at or new.released_at, new.revision.correction_note, text if keep else None)


def figures() -> Figures:
    """Counted from the released answers, so that anybody with the records gets the same (INV-9)."""
    live = Publication.objects.filter(channel=CHANNEL, state=Publication.LIVE).order_by()
    known = live.values_list("case", "case__first_known_at").annotate(first=Min("published_at"))
    took = [first - first_known for _case, first_known, first in known]
    return Figures(Message.objects.count(), len(took), statistics.median(took) if took else None)
