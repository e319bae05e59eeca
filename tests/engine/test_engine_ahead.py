"""Reading ahead in a process changes no order and no answer, raises what the reading raised, ends with its reader."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from huiying.engine.commands import cluster_file, read_posts
from huiying.engine.lines import CHUNK, WORTH, FileUnreadable, ahead
from huiying.engine.post import parse_post
from huiying.engine.rules import load_rules
from huiying.engine.stream import EventStream, StreamSettings


@pytest.fixture(autouse=True)
def _two_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    """With one, nothing would be read ahead."""
    monkeypatch.setattr(os, "cpu_count", lambda: 2)


def lines(path: Path, rejected: list[dict[str, Any]], broken: int) -> Iterator[tuple[int, str]]:
    """The lines of a file by number; odd ones out are rejected, and line `broken` cannot be read at all."""
    for number, line in enumerate(path.read_text("utf-8").splitlines()):
        if number == broken:
            raise OSError(f"line {number}: the disk is gone")
        if line == "bad":
            rejected.append({"line": number})
        else:
            yield number, line


def killed(path: Path, rejected: list[dict[str, Any]]) -> Iterator[str]:
    yield from path.read_text("utf-8").splitlines()[:CHUNK]
    os.kill(os.getpid(), signal.SIGKILL)
    yield ""


def endless(path: Path, _rejected: list[dict[str, Any]]) -> Iterator[str]:
    while True:
        yield path.name


def written(tmp_path: Path, *texts: str) -> Path:
    file = tmp_path / "lines.txt"
    file.write_text("\n".join(texts), "utf-8")
    return file


@pytest.mark.parametrize("count", [0, 1, CHUNK - 1, CHUNK, 3 * CHUNK + 5])
def test_what_is_read_comes_in_its_order_and_what_is_not_is_told(tmp_path: Path, count: int) -> None:
    file = written(tmp_path, *("bad" if number % 7 == 3 else f"line {number}" for number in range(count)))
    here: list[dict[str, Any]] = []
    there: list[dict[str, Any]] = []
    told = list(ahead(lines, file, there, -1, worth=0))
    assert told == list(lines(file, here, -1))
    assert there == here


@pytest.mark.parametrize("at", [0, 1, CHUNK, 2 * CHUNK + 5])
def test_what_the_reading_raises_comes_after_what_was_read_before_it(tmp_path: Path, at: int) -> None:
    file = written(tmp_path, *(f"line {number}" for number in range(3 * CHUNK)))
    items = ahead(lines, file, [], at, worth=0)
    assert [next(items)[0] for _ in range(at)] == list(range(at))
    with pytest.raises(OSError, match=f"line {at}: the disk is gone"):
        next(items)
    assert not multiprocessing.active_children()


def test_whoever_stops_listening_ends_the_process(tmp_path: Path) -> None:
    items = ahead(endless, written(tmp_path, "x"), [], worth=0)
    assert next(items) == "lines.txt"
    assert len(multiprocessing.active_children()) == 1
    items.close()  # type: ignore[attr-defined]
    assert not multiprocessing.active_children()


def test_a_process_that_was_ended_is_said_and_not_taken_for_the_end(tmp_path: Path) -> None:
    items = ahead(killed, written(tmp_path, *(["x"] * 2 * CHUNK)), [], worth=0)
    with pytest.raises(FileUnreadable, match="的进程中途被结束了"):
        list(items)


def test_with_one_processor_it_is_read_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    items = ahead(lines, written(tmp_path, "one", "two"), [], -1, worth=0)
    assert next(items) == (0, "one")
    assert not multiprocessing.active_children()


def test_a_small_file_is_read_here(tmp_path: Path) -> None:
    items = ahead(lines, written(tmp_path, "one", "two"), [], -1)
    assert next(items) == (0, "one")
    assert not multiprocessing.active_children()
    assert list(items) == [(1, "two")]


def test_a_large_file_is_clustered_by_two_processes_as_post_by_post(tmp_path: Path) -> None:
    rows = [
        {
            "native_id": f"{number}",
            "platform": "论坛",
            "text": f"鞍山公共资源交易平台{number % 7}号标段今天登录不上，{number % 3}点开标。" + "等" * 800,
        }
        for number in range(30 * CHUNK)
    ]
    file = tmp_path / "posts.jsonl"
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows) + "{\n", "utf-8")
    assert file.stat().st_size > WORTH
    rejected: list[dict[str, Any]] = []
    told = cluster_file(file, rejected=rejected)
    stream = EventStream(StreamSettings(own_names=load_rules("anshan").own_names))
    alone = [stream.observe(parse_post(row)) for row in rows]
    assert [row["event_at_arrival"] for row in told] == [one.event for one in alone]
    assert [row["event"] for row in told] == [stream.final(one.event) for one in alone]
    assert [one["line"] for one in rejected] == [len(rows) + 1]


def test_what_cannot_be_read_of_a_post_file_is_the_same_either_way(tmp_path: Path) -> None:
    file = written(tmp_path, '{"id": "1", "text": "好"}', "{", '{"id": 2}', '{"id": "3", "text": "也好"}')
    here: list[dict[str, Any]] = []
    there: list[dict[str, Any]] = []
    posts = list(read_posts(file, here))
    assert list(ahead(read_posts, file, there, worth=0)) == posts
    assert there == here != []


def test_a_file_that_is_not_there_is_still_said_so(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable):
        cluster_file(tmp_path / "none.jsonl")
