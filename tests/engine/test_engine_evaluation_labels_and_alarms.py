"""`huiying eval labels` and `eval alarms`: the figures, and what they say of files they cannot score."""

from __future__ import annotations

import datetime as dt
import json
import random
from pathlib import Path

import pytest

from huiying.engine.evaluation import UsageError, alarms, labels

TOPICS = {
    "供水": ["自来水停了", "水压太低", "水费算错", "水管漏水"],
    "道路": ["路灯不亮", "路面坑洼", "修路扰民", "井盖丢失"],
    "学校": ["学区划分", "老师补课", "食堂伙食", "校车太挤"],
}


def written(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    return path


def messages(count: int, seed: int = 1) -> list[dict[str, object]]:
    draw = random.Random(seed)
    rows: list[dict[str, object]] = []
    for number in range(count):
        label = draw.choice(list(TOPICS))
        about = label if draw.random() < 0.9 else draw.choice(list(TOPICS))
        text = "，".join(draw.sample(TOPICS[about], 2)) + "".join(draw.choices("东南西北中前后左右上下", k=8))
        rows.append({"topic": f"第{number}件", "detail": text, "label": label})
    return rows


def test_cross_validated_figures_beat_the_majority_and_are_the_same_twice(tmp_path: Path):
    file = written(tmp_path / "m.jsonl", messages(150))
    found = labels.evaluate(file)
    assert found["n"] == 150
    assert found["classes"] == 3
    assert 0.8 < found["macro_f1"] <= 1
    assert found["macro_f1"] > found["baseline_macro_f1"] + 0.4
    assert found["accuracy_70"] >= found["accuracy"] - 0.02
    assert "learning_50" in found
    assert "learning_1000" not in found, "there are not a thousand corrections to draw"
    assert found == labels.evaluate(file)


def test_with_a_training_file_an_unseen_file_is_scored(tmp_path: Path):
    taught = written(tmp_path / "train.jsonl", messages(150))
    asked = written(tmp_path / "test.jsonl", messages(40, seed=2))
    found = labels.evaluate(asked, train=taught)
    assert (found["n"], found["trained_on"]) == (40, 150)
    assert found["macro_f1"] > 0.7


def test_a_label_that_training_never_saw_counts_as_missed(tmp_path: Path):
    taught = written(tmp_path / "train.jsonl", messages(90))
    rows = messages(30, seed=2) + [{"text": "蚊虫太多", "label": "环境"}] * 10
    found = labels.evaluate(written(tmp_path / "test.jsonl", rows), train=taught)
    assert found["accuracy"] <= 0.75


def test_shuffled_labels_are_not_learned(tmp_path: Path):
    rows = messages(150)
    draw = random.Random(4)
    names = [row["label"] for row in rows]
    draw.shuffle(names)
    found = labels.evaluate(
        written(tmp_path / "m.jsonl", [row | {"label": n} for row, n in zip(rows, names, strict=True)])
    )
    assert found["accuracy"] < 0.55


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "一行也没有"),
        ([{"text": "没有标注"}], "缺少 label"),
        ([{"label": "供水"}], "没有文字"),
        ([{"text": f"话{n}", "label": "供水"} for n in range(9)], "至少要 2 种"),
    ],
)
def test_a_file_without_labels_is_refused_with_line_and_field(tmp_path: Path, rows: list[dict[str, object]], said: str):
    with pytest.raises(UsageError, match=said):
        labels.evaluate(written(tmp_path / "m.jsonl", rows))


def cascade(size: int, seconds: float, number: int, kind: str = "repost") -> dict[str, object]:
    start = dt.datetime(2026, 3, 1, tzinfo=dt.UTC) + dt.timedelta(days=number)
    events = [
        [f"{number}-{n}", None if n == 0 else f"{number}-0", f"u{n}", f"{start + dt.timedelta(seconds=n * seconds)}"]
        for n in range(size)
    ]
    return {"kind": kind, "events": events}


def cascades(count: int) -> list[dict[str, object]]:
    """Every fourth is large and quick, the others small and slow."""
    return [cascade(120 + n, 20 + n, n) if n % 4 == 0 else cascade(14 + n % 9, 3_000 + 50 * n, n) for n in range(count)]


def test_quick_large_cascades_are_called_early_and_slow_small_ones_are_not(tmp_path: Path):
    found = alarms.evaluate(written(tmp_path / "c.jsonl", cascades(40)))
    assert (found["n"], found["positive"]) == (40, 10)
    assert found["precision"] >= 0.9
    assert found["recall"] >= 0.9
    assert found["median_share"] < 0.3
    assert found["lead_hours_median"] > 0
    assert 1 <= found["churn"] <= 2
    assert found["baseline_10_in_10min_recall"] == 1.0


def test_positive_is_the_top_quartile_within_its_kind():
    rows = [cascade(n, 10, n) for n in range(10, 50)] + [cascade(n, 10, n, "topic") for n in range(100, 140)]
    read = [alarms._cascade(str(row["kind"]), row["events"]) for row in rows]  # type: ignore[arg-type]
    grew = alarms.positives(read)
    assert sum(grew[:40]) == 10
    assert sum(grew[40:]) == 10


def test_posts_without_a_time_count_for_the_size_but_are_not_heard():
    row = cascade(10, 60, 1)
    row["events"][5][3] = ""  # type: ignore[index]
    read = alarms._cascade("repost", row["events"])  # type: ignore[arg-type]
    assert (read.size, len(read.heard)) == (10, 9)


def test_another_files_cascades_can_teach(tmp_path: Path):
    taught = written(tmp_path / "train.jsonl", cascades(40))
    found = alarms.evaluate(written(tmp_path / "test.jsonl", cascades(24)), train=taught)
    assert found["n"] == 24
    assert found["recall"] >= 0.8


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"kind": "repost"}] * 30, "第 1 行：缺少 events"),
        ([{"events": [["a", None, "u"]]}] * 30, "第 1 行：events 应为"),
        (cascades(8), "至少要 20 条"),
    ],
)
def test_a_file_without_cascades_is_refused(tmp_path: Path, rows: list[dict[str, object]], said: str):
    with pytest.raises(UsageError, match=said):
        alarms.evaluate(written(tmp_path / "c.jsonl", rows))
