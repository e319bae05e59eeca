"""INV-4, C8.9: what is compared when texts are compared: the manifest's normalisation, and the words that changed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from cast import Cast
from huiying.responding.actions.confirming import ENDINGS, dictionary, named_in
from huiying.responding.bound import normalised, of_revision, text_sha256
from huiying.responding.models import Revision
from huiying.responding.queries import difference

WORDS = st.text(alphabet="开标顺延系统故障已恢复，。9:00 \t\r\nab", max_size=40)
BASE: dict[str, Any] = {
    "title": "说明",
    "question": "群众问什么",
    "facts": "九月十四日登录中断。",
    "renditions": {"portal": "登录已恢复。", "weibo": "已恢复。"},
    "basis": "条例",
    "openness": "open",
    "bodies": ["财政局", "住建局"],
    "corrects_id": None,
    "correction_note": "",
}


def sha(**changes: Any) -> str:
    return of_revision(Revision(**(BASE | changes)))


@given(WORDS)
def test_normalising_twice_is_normalising_once(text: str) -> None:
    assert normalised(normalised(text)) == normalised(text)


@given(WORDS)
def test_line_ends_of_any_system_are_one_text(text: str) -> None:
    lines = text.replace("\r", "")
    assert text_sha256(lines.replace("\n", "\r\n")) == text_sha256(lines) == text_sha256(lines.replace("\n", "\r"))


@given(WORDS)
def test_no_word_is_ever_touched(text: str) -> None:
    assert "".join(normalised(text).split()) == "".join(text.split())
    assert "\r" not in normalised(text)
    assert all(line == line.rstrip() for line in normalised(text).split("\n"))


@given(WORDS, WORDS)
def test_texts_that_differ_by_a_word_have_different_hashes(one: str, two: str) -> None:
    assert (text_sha256(one) == text_sha256(two)) == (normalised(one) == normalised(two))


@pytest.mark.parametrize(
    ("one", "two"), [("第 9 条", "第9条"), ("甲\n乙", "甲乙"), ("甲\n\n乙", "甲\n乙"), ("9时", "９时"), ("a", "A")]
)
def test_what_a_reader_can_see_is_a_difference(one: str, two: str) -> None:
    assert text_sha256(one) != text_sha256(two)


@pytest.mark.parametrize("field", ["title", "question", "facts", "basis", "correction_note"])
def test_each_text_is_bound_and_its_outer_space_is_not(field: str) -> None:
    assert sha(**{field: str(BASE[field]) + "。"}) != sha()
    assert sha(**{field: f"\n {BASE[field]} \r\n"}) == sha()


@pytest.mark.parametrize(
    "changes",
    [
        {"openness": "withheld"},
        {"corrects_id": 1},
        {"bodies": ["财政局"]},
        {"bodies": []},
        {"renditions": {"portal": "登录已恢复。"}},
        {"renditions": {"portal": "已恢复。", "weibo": "登录已恢复。"}},
        {"renditions": BASE["renditions"] | {"press_conference": ""}},
    ],
)
def test_each_other_part_is_bound(changes: dict[str, Any]) -> None:
    assert sha(**changes) != sha()


def test_two_texts_that_change_places_are_another_manifest() -> None:
    assert sha(title=BASE["facts"], facts=BASE["title"]) != sha()


def test_the_order_of_bodies_and_channels_is_no_difference() -> None:
    assert sha(bodies=["住建局", "财政局", "住建局"]) == sha()
    assert sha(renditions=dict(reversed(BASE["renditions"].items()))) == sha()


def test_two_corrections_of_different_answers_differ() -> None:
    assert len({sha(corrects_id=None), sha(corrects_id=1), sha(corrects_id=2)}) == 3


# --- difference ------------------------------------------------------------------------------------------------------

TEXT = st.text(alphabet="开标时间顺延至九月十五日上午，。系统已恢复 0123456789\nab", max_size=60)


@settings(max_examples=60, deadline=None)
@given(TEXT, TEXT)
def test_both_texts_can_be_read_out_of_the_difference(old: str, new: str) -> None:
    pieces = difference(old, new)
    assert "".join(text for kind, text in pieces if kind != "new") == old
    assert "".join(text for kind, text in pieces if kind != "gone") == new
    assert {kind for kind, _text in pieces} <= {"same", "gone", "new"}
    assert all(text for _kind, text in pieces)


@settings(max_examples=30, deadline=None)
@given(TEXT)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert all(kind == "same" for kind, _text in difference(text, text))


@settings(max_examples=30, deadline=None)
@given(TEXT)
def test_a_first_text_is_all_new_and_a_deleted_one_all_gone(text: str) -> None:
    assert difference("", text) == ([("new", text)] if text else [])
    assert difference(text, "") == ([("gone", text)] if text else [])


def test_the_changed_number_stands_out_and_what_is_gone_comes_first() -> None:
    pieces = difference("系统登录中断七十分钟，已经恢复。", "系统登录中断八十分钟，已经恢复。")
    changed = [piece for piece in pieces if piece[0] != "same"]
    assert [kind for kind, _text in changed] == ["gone", "new"]
    assert ("七" in changed[0][1], "八" in changed[1][1]) == (True, True)
    assert pieces[0][0] == pieces[-1][0] == "same"


# --- bodies (C8.4) ---------------------------------------------------------------------------------------------------


def test_the_dictionary_is_of_bodies_of_the_state_longest_first(cast: Cast) -> None:
    names = dictionary()
    assert [len(name) for name in names] == sorted((len(name) for name in names), reverse=True)
    assert len(set(names)) == len(names)
    assert all(name.endswith(ENDINGS) for name in names)
    assert {"财政局", "住建局", "市委宣传部", "派驻纪检监察组", "属地区政府"} <= set(names)
    assert not {"招标人", "采购人", "银行", "CA机构"} & set(names)


@pytest.mark.parametrize(
    ("text", "bodies"),
    [
        ("", []),
        ("系统已恢复，开标顺延。", []),
        ("经财政局核实。", ["财政局"]),
        ("住建局会同财政局核实，财政局已答复。", ["住建局", "财政局"]),
        ("财政局会同住建局核实。", ["财政局", "住建局"]),
        ("应急管理局已到场。", ["应急管理局"]),
        ("应急管理局与应急局", ["应急管理局", "应急局"]),
        ("招标人和银行均已告知。", []),
        ("财政\n局", []),
    ],
)
def test_bodies_are_named_in_the_order_of_the_text(cast: Cast, text: str, bodies: list[str]) -> None:
    assert named_in(text) == bodies


@settings(max_examples=20, deadline=None)
@given(before=st.text(alphabet="经会同核实，。已", max_size=8), after=st.text(alphabet="核实，。已", max_size=8))
def test_a_body_is_found_wherever_it_stands(before: str, after: str) -> None:
    from unittest.mock import patch

    with patch("huiying.responding.actions.confirming.dictionary", return_value=["自然资源局", "财政局"]):
        assert named_in(f"{before}财政局{after}") == ["财政局"]
        assert named_in(f"{before}{after}") == []
