"""A part of all files and rows is compared every day, by a process of its own: deadlines must not wait for it (INV-8).

HUIYING_LOOK    `off` where somebody else calls `huiying check --today` or `huiying check --full`, e.g. a timer
"""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from huiying.kernel import clock, home
from huiying.work import auditor
from huiying.work.auditor import Finding
from huiying.work.models import Look
from huiying.work.schedule import every

AT = dt.time(4, 0)  # in the bureau's zone: after the night's copy
TOO_OLD = dt.timedelta(days=auditor.PARTS + 2)
_TURN = 600
_TRY_AGAIN = dt.timedelta(hours=1)


@dataclass
class _Running:
    """The process that looks, and when one was last begun."""

    child: subprocess.Popen[bytes] | None = None
    begun: dt.datetime | None = None


_now = _Running()


def wanted() -> bool:
    """Not in a demonstration, whose day is an hour, and not where somebody else calls it."""
    return not settings.DEMO and os.environ.get("HUIYING_LOOK", "") != "off"


@every("keeping.look", _TURN, transactional=False)
def look_when_due() -> None:
    """Begin today's look when there was none since AT."""
    now = clock.now()
    if not wanted() or (_now.child is not None and _now.child.poll() is None) or not is_due(now):
        return
    if _now.begun is None or now - _now.begun >= _TRY_AGAIN:
        _now.begun = now
        _now.child = begin()


def begin() -> subprocess.Popen[bytes]:
    """`huiying check --today`, behind everything else that the machine has to do; what it says goes to a log."""
    with (home.logs() / "check.log").open("ab") as log:
        words = [sys.executable, "-m", "huiying", "check", "--today"]
        child = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    os.setpriority(os.PRIO_PROCESS, child.pid, 10)
    return child


def is_due(now: dt.datetime) -> bool:
    local = now.astimezone(timezone.get_default_timezone())
    boundary = dt.datetime.combine(local.date(), AT, local.tzinfo)
    if boundary > local:
        boundary -= dt.timedelta(days=1)
    return not Look.objects.filter(at__gte=boundary).exclude(part=auditor.MET).exists()


@auditor.auditor("looks")
def everything_is_looked_at() -> list[Finding]:
    """Each part within a little more than a week of the first look."""
    if not wanted():
        return []
    begun = Look.objects.exclude(part=auditor.MET).order_by("at").values_list("at", flat=True).first()
    if begun is None:
        return []
    since = clock.now() - begun
    ages = [age if age is not None else since for age in auditor.last_looked_at().values()]
    if not ages or max(ages) <= TOO_OLD:
        return []
    days = max(ages).days
    return [
        Finding(
            "look.too_old",
            "error",
            f"有的文件和信息已 {days} 天没有核对，应每 {auditor.PARTS} 天核对一遍；请看 logs/check.log，"
            "或现在运行 huiying check --full",
            f"Some files and rows were not compared for {days} days; see logs/check.log or run huiying check --full.",
        )
    ]
