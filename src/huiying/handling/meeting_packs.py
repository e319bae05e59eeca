"""会商材料: what a meeting needs to know of the case, put together by itself from what was recorded (C10.2)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from huiying.handling.models import Case, CaseDepartment, Clock, FactSheet, Finding, Liaison, Task
from huiying.handling.queries import shown_clocks
from huiying.handling.required import NOT_ASKED, Required, required_acts
from huiying.judging.queries import series


@dataclass(frozen=True)
class Pack:
    """Nothing in it was typed for the meeting: each field is read from where it was recorded once."""

    clocks: list[Clock]
    departments: list[CaseDepartment]  # the lead first
    spread: list[tuple[dt.datetime, int]]  # posts an hour
    facts: FactSheet | None
    findings: list[Finding]  # with their disposals
    liaisons: list[Liaison]  # those that were sent
    tasks: list[Task]  # still open, decisions of earlier meetings included
    required: list[Required]  # what the level asks for and how far it is (§4.3)


def pack(case: Case) -> Pack:
    """The case as it stands this minute. As many queries whatever its size."""
    departments = case.departments.filter(until__isnull=True).select_related("department")
    open_tasks = case.tasks.filter(done_at__isnull=True, dropped_at__isnull=True).select_related("department")
    return Pack(
        clocks=shown_clocks(case),
        departments=sorted(departments, key=lambda row: (row.role != CaseDepartment.LEAD, row.pk)),
        spread=series(case.event),
        facts=case.fact_sheets.last(),
        findings=list(case.findings.select_related("department").prefetch_related("disposals")),
        liaisons=list(case.liaisons.filter(sent_at__isnull=False)),
        tasks=list(open_tasks),
        required=[row for row in required_acts(case) if row.state != NOT_ASKED],
    )
