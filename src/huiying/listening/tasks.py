"""What happens later in this room: the collector, alarms of sources, sweeping of evidence. Imported at start."""

from __future__ import annotations

import datetime as dt

from huiying.kernel import clock
from huiying.listening import attachments, collecting, evidence, rhythm, source_alarms
from huiying.listening.models import Source
from huiying.work.auditor import Finding, auditor
from huiying.work.schedule import every, poller

LISTED = 20


@poller("collector", due=collecting.due, transactional=False)
def collect(now: dt.datetime, _limit: int) -> int:
    """Hand out turns and take in answers; each transaction of it stands under the loop's fence."""
    return collecting.running().tick(now)


@poller("source_alarms", due=source_alarms.due)
def alarm(now: dt.datetime, limit: int) -> int:
    return source_alarms.poll(now, limit)


@every("evidence.sweep", 86_400, transactional=False)
def sweep_evidence() -> None:
    """Files that a crash left without a row, or a purge without its end."""
    evidence.sweep()


@auditor("sources")
def sources_are_heard() -> list[Finding]:
    """Sources that fail or are silent, for as long as it lasts (C5.2)."""
    now, found = clock.now(), []
    for source in Source.objects.filter(state=Source.ACTIVE).exclude(alarm="").order_by("alarm_since")[:LISTED]:
        state = rhythm.state_of(source, now)
        silent = state.code == rhythm.SILENT
        why = "沉默：比平常久没有新内容" if silent else f"没有采到：{rhythm.in_words(state)}"
        found.append(
            Finding(
                "source.silent" if silent else "source.failing",
                "warning",
                f"来源“{source.name}”{why}",
                f"Source {source.pk} is {'silent' if silent else 'not collected'}.",
            )
        )
    return found


@every("attachments.clear_waiting", 1800, transactional=False)
def clear_waiting() -> int:
    """Files that were chosen on the form and never sent (§6.2)."""
    return attachments.clear_waiting()
