"""`huiying eval KIND FILE`: figures of small files, each worked out by hand (§ quality of events, copies, spread …)."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from lines_of import write

Command = Callable[..., Any]

DEPOSIT = "交易中心换了银行以后，五月投标的保证金到现在没退，财务让等银行，银行让等财务，来回跑了三趟"
LIKE_DEPOSIT = "保证金到现在没退，问财务说等银行，问银行说等财务，交易中心换了银行"
OUTAGE = "不见面开标系统突然登不上了，九点半的标解不了密，直播间也卡死，代理说让等，现场一百多人"
SCANNER = "某医院核磁设备采购中标价太贵，比市场高三成，要求公开评标过程，差价去哪了说清楚"


def figures(huiying: Command, kind: str, path: Path, *more: object) -> dict[str, Any]:
    result = huiying("eval", kind, path, *more, "--json")
    assert result.code == 0, result.err
    assert isinstance(result.data, dict)
    return result.data


# --- events ---

# The stream puts three of these together and leaves one alone; the labels say two and two.
GROUPED = [(DEPOSIT, "一"), (f"{DEPOSIT}！", "一"), (f"转：{DEPOSIT}", "二"), (OUTAGE, "二")]
INFORMATION = (2 * math.log(4 / 3) + math.log(2 / 3) + math.log(2)) / 4
ENTROPY_FOUND = -(3 * math.log(3 / 4) + math.log(1 / 4)) / 4


@pytest.mark.parametrize("label", ["event", "event_id", "silver_event", "clusterNo"])
def test_events_against_labels_under_each_of_their_names(huiying: Command, tmp_path: Path, label: str) -> None:
    """C5.10. A row without a label is heard and not counted."""
    rows: list[dict[str, Any]] = [{"text": text, label: name} for text, name in GROUPED]
    rows.insert(2, {"text": SCANNER})
    found = figures(huiying, "events", write(tmp_path / "e.jsonl", rows))
    assert (found["n"], found["rows"], found["events_true"], found["events_found"]) == (4, 5, 2, 2)
    assert found["b3_p"] == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1) / 4)
    assert found["b3_r"] == pytest.approx((1 + 1 + 1 / 2 + 1 / 2) / 4)
    assert found["b3_f1"] == pytest.approx(2 * (2 / 3) * (3 / 4) / (2 / 3 + 3 / 4))
    assert found["pair_p"] == pytest.approx(1 / 3)
    assert found["pair_r"] == pytest.approx(1 / 2)
    assert found["ari"] == pytest.approx(0)
    assert found["nmi"] == pytest.approx(INFORMATION / math.sqrt(math.log(2) * ENTROPY_FOUND))
    assert found["v_measure"] == pytest.approx(2 * INFORMATION / (math.log(2) + ENTROPY_FOUND))
    assert found["best_match_macro"] == pytest.approx((4 / 5 + 2 / 3) / 2)
    assert found["frozen_b3_f1"] == found["b3_f1"], "nothing was merged later"


def test_baselines_stand_beside_the_figures_of_events(huiying: Command, tmp_path: Path) -> None:
    rows = [{"text": text, "event": name} for text, name in GROUPED]
    found = figures(huiying, "events", write(tmp_path / "e.jsonl", rows))
    assert found["singletons_b3_f1"] == pytest.approx(2 / 3)  # pure, each event half found
    assert found["one_event_b3_f1"] == pytest.approx(2 / 3)  # whole, half of it right
    assert found["singletons_nmi"] == pytest.approx(1 / math.sqrt(2))
    assert found["one_event_nmi"] == 0
    assert found["singletons_ari"] == found["one_event_ari"] == 0
    assert found["first_story_b3_f1"] == pytest.approx(found["b3_f1"]), "copies are each other's nearest"


def test_events_are_read_from_titles_and_bodies_under_each_of_their_names(huiying: Command, tmp_path: Path) -> None:
    rows = [
        {"text": DEPOSIT, "event": 1},
        {"textCleaned": f"{DEPOSIT}！", "event": 1},
        {"topic": "保证金", "detail": f"转：{DEPOSIT}", "event": 1},
        {"title": f"{DEPOSIT}。", "event": 1},
        {"topic": OUTAGE, "published_at": "去年", "event": 2},
    ]
    found = figures(huiying, "events", write(tmp_path / "e.jsonl", rows))
    assert (found["n"], found["nmi"], found["b3_f1"]) == (5, 1.0, 1.0)


def test_ids_of_parents_give_no_answer_away(huiying: Command, tmp_path: Path) -> None:
    """What is measured is what the texts give: a source's own threads are the labels of such files."""
    rows = [{"id": "a", "text": DEPOSIT, "event": 1}, {"id": "b", "text": OUTAGE, "parent_id": "a", "event": 1}]
    found = figures(huiying, "events", write(tmp_path / "e.jsonl", rows))
    assert found["events_found"] == 2


