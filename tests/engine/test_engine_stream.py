"""The event stream: one pass, deterministic, and the same after a restart (C5.10, INV-12)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings, strategies as st

from huiying.engine.post import Post
from huiying.engine.stream import EventStream, StreamSettings
from huiying.engine.texts import conflict, entities

START = datetime(2026, 6, 1, tzinfo=UTC)
DEPOSIT = "交易中心换了银行以后，五月投标的保证金到现在没退，财务让等银行，银行让等财务"
OUTAGE = "不见面开标系统突然登不上了，九点半的标解不了密，直播间也卡死，代理说让等"
DRAIN_ONE = "栖云路雨污分流改造工程三家投标单位标书错别字一模一样，围标太明显了"
DRAIN_TWO = "望河路雨污分流改造工程三家投标单位报价规律一模一样，串标太明显了"


def _post(number: int, text: str, hours: float = 0, **given_fields) -> Post:
    moment = given_fields.pop("moment", START + timedelta(hours=hours))
    return Post(native_id=f"S{number}", text=text, published_at=moment, time_confidence="stated", **given_fields)


def _events(*texts: str) -> list[int]:
    stream = EventStream()
    given_numbers = [stream.observe(_post(number, text, number)).event for number, text in enumerate(texts)]
    return [stream.final(number) for number in given_numbers]


def test_the_same_matter_joins_and_another_opens_an_event():
    first, again, other = _events(DEPOSIT, "保证金到现在没退，问财务说等银行，问银行说等财务，交易中心换了银行", OUTAGE)
    assert first == again
    assert other != first


def test_two_like_tenders_with_other_names_stay_apart():
    one, two = _events(DRAIN_ONE, DRAIN_TWO)
    assert one != two


def test_a_copy_is_linked_and_joins_its_event():
    stream = EventStream()
    first = stream.observe(_post(1, DEPOSIT))
    copy = stream.observe(_post(2, "转：" + DEPOSIT, 1))
    assert copy.duplicate_of == "S1"
    assert copy.event == first.event
    assert not copy.new
    assert copy.parent == "S1"
    assert copy.parent_confidence is not None
    assert copy.parent_confidence < 0.8
    assert "推断" in (copy.parent_evidence or "")


def test_a_given_parent_is_certain_and_leads_to_its_event():
    stream = EventStream()
    first = stream.observe(_post(1, DEPOSIT))
    comment = stream.observe(_post(2, "我也是", parent_id="S1"))
    assert (comment.event, comment.parent, comment.parent_confidence) == (first.event, "S1", 1.0)


def test_ignoring_parents_forgets_ids_and_keeps_words():
    stream = EventStream(StreamSettings(ignore_parents=True))
    stream.observe(_post(1, DEPOSIT))
    assert stream.observe(_post(2, "我也是", parent_id="S1")).parent is None
    chained = stream.observe(_post(3, f"我也是//@某人:{DEPOSIT}"))
    assert chained.parent == "S1"


def test_a_chain_names_the_nearest_known_post_and_no_person():
    stream = EventStream()
    stream.observe(_post(1, "保证金到底啥时候退啊各位老板"))
    stream.observe(_post(2, "我们公司也没退，四十六万//@甲:保证金到底啥时候退啊各位老板"))
    third = stream.observe(_post(3, "顶//@乙:我们公司也没退，四十六万//@甲:保证金到底啥时候退啊各位老板"))
    assert third.parent == "S2"
    assert "用户A" in (third.parent_evidence or "")
    assert "乙" not in (third.parent_evidence or "")
    assert (third.parent_confidence or 0) >= 0.9


def test_a_post_without_any_evidence_has_no_parent():
    stream = EventStream()
    lone = stream.observe(_post(1, DEPOSIT))
    assert (lone.parent, lone.parent_confidence, lone.parent_evidence, lone.new) == (None, None, None, True)


def test_empty_and_boilerplate_posts_never_join_each_other():
    numbers = _events("转发微博", "转发微博", "！！！", "！！！", "")
    assert len(set(numbers)) == len(numbers)


def test_a_post_seen_before_changes_nothing():
    stream = EventStream()
    first = stream.observe(_post(1, DEPOSIT))
    again = stream.observe(_post(1, DEPOSIT))
    assert again.event == first.event
    assert not again.new
    assert len(stream) == 1


def test_an_old_event_fades():
    stream = EventStream()
    first = stream.observe(_post(1, DEPOSIT))
    late = stream.observe(_post(2, "听说有家公司的保证金没退，财务让等银行", 24 * 90))
    assert late.event != first.event


def test_a_clock_that_runs_ahead_does_not_age_the_others():
    """A post from the year 9999 must not make every event of today look stale."""
    stream = EventStream()
    first = stream.observe(_post(1, DEPOSIT))
    ahead = Post(native_id="F", text=OUTAGE, published_at=datetime(9999, 1, 1, tzinfo=UTC), time_confidence="future")
    stream.observe(ahead)
    near = stream.observe(_post(2, "保证金到现在没退，财务让等银行，银行让等财务，五月投标的", 2))
    assert near.event == first.event


def test_the_window_bounds_what_is_kept():
    stream = EventStream(StreamSettings(window=20))
    for number in range(100):
        stream.observe(_post(number, f"{DEPOSIT}{number}"))
    assert len(stream) == 20


def test_the_title_speaks_for_a_post():
    stream = EventStream()
    first = stream.observe(_post(1, "今天一上午六个标呢", title="不见面开标系统崩了，解密失败"))
    second = stream.observe(_post(2, "现场一百多人干等", 1, title="不见面开标系统崩了，解密失败"))
    assert first.event == second.event


def test_names_of_the_same_kind_conflict():
    assert conflict(entities("栖云路二标段"), entities("望河路三标段"))
    assert not conflict(entities("栖云路"), entities("栖云路二标段"))
    assert not conflict(entities("栖云路"), entities("望河小学"))
    assert not conflict(entities("这条路"), entities("那条路"))


_TEXTS = st.sampled_from(
    [
        DEPOSIT, "转：" + DEPOSIT, OUTAGE, "系统又登不上了，解密失败", DRAIN_ONE, DRAIN_TWO, "我也是", "", "转发微博",
        f"顶//@甲:{DEPOSIT}", "保证金没退，财务让等", "开标系统卡死，直播间也登不上", "评委名单提前泄露了，谁管管",
    ]
)  # fmt: skip
_STEPS = st.lists(
    st.tuples(_TEXTS, st.integers(-5, 200), st.none() | st.integers(0, 5), st.booleans()), min_size=1, max_size=45
)


def _posts(steps) -> list[Post]:
    return [
        Post(
            native_id=f"S{number}",
            text=text,
            published_at=None if hours < 0 else START + timedelta(hours=hours),
            time_confidence="future" if ahead else "stated",
            parent_id=None if back is None else f"S{number - back}",
        )
        for number, (text, hours, back, ahead) in enumerate(steps)
    ]


@settings(max_examples=150)
@given(_STEPS, st.integers(0, 45))
def test_a_restarted_stream_goes_on_like_an_uninterrupted_one(steps, cut):
    """observe(all) == remember(prefix) + observe(rest), merges included."""
    posts = _posts(steps)
    straight = EventStream(StreamSettings(window=30))
    first = [straight.observe(post) for post in posts]
    restarted = EventStream(StreamSettings(window=30))
    for post, assigned in zip(posts[:cut], first[:cut], strict=True):
        restarted.remember(post, assigned.event, assigned.duplicate_of)
    assert [restarted.observe(post) for post in posts[cut:]] == first[cut:]
    assert restarted.merges == straight.merges


@settings(max_examples=60)
@given(_STEPS)
def test_the_same_posts_give_the_same_events(steps):
    posts = _posts(steps)
    left, right = EventStream(), EventStream()
    assert [left.observe(post) for post in posts] == [right.observe(post) for post in posts]


@settings(max_examples=60)
@given(_STEPS)
def test_every_post_gets_an_event_and_merges_lead_to_older_ones(steps):
    stream = EventStream()
    for post in _posts(steps):
        assigned = stream.observe(post)
        assert assigned.event >= 1
        assert stream.final(assigned.event) <= assigned.event
        assert 0 <= assigned.similarity <= 1.0001
    assert all(source > target for source, target, _ in stream.merges)


@pytest.mark.parametrize("length", [100_000])
def test_a_post_of_a_hundred_thousand_characters_passes(length):
    stream = EventStream()
    assert stream.observe(_post(1, "围" * length)).new
    assert stream.observe(_post(2, DEPOSIT)).new
