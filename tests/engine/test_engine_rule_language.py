"""The language of watch rules: nearness, where in the post, what source, and what it refuses (C5.11, INV-10)."""

from __future__ import annotations

from typing import Any

import pytest

from huiying.engine.expression import ExpressionError, parse
from huiying.engine.matcher import context_of
from huiying.engine.normalise import normalise
from huiying.engine.post import parse_post
from huiying.engine.rules import RuleSet, rules_from


def ruleset(expression: str, **more: Any) -> RuleSet:
    rule = {"id": "T1", "expression": expression, "sensitivity": 1, "lead": "A"}
    return rules_from({"place": "某地", "departments": {"A": "甲处"}, "rules": [rule], **more}, name="test")


def fires(expression: str, text: str = "", *, macros: dict[str, str] | None = None, **post: Any) -> bool:
    rules = ruleset(expression, macros=macros or {})
    read = parse_post({"native_id": "1", "text": text, **post})
    plain = normalise(read.full_text)
    return bool(rules.match(plain, rules.masked(plain.text), context_of(read)))


@pytest.mark.parametrize(
    ("expression", "text", "expected"),
    [
        ("保证金 NEAR(4) 不退", "保证金一直都不退", True),
        ("保证金 NEAR(2) 不退", "保证金一直都不退", False),
        ("不退 NEAR(4) 保证金", "保证金一直都不退", True),  # either order
        ("保证金 NEAR(0) 不退", "保证金不退", True),
        ("围标 NEAR(5) 标书", "围标书", False),  # two words, not one read twice
        ("标 NEAR(3) 标", "围标", False),
        ("标 NEAR(3) 标", "围标串标", True),
        ("(围标 OR 串标) NEAR(3) (举报 OR 投诉)", "举报有人串标", True),
        ("(围标 OR 串标) NEAR(3) (举报 OR 投诉)", "举报这件事情说的是串标", False),
        ("$BAD NEAR(3) 举报", "举报有人串标", True),
        ("保证金 NEAR(3) 不退", "保证金先交后退。别的不说了。保证金还不退", True),  # a later pair counts
        ("保证金 AND NOT (保证金 NEAR(3) 租房)", "租房的保证金", False),
        ("保证金 AND NOT (保证金 NEAR(3) 租房)", "租房很久以后说到保证金", True),
        ("title:(围标 NEAR(2) 举报) OR 其他", "举报围标", False),
    ],
)
def test_near_is_characters_between_two_words_in_either_order(expression, text, expected):
    assert fires(expression, text, macros={"BAD": "围标 OR 串标"}) is expected


def test_near_counts_the_normalised_text():
    assert fires("围标 NEAR(2) 举报", "围*标 ﹡ 举 报")


@pytest.mark.parametrize(
    ("expression", "fired"),
    [
        ("title:围标", True),
        ("标题:围标", True),
        ("标题：围标", True),
        ("body:围标", False),
        ("正文:串标", True),
        ("title:串标", False),
        ("title:(串标 OR 围标)", True),
        ("title:(围标 AND 举报)", False),
        ("title:围标 AND body:举报", True),
        ("title:$BAD", True),
        ("body:$BAD", True),
        ("comment:围标", False),
        ("举报 AND NOT title:围标", False),
        ("举报 AND NOT body:围标", True),
        ("title:(围标 NEAR(3) 来了)", True),
        ("body:(围标 NEAR(3) 来了)", False),
    ],
)
def test_a_scope_says_where_in_the_post_the_word_stands(expression, fired):
    macros = {"BAD": "(围标 OR 串标)"}
    assert fires(expression, "举报串标", title="围标又来了", macros=macros) is fired


def test_the_text_of_a_comment_is_comment_and_not_body():
    assert fires("comment:围标", "这也是围标", kind="comment")
    assert not fires("body:围标", "这也是围标", kind="comment")
    assert fires("title:围标", "别的话", title="围标", kind="comment")


def test_a_title_without_text_is_title():
    assert fires("title:围标", title="围标")
    assert not fires("body:围标", title="围标")


@pytest.mark.parametrize(
    ("expression", "fired"),
    [
        ("围标 AND class:微博客", True),
        ("围标 AND 渠道:论坛", False),
        ("围标 AND NOT class:论坛", True),
        ("围标 AND (class:论坛 OR region:鞍山)", True),
        ("围标 AND region:鞍山", True),
        ("围标 AND region:沈阳", False),
        ("围标 AND own:yes", False),
        ("围标 AND 本局:否", True),
        ("串标 AND own:no", False),
    ],
)
def test_a_rule_may_ask_for_the_kind_of_source(expression, fired):
    assert fires(expression, "围标", platform="新浪微博", region="辽宁鞍山") is fired


def test_an_unknown_region_is_no_region():
    assert not fires("围标 AND region:鞍山", "围标")
    assert fires("围标 AND NOT region:鞍山", "围标")