def test_pairs_are_scored_at_the_shipped_threshold(huiying: Command, tmp_path: Path) -> None:
    """Said: yes, no, yes, no. True: yes, no, no, yes. The two that are the same pair tie in the ranking."""
    rows = [
        {"source": DEPOSIT, "target": DEPOSIT, "label": 1},
        {"source": DEPOSIT, "target": OUTAGE, "label": "0"},
        {"source": DEPOSIT, "target": LIKE_DEPOSIT, "label": 0},
        {"source": OUTAGE, "target": DEPOSIT, "label": "1"},
    ]
    found = figures(huiying, "events", write(tmp_path / "p.jsonl", rows))
    assert (found["n"], found["positive"]) == (4, 2)
    assert (found["precision"], found["recall"], found["f1"]) == (0.5, 0.5, 0.5)
    assert found["auc"] == pytest.approx((1 + 1 + 0 + 0.5) / 4)
    assert found["always_f1"] == pytest.approx(2 / 3)


# --- duplicates ---


def test_links_of_copies_against_groups(huiying: Command, tmp_path: Path) -> None:
    """Found: three copies together, the rest alone. True: the first two, and the last two (C5.16)."""
    rows = [
        {"text": DEPOSIT, "duplicate_group": "a"},
        {"text": f"转：{DEPOSIT}", "duplicate_group": "a"},
        {"text": f"{DEPOSIT}！！"},
        {"text": OUTAGE, "duplicate_group": "b"},
        {"text": SCANNER, "duplicate_group": "b"},
    ]
    found = figures(huiying, "duplicates", write(tmp_path / "d.jsonl", rows))
    assert found["n"] == 5
    assert found["precision"] == pytest.approx(1 / 3)
    assert found["recall"] == pytest.approx(1 / 2)
    assert found["f1"] == pytest.approx(2 * (1 / 3) * (1 / 2) / (1 / 3 + 1 / 2))
    precision, recall = (2 / 3 + 2 / 3 + 1 / 3 + 1 + 1) / 5, (1 + 1 + 1 + 1 / 2 + 1 / 2) / 5
    assert found["b3_f1"] == pytest.approx(2 * precision * recall / (precision + recall))


def test_without_groups_edited_copies_must_be_found_again(huiying: Command, tmp_path: Path) -> None:
    rows = [{"text": text} for text in (DEPOSIT, OUTAGE, SCANNER, f"转：{DEPOSIT}", "太短了不问")]
    found = figures(huiying, "duplicates", write(tmp_path / "d.jsonl", rows))
    assert (found["n"], found["rows"]) == (4, 5)
    assert found["linked_share"] == pytest.approx(1 / 5)
    for edit in ("prefix", "suffix", "truncated_60"):
        assert found[f"recall_{edit}"] == 1.0
    assert 0 <= found["recall_replaced_15"] <= found["recall_replaced_5"] <= 1


# --- spread ---


