"""One spelling for matching, with a way back to the words really written (C5.10)."""

from __future__ import annotations

import json
from importlib import resources

import pytest
from hypothesis import given, strategies as st

from huiying.engine.normalise import ascii_bounded, fold_char, needs_bounds, normalise


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("ＣＡ锁", "ca锁"),
        ("圍標", "围标"),
        ("採購中心亂收費開標當天換評審專家", "采购中心乱收费开标当天换评审专家"),
        ("効率汚染塲地", "效率污染场地"),
        ("围*标", "围标"),
        ("围 · 标", "围标"),
        ("围\u200b标", "围标"),
        ("围\n标", "围标"),
        ("围-标", "围标"),
        ("wei标", "围标"),
        ("wei*标", "围标"),
        ("串㮦", "串标"),
        ("保zheng金", "保证金"),
        ("砖家", "专家"),
        ("3.5 万", "3.5 万"),
        ("CA 锁", "ca 锁"),
        ("a*b", "a*b"),
    ],
)
def test_spellings_become_one(written, plain):
    assert normalise(written).text == plain


def test_each_variant_that_is_named_reads_as_its_plain_character_and_the_plain_one_as_itself():
    data = json.loads((resources.files("huiying.engine") / "data" / "variants.json").read_text("utf-8"))["variants"]
    named = "".join(data.values())
    assert len(set(named)) == len(named), "a variant of two characters would read as the last one"
    for plain, variants in data.items():
        assert fold_char(plain) == plain
        assert [fold_char(char) for char in variants] == [plain] * len(variants)


def test_characters_with_a_life_of_their_own_are_not_taken_for_traditional_ones():
    for text in ("瞭望塔", "著名的景点", "覆盖范围"):
        assert normalise(text).text[0] == text[0]


@pytest.mark.parametrize("innocent", ["水平标准", "分配标准", "思维标准", "C标段", "四川标志", "市政采暖"])
def test_innocent_words_are_not_taken_for_disguises(innocent):
    assert normalise(innocent).text == innocent.lower()


def test_an_empty_line_keeps_words_apart():
    assert "围标" not in normalise("包围\n\n标的").text


def test_a_hit_is_shown_in_the_words_really_written():
    written = "开标前就知道，wei*标都围成产业链"
    found = normalise(written)
    start = found.text.index("围标")
    assert found.quote(start, start + 2) == "wei*标"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("ca锁", True), ("cafe", False), ("ca178", False), ("办ca难", True), ("mica", False), ("ca", True)],
)
def test_an_ascii_word_must_stand_on_its_own(text, expected):
    start = text.index("ca")
    assert ascii_bounded(text, start, start + 2) is expected


def test_only_terms_with_ascii_ends_need_bounds():
    assert needs_bounds("ca证书")
    assert needs_bounds("ct机")
    assert not needs_bounds("办ca难")


@given(st.text(max_size=80))
def test_normalising_twice_changes_nothing(text):
    once = normalise(text).text
    assert normalise(once).text == once


@given(st.text(alphabet="围标*· \n鞍山weiaCA１２\u200b圍標串㮦.-abc保证金zheng", max_size=60))
def test_every_character_points_into_the_original(text):
    found = normalise(text)
    assert len(found.starts) == len(found.ends) == len(found.text)
    assert all(0 <= start < end <= len(text) for start, end in zip(found.starts, found.ends, strict=True))
    assert list(found.starts) == sorted(found.starts)


@given(st.text(alphabet="围标*· 鞍山we", max_size=40))
def test_normalising_twice_holds_for_disguises_too(text):
    once = normalise(text).text
    assert normalise(once).text == once


def test_the_work_grows_with_the_length_and_not_faster():
    """A hundred thousand fillers in a row are one run: the result shows it was walked once."""
    text = "围" + "* " * 50_000 + "标"
    assert normalise(text).text == "围标"
    assert len(normalise("*" * 100_000).text) == 100_000


@given(st.text(alphabet="围标*· \n鞍山we１２\u200b圍㎡…İ-.ⅷ\ud800ＣＡ", max_size=40))
def test_each_character_comes_from_the_one_whose_normal_form_it_is(text):
    """Whether or not a text has a character of which none, or more than one, is left (C5.11)."""
    found = normalise(text)
    assert len(found.text) == len(found.starts) == len(found.ends)
    for char, start, end in zip(found.text, found.starts, found.ends, strict=True):
        written = "".join(fold_char(one) for one in text[start:end])
        assert char in written or end - start > 1, "only a disguise stands for several"


def test_a_text_of_which_nothing_is_taken_points_at_itself():
    found = normalise("鞍山评标专家")
    assert (found.text, list(found.starts), list(found.ends)) == ("鞍山评标专家", [*range(6)], [*range(1, 7)])


def test_characters_that_vanish_and_characters_that_grow_do_not_make_up_for_each_other():
    found = normalise("评\u200b…标")
    assert found.text == "评标", "three points between two letters are a disguise"
    assert [found.quote(at, at + 1) for at in range(2)] == ["评", "标"]
    square = normalise("12㎡\u200b地")
    assert square.text == "12m2地"
    assert [square.quote(at, at + 1) for at in range(5)] == ["1", "2", "㎡", "㎡", "地"]
