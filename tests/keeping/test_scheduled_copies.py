"""S15: a copy every night in a process of its own, the old ones thrown away, an alarm when the last one is too old."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.db import transaction

from cast import Cast
from huiying.keeping import scheduled
from huiying.keeping.backup import MADE
from huiying.kernel import clock
from huiying.ledger.actions import Actor, record
from huiying.work.models import Notice


@dataclass
class Child:
    """The process that makes a copy; `code` is None while it runs."""

    code: int | None = None

    def poll(self) -> int | None:
        return self.code


@dataclass
class Night:
    folder: Path
    begun: list[Child] = field(default_factory=list)

    def begin(self, plan: scheduled.Plan) -> Child:
        self.begun.append(Child())
        return self.begun[-1]

    def copy(self, name: str) -> None:
        """As `huiying backup` leaves it: a file, and an entry."""
        (self.folder / name).touch()
        with transaction.atomic():
            record("system", MADE, {"file": name}, Actor.SYSTEM)


@pytest.fixture
def night(db: None, frozen: clock.FrozenClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Night:
    folder = tmp_path / "copies"
    folder.mkdir()
    monkeypatch.setenv("HUIYING_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HUIYING_BACKUP_DIR", str(folder))
    monkeypatch.setenv("HUIYING_BACKUP_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setattr(scheduled, "_now", scheduled._Running())
    found = Night(folder)
    monkeypatch.setattr(scheduled, "begin", found.begin)
    return found


def words() -> list[str]:
    return [finding.sentence_zh for finding in scheduled.copies_are_fresh()]


def test_one_copy_a_night_and_none_beside_it(night: Night, frozen: clock.FrozenClock) -> None:
    """10:00 now; the next is due at 02:30."""
    scheduled.back_up_when_due()
    scheduled.back_up_when_due()
    assert len(night.begun) == 1, "a second one while the first still runs"
    night.copy("huiying-1.hybak")
    night.begun[0].code = 0
    for hours, copies in ((0, 1), (16, 1), (0.75, 2)):
        frozen.advance(dt.timedelta(hours=hours))
        scheduled.back_up_when_due()
        assert len(night.begun) == copies


def test_one_that_failed_is_tried_again_after_an_hour(night: Night, frozen: clock.FrozenClock) -> None:
    scheduled.back_up_when_due()
    night.begun[0].code = 1
    scheduled.back_up_when_due()
    assert len(night.begun) == 1
    frozen.advance(dt.timedelta(hours=1))
    scheduled.back_up_when_due()
    assert len(night.begun) == 2


def test_check_says_when_the_last_good_copy_is_too_old(night: Night, frozen: clock.FrozenClock) -> None:
    assert words() == ["还没有做过一份读回核对的备份"]
    night.copy("huiying-1.hybak")
    frozen.advance(dt.timedelta(hours=26))
    assert words() == []
    frozen.advance(dt.timedelta(hours=2))
    assert words() == ["最近一份好的备份已有 28 小时，应不超过 26 小时；请看 logs/backup.log"]


def test_check_says_when_the_last_copy_is_gone(night: Night) -> None:
    night.copy("huiying-1.hybak")
    (night.folder / "huiying-1.hybak").unlink()
    (said,) = words()
    assert "不在" in said


def test_check_says_that_nothing_is_copied(db: None, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUIYING_BACKUP_DIR", raising=False)
    (finding,) = scheduled.copies_are_fresh()
    assert (finding.code, finding.severity) == ("backup.not_set", "warning")
    scheduled.back_up_when_due()
    assert scheduled._now.child is None


def test_the_administrators_are_told_once_a_day(cast: Cast, night: Night, frozen: clock.FrozenClock) -> None:
    night.copy("huiying-1.hybak")
    frozen.advance(dt.timedelta(hours=40))
    for _turn in range(3):
        scheduled.back_up_when_due()
        night.begun[-1].code = 1
        frozen.advance(dt.timedelta(hours=1))
    told = Notice.objects.filter(key__startswith="backup.too_old:")
    assert [notice.recipient for notice in told] == [cast.admin.username]


def test_the_oldest_are_thrown_away_and_nothing_that_is_not_ours(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIYING_BACKUP_KEEP", "2")
    (night.folder / "mine.hybak").touch()
    for number in range(4):
        night.copy(f"huiying-{number}.hybak")
    scheduled.back_up_when_due()
    assert sorted(path.name for path in night.folder.iterdir()) == [
        "huiying-2.hybak",
        "huiying-3.hybak",
        "mine.hybak",
    ]


def test_while_a_copy_is_due_none_is_thrown_away(
    night: Night, frozen: clock.FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until the new one is good, every old one may be the last."""
    monkeypatch.setenv("HUIYING_BACKUP_KEEP", "1")
    night.copy("huiying-1.hybak")
    night.copy("huiying-2.hybak")
    frozen.advance(dt.timedelta(days=1))
    scheduled.back_up_when_due()
    assert len(list(night.folder.iterdir())) == 2


def test_a_number_of_copies_that_is_none_is_named(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIYING_BACKUP_KEEP", "all")
    with pytest.raises(ValueError, match="HUIYING_BACKUP_KEEP=all"):
        scheduled.plan()