@pytest.mark.parametrize(
    ("word", "text", "fired"),
    [
        ('"C++ (2)"', "用c++ (2)写的", True),
        ('"AND"', "this and that", True),
        ('"a:b"', "比分a:b", True),
        ("“围标 举报”", "围标举报", True),  # between Chinese characters a space is no difference
        ('title:"x y"', "x y", False),
    ],
)
def test_quotes_hold_what_would_otherwise_be_read_as_language(word, text, fired):
    assert fires(word, text) is fired


@pytest.mark.parametrize(
    ("expression", "column", "expected"),
    [
        ("围标 NEAR 举报", 9, "NEAR(字数)"),
        ("围标 NEAR(x) 举报", 9, "NEAR(字数)"),
        ("围标 NEAR(999) 举报", 9, "0 至 200"),
        ("围标 NEAR(5 举报", 11, "NEAR(字数)"),
        ("围标 NEAR(5)", 11, "词"),
        ("NEAR(5) 围标", 1, "词"),
        ("(a AND b) NEAR(5) c", 1, "两边只能是词"),
        ("a NEAR(5) NOT b", 11, "两边只能是词"),
        ("a NEAR(5) b NEAR(5) c", 13, "只连两边"),
        ("titel:围标", 1, "认识的范围"),
        ("title:(body:围标)", 8, "不再套一层"),
        ("title:", 7, "左括号"),
        ("title:NOT 围标", 7, "左括号"),
        ("围标 AND class:微博", 14, "渠道类别"),
        ("围标 AND own:也许", 12, "yes 或 no"),
        ("围标 AND region:", 15, "后面的值"),
        ('围标 AND "串标', 8, "成对的引号"),
        ('"围标"串标', 5, "引号后面"),
        ("own:yes", 1, "至少一个必须出现的词"),
        ("围标 OR own:yes", 1, "至少一个必须出现的词"),
        ("围标 OR NOT 串标", 1, "至少一个必须出现的词"),
        ("NOT (a NEAR(2) b)", 1, "至少一个必须出现的词"),
    ],
)
def test_an_error_names_the_column_and_what_was_expected_there(expression, column, expected):
    with pytest.raises(ExpressionError) as caught:
        ruleset(expression)
    assert caught.value.column == column
    assert expected in caught.value.expected


def test_an_error_inside_a_macro_names_the_macro_where_it_is_used():
    with pytest.raises(ExpressionError, match=r"宏 \$BAD") as caught:
        ruleset("围标 AND $BAD", macros={"BAD": "(串标"})
    assert caught.value.column == 8


@pytest.mark.parametrize(
    "expression",
    [
        "@某某",
        "围标 AND @someone",
        "author:张三",
        "作者:张三",
        "账号：小号",
        "uid:12",
        "张局长",
        "王某某 AND 围标",
        "13912345678",
        '"weibo.com/u/1234"',
        "https://example.cn",
    ],
)
def test_a_rule_that_points_at_a_person_or_an_account_is_refused_inv_10(expression):
    with pytest.raises(ExpressionError, match=r"账号|个人|冒号"):
        ruleset(expression)


@pytest.mark.parametrize("word", ["局长", "主任", "记者", "专家", "招标办主任", "80号", "2016年", "高价采购", "程序"])
def test_an_office_a_trade_or_a_year_is_no_person(word):
    assert fires(word, f"说的是{word}的事")


def test_five_hundred_words_and_a_catastrophic_not_are_read_and_matched():
    """What would multiply out into more than 2^40 combinations is a walk of one tree."""
    words = " OR ".join(f"词{n}号" for n in range(500))
    assert fires(f"({words}) AND NOT 别处", "说的是词499号")
    both = " AND ".join(f"词{n}号" for n in range(500))
    assert fires(f"围标 AND NOT ({both})", "围标 词1号")
    everything = " ".join(f"词{n}号" for n in range(500))
    assert not fires(f"围标 AND NOT ({both})", f"围标 {everything}")
    bomb = " AND ".join(f"(a{n} OR (b{n} AND c{n}))" for n in range(40))
    text = " ".join(f"b{n} c{n}" for n in range(40))
    assert fires(bomb, text)
    assert not fires(bomb, text.replace("c39", "d39"))


def test_clauses_are_the_parts_an_author_sees():
    expression = "(围标 OR 串标) AND NOT 游戏 OR 陪标 OR 抬标 OR (明招暗定 AND own:no)"
    found = [(clause.branch, clause.source(expression)) for clause in parse("T", expression, {}).clauses]
    assert found == [
        (0, "(围标 OR 串标)"),
        (0, "NOT 游戏"),
        (1, "陪标 OR 抬标"),
        (2, "明招暗定"),
        (2, "own:no"),
    ]
