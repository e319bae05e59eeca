"""What the loop does for documents: the log after midnight, 批示 that came due; and what the auditor asks."""

from __future__ import annotations

import datetime as dt

from huiying.documents import actions
from huiying.documents.actions import daily
from huiying.documents.models import Instruction, IssuedDocument
from huiying.kernel import clock
from huiying.overseeing.digest_loop import last_month
from huiying.people.queries import is_set_up
from huiying.work.auditor import Finding, auditor
from huiying.work.schedule import every, poller

UNSIGNED_AFTER = dt.timedelta(days=2)


@every("documents.log", 300, transactional=False)
def logs() -> None:
    """Each log in a transaction of its own: what was made stays made."""
    daily.issue_due_logs()


@every("documents.pages", 60, transactional=False)
def pages() -> None:
    """早报 and 夜间小结 at their hours; the digest's paper once its figures are out (§7.1, C4.5)."""
    daily.issue_due_pages()
    if is_set_up():
        daily.issue_digest_page(last_month(clock.now()).words)


def _due(now: dt.datetime) -> bool:
    return Instruction.objects.filter(next_action_at__lte=now).exists()


@poller("instructions", due=_due)
def remind(now: dt.datetime, limit: int) -> int:
    return actions.remind(now, limit)


@auditor("documents")
def logs_are_whole_and_signed() -> list[Finding]:
    """C6.9: a log for each day, signed by two. C6.10: no 批示 left behind."""
    if not is_set_up():
        return []
    now = clock.now()
    found = [
        Finding("log.missing", "error", f"{day} 的网络舆情日志没有生成。", f"There is no daily log of {day}.")
        for day in daily.missing_days(now - dt.timedelta(hours=1))
    ]
    late = IssuedDocument.objects.filter(kind="log", issued_at__lt=now - UNSIGNED_AFTER)
    for row in late.prefetch_related("signatures").order_by("-subject")[:31]:
        if len(row.signatures.all()) < 2:
            found.append(
                Finding(
                    "log.unsigned", "warning", f"日志 {row.number} 还没有两人签字。",
                    f"The daily log {row.number} is not signed by two.",
                )
            )  # fmt: skip
    for one in Instruction.objects.exclude(state=Instruction.CLOSED).filter(due_at__lt=now).select_related("document"):
        number = one.document.number
        found.append(
            Finding(
                "instruction.overdue", "warning", f"{number} 上的批示由{one.owner_name}办，已过期没有办结。",
                f"An instruction on {number}, due from {one.owner_name}, is overdue.",
            )
        )  # fmt: skip
    return found
