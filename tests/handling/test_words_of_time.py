"""UI: how much time is left, in words at their boundaries, in Chinese and in English."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import translation

from cast import Cast
from huiying.handling.models import Clock
from huiying.handling.queries import countdown, day_words, duration_words
from huiying.kernel.clock import FrozenClock

MINUTE, HOUR, DAY = 60, 3600, 86400
DUE = dt.datetime(2026, 9, 15, 2, 0, tzinfo=dt.UTC)  # 10:00 in Anshan


@pytest.mark.parametrize(
    ("seconds", "chinese", "english"),
    [
        (0, "0 分钟", "0 min"),
        (59, "0 分钟", "0 min"),
        (MINUTE, "1 分钟", "1 min"),
        (HOUR, "60 分钟", "60 min"),
        (2 * HOUR - 1, "119 分钟", "119 min"),
        (2 * HOUR, "2 小时 00 分", "2 h 00 min"),
        (2 * HOUR + 5 * MINUTE, "2 小时 05 分", "2 h 05 min"),
        (24 * HOUR, "24 小时 00 分", "24 h 00 min"),
        (48 * HOUR, "48 小时 00 分", "48 h 00 min"),
        (3 * DAY - 1, "71 小时 59 分", "71 h 59 min"),
        (3 * DAY, "3 天 0 小时", "3 d 0 h"),
        (3 * DAY + HOUR - 1, "3 天 0 小时", "3 d 0 h"),
        (3 * DAY + HOUR, "3 天 1 小时", "3 d 1 h"),
        (10 * DAY + 23 * HOUR, "10 天 23 小时", "10 d 23 h"),
    ],
)
def test_a_span_in_words(seconds: int, chinese: str, english: str) -> None:
    with translation.override("zh-hans"):
        assert duration_words(seconds) == chinese
    with translation.override("en"):
        assert duration_words(seconds) == english


def clock(due: dt.datetime = DUE, **fields: object) -> Clock:
    known = {
        "act": "respond",
        "explanation": "自首次获知起24小时内",
        "explanation_en": "within 24 hours",
        "source": "（八）",
    }
    return Clock(due_at=due, **(known | fields))


@pytest.mark.parametrize(
    ("before", "overdue", "text"),
    [
        (dt.timedelta(hours=5, minutes=40), False, "剩 5 小时 40 分 · 9月15日 10:00 止"),
        (dt.timedelta(hours=2), False, "剩 2 小时 00 分 · 9月15日 10:00 止"),
        (dt.timedelta(hours=2, seconds=-1), False, "剩 119 分钟 · 9月15日 10:00 止"),
        (dt.timedelta(seconds=1), False, "剩 0 分钟 · 9月15日 10:00 止"),
        (dt.timedelta(0), False, "剩 0 分钟 · 9月15日 10:00 止"),
        (dt.timedelta(seconds=-1), True, "已超 0 分钟"),
        (dt.timedelta(minutes=-65), True, "已超 65 分钟"),
        (dt.timedelta(hours=-2, minutes=-5), True, "已超 2 小时 05 分"),
        (dt.timedelta(days=-3), True, "已超 3 天 0 小时"),
    ],
)
def test_the_countdown_around_the_deadline(cast: Cast, before: dt.timedelta, overdue: bool, text: str) -> None:
    left = countdown(clock(), DUE - before)
    assert (left.overdue, left.text) == (overdue, text)
    assert left.seconds == before.total_seconds()


def test_the_countdown_in_english_gives_the_english_sentence_of_its_date(cast: Cast) -> None:
    with translation.override("en"):
        left = countdown(clock(), DUE - dt.timedelta(hours=3))
        assert "3 h 00 min" in left.text
        assert "剩" not in left.text
        assert left.title == "within 24 hours"
        assert countdown(clock(explanation_en=""), DUE).title == "自首次获知起24小时内"
    assert countdown(clock(), DUE).title == "自首次获知起24小时内"


def test_the_countdown_copies_what_the_clock_says_of_itself(cast: Cast) -> None:
    left = countdown(clock(provisional=True), DUE)
    assert (left.act, left.due_at, left.source, left.provisional) == ("respond", DUE, "（八）", True)
    assert not countdown(clock(provisional=False), DUE).provisional


def test_without_a_moment_the_countdown_runs_from_now(cast: Cast, frozen: FrozenClock) -> None:
    assert countdown(clock()).seconds == 24 * HOUR
    frozen.advance(dt.timedelta(hours=25))
    assert countdown(clock()).seconds == -HOUR


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (dt.datetime(2026, 9, 13, 2, 0, tzinfo=dt.UTC), "9月13日 10:00"),
        (dt.datetime(2026, 9, 13, 15, 59, tzinfo=dt.UTC), "9月13日 23:59"),
        (dt.datetime(2026, 9, 13, 16, 0, tzinfo=dt.UTC), "9月14日 00:00"),
        (dt.datetime(2026, 12, 31, 15, 59, tzinfo=dt.UTC), "12月31日 23:59"),
        (dt.datetime(2026, 12, 31, 16, 0, tzinfo=dt.UTC), "2027年1月1日 00:00"),
        (dt.datetime(2025, 12, 31, 15, 59, tzinfo=dt.UTC), "2025年12月31日 23:59"),
        (dt.datetime(2025, 12, 31, 16, 0, tzinfo=dt.UTC), "1月1日 00:00"),
    ],
)
def test_a_day_is_the_bureaus_day_and_names_another_year(cast: Cast, at: dt.datetime, words: str) -> None:
    assert day_words(at) == words


def test_the_year_is_compared_with_the_moment_that_is_asked_about(cast: Cast) -> None:
    at = dt.datetime(2027, 3, 1, 2, 0, tzinfo=dt.UTC)
    assert day_words(at, at) == "3月1日 10:00"
    assert day_words(at) == "2027年3月1日 10:00"
