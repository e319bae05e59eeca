"""What people are told: a row in their inbox (消息), and a message through the bureau's own gateways (e-mail, WeCom,
DingTalk, Feishu, SMS), by apprise.

`HUIYING_NOTIFY_URLS` lists `key=url`, separated by commas, e.g.
`duty=wecombot://…,office=mailto://…,*=json://10.1.2.3:8080/notify`. A key is a person's user name or a
department code; `*` takes whoever has none of their own; a key may be given several times. Only the outbox
talks to apprise.
"""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from itertools import zip_longest
from typing import Literal

from django.db.models import QuerySet
from django.utils import timezone

from huiying.kernel import clock
from huiying.work.auditor import Finding, auditor
from huiying.work.models import Job, Notice
from huiying.work.outbox import GiveUp, enqueue, handler
from huiying.work.schedule import poller

KIND = "notify"
ANYBODY = "*"
Urgency = Literal["info", "warning", "urgent"]

_ENTRY = re.compile(r"(?:^|,)\s*(?P<key>[^,=\s]+)=(?=[A-Za-z][A-Za-z0-9+.-]*://)")
# When what can wait goes out in one message: after the hand-over, before the afternoon, before people leave (§7.1).
# Nobody works on forty single messages a day; who is rung for everything soon answers nothing.
DIGEST_TIMES = (time(8, 30), time(13, 30), time(17, 0))
DIGEST_SHOWS = 20
LATE = timedelta(minutes=10)
_TYPES = {"info": "info", "warning": "warning", "urgent": "failure"}


def gateway_configured() -> bool:
    """False means that nothing can call people: the desk shows a red banner."""
    return bool(gateways())


def gateways() -> dict[str, list[str]]:
    """`key` → apprise URLs. A comma inside a URL is kept, since an entry begins with `key=scheme://`."""
    text = os.environ.get("HUIYING_NOTIFY_URLS", "")
    starts = list(_ENTRY.finditer(text))
    found: dict[str, list[str]] = {}
    for match, following in zip_longest(starts, starts[1:]):
        url = text[match.end() : following.start() if following else len(text)].strip(" ,")
        found.setdefault(match["key"], []).append(url)
    return found


def send(
    title: str,
    body: str,
    to: Iterable[str],
    urgency: Urgency = "info",
    *,
    key: str | None = None,
    url: str = "",
    digest: bool = False,
    not_before: datetime | None = None,
) -> list[Job]:
    """Tell people, by user name, inside the caller's transaction. The same `key` tells a person once, for ever.

    Everybody gets a notice in the inbox at once; `url` is the page of the desk that it leads to. With a gateway the
    notice is also carried out: now, at the next of DIGEST_TIMES together with others (`digest`), or not before a
    moment (`not_before`). What is `urgent` goes now, whatever else was asked. What was read before its time came is
    not carried out any more. Without a gateway nothing is put aside: a call from days ago must not ring when one is
    configured at last.

    Returns the jobs that were put in the outbox, one a recipient, so that a gateway that is down does not make the
    others ring twice.
    """
    base = key or uuid.uuid4().hex
    people = list(dict.fromkeys(to))
    told = set(Notice.objects.filter(key=base, recipient__in=people).values_list("recipient", flat=True))
    now = clock.now()
    later = _later(now, urgency, digest, not_before) if gateway_configured() else None
    fresh = [
        Notice(
            recipient=recipient,
            title=title[:200],
            body=body,
            url=url,
            urgency=urgency,
            key=base,
            at=now,
            send_at=later,
            digest=digest and later is not None,
        )
        for recipient in people
        if recipient not in told
    ]
    Notice.objects.bulk_create(fresh, ignore_conflicts=True)
    if later is not None or not gateway_configured():
        return []
    return [_hand_over(notice) for notice in fresh]


def _later(now: datetime, urgency: Urgency, digest: bool, not_before: datetime | None) -> datetime | None:
    """When a notice goes to the gateways; None for now."""
    if urgency == "urgent":
        return None
    earliest = max(now, not_before or now)
    if digest:
        return next_digest(earliest)
    return earliest if earliest > now else None


def next_digest(at: datetime) -> datetime:
    """The first of DIGEST_TIMES at or after `at`."""
    local = at.astimezone(timezone.get_default_timezone())
    for day in (local.date(), local.date() + timedelta(days=1)):
        for moment in DIGEST_TIMES:
            found = datetime.combine(day, moment, local.tzinfo)
            if found >= local:
                return found.astimezone(at.tzinfo)
    raise AssertionError("a day has a digest time")  # pragma: no cover


def _hand_over(notice: Notice) -> Job:
    return enqueue(
        KIND,
        {"title": notice.title, "body": notice.body, "to": notice.recipient, "urgency": notice.urgency},
        f"{KIND}:{notice.key}:{notice.recipient}",
        comes_first=notice.urgency == "urgent",
    )


