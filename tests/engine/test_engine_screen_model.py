"""The learned part of screening: deterministic, bounded, quick to say no to what it was not made for (C5.16)."""

from __future__ import annotations

import subprocess
import sys
from importlib import resources

import numpy as np
import pytest
from hypothesis import given, strategies as st

from huiying.engine.post import Post
from huiying.engine.rules import load_rules
from huiying.engine.screen_model import BUCKETS, Evidence, concepts_in, grams, readable, shipped
from huiying.engine.screening import Screener

TWO_MB = 2_000_000
WORDS = st.sampled_from(
    [
        "鞍山",
        "评委",
        "报价",
        "保证金",
        "中标",
        "暖气",
        "烤串",
        "房东",
        "CA锁",
        "，",
        "！",
        "\0",
        "\ud800",
        "🙃",
        "a",
        "9",
    ]
)


def test_the_weights_are_a_small_file():
    assert (resources.files("huiying.engine") / "data" / "screening.npz").read_bytes().__len__() <= TWO_MB


def test_the_same_text_gives_the_same_judgement_in_another_process():
    said = "三家报价一个比一个多两千，这标开得"
    code = (
        "from huiying.engine.rules import load_rules; from huiying.engine.screening import Screener;"
        "from huiying.engine.post import Post;"
        f"print(Screener(load_rules()).screen(Post('1', text={said!r}, region='鞍山')).to_dict())"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.strip() == str(Screener(load_rules()).screen(Post("1", text=said, region="鞍山")).to_dict())


@given(st.text(max_size=200))
def test_every_text_falls_into_the_buckets_once(text):
    found = grams(text)
    assert len(found) == len(set(found.tolist()))
    assert np.all((found >= 0) & (found < BUCKETS))
    assert (len(found) == 0) == (text == "")


def test_places_and_figures_do_not_tell_texts_apart():
    here = readable("海城市三家报价差12元", ["海城市"], ["沈阳"])
    assert here == readable("台安县五家报价差87元", ["台安县"], ["沈阳"])
    assert here != readable("沈阳三家报价差12元", ["海城市"], ["沈阳"]), "another city is not the same as ours"


def test_a_concept_tells_the_first_word_that_stands_there_and_no_word_inside_another():
    found = concepts_in("评委打分，数字证书坏了，去cafe等")
    assert found["experts"].word == "评委"
    assert found["ca"].word == "数字证书"
    assert "ca" not in concepts_in("去cafe等，scale不大")


@given(st.lists(WORDS, max_size=40).map("".join), st.booleans())
def test_a_judgement_is_probabilities_whatever_is_read(screener, text, own):
    judged = screener.judged(screener.seen(Post("1", text=text, own_channel=own, region="鞍山")))
    assert judged is not None
    assert 0 <= judged.relevance <= 1
    for shares in (judged.leads, judged.concerns):
        assert sum(share for _name, share in shares) == pytest.approx(1)
        assert [share for _name, share in shares] == sorted((share for _name, share in shares), reverse=True)


def test_evidence_that_the_model_never_saw_changes_nothing():
    model = shipped()
    assert model.judge("评委打分", Evidence(frozenset({"never seen"}))) == model.judge(
        "评委打分", Evidence(frozenset())
    )


def test_a_bureau_of_another_trade_is_screened_by_its_rules_alone():
    other = Screener(load_rules("sixian"))
    assert other.model_version is None
    post = Post("1", text="泗县评委打分离谱，三家报价一样")
    assert other.judged(other.seen(post)) is None
    assert Screener(load_rules("anshan")).model_version == shipped().version


@given(st.text(max_size=300), st.booleans(), st.sampled_from([None, "", "鞍山", "沈阳"]))
def test_any_unicode_is_screened(screener, text, own, region):
    found = screener.screen(Post("1", text=text, own_channel=own, region=region))
    assert found.band in ("hit", "suspect", "out")
    assert (found.lead is None) == (found.band == "out")


@pytest.mark.parametrize("unit", ["鞍", "围标", "\u200b", "\ud83d", "\n", "a*"])
def test_a_post_of_a_megabyte_is_screened(screener, unit):
    text = (unit * 1_000_000)[:1_000_000]
    assert screener.screen(Post("1", text=text, region="鞍山")).band in ("hit", "suspect", "out")


def test_an_empty_post_is_put_aside_and_one_to_the_bureau_is_looked_at(screener):
    assert screener.screen(Post("1", region="鞍山")).band == "out"
    assert screener.screen(Post("1", own_channel=True)).band == "suspect"


def test_an_adjustment_moves_the_probability_and_is_bounded(screener):
    post = Post("1", text="评委看材料用了十分钟", region="鞍山")
    plain = screener.judged(screener.seen(post))
    raised = screener.adjusted({"": 9.0}).judged(screener.seen(post))
    assert plain is not None
    assert raised is not None
    assert plain.odds == raised.odds
    assert plain.relevance < raised.relevance < 1 / (1 + np.exp(-plain.odds - 0.76))
    assert screener.adjusted({"": 0.0}).judged(screener.seen(post)) == plain


def _grams_one_by_one(text: str) -> list[int]:
    """The same hash in whole numbers, gram by gram."""
    steps, whole = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9), (1 << 64) - 1
    codes = [63 if 0xD800 <= ord(char) <= 0xDFFF else ord(char) for char in text]  # "?" for half a character
    found = set()
    for length in (1, 2, 3):
        for start in range(len(codes) - length + 1):
            mixed = length
            for code, step in zip(codes[start : start + length], steps, strict=False):
                mixed = (mixed ^ code) * step & whole
                mixed ^= mixed >> 29
            found.add((mixed * steps[0] & whole) >> 49)
    return sorted(found)


@given(st.text(max_size=60) | st.lists(WORDS, max_size=20).map("".join))
def test_grams_made_all_at_once_are_those_made_one_by_one(text):
    assert grams(text).tolist() == _grams_one_by_one(text)


@given(st.lists(WORDS, max_size=40).map("".join), st.sets(st.sampled_from(["own", "trade:2", "scope:inside", "mask"])))
def test_the_relevance_alone_is_the_first_of_all_columns_to_the_last_bit(text, names):
    judged = shipped().judge(text, Evidence(frozenset(names)))
    whole = shipped().totals(grams(judged.text), judged.facts)
    taken_back = 3.0 * np.log(max(len(text), 120) / 120)
    assert judged.odds == pytest.approx(float(whole[0]) - taken_back, abs=1e-12)
    if len(text) <= 120:
        assert judged.odds == float(whole[0])


def test_what_is_asked_of_a_judgement_later_stays_what_it_was():
    judged = shipped().judge("评委打分，保证金不退", Evidence(frozenset({"own"})))
    assert judged.leads is judged.leads
    assert judged.concerns == shipped().judge("评委打分，保证金不退", Evidence(frozenset({"own"}))).concerns
    assert 0 <= judged.grave <= 1


def test_a_digit_is_one_sign_and_any_other_letter_is_itself():
    assert readable("第12号，两家，三〇年", [], []) == "第00号，〇家，〇〇年"
    assert readable("ab，鞍🙃", [], []) == "ab，鞍🙃"
