"""A copy every night by the loop, the oldest ones thrown away, an alarm when the last good one is too old (S15).

HUIYING_BACKUP_DIR        an existing folder, better on another disk
HUIYING_BACKUP_KEY_FILE   the file that holds the passphrase; without both there are no scheduled copies
HUIYING_BACKUP_KEEP       how many copies are kept, 14 by default

The copy is made by a process of its own: deadlines must not wait for it. Only what was read back stands in the ledger,
and only that counts. What nobody needs is cleared too: ended sessions, old records of sign-ins (S10, S16).
"""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from huiying.keeping.backup import MADE
from huiying.keeping.drift import tell_administrators
from huiying.kernel import clock, home
from huiying.ledger.models import LedgerEntry
from huiying.people import personal_data
from huiying.people.queries import regulation_now
from huiying.work.auditor import Finding, auditor
from huiying.work.schedule import every

AT = dt.time(2, 30)  # in the bureau's zone: the quietest hour
TOO_OLD = dt.timedelta(hours=26)
KEEP = 14
_TURN = 600
_TRY_AGAIN = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Plan:
    folder: Path
    key_file: Path
    keep: int


@dataclass
class _Running:
    """The process that makes a copy, and when one was last begun."""

    child: subprocess.Popen[bytes] | None = None
    begun: dt.datetime | None = None


_now = _Running()


def plan() -> Plan | None:
    """What the environment asks for; nothing in a demonstration. Raises ValueError for a number that is none."""
    folder, key_file = os.environ.get("HUIYING_BACKUP_DIR", ""), os.environ.get("HUIYING_BACKUP_KEY_FILE", "")
    if settings.DEMO or not (folder and key_file):
        return None
    words = os.environ.get("HUIYING_BACKUP_KEEP", "") or str(KEEP)
    if not (words.isascii() and words.isdigit() and int(words) > 0):
        raise ValueError(f"HUIYING_BACKUP_KEEP={words} 应为大于 0 的整数")
    return Plan(Path(folder), Path(key_file), int(words))


@every("keeping.backup", _TURN, transactional=False)
def back_up_when_due() -> None:
    """Begin a copy when none was made since the last AT; look after the one that runs."""
    wanted = plan()
    if wanted is None or _still_running():
        return
    now = clock.now()
    if not _is_due(now):
        throw_away(wanted)
        return
    tell_administrators(copies_are_fresh())
    if _now.begun is None or now - _now.begun >= _TRY_AGAIN:
        _now.begun = now
        _now.child = begin(wanted)


def begin(wanted: Plan) -> subprocess.Popen[bytes]:
    """`huiying backup` as an administrator would call it; what it says goes to a log."""
    with _log() as log:
        words = [sys.executable, "-m", "huiying", "backup", str(wanted.folder), "--key-file", str(wanted.key_file)]
        return subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log)


def throw_away(wanted: Plan) -> list[Path]:
    """Remove copies older than the newest `keep` that are on record and there; files of other names are not ours."""
    entries = LedgerEntry.objects.filter(kind=MADE).order_by("-id")[: wanted.keep * 2]
    made = [str((entry.data or {}).get("file")) for entry in entries]
    there = [name for name in made if (wanted.folder / name).is_file()]
    if len(there) <= wanted.keep:
        return []
    old = [wanted.folder / name for name in there[wanted.keep :]]
    for file in old:
        file.unlink(missing_ok=True)
    return old


@auditor("backup")
def copies_are_fresh() -> list[Finding]:
    """The last good copy is there and young enough; without scheduled copies that is said too."""
    if settings.DEMO:
        return []
    wanted = plan()
    if wanted is None:
        return [
            Finding(
                "backup.not_set",
                "warning",
                "没有设定每夜备份（HUIYING_BACKUP_DIR 和 HUIYING_BACKUP_KEY_FILE），磁盘一坏数据就没有了",
                "No nightly copies are set (HUIYING_BACKUP_DIR and HUIYING_BACKUP_KEY_FILE).",
            )
        ]
    last = LedgerEntry.objects.filter(kind=MADE).order_by("-id").first()
    if last is None:
        return [_bad("还没有做过一份读回核对的备份", "No copy has been made and read back yet.")]
    age = clock.now() - last.at
    if age > TOO_OLD:
        hours = int(age.total_seconds() // 3600)
        words = f"最近一份好的备份已有 {hours} 小时，应不超过 {_hours(TOO_OLD)} 小时；请看 logs/backup.log"
        return [_bad(words, f"The last good copy is {hours} hours old; see logs/backup.log.")]
    name = str((last.data or {}).get("file"))
    if not (wanted.folder / name).is_file():
        return [_bad(f"最近一份备份 {name} 不在 {wanted.folder} 里了", f"The last copy {name} is not in its folder.")]
    return []


def _bad(zh: str, en: str) -> Finding:
    return Finding("backup.too_old", "error", zh, en)


def _hours(span: dt.timedelta) -> int:
    return int(span.total_seconds() // 3600)


def _is_due(now: dt.datetime) -> bool:
    local = now.astimezone(timezone.get_default_timezone())
    boundary = dt.datetime.combine(local.date(), AT, local.tzinfo)
    if boundary > local:
        boundary -= dt.timedelta(days=1)
    return not LedgerEntry.objects.filter(kind=MADE, at__gte=boundary).exists()


def _still_running() -> bool:
    return _now.child is not None and _now.child.poll() is None


def _log() -> IO[bytes]:
    return (home.logs() / "backup.log").open("ab")


@every("keeping.residue", 86_400)
def clear_residue() -> None:
    """A session that ran out opens nothing any more, and its row would go into every copy."""
    now = clock.now()
    Session.objects.filter(expire_date__lt=now).delete()
    over = _before(now)
    for model in (AccessAttempt, AccessFailureLog, AccessLog):
        model.objects.filter(attempt_time__lt=over).delete()


def _before(now: dt.datetime) -> dt.datetime:
    """The moment whose records are over today: at least the six months of the law, as the regulation says (S10)."""
    kept = personal_data.kept("sign_in", regulation_now())
    days = kept.elapsed + dt.timedelta(days=31 * kept.months)  # a month too long rather than a day too short
    return now - days
