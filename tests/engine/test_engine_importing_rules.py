"""A file of TrendRadar's words means here what its documentation says, and what is not carried over is said (C5.11)."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, strategies as st

from huiying.engine.importing_rules import CHANGED, IGNORED, LOST, NotFinite, read_frequency_words, spellings_of
from huiying.engine.normalise import normalise
from huiying.engine.rules import RuleSet, rules_from


def compiled(text: str) -> RuleSet:
    rows = [
        {"id": one.id, "name": one.name, "expression": one.expression, "sensitivity": 1, "lead": "A"}
        for one in read_frequency_words(text).rules
    ]
    return rules_from({"place": "某地", "departments": {"A": "甲处"}, "rules": rows}, name="test")


def hits(words: str, post: str) -> list[str]:
    rules = compiled(words)
    return [rules.rules[number].name for number in rules.fired(normalise(post).text)]


def noted(words: str) -> list[tuple[int, str]]:
    return [(note.line, note.kind) for note in read_frequency_words(words).notes]


FILE = """# 注释
[GLOBAL_FILTER]
彩票
/赌博|博彩/

[WORD_GROUPS]
[学校]
学校
幼儿园
+食堂
!游戏

暴雨 => 天气
洪水
@3

/萝卜(?:招标|采购)/ => 萝卜
"""


@pytest.mark.parametrize(
    ("post", "names"),
    [
        ("学校食堂又涨价", ["学校"]),
        ("幼儿园的食堂", ["学校"]),
        ("学校门口", []),  # + is required
        ("学校食堂开设游戏厅", []),  # ! inside its group
        ("游戏里下暴雨", ["天气 / 洪水"]),  # ! of another group does not reach here
        ("洪水来了", ["天气 / 洪水"]),
        ("洪水彩票", []),  # global filter
        ("洪水博彩", []),  # a regular expression in the global filter
        ("这是萝卜采购", ["萝卜"]),
        ("学校食堂遇上洪水", ["学校", "天气 / 洪水"]),  # every group that fits, not the first
    ],
)
def test_the_documented_meaning(post, names):
    assert hits(FILE, post) == names


def test_a_display_limit_is_reported_and_changes_nothing():
    assert noted(FILE) == [(15, IGNORED)]


def test_rules_are_numbered_and_say_on_which_line_their_group_began():
    read = read_frequency_words(FILE, prefix="W")
    assert [(rule.id, rule.line) for rule in read.rules] == [("W001", 8), ("W002", 13), ("W003", 17)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("/围标\\d+/", [(1, LOST), (1, LOST)]),
        ("举报\n/围标\\d+/", [(2, LOST)]),
        ("举报\n+/围标\\d+/", [(2, LOST), (2, LOST)]),
        ("举报\n!/围标\\d+/", [(2, LOST)]),
        ("/围标.*举报/", [(1, CHANGED)]),
        ("围标\n!/招标.{0,3}游戏/", [(2, LOST)]),
        ("ai\n人工智能", [(1, CHANGED)]),
        ("!游戏", [(1, LOST)]),
        ("13912345678\n围标", [(1, LOST)]),
        ('围标\n说"好"', [(2, LOST)]),
        ("[GLOBAL_FILTER]\n!彩票\n\n[WORD_GROUPS]\n围标", [(2, IGNORED)]),
        ("\ufeff围标", []),
        ("", []),
    ],
)
def test_what_is_not_carried_over_exactly_is_reported_by_line(words, expected):
    assert noted(words) == expected


def test_a_group_whose_required_word_is_lost_is_left_out_because_it_would_hit_everything():
    assert read_frequency_words("举报\n+/围标\\d+/").rules == ()
    assert [rule.expression for rule in read_frequency_words("举报\n/围标\\d+/").rules] == ["举报"]


@pytest.mark.parametrize(
    ("pattern", "expression"),
    [
        ("围标|串标", "(围标 OR 串标)"),
        ("围标.{0,5}举报", "(围标 NEAR(5) 举报)"),
        ("围标.*举报", "(围标 AND 举报)"),
        ("围标.举报", "(围标 NEAR(1) 举报)"),
        ("围.{2}标.+书", "(围 NEAR(2) 标 AND 标 AND 书)"),
        ("围串?标", "(围串标 OR 围标)"),
        ("[围串]标", "(围标 OR 串标)"),
        (r"\bAMD\b", "AMD"),
        (r"(?<![a-zA-Z])ai(?![a-zA-Z])", "ai"),
        (r"C\+\+", '"C++"'),
    ],
)
def test_regular_expressions_become_words(pattern, expression):
    (rule,) = read_frequency_words(f"/{pattern}/i").rules
    assert rule.expression == expression


@pytest.mark.parametrize(
    "pattern", ["a*", "(a|)", ".*", "^围标", "[^围]标", "(?P<x>围)", "围(标", "围{3}", r"\w围", "a\\"]
)
def test_what_is_not_a_list_of_spellings_is_refused(pattern):
    with pytest.raises(NotFinite):
        spellings_of(pattern)


def test_too_many_spellings_are_refused():
    with pytest.raises(NotFinite, match="200"):
        spellings_of("[一二三四]" * 5)


_PIECES = st.sampled_from(["围", "标", "[围串]", "(?:招|投)", "标?", "(?:围标|串标)", "书"])


@given(st.lists(_PIECES, min_size=1, max_size=5), st.text("围串标招投书", max_size=8))
def test_spellings_are_exactly_what_the_pattern_matches(pieces, text):
    pattern = "".join(pieces)
    try:
        found = spellings_of(pattern)
    except NotFinite:
        assert re.fullmatch(pattern, "")
        return
    assert any("".join(map(str, one)) in text for one in found) is bool(re.search(pattern, text))


@given(st.text(st.sampled_from('围标ab!+@#/[]()|.*=> \n"$\\'), max_size=120))
def test_any_file_is_read_and_every_rule_of_it_compiles(text):
    read = read_frequency_words(text)
    compiled(text)
    lines = text.splitlines()
    assert all(1 <= note.line <= len(lines) for note in read.notes)
    assert all(1 <= rule.line <= len(lines) for rule in read.rules)


@given(
    st.lists(
        st.lists(st.sampled_from(["围标", "串标", "举报", "招标"]), min_size=1, max_size=3), min_size=1, max_size=5
    ),
    st.text("围串标举报招", max_size=12),
)
def test_groups_of_plain_words_hit_where_a_plain_loop_hits(groups, post):
    words = "\n\n".join("\n".join(group) for group in groups)
    expected = any(any(word in post for word in group) for group in groups)
    assert bool(hits(words, post)) is expected
