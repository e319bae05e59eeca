"""A key that is gone or another one is told by `check`, `/healthz` and the start, and replaced on record only (S14)."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from cast import Cast
from huiying.cli.main import Stop
from huiying.cli.ready import keys_in_place
from huiying.keeping import keys
from huiying.kernel import clock, keyfiles, sealing
from huiying.ledger.actions import Actor
from huiying.ledger.models import LedgerEntry
from huiying.listening.actions import receive_message
from huiying.listening.models import Message
from huiying.work import auditor
from huiying.work.models import Heartbeat

CONTACT = "13900001234"


@pytest.fixture
def sealed(cast: Cast, home: Path) -> Path:
    """A message whose contact is sealed, and the keys on record."""
    receive_message("咨询", "请问几点上班", contact=CONTACT)
    (home / "keys" / "site.key").write_text("a site key that signs", "ascii")
    assert keys.prepare() == []
    assert {"sealing", "site"} <= set(keys.told())
    return home / "keys" / "sealing.key"


def replace(path: Path) -> None:
    path.write_text(os.urandom(32).hex() + "\n", "ascii")


def remove_with_its_marker(path: Path) -> None:
    path.unlink()
    (path.parent.parent / f"{path.stem}.keyid").unlink()


def spoil(path: Path) -> None:
    path.write_text("zz", "ascii")


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (Path.unlink, "不见了"),
        (remove_with_its_marker, "不见了"),
        (replace, "不是原来的那一把"),
        (spoil, "不是原来的那一把"),
    ],
)
def test_a_key_that_is_gone_or_another_one_stops_the_start_and_is_told(
    sealed: Path, client: Client, harm: Callable[[Path], None], words: str
) -> None:
    Heartbeat.objects.create(name="loop:w", at=clock.now(), pid=1)
    assert client.get("/healthz").status_code == 200
    harm(sealed)
    with pytest.raises(Stop, match=words):
        keys_in_place()
    (found,) = (one for one in auditor.check() if one.code == "keys.wrong")
    assert "keys/sealing.key" in found.sentence_zh
    assert "从密钥备份取回" in found.sentence_zh
    answer = client.get("/healthz")
    assert (answer.status_code, words in answer.json()["checks"]["keys"]) == (503, True)


def test_the_sites_own_key_is_watched_too(sealed: Path) -> None:
    (sealed.parent / "site.key").write_text("another", "ascii")
    assert ["site.key" in one for one in keys.faults()] == [True]


def test_sealed_data_is_enough_to_know_that_a_key_was_in_use(sealed: Path) -> None:
    """A home of before keys were on record, whose marker somebody removed with the key."""
    mark = keyfiles.mark_of("sealing")
    remove_with_its_marker(sealed)
    token = bytes(Message.objects.get().sealed_contact or b"")
    assert token[3:11].hex() == mark
    assert keys._mark_of_sealed() == mark


@pytest.mark.django_db
def test_an_empty_home_gets_its_keys_and_the_ledger_knows_them(home: Path) -> None:
    assert not (home / "keys" / "sealing.key").exists()
    keys_in_place()
    assert (home / "keys" / "sealing.key").exists()
    entry = LedgerEntry.objects.get(kind="key.in_use", payload__contains="sealing")
    assert entry.data == {"key": "sealing", "mark": keyfiles.mark_of("sealing")}
    keys_in_place()
    assert LedgerEntry.objects.filter(kind="key.in_use", payload__contains="sealing").count() == 1


def test_the_ledger_holds_no_key(sealed: Path) -> None:
    text = "".join(LedgerEntry.objects.filter(kind="key.in_use").values_list("payload", flat=True))
    assert sealed.read_text("ascii").strip() not in text
    assert "a site key that signs" not in text


def test_another_key_is_taken_on_record_only(sealed: Path) -> None:
    with pytest.raises(keys.KeysRefused, match="原来的那一把"):
        keys.accept("sealing", "试一试看看", Actor.SYSTEM)
    before = keyfiles.mark_of("sealing")
    sealed.unlink()
    with pytest.raises(keyfiles.KeyFileError):
        sealing.seal("x", "y")
    mark = keys.accept("sealing", "磁盘损坏，密钥没有备份", Actor.SYSTEM)
    assert mark != before
    assert keys.faults(deep=True) == []
    assert sealing.unseal(sealing.seal("x", "y"), "y") == b"x"
    entry = LedgerEntry.objects.get(kind="key.replaced")
    assert entry.data == {"key": "sealing", "mark": mark, "before": before, "reason": "磁盘损坏，密钥没有备份"}


def test_a_citizen_is_told_in_words_that_nothing_was_stored(sealed: Path, client: Client) -> None:
    sealed.unlink()
    count = Message.objects.count()
    told = {"kind": "咨询", "text": "请问几点上班，周末开门吗", "contact": CONTACT, "seen": "1"}
    client.get("/ask/")
    answer = client.post("/ask/", told)
    assert answer.status_code == 503
    assert "没有保存" in answer.content.decode()
    assert Message.objects.count() == count


def test_a_marker_that_was_altered_is_told_and_the_key_is_not_blamed(sealed: Path, home: Path) -> None:
    (home / "sealing.keyid").write_text("0" * 16 + "\n", "ascii")
    (fault,) = keys.faults()
    assert "标记文件 sealing.keyid 被改过" in fault
    assert "密钥本身没有错" in fault
    (home / "sealing.keyid").write_text(keyfiles.mark_of("sealing") + "\n", "ascii")
    assert keys.faults() == []


def test_the_key_of_rows_is_one_of_those_in_use(sealed: Path, home: Path) -> None:
    assert "rows" in keys.told()
    (home / "keys" / "rows.key").unlink()
    assert "台账对各表每一行的校验" in "".join(keys.faults())
