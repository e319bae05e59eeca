"""What happens later of consultations: reminders, overdue results, opinions whose time is over (C4.2)."""

from __future__ import annotations

import datetime as dt

from huiying.foreseeing import actions, queries
from huiying.foreseeing.models import Consultation
from huiying.kernel import clock as time
from huiying.work.auditor import Finding, auditor
from huiying.work.schedule import every, poller


def _due(now: dt.datetime) -> bool:
    return Consultation.objects.filter(next_action_at__lte=now).exists()


@poller("consultations", due=_due)
def remind(now: dt.datetime, limit: int) -> int:
    return actions.remind(now, limit)


@every("opinions.purge", 86400)
def forget_opinions() -> None:
    actions.purge_opinions(time.now())


@auditor("consultations")
def results_are_published() -> list[Finding]:
    """C4.2: collecting opinions with no published result must be impossible. Past the end it is a warning, past the
    day of the result an error.
    """
    now = time.now()
    found = []
    for row in queries.ended_without_result(now):
        late = row.result_due_at is not None and row.result_due_at < now
        state = "overdue" if late else "not public yet"
        found.append(
            Finding(
                "consultation.overdue" if late else "consultation.ended",
                "error" if late else "warning",
                f"意见征集“{row.title}”已截止，结果{'超期' if late else '还'}没有公布。",
                f"The consultation “{row.title}” has ended and its result is {state}.",
            )
        )
    return found
