"""What happens later of the dialogue （四）: letters to followers, requests nobody decided, pages nobody reviewed."""

from __future__ import annotations

import datetime as dt

from huiying.kernel import clock as time
from huiying.responding import pages
from huiying.responding.actions import followers, requests
from huiying.responding.models import PersonalRequest, Subscription
from huiying.work.auditor import Finding, auditor
from huiying.work.models import Job
from huiying.work.outbox import handler
from huiying.work.schedule import every

WAITS_LONG = dt.timedelta(days=2)


@handler(followers.CONFIRM, external=True)
def confirm_letter(job: Job) -> None:
    followers.send_letter(job)


@handler(followers.NEWS, external=True)
def news_letter(job: Job) -> None:
    followers.send_letter(job)


@every("followers.tell", 300)
def tell_followers() -> None:
    if Subscription.objects.filter(confirmed_at__isnull=False, ended_at__isnull=True).exists():
        followers.tell(time.now())


@every("followers.purge", 3600)
def forget_unconfirmed() -> None:
    followers.purge_unconfirmed(time.now())


@every("requests.purge", 86_400)
def forget_what_was_asked() -> None:
    requests.purge_originals(time.now())


@auditor("personal_requests")
def late_requests() -> list[Finding]:
    """§6.2: whoever asked about their own data hears in time."""
    rows = PersonalRequest.objects.filter(decided_at__isnull=True, due_at__lt=time.now()).order_by("due_at")
    return [
        Finding(
            "personal_request.late",
            "error",
            f"更正或删除请求 {row.number} 已过办理期限，还没有决定。",
            f"The request {row.number} for a correction or deletion is past its date without a decision.",
        )
        for row in rows
    ]


@auditor("topic_pages")
def unreviewed_pages() -> list[Finding]:
    """C4.4: a hot topic that waits for its second person for days is answered late."""
    rows = pages.waiting().filter(proposed_at__lt=time.now() - WAITS_LONG)
    return [
        Finding(
            "topic_page.waiting",
            "warning",
            f"“{row.title}”送审超过两天，还没有人审核。",
            f"The page “{row.title}” has waited for its review for over two days.",
        )
        for row in rows
    ]
