"""`//@name:` chains: evidence of spread without names (INV-10)."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from huiying.engine.chains import anonymise, own_words, parents

CHAIN = "真的假的//@岫玉阿林:我也没退//@小王_66：保证金到底啥时候退"


def test_the_chain_is_read_nearest_first_and_without_names():
    first, second = parents(CHAIN)
    assert (first.who, first.own) == ("用户A", "我也没退")
    assert (second.who, second.own) == ("用户B", "保证金到底啥时候退")
    assert first.whole.startswith("我也没退//@")
    assert "岫玉阿林" not in repr((first.who, first.own, second))


def test_what_the_poster_added_stands_before_the_chain():
    assert own_words(CHAIN) == "真的假的"
    assert own_words("没有链") == "没有链"


def test_names_become_letters_and_the_same_name_the_same_letter():
    text = anonymise("@老张 你看//@小王:顶//@老张:保证金没退 @小王")
    assert text == "@用户A 你看//@用户B:顶//@用户A:保证金没退 @用户B"


def test_a_mail_address_is_not_a_mention():
    assert anonymise("写信到 office@example.invalid 谢谢") == "写信到 office@example.invalid 谢谢"


@pytest.mark.parametrize("text", ["", "@", "//@", "//@:", "//@ 空", "//@" * 5, "@@@@", "a//@b"])
def test_broken_chains_are_no_chains(text):
    assert parents(text) == ()
    assert isinstance(anonymise(text), str)


def test_twenty_seven_names_get_twenty_seven_letters():
    text = anonymise(" ".join(f"@name{number}" for number in range(28)))
    assert len(set(text.split())) == 28
    assert "@用户AB" in text


def test_a_very_long_chain_ends():
    assert len(parents("//@a:b" * 20_000)) == 16


@given(st.text(alphabet="@/:：甲乙丙ab 1", max_size=60))
def test_anonymising_twice_changes_nothing(text):
    once = anonymise(text)
    assert anonymise(once) == once


@given(st.text(alphabet="赵钱孙李", min_size=2, max_size=6))
def test_no_name_is_left(name):
    assert name not in anonymise(f"看//@{name}:是这样@{name}")
