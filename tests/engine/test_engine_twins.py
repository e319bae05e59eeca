"""The engine says each sentence twice, in Chinese and in English, and the command line keeps its shape."""

from __future__ import annotations

import re

from hypothesis import given, strategies as st

from huiying.engine.cues import CONCERNS, ENGLISH
from huiying.engine.facade import Engine
from huiying.engine.grading import LEVELS, Figures, grade
from huiying.engine.post import Post
from huiying.engine.rules import load_rules
from huiying.engine.screening import Screener

CHINESE = re.compile(r"[\u3001-\u303f\u3400-\u9fff\uff01-\uff60]")
SHAPE = [
    "id", "band", "score", "relevant", "life_safety", "rules", "lead", "co_leads", "concern", "level", "sensitivity",
    "reasons",
]  # fmt: skip
TEXTS = (
    "鞍山公共资源交易平台今早全崩了，九点半开标，登录不上！",
    "鞍山这次招标有人围*标串标，我要投诉，不给说法我就不活了",
    "苏州市鞍山路公共资源交易中心的招标出问题了",
    "鞍山二手交易平台卖家骗人",
    "今天天气不错",
    "评标专家打分不公，招标投标乱象",
)

figures = st.builds(
    Figures,
    reads=st.none() | st.floats(0, 1e7),
    reposts=st.none() | st.floats(0, 1e5),
    comments=st.none() | st.floats(0, 1e5),
    platforms=st.none() | st.integers(1, 9),
    tier=st.none() | st.integers(0, 4),
    hours=st.none() | st.floats(0, 200),
    attitude=st.none() | st.floats(0, 1),
    sensitivity=st.integers(0, 5),
    offline=st.integers(0, 3),
    casualty=st.booleans(),
    hot_list=st.booleans(),
    superior=st.booleans(),
    outage=st.booleans(),
)


def outside_quotes(sentence: str) -> str:
    return re.sub("「[^」]*」", "", sentence)


@given(figures)
def test_a_grade_says_the_same_in_both_languages(known: Figures) -> None:
    result = grade(known)
    english = [result.sentence_en, result.counterfactual_en, *(floor.reason_en for floor in result.floors)]
    assert not any(CHINESE.search(sentence) for sentence in english)
    assert result.sentence_en.count("; ") == result.sentence.count("；")
    assert re.findall(r"\d+\.\d", result.sentence_en) == re.findall(r"\d+\.\d", result.sentence)
    assert all(f"({floor.code})" in result.sentence_en for floor in result.floors)
    if "将达到" in result.counterfactual:
        raised = result.counterfactual.rsplit("将达到", 1)[1]
        words = dict(zip(LEVELS, ("Ordinary", "Considerable", "Major", "Extraordinary"), strict=True))
        assert result.counterfactual_en.endswith(f"becomes {words[raised]}")


def test_each_reason_of_a_screening_has_its_twin_with_the_same_quotes() -> None:
    screener = Screener(load_rules("anshan"))
    said = 0
    for own in (True, False):
        for region in (None, "辽宁鞍山", "江苏苏州"):
            for text in TEXTS:
                post = Post(native_id="1", text=text, own_channel=own, region=region)
                result = screener.screen(post)
                assert len(result.reasons) == len(result.reasons_en) > 0
                for zh, en in zip(result.reasons, result.reasons_en, strict=True):
                    assert not CHINESE.search(outside_quotes(en)), en
                    assert set(re.findall("「[^」]*」", zh)) <= set(re.findall("「[^」]*」", en))
                    said += 1
    assert said > 60


def test_the_command_line_keeps_its_shape_and_the_facade_brings_the_twins() -> None:
    post = Post(native_id="1", text=TEXTS[0])
    rules = load_rules("anshan")
    assert list(Screener(rules).screen(post).to_dict()) == SHAPE
    row = Engine(rules).handle({"op": "screen", "posts": [post.to_dict()]})["screened"][0]
    assert list(row) == [*SHAPE, "reasons_en", "ruleset", "hits", "confirm_with"]
    graded = Engine(rules).handle({"op": "grade", "figures": {"outage": True}})["grade"]
    assert graded["floors"][0]["reason_en"] == "A system failure affects bid opening or bidding"
    assert graded["sentence_en"].startswith("Suggested level: ")


def test_every_concern_has_an_english_word() -> None:
    assert tuple(ENGLISH) == CONCERNS
    assert len(set(ENGLISH.values())) == len(CONCERNS)
