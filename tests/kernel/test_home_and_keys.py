"""S14: keys lie outside the database, closed to others, and are never silently replaced."""

import multiprocessing
import stat
from pathlib import Path

import pytest

from huiying.kernel import home as homes, keyfiles, sealing


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_every_folder_is_made_closed_to_others(home: Path) -> None:
    for folder in (homes.keys(), homes.evidence(), homes.anchors(), homes.logs(), homes.files()):
        assert folder.parent == home
        assert mode(folder) == 0o700


def test_an_open_keys_folder_is_closed_again(home: Path) -> None:
    (home / "keys").mkdir(mode=0o755)
    (home / "keys").chmod(0o755)
    assert mode(homes.keys()) == 0o700


def test_without_a_setting_the_home_is_var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUIYING_HOME")
    monkeypatch.chdir(tmp_path)
    assert homes.home() == tmp_path / "var"


def test_a_file_in_the_place_of_the_home_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "x").write_text("")
    monkeypatch.setenv("HUIYING_HOME", str(home / "x"))
    with pytest.raises(NotADirectoryError, match="HUIYING_HOME"):
        homes.home()


def test_a_private_file_is_written_once_and_whole(home: Path) -> None:
    assert homes.create_private(home / "a", b"first") is True
    assert homes.create_private(home / "a", b"second") is False
    assert (home / "a").read_bytes() == b"first"
    assert mode(home / "a") == 0o600
    assert [path.name for path in home.iterdir()] == ["a"]


def test_a_key_is_made_on_first_use_and_kept(home: Path) -> None:
    key = keyfiles.load("sealing")
    assert len(key) == 32
    assert keyfiles.load("sealing") == key
    assert mode(home / "keys" / "sealing.key") == 0o600
    assert keyfiles.load("codes") != key


def _load(folder: str, answers: "multiprocessing.Queue[bytes]") -> None:
    import os

    os.environ["HUIYING_HOME"] = folder
    answers.put(keyfiles.load("sealing"))


def test_processes_that_start_together_agree_on_one_key(home: Path) -> None:
    context = multiprocessing.get_context("fork")
    answers: multiprocessing.Queue[bytes] = context.Queue()
    workers = [context.Process(target=_load, args=(str(home), answers)) for _ in range(6)]
    for worker in workers:
        worker.start()
    keys = {answers.get(timeout=30) for _ in workers}
    for worker in workers:
        worker.join()
    assert len(keys) == 1


def test_a_lost_key_is_not_replaced_silently(home: Path) -> None:
    token = sealing.seal("0412", "contact")
    (home / "keys" / "sealing.key").unlink()
    with pytest.raises(keyfiles.KeyFileError, match=r"不见了.*备份"):
        sealing.unseal(token, "contact")
    with pytest.raises(keyfiles.KeyFileError, match="不见了"):
        sealing.seal("again", "contact")


def test_a_damaged_key_is_named_with_its_path(home: Path) -> None:
    sealing.seal("0412", "contact")
    path = home / "keys" / "sealing.key"
    path.write_text("garbage")
    with pytest.raises(keyfiles.KeyFileError, match=rf"{path}.*已损坏"):
        sealing.seal("x", "contact")


def test_another_key_in_the_same_place_is_noticed(home: Path) -> None:
    sealing.seal("0412", "contact")
    (home / "keys" / "sealing.key").write_text("ab" * 32 + "\n")
    with pytest.raises(keyfiles.KeyFileError, match="与此前使用的密钥不同"):
        sealing.seal("x", "contact")
