"""A release on one account of the register that is connected to a stand-in, and the turns of the loop."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from cast import Cast
from huiying.handling.models import Case
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.people.models import Platform
from huiying.responding import actions as responding
from huiying.responding.actions import accounts
from huiying.responding.models import Publication
from huiying.work import outbox
from huiying.work.models import Job
from stand_ins import StandIn
from stories import DRAFT, approved

TEXT = "【情况说明】9月14日8时30分至9时40分，登录服务中断，“已恢复”。\n两个标段开标顺延，解密时间重新计算。"


def connected(cast: Cast, code: str, standing: Any, **changed: str) -> Platform:
    """The account of the register goes out by its interface."""
    platform = Platform.objects.get(code=code)
    accounts.connect_platform(platform, standing.settings | changed, cast.admin, channel=code)
    return accounts.change_channel(platform, code, cast.office)


def drafted(targets: Iterable[str], text: str = TEXT) -> dict[str, object]:
    texts = {"portal": DRAFT["renditions"]["portal"]}  # type: ignore[index]
    return {"renditions": texts | dict.fromkeys(targets, text)}


def released(cast: Cast, code: str, standing: StandIn, text: str = TEXT, **changed: str) -> Publication:
    """Approved and released on this account; not sent yet."""
    connected(cast, code, standing, **changed)
    case = approved(cast, **drafted([code], text))
    (row,) = responding.release(case, [code], cast.office)
    return row


def once() -> int:
    """What is due now, done once each."""
    return outbox.run_due("test")


def turns(frozen: FrozenClock, row: Publication, most: int = 40) -> Publication:
    """The loop, until the publication has come to its end; time moves to each next turn."""
    for _turn in range(most):
        once()
        row = again(row)
        if row.state not in (Publication.QUEUED, Publication.SENDING):
            return row
        waiting = Job.objects.filter(kind="publish_out", done_at__isnull=True, failed_at__isnull=True)
        job = waiting.order_by("next_action_at").first()
        assert job is not None, "nothing will ever happen again"
        at = max(job.next_action_at, job.lease_until or job.next_action_at)
        frozen.advance(max(at - clock.now(), dt.timedelta(0)))
    raise AssertionError(f"still {row.state} after {most} turns: {row.error}")


def again(row: Publication) -> Publication:
    return Publication.objects.select_related("case", "evidence", "platform", "revision").get(pk=row.pk)


def kinds(case: Case | None, prefix: str = "release.") -> list[str]:
    assert case is not None
    rows = LedgerEntry.objects.filter(chain=f"case:{case.number}", kind__startswith=prefix).order_by("id")
    return list(rows.values_list("kind", flat=True))
