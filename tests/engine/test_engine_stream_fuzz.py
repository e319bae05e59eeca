"""Whatever is posted, in whatever order, by whatever clock: the stream takes it, and empty words never merge."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from huiying.engine import facade
from huiying.engine.duplicates import fingerprint
from huiying.engine.post import MAX_TEXT_BYTES, Post, PostError, parse_post
from huiying.engine.stream import Assigned, EventStream, StreamSettings
from huiying.engine.texts import BOILERPLATE

START = datetime(2026, 6, 1, tzinfo=UTC)
SMALL = StreamSettings(window=64, live=64)
MATTERS = (
    "交易中心换了银行以后，五月投标的保证金到现在没退，财务让等银行，银行让等财务",
    "不见面开标系统突然登不上了，九点半的标解不了密，直播间也卡死，代理说让等",
    "栖云路雨污分流改造工程三家投标单位标书错别字一模一样，围标太明显了",
    "某医院核磁设备采购中标价太贵，比市场高三成，要求公开评标过程",
)


def _post(key: object, text: str, moment: datetime | None = START, **more: object) -> Post:
    return Post(f"S{key}", text, published_at=moment, time_confidence="stated", **more)  # type: ignore[arg-type]


def _same(left: EventStream, right: EventStream) -> bool:
    one, other = left.dump(), right.dump()
    return one.keys() == other.keys() and all(np.array_equal(one[name], other[name]) for name in one)


# --- any Unicode ---

_ANY = st.text(st.characters(codec=None), max_size=80)
_IDS = st.text(st.characters(codec=None), min_size=1, max_size=30)


@settings(max_examples=80)
@given(st.lists(st.tuples(_IDS, _ANY, _ANY), min_size=1, max_size=8))
def test_any_unicode_is_placed_remembered_and_survives_a_snapshot(tmp_path_factory, rows):
    """Lone surrogates, controls, unassigned planes, in ids, titles and texts (INV-1, INV-12)."""
    posts = []
    for key, title, text in rows:
        try:
            posts.append(parse_post({"native_id": key, "title": title, "text": text}))
        except PostError:
            continue  # no id or no words is left of it: refused at the door, with words
    straight, replayed, restored = EventStream(SMALL), EventStream(SMALL), EventStream(SMALL)
    told = [straight.observe(post) for post in posts]
    assert all(assigned.event >= 1 for assigned in told)
    for post, assigned in zip(posts, told, strict=True):
        replayed.remember(post, assigned.event, assigned.duplicate_of)
    assert _same(straight, replayed)
    file = tmp_path_factory.mktemp("any") / "stream"
    facade.write_snapshot(file, straight, {})
    assert facade.read_snapshot(file, restored) == {}
    assert _same(straight, restored)
    again = [restored.observe(post) for post in posts]
    assert [one.event for one in again] == [straight.final(one.event) for one in told]
    assert not any(one.new for one in again)


# --- size ---


def _letters(count: int, seed: int = 1) -> str:
    draw = random.Random(seed)
    return "".join(chr(draw.randrange(0x4E00, 0x9FA5)) for _ in range(count))


def test_a_post_of_a_whole_megabyte_is_placed_and_its_copies_are_found():
    text = _letters(MAX_TEXT_BYTES // 3)
    stream = EventStream(SMALL)
    first = stream.observe(parse_post({"native_id": "A", "text": text}))
    copy = stream.observe(parse_post({"native_id": "B", "text": text}))
    other = stream.observe(parse_post({"native_id": "C", "text": _letters(MAX_TEXT_BYTES // 3, seed=2)}))
    small = stream.observe(_post("D", MATTERS[0]))
    assert (copy.event, copy.duplicate_of, copy.similarity) == (first.event, "A", 1.0)
    assert other.duplicate_of is small.duplicate_of is None
    assert small.event not in (first.event, other.event)


def test_more_than_a_megabyte_is_refused_in_words():
    with pytest.raises(PostError, match="1 MB"):
        parse_post({"native_id": "A", "text": "围" * (MAX_TEXT_BYTES // 3 + 1)})


def test_long_posts_that_differ_only_beyond_what_is_read_are_alike_and_not_the_same():
    """Only what is read is compared gram by gram; the rest counts in the digest of the letters."""
    text = _letters(40_000)
    changed = f"{text[:-1]}好"
    assert fingerprint(text).digest == fingerprint(text).digest != fingerprint(changed).digest
    stream = EventStream(SMALL)
    stream.observe(_post("A", text))
    assert stream.observe(_post("B", changed)).duplicate_of == "SA"


# --- many ---


def test_ten_thousand_identical_posts_are_one_event_and_all_copies_of_the_first():
    stream = EventStream(StreamSettings(window=16_384, live=256))
    told = [stream.observe(_post(n, MATTERS[0], START + timedelta(seconds=n))) for n in range(10_000)]
    assert {one.event for one in told} == {1}
    assert told[0].duplicate_of is None
    assert {one.duplicate_of for one in told[1:]} == {"S0"}
    assert [one.new for one in told].count(True) == 1
    assert stream.merges == ()
    assert stream.next_number == 2
    assert len(stream) == 10_000
    # Ten thousand copies have not made its words common: the next one who tells it still finds it.
    assert stream.observe(_post("next", "保证金到现在没退，财务让等银行，银行让等财务", START)).event == 1


def test_many_posts_in_one_second_still_part_by_matter():
    stream = EventStream(StreamSettings(window=1_024, live=256))
    found: dict[int, set[int]] = {}
    for number in range(600):
        which = number % len(MATTERS)
        assigned = stream.observe(_post(number, MATTERS[which] + "啊" * (number % 7), platform="论坛"))
        found.setdefault(which, set()).add(assigned.event)
    numbers = [{stream.final(event) for event in events} for events in found.values()]
    assert all(len(events) == 1 for events in numbers)
    assert len(set.union(*numbers)) == len(MATTERS)


# --- time ---


def test_a_clock_that_runs_backwards_parts_nothing_that_belongs_together():
    stream = EventStream(SMALL)
    told = [
        stream.observe(_post(number, MATTERS[number % 2] + "哎" * number, START - timedelta(hours=number)))
        for number in range(12)
    ]
    assert {one.event for one in told[::2]} == {told[0].event}
    assert {one.event for one in told[1::2]} == {told[1].event}
    assert told[0].event != told[1].event


def test_one_post_from_ten_years_ago_ages_nothing_of_today():
    stream = EventStream(SMALL)
    first = stream.observe(_post(1, MATTERS[0]))
    stream.observe(_post(2, MATTERS[1], START - timedelta(days=3_650)))
    near = stream.observe(_post(3, "听说五月投标的保证金没退，财务让等银行，银行让等财务", START + timedelta(hours=1)))
    assert near.event == first.event


_TEXTS = (*MATTERS, f"转：{MATTERS[0]}", f"顶//@甲:{MATTERS[1]}", "我也是", "快报警吧各位", "", "转发微博")
_STEP = st.tuples(st.sampled_from(_TEXTS), st.integers(-3_000, 3_000) | st.none(), st.sampled_from(["", "论坛"]))


def _posts(steps) -> list[Post]:
    return [
        _post(n, text, None if hours is None else START + timedelta(hours=hours), platform=place)
        for n, (text, hours, place) in enumerate(steps)
    ]


@settings(max_examples=60)
@given(st.lists(_STEP, min_size=1, max_size=40))
def test_whatever_the_clocks_say_the_log_replays_to_the_same_state(steps):
    """`remember` of what `observe` said, byte for byte (INV-12)."""
    posts = _posts(steps)
    straight, replayed = EventStream(SMALL), EventStream(SMALL)
    for post in posts:
        assigned = straight.observe(post)
        replayed.remember(post, assigned.event, assigned.duplicate_of)
    assert replayed.merges == straight.merges
    assert _same(straight, replayed)


# --- nothing to go by ---

_SIGNS = st.text(st.sampled_from("！？。，、…~ \t\n\u200b\u3000😀🔥👍[]()#@/\\-+*&%"), max_size=20)
_HOLLOW = _SIGNS | st.sampled_from([*BOILERPLATE, "转发微博 //@甲:", "//@甲://@乙:"])


@settings(max_examples=60)
@given(st.lists(_HOLLOW, min_size=2, max_size=12), st.sampled_from(["", "论坛"]))
def test_texts_that_say_nothing_never_merge_with_each_other_or_with_a_matter(hollow, place):
    """C5.16: even where their platform speaks of one matter only."""
    stream = EventStream(SMALL)
    matter = [stream.observe(_post(f"m{n}", f"{MATTERS[0]}{'甲乙丙'[n]}", platform=place)).event for n in range(3)]
    told = [stream.observe(_post(n, text, platform=place)) for n, text in enumerate(hollow)]
    assert all(one.new and one.duplicate_of is None for one in told)
    assert len({stream.final(one.event) for one in told}) == len(told)
    assert not {stream.final(one.event) for one in told} & {stream.final(event) for event in matter}


# --- what was said once ---


@settings(max_examples=60)
@given(st.lists(_STEP, min_size=2, max_size=40))
def test_an_event_given_once_is_only_ever_answered_by_what_it_was_merged_into(steps):
    """Ids never change: who stood together stays together, and a number leads to an older one or to itself (C5.10)."""
    stream, told = EventStream(SMALL), []
    posts = _posts(steps)
    before: list[int] = []
    for post in posts:
        told.append(stream.observe(post))
        now = [stream.final(one.event) for one in told]
        assert all(later <= earlier for later, earlier in zip(now, before, strict=False))
        parted = {(a, b) for a in range(len(before)) for b in range(a) if before[a] == before[b] and now[a] != now[b]}
        assert not parted
        before = now
    assert [stream.observe(post).event for post in posts] == before
    gone = [source for source, _into, _score in stream.merges]
    assert len(gone) == len(set(gone))


def _two_that_become_one(stream: EventStream) -> list[Assigned]:
    """Two matters that come to be told in the same words, until the machine takes them for one."""
    told = [stream.observe(_post(0, MATTERS[3])), stream.observe(_post(1, MATTERS[1]))]
    for number in range(2, 60):
        text = f"核磁采购太贵，开标系统登不上，解不了密，第{'甲乙丙丁'[number % 4]}次来问，没人管"
        stream.remember(_post(number, text, START + timedelta(hours=number)), told[number % 2].event, None)
    return told


def test_after_a_merge_by_the_machine_both_numbers_still_answer():
    stream = EventStream(SMALL)
    one, other = (assigned.event for assigned in _two_that_become_one(stream))
    assert [merge[:2] for merge in stream.merges] == [(other, one)]
    assert stream.final(other) == stream.final(one) == one
    assert stream.observe(_post(59, "核磁")).event == one, "an old post is told where its event is now"
    assert stream.next_number == 3
    late = stream.observe(_post("late", MATTERS[2], START + timedelta(hours=60)))
    assert (late.event, late.new) == (3, True), "the number of an event that was merged is never given again"


def test_merges_are_the_same_in_a_replay_and_after_a_snapshot(tmp_path):
    straight, replayed, restored = EventStream(SMALL), EventStream(SMALL), EventStream(SMALL)
    _two_that_become_one(straight)
    _two_that_become_one(replayed)
    facade.write_snapshot(tmp_path / "s", straight, {"last": 60})
    facade.read_snapshot(tmp_path / "s", restored)
    assert straight.merges
    assert restored.merges == replayed.merges == straight.merges
    assert _same(straight, replayed)
    assert _same(straight, restored)
