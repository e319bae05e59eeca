"""A second `run` or `demo` on the embedded database of one home is refused in words; other commands go on beside it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from huiying.cli import serving as running
from huiying.kernel import processes
from served import end, free_port, serving, wait_for

HOLD = """
import sys
from huiying.kernel import processes
with processes.hold():
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(home: Path) -> Any:
    """A process that holds the test's home."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ}, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()


def test_who_holds_a_home_is_told_with_what_to_do(home: Path, holder: subprocess.Popen[str]) -> None:
    with pytest.raises(processes.AlreadyRunning) as refused, processes.hold():
        pass
    assert f"进程 {holder.pid}" in str(refused.value)
    assert str(home) in str(refused.value)
    with pytest.raises(processes.AlreadyRunning):
        processes.refuse_second()


def test_a_holder_that_was_killed_leaves_nothing_that_keeps_the_next_out(
    home: Path, holder: subprocess.Popen[str]
) -> None:
    holder.kill()
    holder.wait()
    assert (home / processes.FILE).exists()
    processes.refuse_second()
    with processes.hold():
        assert json.loads((home / processes.FILE).read_text())["pid"] == os.getpid()
    with processes.hold():
        pass


def test_a_lock_that_says_nothing_yet_is_still_one(home: Path, holder: subprocess.Popen[str]) -> None:
    (home / processes.FILE).write_text("")
    with pytest.raises(processes.AlreadyRunning, match="另一个进程"):
        processes.refuse_second()


def test_looking_makes_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIYING_HOME", str(home / "new"))
    processes.refuse_second()
    assert not (home / "new").exists()


def test_the_second_run_is_refused_and_commands_go_on_beside_the_first(
    tmp_path: Path, process: Callable[..., Any]
) -> None:
    place = tmp_path / "home"
    posts = tmp_path / "posts.jsonl"
    posts.write_text(json.dumps({"native_id": "1", "platform": "微博", "text": "今天天气不错"}, ensure_ascii=False))
    with serving("run", place) as server:
        second = process(place, "run", PORT=str(free_port()))
        assert second.code == 1
        assert f"进程 {server.process.pid}" in second.err
        assert "HUIYING_HOME" in second.err
        assert "Traceback" not in second.err
        same_port = process(place, "run", PORT=server.address.rpartition(":")[2])
        assert f"进程 {server.process.pid}" in same_port.err  # another port would not help
        assert process(place, "ingest", "--json", posts).data["new"] == 1
        assert process(place, "check").code in (0, 1)
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
        wait_for(lambda: not _is_held(place))
    with serving("run", place) as server:
        end(server)


def _is_held(place: Path) -> bool:
    told = os.environ.get("HUIYING_HOME")
    os.environ["HUIYING_HOME"] = str(place)
    try:
        processes.refuse_second()
    except processes.AlreadyRunning:
        return True
    finally:
        os.environ.pop("HUIYING_HOME") if told is None else os.environ.update(HUIYING_HOME=told)
    return False


def test_a_second_demonstration_is_refused_too(home: Path, process: Callable[..., Any], monkeypatch: Any) -> None:
    (home / "demo").mkdir()
    monkeypatch.setenv("HUIYING_HOME", str(home / "demo"))
    with processes.hold():
        second = process(home, "demo", PORT=str(free_port()))
    assert second.code == 1
    assert f"进程 {os.getpid()}" in second.err
    assert list((home / "demo").iterdir()) == [home / "demo" / processes.FILE]


def test_on_postgresql_a_home_may_be_shared(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The loops of large mode stand by for each other, by the lease in the database."""
    import argparse

    from huiying.cli import serving as commands

    monkeypatch.setenv("HUIYING_DATABASE_URL", "postgres://127.0.0.1/nowhere")
    port = free_port()
    with processes.hold(), commands.alone(argparse.Namespace(host="127.0.0.1", port=port)) as found:
        assert found == port


def test_two_commands_that_start_at_once_in_an_empty_home_both_find_its_tables(tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HUIYING_", "DJANGO_"))}
    command = [sys.executable, "-m", "huiying", "ledger", "verify"]
    told = {**kept, "HUIYING_HOME": str(tmp_path / "home")}
    both = [subprocess.Popen(command, env=told, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    said = [one.communicate(timeout=120)[1] for one in both]
    assert [one.returncode for one in both] == [0, 0, 0], said


def test_whoever_ends_it_at_its_first_word_ends_it_whole(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGTERM at the very announcement: what was started before is ended, and the command is done, not killed."""
    monkeypatch.setattr(running, "text", lambda _words: os.kill(os.getpid(), signal.SIGTERM))
    monkeypatch.setattr("huiying.work.loop.Loop.run", lambda _self, stop: stop.wait(60))
    ended: list[object] = []
    monkeypatch.setattr(running, "_indexer", object)
    monkeypatch.setattr(running, "_end", ended.append)
    before = signal.getsignal(signal.SIGTERM)
    try:
        assert running.serve("127.0.0.1", free_port()) == 0
    finally:
        signal.signal(signal.SIGTERM, before)
    assert len(ended) == 1
    assert all(thread.name != "loop" for thread in threading.enumerate())
