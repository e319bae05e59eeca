"""The bench of the rules: same answers before any figure, a peer that is not there is nothing to compare with."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from huiying.cli import benching

PEER = """
def load_frequency_words(path):
    text = open(path, encoding="utf-8").read()
    return [group.split("\\n") for group in text.split("\\n\\n")], [], []


def matches_word_groups(title, groups, filters, everywhere):
    return {answer}
"""


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The bench, small enough for a test: its shape is looked at here, never its speed."""
    import importlib.util

    spec = importlib.util.spec_from_file_location("bench_rules_small", benching.FOLDER / "rules.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name, value in (("SIZES", {40: (200, 1.0)}), ("POSTS", 20), ("ROUNDS", 1), ("GROUPS", 10), ("PEER_POSTS", 60)):
        monkeypatch.setattr(module, name, value)
    return module


def checkout(folder: Path, answer: str) -> Path:
    """A stand-in of our own for the peer's one file."""
    (folder / "trendradar" / "core").mkdir(parents=True)
    (folder / "trendradar" / "core" / "frequency.py").write_text(PEER.replace("{answer}", answer), "utf-8")
    return folder


def test_without_the_peer_there_is_nothing_to_compare(bench: ModuleType) -> None:
    rows = {row["name"]: row for row in bench.run({})}
    assert set(rows) == {"rules_40_rare", "rules_40_frequent", "rules_10_groups"}
    assert rows["rules_10_groups"]["met"] is None
    assert rows["rules_10_groups"]["ratio"] is None
    assert rows["rules_40_rare"]["met"] in (True, False)
    assert all(set(row) == {"name", "figure", "unit", "peer_or_floor", "ratio", "goal", "met"} for row in rows.values())


def test_a_peer_that_answers_the_same_is_compared(bench: ModuleType, tmp_path: Path) -> None:
    same = "any(word in title for group in groups for word in group)"
    row = list(bench.run({"trendradar": checkout(tmp_path, same)}))[-1]
    assert row["ratio"] > 0
    assert row["met"] in (True, False)


def test_a_peer_that_answers_otherwise_is_not(bench: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="different rules"):
        list(bench.run({"trendradar": checkout(tmp_path, "True")}))
    with pytest.raises(SystemExit, match="not there"):
        list(bench.run({"trendradar": tmp_path / "elsewhere"}))
