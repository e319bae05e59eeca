"""All bureaus' rules in one pass answer exactly what each bureau's own screening answers."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from huiying.engine.post import Post, parse_post
from huiying.engine.rules import load_rules, read_rules, rules_from
from huiying.engine.screening import OUT, Screener
from huiying.engine.union import Union, Watcher

TOWNS = ("抚顺", "本溪", "丹东", "锦州")
WORDS = (
    "鞍山", "泗县", "抚顺", "本溪", "公共资源交易中心", "保证金", "不退", "健身会所", "充值卡", "跑路",
    "商务局", "天气", "很好", "围标", "串标", "投诉", "没人管", "想从楼上跳下去", "活不下去了", "马鞍山",
    "招聘", "ca", "评标专家", "以旧换新", "补贴", "?",
)  # fmt: skip


def other(place: str) -> Screener:
    """A bureau of another trade elsewhere, screened by its rules alone: those of the sample with its place replaced."""
    text = json.dumps(read_rules("sixian"), ensure_ascii=False)
    data = json.loads(text.replace("泗县", place).replace("虹城", f"{place}新城"))
    data["elsewhere"] += ["鞍山", "泗县", *(town for town in TOWNS if town != place)]
    return Screener(rules_from(data, name=place))


@cache
def union() -> Union:
    found = {"anshan": Watcher(Screener(load_rules("anshan"))), "sixian": Watcher(Screener(load_rules("sixian")))}
    return Union({**found, **{place: Watcher(other(place)) for place in TOWNS}})


def expected(post: Post) -> list[str]:
    found = []
    for code, watcher in union().watchers.items():
        assert watcher.screener is not None
        screened = watcher.screener.screen(post)
        if screened.band != OUT or screened.life_safety:
            found.append(code)
    return found


def a_post(text: str, **more: Any) -> Post:
    return parse_post({"native_id": "1", "text": text or "无", **more})


@settings(max_examples=200)
@given(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=7),
    st.sampled_from(["", "，", " "]),
    st.sampled_from([None, "鞍山", "泗县", "沈阳"]),
    st.booleans(),
)
def test_the_one_pass_says_what_every_bureaus_own_screening_says(
    words: list[str], between: str, region: str | None, own: bool
) -> None:
    post = a_post(between.join(words), region=region, own_channel=own)
    assert union().concerned(post) == expected(post)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("鞍山公共资源交易中心的保证金一直不退", ["anshan"]),
        ("泗县虹城的健身会所跑路了，充值卡里的钱没人退", ["sixian"]),
        ("抚顺新城的健身会所跑路了，充值卡里的钱没人退", ["sixian", "抚顺"]),
        ("今天天气很好", []),
    ],
)  # the sample's rule file does not name 抚顺 among the places elsewhere: there the post is a suspect
def test_a_post_goes_to_whom_it_concerns(text: str, codes: list[str]) -> None:
    assert union().concerned(a_post(text)) == codes


def test_a_bureau_of_whose_words_none_stands_there_is_not_even_asked() -> None:
    touched = union().touched(a_post("抚顺的天气很好"))
    assert "抚顺" in touched
    assert touched.isdisjoint({"本溪", "丹东", "锦州"})


def test_danger_to_life_is_put_to_every_bureau() -> None:
    assert union().touched(a_post("我活不下去了，想从楼上跳下去")) == set(union().watchers)


def test_whose_rules_are_unknown_is_sent_everything() -> None:
    assert Union({"new": Watcher(None)}).concerned(a_post("今天天气很好")) == ["new"]


def test_an_emergencys_wider_words_reach_their_bureau_alone() -> None:
    watchers = {code: Watcher(other(code)) for code in TOWNS}
    watchers["抚顺"] = Watcher(other("抚顺"), wider=("地铁",))
    assert Union(watchers).concerned(a_post("地铁停了")) == ["抚顺"]


def test_learned_weights_count_as_they_do_in_the_bureau() -> None:
    plain = Screener(load_rules("anshan"))
    strict = plain.adjusted({"scope:inside": -30.0, "named": -30.0})
    posts = [a_post(f"鞍山{word}的事，{more}") for word in WORDS for more in WORDS[:6]]
    kept = [post for post in posts if Union({"a": Watcher(strict)}).concerned(post)]
    assert kept == [post for post in posts if (one := strict.screen(post)).band != OUT or one.life_safety]
    assert len(kept) < len([post for post in posts if plain.keeps(post)])


def test_a_union_without_bureaus_concerns_nobody() -> None:
    assert Union({}).concerned(a_post("鞍山")) == []
