"""Evidence outside every case is destroyed when the regulation's time is over; of a case it lives with the case."""

from __future__ import annotations

from typing import Final

from huiying.handling.models import Case
from huiying.judging.models import EventPost
from huiying.kernel import clock as time
from huiying.listening import evidence
from huiying.listening.models import Evidence
from huiying.people.queries import regulation_now
from huiying.work.schedule import every

AT_ONCE: Final = 500


@every("evidence.purge", 86_400, transactional=False)
def purge_evidence() -> None:
    """Each file in a transaction of its own; the row stays as a tombstone (§6.2: without a case two years)."""
    regulation, now = regulation_now(), time.now()
    kept = regulation.retention.evidence_without_case
    cased = Case.objects.values("event")
    of_cases = Evidence.objects.filter(posts__in=EventPost.objects.filter(event__in=cased).values("post"))
    old = Evidence.objects.filter(purged_at__isnull=True).exclude(pk__in=of_cases.values("pk")).order_by("captured_at")
    for row in old[:AT_ONCE]:
        if regulation.work_calendar.add(row.captured_at, kept) > now:
            break  # in the order of their age: the rest is younger
        evidence.purge(row)
