"""Expressions with their columns, offsets, copies and the stream: tables and properties (C5.10, C5.11, C5.16)."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from huiying.engine.duplicates import DuplicateIndex, fingerprint
from huiying.engine.expression import ExpressionError, parse as compile_expression
from huiying.engine.normalise import normalise
from huiying.engine.post import Post
from huiying.engine.rules import rules_from
from huiying.engine.stream import EventStream, StreamSettings

MACROS = {"ORG": "(公管局 OR 交易中心)", "BAD": "甲 AND", "LOOP": "甲 OR $LOOP"}


@pytest.mark.parametrize(
    ("expression", "column"),
    [
        ("", 1), ("   ", 4), ("AND 甲", 1), ("甲 AND", 6), ("甲 OR", 5), ("甲 乙", 3), ("(甲", 3), ("甲)", 2),
        ("()", 2), ("甲 AND ()", 8), ("NOT", 4), ("甲 AND OR 乙", 7), ("（甲 OR 乙", 8), ("$NONE", 1),
        ("甲 AND $NONE", 7), ("甲 AND $BAD", 7), ("$LOOP", 1), ("甲 AND \u200b", 7),
    ],
)  # fmt: skip
def test_an_error_points_at_its_column(expression: str, column: int) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_expression("K777", expression, MACROS)
    assert caught.value.column == column
    assert str(caught.value) == f"规则 K777 第 {column} 列：应为{caught.value.expected}"


def test_an_unknown_macro_is_answered_with_those_that_are_there() -> None:
    with pytest.raises(ExpressionError, match=r"\$BAD、\$LOOP、\$ORG"):
        compile_expression("K1", "$NO", MACROS)
    with pytest.raises(ExpressionError, match="没有定义任何宏"):
        compile_expression("K1", "$NO", {})


_DECOR = st.sampled_from(["", " ", "*", "★", "\u200b", "·", "  ", "-"])


@given(
    st.text(alphabet="天地人和ABc，。！ 1２", max_size=20),
    st.lists(_DECOR, min_size=3, max_size=3),
    st.text(max_size=10),
)
def test_a_hit_always_points_at_the_words_really_written(before: str, decor: list[str], after: str) -> None:
    written = f"围{decor[0]}標"
    text = f"{before}，{written}，{after}"
    plain = normalise(text)
    start = plain.text.index("围标")
    first, last = plain.span(start, start + 2)
    assert normalise(text[first:last]).text == "围标"
    assert plain.quote(start, start + 2) == text[first:last]
    assert len(plain.starts) == len(plain.ends) == len(plain.text)
    assert list(plain.starts) == sorted(plain.starts)


@given(st.text(max_size=60), st.integers(0, 60), st.integers(0, 60))
def test_any_span_lies_inside_the_original(text: str, one: int, two: int) -> None:
    plain = normalise(text)
    start, end = sorted((min(one, len(plain.text)), min(two, len(plain.text))))
    first, last = plain.span(start, end)
    assert 0 <= first <= last <= len(text)
    assert (first == last) is (start == end)


@pytest.mark.parametrize(
    ("field", "value"),
    [("sensitivity", 6), ("sensitivity", -1), ("sensitivity", True), ("sensitivity", "3"), ("lead", "NO"),
     ("co_leads", ["NO"]), ("co_leads", "A"), ("priority", 1.5), ("expression", None), ("author", "x"),
     ("账号名单", []), ("colour", "red")],
)  # fmt: skip
def test_a_wrong_field_of_a_rule_is_named(field: str, value: object) -> None:
    """INV-10: rules describe matters; any field for a person is refused like any unknown one."""
    rule = {"id": "K1", "expression": "围标", "sensitivity": 3, "lead": "A"}
    data = {"place": "某市", "departments": {"A": "甲"}, "rules": [rule]}
    assert rules_from(data, name="x").rules[0].id == "K1"
    with pytest.raises(ValueError, match=f"K1 的 {field}："):
        rules_from({**data, "rules": [{**rule, field: value}]}, name="x")


# -- copies

_LETTERS = (
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下"
    "过子说产种面而方后多定行学法所民得经"
)


def story(draw: random.Random, length: int = 120) -> str:
    return "".join(draw.choice(_LETTERS) for _ in range(length))


def edited(text: str, draw: random.Random) -> str:
    """Five of a hundred letters replaced, in one stretch as people edit, and a word put in front."""
    size = len(text) // 20
    at = draw.randrange(len(text) - size)
    return "转：" + text[:at] + story(draw, size) + text[at + size :]


def test_copies_with_five_percent_edited_are_found_and_to_the_right_story() -> None:
    draw = random.Random(20260914)
    stories = [story(draw) for _ in range(300)]
    index = DuplicateIndex()
    for number, text in enumerate(stories):
        assert index.find(fingerprint(text)) is None, "different stories are no copies"
        index.add(str(number), fingerprint(text))
    found = [index.find(fingerprint(edited(text, draw))) for text in stories]
    right = sum(one is not None and one.key == str(number) for number, one in enumerate(found))
    assert right >= 297
    assert all(one is None or one.key == str(number) for number, one in enumerate(found))


@pytest.mark.parametrize(
    "text", ["", " ", "转发微博", "轉發微博", "分享图片", "网页链接", "。。。", "好的", "顶顶顶顶顶顶顶顶顶顶顶"]
)
def test_empty_short_and_boilerplate_texts_never_merge(text: str) -> None:
    index = DuplicateIndex()
    index.add("first", fingerprint(text))
    assert index.find(fingerprint(text)) is None


@pytest.mark.parametrize(
    ("one", "two"), [("一标段", "二标段"), ("编号1234", "编号5678"), ("1标段", "2标段"), ("3包", "4包")]
)
def test_notices_of_two_lots_stay_apart(one: str, two: str) -> None:
    notice = "关于城东片区老旧供水管线更新改造工程{}施工招标开标时间和地点变更的更正公告，请各投标人相互转告"
    index = DuplicateIndex()
    index.add("one", fingerprint(notice.format(one)))
    assert index.find(fingerprint(notice.format(two))) is None
    again = index.find(fingerprint(notice.format(one) + "谢谢"))
    assert again is not None
    assert again.key == "one"


# -- the stream

START = datetime(2026, 6, 1, tzinfo=UTC)


def post(number: int, text: str, **given_fields: object) -> Post:
    moment = START + timedelta(hours=number)
    return Post(native_id=f"S{number}", text=text, published_at=moment, time_confidence="stated", **given_fields)  # type: ignore[arg-type]


def test_beyond_its_window_the_stream_forgets_ids_and_texts() -> None:
    draw = random.Random(7)
    texts = [story(draw) for _ in range(4)]
    stream = EventStream(StreamSettings(window=3))
    for number, text in enumerate(texts[:3]):
        stream.observe(post(number, text))
    assert stream.observe(post(10, texts[0])).duplicate_of == "S0"
    assert len(stream) == 3, "the fourth pushed the first out"
    assert stream.observe(post(11, texts[0])).duplicate_of == "S10"
    assert len(stream) == 3


def test_remembering_leaves_what_observing_left() -> None:
    draw = random.Random(11)
    texts = [story(draw) for _ in range(6)]
    rows = [post(n, text) for n, text in enumerate([*texts, texts[2], texts[4][:100], texts[0] + "补充一句"])]
    lived, replayed = EventStream(), EventStream()
    for row in rows:
        given_out = lived.observe(row)
        replayed.remember(row, given_out.event, given_out.duplicate_of)
    assert replayed.merges == lived.merges
    for number, text in enumerate([texts[1], texts[5] + "又来了", story(draw)], 50):
        assert lived.observe(post(number, text)) == replayed.observe(post(number, text))


@pytest.mark.parametrize(("known", "parent"), [((0, 1), "S1"), ((0,), "S0"), ((), None)])
def test_a_chain_leads_to_the_nearest_post_that_was_received(known: tuple[int, ...], parent: str | None) -> None:
    earlier = ["保证金什么时候才能退给我们呢各位", "问了三次都说在走流程真的没办法"]
    chain = [earlier[0], f"{earlier[1]}//@甲:{earlier[0]}"]
    stream = EventStream()
    for number in known:
        stream.observe(post(number, chain[number]))
    last = stream.observe(post(9, f"帮忙扩散//@乙：{chain[1]}"))
    assert last.parent == parent
    if parent:
        assert last.parent_evidence is not None
        assert "明示" in last.parent_evidence
        assert "甲" not in last.parent_evidence
        assert "乙" not in last.parent_evidence
        assert last.parent_confidence == (0.97 if parent == "S1" else 0.9)
