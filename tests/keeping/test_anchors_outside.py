"""S10, INV-8: the heads leave the house daily, and find a ledger that was rewritten with all that lies beside it."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction

from cast import Cast
from cli.conftest import Command
from huiying.documents import loops
from huiying.documents.models import IssuedDocument
from huiying.keeping import delivery
from huiying.kernel import canonical, clock
from huiying.ledger import anchors, guards, hashing, queries
from huiying.ledger.actions import Actor, record
from huiying.ledger.models import ChainHead, LedgerEntry
from huiying.work import outbox
from huiying.work.models import Job

DAY = dt.date(2026, 9, 14)
AFTER_MIDNIGHT = dt.datetime(2026, 9, 14, 16, 5, tzinfo=dt.UTC)


def note(n: int, chain: str = "case:1") -> None:
    with transaction.atomic():
        record(chain, "case.noted", {"n": n}, Actor.SYSTEM)


def rewrite_all_of(chain: str) -> None:
    """What the owner of the machine can do: other content, every hash made anew, the head too, no anchors beside it."""
    with guards.lifted(connection):
        before = hashing.genesis(chain)
        for entry in LedgerEntry.objects.filter(chain=chain).order_by("seq"):
            entry.payload = canonical.dumps({"n": 99})
            assert entry.salt is not None
            entry.digest = hashing.digest(entry.salt, entry.payload)
            entry.prev_hash = before
            before = entry.hash = hashing.entry_hash(entry)
            entry.save()
        ChainHead.objects.filter(pk=chain).update(hash=before)


@pytest.fixture
def kept(db: None, home: Path, frozen: clock.FrozenClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder elsewhere, after the day with two entries of one chain and one of another."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    monkeypatch.setenv("HUIYING_ANCHOR_DIR", str(folder))
    note(1)
    note(2)
    note(1, "event:1")
    frozen.set(AFTER_MIDNIGHT)
    delivery.deliver()
    return folder / "huiying-anchor-2026-09-14.json"


def test_the_file_holds_the_head_of_every_chain_as_the_day_ended(kept: Path) -> None:
    note(3)
    anchor = anchors.parse_outside(kept.read_text())
    assert anchor.heads == delivery.of_day(DAY).heads
    assert {chain: seq for chain, (seq, _hash) in anchor.heads.items()} == {"case:1": 2, "event:1": 1}
    assert queries.heads()["case:1"][0] == 3


def test_a_ledger_that_went_on_still_holds_what_was_delivered(kept: Path, huiying: Command) -> None:
    note(3)
    done = huiying("ledger", "verify", "--anchor", kept)
    assert done.code == 0
    assert anchors.parse_outside(kept.read_text()).root in done.out


def test_a_chain_that_was_rewritten_as_a_whole_is_found_by_the_delivered_file_alone(
    kept: Path, huiying: Command
) -> None:
    rewrite_all_of("case:1")
    assert huiying("ledger", "verify").code == 0, "nothing inside the machine tells"
    done = huiying("ledger", "verify", "--anchor", kept, "--json")
    assert done.code == 1
    assert (done.data["first_bad"]["chain"], done.data["first_bad"]["seq"]) == ("case:1", 2)


def test_a_chain_that_was_taken_away_is_found(kept: Path, huiying: Command) -> None:
    with guards.lifted(connection):
        LedgerEntry.objects.filter(chain="event:1").delete()
        ChainHead.objects.filter(pk="event:1").delete()
    done = huiying("ledger", "verify", "--anchor", kept)
    assert (done.code, "event:1" in done.out) == (1, True)


def test_a_file_that_was_altered_itself_is_no_witness(kept: Path, huiying: Command) -> None:
    data = json.loads(kept.read_text())
    data["heads"]["case:1"][1] = "0" * 64
    kept.write_text(json.dumps(data))
    done = huiying("ledger", "verify", "--anchor", kept)
    assert (done.code, done.out) == (2, "")
    assert "锚定文件自身被改动" in done.err


def test_the_daily_log_prints_the_root_that_the_file_has(
    cast: Cast, home: Path, frozen: clock.FrozenClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On paper, signed by two: whoever has the file can tell whether it is that day's."""
    monkeypatch.setenv("HUIYING_ANCHOR_DIR", str(tmp_path))
    note(1)
    frozen.set(AFTER_MIDNIGHT)
    loops.issue_log(DAY)
    note(2)
    delivery.deliver()
    anchor = anchors.parse_outside((tmp_path / delivery.name_of(DAY)).read_text())
    row = IssuedDocument.objects.get(kind="log")
    assert f"{anchor.root}（{len(anchor.heads)} 条链）" in json.dumps(row.content, ensure_ascii=False)


def test_those_who_keep_anchors_get_one_letter_a_day(
    db: None, home: Path, frozen: clock.FrozenClock, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.EMAIL_HOST = "mail.example"
    monkeypatch.setenv("HUIYING_ANCHOR_MAIL", "a@example.gov.cn, b@example.gov.cn")
    note(1)
    frozen.set(AFTER_MIDNIGHT)
    for _turn in range(3):
        delivery.deliver()
    while outbox.run_due("w"):
        pass
    (letter,) = mail.outbox
    assert letter.to == ["a@example.gov.cn", "b@example.gov.cn"]
    (name, content, _kind) = letter.attachments[0]
    anchor = anchors.parse_outside(str(content))
    assert anchor.root in letter.body
    assert name == delivery.name_of(DAY)
    assert anchor.heads == delivery.of_day(DAY).heads
    assert Job.objects.get(kind=delivery.MAIL).done_at is not None


def test_check_says_when_the_heads_stayed_at_home(kept: Path, frozen: clock.FrozenClock) -> None:
    assert delivery.heads_left_the_house() == []
    note(5)
    frozen.advance(dt.timedelta(days=1, hours=2))
    (finding,) = delivery.heads_left_the_house()
    assert (finding.code, finding.severity) == ("anchor.not_delivered", "error")
    delivery.deliver()
    assert delivery.heads_left_the_house() == []


def test_check_says_that_there_is_no_way_out(db: None, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUIYING_ANCHOR_DIR", raising=False)
    (finding,) = delivery.heads_left_the_house()
    assert (finding.code, finding.severity) == ("anchor.stays", "warning")
