"""One pass over all rules gives what a plain reading of each rule gives, on anything, and says where (C5.11, C5.16)."""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass
from importlib import resources
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from huiying.engine.matcher import Context, context_of, spellings
from huiying.engine.normalise import ascii_bounded, normalise
from huiying.engine.post import parse_post
from huiying.engine.rules import RuleSet, rules_from

WORDS = ["围标", "串标", "标", "招标", "举报", "内定", "ca", "ca锁", "保证金", "a1"]


def ruleset(*expressions: str, **more: Any) -> RuleSet:
    rules = [{"id": f"R{n}", "expression": one, "sensitivity": 1, "lead": "A"} for n, one in enumerate(expressions)]
    return rules_from({"place": "某地", "departments": {"A": "甲处"}, "rules": rules, **more}, name="test")


# --- a second reading of the language, naive on purpose: positions by find(), sets, no automaton, no anchors


@dataclass
class Naive:
    """A random rule: how it is written, and what it means of (text, title's length, context)."""

    written: str
    means: Any


def places(word: str, text: str, title: int, zone: str, context: Context) -> list[tuple[int, int]]:
    found = []
    for start in range(len(text)):
        end = start + len(word)
        if text.startswith(word, start) and ascii_bounded(text, start, end):
            here = "title" if start < title else context.zone
            if zone in ("", here):
                found.append((start, end))
    return found


def word(draw: random.Random) -> tuple[str, str, str]:
    zone, said = draw.choice([("", ""), ("", ""), ("title", "title:"), ("body", "正文:"), ("comment", "comment:")])
    one = draw.choice(WORDS)
    return one, zone, f"{said}{one}"


def leaf(draw: random.Random) -> Naive:
    kind = draw.random()
    if kind < 0.6:
        one, zone, said = word(draw)
        return Naive(said, lambda text, title, context: bool(places(one, text, title, zone, context)))
    if kind < 0.8:
        (left, lz, ls), (right, rz, rs), within = word(draw), word(draw), draw.choice([0, 1, 3, 10])

        def near(text: str, title: int, context: Context) -> bool:
            return any(
                (a[1] <= b[0] and b[0] - a[1] <= within) or (b[1] <= a[0] and a[0] - b[1] <= within)
                for a in places(left, text, title, lz, context)
                for b in places(right, text, title, rz, context)
            )

        return Naive(f"{ls} NEAR({within}) {rs}", near)
    if kind < 0.9:
        own = draw.choice([True, False])
        return Naive(f"own:{'yes' if own else 'no'}", lambda _t, _n, context: context.own_channel is own)
    return Naive("region:鞍山", lambda _t, _n, context: "鞍山" in context.region)


def rule(draw: random.Random, depth: int) -> Naive:
    if depth == 0 or draw.random() < 0.25:
        return leaf(draw)
    kind = draw.choice(["AND", "OR", "NOT"])
    if kind == "NOT":
        inner = rule(draw, depth - 1)
        return Naive(f"NOT ({inner.written})", lambda *given: not inner.means(*given))
    parts = [rule(draw, depth - 1) for _ in range(draw.choice([2, 3]))]
    joined = f" {kind} ".join(f"({part.written})" for part in parts)
    joins = all if kind == "AND" else any
    return Naive(joined, lambda *given: joins(part.means(*given) for part in parts))


@settings(max_examples=300)
@given(
    st.integers(0, 10**9),
    st.lists(st.sampled_from([*WORDS, "，", "马鞍山", "c", "A1", "\n\n"]), max_size=12),
    st.integers(0, 12),
    st.booleans(),
    st.sampled_from(["", "鞍山", "沈阳"]),
    st.sampled_from(["body", "comment"]),
)
def test_the_matcher_equals_a_naive_reading_of_random_rules(seed, pieces, title, own, region, zone):
    draw = random.Random(seed)
    made = [rule(draw, 3) for _ in range(4)]
    text = normalise("".join(pieces)).text
    context = Context(title_end=title, zone=zone, region=region, own_channel=own)
    rules = ruleset(*(f"标 AND ({one.written})" for one in made))
    plain = normalise(text)
    if plain.text != text:
        return  # joining made another disguise: offsets would speak of another text
    fired = {hit.rule.id for hit in rules.match(plain, plain.text, context)}
    expected = {
        f"R{n}"
        for n, one in enumerate(made)
        if places("标", text, title, "", context) and one.means(text, title, context)
    }
    assert fired == expected


@given(st.integers(0, 10**9), st.lists(st.sampled_from([*WORDS, "，"]), max_size=10))
def test_where_a_rule_hangs_never_changes_what_is_found(seed, pieces):
    """Rarity is given as counts; any counts give the same answer."""
    draw = random.Random(seed)
    written = [f"标 AND ({rule(draw, 2).written})" for _ in range(3)] + ["(围标 OR 举报) AND (ca OR 内定) AND NOT 串标"]
    counts = {one: draw.randrange(1000) for one in WORDS}
    text = normalise("".join(pieces)).text
    assert ruleset(*written).fired(text) == ruleset(*written, counts=counts).fired(text)


@given(st.text(max_size=300), st.text(max_size=60))
def test_any_text_is_matched_and_every_quote_is_what_was_written(text, title):
    post = parse_post({"native_id": "1", "text": f"围标{text}", "title": title})
    full = post.full_text
    plain = normalise(full)
    rules = ruleset("围标 OR 标", "围标 NEAR(50) 标", "title:围标 OR body:围标", "NOT 举报 AND 围标")
    for hit in rules.match(plain, rules.masked(plain.text), context_of(post)):
        assert hit.terms
        for term in hit.terms:
            assert 0 <= term.start < term.end <= len(full)
            assert full[term.start : term.end] == term.quote


