"""C12.3, INV-12, scenario 8: an inspector with the file and a machine of their own comes to the same bytes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

BENCH = Path(__file__).resolve().parents[2] / "bench"
SEEDED = f"""
import sys
sys.path.insert(0, {str(BENCH)!r})
from huiying.cli.ready import ready
ready()
from assess import write_cases
write_cases(40)
"""


@pytest.mark.parametrize("law", ["anshan", "sixian"])
def test_another_home_gives_the_same_bytes_inv_12(process, tmp_path, law):
    """The second regulation runs the same, with weights of its own."""
    here, there, file = tmp_path / "here", tmp_path / "there", tmp_path / "ledger.jsonl"
    seeded = process(here, code=SEEDED, HUIYING_REGULATION=law)
    assert seeded.code == 0, seeded.err
    assert process(here, "export", "ledger", file).code == 0
    own = process(here, "assess", "--period", "2026Q3", "--json")
    other = process(there, "assess", "--period", "2026Q3", "--ledger", file, "--json")
    assert (own.code, other.code) == (0, 0), own.err + other.err
    assert other.out == own.out
    assert own.data["cases"] == 40
    assert 0 < own.data["late"] < own.data["cases"]
    scores = own.data["assessment"]["scores"]
    assert scores
    assert all(0 <= score <= 100 for score in scores.values())
    assert ("on_time_share" in own.data["assessment"]["weights"]) is True
    assert own.data["assessment"]["weights"]["on_time_share"] == {"anshan": 30, "sixian": 60}[law]


def test_the_other_machine_needs_no_database_of_its_own_inv_12(process, tmp_path):
    here, there, file = tmp_path / "here", tmp_path / "there", tmp_path / "ledger.jsonl"
    assert process(here, "export", "ledger", file).code == 0
    assert process(there, "assess", "--period", "2026Q3", "--ledger", file, "--json").code == 0
    assert not (there / "huiying.sqlite3").exists()


def test_a_quarter_without_cases_is_zeros_and_exits_0(process, tmp_path):
    result = process(tmp_path, "assess", "--period", "2026Q3", "--json")
    assert result.code == 0
    assert (result.data["cases"], result.data["assessment"]["scores"]) == (0, {})
    assert result.data["assessment"]["weights"]


def test_one_altered_letter_in_the_file_gives_no_figure_at_all_inv_8(process, tmp_path):
    file = tmp_path / "ledger.jsonl"
    assert process(tmp_path, "export", "ledger", file).code == 0
    lines = file.read_text(encoding="utf-8").splitlines()
    row = next(index for index, line in enumerate(lines) if json.loads(line)["type"] == "entry")
    told = json.loads(lines[row])
    lines[row] = json.dumps(told | {"payload": told["payload"].replace("鞍山", "唐山")}, ensure_ascii=False)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    result = process(tmp_path, "assess", "--period", "2026Q3", "--ledger", file, "--json")
    assert (result.code, result.out) == (2, "")
    assert "验证不通过" in result.err


def test_the_score_is_said_to_people_too(process, tmp_path):
    assert process(tmp_path, code=SEEDED).code == 0
    said = process(tmp_path, "assess", "--period", "2026Q3").out
    assert "考核得分（C12.3）工程建设交易管理处：" in said
