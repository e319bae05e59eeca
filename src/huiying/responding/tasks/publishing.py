"""What happens later on the way out: sending, what got lost, what is late (C8.9, habit 11), publishing, silence,
unchecked posts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from huiying.handling.models import Case
from huiying.handling.process import LIVE
from huiying.kernel import clock as time
from huiying.responding import actions, sending, targets
from huiying.responding.actions.confirming import fallen_silent
from huiying.responding.actions.publishing import subject_words
from huiying.responding.channels.registry import SENDING
from huiying.responding.models import Publication, ReviewRound
from huiying.responding.targets import place_written
from huiying.work.auditor import Finding, auditor
from huiying.work.models import Job
from huiying.work.outbox import handler
from huiying.work.schedule import every, poller

STUCK = dt.timedelta(minutes=15)
LEASE = dt.timedelta(minutes=3)  # longer than a turn's calls, each of which ends by itself


@handler(sending.KIND, external=True, lease=LEASE, then=sending.settle)
def publish_out(job: Job) -> Mapping[str, Any]:
    return sending.turn(job)


@every("responding.lost_publications", 300)
def find_lost() -> int:
    return sending.find_lost()


@auditor("publications")
def late_publications() -> list[Finding]:
    """On its way for too long, or failed and nobody has taken it on."""
    now = time.now()
    rows = Publication.objects.filter(
        state__in=(*sending.ON_ITS_WAY, Publication.FAILED),
        channel__in=[*SENDING, "portal"],
        released_at__lt=now - STUCK,
    ).select_related("case", "press__release", "platform", "revision")
    found = []
    for row in rows:
        about = {"subject": subject_words(row), "place": place_written(row)}
        if row.state != Publication.FAILED:
            found.append(
                Finding(
                    "publication.stuck",
                    "error",
                    "{subject}发往“{place}”超过 15 分钟还没有结果。".format(**about),
                    f"{row.target}: a publication of {about['subject']} has had no result for over 15 minutes.",
                )
            )
        elif is_open(row):
            found.append(
                Finding(
                    "publication.failed",
                    "error",
                    "{subject}在“{place}”发布失败，还没有人处理。".format(**about),
                    f"{row.target}: a publication of {about['subject']} failed and nobody has taken it on.",
                )
            )
    return found


def is_open(row: Publication) -> bool:
    """Whether a failed publication still asks for somebody: its text is approved and stands nowhere on the account."""
    same = Publication.objects.filter(target=row.target, manifest_sha256=row.manifest_sha256, id__gt=row.pk)
    if same.filter(case=row.case_id, press=row.press_id).exists():
        return False
    if row.case is None:
        return row.press is not None and row.press.voided_at is None
    approved = ReviewRound.objects.filter(
        case=row.case_id, manifest_sha256=row.manifest_sha256, state=ReviewRound.APPROVED
    )
    return row.case.state in LIVE and approved.exists()


@auditor("linked")
def skew_over_the_limit() -> list[Finding]:
    """联动的先后: some accounts of a release are public, others wait beyond what the regulation allows."""
    waiting = Publication.objects.filter(state__in=targets.OPEN, platform__isnull=False, case__isnull=False)
    cases = Case.objects.filter(pk__in=waiting.values("case"), state__in=LIVE).select_related("regulation")
    found = []
    for case in cases:
        for release in targets.releases(case):
            if release.skew is not None and release.skew.waiting and release.skew.over:
                found.append(
                    Finding(
                        "release.skew",
                        "warning",
                        f"案件 {case.number} 的联动发布先后已超过规定：还有 {release.skew.waiting} 个账号没有公开。",
                        f"Case {case.number}: {release.skew.waiting} accounts not public yet, beyond the allowed skew.",
                    )
                )
    return found


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
