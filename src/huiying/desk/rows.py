"""Lists of cases as the pages show them: two lines a row, the clock that is due next with its explanation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from huiying.handling.models import Case, CaseDepartment, Clock
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
    leads = {
        row.case_id: row
        for row in CaseDepartment.objects.filter(
            case__in=listed, role=CaseDepartment.LEAD, until__isnull=True
        ).select_related("department")
    }
    return [CaseRow(case, clocks.get(case.pk), leads.get(case.pk)) for case in listed]
