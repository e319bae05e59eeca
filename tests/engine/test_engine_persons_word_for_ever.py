"""Together, apart, split: whatever a person says, in any order among the posts, holds until a person says otherwise.

C5.10, C6.2, INV-12.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from huiying.engine import facade
from huiying.engine.post import Post
from huiying.engine.stream import EventStream, StreamSettings

START = datetime(2026, 6, 1, tzinfo=UTC)
SETTINGS = StreamSettings(window=256, live=256)
DEPOSIT = "交易中心换了银行以后，五月投标的保证金到现在没退，财务让等银行，银行让等财务"
MORE_DEPOSIT = "保证金没退，财务让等银行，银行让等财务，换了银行以后"
OUTAGE = "不见面开标系统突然登不上了，九点半的标解不了密，直播间也卡死了，代理说让等"
MORE_OUTAGE = "开标系统又登不上了，标解不了密，直播间卡死，代理还是让等"
SCANNER = "某医院核磁设备采购中标价太贵，比市场高三成，要求公开评标过程"
MORE_SCANNER = "医院核磁采购的中标价太贵，比市场高三成，评标过程也不公开"
TEXTS = (DEPOSIT, MORE_DEPOSIT, OUTAGE, MORE_OUTAGE, SCANNER, MORE_SCANNER, f"转：{OUTAGE}", "我也是", "")

Word = tuple[Any, ...]


def _post(number: int, text: str) -> Post:
    moment = START + timedelta(minutes=10 * number)
    return Post(f"S{number}", text, platform="论坛", published_at=moment, time_confidence="stated")


def _same(left: EventStream, right: EventStream) -> bool:
    one, other = left.dump(), right.dump()
    return one.keys() == other.keys() and all(np.array_equal(one[name], other[name]) for name in one)


class Desk:
    """A stream, the log of what it said and of what a person said, and what has to hold because of that."""

    def __init__(self) -> None:
        self.stream = EventStream(SETTINGS)
        self.log: list[Word] = []
        self.posts: list[Post] = []
        self.apart: list[tuple[int, int]] = []

    def hear(self, text: str) -> int:
        post = _post(len(self.posts), text)
        told = self.stream.observe(post)
        self.posts.append(post)
        self.log.append(("post", post, told.event, told.duplicate_of))
        return told.event

    def say(self, *word: Any) -> None:
        self.log.append(word)
        getattr(self.stream, word[0])(*word[1:])

    def numbers(self) -> list[int]:
        return list(range(1, self.stream.next_number))

    def together(self, left: int, right: int) -> None:
        pair = {self.stream.final(left), self.stream.final(right)}
        self.apart = [one for one in self.apart if {self.stream.final(event) for event in one} != pair]
        self.say("together", left, right)
        assert self.stream.final(left) == self.stream.final(right)

    def keep_apart(self, left: int, right: int) -> None:
        if self.stream.final(left) != self.stream.final(right):
            self.apart.append((left, right))
        self.say("apart", left, right)

    def split(self, event: int, some: int) -> None:
        """The last `some` posts of an event go, never all of them."""
        there = [post for post in self.posts if self.stream.observe(post).event == self.stream.final(event)]
        goes = there[1:][-some:]
        if goes:
            made = self.stream.next_number
            self.say("split", event, made, goes)
            self.apart.append((event, made))
            assert all(self.stream.observe(post).event == made for post in goes)

    def check(self) -> None:
        for left, right in self.apart:
            assert self.stream.final(left) != self.stream.final(right)

    def replayed(self) -> EventStream:
        stream = EventStream(SETTINGS)
        for word in self.log:
            if word[0] == "post":
                stream.remember(*word[1:])
            else:
                getattr(stream, word[0])(*word[1:])
        return stream


_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("hear"), st.sampled_from(TEXTS), st.just(0)),
        st.tuples(st.just("hear"), st.sampled_from(TEXTS), st.just(0)),
        st.tuples(st.sampled_from(["together", "keep_apart"]), st.integers(0, 20), st.integers(0, 20)),
        st.tuples(st.just("split"), st.integers(0, 20), st.integers(1, 3)),
    ),
    min_size=3,
    max_size=40,
)


@settings(max_examples=80, deadline=None)
@given(_STEPS)
def test_what_a_person_said_holds_ever_after_and_a_replay_of_it_is_the_same_to_the_byte(tmp_path_factory, steps):
    desk = Desk()
    desk.hear(DEPOSIT)
    desk.hear(OUTAGE)
    for kind, one, two in steps:
        known = desk.numbers()
        if kind == "hear":
            desk.hear(one)
        elif kind == "split":
            desk.split(known[one % len(known)], two)
        else:
            getattr(desk, kind)(known[one % len(known)], known[two % len(known)])
        desk.check()
    replayed = desk.replayed()
    assert replayed.merges == desk.stream.merges
    assert _same(replayed, desk.stream)
    file, restored = tmp_path_factory.mktemp("word") / "stream", EventStream(SETTINGS)
    facade.write_snapshot(file, desk.stream, {})
    assert facade.read_snapshot(file, restored) == {}
    assert _same(restored, desk.stream)
    later = [_post(900 + at, text) for at, text in enumerate(TEXTS)]
    assert [restored.observe(post) for post in later] == [desk.stream.observe(post) for post in later]


def test_two_that_are_kept_apart_stay_two_however_alike_later_posts_are():
    desk = Desk()
    one, other = desk.hear(DEPOSIT), desk.hear(OUTAGE)
    desk.keep_apart(one, other)
    for number in range(80):
        text = f"保证金没退，开标系统登不上，解不了密，财务让等，第{number}次来问"
        post = _post(100 + number, text)
        desk.stream.remember(post, one if number % 2 else other, None)
    assert desk.stream.final(one) != desk.stream.final(other)


@pytest.mark.parametrize("older_into_newer", [True, False])
def test_a_merge_taken_back_gives_each_its_own_number_and_posts_whichever_way_it_was_meant(older_into_newer):
    """The older number goes on for both; a person who takes 1 out of 2 must not be left with both under 1."""
    desk = Desk()
    deposit, outage = desk.hear(DEPOSIT), desk.hear(OUTAGE)
    desk.together(deposit, outage)
    between = desk.hear(MORE_OUTAGE)
    assert between == desk.stream.final(deposit) == desk.stream.final(outage) == deposit
    if older_into_newer:  # the deposit's event was merged into that of the outage: its own post goes
        desk.say("split", outage, deposit, desk.posts[:1])
    else:
        desk.say("split", deposit, outage, desk.posts[1:])
    assert (desk.stream.final(deposit), desk.stream.final(outage)) == (deposit, outage)
    assert [desk.stream.observe(post).event for post in desk.posts] == [deposit, outage, outage]
    assert desk.hear("开标系统登不上，标解不了密，直播间卡死了，代理说让等通知") == outage
    assert desk.hear(f"转：{OUTAGE}") == outage
    assert desk.hear(MORE_DEPOSIT) == deposit
    assert _same(desk.replayed(), desk.stream)


def test_what_joined_both_after_they_were_one_stays_with_the_one_that_goes_on():
    """1 into 2, then 3 into 2; taking 1 back leaves 3 with 2, also for a copy of the third's own post."""
    desk = Desk()
    deposit, outage, scanner = desk.hear(DEPOSIT), desk.hear(OUTAGE), desk.hear(SCANNER)
    assert len({deposit, outage, scanner}) == 3
    desk.together(deposit, outage)
    desk.together(scanner, outage)
    desk.say("split", outage, deposit, desk.posts[:1])
    assert desk.stream.final(scanner) == desk.stream.final(outage) == outage
    assert desk.stream.final(deposit) == deposit
    assert desk.hear(f"转：{SCANNER}") == outage
    assert _same(desk.replayed(), desk.stream)


