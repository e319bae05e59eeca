"""kill -9 in mid-fetch: no gap, no double, evidence for every post, whatever the moment (issue 6, INV-1)."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parent / "killable_collector.py"
SEEDS, TORTURE = 10, 100


def run(home: Path, act: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "HUIYING_HOME": str(home), "DJANGO_SETTINGS_MODULE": "huiying.settings", **more}
    environment.pop("HUIYING_DATABASE_URL", None)
    command = [sys.executable, str(SCRIPT), act]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)


def told(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A house before its two hours, and what they bring when nobody kills."""
    folder = tmp_path_factory.mktemp("killed")
    assert run(folder / "before", "set-up").returncode == 0
    shutil.copytree(folder / "before", folder / "whole")
    return folder, told(run(folder / "whole", "play"))


def test_the_uninterrupted_run_brings_what_the_web_had(prepared: tuple[Path, dict[str, Any]]) -> None:
    _folder, whole = prepared
    assert len(whole["posts"]) == 3 * 4 + 4 + 1, "four items of each feed, four articles, one edited"
    assert [state for _id, state in whole["pages"]].count("gone") == 1
    assert (whole["bad"], whole["without_evidence"], whole["ledger"]) == (0, 0, True)


def killed_and_resumed(prepared: tuple[Path, dict[str, Any]], seed: int) -> None:
    folder, whole = prepared
    moment = random.Random(seed).randrange(1, whole["statements"])
    home = folder / f"seed{seed}"
    shutil.copytree(folder / "before", home)
    died = run(home, "play", KILL_AT=str(moment))
    assert died.returncode == -9, died.stderr
    again = told(run(home, "play"))
    shutil.rmtree(home)
    for what in ("posts", "pages"):
        assert again[what] == whole[what], f"{what} differ after a death at statement {moment}"
    assert (again["bad"], again["without_evidence"], again["ledger"]) == (0, 0, True)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_death_at_a_random_moment_leaves_no_gap_and_no_double(
    prepared: tuple[Path, dict[str, Any]], seed: int
) -> None:
    killed_and_resumed(prepared, seed)


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(SEEDS, TORTURE))
def test_ninety_more_deaths(prepared: tuple[Path, dict[str, Any]], seed: int) -> None:
    killed_and_resumed(prepared, seed)
