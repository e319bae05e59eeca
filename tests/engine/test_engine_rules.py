"""The watch rules: grammar, masks, bounds, refusals, and one pass that equals a plain reading (C5.10, C5.11)."""

from __future__ import annotations

import json
import random
from importlib import resources
from typing import Any

import pytest
from hypothesis import given, strategies as st

from huiying.engine.expression import ExpressionError, parse
from huiying.engine.normalise import normalise
from huiying.engine.rules import RuleError, load_rules, rules_from


def _file(**changes: Any) -> dict[str, Any]:
    rule = {"id": "T1", "expression": "围标", "sensitivity": 3, "lead": "A", "group": "g", "name": "n"}
    base = {"place": "鞍山", "departments": {"A": "甲处"}, "macros": {"BID": "(招标 OR 投标)"}, "rules": [rule]}
    rule.update(changes.pop("rule", {}))
    return {**base, **changes}


def _fires(expression: str, text: str, **changes: Any) -> bool:
    ruleset = rules_from(_file(rule={"expression": expression}, **changes), name="test")
    plain = normalise(text)
    return bool(ruleset.match(plain, ruleset.masked(plain.text)))


@pytest.mark.parametrize(
    ("expression", "text", "fires"),
    [
        ("围标", "有人围标", True),
        ("围标 OR 串标", "有人串标", True),
        ("围标 AND 举报", "有人围标", False),
        ("围标 AND 举报", "举报围标", True),
        ("保证金 AND NOT 租房", "保证金没退", True),
        ("保证金 AND NOT 租房", "租房保证金没退", False),
        ("保证金 AND NOT (租房 OR 驾校)", "驾校保证金", False),
        ("$BID AND 内定", "招标早就内定", True),
        ("地王 OR (楼面价 AND 拍卖)", "楼面价新高", False),
        ("地王 OR (楼面价 AND 拍卖)", "拍卖楼面价新高", True),
        ("a AND NOT NOT b", "a b", True),
        ("NOT (a AND b) AND c", "a c", True),
        ("NOT (a AND b) AND c", "a b c", False),
        ("CA", "附近的cafe", False),
        ("CA", "办ＣＡ太难", True),
    ],
)
def test_the_grammar_means_what_it_says(expression, text, fires):
    assert _fires(expression, text) is fires


@pytest.mark.parametrize(
    ("expression", "column"),
    [
        ("", 1),
        ("围标 AND", 7),
        ("AND 围标", 1),
        ("(围标 OR 串标", 10),
        ("围标 串标", 4),
        ("围标 OR $NONE", 7),
        ("围标)", 3),
        ("NOT 围标", 1),
        ("围标 AND \u200b", 8),
    ],
)
def test_a_parse_error_names_file_rule_column_and_expectation(expression, column):
    with pytest.raises(ExpressionError) as caught:
        rules_from(_file(rule={"id": "K9", "expression": expression}, macros={}), name="mine.json")
    assert caught.value.rule_id == "K9"
    assert "mine.json" in str(caught.value)
    assert caught.value.column == column
    assert caught.value.expected in str(caught.value)


def test_a_macro_that_goes_round_in_a_circle_is_refused():
    with pytest.raises(ExpressionError):
        parse("K9", "$A", {"A": "$B", "B": "$A"})


@pytest.mark.parametrize(
    "bomb",
    [
        "(" * 5_000 + "a" + ")" * 5_000,
        "NOT " * 4_000 + "a",
        "a" * 30_000,
        "$M0",
    ],
)
def test_an_expression_bomb_is_refused(bomb):
    laughs = {f"M{n}": f"$M{n + 1} OR $M{n + 1}" for n in range(30)} | {"M30": "哈"}
    with pytest.raises(ExpressionError):
        parse("K9", bomb, laughs)


def test_masks_are_blanked_and_keep_their_length():
    masks = ["马鞍山", {"text": "鞍山道", "unless": ["路"]}]
    ruleset = rules_from(_file(masks=masks), name="test")
    assert ruleset.masked("马鞍山围标") == "\0\0\0围标"
    assert ruleset.masked("鞍山道早点") == "\0\0\0早点"
    assert ruleset.masked("鞍山道路开裂") == "鞍山道路开裂"


@pytest.mark.parametrize("field", ["account", "author", "user_name", "作者", "重点账号", "nickname"])
def test_a_rule_that_points_at_a_person_is_refused(field):
    """INV-10: rules describe matters, never persons."""
    with pytest.raises(RuleError, match="不得指向账号或个人"):
        rules_from(_file(rule={field: "某某"}), name="test")


