"""The reference grading model: DOMAIN §4.2, its worked figures and its robustness claims (C6.10, C6.12)."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from huiying.engine.grading import LEVELS, Figures, GradingModel, grade

#: DOMAIN §3.4: the reference scorer's figures.
WORKED = {
    "P01": (8.4, "一般"), "P02": (12.4, "一般"), "P03": (7.8, "一般"), "P04": (20.6, "一般"), "P05": (32.7, "一般"),
    "P06": (56.7, "较大"), "P07": (64.3, "较大"), "P08": (35.3, "一般"), "P09": (25.3, "一般"), "P10": (47.5, "较大"),
    "P11": (34.0, "一般"), "P12": (50.7, "较大"), "P13": (92.2, "特别重大"), "P14": (77.5, "重大"),
    "P15": (28.7, "一般"), "P16": (49.4, "较大"), "P17": (62.5, "较大"), "P18": (31.0, "一般"), "P24": (58.1, "较大"),
    "P25": (46.6, "较大"), "P26": (25.1, "一般"), "P27": (4.2, "一般"), "P28": (18.6, "一般"), "P29": (55.5, "较大"),
    "P30": (28.4, "一般"), "P31": (46.7, "较大"), "P32": (76.4, "特别重大"), "P33": (33.4, "较大"),
    "P34": (26.8, "一般"), "P35": (24.4, "一般"), "P36": (48.0, "较大"),
}  # fmt: skip

_COUNT = st.floats(0, 1e8)
FIGURES = st.builds(
    Figures,
    reads=_COUNT,
    reposts=_COUNT,
    comments=_COUNT,
    platforms=st.integers(1, 9),
    tier=st.integers(0, 4),
    hours=st.floats(0, 500),
    attitude=st.floats(0, 1),
    sensitivity=st.integers(0, 5),
    offline=st.integers(0, 3),
    casualty=st.booleans(),
    hot_list=st.booleans(),
    superior=st.booleans(),
    outage=st.booleans(),
)


def test_the_worked_examples_are_reproduced(screener, examples):
    for row in examples:
        if row["id"] not in WORKED:
            continue
        from huiying.engine.post import parse_post

        figures, (score, level) = row["metrics"], WORKED[row["id"]]
        sensitivity = screener.screen(parse_post(row)).sensitivity
        result = grade(
            Figures(
                reads=figures["reads"],
                reposts=figures["reposts"],
                comments=figures["comments"],
                platforms=figures["plat"],
                tier=figures["tier"],
                hours=figures["hours"],
                attitude=figures["neg"],
                sensitivity=sensitivity,
                offline=figures["offline"],
                casualty=figures.get("casualty", False),
                superior=figures.get("superior", False),
                outage=figures.get("outage", False),
            )
        )
        assert abs(result.score - score) <= 0.2, row["id"]
        assert result.level == level, row["id"]
        assert result.low == result.score == result.high


@given(FIGURES, st.sampled_from(["reads", "reposts", "comments", "platforms", "sensitivity"]), st.floats(0, 1e6))
def test_more_reach_or_sensitivity_never_lowers(figures, name, more):
    raised = replace(figures, **{name: getattr(figures, name) + more})
    _never_lower(figures, raised)


@given(FIGURES, st.integers(0, 4), st.integers(0, 3), st.floats(0, 1))
def test_a_higher_tier_worse_attitude_or_more_offline_never_lowers(figures, tier, offline, attitude):
    _never_lower(figures, replace(figures, tier=max(figures.tier, tier)))
    _never_lower(figures, replace(figures, offline=max(figures.offline, offline)))
    _never_lower(figures, replace(figures, attitude=max(figures.attitude, attitude)))


@given(FIGURES, st.floats(0, 500))
def test_the_same_reach_over_more_hours_never_raises(figures, more):
    _never_lower(replace(figures, hours=figures.hours + more), figures)


@given(FIGURES, st.sampled_from(["casualty", "hot_list", "superior", "outage"]))
def test_a_floor_only_raises(figures, name):
    _never_lower(replace(figures, **{name: False}), replace(figures, **{name: True}))
    assert grade(replace(figures, **{name: True})).score == grade(replace(figures, **{name: False})).score


def _never_lower(before: Figures, after: Figures) -> None:
    first, second = grade(before), grade(after)
    assert second.score >= first.score
    assert LEVELS.index(second.level) >= LEVELS.index(first.level)


@given(FIGURES)
def test_floors_are_idempotent_and_named(figures):
    model = GradingModel()
    result = grade(figures, model)
    least = max([model.level_of(result.score), *(floor.level for floor in result.floors)], key=LEVELS.index)
    # The rounded score may sit on a threshold, so the level is compared from below.
    assert LEVELS.index(result.level) >= LEVELS.index(least) - 1
    assert all(LEVELS.index(result.level) >= LEVELS.index(floor.level) for floor in result.floors)
    assert grade(figures, model) == result


_KNOWN = {
    "reads": 5_000.0,
    "reposts": 40.0,
    "comments": 60.0,
    "platforms": 1,
    "tier": 1,
    "hours": 12.0,
    "attitude": 0.5,
}


@given(st.sets(st.sampled_from(sorted(_KNOWN))), st.sampled_from(["", "论坛", "微博客", "短视频"]))
def test_an_unknown_figure_gives_a_range_that_contains_the_known_value(unknown, channel):
    full = Figures(**_KNOWN, sensitivity=4)
    gappy = grade(replace(full, **dict.fromkeys(unknown)), channel_class=channel)
    assert gappy.low <= gappy.score <= gappy.high
    assert gappy.low <= grade(full, channel_class=channel).score <= gappy.high


def test_a_gap_is_marked_on_its_bar_and_said_in_words():
    result = grade(Figures(sensitivity=5, tier=2))
    known = {bar.name: bar.known for bar in result.bars}
    assert known == {"M": False, "Q": False, "A": False, "V": False, "C": True}
    assert "未掌握" in result.sentence


def test_a_range_across_a_threshold_is_said_in_words():
    result = grade(Figures(sensitivity=4, tier=2, platforms=1), channel_class="微博客")
    assert result.level_low != result.level_high
    assert "跨过了等级线" in result.sentence


def test_no_gap_means_no_range():
    full = Figures(**_KNOWN)
    assert "未掌握" not in grade(full).sentence


@given(FIGURES)
def test_bars_add_up_to_the_score(figures):
    result = grade(figures)
    assert math.isclose(sum(bar.points for bar in result.bars), result.score, abs_tol=0.1)
    assert all(0 <= bar.value <= 1 for bar in result.bars)


@given(FIGURES)
def test_a_counterfactual_really_raises_the_level(figures):
    result = grade(figures)
    if result.level == "特别重大":
        assert result.counterfactual == "已是最高等级"
    elif result.counterfactual.startswith("若"):
        named = result.counterfactual.rsplit("将达到", 1)[1]
        assert LEVELS.index(named) > LEVELS.index(result.level)
    # Casualties always demand the top level, so there is always something to say.
    assert result.counterfactual != "单独一项变化不会改变等级"


@pytest.mark.parametrize(
    ("change", "code", "level"),
    [
        ({"offline": 2}, "F1a", "较大"),
        ({"offline": 3}, "F1b", "重大"),
        ({"hot_list": True, "attitude": 0.9}, "F2", "重大"),
        ({"tier": 4, "attitude": 0.9}, "F2", "重大"),
        ({"casualty": True}, "F3", "特别重大"),
        ({"superior": True}, "F4", "重大"),
        ({"outage": True}, "F6", "较大"),
    ],
)
def test_each_floor_demands_its_level(change, code, level):
    quiet = {"reads": 1, "reposts": 0, "comments": 0, "platforms": 1, "tier": 0, "hours": 40, "attitude": 0}
    result = grade(Figures(**{**quiet, **change}))
    assert code in [floor.code for floor in result.floors]
    assert result.level == level
    assert result.floor_fired
    assert code in result.sentence


def test_floors_and_thresholds_come_from_the_model():
    model = GradingModel(thresholds={"较大": 1, "重大": 2, "特别重大": 3}, floors={})
    result = grade(Figures(**_KNOWN, casualty=True), model)
    assert result.level == "特别重大"
    assert result.floors == ()


@pytest.mark.parametrize(
    "bad",
    [
        {"weights": {"M": 1.0}},
        {"weights": {"M": 0.5, "Q": 0.5, "A": 0.5, "V": 0, "C": 0}},
        {"weights": {"M": -1, "Q": 1, "A": 1, "V": 0, "C": 0}},
        {"thresholds": {"较大": 60, "重大": 50, "特别重大": 70}},
        {"thresholds": {}},
        {"floors": {"F3": "天大"}},
    ],
)
def test_a_model_that_cannot_grade_is_refused(bad):
    with pytest.raises(ValueError, match="grading"):
        GradingModel(**bad)


@given(st.integers(1, 30))
def test_tripling_the_text_changes_nothing(times):
    from huiying.engine.post import parse_post
    from huiying.engine.rules import load_rules
    from huiying.engine.screening import Screener

    screener = Screener(load_rules("sixian"))
    base = {"native_id": "A", "platform": "论坛", "metrics": {"reads": 900}}
    once = screener.screen(parse_post({**base, "text": "泗县以旧换新补贴迟迟没到账。\n\n"}))
    more = screener.screen(parse_post({**base, "text": "泗县以旧换新补贴迟迟没到账。\n\n" * times}))
    assert (once.level, once.sensitivity) == (more.level, more.sensitivity)
