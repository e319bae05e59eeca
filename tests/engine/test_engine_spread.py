"""Where a post came from: evidence in its order, ancestors, inferred edges that say so (C10.5 传播路径, INV-10)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from huiying.engine.duplicates import Duplicate
from huiying.engine.post import Post
from huiying.engine.spread import (
    BY_CHAIN,
    BY_COPY,
    BY_ID,
    BY_LINK,
    BY_ROOT,
    FEATURES,
    INFERRED,
    Cascade,
    Parent,
    SpreadIndex,
    depths,
    features,
    find_parent,
    moment_of,
    root_confidence,
)

NOW = datetime(2026, 6, 7, 8, tzinfo=UTC)
DEPOSIT = "没中标的保证金到底啥时候退啊，问财务说银行，问银行说财务"
AGREED = "我们公司也没退，四十六万呢"


def said(native_id: str, text: str, **more: Any) -> Post:
    return Post(native_id=native_id, text=text, platform="微博客", channel_class="微博客", **more)


def told(index: SpreadIndex, *posts: Post) -> Parent | None:
    """Add all but the last; what is found of the last."""
    for post in posts[:-1]:
        index.add(post, find_parent(post, index))
    return find_parent(posts[-1], index)


# --- what the source says itself ---


def test_the_sources_own_id_comes_before_everything_else():
    index = SpreadIndex()
    found = told(index, said("1", DEPOSIT), said("2", AGREED), said("3", f"顶//@甲:{DEPOSIT}", parent_id="2"))
    assert found is not None
    assert (found.id, found.how, found.confidence, found.inferred) == ("2", BY_ID, 1.0, False)


def test_an_id_brings_all_ancestors_of_its_parent():
    index = SpreadIndex()
    found = told(index, said("1", DEPOSIT), said("2", AGREED, parent_id="1"), said("3", "同感", parent_id="2"))
    assert found is not None
    assert found.ancestors == ("2", "1")


def test_a_root_id_beside_a_parent_that_never_came_in_is_the_uppermost_ancestor():
    found = told(SpreadIndex(), said("3", "同感", parent_id="2", root_id="1"))
    assert found is not None
    assert found.ancestors == ("2", "1")


def test_a_root_id_alone_is_only_an_inference_for_the_direct_parent():
    """The source names the first post, not the one it was taken from."""
    found = told(SpreadIndex(), said("1", DEPOSIT), said("2", "转", kind="repost", root_id="1"))
    assert found is not None
    assert (found.id, found.how, found.inferred) == ("1", BY_ROOT, True)
    assert 0 < found.confidence < 1
    assert found.evidence.startswith(INFERRED)


# --- the chain ---


def test_the_nearest_quoted_post_is_the_parent_and_the_chain_gives_all_ancestors():
    index = SpreadIndex()
    found = told(
        index,
        said("1", DEPOSIT),
        said("2", f"{AGREED}//@甲:{DEPOSIT}"),
        said("3", f"一样//@乙:{AGREED}//@甲:{DEPOSIT}"),
    )
    assert found is not None
    assert (found.id, found.how, found.inferred, found.ancestors) == ("2", BY_CHAIN, False, ("2", "1"))
    assert found.confidence >= 0.95


def test_a_post_of_the_chain_that_never_came_in_is_left_out_and_makes_it_less_sure():
    found = told(SpreadIndex(), said("1", DEPOSIT), said("3", f"一样//@乙:没有收到的那一条话//@甲:{DEPOSIT}"))
    assert found is not None
    assert found.id == "1"
    assert found.confidence < 0.95
    assert "往上第 2 条" in found.evidence


def test_letters_for_names_that_differ_from_post_to_post_do_not_break_the_chain():
    """Stored posts bear 用户A: the same person is A in the post itself and B where it is quoted (INV-10)."""
    index = SpreadIndex()
    found = told(
        index,
        said("1", DEPOSIT),
        said("2", f"{AGREED}//@用户A:{DEPOSIT}"),
        said("3", f"一样//@用户A:{AGREED}//@用户B:{DEPOSIT}"),
    )
    assert found is not None
    assert found.id == "2"


def test_a_repost_without_a_word_is_found_in_the_chain_by_all_that_it_quotes():
    index = SpreadIndex()
    found = told(
        index,
        said("1", DEPOSIT),
        said("2", f"转发微博//@甲:{DEPOSIT}"),
        said("3", f"看看//@乙:转发微博//@甲:{DEPOSIT}"),
    )
    assert found is not None
    assert found.id in ("1", "2")  # their letters are the same: the earliest stands for both
    assert not found.inferred


def test_a_quotation_that_the_platform_cut_short_is_known_by_its_beginning():
    found = told(SpreadIndex(), said("1", DEPOSIT + "，皮球踢得比国足好"), said("2", f"顶//@甲:{DEPOSIT}"))
    assert found is not None
    assert (found.id, found.how) == ("1", BY_CHAIN)


def test_a_beginning_that_several_texts_share_makes_it_less_sure():
    index = SpreadIndex()
    same = DEPOSIT[:22]
    found = told(index, said("1", f"{same}，第一家"), said("2", f"{same}，第二家"), said("3", f"顶//@甲:{same}"))
    assert found is not None
    assert found.id == "1"
    assert found.confidence <= 0.7


def test_a_post_with_a_title_is_found_by_its_text_alone():
    notice = said("1", DEPOSIT, title="情况说明")
    found = told(SpreadIndex(), notice, said("2", f"暂停就对了//@交易中心官方号:{DEPOSIT}"))
    assert found is not None
    assert found.id == "1"


def test_words_that_many_say_are_no_evidence():
    assert told(SpreadIndex(), said("1", "哈哈哈"), said("2", "真的//@甲:哈哈哈")) is None


def test_no_evidence_ever_holds_a_name():
    found = told(SpreadIndex(), said("1", DEPOSIT), said("2", f"顶//@岫玉阿林:{DEPOSIT}"))
    assert found is not None
    assert "岫玉阿林" not in repr(found)
    assert "用户A" in found.evidence


# --- links ---


def test_a_link_to_a_post_that_came_in_is_its_parent():
    first = said("1", DEPOSIT, url="https://weibo.com/1234567890/Nabc12XYZ")
    found = told(SpreadIndex(), first, said("2", "大家看这个 https://m.weibo.cn/status/Nabc12XYZ 太离谱了"))
    assert found is not None
    assert (found.id, found.how, found.inferred) == ("1", BY_LINK, False)


def test_a_video_number_points_at_its_video():
    video = Post(native_id="BV1xx411c7mD", text="开标现场", platform="视频网站")
    found = told(SpreadIndex(), video, said("2", "BV1xx411c7mD 这个视频说的就是我们"))
    assert found is not None
    assert found.id == "BV1xx411c7mD"


def test_a_post_is_not_its_own_parent_by_its_own_address():
    post = said("1", "原文 https://forum.example/t/12", url="https://forum.example/t/12")
    assert told(SpreadIndex(), post) is None


# --- inferences ---


def copied(index_of: str, *, exact: bool, similarity: float, days: float) -> Any:
    return lambda post: (Duplicate(index_of, similarity, exact=exact), days) if post.native_id != index_of else None


def test_an_earlier_copy_is_an_inference_that_fades_with_time():
    fresh = told(
        SpreadIndex(copies=copied("1", exact=True, similarity=1.0, days=0)), said("1", DEPOSIT), said("2", "x")
    )
    old = told(SpreadIndex(copies=copied("1", exact=True, similarity=1.0, days=30)), said("1", DEPOSIT), said("2", "x"))
    assert fresh is not None
    assert old is not None
    assert (fresh.how, fresh.inferred, fresh.evidence.startswith(INFERRED)) == (BY_COPY, True, True)
    assert old.confidence == pytest.approx(fresh.confidence / 2, abs=1e-3)
    assert fresh.confidence <= 0.6


def test_a_copy_from_before_its_original_by_a_wrong_clock_is_not_surer_than_a_fresh_one():
    found = told(
        SpreadIndex(copies=copied("1", exact=False, similarity=0.9, days=-9)), said("1", DEPOSIT), said("2", "x")
    )
    assert found is not None
    assert found.confidence <= 0.6


def test_a_word_of_ones_own_and_time_make_a_direct_repost_less_likely():
    """Measured on the given repost trees: bare reposts come from the root, late ones with words less often."""
    bare = root_confidence(said("2", "转发微博", kind="repost"), Cascade("1", 2, 3))
    late = root_confidence(said("3", "这个地方我去过", kind="repost"), Cascade("1", 60 * 48, 400))
    assert bare > 0.85 > 0.6 > late


def test_an_answer_to_somebody_is_less_likely_a_direct_repost():
    cascade = Cascade("1", 60, 50)
    plain = root_confidence(said("2", "谁负责这件事情", kind="repost"), cascade)
    assert root_confidence(said("2", "回复谁负责这件事情", kind="repost"), cascade) < plain


def test_the_features_stand_in_the_order_of_their_names():
    values = dict(zip(FEATURES, features(said("2", "", kind="repost", title=""), Cascade("1", 0, 0)), strict=True))
    assert values["empty"] == 1.0
    assert values["minutes"] == values["rank"] == values["repeated"] == 0.0


def test_the_cascade_counts_its_reposts_and_remembers_what_was_said_in_it():
    index = SpreadIndex()
    told(index, said("1", DEPOSIT, published_at=NOW), said("2", "转给大家", kind="repost", root_id="1"), said("9", "x"))
    later = said("3", "转给大家", kind="repost", root_id="1", published_at=NOW + timedelta(hours=2))
    cascade = index.cascade(later)
    assert cascade == Cascade("1", 120.0, 1, repeated=True)


def test_nothing_speaks_for_a_parent_of_a_lone_post():
    assert told(SpreadIndex(), said("1", DEPOSIT), said("2", "窗口排队两小时")) is None


# --- state ---


def test_a_ring_of_ids_is_cut_where_it_would_close():
    index = SpreadIndex()
    for post in (said("1", "甲说的话啊", parent_id="2"), said("2", "乙说的话啊", parent_id="1")):
        index.add(post, find_parent(post, index))
    assert index.path("1") == ("2",)
    assert index.path("2") == ()


def test_what_leaves_the_window_is_forgotten_everywhere():
    index = SpreadIndex(window=2)
    told(
        index,
        said("1", DEPOSIT, url="https://forum.example/t/1"),
        said("2", AGREED),
        said("3", "第三条不同的话"),
        said("4", "x"),
    )
    assert len(index) == 2
    assert index.said(DEPOSIT) is None
    assert index.linked("url:forum.example/t/1") is None
    assert index.said(AGREED) == ("2", True)


def test_a_post_added_twice_changes_nothing():
    index = SpreadIndex()
    index.add(said("1", DEPOSIT))
    index.add(said("1", AGREED))
    assert index.said(AGREED) is None


def test_a_time_that_lies_ahead_counts_as_not_known():
    ahead = said("1", "x", published_at=NOW + timedelta(days=9), time_confidence="future", seen_at=NOW)
    assert moment_of(ahead) == NOW


texts = st.text(alphabet="保证金退了吗/@:甲乙 。", max_size=24)
rows = st.lists(
    st.tuples(
        texts, st.integers(0, 12) | st.none(), st.integers(0, 12) | st.none(),
        st.sampled_from(["post", "repost", "comment"]),
    ),
    max_size=14,
)  # fmt: skip


def read(drawn: list[tuple[str, int | None, int | None, str]]) -> list[Post]:
    return [
        said(f"{n}", text, kind=kind, parent_id=_key(up), root_id=_key(root))
        for n, (text, up, root, kind) in enumerate(drawn)
    ]


def _key(number: int | None) -> str | None:
    return None if number is None else f"{number}"


@settings(max_examples=150, deadline=None)
@given(rows)
def test_every_edge_has_a_confidence_and_no_path_ever_closes(drawn: list[Any]):
    index, edges = SpreadIndex(window=8), []
    for post in read(drawn):
        found = find_parent(post, index)
        index.add(post, found)
        if found is not None:
            assert 0.0 <= found.confidence <= 1.0
            assert found.id != post.native_id
            assert found.ancestors[0] == found.id
            assert found.inferred == found.evidence.startswith(INFERRED)
            edges.append(post.native_id)
    for key in edges:
        assert key not in index.path(key)


@settings(max_examples=60, deadline=None)
@given(rows)
def test_the_same_posts_in_the_same_order_give_the_same_parents(drawn: list[Any]):
    def run() -> list[Parent | None]:
        index, found = SpreadIndex(window=8), []
        for post in read(drawn):
            found.append(find_parent(post, index))
            index.add(post, found[-1])
        return found

    assert run() == run()


@given(st.dictionaries(st.integers(0, 20), st.integers(0, 20), max_size=20))
def test_depths_end_even_where_edges_make_rings(above: dict[int, int]):
    deep = depths(above.items())
    assert set(deep) == set(above) | set(above.values())
    assert all(value >= 0 for value in deep.values())


@given(st.dictionaries(st.integers(1, 30), st.integers(0, 29), max_size=25))
def test_a_child_stands_one_step_below_its_parent(drawn: dict[int, int]):
    above = {child: parent for child, parent in drawn.items() if parent < child}
    deep = depths(above.items())
    assert all(deep[child] == deep[parent] + 1 for child, parent in above.items())


def test_depth_is_the_number_of_steps_to_the_top():
    assert depths([("b", "a"), ("c", "b"), ("d", "b"), ("f", "e")]) == {"a": 0, "b": 1, "c": 2, "d": 2, "e": 0, "f": 1}
