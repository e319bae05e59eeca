"""Nothing found, not collected, silent: three states that never look alike; alarms reach somebody （五）C5.2, C5.12."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, strategies as st

from cast import Cast
from huiying.kernel.clock import FrozenClock
from huiying.listening import outcomes, rhythm
from huiying.listening.models import Source
from huiying.listening.source_queries import STATE_WORDS
from huiying.work.auditor import check
from huiying.work.models import Notice
from listening.sources_of import World, feed, minutes
from local_web import rss

FEED = "http://news.example/feed"
DAY = dt.timedelta(days=1)


def state(source: Source, frozen: FrozenClock) -> str:
    source.refresh_from_db()
    return rhythm.state_of(source, frozen()).code


def test_a_new_source_is_not_green_before_it_was_looked_at(cast: Cast, frozen: FrozenClock) -> None:
    """C5.2: shown green with no successful check inside its window is impossible."""
    source = feed()
    assert state(source, frozen) == rhythm.UNCHECKED
    assert rhythm.UNCHECKED in rhythm.RED


def test_new_then_nothing_then_silent(cast: Cast, frozen: FrozenClock) -> None:
    world = World(frozen, {FEED: rss("第一条")})
    source = feed(rhythm_hours=48)
    world.run(minutes(1))
    assert state(source, frozen) == rhythm.NEW
    world.run(dt.timedelta(hours=20))
    assert state(source, frozen) == rhythm.NOTHING
    world.run(dt.timedelta(hours=30))
    assert state(source, frozen) == rhythm.SILENT


def test_a_failing_source_is_not_collected_even_where_it_was_silent(cast: Cast, frozen: FrozenClock) -> None:
    web: dict[str, Any] = {FEED: rss("第一条")}
    world = World(frozen, web)
    source = feed(rhythm_hours=24)
    world.run(dt.timedelta(hours=30))
    assert state(source, frozen) == rhythm.SILENT
    web[FEED] = 403
    world.run(dt.timedelta(hours=5))
    found = rhythm.state_of(Source.objects.get(), frozen())
    assert (found.code, found.why) == (rhythm.FAILED, outcomes.FORBIDDEN)


def test_when_the_collector_stands_still_nothing_stays_green(cast: Cast, frozen: FrozenClock) -> None:
    world = World(frozen, {FEED: rss("第一条")})
    source = feed(max_minutes=60)
    world.run(minutes(1))
    frozen.advance(dt.timedelta(hours=4))
    found = rhythm.state_of(Source.objects.get(pk=source.pk), frozen())
    assert (found.code, found.why) == (rhythm.FAILED, rhythm.OVERDUE)


def test_the_words_of_the_states_are_all_different() -> None:
    words = [str(word) for word in STATE_WORDS.values()]
    assert len(set(words)) == len(words) == 6


def test_a_source_has_its_own_rhythm_once_enough_was_seen(cast: Cast, frozen: FrozenClock) -> None:
    source = feed()
    assert rhythm.silence_after(source) == rhythm.UNKNOWN_RHYTHM
    source.arrivals = [(frozen() + n * 3 * DAY).isoformat() for n in range(5)]
    assert rhythm.silence_after(source) == 6 * DAY
    source.arrivals = [(frozen() + dt.timedelta(minutes=n)).isoformat() for n in range(20)]
    assert rhythm.silence_after(source) == DAY, "a night is no silence"
    source.rhythm_hours = 7
    assert rhythm.silence_after(source) == dt.timedelta(hours=7)


@given(st.lists(st.integers(0, 10**6), min_size=5, max_size=20, unique=True))
def test_no_pause_that_was_seen_before_counts_as_silence(seconds: list[int]) -> None:
    moments = [dt.datetime(2026, 9, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=s) for s in sorted(seconds)]
    source = Source(arrivals=[moment.isoformat() for moment in moments])
    assert rhythm.silence_after(source) >= max(later - earlier for earlier, later in pairwise(moments))


# --- alarms -----------------------------------------------------------------------------------------------------------


def told(username: str) -> list[str]:
    return list(Notice.objects.filter(recipient=username).order_by("id").values_list("title", flat=True))


def run(world: World, frozen: FrozenClock, length: dt.timedelta) -> None:
    """The collector and the alarms, as the loop runs them."""
    until = frozen() + length
    while frozen() < until:
        world.run(minutes(10))
        if rhythm.due(frozen()):
            rhythm.poll(frozen(), 200)


def test_one_lost_look_wakes_nobody_and_a_failure_that_lasts_alarms_owner_backup_and_desk(
    cast: Cast, frozen: FrozenClock
) -> None:
    web: dict[str, Any] = {FEED: rss("第一条")}
    world = World(frozen, web)
    feed(owner=cast.editor, owner_role="", backup=cast.network, backup_role="", min_minutes=10, max_minutes=10)
    run(world, frozen, minutes(20))
    web[FEED] = 503
    run(world, frozen, minutes(20))
    assert told("editor") == []
    run(world, frozen, dt.timedelta(hours=2))
    assert told("editor") == ["没有采到：本地新闻"]
    assert told("network") == []
    run(world, frozen, dt.timedelta(hours=3))
    assert told("network") == ["没有采到：本地新闻"]
    run(world, frozen, dt.timedelta(hours=5))
    assert "没有采到：本地新闻" in told("duty")
    before = Notice.objects.count()
    run(world, frozen, dt.timedelta(hours=12))
    assert Notice.objects.count() == before, "told, not pestered"


def test_the_owner_is_told_that_it_is_heard_again(cast: Cast, frozen: FrozenClock) -> None:
    web: dict[str, Any] = {FEED: 500}
    world = World(frozen, web)
    feed(owner=cast.editor, owner_role="", min_minutes=10, max_minutes=10)
    run(world, frozen, dt.timedelta(hours=3))
    web[FEED] = rss("又好了")
    run(world, frozen, dt.timedelta(hours=8))
    assert told("editor") == ["没有采到：本地新闻", "已恢复：本地新闻"]
    assert Source.objects.get().alarm == ""


def test_silence_is_told_as_silence(cast: Cast, frozen: FrozenClock) -> None:
    world = World(frozen, {FEED: rss("只有一条")})
    feed(owner=cast.editor, owner_role="", rhythm_hours=24)
    run(world, frozen, dt.timedelta(hours=30))
    assert told("editor") == ["来源沉默：本地新闻"]
    assert [finding.code for finding in check() if finding.code.startswith("source.")] == ["source.silent"]


def test_an_owner_who_left_is_passed_over(cast: Cast, frozen: FrozenClock) -> None:
    cast.editor.is_active = False
    cast.editor.save()
    world = World(frozen, {FEED: 500})
    feed(owner=cast.editor, owner_role="", backup=cast.network, backup_role="")
    run(world, frozen, dt.timedelta(hours=1))
    assert told("editor") == []
    assert told("network") == ["没有采到：本地新闻"]


def test_a_post_that_owns_a_source_is_whoever_holds_it(cast: Cast, frozen: FrozenClock) -> None:
    world = World(frozen, {FEED: 500})
    feed(owner_role="division_head", backup_role="shift_leader")
    run(world, frozen, dt.timedelta(hours=3))
    assert told("network_head") == ["没有采到：本地新闻"]
    assert told("duty") == []


@pytest.mark.parametrize("condition", [Source.PAUSED, Source.RETIRED])
def test_what_was_put_aside_alarms_nobody(cast: Cast, frozen: FrozenClock, condition: str) -> None:
    feed(state=condition)
    frozen.advance(30 * DAY)
    assert not rhythm.due(frozen())
    assert not Notice.objects.exists()
