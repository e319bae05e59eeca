"""Is the clock right? Every deadline depends on it (S18, scenario 19, INV-13); administrators are told of such trouble.

Three comparisons, none of which needs an outside host: the database server's clock, this process's own monotone meter
(somebody set the clock), and a time server of the office's own network, by SNTP, where HUIYING_TIME_SERVER names one.
"""

from __future__ import annotations

import datetime as dt
import os
import socket
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from huiying.kernel import clock
from huiying.ledger.actions import SYSTEM_CHAIN, Actor, record
from huiying.ledger.models import LedgerEntry
from huiying.people.models import User
from huiying.work import notify
from huiying.work.auditor import Finding, auditor
from huiying.work.schedule import every


def tell_administrators(findings: Sequence[Finding]) -> None:
    names = list(User.objects.filter(is_active=True, is_administrator=True).values_list("username", flat=True))
    today = timezone.localtime(clock.now()).date()
    for finding in findings:
        if finding.severity == "error":
            key = f"{finding.code}:{today}"
            notify.send(finding.sentence_zh[:200], finding.sentence_zh, names, "warning", key=key)


LIMIT = 60.0  # seconds
DRIFTED, SETTLED = "time.drifted", "time.settled"
KINDS = (DRIFTED, SETTLED)
DATABASE, METER, PEER = "数据库服务器", "本机计时器", "时间服务器"
_SNTP_PORT = 123
_EPOCH_1900 = 2_208_988_800
_PATIENCE = 2.0


@dataclass(frozen=True)
class Measured:
    """How far this clock is ahead of another one, in seconds."""

    by: str
    ahead: float


@dataclass
class _Since:
    """Where clock and meter stood together."""

    at: dt.datetime
    meter: float


_since: dict[str, _Since] = {}


def measure() -> list[Measured]:
    """Every comparison that can be made. A time server that does not answer raises OSError."""
    found = [] if (ahead := _ahead_of_database()) is None else [Measured(DATABASE, ahead)]
    if (ahead := _ahead_of_peer()) is not None:
        found.append(Measured(PEER, ahead))
    return found


def jumped() -> Measured:
    """How far the machine's clock was set since this process first looked. It stays wrong until it is set back, or
    until another clock says that it is right now.
    """
    now, meter = clock.machine(), _meter()
    began = _since.setdefault("process", _Since(now, meter))
    return Measured(METER, (now - began.at).total_seconds() - (meter - began.meter))


@dataclass(frozen=True)
class Ahead:
    """Entries of the ledger that say a later time than the machine has."""

    count: int
    first: str
    last: dt.datetime

    @property
    def sentence(self) -> str:
        last = timezone.localtime(self.last)
        return (
            f"台账有 {self.count} 条记录的时间在本机时间之后（第一条是 {self.first}，"
            f"最晚的写着 {last:%Y-%m-%d %H:%M}）：时钟曾被拨快后又拨回，或者现在慢了"
        )


TO_DO = (
    "请先核对本机时间（可设 HUIYING_TIME_SERVER 自动核对）。如果本机时间是对的，这些记录的时间就是错的："
    "台账不能改，请逐条核对它们触发的时限和公开时间，并把核对结果写进当天的日志；此前各链的新记录会写成同一个较晚的时间"
)


def entries_ahead() -> Ahead | None:
    """By the machine's clock without its floor: a process that goes on after the clock was set back sees it too."""
    rows = LedgerEntry.objects.filter(at__gt=clock.machine() + dt.timedelta(seconds=LIMIT))
    count = rows.count()
    if not count:
        return None
    first = rows.order_by("id").values_list("chain", "seq").first()
    last = rows.order_by("-at").values_list("at", flat=True).first()
    assert first is not None
    assert last is not None
    return Ahead(count, f"{first[0]} 第 {first[1]} 条", last)


@auditor("entries_ahead")
def no_entry_is_of_the_future() -> list[Finding]:
    """INV-13: a clock that ran ahead for a while leaves its times in the ledger for ever."""
    ahead = None if settings.DEMO else entries_ahead()
    if ahead is None:
        return []
    en = f"{ahead.count} ledger entries say a later time than this machine has, the first is {ahead.first}."
    return [Finding("time.entries_ahead", "error", f"{ahead.sentence}。{TO_DO}", en)]