def test_what_was_part_of_it_before_goes_along():
    """3 into 1, then 1 into 2; taking 1 back takes 3 along."""
    desk = Desk()
    deposit, outage, scanner = desk.hear(DEPOSIT), desk.hear(OUTAGE), desk.hear(SCANNER)
    desk.together(scanner, deposit)
    desk.together(deposit, outage)
    desk.say("split", outage, deposit, [desk.posts[0], desk.posts[2]])
    assert desk.stream.final(scanner) == desk.stream.final(deposit) == deposit
    assert desk.stream.final(outage) == outage
    assert [desk.stream.observe(post).event for post in desk.posts] == [deposit, outage, deposit]


def test_out_of_the_middle_of_a_chain_of_merges():
    """2 into 3, then 3 into 1; taking 2 back leaves 3 with 1."""
    desk = Desk()
    deposit, outage, scanner = desk.hear(DEPOSIT), desk.hear(OUTAGE), desk.hear(SCANNER)
    desk.together(outage, scanner)
    desk.together(scanner, deposit)
    desk.say("split", scanner, outage, [desk.posts[1]])
    assert desk.stream.final(scanner) == deposit
    assert desk.stream.final(outage) == outage
    assert [desk.stream.observe(post).event for post in desk.posts] == [deposit, outage, deposit]
    assert desk.hear(MORE_OUTAGE) == outage
