"""kill -9 in the middle of an import: no gap, no double, counts and ledger as in one uninterrupted run (INV-1)."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from unsalted import columns_of

Tables = dict[str, Counter[tuple[object, ...]]]
WORKER = Path(__file__).with_name("importing_killed.py")
COMPARED = ("listening_post", "listening_import", "listening_rejectedrow", "ledger_entry", "work_job")
LOOSE = {
    "listening_post": {"sealed_text", "sealed_voice"},
    "ledger_entry": {"salt", "digest", "prev_hash", "hash"},
    "work_job": {"idempotency_key"},
}


def run(home: Path, command: str = "play", **extra: str) -> subprocess.CompletedProcess[str]:
    own = {"HUIYING_HOME": str(home), "HUIYING_DATABASE_URL": "", "DJANGO_SETTINGS_MODULE": "huiying.settings"}
    environment = {**os.environ, **own, **extra}
    environment.pop("HUIYING_INBOX", None)
    words = [sys.executable, str(WORKER), command]
    return subprocess.run(words, env=environment, capture_output=True, text=True, timeout=300, check=False)


def tables(home: Path) -> Tables:
    found = {}
    with sqlite3.connect(home / "huiying.sqlite3") as database:
        for name in COMPARED:
            kept = columns_of(database, name, LOOSE.get(name, set()))
            found[name] = Counter(database.execute(f"SELECT {', '.join(kept)} FROM {name}").fetchall())
    return found


@pytest.fixture(scope="module")
def beginning(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("beginning")
    result = run(home, "set-up")
    assert result.returncode == 0, result.stderr
    return home


@pytest.fixture(scope="module")
def whole(beginning: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Tables, int]:
    home = tmp_path_factory.mktemp("whole") / "home"
    shutil.copytree(beginning, home)
    result = run(home, COUNT="1", PUT="1")
    assert result.returncode == 0, result.stderr
    return tables(home), int(result.stdout)


def same(beginning: Path, whole: tuple[Tables, int], home: Path, seed: int) -> None:
    expected, statements = whole
    dice = random.Random(seed)
    shutil.copytree(beginning, home)
    for place in range(dice.randint(1, 3)):
        extra = {"PUT": "1"} if place == 0 else {}
        result = run(home, KILL_AT=str(dice.randint(1, statements)), **extra)
        assert result.returncode in (0, -signal.SIGKILL), result.stderr
    result = run(home)
    assert result.returncode == 0, result.stderr
    found = tables(home)
    for name, rows in expected.items():
        assert found[name] == rows, f"{name}: missing {rows - found[name]}, too many {found[name] - rows}"
    taken = [path for path in (home / "inbox" / "done").iterdir() if not path.name.endswith(".txt")]
    assert len(taken) == 1
    assert not list((home / "inbox" / "working").iterdir())


@pytest.mark.parametrize("seed", range(10))
def test_a_killed_import_goes_on_where_it_stood(
    beginning: Path, whole: tuple[Tables, int], tmp_path: Path, seed: int
) -> None:
    same(beginning, whole, tmp_path / "home", seed)


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(100, 200))
def test_a_hundred_killed_imports(beginning: Path, whole: tuple[Tables, int], tmp_path: Path, seed: int) -> None:
    same(beginning, whole, tmp_path / "home", seed)


def test_the_uninterrupted_run_reached_its_end(whole: tuple[Tables, int]) -> None:
    """Equality would prove little between two runs that did nothing."""
    expected, statements = whole
    assert len(expected["listening_post"]) == 45
    assert len(expected["listening_rejectedrow"]) == 7
    assert statements > 80
