"""A snapshot is the state, whole; anything else is as good as none (INV-1, INV-12)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from huiying.engine import facade
from huiying.engine.post import Post
from huiying.engine.stream import EventStream, StreamSettings

START = datetime(2026, 6, 1, tzinfo=UTC)
SMALL = StreamSettings(window=64, live=64)
TEXTS = (
    "交易中心换了银行以后，五月投标的保证金到现在没退，财务让等银行，银行让等财务",
    "转：交易中心换了银行以后，五月投标的保证金到现在没退，财务让等银行，银行让等财务",
    "不见面开标系统突然登不上了，九点半的标解不了密，直播间也卡死",
    "开标系统卡死，解密失败，直播间也登不上",
    "栖云路雨污分流改造工程三家投标单位标书错别字一模一样",
    "望河路雨污分流改造工程三家投标单位报价规律一模一样",
    "快报警吧各位",
    "",
)


def _post(number: int, which: int) -> Post:
    moment = START + timedelta(hours=number)
    return Post(f"S{number}", TEXTS[which], platform="论坛", published_at=moment, time_confidence="stated")


def _same(left: EventStream, right: EventStream) -> bool:
    one, other = left.dump(), right.dump()
    return one.keys() == other.keys() and all(np.array_equal(one[name], other[name]) for name in one)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, len(TEXTS) - 1), min_size=1, max_size=40), st.data())
def test_snapshot_and_replay_equal_the_uninterrupted_run_to_the_byte(tmp_path_factory, which, data):
    """Snapshot anywhere, replay the tail from the log, go on: every array is the same."""
    file = tmp_path_factory.mktemp("snap") / "stream"
    cut = data.draw(st.integers(0, len(which)))
    later = data.draw(st.integers(cut, len(which)))
    straight, first, again = EventStream(SMALL), EventStream(SMALL), EventStream(SMALL)
    posts = [_post(number, one) for number, one in enumerate(which)]
    told = [straight.observe(post) for post in posts]
    for post in posts[:cut]:
        first.observe(post)
    facade.write_snapshot(file, first, {"last": cut})
    assert facade.read_snapshot(file, again) == {"last": cut}
    assert _same(first, again)
    for post, assigned in zip(posts[cut:later], told[cut:later], strict=True):
        again.remember(post, assigned.event, assigned.duplicate_of)
    assert [again.observe(post) for post in posts[later:]] == told[later:]
    assert again.merges == straight.merges
    assert _same(straight, again)


@pytest.fixture
def held(tmp_path):
    stream = EventStream(SMALL)
    for number in range(8):
        stream.observe(_post(number, number))
    file = tmp_path / "stream"
    facade.write_snapshot(file, stream, {"last": 8})
    return file


def test_a_snapshot_is_readable_by_its_owner_only(held):
    assert held.stat().st_mode & 0o077 == 0
    assert [one.name for one in held.parent.iterdir()] == ["stream"]


@pytest.mark.parametrize("at", [0, 40, 200, -1])
def test_one_changed_byte_makes_it_none(held, at):
    content = bytearray(held.read_bytes())
    content[at] ^= 1
    held.write_bytes(content)
    stream = EventStream(SMALL)
    stream.observe(_post(99, 0))
    assert facade.read_snapshot(held, stream) is None
    assert len(stream) == 0


def test_half_a_file_no_file_and_another_version_are_none(held, tmp_path):
    whole = held.read_bytes()
    held.write_bytes(whole[: len(whole) // 2])
    assert facade.read_snapshot(held, EventStream(SMALL)) is None
    assert facade.read_snapshot(tmp_path / "nothing", EventStream(SMALL)) is None
    held.write_bytes(whole)
    other = EventStream(StreamSettings(window=64, live=64, title_weight=2.0))
    assert facade.read_snapshot(held, other) is None
    assert facade.read_snapshot(held, EventStream(SMALL)) == {"last": 8}
