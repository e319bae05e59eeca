"""DOMAIN §4.2 computed a second time, from the formulas alone, and compared with the model (C6.10, C6.12)."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from huiying.engine.grading import LEVELS, Figures, GradingModel, grade

QUIET = Figures(reads=1, reposts=0, comments=0, platforms=1, tier=0, hours=40, attitude=0)
FULL = st.builds(
    Figures,
    reads=st.integers(0, 10**8),
    reposts=st.integers(0, 10**6),
    comments=st.integers(0, 10**6),
    platforms=st.integers(1, 12),
    tier=st.integers(0, 4),
    hours=st.floats(0, 400),
    attitude=st.floats(0, 1),
    sensitivity=st.integers(0, 5),
    offline=st.integers(0, 3),
    casualty=st.booleans(),
    hot_list=st.booleans(),
    superior=st.booleans(),
    outage=st.booleans(),
)


def clip(value: float) -> float:
    return 0.0 if value < 0 else 1.0 if value > 1 else value


def bars_by_hand(f: Figures) -> dict[str, float]:
    """M, Q, A, V, C as the reference formulas write them."""
    decades = {name: math.log(1 + getattr(f, name), 10) for name in ("reads", "reposts", "comments")}
    spread = 0.5 * clip((decades["reads"] - 3) / 3.5)
    answer = 0.3 * clip((decades["reposts"] - 1) / 3) + 0.2 * clip((decades["comments"] - 1) / 3)
    per_hour = f.reads / (f.hours if f.hours > 1 else 1)
    gathering = f.offline / 3
    return {
        "M": 0.7 * (f.tier / 4) + 0.3 * clip((f.platforms - 1) / 5),
        "Q": spread + answer,
        "A": clip(f.attitude),
        "V": clip((math.log(1 + per_hour, 10) - 2) / 3.5),
        "C": max(0.14 * f.sensitivity + 0.3 * gathering, gathering),
    }


def score_by_hand(f: Figures) -> float:
    bars = bars_by_hand(f)
    return 20 * bars["M"] + 25 * bars["Q"] + 10 * bars["A"] + 15 * bars["V"] + 30 * bars["C"]


def level_by_hand(f: Figures) -> str:
    score = score_by_hand(f)
    least = [0 if score < 38 else 1 if score < 65 else 2 if score < 78 else 3]
    least += [1] if f.offline >= 2 else []
    least += [2] if f.offline >= 3 else []
    least += [2] if (f.tier >= 4 or f.hot_list) and f.attitude >= 0.5 else []
    least += [3] if f.casualty else []
    least += [2] if f.superior else []
    least += [1] if f.outage else []
    return LEVELS[max(least)]


def near_a_threshold(f: Figures) -> bool:
    return any(abs(score_by_hand(f) - limit) < 1e-6 for limit in (38, 65, 78))


@given(FULL)
def test_each_bar_is_what_the_formula_says(figures):
    for bar in grade(figures).bars:
        assert math.isclose(bar.value, bars_by_hand(figures)[bar.name], abs_tol=6e-5), bar.name


@given(FULL)
def test_the_score_and_level_are_what_the_formula_says(figures):
    result = grade(figures)
    assert math.isclose(result.score, score_by_hand(figures), abs_tol=0.051)
    if not near_a_threshold(figures):
        assert result.level == level_by_hand(figures)


@pytest.mark.parametrize(
    ("change", "bar", "value"),
    [
        ({"tier": 4, "platforms": 6}, "M", 1.0),
        ({"tier": 4}, "M", 0.7),
        ({"platforms": 6}, "M", 0.3),
        ({"platforms": 60}, "M", 0.3),
        ({"tier": 2}, "M", 0.35),
        ({"reads": 999}, "Q", 0.0),
        ({"reads": 10**6.5 - 1}, "Q", 0.5),
        ({"reads": 10**9}, "Q", 0.5),
        ({"reposts": 9_999}, "Q", 0.3),
        ({"comments": 9_999}, "Q", 0.2),
        ({"comments": 9}, "Q", 0.0),
        ({"attitude": 0.37}, "A", 0.37),
        ({"reads": 99, "hours": 1}, "V", 0.0),
        ({"reads": 10**5.5 - 1, "hours": 1}, "V", 1.0),
        ({"reads": 10**5.5 - 1, "hours": 0}, "V", 1.0),
        ({"reads": 10**5.5 - 1, "hours": 0.01}, "V", 1.0),
        ({"sensitivity": 5}, "C", 0.7),
        ({"sensitivity": 5, "offline": 3}, "C", 1.0),
        ({"sensitivity": 0, "offline": 3}, "C", 1.0),
        ({"sensitivity": 0, "offline": 1}, "C", 0.3333),
        ({"sensitivity": 3, "offline": 1}, "C", 0.52),
    ],
)
def test_the_ends_of_each_scale(change, bar, value):
    found = {each.name: each for each in grade(replace(QUIET, **change)).bars}[bar]
    assert found.value == pytest.approx(value, abs=1e-3)
    assert found.points == pytest.approx(100 * found.weight * value, abs=0.1)


@pytest.mark.parametrize(
    ("score", "level"),
    [
        (0, "一般"),
        (37.99, "一般"),
        (38, "较大"),
        (64.99, "较大"),
        (65, "重大"),
        (77.99, "重大"),
        (78, "特别重大"),
        (100, "特别重大"),
    ],
)
def test_a_level_begins_at_its_threshold(score, level):
    assert GradingModel().level_of(score) == level


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({"offline": 1}, []),
        ({"offline": 2}, ["F1a"]),
        ({"offline": 3}, ["F1a", "F1b"]),
        ({"hot_list": True, "attitude": 0.49}, []),
        ({"hot_list": True, "attitude": 0.5}, ["F2"]),
        ({"tier": 3, "attitude": 1}, []),
        ({"tier": 4, "attitude": 0.5}, ["F2"]),
        ({"casualty": True}, ["F3"]),
        ({"superior": True}, ["F4"]),
        ({"outage": True}, ["F6"]),
        ({"outage": True, "casualty": True}, ["F3", "F6"]),
    ],
)
def test_a_floor_holds_exactly_where_its_fact_does(change, codes):
    result = grade(replace(QUIET, **change))
    assert [floor.code for floor in result.floors] == codes
    for floor in result.floors:
        assert f"{floor.reason}，不低于{floor.level}（{floor.code}）" in result.sentence


def test_a_floor_below_the_level_reached_is_named_and_did_not_fire():
    high = Figures(reads=10**7, reposts=10**5, comments=10**5, platforms=6, tier=3, hours=1, attitude=1, sensitivity=5)
    result = grade(replace(high, outage=True))
    assert (result.level, result.floor_fired) == ("特别重大", False)
    assert [floor.code for floor in result.floors] == ["F6"]


def test_a_floor_that_the_model_leaves_out_demands_nothing():
    model = GradingModel(floors={"F6": "较大"})
    assert grade(replace(QUIET, casualty=True, superior=True), model).level == "一般"
    assert grade(replace(QUIET, outage=True), model).level == "较大"


_STEPS = {
    "再有两家本市媒体转载": lambda f: replace(f, platforms=f.platforms + 2, tier=max(f.tier, 2)),
    "再有两家省级媒体转载": lambda f: replace(f, platforms=f.platforms + 2, tier=max(f.tier, 3)),
    "有人发布聚集的时间或地点": lambda f: replace(f, offline=max(f.offline, 2)),
    "中央媒体或全国热榜跟进": lambda f: replace(f, tier=max(f.tier, 4), hot_list=True),
    "出现线下聚集": lambda f: replace(f, offline=max(f.offline, 3)),
    "出现人员伤亡": lambda f: replace(f, casualty=True),
}


@given(FULL)
def test_doing_what_the_counterfactual_says_reaches_exactly_the_level_it_names(figures):
    said = re.fullmatch(r"若(.+)，将达到(.+)", grade(figures).counterfactual)
    if said is None:
        assert grade(figures).level == "特别重大"
        return
    words, level = said.groups()
    times = re.match(r"阅读量增至现在的 (\d) 倍", words)
    more = int(times[1]) if times else 0
    changed = replace(figures, reads=(figures.reads + 1) * more) if times else _STEPS[words](figures)
    if not near_a_threshold(changed):
        assert grade(changed).level == level == level_by_hand(changed)
    assert LEVELS.index(level) > LEVELS.index(grade(figures).level)


@given(FULL)
def test_the_english_says_the_same_level_and_as_many_grounds(figures):
    names = dict(zip(LEVELS, ("Ordinary", "Considerable", "Major", "Extraordinary"), strict=True))
    result = grade(figures)
    assert result.sentence_en.startswith(f"Suggested level: {names[result.level]} ({result.score:.1f}")
    assert result.sentence.count("；") == result.sentence_en.count("; ")
    if result.counterfactual.startswith("若"):
        level = result.counterfactual.rsplit("将达到", 1)[1]
        assert result.counterfactual_en.endswith(f"the level becomes {names[level]}")


@pytest.mark.parametrize("name", ["reads", "reposts", "comments", "platforms", "tier", "hours", "attitude"])
def test_unknown_is_not_zero_and_is_told(name):
    """None means 未掌握: it widens the range and marks its bar."""
    figures = replace(QUIET, reads=20_000, sensitivity=3)
    gap = grade(replace(figures, **{name: None}))
    assert gap.low < gap.high
    assert "未掌握" in gap.sentence
    touched = {bar.name for bar in gap.bars if not bar.known}
    assert touched == {
        "reads": {"Q", "V"}, "reposts": {"Q"}, "comments": {"Q"}, "platforms": {"M"}, "tier": {"M"},
        "hours": {"V"}, "attitude": {"A"},
    }[name]  # fmt: skip


def test_a_private_line_is_read_by_few_and_so_its_gaps_weigh_little():
    hotline = grade(Figures(sensitivity=3), channel_class="12345热线")
    video = grade(Figures(sensitivity=3), channel_class="短视频")
    assert hotline.score < video.score
    assert hotline.high - hotline.low < video.high - video.low


@given(FULL)
def test_a_weight_moves_only_its_own_bar(figures):
    only_a = GradingModel(weights={"M": 0, "Q": 0, "A": 1, "V": 0, "C": 0})
    assert grade(figures, only_a).score == pytest.approx(100 * figures.attitude, abs=0.051)