@pytest.mark.parametrize(
    "change",
    [
        {"rule": {"sensitivity": 6}},
        {"rule": {"sensitivity": True}},
        {"rule": {"lead": "Z"}},
        {"rule": {"co_leads": ["Z"]}},
        {"rule": {"expression": None}},
        {"rule": {"surprise": 1}},
        {"rule": {"id": ""}},
        {"place": ""},
        {"departments": {}},
        {"rules": "x"},
        {"masks": [3]},
        {"negative_words": [""]},
        {"topics": {"Z": ["词"]}},
        {"topics": {"A": "词"}},
        {"concepts": {"core": [1]}},
    ],
)
def test_a_rule_file_that_cannot_be_used_says_why(change):
    with pytest.raises(RuleError, match="应为"):
        rules_from(_file(**change), name="test")


def test_a_repeated_rule_number_is_refused():
    data = _file()
    data["rules"] = data["rules"] * 2
    with pytest.raises(RuleError, match="不重复"):
        rules_from(data, name="test")


def test_a_rule_file_is_loaded_from_a_path(tmp_path):
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(_file()), "utf-8")
    assert [rule.id for rule in load_rules(path).rules] == ["T1"]
    path.write_text("{", "utf-8")
    with pytest.raises(RuleError, match="JSON"):
        load_rules(path)
    with pytest.raises(RuleError, match="检查路径"):
        load_rules(tmp_path / "none.json")
    with pytest.raises(RuleError, match="检查路径"):
        load_rules("nowhere")


def test_both_built_in_bureaus_load(anshan):
    other = load_rules("sixian")
    assert len(anshan.rules) == 73
    assert len(other.rules) == 15
    assert other.place == "泗县"
    assert not set(other.departments) & set(anshan.departments)


def test_the_worked_examples_fire_their_primary_rule(anshan, examples):
    for row in examples:
        plain = normalise(row["text"])
        fired = {hit.rule.id for hit in anshan.match(plain, anshan.masked(plain.text))}
        assert row["primary_rule"] in fired | {"-"}, row["id"]


def test_a_hit_tells_where_in_the_original(anshan):
    text = "开标前两天圈里就都知道谁中,围*标都围成产业链了"
    plain = normalise(text)
    hit = next(hit for hit in anshan.match(plain, plain.text) if hit.rule.id == "K010")
    term = hit.terms[0]
    assert (term.term, term.quote) == ("围标", "围*标")
    assert text[term.start : term.end] == "围*标"


_WORDS = ["围标", "串标", "招标", "举报", "内定", "ca", "保证金", "标"]


def _node(depth: int, draw: random.Random) -> str:
    if depth == 0 or draw.random() < 0.3:
        return draw.choice(_WORDS)
    kind = draw.choice(["AND", "OR", "NOT"])
    if kind == "NOT":
        return f"(NOT {_node(depth - 1, draw)})"
    return f"({_node(depth - 1, draw)} {kind} {_node(depth - 1, draw)})"


def _plainly(expression: str, text: str) -> bool:
    """The same expression read by Python itself: the floor to compare with."""
    tokens = expression.replace("(", " ( ").replace(")", " ) ").split()
    said = " ".join(
        token.lower() if token in ("AND", "OR", "NOT") else token if token in "()" else str(token in text)
        for token in tokens
    )
    return bool(eval(said))


@given(st.integers(0, 10**9), st.lists(st.sampled_from([*_WORDS, "，", "鞍山"]), max_size=8))
def test_one_pass_equals_a_plain_reading(seed, words):
    expression = f"(招标 OR 标) AND {_node(3, random.Random(seed))}"
    text = "，".join(words)
    assert _fires(expression, text) is _plainly(expression, text)


def test_a_rule_alone_fires_exactly_where_it_fires_among_all(anshan, examples):
    """No rule hides another, whatever its anchor."""
    raw = json.loads((resources.files("huiying.engine") / "data" / "rules.anshan.json").read_text("utf-8"))
    texts = [anshan.masked(normalise(row["text"]).text) for row in examples]
    together = [{anshan.rules[number].id for number in anshan.fired(text)} for text in texts]
    for rule in raw["rules"]:
        alone = rules_from({**raw, "rules": [rule]}, name="alone")
        for text, fired in zip(texts, together, strict=True):
            assert bool(alone.fired(text)) is (rule["id"] in fired), rule["id"]