def is_drifting() -> bool:
    """By the record: whether the last word on it is that the clock is wrong."""
    last = LedgerEntry.objects.filter(kind__in=KINDS).order_by("-id").values_list("kind", flat=True)[:1]
    return list(last) == [DRIFTED]


@every("keeping.time", 300, transactional=False)
def watch() -> None:
    """Put on record when the clock goes wrong and when it is right again, and tell the administrators."""
    if settings.DEMO:
        return
    try:
        found = measure()
    except OSError:
        return  # said by `check`; a silent peer is no drift
    if (own := jumped()) and (not found or any(abs(one.ahead) > LIMIT for one in found)):
        found.append(own)  # where another clock agrees with this one, setting it was right
    worst = max(found, key=lambda one: abs(one.ahead))
    wrong, was = abs(worst.ahead) > LIMIT, is_drifting()
    if wrong != was:
        payload = {"by": worst.by, "seconds": round(worst.ahead)}
        with transaction.atomic():
            record(SYSTEM_CHAIN, DRIFTED if wrong else SETTLED, payload, Actor.SYSTEM)
            if wrong:
                tell_administrators([_finding(worst)])


@auditor("time")
def clock_is_right() -> list[Finding]:
    """What can be compared from any process; the meter belongs to the one that runs."""
    if settings.DEMO:
        return []
    try:
        found = measure()
    except OSError as error:
        zh = f"时间服务器 {_peer()} 没有应答（{error}），没法核对本机时间"
        return [Finding("time.no_peer", "warning", zh, f"The time server {_peer()} does not answer ({error}).")]
    return [_finding(one) for one in found if abs(one.ahead) > LIMIT]


def _meter() -> float:
    """Seconds on a meter that nobody can set and that, where the system has one, goes on while the machine sleeps."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


def _finding(one: Measured) -> Finding:
    seconds, way = abs(round(one.ahead)), "快" if one.ahead > 0 else "慢"
    return Finding(
        "time.drifted",
        "error",
        f"本机时间比{one.by}{way} {seconds} 秒，超过 {LIMIT:.0f} 秒；各项时限都按本机时间算，请立即校时",
        f"This clock is {seconds} s {'ahead of' if one.ahead > 0 else 'behind'} another; every deadline depends on it.",
    )


def _ahead_of_database() -> float | None:
    """SQLite has no clock but ours."""
    if connection.vendor != "postgresql":
        return None
    before = clock.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        there: dt.datetime = cursor.fetchone()[0]
    return ((before + (clock.now() - before) / 2) - there).total_seconds()


def _peer() -> str:
    return os.environ.get("HUIYING_TIME_SERVER", "").strip()


def _ahead_of_peer() -> float | None:
    """RFC 4330, client mode. Raises OSError without an answer that can be used."""
    if not (peer := _peer()):
        return None
    host, _, port = peer.rpartition(":") if peer.count(":") == 1 else (peer, "", "")
    where = socket.getaddrinfo(host, int(port or _SNTP_PORT), type=socket.SOCK_DGRAM)[0]
    with socket.socket(where[0], socket.SOCK_DGRAM) as line:
        line.settimeout(_PATIENCE)
        line.connect(where[4])
        sent = clock.now()
        line.send(b"\x23" + bytes(47))
        answer = line.recv(512)
        came = clock.now()
    if len(answer) < 48 or answer[0] & 7 != 4 or not 1 <= answer[1] <= 15:
        raise OSError("答复不是 SNTP，或它自己也没有对时")
    received, left = (_moment(answer[place : place + 8]) for place in (32, 40))
    return -(((received - sent) + (left - came)) / 2).total_seconds()


def _moment(stamp: bytes) -> dt.datetime:
    seconds, fraction = struct.unpack(">II", stamp)
    return dt.datetime.fromtimestamp(seconds - _EPOCH_1900 + fraction / 2**32, dt.UTC)
