"""发现用时 (C5.12, C5.17): by channel, by day and by night; nothing heard is never zero hours."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, strategies as st

from cast import Cast
from huiying.engine.post import Post as EnginePost
from huiying.judging import coverage as lateness, pipeline
from huiying.kernel.clock import FrozenClock
from huiying.ledger.actions import Actor
from huiying.listening.actions import receive
from huiying.people.queries import regulation_now
from huiying.people.roster import is_night
from stream_of import COMPLAINT, parsed

NOW = dt.datetime(2026, 9, 14, 2, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def heard(hours: float, *, how: str = "source", n: list[int] = [0], **more: Any) -> EnginePost:  # noqa: B006 - a counter
    n[0] += 1
    row = parsed(f"late-{n[0]}", f"{COMPLAINT}第{n[0]}次", published_at=(NOW - hours * HOUR).isoformat(), **more)
    receive([row], how=how, actor=Actor.SYSTEM)
    while pipeline.judge_pending().screened:
        pass
    return row


def row_of(name: str) -> lateness.ClassLatency:
    return next(row for row in lateness.latency().rows if row.channel_class == name)


def test_each_channel_has_its_own_median_and_ninth_decile_c5_17(cast: Cast) -> None:
    """Published at eight, nine and half past nine in the morning, by a forum; heard at ten."""
    for hours in (2, 1, 0.5):
        heard(hours, channel_class="论坛")
    heard(1.5, channel_class="微博客")
    assert row_of("论坛").day == lateness.Spread(3, 1.0, 2.0)
    assert row_of("微博客").day == lateness.Spread(1, 1.5, 1.5)


def test_what_was_published_at_night_counts_for_the_night_c5_12(cast: Cast) -> None:
    heard(12, channel_class="论坛")  # ten in the evening
    heard(2.5, channel_class="论坛")  # half past seven: the night shift still has the desk
    row = row_of("论坛")
    assert (row.night.n, row.night.p90, row.day.n) == (2, 12.0, 0)


def test_every_class_is_a_row_and_nothing_heard_is_not_zero_hours_c5_10(cast: Cast) -> None:
    heard(1, channel_class="论坛")
    found = lateness.latency()
    assert [row.channel_class for row in found.rows][: len(regulation_now().channel_classes)] == list(
        regulation_now().channel_classes
    )
    assert row_of("博客").day == lateness.Spread(0, None, None)


def test_a_post_without_a_stated_time_is_told_and_stands_in_no_figure_c5_17(cast: Cast) -> None:
    heard(5, channel_class="论坛", time_confidence="seen")
    row = row_of("论坛")
    assert (row.untimed, row.n) == (1, 0)


def test_an_archive_and_an_own_channel_say_nothing_of_listening(cast: Cast) -> None:
    heard(900, how="import", channel_class="论坛")
    heard(3, channel_class="论坛", own_channel=True)
    assert (row_of("论坛").n, row_of("论坛").untimed) == (0, 0)


def test_what_stood_on_the_desk_before_the_window_is_not_counted(cast: Cast, frozen: FrozenClock) -> None:
    heard(1, channel_class="论坛")
    frozen.advance(lateness.WINDOW + HOUR)
    assert row_of("论坛").n == 0


@pytest.mark.parametrize(
    ("local", "night"), [("08:00", False), ("17:29", False), ("17:30", True), ("00:00", True), ("07:59", True)]
)
def test_the_night_begins_and_ends_with_the_night_shift(local: str, night: bool) -> None:
    zone = dt.timezone(dt.timedelta(hours=8))
    at = dt.datetime.combine(dt.date(2026, 9, 14), dt.time.fromisoformat(local), zone)
    assert is_night(at, zone) is night


@given(st.lists(st.floats(0, 1000), min_size=1, max_size=60))
def test_half_and_nine_tenths_are_really_within(hours: list[float]) -> None:
    found = lateness.spread(hours)
    assert found.p50 is not None
    assert found.p90 is not None
    assert sum(one <= found.p50 for one in hours) >= len(hours) / 2
    assert sum(one <= found.p90 for one in hours) >= 0.9 * len(hours) - 1e-9
    assert found.p50 <= found.p90
