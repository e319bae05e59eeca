"""Past events that were about the like: by the rare words of their titles."""

from __future__ import annotations

from hypothesis import given, strategies as st

from huiying.judging.material import SHOWN, About, alike

PAST = [
    About(1, "投标保证金一个多月了还没退，打财务电话没人接", "Z-CW", "投诉"),
    About(2, "开标系统登录不上，解密超时算谁的", "Z-XX", "突发事件"),
    About(3, "听说交易中心下个月要撤销", "BGS", "谣言"),
    About(4, "采购的CT机比邻市贵了两百万", "ZFC", "疑虑"),
]


def test_the_likest_comes_first_with_what_both_mention():
    (best, *_rest) = alike(About(9, "没中标的保证金还没退，财务电话打不通"), PAST)
    assert best.key == 1
    assert "保证金" in "".join(best.shared)
    assert "还没退" in best.shared


def test_an_event_is_not_like_itself():
    assert 1 not in [one.key for one in alike(PAST[0], PAST)]


def test_the_same_department_alone_makes_nothing_alike():
    assert alike(About(9, "窗口排队两小时", "Z-XX", "突发事件"), PAST) == []


def test_department_and_concern_decide_between_titles_that_are_equally_like():
    twins = [About(1, "系统登录不上", "AAA", "咨询"), About(2, "系统登录不上", "Z-XX", "投诉"), *PAST]
    assert alike(About(9, "系统登录不上", "Z-XX", "投诉"), twins)[0].key == 2


def test_at_most_three_are_named():
    many = [About(n, f"开标系统登录不上第{n}次") for n in range(20)]
    assert len(alike(About(99, "开标系统又登录不上"), many)) == SHOWN


def test_nothing_past_and_nothing_said_are_alike_to_nothing():
    assert alike(About(9, "开标系统登录不上"), []) == []
    assert alike(About(9, "！！！"), PAST) == []


@given(st.text(max_size=40), st.lists(st.text(max_size=40), max_size=6))
def test_likeness_is_a_share_and_the_best_first(title: str, titles: list[str]):
    found = alike(About(-1, title, "A", "b"), [About(n, other, "A", "b") for n, other in enumerate(titles)], least=0)
    assert all(0 <= one.likeness <= 1 for one in found)
    assert [one.likeness for one in found] == sorted((one.likeness for one in found), reverse=True)
