"""`eval spread`: parents found against parents known, figures by hand, errors for people."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from huiying.cli import main
from huiying.engine.evaluation import UsageError
from huiying.engine.evaluation.spread import Tree, calibration_error, evaluate, evaluate_trees, examples, tree_of
from huiying.engine.post import Post
from huiying.engine.spread import FEATURES

NOTICE = "因机房网络设备故障，不见面开标系统无法访问，正在抢修，时间另行通知"
BEGUN = 1_300_000_000


def tree(*nodes: list[str], **more: Any) -> dict[str, Any]:
    return {"root": "R", "root_time": BEGUN, "root_text": NOTICE, "nodes": list(nodes)} | more


def written(folder: Path, *rows: Any) -> Path:
    path = folder / "rows.jsonl"
    path.write_text(
        "\n".join(row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows), "utf-8"
    )
    return path


def at(minutes: int) -> str:
    return f"{datetime.fromtimestamp(BEGUN, UTC) + timedelta(hours=8, minutes=minutes):%Y-%m-%d %H:%M:%S}"


# --- trees ---

CHAIN = tree(["c", "b", "h3", at(30), "真的吗"], ["b", "", "h2", at(20), "哎呀"], ["a", "", "h1", at(10), ""])


def test_reposts_without_ids_are_laid_to_the_root_and_never_worse_than_always_the_root(tmp_path: Path):
    found = evaluate(written(tmp_path, CHAIN))
    assert (found["n"], found["trees"]) == (3, 1)
    assert found["parent_accuracy"] == pytest.approx(2 / 3)
    assert found["root_always"] == pytest.approx(2 / 3)
    assert found["over_root_always"] >= 0
    assert found["deep_share"] == pytest.approx(1 / 3)


def test_the_path_of_a_deep_repost_is_half_right_when_only_its_root_is_known(tmp_path: Path):
    """Found {root}, true {b, root}: 2·1/(1+2); the other two are wholly right."""
    assert evaluate(written(tmp_path, CHAIN))["ancestor_path_f1"] == pytest.approx((1 + 1 + 2 / 3) / 3)


def test_the_source_of_every_repost_is_the_first_post_that_is_no_repost(tmp_path: Path):
    assert evaluate(written(tmp_path, CHAIN, CHAIN))["source_accuracy"] == 1.0


def test_the_order_of_the_file_is_newest_first_and_ids_are_hidden():
    found = tree_of(CHAIN, Path("f"), 1)
    assert [post.text for post in found.posts] == [NOTICE, "", "哎呀", "真的吗"]
    assert found.parents == (-1, 0, 0, 2)
    assert all(post.parent_id is None and post.root_id is None for post in found.posts)
    assert [post.native_id for post in found.posts] == ["0", "1", "2", "3"]


def test_a_time_without_its_year_is_read_by_the_roots_year():
    late = tree(["b", "", "h", "01月02日 03:04", "x"])
    begun = datetime.fromtimestamp(BEGUN, UTC)  # March 2011
    (_root, post) = tree_of(late, Path("f"), 1).posts
    assert post.published_at is not None
    assert post.published_at.year == begun.year + 1
    assert tree_of(tree(["b", "", "h", "昨天", "x"]), Path("f"), 1).posts[1].published_at == begun


def test_a_parent_that_is_not_in_the_file_is_the_root():
    assert tree_of(tree(["b", "gone", "h", at(1), "x"]), Path("f"), 1).parents == (-1, 0)


def test_a_file_with_four_columns_is_read_too():
    assert tree_of(tree(["b", "", at(1), "x"]), Path("f"), 1).parents == (-1, 0)


def test_what_the_confidence_is_fitted_on_has_a_label_and_all_features():
    rows = list(examples(tree_of(CHAIN, Path("f"), 1)))
    assert [label for _features, label in rows] == [True, True, False]
    assert all(len(values) == len(FEATURES) for values, _label in rows)


@given(st.lists(st.integers(0, 8), min_size=1, max_size=9))
def test_whatever_the_tree_the_figures_are_shares(drawn: list[int]):
    """Each post's parent is some post before it."""
    above = tuple(parent % place for place, parent in enumerate(drawn, 1))
    begun = datetime(2026, 1, 1, tzinfo=UTC)
    posts = [Post(native_id="0", text=NOTICE, published_at=begun)]
    posts += [
        Post(native_id=f"{n}", text=f"说{n}", kind="repost", published_at=begun + timedelta(minutes=n))
        for n in range(1, len(above) + 1)
    ]
    found = evaluate_trees([Tree(tuple(posts), (-1, *above))])
    assert all(0.0 <= value <= 1.0 for name, value in found.items() if name not in ("n", "trees"))
    assert found["parent_accuracy"] >= found["root_always"]


