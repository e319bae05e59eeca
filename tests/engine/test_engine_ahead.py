"""Reading ahead changes no order and no answer, raises what the reading raised, and stops when nobody listens."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiying.engine.ahead import CHUNK, CHUNKS, ahead
from huiying.engine.commands import cluster_file
from huiying.engine.lines import FileUnreadable
from huiying.engine.post import parse_post
from huiying.engine.rules import load_rules
from huiying.engine.stream import EventStream, StreamSettings


@given(st.lists(st.integers(), max_size=5 * CHUNK))
def test_the_items_come_in_their_order_whatever_they_are(items: list[int]) -> None:
    assert list(ahead(items)) == items


@pytest.mark.parametrize("at", [0, 1, CHUNK - 1, CHUNK, 3 * CHUNK + 5])
def test_what_the_reading_raises_comes_after_what_was_read_before_it(at: int) -> None:
    def reading() -> Iterator[int]:
        yield from range(at)
        raise OSError("the disk is gone")

    items = ahead(reading())
    assert [next(items) for _ in range(at)] == list(range(at))
    with pytest.raises(OSError, match="the disk is gone"):
        next(items)


def test_whoever_stops_listening_stops_the_reader_within_what_may_wait() -> None:
    read = []

    def reading() -> Iterator[int]:
        for number in range(10**9):
            read.append(number)
            yield number

    items = ahead(reading())
    assert next(items) == 0
    items.close()  # type: ignore[attr-defined]
    assert not [thread for thread in threading.enumerate() if thread.name == "ahead"]
    assert len(read) <= (CHUNKS + 2) * CHUNK


def test_a_file_read_ahead_is_clustered_as_post_by_post(tmp_path: Path) -> None:
    rows = [
        {
            "native_id": f"{number}",
            "platform": "论坛",
            "text": f"鞍山公共资源交易平台{number % 7}号标段今天登录不上，{number % 3}点开标。",
        }
        for number in range(6 * CHUNK)
    ]
    file = tmp_path / "posts.jsonl"
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows) + "{\n", "utf-8")
    rejected: list[dict[str, object]] = []
    told = cluster_file(file, rejected=rejected)
    stream = EventStream(StreamSettings(own_names=load_rules("anshan").own_names))
    alone = [stream.observe(parse_post(row)) for row in rows]
    assert [row["event_at_arrival"] for row in told] == [one.event for one in alone]
    assert [row["event"] for row in told] == [stream.final(one.event) for one in alone]
    assert [one["line"] for one in rejected] == [len(rows) + 1]


def test_a_file_that_is_not_there_is_still_said_so(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable):
        cluster_file(tmp_path / "none.jsonl")
