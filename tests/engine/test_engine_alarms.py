"""C6.11, C6.12: the shape of the first posts speaks for or against an event that grows large."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, strategies as st

from huiying.engine.alarms import (
    ALERT,
    CHECKPOINTS,
    MODEL,
    THRESHOLDS,
    WATCH,
    Heard,
    Threshold,
    fit,
    shape_of,
    words_for,
)

START = 1_780_000_000.0


def every(seconds: float, count: int, *, deep: bool = False) -> list[Heard]:
    parent = "x" if deep else "root"
    return [Heard(START + n * seconds, f"v{n}", "" if n == 0 else parent) for n in range(count)]


def test_fifty_posts_in_ten_minutes_speak_louder_than_fifty_in_three_days():
    assert MODEL.logit(shape_of(every(12, 50))) > MODEL.logit(shape_of(every(5_000, 50))) + 0.5


def test_many_quick_posts_are_an_alert_and_ten_slow_ones_are_nothing():
    quick, slow = every(20, 160), every(7_000, 10)
    assert MODEL.logit(shape_of(quick)) >= THRESHOLDS[ALERT].at(160)
    assert MODEL.logit(shape_of(slow)) < THRESHOLDS[WATCH].at(10)


def test_watching_begins_before_alerting():
    for posts in CHECKPOINTS:
        assert THRESHOLDS[WATCH].at(posts) < THRESHOLDS[ALERT].at(posts)


def test_what_stalls_speaks_less_than_what_accelerates():
    gaps = [1.2**n for n in range(40)]
    stalling = [Heard(START + sum(gaps[:n]), f"v{n}", "root" if n else "") for n in range(40)]
    quickening = [Heard(START + sum(reversed(gaps[40 - n :])), f"v{n}", "root" if n else "") for n in range(40)]
    assert stalling[-1].at == pytest.approx(START + sum(gaps[:39]))
    assert MODEL.logit(shape_of(quickening)) > MODEL.logit(shape_of(stalling))


@given(st.lists(st.floats(0, 1e7), min_size=2, max_size=260), st.booleans())
def test_any_times_give_a_finite_shape_of_one_length(times: list[float], known: bool):
    posts = [
        Heard(START + at, f"{n % 7}" if known else None, "" if n % 3 else "y") for n, at in enumerate(sorted(times))
    ]
    shape = shape_of(posts)
    assert len(shape) == len(MODEL.weights)
    assert all(math.isfinite(value) for value in shape)


@given(st.integers(2, 60), st.floats(1, 9_000))
def test_who_speaks_does_not_matter_only_how_many(count: int, seconds: float):
    posts = every(seconds, count)
    renamed = [Heard(post.at, f"other-{post.voice}", post.parent) for post in posts]
    assert shape_of(posts) == shape_of(renamed)


@given(st.integers(6, 60), st.floats(1, 9_000), st.integers(-50, 50))
def test_the_week_in_which_it_happens_does_not_matter(count: int, seconds: float, weeks: int):
    posts = every(seconds, count)
    moved = [Heard(post.at + weeks * 7 * 86_400, post.voice, post.parent) for post in posts]
    assert shape_of(moved) == pytest.approx(shape_of(posts), abs=1e-6)


def test_beyond_two_hundred_posts_the_shape_stands_still():
    assert shape_of(every(30, 200)) == shape_of(every(30, 400))


def test_the_threshold_rises_with_the_posts():
    threshold = Threshold(0.5, 0.4)
    assert threshold.at(60) == pytest.approx(0.5)
    assert threshold.at(120) > threshold.at(60) > threshold.at(10)
    assert threshold.at(1) == threshold.at(6)


def test_fitting_finds_what_tells_large_from_small_and_is_deterministic():
    shapes = [shape_of(every(seconds, 30)) for seconds in (10, 12, 15, 18, 2_000, 2_500, 3_000, 4_000)]
    grew = [True] * 4 + [False] * 4
    model = fit(shapes, grew, strength=1.0)
    assert model == fit(shapes, grew, strength=1.0)
    assert min(model.logit(shape) for shape in shapes[:4]) > max(model.logit(shape) for shape in shapes[4:])


def test_an_alarm_says_what_it_saw_in_both_languages():
    posts = every(60, 30, deep=True)
    said = words_for(posts, platforms=3)
    assert (
        said.zh
        == "29 分钟内已有 30 条，最近 10 分钟 11 条，来自 30 个不同的声音，其中 29 条是转发的转发，出现在 3 个平台"
    )
    assert "30 posts within 29 min" in said.en
    assert not any("\u4e00" <= char <= "\u9fff" for char in said.en)


def test_unknown_voices_are_not_counted_as_none():
    said = words_for([Heard(START), Heard(START + 8_000)])
    assert "声音" not in said.zh
    assert said.zh == "2 小时内已有 2 条"
