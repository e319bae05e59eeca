"""Evidence: hashed, sealed; a flipped byte is found; opened with a reason; destroyed in time （五）C5.16, §6.2."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import os
from pathlib import Path

import pytest

import stories
from cast import Cast
from huiying.handling import actions as handling
from huiying.handling.tasks import purge_evidence
from huiying.judging.pipeline import judge_pending
from huiying.kernel import sealing
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.listening import evidence
from huiying.listening.fetching import Fetched
from huiying.listening.models import Evidence, Post
from huiying.people.errors import Refused
from listening.sources_of import World, feed, minutes
from local_web import rss

FEED = "http://news.example/feed"
OUTAGE = "鞍山公共资源交易平台今早登录不上，开标解密超时"
REASON = "核实截图与原网页是否一致"


@pytest.fixture
def captured(cast: Cast, home: Path, frozen: FrozenClock) -> Evidence:
    """The evidence of one look at a feed, as the collector keeps it."""
    feed()
    World(frozen, {FEED: rss(OUTAGE)}).run(minutes(1))
    return Evidence.objects.get()


def file_of(row: Evidence, home: Path) -> Path:
    return home / "evidence" / row.file


def test_what_was_seen_is_kept_whole_and_sealed(captured: Evidence, home: Path) -> None:
    sealed = file_of(captured, home).read_bytes()
    assert OUTAGE.encode() not in sealed
    assert b"WARC" not in sealed
    plain = sealing.unseal(sealed, evidence.PURPOSE)
    payload = evidence.payload_of(plain)
    assert payload == rss(OUTAGE).encode()
    assert captured.body_sha256 == hashlib.sha256(payload).hexdigest()
    assert captured.file_sha256 == hashlib.sha256(sealed).hexdigest()
    assert list(captured.posts.all()) == [Post.objects.get()]
    assert file_of(captured, home).stat().st_mode & 0o077 == 0


def test_the_ledger_has_the_hashes_and_neither_address_nor_text(captured: Evidence) -> None:
    entry = LedgerEntry.objects.get(kind="evidence.kept")
    assert entry.data["body_sha256"] == captured.body_sha256
    assert "news.example" not in entry.payload
    assert OUTAGE not in entry.payload


def test_everything_verifies_when_nothing_was_touched(captured: Evidence) -> None:
    report = evidence.verify()
    assert (report.checked, report.purged, report.orphans, report.bad) == (1, 0, 0, ())


@pytest.mark.parametrize("place", ["head", "middle", "end"])
def test_a_flipped_byte_names_its_record(captured: Evidence, home: Path, place: str) -> None:
    path = file_of(captured, home)
    raw = bytearray(path.read_bytes())
    raw[{"head": 0, "middle": len(raw) // 2, "end": len(raw) - 1}[place]] ^= 1
    path.write_bytes(raw)
    (bad,) = evidence.verify().bad
    assert (bad.pk, bad.file) == (captured.pk, captured.file)


def test_a_lost_file_is_named(captured: Evidence, home: Path) -> None:
    file_of(captured, home).unlink()
    (bad,) = evidence.verify().bad
    assert bad.pk == captured.pk


def test_a_file_and_its_row_changed_together_are_found_by_the_ledger(captured: Evidence, home: Path) -> None:
    other = evidence.capture(Fetched(FEED, "ok", status=200, body=b"other", wire=b"other"), captured.captured_at)
    Evidence.objects.filter(pk=captured.pk).update(
        file=other.file, file_sha256=other.file_sha256, body_sha256=other.body_sha256
    )
    (bad,) = evidence.verify().bad
    assert bad.pk == captured.pk


def test_a_row_that_was_removed_is_missed(captured: Evidence) -> None:
    pk = captured.pk
    captured.posts.clear()
    Evidence.objects.filter(pk=pk).delete()
    assert [bad.pk for bad in evidence.verify().bad] == [pk]


def test_it_is_opened_with_a_reason_that_stands_in_the_ledger(cast: Cast, captured: Evidence) -> None:
    warc = evidence.open_evidence(captured, REASON, cast.duty)
    assert evidence.payload_of(warc) == rss(OUTAGE).encode()
    entry = LedgerEntry.objects.get(kind="evidence.opened")
    assert entry.data == {"evidence": captured.pk, "reason": REASON}
    assert "值班员小周" in entry.actor


@pytest.mark.parametrize(("who", "reason"), [("duty", "看看"), ("duty", ""), ("inspector", REASON), ("editor", REASON)])
def test_without_reason_or_standing_it_stays_shut(cast: Cast, captured: Evidence, who: str, reason: str) -> None:
    with pytest.raises(Refused):
        evidence.open_evidence(captured, reason, cast.people[who])
    assert not LedgerEntry.objects.filter(kind="evidence.opened").exists()


def test_cookies_are_nobodys_evidence(cast: Cast, home: Path, frozen: FrozenClock) -> None:
    headers = (("Set-Cookie", "visitor=12345"), ("Content-Type", "text/html"))
    fetched = Fetched("http://a.example/", "ok", status=200, headers=headers, body=b"x", wire=b"x")
    made = evidence.capture(fetched, frozen())
    plain = sealing.unseal((home / "evidence" / made.file).read_bytes(), evidence.PURPOSE)
    assert b"12345" not in gzip.decompress(plain)


def test_without_a_case_it_is_destroyed_after_the_regulations_time_and_leaves_a_tombstone(
    cast: Cast, captured: Evidence, home: Path, frozen: FrozenClock
) -> None:
    """retention.evidence_without_case is two years."""
    frozen.advance(dt.timedelta(days=720))
    purge_evidence()
    captured.refresh_from_db()
    assert captured.purged_at is None
    frozen.advance(dt.timedelta(days=20))
    purge_evidence()
    captured.refresh_from_db()
    assert captured.purged_at == frozen()
    assert not file_of(captured, home).exists()
    assert LedgerEntry.objects.filter(kind="evidence.purged").count() == 1
    report = evidence.verify()
    assert (report.checked, report.purged, report.bad) == (0, 1, ())
    with pytest.raises(Refused):
        evidence.open_evidence(captured, REASON, cast.duty)
    purge_evidence()
    assert LedgerEntry.objects.filter(kind="evidence.purged").count() == 1, "once"


def test_evidence_of_a_case_lives_with_the_case(cast: Cast, captured: Evidence, frozen: FrozenClock) -> None:
    judge_pending()
    event = Post.objects.get().membership.event  # type: ignore[attr-defined]
    case = handling.open_case(event, cast.duty)
    assert stories.again(case).event_id == event.pk
    frozen.advance(dt.timedelta(days=1000))
    purge_evidence()
    captured.refresh_from_db()
    assert captured.purged_at is None


def test_what_a_crash_left_without_a_row_is_swept_after_a_day(
    cast: Cast, captured: Evidence, home: Path, frozen: FrozenClock
) -> None:
    orphan = evidence.capture(Fetched(FEED, "ok", status=200, body=b"x", wire=b"x"), frozen())
    assert evidence.verify().orphans == 1
    for name, age in ((orphan.file, 2), (captured.file, 2)):
        moment = frozen().timestamp() - age * 86_400
        os.utime(home / "evidence" / name, (moment, moment))
    assert evidence.sweep() == 1
    assert not (home / "evidence" / orphan.file).exists()
    assert file_of(captured, home).exists()
