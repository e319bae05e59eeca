"""The facts, the tasks, what was reported, who was told, what was said (`desk/parts/case_work.html`)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from huiying.desk.sentences.work import WORDS
from huiying.desk.views.work import shown
from huiying.handling.actions.feedback import untold
from huiying.handling.actions.recurrence import suggest
from huiying.handling.models import Case, Task
from huiying.kernel.wording import difference
from huiying.people.models import User
from huiying.people.permissions import may

MEANS = {**WORDS, "portal": _("凭查询码自查")}


def section(case: Case, user: User) -> dict[str, Any]:
    """One query each for facts, tasks, notes, files, reports, feedback and recurrences, whatever their number."""
    sheets = list(case.fact_sheets.all())
    reports = list(case.node_reports.all())
    told = list(case.feedback.all())
    for report in reports:
        report.word = WORDS.get(report.node, report.node)  # type: ignore[attr-defined]
    for row in told:
        row.to_word = WORDS.get(row.to, row.to)  # type: ignore[attr-defined]
        row.means_word = MEANS.get(row.means, row.means)  # type: ignore[attr-defined]
    ended = case.state in ("answered", "declined")
    links = list(case.recurrences.select_related("earlier"))
    links_may = case.state in ("registered", "assigned", "handling") and may(user, "case.recurrence", case).allowed
    return {
        "work_facts": sheets[-1] if sheets else None,
        "work_facts_change": difference(sheets[-2].text, sheets[-1].text) if len(sheets) > 1 else [],
        "work_tasks": shown(list(Task.objects.filter(case=case).select_related("department"))),
        "work_notes": list(case.notes.all()),
        "work_attachments": list(case.attachments.all()),
        "work_reports": reports,
        "work_told": told,
        "work_untold": untold(case) if ended else [],
        "work_recurrences": links,
        "work_like": [other for other in suggest(case) if may(user, "case.view", other)] if links_may else [],
    }
