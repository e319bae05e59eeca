"""What people say of an event and how hot it is, from its posts (C10.5 网民观点; heat with every term)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from huiying.judging import heat, material
from huiying.judging.material import Material, PostFacts
from huiying.judging.queries import event_of_post
from huiying.kernel import clock
from huiying.listening.models import Post
from stream_of import COMPLAINT, bring

T0 = dt.datetime(2026, 9, 14, 1, tzinfo=dt.UTC)
LATE = ["保证金拖了一个月还没退到账", "我家保证金也没退到账，拖了快一个月", "保证金没退到账的举手，拖太久了"]
PHONE = ["财务部电话打不通没人接", "打了十遍财务部电话都没人接", "财务部的电话永远没人接听"]


def row(post: int, minutes: float = 0, **more: Any) -> PostFacts:
    given = {
        "copy_of": None, "parent": "", "evidence": "", "confidence": None, "platform": "微博客", "channel": "微博客",
        "kind": "post", "native_id": f"n{post}", "outlet": "", "tier": None, "own": False, "url": "", "title": "",
        "at": T0 + dt.timedelta(minutes=minutes), "timed": True, "metrics": {}, "concern": "", "sensitivity": 0,
        "begins": "",
    } | more  # fmt: skip
    return PostFacts(post=post, **given)


def of(*rows: PostFacts) -> Material:
    return Material(rows, {one.post: one.post for one in rows})


def spoken(texts: list[str]) -> tuple[list[PostFacts], dict[int, str]]:
    return [row(n, n, concern="投诉") for n, _text in enumerate(texts)], dict(enumerate(texts))


# --- views ---


def test_views_are_of_people_not_of_outlets():
    rows, words = spoken(LATE + PHONE)
    rows += [row(50 + n, outlet="鞍山日报", tier=2) for n in range(9)]
    words |= {50 + n: "记者从市公共资源交易中心了解到有关情况" for n in range(9)}
    found = material.views_of(of(*rows), words)
    assert found.n == 6
    assert all("记者" not in view.quote for view in found.groups)


def test_who_speaks_on_the_bureaus_own_channels_is_heard():
    rows, words = spoken(LATE)
    rows += [row(50 + n, own=True, channel="12345热线", kind="call") for n in range(3)]
    words |= {50 + n: text for n, text in enumerate(PHONE)}
    assert material.views_of(of(*rows), words).n == 6


def test_a_copy_counts_for_the_post_it_repeats_and_a_copy_of_a_copy_too():
    rows, words = spoken(LATE + PHONE)
    rows += [row(60, 90, copy_of=0), row(61, 91, copy_of=60)]
    found = material.views_of(of(*rows), words)
    late = next(view for view in found.groups if "0" in view.members)
    assert (found.n, late.posts, late.copies) == (8, 5, 2)


def test_who_repeats_an_outlets_text_says_nothing_of_their_own():
    rows, words = spoken(LATE + PHONE)
    rows += [row(50, outlet="鞍山日报", tier=2), row(51, 5, copy_of=50)]
    assert material.views_of(of(*rows), words).n == 6


def test_nothing_is_quoted_of_a_danger_to_life():
    rows, words = spoken(LATE + PHONE)
    assert material.views_of(of(*rows), words, quoting=False).groups == ()


def test_more_than_can_be_read_stand_with_the_rest(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(material, "READ", 6)
    rows, words = spoken(LATE + PHONE)
    rows += [row(100 + n, 200 + n) for n in range(10)]
    found = material.views_of(of(*rows), words)
    assert (found.n, found.rest) == (16, 10)
    assert sum(view.share for view in found.groups) + found.rest_share == pytest.approx(1)


@pytest.mark.usefixtures("staff")
def test_the_words_of_stored_posts_are_read_in_one_query(django_assert_num_queries: Any):
    event = event_of_post(bring(*(f"{COMPLAINT}第{n}家" for n in range(3)))[0])
    assert event is not None
    read = material.of_event(event)
    with django_assert_num_queries(1):
        found = material.views_of(read)
    assert found.n == Post.objects.count()


# --- heat ---


@pytest.mark.usefixtures("frozen")
def test_the_curve_ends_now_and_its_terms_add_up():
    read = of(row(1, -300, metrics={"likes": 90, "comments": 9}), row(2, -60, channel="论坛", sensitivity=4))
    found = heat.heat_curve(read)
    assert found[-1].at == clock.now()
    assert all(sum(one.terms.values()) == pytest.approx(one.total) for one in found)
    assert found[-1].engaged > 0
    assert heat.peak(found) in found


@pytest.mark.usefixtures("frozen")
def test_reads_are_no_engagement_and_unknown_figures_are_nothing():
    found = heat.heat_now(of(row(1, metrics={"reads": 1_000_000})))
    assert found is not None
    assert found.engagement == 0.0


@pytest.mark.usefixtures("frozen")
def test_what_was_said_days_ago_is_cooler_than_what_is_said_now():
    then, now = heat.heat_now(of(row(1, -4 * 24 * 60))), heat.heat_now(of(row(1)))
    assert then is not None
    assert now is not None
    assert then.total < now.total / 2


@pytest.mark.usefixtures("frozen")
def test_an_event_younger_than_three_hours_neither_rises_nor_falls():
    assert heat.rises(heat.heat_curve(of(row(1, 30)))) is None
    old = heat.heat_curve(of(row(1, -600), *(row(n, 50) for n in range(2, 9))))
    assert (heat.rises(old) or 0) > 0
    assert heat.rises([]) is None


@pytest.mark.usefixtures("frozen")
def test_no_posts_have_no_heat():
    assert heat.heat_now(of()) is None
    assert heat.peak([]) is None
