"""A whole drill in a process of its own; its figures counted once more by SQL, and the real home left as it was.

Accepted when (2) of proving. The pace is set aside, or the test would rest for two minutes; `test_drill_pacing` has it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from huiying.cli.main import build

RUN = """
import json, sys
from huiying.drill import running
from huiying.drill.recording import STORMS
running.settle_in(running.home_of("storm-demo"))
from huiying.cli.ready import ready
ready()
json.dump(running.play(STORMS["storm-demo"], 1e6), sys.stdout)
"""


def run(home: Path, *arguments: str, notify: str = "") -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "HUIYING_HOME": str(home), "HUIYING_NOTIFY_URLS": notify, "HUIYING_DATABASE_URL": ""}
    return subprocess.run([sys.executable, *arguments], env=env, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The bureau's own home, and what its database holds before the drill."""
    home = tmp_path_factory.mktemp("real")
    assert run(home, "-m", "huiying", "ledger", "verify").returncode == 0
    return home, content(home)


def content(home: Path) -> str:
    with sqlite3.connect(home / "huiying.sqlite3") as store:
        return hashlib.sha256("\n".join(store.iterdump()).encode()).hexdigest()


@pytest.fixture(scope="module")
def gateway() -> Iterator[socket.socket]:
    """Where a real notification would knock."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.setblocking(False)
        yield listening


@pytest.fixture(scope="module")
def drill(real: tuple[Path, str], gateway: socket.socket) -> tuple[dict[str, Any], sqlite3.Connection]:
    done = run(real[0], "-c", RUN, notify=f"json://127.0.0.1:{gateway.getsockname()[1]}/")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    return result, sqlite3.connect(Path(result["home"]) / "huiying.sqlite3")


def one(store: sqlite3.Connection, sql: str) -> Any:
    return store.execute(sql).fetchone()[0]


def test_it_lasts_a_day_of_its_own_time_and_its_ledger_is_whole(drill: Any) -> None:
    result, _store = drill
    assert (result["hours"], result["ledger_whole"]) == (24.0, True)
    assert dt.datetime.fromisoformat(result["ended_at"]) - dt.datetime.fromisoformat(
        result["began_at"]
    ) == dt.timedelta(hours=24)


def test_every_sum_of_the_review_is_counted_again_from_the_drills_tables(drill: Any) -> None:
    """Not the ledger's entries, of which the review is made, but the rows that they are about."""
    result, store = drill
    answer = "FROM handling_clock WHERE act = 'respond' AND superseded_at IS NULL AND is_legal"
    assert result["events"] == one(store, "SELECT COUNT(*) FROM judging_event") >= 5
    assert result["warnings"] == one(store, "SELECT COUNT(*) FROM judging_warning") >= 5
    assert result["cases"] == one(store, "SELECT COUNT(*) FROM handling_case") >= 5
    # A warning that a graver one replaced is signed by nobody.
    signed = "SELECT COUNT(*) FROM judging_warning WHERE acknowledged_by IN (SELECT name FROM people_user)"
    assert result["warnings_signed"] == one(store, signed)
    stopped = f"SELECT COUNT(DISTINCT case_id) {answer} AND stopped_at IS NOT NULL"
    assert result["answered"] == one(store, stopped) >= 2
    on_time = f"{stopped} AND stopped_at <= due_at"
    assert result["on_time"] == one(store, on_time)
    assert result["breaches"] == one(store, "SELECT COUNT(*) FROM handling_breach")


def test_each_case_was_known_opened_and_answered_when_its_rows_say(drill: Any) -> None:
    result, store = drill
    rows = {
        number: (known, opened, state)
        for number, known, opened, state in store.execute(
            "SELECT number, first_known_at, opened_at, state FROM handling_case"
        )
    }
    assert {case["number"] for case in result["by_case"]} == set(rows)
    for case in result["by_case"]:
        known, opened, _state = (_utc(value) for value in (*rows[case["number"]][:2], rows[case["number"]][0]))
        assert dt.datetime.fromisoformat(case["first_known_at"]) == known
        assert case["minutes"]["opened_at"] == round((opened - known).total_seconds() / 60)


def _utc(words: str) -> dt.datetime:
    return dt.datetime.fromisoformat(words).replace(tzinfo=dt.UTC)


def test_nothing_of_it_is_in_the_real_home_and_nothing_left_the_house(
    drill: Any, real: tuple[Path, str], gateway: socket.socket
) -> None:
    result, store = drill
    home, before = real
    assert content(home) == before
    assert Path(result["home"]) == home / "drills" / "storm-demo-1"
    assert json.loads((Path(result["home"]) / "review.json").read_text("utf-8")) == result
    assert one(store, "SELECT COUNT(*) FROM work_notice") > 0
    with pytest.raises(BlockingIOError):
        gateway.accept()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nobody-knows-it"], "现有：storm-demo"),
        (["storm-demo", "--speed", "601"], "1 到 600"),
        (["storm-demo", "--speed", "0"], "1 到 600"),
        (["storm-demo", "--people", "king"], "没有“king”这个岗位"),
        (["storm-demo", "--people", "duty_officer", "--host", "0.0.0.0"], "只能在本机使用"),
    ],
)
def test_what_can_not_be_played_is_said_in_one_sentence_and_nothing_is_made(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HUIYING_HOME", str(tmp_path))
    monkeypatch.delenv("HUIYING_NOTIFY_URLS", raising=False)
    options = build().parse_args(["drill", "run", *arguments])
    assert options.run(options) == 2
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_command_starts_from_a_bare_shell_and_names_the_posts_that_people_may_take(tmp_path: Path) -> None:
    """Nothing has set Django up before the command looks at its arguments."""
    bare = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    said = subprocess.run(
        [sys.executable, "-m", "huiying", "drill", "run", "storm-demo", "--people", "nobody"],
        env={**bare, "HUIYING_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (said.returncode, said.stdout) == (2, "")
    assert "--people 里没有“nobody”这个岗位。可选：duty_officer、" in said.stderr
    assert list(tmp_path.iterdir()) == []
