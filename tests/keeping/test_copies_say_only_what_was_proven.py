"""A copy whose rows were altered is refused though its manifest was mended; damage is told in words (S15, INV-8)."""

from __future__ import annotations

import getpass
import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Command
from huiying.documents import audits  # noqa: F401  registers what is compared
from huiying.keeping import archive, exporting, importing, manifest
from huiying.keeping.manifest import Damaged, Manifest, sha256_of
from huiying.kernel import clock, home
from huiying.ledger.models import LedgerEntry
from huiying.people.models import Department, RegulationVersion
from keeping.conftest import PASSPHRASE
from keeping.test_leaving_and_arriving import Elsewhere, elsewhere as elsewhere, fill, is_empty


@pytest.fixture
def adopted(db: None, tmp_path: Path, frozen: clock.FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Elsewhere:
    """A system with a regulation in force, written out and gone."""
    from django.conf import settings
    from django.db import transaction

    from huiying.ledger.actions import Actor
    from huiying.people.actions import adopt_regulation
    from huiying.regulation import loader

    old, new = tmp_path / "old", tmp_path / "new"
    monkeypatch.setenv("HUIYING_HOME", str(old))
    with transaction.atomic():
        fill()
        Department.objects.all().delete()
        adopt_regulation(loader.load(settings.REGULATION).text, Actor.SYSTEM)
        made = exporting.export_all(tmp_path / "folder")
        transaction.set_rollback(True)
    monkeypatch.setenv("HUIYING_HOME", str(new))
    shutil.copytree(old / "keys", new / "keys")
    assert made.faults == []
    return Elsewhere(tmp_path / "folder", old, made)


def test_an_altered_row_with_its_manifest_mended_is_refused_by_name(adopted: Elsewhere) -> None:
    adopted.alter("tables/people_regulationversion.jsonl", lambda text: text.replace("小时", "日", 1), listed=True)
    with pytest.raises(Damaged, match=r"制度版本 \w+与台账不一致：文字被改过"):
        importing.import_all(adopted.folder)
    assert is_empty()


def test_what_was_altered_before_the_copy_comes_back_and_is_said(
    db: None, tmp_path: Path, adopted: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    importing.import_all(adopted.folder)
    RegulationVersion.objects.update(text="改过")
    made = exporting.export_all(tmp_path / "again")
    assert any("文字被改过" in fault for fault in made.faults)


def test_a_manifest_that_claims_an_earlier_day_is_refused(adopted: Elsewhere) -> None:
    adopted.made.made_at = "2026-09-01T00:00:00Z"
    (adopted.folder / manifest.NAME).write_text(adopted.made.text(), "utf-8")
    with pytest.raises(Damaged, match="更晚的记录"):
        importing.import_all(adopted.folder)
    assert is_empty()


def test_an_import_is_an_entry_that_says_which_state_came_back(
    stored: Command, adopted: Elsewhere, tmp_path: Path
) -> None:
    done = stored("import", "all", adopted.folder)
    assert done.code == 0, done.err
    entry = LedgerEntry.objects.get(kind="backup.restored")
    assert entry.data is not None
    assert entry.data["made_at"] == adopted.made.made_at
    assert entry.data["seal"] == adopted.made.seal
    assert entry.data["heads"] == adopted.made.ledger["heads"]
    assert entry.data["copy"] == adopted.folder.name
    assert entry.data["by"].startswith(f"{getpass.getuser()}@")
    assert stored("ledger", "verify").code == 0


def test_the_sentence_says_what_was_compared_and_what_was_not(stored: Command, adopted: Elsewhere) -> None:
    out = stored("import", "all", adopted.folder).out
    assert "与备份时一致" not in out
    assert "没有核对的" in out
    assert "huiying ledger verify --anchor" in out


# Damage ---------------------------------------------------------------------------------------------------------------


def packed(folder: Path) -> Path:
    """A copy of three MiB that does not shrink."""
    made = Manifest("2026-09-14T02:00:00Z", "1", {}, ledger={"bad": []}, evidence={"bad": []})
    (folder / "tables").mkdir(parents=True)
    source = random.Random(1)
    for name in ("a", "b", "c"):
        path = folder / "tables" / f"{name}.jsonl"
        path.write_bytes(source.randbytes(1 << 20))
        made.tables[name] = (1, sha256_of(path))
    file = folder.parent / "copy.hybak"
    archive.pack(folder, made, file, PASSPHRASE)
    return file


@pytest.fixture
def copy(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Such a copy, beside an empty home."""
    monkeypatch.setenv("HUIYING_HOME", str(tmp_path / "new"))
    return packed(tmp_path / "folder")


@pytest.mark.parametrize("left", [0, 3, 20, 21, 500, 1 << 20, (1 << 20) + 200, (2 << 20) + 53, (3 << 20) - 1, -1, -17])
def test_a_truncated_copy_is_refused_in_words_wherever_it_ends(
    stored: Command, copy: Path, passphrase: Path, left: int
) -> None:
    data = copy.read_bytes()
    copy.write_bytes(data[:left])
    done = stored("restore", copy, "--key-file", passphrase)
    assert done.code == 1
    assert "拒绝" in done.err
    assert "副本里的东西一样也没有留下" in done.err
    assert "Traceback" not in done.err
    assert is_empty()
    assert not (home.home() / ".keeping").exists()


def flipped(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) * 2 // 3] ^= 4
    file.write_bytes(data)


def a_zip(file: Path) -> None:
    import zipfile

    with zipfile.ZipFile(file, "w") as archived:
        archived.writestr("tables/a.jsonl", "{}")


def a_plain_tar(file: Path) -> None:
    import tarfile

    with tarfile.open(file, "w:gz") as archived:
        archived.add(__file__, "tables/a.jsonl")


@pytest.mark.parametrize("harm", [flipped, a_zip, a_plain_tar])
def test_other_damage_and_other_files_are_refused_in_words(
    stored: Command, copy: Path, passphrase: Path, harm: Callable[[Path], None]
) -> None:
    harm(copy)
    done = stored("restore", copy, "--key-file", passphrase)
    assert (done.code, "拒绝" in done.err) == (1, True)
    assert is_empty()


def test_a_wrong_passphrase_and_a_missing_file_are_said(stored: Command, copy: Path, passphrase: Path) -> None:
    passphrase.write_text("another passphrase, long too\n")
    done = stored("restore", copy, "--key-file", passphrase)
    assert (done.code, "口令不对" in done.err) == (1, True)
    assert stored("restore", copy.with_name("none.hybak"), "--key-file", passphrase).code == 2


def test_a_truncated_archive_of_keys_leaves_no_key_behind(stored: Command, copy: Path, passphrase: Path) -> None:
    keys = copy.with_name("keys.hybak")
    archive.pack_keys({"a.key": b"00" * 32, "b.key": b"11" * 32}, keys, PASSPHRASE)
    keys.write_bytes(keys.read_bytes()[:-20])
    before = sorted(path.name for path in home.keys().iterdir())
    done = stored("restore", copy, "--keys", keys, "--key-file", passphrase)
    assert done.code == 1
    assert sorted(path.name for path in home.keys().iterdir()) == before


def test_keys_that_were_there_stay_when_a_restore_fails(stored: Command, copy: Path, passphrase: Path) -> None:
    keys = copy.with_name("keys.hybak")
    (home.keys() / "a.key").write_bytes(b"00" * 32)
    archive.pack_keys({"a.key": b"00" * 32}, keys, PASSPHRASE)
    assert stored("restore", copy, "--keys", keys, "--key-file", passphrase).code != 0
    assert (home.keys() / "a.key").read_bytes() == b"00" * 32


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"schema": "huiying.export/2"}, "请用写出它的那个版本的程序"),
        ({"ledger": []}, "读不出来"),
        ({"ledger": {}}, "读不出来"),
        ({"evidence": {"checked": "x", "bad": []}}, "读不出来"),
        ({"keys": ["sealing"]}, "读不出来"),
        ({"tables": {"a": 1}}, "读不出来"),
    ],
)
def test_a_manifest_of_a_newer_or_broken_kind_is_refused_in_words(
    elsewhere: Elsewhere, change: dict[str, object], words: str
) -> None:
    file = elsewhere.folder / manifest.NAME
    file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | change), "utf-8")
    with pytest.raises(Damaged, match=words):
        importing.import_all(elsewhere.folder)
    assert is_empty()


@pytest.mark.parametrize("line", ["{", "[]", '{"id": 1}', '{"id":"x"}', '{"id":1e400}'])
def test_a_table_that_is_no_table_is_refused_in_words(elsewhere: Elsewhere, line: str) -> None:
    elsewhere.alter("tables/work_counter.jsonl", lambda _text: line + "\n", listed=True)
    with pytest.raises(Damaged, match="work_counter"):
        importing.import_all(elsewhere.folder)
    assert is_empty()
