"""kill -9 at seeded statements: nothing lost, nothing done twice, the tables equal to those of an uninterrupted run."""

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
WORKER = Path(__file__).with_name("killable.py")
# Columns that are random by design (salts, keys, hashes of them) or count attempts.
LOOSE = {
    "ledger_entry": {"salt", "digest", "prev_hash", "hash"},
    "ledger_chain_head": {"hash"},
    "listening_post": {"sealed_text", "sealed_voice", "batch"},
    "judging_event": {"sealed_key"},
    "judging_voicetag": {"tag"},
    "work_job": {"attempts", "fence", "holder", "lease_until", "result", "idempotency_key", "payload", "error"},
    "people_user": {"password"},
}
SKIPPED = {"django_migrations", "sqlite_sequence", "work_lease", "work_heartbeat", "work_schedule"}


def of(home: Path) -> dict[str, str]:
    own = {"HUIYING_HOME": str(home), "HUIYING_DATABASE_URL": "", "DJANGO_SETTINGS_MODULE": "huiying.settings"}
    return {**os.environ, **own}


def run(home: Path, command: str = "play", **extra: str) -> subprocess.CompletedProcess[str]:
    environment = {**of(home), **extra}
    words = [sys.executable, str(WORKER), command]
    return subprocess.run(words, env=environment, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture(scope="module")
def beginning(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("beginning")
    result = run(home, "set-up")
    assert result.returncode == 0, result.stderr
    return home


@pytest.fixture(scope="module")
def whole(beginning: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Tables, int]:
    """The tables after an uninterrupted run, and how many statements it took."""
    home = tmp_path_factory.mktemp("whole") / "home"
    shutil.copytree(beginning, home)
    result = run(home, COUNT="1")
    assert result.returncode == 0, result.stderr
    return tables(home), int(result.stdout)


def tables(home: Path) -> Tables:
    found = {}
    with sqlite3.connect(home / "huiying.sqlite3") as database:
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in sorted(set(names) - SKIPPED):
            if name.startswith("sqlite_"):
                continue
            kept = columns_of(database, name, LOOSE.get(name, set()))
            found[name] = Counter(database.execute(f"SELECT {', '.join(kept)} FROM {name}").fetchall())
    return found


def survive(beginning: Path, home: Path, points: list[int]) -> None:
    """Kill at each point in turn, then let the program finish."""
    shutil.copytree(beginning, home)
    for point in points:
        result = run(home, KILL_AT=str(point))
        assert result.returncode in (0, -signal.SIGKILL), result.stderr
    result = run(home)
    assert result.returncode == 0, result.stderr


def same(beginning: Path, whole: tuple[Tables, int], home: Path, seed: int) -> None:
    expected, statements = whole
    dice = random.Random(seed)
    survive(beginning, home, [dice.randint(1, statements) for _ in range(dice.randint(1, 3))])
    found = tables(home)
    for name, rows in expected.items():
        assert found[name] == rows, f"{name}: missing {rows - found[name]}, too many {found[name] - rows}"
    rung = (home / "rung.txt").read_text().split()
    assert set(rung) == {"ring:1"}
    verified = subprocess.run(
        [sys.executable, "-m", "huiying", "ledger", "verify"],
        env=of(home),
        capture_output=True,
        text=True,
        check=False,
    )
    assert verified.returncode == 0, verified.stdout + verified.stderr


@pytest.mark.parametrize("seed", range(10))
def test_a_killed_bureau_goes_on_as_if_nothing_had_happened(
    beginning: Path, whole: tuple[Tables, int], tmp_path: Path, seed: int
) -> None:
    same(beginning, whole, tmp_path / "home", seed)


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(100, 200))
def test_a_hundred_killed_bureaus(beginning: Path, whole: tuple[Tables, int], tmp_path: Path, seed: int) -> None:
    same(beginning, whole, tmp_path / "home", seed)


def test_the_uninterrupted_run_reached_its_end(whole: tuple[Tables, int]) -> None:
    """Equality would prove little between two runs that did nothing."""
    expected, statements = whole
    assert len(expected["listening_post"]) == 15
    assert sum(expected["responding_publication"].values()) == 1
    assert sum(expected["handling_breach"].values()) >= 1
    assert statements > 500