def test_parents_of_reposts_in_a_tree(huiying: Command, tmp_path: Path) -> None:
    """Two reposts of the root, one of a repost; without ids each is laid to the root."""
    begun = 1_300_000_000
    nodes = [
        [name, parent, "h", f"{dt.datetime.fromtimestamp(begun + 600 * at, dt.UTC):%Y-%m-%d %H:%M:%S}", text]
        for at, (name, parent, text) in enumerate([("a", "", "哎呀"), ("b", "", "转"), ("c", "b", "真的吗")], 60)
    ]
    tree = {"root": "R", "root_time": begun, "root_text": OUTAGE, "nodes": nodes}
    found = figures(huiying, "spread", write(tmp_path / "s.jsonl", [tree]))
    assert (found["n"], found["trees"]) == (3, 1)
    assert found["parent_accuracy"] == found["root_always"] == pytest.approx(2 / 3)
    assert found["deep_share"] == pytest.approx(1 / 3)
    assert found["ancestor_path_f1"] == pytest.approx((1 + 1 + 2 * 1 / (1 + 2)) / 3)
    assert found["source_accuracy"] == 1


# --- alarms ---


def test_alarms_of_a_plain_rate_are_worked_out_by_hand(huiying: Command, tmp_path: Path) -> None:
    """Forty cascades a day apart, every fourth large and quick: ten posts in ten minutes come with each tenth post."""
    rows, sizes, steps = [], [], []
    for day in range(40):
        size, step = (120 + day, 20 + day) if day % 4 == 0 else (14 + day % 9, 3_000 + 50 * day)
        begun = dt.datetime(2026, 3, 1, tzinfo=dt.UTC) + dt.timedelta(days=day)
        times = [f"{begun + dt.timedelta(seconds=step * at)}" for at in range(size)]
        events = [[f"{day}-{at}", f"{day}-0" if at else None, f"u{at}", time] for at, time in enumerate(times)]
        rows.append({"kind": "repost", "events": events})
        if day % 4 == 0:
            sizes.append(size)
            steps.append(step)
    found = figures(huiying, "alarms", write(tmp_path / "c.jsonl", rows))
    assert (found["n"], found["positive"], found["without_times"]) == (40, 10, 0)
    assert found["weeks"] == pytest.approx(39 / 7, abs=0.01)
    name = "baseline_10_in_10min"
    assert (found[f"{name}_precision"], found[f"{name}_recall"], found[f"{name}_false_per_week"]) == (1, 1, 0)
    assert found[f"{name}_median_share"] == pytest.approx(median(10 / size for size in sizes), abs=1e-4)
    assert found[f"{name}_early_recall"] == 1
    leads = [(size // 2 - 10) * step / 3_600 for size, step in zip(sizes, steps, strict=True)]
    assert found[f"{name}_lead_hours_median"] == pytest.approx(median(leads), abs=1e-3)
    # A hundred in three hours: the quick ones alone reach it, at the hundredth post, where they are quick enough.
    reached = [size for size, step in zip(sizes, steps, strict=True) if 99 * step <= 10_800]
    assert found["baseline_100_in_3h_recall"] == len(reached) / 10
    assert 0 <= found["precision"] <= 1
    assert 1 <= found["churn"] <= 2


# --- labels ---

TOPICS = {
    "供水": ("自来水停了", "水压太低", "水费算错", "水管漏水"),
    "道路": ("路灯不亮", "路面坑洼", "修路扰民", "井盖丢失"),
    "学校": ("学区划分", "老师补课", "食堂伙食", "校车太挤"),
}


def test_labels_of_an_unseen_file_are_scored(huiying: Command, tmp_path: Path) -> None:
    """Said 供水 道路 学校 供水, true 供水 道路 学校 道路."""
    taught = [
        {"text": f"{one}，{other}，第{at}号楼", "label": label}
        for label, words in TOPICS.items()
        for at, (one, other) in enumerate((one, other) for one in words for other in words if one != other)
    ]
    told = [("自来水停了，水管漏水", "供水"), ("路灯不亮，路面坑洼", "道路")]
    told += [("老师补课，食堂伙食", "学校"), ("水压太低，水费算错", "道路")]
    asked = [{"text": text, "label": label} for text, label in told]
    train = write(tmp_path / "train.jsonl", taught)
    found = figures(huiying, "labels", write(tmp_path / "test.jsonl", asked), "--train", train)
    assert (found["n"], found["classes"], found["trained_on"]) == (4, 3, 36)
    assert found["accuracy"] == 0.75
    assert (found["f1_供水"], found["f1_道路"], found["f1_学校"]) == (0.6667, 0.6667, 1.0)
    assert found["macro_f1"] == pytest.approx((2 / 3 + 2 / 3 + 1) / 3, abs=1e-4)
    assert found["baseline_accuracy"] == 0.5
    assert found["baseline_macro_f1"] == pytest.approx((2 / 3) / 3, abs=1e-4)


# --- screen ---


def test_screening_is_scored_over_the_right_rows(huiying: Command, tmp_path: Path) -> None:
    """Three hits of which two are ours; three are ours of which one is missed (C5.10)."""
    ours, not_ours = "鞍山评标又见围标串标，三家标书一模一样", "今天在公园里看花，天气真好"
    rows = [
        {"id": str(at), "text": text, "region": "鞍山", "relevant": relevant}
        for at, (text, relevant) in enumerate(
            [(ours, True), (f"{ours}！", True), (f"{ours}？", False), (not_ours, True), (f"{not_ours}！", False)]
        )
    ]
    found = figures(huiying, "screen", write(tmp_path / "s.jsonl", rows))
    assert (found["n"], found["n_relevant"], found["suspect_share"]) == (5, 3, 0)
    assert found["precision"] == found["recall"] == found["recall_with_suspect"] == pytest.approx(2 / 3, abs=1e-4)


# --- how it speaks ---


def test_without_json_a_figure_stands_on_each_line(huiying: Command, tmp_path: Path) -> None:
    path = write(tmp_path / "e.jsonl", [{"text": text, "event": name} for text, name in GROUPED])
    result = huiying("eval", "events", path)
    lines = dict(line.split("\t") for line in result.out.splitlines())
    assert result.code == 0
    assert (lines["n"], lines["b3_r"], lines["pair_p"]) == ("4", "0.7500", "0.3333")


NO_LABELS = {
    "events": ({"text": DEPOSIT}, "event、event_id、silver_event、clusterNo"),
    "spread": ({"id": "1", "text": DEPOSIT}, "parent_id"),
    "labels": ({"text": DEPOSIT}, "label"),
    "alarms": ({"text": DEPOSIT}, "events"),
    "screen": ({"id": "1", "text": DEPOSIT}, "relevant"),
}


@pytest.mark.parametrize("kind", NO_LABELS)
def test_a_file_without_labels_is_refused_with_what_was_expected(huiying: Command, tmp_path: Path, kind: str) -> None:
    row, said = NO_LABELS[kind]
    result = huiying("eval", kind, write(tmp_path / "x.jsonl", [row] * 30), "--json")
    assert (result.code, result.out) == (2, "")
    assert said in result.err


@pytest.mark.parametrize("kind", ["events", "duplicates"])
def test_an_empty_or_broken_labelled_file_is_refused_with_its_line(huiying: Command, tmp_path: Path, kind: str) -> None:
    assert "是空文件" in huiying("eval", kind, write(tmp_path / "x.jsonl", [])).err
    broken = huiying("eval", kind, write(tmp_path / "y.jsonl", [{"text": DEPOSIT, "event": 1}, "{half"]))
    assert broken.code == 2
    assert "第 2 行" in broken.err


def test_a_pair_without_its_label_is_named_by_line(huiying: Command, tmp_path: Path) -> None:
    rows = [{"source": "甲", "target": "乙", "label": 1}, {"source": "甲", "target": "乙", "label": "是"}]
    result = huiying("eval", "events", write(tmp_path / "p.jsonl", rows))
    assert result.code == 2
    assert "第 2 行" in result.err


@pytest.mark.parametrize("more", [(), ("--train", "none.jsonl")])
def test_a_missing_file_is_named(huiying: Command, tmp_path: Path, more: tuple[str, ...]) -> None:
    path = write(tmp_path / "x.jsonl", []) if more else tmp_path / "none.jsonl"
    result = huiying("eval", "labels", path, *more)
    assert result.code == 2
    assert "none.jsonl" in result.err