# --- calibration ---


def test_the_calibration_error_is_the_mean_gap_of_the_bins_by_hand():
    rows = [(True, 0.85), (False, 0.85), (True, 0.35), (False, 0.35)]
    assert calibration_error(rows) == pytest.approx((2 * 0.35 + 2 * 0.15) / 4)


def test_confidences_that_are_right_have_no_calibration_error():
    assert calibration_error([(True, 1.0), (True, 1.0)]) == 0.0
    assert calibration_error([]) == 0.0


# --- posts ---


def post(native_id: str, text: str, parent: str | None = None, **more: Any) -> dict[str, Any]:
    return {"id": native_id, "text": text, "platform": "微博客", "parent_id": parent} | more


STORM = [
    post("1", NOTICE, title="系统故障公告"),
    post("2", f"顺延就好//@交易中心官方号:{NOTICE}", "1"),
    post("3", "我也登不上去，等了半个小时", "1"),
    post("4", f"晚上才看到//@甲:顺延就好//@交易中心官方号:{NOTICE}", "2"),
]


def test_a_chain_is_checked_against_the_sources_own_word_with_ids_hidden(tmp_path: Path):
    found = evaluate(written(tmp_path, *STORM))
    assert (found["n"], found["with_parent"], found["explicit_n"]) == (4, 3, 2)
    assert found["explicit_accuracy"] == 1.0
    assert found["explicit_edge_precision"] == 1.0
    assert found["source_accuracy"] == 1.0
    assert found["parent_accuracy"] == pytest.approx(2 / 3), "the comment has no cue without its id"


def test_with_ids_every_parent_is_the_named_one(tmp_path: Path):
    assert evaluate(written(tmp_path, *STORM))["named_accuracy"] == 1.0


def test_a_wrong_chain_is_counted_as_wrong(tmp_path: Path):
    wrong = [*STORM[:2], post("9", f"不对//@交易中心官方号:{NOTICE}", "2")]
    assert evaluate(written(tmp_path, *wrong))["explicit_accuracy"] == pytest.approx(0.5)


# --- errors for people ---


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], "是空的"),
        ([{"text": "x", "id": "1"}], "没有 parent_id"),
        (["{"], "第 1 行：应为一个 JSON 对象"),
        ([CHAIN, "[]"], "第 2 行：应为一个 JSON 对象"),
        ([tree() | {"root_time": "昨天"}], "root_time（秒）"),
        ([tree(["b"])], "nodes"),
        ([tree()], "没有一条转发可供核对"),
        ([{"id": "1", "text": "", "parent_id": "2"}], "text"),
    ],
)
def test_a_file_that_cannot_be_scored_says_what_was_expected(tmp_path: Path, rows: list[Any], expected: str):
    with pytest.raises(UsageError, match=expected):
        evaluate(written(tmp_path, *rows))


def test_the_command_prints_the_figures_and_exits_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["eval", "spread", str(written(tmp_path, CHAIN)), "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["n"] == 3
    assert "root_always" in figures
    assert main(["eval", "spread", str(written(tmp_path, "{"))]) == 2
