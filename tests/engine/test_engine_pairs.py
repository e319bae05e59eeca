"""The same event or not: what two texts share and contradict, and a sure answer where it is plain (C5.10)."""

from __future__ import annotations

import json
from importlib import resources

import pytest
from hypothesis import given, settings, strategies as st

from huiying.engine.pairs import KINDS, features, same_event, threshold, weighed, word_features, words_of

FIRE = "鞍山一小区凌晨起火，消防员救出三名被困住户"
SAME = "凌晨小区起火，鞍山消防员救出三名住户"
OTHER = "王宝强新片定档国庆，导演透露拍摄细节"


def test_one_matter_told_twice_is_surer_than_two_matters() -> None:
    assert same_event(FIRE, SAME) >= threshold() > same_event(FIRE, OTHER)


@pytest.mark.parametrize("text", [FIRE, OTHER])
def test_a_text_is_one_event_with_itself(text: str) -> None:
    assert same_event(text, text) > 0.9


def test_the_model_weighs_each_feature_and_knows_no_other() -> None:
    held = json.loads((resources.files("huiying.engine") / "data" / "pairs.json").read_text("utf-8"))["features"]
    assert list(held) == list(features(FIRE, SAME))


def test_a_shared_name_and_a_contradicting_one_are_told_apart() -> None:
    shared = word_features("王宝强出席活动", "活动现场王宝强发言")
    assert (shared["same_person"], shared["other_person"], shared["part_person"]) == (1.0, 0.0, 1.0)
    against = word_features("王宝强出席活动", "李连杰出席活动")
    assert (against["same_person"], against["other_person"], against["part_person"]) == (0.0, 1.0, 0.0)


def test_a_text_without_a_name_contradicts_none() -> None:
    assert word_features("王宝强出席活动", "活动今天举行")["other_person"] == 0.0


def test_rare_words_weigh_more_than_common_ones() -> None:
    words = words_of("今天围标串通投标")
    assert words.rarity["投标"] > words.rarity["今天"] > 0
    assert max(weighed("投标").values()) == words.rarity["投标"]


def test_single_characters_and_signs_are_no_words() -> None:
    assert not words_of("的，了！……").weight
    assert all(len(word) >= 2 for word in words_of(FIRE).weight)
    assert set(words_of(FIRE).kinds) == set(KINDS)


def test_what_stands_at_the_beginning_of_one_and_inside_the_other_is_seen() -> None:
    found = word_features("保证金不退", "来电人说了很多话以后才提到的事情是保证金不退")
    assert found["head_inside_more"] > found["heads"]


@settings(max_examples=60)
@given(st.text(max_size=60), st.text(max_size=60))
def test_the_order_of_the_two_does_not_matter_and_no_text_breaks_it(left: str, right: str) -> None:
    assert features(left, right) == features(right, left)
    assert 0.0 <= same_event(left, right) <= 1.0
