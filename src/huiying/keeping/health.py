"""Is it alive? `/healthz` for whoever watches over machines, and what `check` says of disk and secrets (S14, S18).

A secret's file is closed to others, and no secret is a word that everybody tries first.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from huiying.keeping import damage, drift, keys
from huiying.keeping.backup import SHORTEST
from huiying.kernel import clock, home, secretfiles
from huiying.ledger.actions import anchors_fault
from huiying.work.auditor import Finding, auditor, known
from huiying.work.loop import HEARTBEAT_STALE
from huiying.work.models import Heartbeat

LEAST_FREE = 1 << 30  # bytes: a day of evidence and the next copy's work
_migrated: set[str] = set()


@dataclass(frozen=True)
class Check:
    """`why` is a sentence without secrets where it is not ok."""

    name: str
    why: str = ""

    @property
    def ok(self) -> bool:
        return not self.why


def checks() -> list[Check]:
    try:
        found = [Check("database", damage.seen()), _loop(), _migrations(), _time(), _anchors(), _keys(), _proof()]
    except DatabaseError as error:
        found = [Check("database", damage.note(error) or "数据库没有应答")]
    return [*found, Check("disk", _disk())]


def loop_age() -> dt.timedelta | None:
    """Since the newest sign of life of any loop."""
    newest = Heartbeat.objects.filter(name__startswith="loop").order_by("-at").values_list("at", flat=True).first()
    return None if newest is None else clock.now() - newest


def free_bytes() -> int:
    return shutil.disk_usage(home.home()).free


def _loop() -> Check:
    age = loop_age()
    if age is None:
        return Check("loop", "后台循环还没有运行过")
    return Check("loop", "" if age <= HEARTBEAT_STALE else f"后台循环已 {int(age.total_seconds())} 秒没有心跳")


def _migrations() -> Check:
    """Asked of the database until it is so; a program that runs does not lose its tables."""
    name = str(connection.settings_dict["NAME"])
    if name not in _migrated:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return Check("migrations", "数据库表结构比程序旧，请运行一次任意 huiying 命令来升级")
        _migrated.add(name)
    return Check("migrations")


def _time() -> Check:
    if drift.is_drifting():
        return Check("time", "本机时间不准")
    ahead = None if settings.DEMO else drift.entries_ahead()
    return Check("time", "" if ahead is None else ahead.sentence)


def _anchors() -> Check:
    return Check("anchors", anchors_fault())


def _keys() -> Check:
    return Check("keys", "；".join(keys.faults()))


def _proof() -> Check:
    """What the last looks at files and rows found, and what readers came upon since."""
    wrong = [finding for finding in known() if finding.severity == "error"]
    if not wrong:
        return Check("proof")
    return Check("proof", f"核对发现 {len(wrong)} 处不符，请运行 huiying check 查看并处理")


def _disk() -> str:
    free = free_bytes()
    return "" if free >= LEAST_FREE else f"磁盘只剩 {free // (1 << 20)} MiB"


@auditor("disk")
def there_is_room() -> list[Finding]:
    why = _disk()
    return [Finding("disk.full", "error", f"{why}，请清理或扩容", "The disk is almost full.")] if why else []


TOKEN_LEAST = 16  # characters of the token of /metrics
FILES = {"HUIYING_BACKUP_KEY_FILE": SHORTEST, "HUIYING_METRICS_TOKEN_FILE": TOKEN_LEAST}


@auditor("secrets")
def secrets_are_secret() -> list[Finding]:
    """A refused file is already out of use; here is why."""
    if settings.DEMO:
        return []
    found = []
    for name, least in FILES.items():
        if file := os.environ.get(name, ""):
            try:
                secretfiles.read(Path(file), least)
            except secretfiles.SecretRefused as error:
                found.append(_bad(f"{name}：{error}", f"{name}: open to others, too short or guessable."))
            except OSError as error:
                found.append(_bad(f"{name}：读不了 {file}（{error.strerror}）", f"{name}: cannot be read."))
    try:
        secretfiles.check_environment()
    except secretfiles.SecretRefused as error:
        found.append(_bad(str(error), "An address in the environment holds a password that everybody tries first."))
    return found


def _bad(zh: str, en: str) -> Finding:
    return Finding("secrets.open", "error", zh, en)
