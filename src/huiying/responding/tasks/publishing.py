"""What happens to answers later: publishing through a channel, recording silence."""

from __future__ import annotations

import datetime as dt

from huiying.kernel import clock as time
from huiying.responding import actions
from huiying.responding.actions.confirming import fallen_silent
from huiying.work.auditor import Finding, auditor
from huiying.work.models import Job
from huiying.work.outbox import handler
from huiying.work.schedule import poller


@handler("publish")
def publish(job: Job) -> None:
    actions.publish(int(job.payload["publication"]))


def _somebody_is_silent(now: dt.datetime) -> bool:
    return fallen_silent(now).exists()


@poller("confirmations", due=_somebody_is_silent)
def note_silence(now: dt.datetime, limit: int) -> int:
    return actions.note_silence(now, limit)


@auditor("verifications")
def unverified_posts() -> list[Finding]:
    """A post made by hand that nobody checked holds its clock: it must not be forgotten."""
    return [
        Finding(
            "unverified_post",
            "error",
            f"{actions.subject_words(row)}的人工发布等待核对已超过规定时间。",
            f"The post made by hand for {actions.subject_words(row)} has waited too long for its second person.",
        )
        for row in actions.overdue_verifications(time.now())
    ]
