"""`screen` and `cluster` on a file: a row a post, in input order, with exactly the promised keys."""

from __future__ import annotations

import json

import pytest

from huiying.engine.commands import CLUSTER_KEYS, cluster_file, screen_file
from huiying.engine.lines import FileUnreadable

ROWS = [
    {"id": "A", "text": "交易中心换了银行以后，五月投标的保证金到现在没退，财务让等银行", "region": "鞍山"},
    {"id": "B", "text": "鞍山开标系统崩了登录不上"},
    {"id": "C", "text": "我也是", "parent_id": "A"},
    {"id": "D", "text": "转：交易中心换了银行以后，五月投标的保证金到现在没退，财务让等银行", "region": "鞍山"},
]


@pytest.fixture
def posts(tmp_path):
    path = tmp_path / "posts.jsonl"
    lines = [json.dumps(row, ensure_ascii=False) for row in ROWS]
    path.write_text("\n".join([*lines[:2], "{broken", '{"id": "E"}', *lines[2:]]), "utf-8")
    return path


def test_screen_gives_a_row_a_post_in_input_order(posts):
    rejected: list[dict[str, object]] = []
    rows = list(screen_file(posts, rejected=rejected))
    assert [row["id"] for row in rows] == ["A", "B", "C", "D"]
    assert [row["band"] for row in rows] == ["hit", "hit", "out", "hit"]
    assert [row["line"] for row in rejected] == [3, 4]
    assert all(set(row) == {"file", "line", "reason"} for row in rejected)


def test_screen_takes_another_bureaus_rules(posts):
    assert {row["band"] for row in screen_file(posts, "sixian")} <= {"out", "suspect"}


def test_cluster_gives_exactly_the_promised_keys(posts):
    rows = cluster_file(posts)
    assert [row["id"] for row in rows] == ["A", "B", "C", "D"]
    assert all(tuple(row) == CLUSTER_KEYS for row in rows)
    assert rows[2]["event"] == rows[0]["event"]
    assert rows[3]["duplicate_of"] == "A"
    assert rows[1]["event"] != rows[0]["event"]


def test_cluster_can_do_without_parents(posts):
    rows = cluster_file(posts, ignore_parents=True)
    assert rows[2]["parent"] is None
    assert rows[2]["event"] != rows[0]["event"]


def test_a_row_twice_in_the_file_gets_the_same_answer_twice(tmp_path):
    path = tmp_path / "twice.jsonl"
    path.write_text("\n".join(json.dumps(ROWS[0]) for _ in range(2)), "utf-8")
    first, second = cluster_file(path)
    assert first == second


def test_a_missing_file_is_said_in_words(tmp_path):
    with pytest.raises(FileUnreadable):
        list(screen_file(tmp_path / "none.jsonl"))
