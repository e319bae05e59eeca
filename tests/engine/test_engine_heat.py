"""How hot an event is: a sum whose every term is shown, constant work a post, the posts' own clock only."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from huiying.engine.heat import HOUR, Heat, HeatModel, HeatState, Signal, curve

T0 = datetime(2026, 9, 14, 8, tzinfo=UTC)
MODEL = HeatModel()


def after(minutes: float, channel: str = "微博客", engagement: float | None = None, sensitivity: float = 0) -> Signal:
    return Signal(T0 + timedelta(minutes=minutes), channel, engagement, sensitivity)


def heat(*signals: Signal, at: float = 0, model: HeatModel | None = None) -> Heat:
    state = HeatState(model)
    for signal in signals:
        state.add(signal)
    return state.at(T0 + timedelta(minutes=at))


def test_each_platform_adds_the_logarithm_of_its_decayed_posts_by_its_weight():
    found = heat(after(0), after(0), after(0, "论坛"))
    assert found.volume["微博客"] == pytest.approx(1.0 * math.log1p(2))
    assert found.volume["论坛"] == pytest.approx(0.9 * math.log1p(1))


def test_a_post_counts_half_after_the_half_life():
    assert heat(after(0), at=24 * 60).posts["微博客"] == pytest.approx(0.5)


def test_ten_posts_on_two_platforms_are_hotter_than_on_one():
    one = heat(*(after(0) for _ in range(10)))
    two = heat(*(after(0, "微博客" if n % 2 else "短视频") for n in range(10)))
    assert sum(two.volume.values()) > sum(one.volume.values())


def test_media_weigh_more_than_a_private_letter():
    assert heat(after(0, "传统媒体")).total > heat(after(0, "局长信箱")).total


def test_engagement_counts_by_its_logarithm_and_unknown_is_nothing():
    found = heat(after(0, engagement=999.0))
    assert found.engagement == pytest.approx(0.4 * math.log(1000))
    assert heat(after(0, engagement=None)).engagement == 0.0


def test_likes_make_an_event_hot_that_few_posts_speak_of():
    """Some of the given events have five posts and two thousand likes."""
    assert heat(after(0, engagement=2000)).total > heat(*(after(n * 30) for n in range(5)), at=120).total


def test_the_gravest_post_gives_the_sensitivity_while_somebody_speaks_of_it():
    found = heat(after(0, sensitivity=2), after(0, sensitivity=5))
    assert found.sensitivity == pytest.approx(0.6 * 5)
    assert heat(after(0, sensitivity=5), at=60 * 24 * 30).sensitivity < 0.1


def test_many_posts_in_one_window_are_a_burst_and_it_fades_within_hours():
    storm = [after(n / 10) for n in range(30)]
    now = heat(*storm, at=5)
    assert now.significance > 5
    assert now.burst == pytest.approx(MODEL.burst * now.significance)
    later = heat(*storm, at=5 + 6 * 60)
    assert later.significance < now.significance / 30


def test_what_is_usual_is_no_burst():
    steady = [after(n * 2) for n in range(600)]
    assert heat(*steady, at=1200).significance < 1.5


def test_the_burst_is_measured_against_what_was_usual_before():
    quiet = [after(n * 60) for n in range(10)]
    busy = [after(n * 2) for n in range(270)]
    burst = [after(545 + n / 10) for n in range(8)]
    assert heat(*quiet, *burst, at=548).significance > heat(*busy, *burst, at=548).significance


def test_a_clock_that_runs_backwards_counts_as_now():
    found = heat(after(60), after(0), at=60)
    assert found.posts["微博客"] == pytest.approx(2.0)
    assert found.at == T0 + timedelta(minutes=60)


def test_a_hostile_source_of_platform_names_costs_no_memory():
    found = heat(*(after(0, f"平台{n}") for n in range(500)))
    assert len(found.volume) <= 65
    assert sum(found.posts.values()) == pytest.approx(500)


# --- the curve ---


def test_the_curve_has_the_end_of_each_hour_and_now():
    until = T0 + timedelta(minutes=150)
    found = curve([after(5), after(70)], until)
    assert [row.at for row in found] == [T0 + HOUR, T0 + 2 * HOUR, until]
    assert found[0].posts["微博客"] < 1.01 < found[1].posts["微博客"]


def test_the_curve_shows_the_last_hours_where_there_are_more():
    found = curve([after(0)], T0 + timedelta(days=30), hours=24)
    assert len(found) == 25
    assert found[-1].at == T0 + timedelta(days=30)


def test_posts_before_the_first_hour_shown_still_count():
    found = curve([after(0), after(60 * 47)], T0 + timedelta(hours=48), hours=2)
    assert found[0].posts["微博客"] > 0.2


def test_no_posts_have_no_curve():
    assert curve([], T0) == []


def test_a_moment_is_a_single_figure():
    assert len(curve([after(0)], T0 + timedelta(minutes=20))) == 1


def test_the_order_in_which_posts_are_handed_over_changes_nothing():
    rows = [after(5), after(70, "论坛"), after(30, engagement=3)]
    assert curve(rows, T0 + 3 * HOUR) == curve(rows[::-1], T0 + 3 * HOUR)


signals = st.lists(
    st.builds(
        after,
        st.floats(0, 3000, allow_nan=False),
        st.sampled_from(["微博客", "论坛", "传统媒体", "没有登记的"]),
        st.none() | st.floats(0, 1e6),
        st.floats(0, 5),
    ),
    max_size=40,
)


@given(signals, st.floats(0, 10_000))
def test_the_terms_add_up_to_the_total_and_none_is_negative(drawn: list[Signal], at: float):
    if not drawn:
        return
    found = heat(*sorted(drawn, key=lambda signal: signal.at), at=3000 + at)
    assert math.fsum(found.terms.values()) == pytest.approx(found.total)
    assert min(found.terms.values()) >= 0
    assert math.isfinite(found.total)


@given(signals, st.sampled_from(["微博客", "论坛"]), st.none() | st.floats(0, 1e5), st.floats(0, 5))
def test_one_more_post_never_makes_it_cooler(drawn: list[Signal], channel: str, engagement: float | None, grave: float):
    ordered = sorted(drawn, key=lambda signal: signal.at)
    more = Signal(T0 + timedelta(minutes=3000), channel, engagement, grave)
    before = heat(*ordered, at=3000) if ordered else None
    after_it = heat(*ordered, more, at=3000)
    for term, value in (before.terms if before else {}).items():
        assert after_it.terms[term] >= value - 1e-9, term
    assert after_it.total > (before.total if before else 0.0)


@given(signals, st.floats(0, 2000))
def test_volume_and_engagement_are_not_less_for_one_more_post_at_any_time(drawn: list[Signal], when: float):
    """The burst alone may be less later: who posts steadily makes the usual higher."""
    one = Signal(T0 + timedelta(minutes=when), "论坛", 5.0)
    less = heat(*sorted(drawn, key=lambda signal: signal.at), at=3000) if drawn else None
    more = heat(*sorted([*drawn, one], key=lambda signal: signal.at), at=3000)
    if less is not None:
        assert more.terms["volume"] >= less.terms["volume"] - 1e-9
        assert more.terms["engagement"] >= less.terms["engagement"] - 1e-9


@given(signals.filter(bool), st.floats(1, 5000))
def test_with_time_alone_it_only_cools(drawn: list[Signal], minutes: float):
    ordered = sorted(drawn, key=lambda signal: signal.at)
    assert heat(*ordered, at=3000 + minutes).total <= heat(*ordered, at=3000).total + 1e-9
