"""`huiying backup`, `restore`, `export all`, `import all` as an administrator types them."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.db import transaction

from cli.conftest import Command
from huiying.keeping import archive, tables
from huiying.kernel import home as home_of, sealing
from huiying.ledger.actions import Actor, record
from huiying.ledger.models import LedgerEntry


@pytest.fixture
def copied(
    stored: Command, tmp_path: Path, home: Path, passphrase: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, Path]:
    """A copy of a small system and of its keys; this home and this database are empty again."""
    monkeypatch.setenv("HUIYING_HOME", str(tmp_path / "old"))
    paths = {"copy": tmp_path / "copies", "keys": tmp_path / "keys.hybak", "pass": passphrase}
    paths["copy"].mkdir()
    with transaction.atomic():
        sealing.seal("13900001234", "test")
        with transaction.atomic():
            record("case:1", "case.noted", {"n": 1}, Actor.SYSTEM)
        made = stored("backup", paths["copy"], "--keys", paths["keys"], "--key-file", passphrase)
        assert made.code == 0, made.err
        assert LedgerEntry.objects.filter(kind="backup.made").count() == 1
        transaction.set_rollback(True)
    (paths["copy"],) = paths["copy"].iterdir()
    monkeypatch.setenv("HUIYING_HOME", str(tmp_path / "new"))
    return paths


def test_the_copy_in_a_folder_is_named_by_its_time_and_says_where_the_keys_are(
    stored: Command, tmp_path: Path, home: Path, passphrase: Path
) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    bare = stored("backup", folder, "--key-file", passphrase)
    assert bare.code == 0
    assert "备份不含密钥" in bare.out
    (file,) = folder.iterdir()
    assert file.name.startswith("huiying-2")
    assert file.suffix == ".hybak"
    assert file.stat().st_mode & 0o077 == 0
    with_keys = stored("backup", tmp_path / "b.hybak", "--keys", tmp_path / "k.hybak", "--key-file", passphrase)
    assert "请与备份分开保管" in with_keys.out
    assert not (home / ".keeping").exists()


def test_a_copy_and_its_keys_bring_the_system_back(stored: Command, copied: dict[str, Path]) -> None:
    done = stored("restore", copied["copy"], "--keys", copied["keys"], "--key-file", copied["pass"])
    assert done.code == 0, done.err
    assert "已恢复" in done.out
    assert "台账每条链" in done.out
    assert stored("ledger", "verify").code == 0
    assert LedgerEntry.objects.filter(chain="case:1").count() == 1
    assert (home_of.keys() / "sealing.key").stat().st_mode & 0o077 == 0


def test_of_a_folder_the_newest_copy_is_taken(stored: Command, copied: dict[str, Path], tmp_path: Path) -> None:
    folder = copied["copy"].parent
    (folder / "huiying-19990101T000000Z.hybak").write_bytes(b"an old one")
    done = stored("restore", folder, "--keys", copied["keys"], "--key-file", copied["pass"])
    assert done.code == 0, done.err
    empty = tmp_path / "empty"
    empty.mkdir()
    assert stored("restore", empty, "--key-file", copied["pass"]).code == 2


def test_without_the_keys_it_is_refused_and_they_are_named(stored: Command, copied: dict[str, Path]) -> None:
    done = stored("restore", copied["copy"], "--key-file", copied["pass"])
    assert done.code == 2
    assert "keys/sealing.key" in done.err
    assert tables.filled() == []


def test_a_damaged_copy_is_refused_whole(stored: Command, copied: dict[str, Path], tmp_path: Path) -> None:
    data = bytearray(copied["copy"].read_bytes())
    data[len(data) // 2] ^= 1
    copied["copy"].write_bytes(bytes(data))
    done = stored("restore", copied["copy"], "--keys", copied["keys"], "--key-file", copied["pass"])
    assert done.code == 1
    assert "损坏" in done.err
    assert tables.filled() == []
    assert [path.name for path in (tmp_path / "new").rglob("*") if path.is_file()] == []


def test_the_wrong_passphrase_opens_nothing(stored: Command, copied: dict[str, Path], tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("another passphrase that is long")
    other.chmod(0o600)
    done = stored("restore", copied["copy"], "--key-file", other)
    assert (done.code, done.out) == (1, "")
    assert "口令不对" in done.err


def test_an_archive_that_leads_out_of_its_folder_is_refused(tmp_path: Path, home: Path) -> None:
    with archive._sealed_tar(tmp_path / "evil.hybak", "sixteen characters!") as tar:
        archive._add(tar, "../outside", b"x")
    with pytest.raises(archive.Damaged, match="outside"):
        archive.unpack(tmp_path / "evil.hybak", "sixteen characters!", tmp_path / "in")
    assert not (tmp_path / "outside").exists()


def test_the_passphrase_comes_from_a_file_a_pipe_or_a_terminal_and_is_long(
    stored: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    none = stored("backup", tmp_path / "b.hybak")
    assert (none.code, "没有口令" in none.err) == (2, True)
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    short = stored("backup", tmp_path / "b.hybak", "--passphrase-stdin")
    assert (short.code, "口令太短" in short.err) == (2, True)
    monkeypatch.setattr("sys.stdin", io.StringIO("long enough to be one\n"))
    assert stored("backup", tmp_path / "b.hybak", "--passphrase-stdin").code == 0
    assert stored("backup", tmp_path / "b.hybak", "--passphrase", "x").code == 2


def test_a_copy_is_never_written_over(stored: Command, tmp_path: Path, passphrase: Path) -> None:
    mine = tmp_path / "mine.hybak"
    mine.write_text("mine")
    done = stored("backup", mine, "--key-file", passphrase)
    assert (done.code, mine.read_text()) == (2, "mine")


def test_everything_in_open_formats_and_back_by_its_seal(
    stored: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUIYING_HOME", str(tmp_path / "old"))
    with transaction.atomic():
        out = stored("export", "all", tmp_path / "out", "--json")
        transaction.set_rollback(True)
    assert (out.code, out.data["rows"] > 0) == (0, True)
    assert json.loads((tmp_path / "out" / "MANIFEST.json").read_text())["schema"] == "huiying.export/1"
    monkeypatch.setenv("HUIYING_HOME", str(tmp_path / "new"))
    other = stored("import", "all", tmp_path / "out", "--seal", "0" * 64)
    assert (other.code, "封存值不符" in other.err) == (1, True)
    assert tables.filled() == []
    back = stored("import", "all", tmp_path / "out", "--seal", out.data["seal"], "--json")
    assert (back.code, back.data["rows"], back.data["entries"]) == (0, out.data["rows"], out.data["entries"])


def test_check_for_cron_fails_when_nothing_was_copied(
    stored: Command, tmp_path: Path, passphrase: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 1 is what a timer sees; a warning alone is none."""
    monkeypatch.delenv("HUIYING_BACKUP_DIR", raising=False)
    without = stored("check", "--json")
    assert without.code == 0
    assert "backup.not_set" in [row["code"] for row in without.data["findings"]]
    monkeypatch.setenv("HUIYING_BACKUP_DIR", str(tmp_path))
    monkeypatch.setenv("HUIYING_BACKUP_KEY_FILE", str(passphrase))
    due = stored("check", "--json")
    assert due.code == 1
    assert "还没有做过一份读回核对的备份" in [row["sentence"] for row in due.data["findings"]]
    assert stored("backup", tmp_path, "--key-file", passphrase).code == 0
    assert stored("check").code == 0