def _due(now: datetime) -> bool:
    return Notice.objects.filter(send_at__lte=now).exists()


@poller("notices", due=_due)
def hand_over_due(now: datetime, limit: int) -> int:
    """Give what was put aside to the outbox, in the transaction that marks it as given: none is lost, none twice."""
    rows = list(
        Notice.objects.select_for_update(skip_locked=True).filter(send_at__lte=now).order_by("send_at", "id")[:limit]
    )
    together: dict[str, list[Notice]] = {}
    for notice in rows:
        if notice.read_at is not None or not gateway_configured():
            continue
        if notice.digest:
            together.setdefault(notice.recipient, []).append(notice)
        else:
            _hand_over(notice)
    for notices in together.values():
        _hand_over_digest(notices)
    Notice.objects.filter(pk__in=[notice.pk for notice in rows]).update(send_at=None)
    return len(rows)


def _hand_over_digest(notices: list[Notice]) -> None:
    if len(notices) == 1:
        _hand_over(notices[0])
        return
    lines = [f"{place}. {notice.title}：{notice.body}" for place, notice in enumerate(notices[:DIGEST_SHOWS], start=1)]
    if len(notices) > DIGEST_SHOWS:
        lines.append(f"另有 {len(notices) - DIGEST_SHOWS} 条，请登录系统看“消息”。")
    graver = "warning" if any(notice.urgency == "warning" for notice in notices) else "info"
    payload = {"title": f"{len(notices)} 条消息", "body": "\n".join(lines)}
    enqueue(
        KIND,
        payload | {"to": notices[0].recipient, "urgency": graver},
        f"{KIND}:digest:{notices[0].pk}",
    )


@handler(KIND, external=True)
def deliver(job: Job) -> dict[str, int]:
    """Hand one notification to its gateways. Raises GiveUp without a gateway for the recipient, OSError to
    retry.
    """
    recipient = job.payload["to"]
    known = gateways()
    urls = known.get(recipient) or known.get(ANYBODY)
    if not urls:
        raise GiveUp(f"没有为“{recipient}”配置通知网关；请在 HUIYING_NOTIFY_URLS 中加入 {recipient}=网址 或 *=网址")
    import apprise  # takes a third of a second, which no other command should pay

    messenger = apprise.Apprise()
    for position, url in enumerate(urls, start=1):
        # The URL holds the gateway's secret, so no error shows it.
        if not messenger.add(url):
            raise GiveUp(f"“{recipient}”的第 {position} 个通知网址不被识别；请检查 HUIYING_NOTIFY_URLS 的写法")
    sent = messenger.notify(
        title=job.payload["title"],
        body=job.payload["body"],
        notify_type=apprise.NotifyType(_TYPES[job.payload["urgency"]]),
    )
    if not sent:
        raise OSError(f"“{recipient}”的通知网关没有收下通知")
    return {"gateways": len(urls)}


@auditor("notify")
def people_can_be_called() -> list[Finding]:
    """A system that cannot call anybody says so."""
    if gateway_configured():
        return []
    return [
        Finding(
            "notify.no_gateway",
            "warning",
            "没有配置通知网关（HUIYING_NOTIFY_URLS），紧急情况只显示在页面上，不会打电话、发短信",
            "No notification gateway is configured (HUIYING_NOTIFY_URLS); emergencies show on pages only.",
        )
    ]


@auditor("notices")
def notices_go_out() -> list[Finding]:
    """What was put aside for a later moment and was not handed over by then."""
    now = clock.now()
    late = Notice.objects.filter(send_at__lt=now - LATE).count()
    if not late:
        return []
    return [
        Finding(
            "notice.late",
            "error",
            f"{late} 条消息到时没有交给通知网关；请检查后台循环是否在运行",
            f"{late} notices were not handed to the gateways in time; check that the loop is running.",
        )
    ]


def inbox(username: str) -> QuerySet[Notice]:
    return Notice.objects.filter(recipient=username).order_by("-id")


def unread(username: str) -> QuerySet[Notice]:
    return Notice.objects.filter(recipient=username, read_at__isnull=True).order_by("-id")


def opened(username: str, pk: int) -> Notice | None:
    """The notice, marked as read; None where this person has none of that number."""
    notice = Notice.objects.filter(recipient=username, pk=pk).first()
    if notice is not None and notice.read_at is None:
        notice.read_at = clock.now()
        Notice.objects.filter(pk=pk, read_at__isnull=True).update(read_at=notice.read_at)
    return notice


def read_all(username: str, up_to: int) -> int:
    """Mark what the person has seen listed: notices up to `up_to`, not one that came in the meantime."""
    return unread(username).filter(pk__lte=up_to).update(read_at=clock.now())
