"""`huiying cluster FILE`: the same bytes from every process, and from one that was stopped half way (C5.10, INV-12)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from huiying.engine.commands import CLUSTER_KEYS
from lines_of import write

Command = Callable[..., Any]
DEPOSIT = "交易中心换了银行以后，五月投标的保证金到现在没退，财务让等银行，银行让等财务"
OUTAGE = "不见面开标系统突然登不上了，九点半的标解不了密，直播间也卡死，代理说让等"
SCANNER = "某医院核磁设备采购中标价太贵，比市场高三成，要求公开评标过程"
# Reads the file's posts as `cluster` does; what it does with them stands in each test.
HALF_AND_HALF = """
import json, sys
from pathlib import Path
from huiying.engine import facade
from huiying.engine.commands import read_posts
from huiying.engine.stream import EventStream, StreamSettings

part, file, snapshot, half = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
stream = EventStream(StreamSettings(window=1024, live=256))
posts = list(read_posts(file, []))
if part == "first":
    for post in posts[:half]:
        stream.observe(post)
    facade.write_snapshot(snapshot, stream, {"last": half})
else:
    assert facade.read_snapshot(snapshot, stream) == {"last": half}
    told = [stream.observe(post) for post in posts[half:]]
    for one in told:
        print(json.dumps(one.to_dict() | {"event": stream.final(one.event), "event_at_arrival": one.event}))
"""


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    """Sixty posts of three matters with copies, replies, chains, nothing to say, and times that go back."""
    rows = []
    for number in range(60):
        matter = (DEPOSIT, OUTAGE, SCANNER)[number % 3]
        told = (
            f"{matter}，第{number}天",
            f"转：{matter}",
            "我也是",
            f"看看//@甲:{matter}",
            f"{matter[:20]}没人管",
            "！！",
        )
        text = told[number % 6]
        row = {"id": f"P{number}", "text": text, "platform": "论坛"}
        if number % 4:
            row["published_at"] = f"2026-06-{1 + (number * 7) % 20:02d}T08:00:00+08:00"
        if text == "我也是":
            row["parent_id"] = f"P{number - 1}"
        rows.append(row)
    return write(tmp_path / "posts.jsonl", rows)


@pytest.mark.parametrize("flags", [(), ("--ignore-parents",)])
def test_two_processes_print_the_same_bytes(
    huiying: Command, process: Command, tmp_path: Path, posts: Path, flags: tuple[str, ...]
) -> None:
    """Whatever the seed of hashes, and as this process prints them."""
    runs = [process(tmp_path, "cluster", posts, *flags, PYTHONHASHSEED=seed) for seed in ("1", "2")]
    assert [run.code for run in runs] == [0, 0]
    assert runs[0].out == runs[1].out == huiying("cluster", posts, *flags).out
    rows = runs[0].rows
    assert [row["id"] for row in rows] == [f"P{number}" for number in range(60)]
    assert all(tuple(row) == CLUSTER_KEYS for row in rows)
    assert 3 <= len({row["event"] for row in rows}) < 30
    assert any(row["duplicate_of"] for row in rows)


@pytest.mark.parametrize("half", [1, 31, 59])
def test_a_stream_stopped_and_restored_in_another_process_tells_the_rest_alike(
    huiying: Command, process: Command, tmp_path: Path, posts: Path, half: int
) -> None:
    whole = huiying("cluster", posts).rows
    for part, seed in (("first", "1"), ("rest", "2")):
        given = ["", part, str(posts), str(tmp_path / "snapshot"), str(half)]
        done = process(tmp_path, code=f"import sys; sys.argv = {given!r}\n{HALF_AND_HALF}", PYTHONHASHSEED=seed)
        assert done.code == 0, done.err
    told = [{key: row[key] for key in CLUSTER_KEYS} for row in done.rows]
    assert told == whole[half:]


def test_the_answer_for_a_post_never_changes_when_more_follow(huiying: Command, tmp_path: Path, posts: Path) -> None:
    """`event_at_arrival` is a function of what came before alone; `event` only ever follows merges."""
    whole = huiying("cluster", posts).rows
    lines = posts.read_text("utf-8").splitlines()
    for size in (1, 20, 45):
        part = huiying("cluster", write(tmp_path / "part.jsonl", lines[:size])).rows
        for row, later in zip(part, whole, strict=False):
            assert {**row, "event": 0} == {**later, "event": 0}
            assert later["event"] <= row["event"] <= row["event_at_arrival"]


def test_what_can_not_be_read_is_named_and_the_rest_is_clustered(huiying: Command, tmp_path: Path) -> None:
    path = write(
        tmp_path / "posts.jsonl", [{"id": "A", "text": DEPOSIT}, "{half", {"id": "B"}, {"id": "C", "text": OUTAGE}]
    )
    result = huiying("cluster", path)
    assert result.code == 1
    assert [row["id"] for row in result.rows] == ["A", "C"]
    assert f"{path}:2 " in result.err
    assert f"{path}:3 " in result.err


def test_a_missing_file_is_said_in_words_and_prints_nothing(huiying: Command, tmp_path: Path) -> None:
    result = huiying("cluster", tmp_path / "none.jsonl")
    assert (result.code, result.out) == (2, "")
    assert "none.jsonl" in result.err


def test_the_rows_are_json_in_plain_chinese(huiying: Command, posts: Path) -> None:
    result = huiying("cluster", posts)
    assert "推断：" in result.out
    assert "明示：" in result.out
    assert all(json.loads(line) for line in result.out.splitlines())
