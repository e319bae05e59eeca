"""Parents as the stream finds them: links and roots beside ids, chains and copies; all of it survives a snapshot."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings, strategies as st

from huiying.engine.post import Post
from huiying.engine.stream import EventStream, Links, StreamSettings

START = datetime(2026, 6, 1, tzinfo=UTC)
DEPOSIT = "交易中心换了银行以后，五月投标的保证金到现在没退，财务让等银行，银行让等财务"
ADDRESS = "https://www.asnews.example/2026/0601/bao-zheng-jin.html"


def _post(number: int, text: str, hours: float = 0, **more: str) -> Post:
    moment = START + timedelta(hours=hours)
    return Post(native_id=f"S{number}", text=text, published_at=moment, time_confidence="stated", **more)


def test_a_quoted_link_leads_to_the_post_it_points_at_and_to_its_event():
    stream = EventStream()
    first = stream.observe(_post(1, DEPOSIT, url=ADDRESS))
    quoting = stream.observe(_post(2, f"大家都看看这个 {ADDRESS}", 2, url="https://weibo.example/s/2"))
    assert (quoting.parent, quoting.event) == ("S1", first.event)
    assert "链接" in (quoting.parent_evidence or "")
    assert "推断" not in (quoting.parent_evidence or "")


def test_an_address_of_its_own_in_a_text_is_no_parent():
    stream = EventStream()
    assert stream.observe(_post(1, f"原文：{ADDRESS}", url=ADDRESS)).parent is None


def test_comments_under_an_address_do_not_take_it_from_the_article():
    stream = EventStream()
    stream.observe(_post(1, DEPOSIT, url=ADDRESS))
    stream.observe(_post(2, "说得对，支持一下", 1, url=ADDRESS, kind="comment"))
    assert stream.observe(_post(3, f"转给各位 {ADDRESS}", 2)).parent == "S1"


def test_where_only_the_root_is_named_the_parent_is_inferred_and_less_sure_the_later_it_comes():
    stream = EventStream()
    first = stream.observe(_post(1, DEPOSIT))
    soon = stream.observe(_post(2, "转发一下给大家看看", 0.1, root_id="S1", kind="repost"))
    late = stream.observe(_post(3, "转发一下给同行看看", 60, root_id="S1", kind="repost"))
    assert {soon.parent, late.parent} == {"S1"}
    assert {soon.event, late.event} == {first.event}
    assert all("推断" in (one.parent_evidence or "") for one in (soon, late))
    assert 1.0 > (soon.parent_confidence or 0) > (late.parent_confidence or 0) > 0.0


def test_a_chain_says_more_than_a_root():
    stream = EventStream()
    stream.observe(_post(1, DEPOSIT))
    stream.observe(_post(2, f"我们公司也没退，四十六万//@甲:{DEPOSIT}", 1, root_id="S1"))
    third = stream.observe(_post(3, f"顶//@乙:我们公司也没退，四十六万//@甲:{DEPOSIT}", 2, root_id="S1"))
    assert third.parent == "S2"


def test_a_copy_counts_less_the_older_what_it_copies():
    stream = EventStream()
    stream.observe(_post(1, DEPOSIT))
    day = stream.observe(_post(2, f"转：{DEPOSIT}", 24))
    month = stream.observe(_post(3, f"转：{DEPOSIT}。", 24 * 30))
    assert day.parent_confidence is not None
    assert month.parent_confidence is not None
    assert month.parent_confidence < day.parent_confidence <= 0.6


def test_links_outlive_a_snapshot():
    one, two = EventStream(), EventStream()
    one.observe(_post(1, DEPOSIT, url=ADDRESS))
    two.load({name: array.copy() for name, array in one.dump().items()})
    asked = _post(2, f"大家都看看这个 {ADDRESS}", 2)
    assert one.observe(asked) == two.observe(asked)
    assert one.dump()["links"].tolist() == two.dump()["links"].tolist()


def test_a_replayed_log_knows_the_same_links():
    lived, replayed = EventStream(), EventStream()
    first = _post(1, DEPOSIT, url=ADDRESS)
    replayed.remember(first, lived.observe(first).event, None)
    asked = _post(2, f"大家都看看这个 {ADDRESS}", 2)
    assert lived.observe(asked) == replayed.observe(asked)


def test_a_link_to_a_post_that_left_the_window_is_no_evidence():
    stream = EventStream(StreamSettings(window=4))
    stream.observe(_post(1, DEPOSIT, url=ADDRESS))
    for number in range(2, 7):
        stream.observe(_post(number, f"今天第{number}个项目开标了，现场一切正常，没有异议", number))
    assert stream.observe(_post(9, f"大家都看看这个 {ADDRESS}", 9)).parent is None


def test_a_newer_post_takes_an_address_whose_post_left_the_window():
    links = Links(window=2)
    links.add(_post(1, "", url=ADDRESS), 0)
    links.add(_post(5, "", url=ADDRESS), 5)
    (reference,) = [key for key in ("url:asnews.example/2026/0601/bao-zheng-jin.html",) if links.find(key, 6) >= 0]
    assert links.find(reference, 6) == 5
    assert links.find(reference, 9) == -1


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, 12), max_size=60), st.integers(1, 6))
def test_links_stay_bounded_and_remember_the_last_window(addresses: list[int], window: int):
    links = Links(window)
    for position, number in enumerate(addresses):
        links.add(_post(position, "", url=f"https://a.example/{number}"), position)
        assert len(links.dump()) <= 2 * window + 1
    count = len(addresses)
    for number in range(13):
        recent = [at for at in range(max(count - window, 0), count) if addresses[at] == number]
        found = links.find(f"url:a.example/{number}", count)
        assert found in recent or found == -1
        if addresses.count(number) == 1:
            assert found == (recent[0] if recent else -1)


@pytest.mark.parametrize("text", ["http://[", "https://t.cn/x", "BV1xx", "//@a:http://", "\ud800 http://a.example/"])
def test_broken_links_are_no_evidence_and_no_error(text: str):
    stream = EventStream()
    stream.observe(_post(1, DEPOSIT, url="http://["))
    assert stream.observe(_post(2, text, 1)).parent is None