def test_a_post_of_a_megabyte_of_hits_is_matched_in_one_pass():
    text = "保证金不退围标ca" * 90_000
    plain = normalise(text[:330_000])
    rules = ruleset(
        "保证金 NEAR(0) 不退",
        "不退 NEAR(1) ca",
        "保证金 NEAR(200) 没有的词",
        "(围标 OR ca) AND NOT (保证金 NEAR(1) 标)",
    )
    assert [hit.rule.id for hit in rules.match(plain, plain.text)] == ["R0", "R3"]


def test_a_hit_says_which_clause_of_which_version_stands_where():
    rules = ruleset("(围标 OR 串标) AND 保证金 NEAR(6) 不退 OR 陪标", version="7")
    text = "听说有人围 * 标，保證金还是不退"
    plain = normalise(text)
    (hit,) = rules.match(plain, plain.text)
    assert hit.rule.version == "7"
    assert [(term.clause, term.quote) for term in hit.terms] == [(1, "围 * 标"), (2, "保證金"), (2, "不退")]
    assert hit.to_dict() == {"rule": "R0", "version": "7", "terms": [[1, 4, 9], [2, 10, 13], [2, 15, 17]]}


def test_only_the_branches_that_hold_are_quoted():
    rules = ruleset("(围标 AND 举报) OR 串标")
    plain = normalise("围标串标")
    (hit,) = rules.match(plain, plain.text)
    assert [term.quote for term in hit.terms] == ["串标"]
    assert hit.terms[0].clause == 3


def test_an_explanation_says_which_clause_is_missing_and_which_word_breaks_a_not():
    rules = ruleset("(围标 OR 串标) AND 举报 AND NOT (游戏 OR 彩票)")
    plain = normalise("游戏里围标")
    why = rules.explain("R0", plain, plain.text)
    assert not why.fires
    assert [(one.number, one.source, one.holds) for one in why.clauses] == [
        (1, "(围标 OR 串标)", True),
        (2, "举报", False),
        (3, "NOT (游戏 OR 彩票)", False),
    ]
    assert [term.quote for term in why.clauses[2].terms] == ["游戏"]
    with pytest.raises(KeyError):
        rules.explain("R9", plain, plain.text)


@given(st.integers(0, 10**9), st.lists(st.sampled_from([*WORDS, "，"]), max_size=10))
def test_an_explanation_fires_exactly_where_the_rule_fires(seed, pieces):
    rules = ruleset(f"标 AND ({rule(random.Random(seed), 3).written})")
    plain = normalise("".join(pieces))
    fired = bool(rules.match(plain, plain.text))
    assert rules.explain("R0", plain, plain.text).fires is fired


# --- aliases of the rule file


@pytest.mark.parametrize(
    ("text", "fired"),
    [("有人围木示公司", True), ("有人wb公司", True), ("有人awb公司", False), ("围标公司", True), ("围彡公司", False)],
)
def test_aliases_of_the_file_are_further_spellings_of_every_word_they_stand_in(text, fired):
    rules = ruleset("围标公司", "举报", aliases={"围标": ["wb", "围木示"], "报": ["抱"]})
    plain = normalise(text)
    hits = rules.match(plain, plain.text)
    assert bool(hits) is fired
    if fired:
        assert hits[0].terms[0].term == "围标公司"
        assert hits[0].terms[0].quote in text


def test_one_spelling_may_mean_two_words():
    rules = ruleset("围标", "苇标", aliases={"围标": ["苇标"]})
    assert rules.fired("苇标") == [0, 1]
    assert rules.fired("围标") == [0]


def test_spellings_are_bounded():
    ways = {char: [f"{char}甲", f"{char}乙"] for char in "一二三四五六七八"}
    found = spellings("一二三四五六七八", ways)
    assert len(found) == len(set(found)) == 64
    assert found[0] == "一二三四五六七八"


def test_disguises_and_traditional_characters_need_no_alias():
    rules = ruleset("围标 AND 串标 AND 招标")
    for text in ("圍標、wei标", "围*标"):
        assert rules.fired(normalise(f"{text} 串㮦 招標").text) == [0], text


# --- the built-in rules


@given(
    st.lists(st.sampled_from(["围标", "招标", "公管局", "态度", "采购", "贵", "保证金", "不退", "租房", "ca", "咨询"]))
)
def test_the_built_in_rules_read_naively_say_the_same(pieces):
    raw = json.loads((resources.files("huiying.engine") / "data" / "rules.anshan.json").read_text("utf-8"))
    text = normalise("，".join(pieces)).text
    fired = set(rules_from(raw, name="anshan").fired(text))
    for number, row in enumerate(raw["rules"]):
        assert (number in fired) is _evaluated(row["expression"], raw["macros"], text), row["id"]


def _evaluated(expression: str, macros: dict[str, str], text: str) -> bool:
    for name, said in macros.items():
        expression = re.sub(rf"\${name}\b", f"({said})", expression)
    tokens = re.findall(r"[()]|[^\s()]+", expression)

    def read(token: str) -> str:
        if token in "()":
            return token
        if token in ("AND", "OR", "NOT"):
            return token.lower()
        return str(bool(places(normalise(token).text, text, 0, "", Context())))

    return bool(eval(" ".join(map(read, tokens))))
