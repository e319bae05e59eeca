"""`eval screen`: what is counted over which rows, so that a figure means what it says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from huiying.engine.evaluation import UsageError
from huiying.engine.evaluation.screen import evaluate, figures, screened
from huiying.engine.post import parse_post

HIT = {"text": "鞍山评标又见围标串标，三家标书一模一样", "region": "鞍山"}
OUT = {"text": "今天在公园里看花，天气真好", "region": "鞍山"}


def written(tmp_path: Path, *rows: dict) -> Path:
    path = tmp_path / "labelled.jsonl"
    lines = [json.dumps({"id": str(number), **row}, ensure_ascii=False) for number, row in enumerate(rows)]
    path.write_text("\n".join(lines), "utf-8")
    return path


def test_recall_precision_and_shares_are_counted_over_the_right_rows(tmp_path):
    told = evaluate(
        written(
            tmp_path,
            HIT | {"relevant": True},
            HIT | {"relevant": False},
            OUT | {"relevant": True},
            OUT | {"relevant": False},
        )
    )
    assert (told["n"], told["n_relevant"]) == (4, 2)
    assert (told["precision"], told["recall"], told["recall_with_suspect"]) == (0.5, 0.5, 0.5)
    assert told["suspect_share"] == 0


def test_the_lead_is_strict_and_lenient_over_posts_that_reached_a_person(tmp_path):
    right = HIT | {"relevant": True, "lead": "JDC"}
    near = HIT | {"relevant": True, "lead": "GCC", "acceptable_leads": ["GCC", "JDC"]}
    wrong = HIT | {"relevant": True, "lead": "Z-CW"}
    never = OUT | {"relevant": True, "lead": "Z-ZH"}
    told = evaluate(written(tmp_path, right, near, wrong, never))
    assert told["lead_strict"] == pytest.approx(1 / 3, abs=1e-4)
    assert told["lead_lenient"] == pytest.approx(2 / 3, abs=1e-4)


def test_levels_count_exactly_and_within_one(tmp_path, screener):
    level = screener.screen(parse_post({"id": "1", **HIT})).level
    assert level == "一般"
    rows = [HIT | {"relevant": True, "level": name} for name in ("一般", "较大", "特别重大")]
    told = evaluate(written(tmp_path, *rows))
    assert told["level_accuracy"] == pytest.approx(1 / 3, abs=1e-4)
    assert told["level_within_one"] == pytest.approx(2 / 3, abs=1e-4)


def test_figures_are_told_by_channel_concern_and_writing(tmp_path):
    rows = [
        HIT | {"relevant": True, "platform": "微博客", "kind": "投诉", "note": "混淆写法"},
        OUT | {"relevant": True, "platform": "论坛", "kind": "疑虑", "note": ""},
        OUT | {"relevant": False, "platform": "论坛", "kind": "无关", "note": "形似"},
    ]
    told = evaluate(written(tmp_path, *rows))
    assert (told["recall@channel=微博客"], told["recall@channel=论坛"]) == (1.0, 0.0)
    assert (told["recall@concern=投诉"], told["recall@writing=混淆写法"]) == (1.0, 1.0)
    assert told["n@channel=论坛"] == 1, "cells count what concerns the bureau only"
    assert "recall@concern=无关" not in told


def test_what_no_row_is_labelled_for_is_left_out_and_not_nought(tmp_path):
    told = evaluate(written(tmp_path, OUT | {"relevant": False}))
    assert "recall" not in told
    assert "precision" not in told
    assert "lead_strict" not in told
    assert told["suspect_share"] == 0


def test_a_kind_that_begins_with_irrelevant_is_a_label(tmp_path):
    assert evaluate(written(tmp_path, OUT | {"kind": "无关·形似"}))["n"] == 1


def test_a_file_without_labels_is_refused_with_what_was_expected(tmp_path):
    with pytest.raises(UsageError, match="relevant"):
        evaluate(written(tmp_path, HIT, OUT))


def test_unreadable_lines_are_passed_over(tmp_path, screener):
    path = written(tmp_path, HIT | {"relevant": True})
    path.write_text(path.read_text("utf-8") + '\n{"relevant": true}\nnonsense\n', "utf-8")
    assert len(screened(path, screener)) == 1
    assert figures(screened(path, screener))["recall"] == 1.0
