"""What people say, in groups: shares, copies, masked quotations, and none where too few spoke (C10.5 网民观点)."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings, strategies as st

from huiying.engine.views import LEAST, QUOTE, READ, Statement, Views, group_views

LATE = [
    "保证金拖了一个月还没退到账",
    "我家保证金也没退到账，拖了快一个月",
    "保证金没退到账的举手，拖太久了",
    "保证金迟迟没退到账，拖欠小企业的钱",
]
PHONE = ["财务部电话打不通没人接", "打了十遍财务部电话都没人接", "财务部的电话永远没人接听"]
ALONE = ["今天天气真好适合爬山"]


def said(texts: list[str], **copies: int) -> list[Statement]:
    return [Statement(f"{n}", text, copies.get(f"c{n}", 0)) for n, text in enumerate(texts)]


def sizes(found: Views) -> list[int]:
    return [view.posts for view in found.groups]


def test_people_who_say_the_same_stand_together_and_others_apart():
    found = group_views(said(LATE + PHONE + ALONE))
    assert [set(view.members) for view in found.groups] == [{"0", "1", "2", "3"}, {"4", "5", "6"}]
    assert (found.n, found.read, found.rest) == (8, 8, 1)


def test_the_shares_are_of_all_who_spoke():
    found = group_views(said(LATE + PHONE + ALONE))
    assert [view.share for view in found.groups] == [pytest.approx(4 / 8), pytest.approx(3 / 8)]
    assert found.rest_share == pytest.approx(1 / 8)


def test_a_copy_is_one_more_voice_for_what_it_repeats():
    found = group_views(said(LATE + PHONE, c4=9))
    assert found.n == 16
    assert sizes(found) == [12, 4]
    assert found.groups[0].copies == 9
    assert found.groups[0].quoted == "4", "what most repeated speaks for its group"


def test_the_same_words_twice_are_copies_whether_or_not_anybody_marked_them():
    marked = group_views([*said(LATE), Statement("x", PHONE[0], 2)])
    unmarked = group_views([*said(LATE), *(Statement(f"x{n}", PHONE[0]) for n in range(3))])
    assert (marked.n, sizes(marked)) == (unmarked.n, sizes(unmarked))
    assert unmarked.groups[1].copies == 2


def test_one_that_was_copied_is_a_group_of_its_own():
    found = group_views(said(LATE + ALONE, c4=4))
    assert found.groups[0].quote == ALONE[0]
    assert (found.groups[0].posts, found.groups[0].copies) == (5, 4)


def test_below_the_least_number_nothing_is_shown_and_it_is_said():
    found = group_views(said(LATE[: LEAST - 1]))
    assert (found.enough, found.groups, found.n) == (False, (), LEAST - 1)
    assert group_views(said(LATE[: LEAST - 1] + PHONE[:1])).enough


def test_nobody_at_all_is_no_view():
    assert group_views([]) == Views(0, 0, (), 0, 0.0, False)


def test_a_repost_without_words_of_its_own_says_nothing():
    silent = [Statement("r1", "转发微博"), Statement("r2", "//@甲:保证金拖了一个月"), Statement("r3", "@乙")]
    assert group_views([*said(LATE), *silent]).n == 4


def test_only_ones_own_words_count_not_those_quoted():
    chained = [Statement(f"q{n}", f"{text}//@甲:保证金拖了一个月还没退到账") for n, text in enumerate(PHONE)]
    found = group_views([*said(LATE), *chained])
    assert {frozenset(view.members) for view in found.groups} == {frozenset("0123"), frozenset(("q0", "q1", "q2"))}


def test_quotations_are_masked_and_bear_no_name():
    texts = [f"{text}，我叫王小明，电话13804120000 @岫玉阿林" for text in LATE] + PHONE
    for view in group_views(said(texts)).groups:
        shown = " ".join([view.quote, *view.words])
        assert "13804120000" not in shown
        assert "岫玉阿林" not in shown
        assert "王小明" not in shown


def test_a_quotation_is_one_sentence_and_short():
    long = [f"{text}！" + "别的事情说了很多很多。" * 20 for text in LATE] + PHONE
    found = group_views(said(long))
    assert all(len(view.quote) <= QUOTE for view in found.groups)
    assert group_views(said(LATE + PHONE)).groups[0].quote in LATE


def test_words_that_nearly_all_say_name_the_matter_and_no_view():
    matter = "鞍山交易中心"
    found = group_views(said([f"{matter}{text}" for text in LATE + PHONE]))
    assert len(found.groups) == 2
    assert all("鞍山" not in word and "交易中心" not in word for view in found.groups for word in view.words)


def test_the_words_of_a_group_are_words_that_it_says():
    found = group_views(said(LATE + PHONE))
    for view in found.groups:
        spoken = "".join((LATE + PHONE)[int(member)] for member in view.members)
        assert view.words
        assert all(word in spoken for word in view.words)


def test_the_tag_of_most_of_a_group_is_its_tag():
    tagged = [Statement(f"{n}", text, tag="投诉" if n else "咨询") for n, text in enumerate(LATE + PHONE)]
    assert group_views(tagged).groups[0].tag == "投诉"


def test_the_groups_shown_are_the_largest_ones():
    found = group_views(said(LATE + PHONE + ALONE), most=1)
    assert sizes(found) == [4]
    assert found.rest == 4


def test_too_many_to_read_are_counted_with_the_rest():
    many = [Statement(f"m{n}", f"第{n}个人说了第{n * 7}件完全不同的事{n * 13}") for n in range(READ + 50)]
    found = group_views(many)
    assert (found.n, found.read) == (READ + 50, READ)
    assert sum(view.share for view in found.groups) + found.rest_share == pytest.approx(1)


texts = st.text(alphabet="保证金退电话没人接系统崩了的是吗一二三 。@1", max_size=20)
statements = st.lists(st.tuples(texts, st.integers(0, 5)), max_size=18)


@settings(max_examples=80, deadline=None)
@given(statements)
def test_shares_and_the_rest_add_up_to_one_and_counts_to_all(drawn: list[tuple[str, int]]):
    found = group_views(Statement(f"{n}", text, copies) for n, (text, copies) in enumerate(drawn))
    assert sum(view.posts for view in found.groups) + found.rest == found.n
    assert all(0 < view.share <= 1 and view.copies < view.posts for view in found.groups)
    if found.n:
        assert sum(view.share for view in found.groups) + found.rest_share == pytest.approx(1)
    members = [member for view in found.groups for member in view.members]
    assert len(members) == len(set(members)), "nobody stands in two groups"
    assert sizes(found) == sorted(sizes(found), reverse=True)


@settings(max_examples=40, deadline=None)
@given(statements)
def test_the_same_statements_give_the_same_groups(drawn: list[tuple[str, int]]):
    rows = [Statement(f"{n}", text, copies) for n, (text, copies) in enumerate(drawn)]
    assert group_views(rows) == group_views(rows)


@given(st.integers(0, 1000))
def test_the_order_of_arrival_moves_nobody_to_another_group(seed: int):
    rows = said(LATE + PHONE + ALONE)
    mixed = rows[:]
    random.Random(seed).shuffle(mixed)
    groups = {frozenset(view.members) for view in group_views(mixed).groups}
    assert groups == {frozenset(view.members) for view in group_views(rows).groups}


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(max_size=40), max_size=8))
def test_any_text_is_read_without_an_error(drawn: list[str]):
    group_views(Statement(f"{n}", text) for n, text in enumerate(drawn))
