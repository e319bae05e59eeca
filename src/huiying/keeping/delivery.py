"""The ledger's heads leave the house every day: a file in a folder elsewhere, a letter to its keepers (S10, INV-8).

HUIYING_ANCHOR_DIR    an existing folder that this machine can write and others keep (a share, a WORM medium)
HUIYING_ANCHOR_MAIL   addresses, comma separated; needs HUIYING_EMAIL_URL

The same heads stand behind the root that the daily log prints. `huiying ledger verify --anchor FILE` holds them
against the ledger.
"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

from huiying.kernel import clock, home
from huiying.ledger.anchors import Outside
from huiying.ledger.queries import outside_at
from huiying.people.queries import zone
from huiying.work.auditor import Finding, auditor
from huiying.work.models import Job
from huiying.work.outbox import GiveUp, enqueue, handler
from huiying.work.schedule import every

MAIL = "anchor.mail"
_LATE = dt.timedelta(hours=1)


def folder() -> Path | None:
    """Nothing leaves a demonstration."""
    words = "" if settings.DEMO else os.environ.get("HUIYING_ANCHOR_DIR", "")
    return Path(words) if words else None


def addresses() -> list[str]:
    if not settings.EMAIL_HOST:
        return []
    return [word.strip() for word in os.environ.get("HUIYING_ANCHOR_MAIL", "").split(",") if word.strip()]


def yesterday(now: dt.datetime) -> dt.date:
    return now.astimezone(zone()).date() - dt.timedelta(days=1)


def of_day(day: dt.date) -> Outside:
    """The heads as they stood when the day ended, as its log prints them."""
    end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), zone())
    return outside_at(end.astimezone(dt.UTC))


def name_of(day: dt.date) -> str:
    return f"huiying-anchor-{day.isoformat()}.json"


@every("keeping.anchor", 600, transactional=False)
def deliver() -> None:
    """Yesterday's heads, once each way. A folder that is away is tried again, and `check` says so."""
    day = yesterday(clock.now())
    if addresses():
        with transaction.atomic():
            enqueue(MAIL, {"day": day.isoformat()}, f"{MAIL}:{day}")
    where = folder()
    if where is not None and not (where / name_of(day)).exists():
        anchor = of_day(day)
        if anchor.heads:
            home.create_private(where / name_of(day), anchor.text().encode())


@handler(MAIL, external=True)
def send(job: Job) -> dict[str, int]:
    """One letter to all who keep anchors. Raises GiveUp where there is nobody any more, OSError to try again."""
    people = addresses()
    if not people:
        raise GiveUp("没有设定收件人（HUIYING_ANCHOR_MAIL）或邮件服务器（HUIYING_EMAIL_URL）")
    day = dt.date.fromisoformat(job.payload["day"])
    anchor = of_day(day)
    if not anchor.heads:
        return {"chains": 0}
    message = EmailMessage(f"台账锚定 {day}：{anchor.root[:16]}…", _letter(day, anchor), to=people)
    message.attach(name_of(day), anchor.text(), "application/json")
    try:
        message.send()
    except Exception as error:
        raise OSError(f"锚定邮件没有发出（{type(error).__name__}）") from error
    return {"chains": len(anchor.heads)}


def _letter(day: dt.date, anchor: Outside) -> str:
    return (
        f"{day} 终了时台账共 {len(anchor.heads)} 条链，链头总校验值：\n\n{anchor.root}\n\n"
        "请原样保存附件。以后要核对台账是否被改写，运行：\n\n"
        f"huiying ledger verify --anchor {name_of(day)}\n\n"
        "同一校验值印在当日日志末尾。\n"
    )


@auditor("anchors")
def heads_left_the_house() -> list[Finding]:
    """Yesterday's heads are where they should be; without any way out that is said."""
    if settings.DEMO:
        return []
    where = folder()
    if where is None and not addresses():
        return [
            Finding(
                "anchor.stays",
                "warning",
                "台账的链头没有送到机外（HUIYING_ANCHOR_DIR 或 HUIYING_ANCHOR_MAIL），只靠当日日志的纸面留证",
                "The ledger's heads do not leave this machine (HUIYING_ANCHOR_DIR or HUIYING_ANCHOR_MAIL).",
            )
        ]
    day = yesterday(clock.now() - _LATE)
    if where is None or (where / name_of(day)).exists() or not of_day(day).heads:
        return []
    return [
        Finding(
            "anchor.not_delivered",
            "error",
            f"{day} 的台账链头没有写到 {where}；请检查这个文件夹是否可写",
            f"The ledger's heads of {day} were not written to {where}.",
        )
    ]
