"""Lists of cases as the pages show them: two lines a row, the clock that is due next with its explanation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet, prefetch_related_objects

from huiying.handling.models import Case, CaseDepartment, Clock
from huiying.handling.queries import with_departments
from huiying.kernel import clock as time


@dataclass
class CaseRow:
    case: Case
    clock: Clock | None
    lead: CaseDepartment | None

    @property
    def overdue(self) -> bool:
        return self.clock is not None and self.clock.due_at < time.now()


def live_clocks(cases: Iterable[Case]) -> QuerySet[Clock]:
    return Clock.objects.filter(
        case__in=list(cases), is_legal=True, stopped_at__isnull=True, superseded_at__isnull=True
    ).order_by("due_at", "id")


def case_rows(cases: Iterable[Case]) -> list[CaseRow]:
    """Three queries for any number of cases: the cases, their clocks, their lead departments."""
    listed = list(cases)
    clocks: dict[int, Clock] = {}
    for clock in live_clocks(listed):
        clocks.setdefault(clock.case_id, clock)
    prefetch_related_objects(listed, with_departments())
    return [CaseRow(case, clocks.get(case.pk), _lead(case)) for case in listed]


def _lead(case: Case) -> CaseDepartment | None:
    rows = case.departments.all()
    return next((row for row in rows if row.role == CaseDepartment.LEAD and row.until is None), None)
