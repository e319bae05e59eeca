"""Notifications to people through the bureau's own gateways (e-mail, WeCom, DingTalk, Feishu, SMS), by
apprise.

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
from itertools import zip_longest
from typing import Literal

from huiying.work.auditor import Finding, auditor
from huiying.work.models import Job
from huiying.work.outbox import GiveUp, enqueue, handler

KIND = "notify"
ANYBODY = "*"
Urgency = Literal["info", "warning", "urgent"]

_ENTRY = re.compile(r"(?:^|,)\s*(?P<key>[^,=\s]+)=(?=[A-Za-z][A-Za-z0-9+.-]*://)")
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


def send(title: str, body: str, to: Iterable[str], urgency: Urgency = "info", *, key: str | None = None) -> list[Job]:
    """Put one job for each recipient in the outbox, inside the caller's transaction.

    One each, so that a gateway that is down does not make the others ring twice. The same `key` sends once.
    Without any gateway nothing is written, because a call from days ago must not ring when one is
    configured at last.
    """
    if not gateway_configured():
        return []
    base = key or uuid.uuid4().hex
    return [
        enqueue(
            KIND,
            {"title": title, "body": body, "to": recipient, "urgency": urgency},
            f"{KIND}:{base}:{recipient}",
        )
        for recipient in dict.fromkeys(to)
    ]


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
