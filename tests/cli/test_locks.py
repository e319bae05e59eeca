"""Nothing is installed or built that was not named by its hash, and no lock says where it was fetched (ADR 1)."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted(path.name for path in ROOT.glob("requirements*.lock"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
NAMED = re.compile(r"(?m)^([a-z0-9-]+)(?:\[[a-z,-]+\])?==(\S+)")


def test_the_locks_are_there() -> None:
    assert LOCKS == [
        "requirements-dev.lock", "requirements-fuzz.lock", "requirements-large.lock", "requirements-ocr.lock",
        "requirements-tools.lock", "requirements.lock",
    ]  # fmt: skip


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_has_a_hash_for_everything_and_the_address_of_no_index(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert "://" not in text
    assert "--index" not in text
    for block in re.split(r"(?m)^(?=[a-z0-9-]+(?:\[|==))", text)[1:]:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), block.splitlines()[0]


def test_what_installs_and_what_builds_stand_in_a_lock_of_their_own() -> None:
    locked = dict(NAMED.findall((ROOT / "requirements-tools.lock").read_text("utf-8")))
    (backend,) = PROJECT["build-system"]["requires"]
    name, exact, version = backend.partition("==")
    assert (exact, locked[name]) == ("==", version)
    assert f"uv=={locked['uv']}" in PROJECT["dependency-groups"]["tools"]


def test_every_install_of_the_makefile_is_by_hash_and_our_own_build_fetches_nothing() -> None:
    lines = re.findall(r"(?m)^\t.*pip (?:install|wheel) .*$", MAKEFILE)
    assert len(lines) >= 7
    for line in lines:
        ours = line.rstrip().endswith((" .", "--editable ."))
        wanted = ("--no-deps", "--no-build-isolation", "$(BUILD)") if ours else ("--require-hashes", "-r requirements")
        assert [word for word in wanted if word not in line] == [], line
