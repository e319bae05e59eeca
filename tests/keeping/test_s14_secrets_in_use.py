"""S14: what was set wrong is out of use and told by `huiying check`; the program does not start with it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import Command
from huiying.cli import serving
from huiying.cli.main import USAGE, Stop
from huiying.keeping.health import secrets_are_secret

GOOD = "kQ8w3-really-random-Tz"


def kept(path: Path, text: str, mode: int) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


def test_nothing_set_and_good_ones_are_no_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert secrets_are_secret() == []
    monkeypatch.setenv("HUIYING_BACKUP_KEY_FILE", str(kept(tmp_path / "a", GOOD, 0o600)))
    monkeypatch.setenv("HUIYING_METRICS_TOKEN_FILE", str(kept(tmp_path / "b", GOOD, 0o640)))
    assert secrets_are_secret() == []


def test_each_bad_one_is_named_and_none_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIYING_BACKUP_KEY_FILE", str(kept(tmp_path / "a", GOOD, 0o644)))
    monkeypatch.setenv("HUIYING_METRICS_TOKEN_FILE", str(tmp_path / "gone"))
    monkeypatch.setenv("HUIYING_EMAIL_URL", "smtp://huiying:changeme@10.1.2.3")
    found = secrets_are_secret()
    assert [finding.severity for finding in found] == ["error"] * 3
    text = " ".join(f"{finding.sentence_zh} {finding.sentence_en}" for finding in found)
    assert all(name in text for name in ("HUIYING_BACKUP_KEY_FILE", "HUIYING_METRICS_TOKEN_FILE", "HUIYING_EMAIL_URL"))
    assert GOOD not in text
    assert "changeme" not in text


def test_the_demonstration_keeps_no_secrets(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.DEMO = True
    monkeypatch.setenv("HUIYING_EMAIL_URL", "smtp://huiying:changeme@10.1.2.3")
    assert secrets_are_secret() == []


def test_no_copy_is_made_with_a_passphrase_that_others_read(stored: Command, tmp_path: Path) -> None:
    done = stored("backup", tmp_path / "b.hybak", "--key-file", kept(tmp_path / "open", GOOD, 0o644))
    assert (done.code, "chmod 600" in done.err) == (2, True)
    assert stored("backup", tmp_path / "b.hybak", "--key-file", tmp_path / "gone").code == 2
    assert not (tmp_path / "b.hybak").exists()


def test_the_program_does_not_start_with_a_password_that_everybody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "ready", lambda: pytest.fail("went on"))
    monkeypatch.setenv("HUIYING_DATABASE_URL", "postgres://huiying:postgres@10.1.2.3/x")
    with pytest.raises(Stop, match="HUIYING_DATABASE_URL") as told:
        serving.run(argparse.Namespace(host="127.0.0.1", port=0))
    assert told.value.args
    assert USAGE == 2
