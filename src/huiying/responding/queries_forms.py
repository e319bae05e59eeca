"""Reads of the forms of answer, of speakers, of what media asked and of statutory filings (C1.4, C3.1, C8.7)."""

from __future__ import annotations

import datetime as dt
from functools import cached_property

from django.db.models import Min, Q, QuerySet

from huiying.handling.models import Case
from huiying.responding.models import (
    Authorisation,
    ExpertExplanation,
    Interview,
    MediaInquiry,
    PressConference,
    Publication,
    StatutoryFiling,
)
from huiying.responding.statement_voices import authorisations, is_valid


class Forms:
    """Everything of one case, each table read once and only where somebody asks."""

    def __init__(self, case: Case) -> None:
        self.case = case

    @cached_property
    def authorisations(self) -> list[Authorisation]:
        return list(authorisations(self.case))

    @property
    def valid(self) -> list[Authorisation]:
        return [row for row in self.authorisations if is_valid(row)]

    @cached_property
    def experts(self) -> list[ExpertExplanation]:
        return list(self.case.expert_explanations.select_related("publication"))

    @cached_property
    def conferences(self) -> list[PressConference]:
        rows = self.case.press_conferences.select_related("speaker__speaker__user", "speaker__case", "publication")
        return list(rows)

    @cached_property
    def interviews(self) -> list[Interview]:
        rows = self.case.interviews.select_related("speaker__speaker__user", "speaker__case", "publication")
        return list(rows)

    @cached_property
    def inquiries(self) -> list[MediaInquiry]:
        return list(self.case.media_inquiries.all())

    @cached_property
    def filings(self) -> list[StatutoryFiling]:
        """Also of cases that were merged into this one: a procedure stays under the number where it was filed."""
        rows = StatutoryFiling.objects.filter(Q(case=self.case) | Q(case__merged_into=self.case))
        return list(rows.select_related("clock__breach", "case").order_by("id"))

    @property
    def own_filings(self) -> list[StatutoryFiling]:
        return [row for row in self.filings if row.case_id == self.case.pk]

    @property
    def live_experts(self) -> list[ExpertExplanation]:
        return [row for row in self.experts if row.dropped_at is None]

    @property
    def live_interviews(self) -> list[Interview]:
        return [row for row in self.interviews if row.dropped_at is None]


def forms_of(case: Case) -> Forms:
    """The one of this case object: offers, forms and the page ask the database once together."""
    found: Forms | None = getattr(case, "_forms", None)
    if found is None:
        found = Forms(case)
        case._forms = found  # type: ignore[attr-defined]
    return found


def upcoming_conferences(now: dt.datetime) -> QuerySet[PressConference]:
    """Planned and not yet begun, the next one first: for the briefing calendar."""
    rows = PressConference.objects.filter(state=PressConference.PLANNED, starts_at__gte=now)
    return rows.select_related("case__event", "press", "speaker").order_by("starts_at", "id")


def overdue_conferences(now: dt.datetime) -> QuerySet[PressConference]:
    """Their time has come a day ago, and nobody has said whether they were held."""
    rows = PressConference.objects.filter(state=PressConference.PLANNED, starts_at__lt=now - dt.timedelta(days=1))
    return rows.select_related("case").order_by("starts_at", "id")


def first_word_at(case: Case) -> dt.datetime | None:
    """The first official word in public, 「正在核实」 included."""
    rows = Publication.objects.filter(case=case, state=Publication.LIVE)
    found: dt.datetime | None = rows.aggregate(at=Min("published_at"))["at"]
    return found


def spoke_first(case: Case) -> bool | None:
    """先发 (C1.4): whether the first official word came before the first question of a medium; None if none asked."""
    asked = min((row.asked_at for row in forms_of(case).inquiries), default=None)
    if asked is None:
        return None
    word = first_word_at(case)
    return word is not None and word <= asked


def spoke_first_of(cases: QuerySet[Case]) -> tuple[int, int]:
    """Of the cases that media asked about: in how many the bureau had spoken before, and how many there are (C1.4)."""
    asked = cases.annotate(
        asked_first=Min("media_inquiries__asked_at"),
        word_first=Min("publications__published_at", filter=Q(publications__state=Publication.LIVE)),
    ).filter(asked_first__isnull=False)
    pairs = list(asked.values_list("asked_first", "word_first"))
    return sum(word is not None and word <= first for first, word in pairs), len(pairs)
