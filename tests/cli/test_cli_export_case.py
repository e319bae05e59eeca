"""`huiying export case NUMBER DIR`, and what `huiying check` says of work that is late (INV-8, habit 11)."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path

import pytest

from cast import Cast
from huiying.kernel.clock import FrozenClock
from huiying.responding.evidence import path_of
from huiying.responding.models import Evidence
from stories import answered, routed

from .conftest import Command


def test_a_case_becomes_a_folder_that_its_own_program_accepts(stored: Command, home: Path, cast: Cast) -> None:
    case = answered(cast)
    result = stored("export", "case", case.number, home / "out")
    assert (result.code, result.err) == (0, "")
    assert case.number in result.out
    done = subprocess.run(
        [sys.executable, "-I", str(home / "out" / "verify.py")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    seal = done.stdout.split()[-1]
    assert seal in result.out


def test_with_json_standard_output_is_the_result_alone(stored: Command, home: Path, cast: Cast) -> None:
    case = answered(cast)
    data = stored("export", "case", case.number, home / "out", "--json").data
    assert set(data) == {"case", "folder", "files", "entries", "seal", "missing"}
    assert (data["case"], data["folder"], data["missing"]) == (case.number, str(home / "out"), [])
    assert data["files"] == sum(path.is_file() for path in (home / "out").rglob("*")) - 1
    assert len(data["seal"]) == 64


@pytest.mark.django_db
def test_an_unknown_number_exits_2_in_one_sentence(stored: Command, home: Path) -> None:
    result = stored("export", "case", "20990101-01", home / "out", "--json")
    assert (result.code, result.out) == (2, "")
    assert "20990101-01" in result.err
    assert result.err.count("\n") == 1
    assert not (home / "out").exists()


def test_a_folder_that_is_not_empty_exits_2_and_stays_as_it_was(stored: Command, home: Path, cast: Cast) -> None:
    case = answered(cast)
    assert stored("export", "case", case.number, home / "out").code == 0
    before = sorted(path.name for path in (home / "out").iterdir())
    result = stored("export", "case", case.number, home / "out")
    assert (result.code, result.out) == (2, "")
    assert "不是空的" in result.err
    assert sorted(path.name for path in (home / "out").iterdir()) == before


def test_an_original_that_is_gone_exits_1_and_is_named(stored: Command, home: Path, cast: Cast) -> None:
    case = answered(cast)
    evidence = Evidence.objects.filter(case=case).first()
    assert evidence is not None
    path_of(evidence.sha256).unlink()
    result = stored("export", "case", case.number, home / "out", "--json")
    assert result.code == 1
    assert result.data["missing"] == [f"evidence/{evidence.sha256}"]
    assert evidence.sha256 in result.err


@pytest.mark.parametrize("words", [[], ["1"], ["1", "2", "3"]])
def test_a_number_and_one_folder_are_wanted(huiying: Command, words: list[str]) -> None:
    result = huiying("export", "case", *words)
    assert (result.code, result.out) == (2, "")


def test_check_names_what_is_late_on_a_case_and_exits_1(stored: Command, cast: Cast, frozen: FrozenClock) -> None:
    case = routed(cast)
    frozen.advance(dt.timedelta(hours=50))
    result = stored("check", "--json")
    assert result.code == 1
    codes = {row["code"] for row in result.data["findings"] if case.number in row["sentence"]}
    assert codes >= {"deadline.overdue", "slip.unaccepted", "late_clock"}


def test_check_says_the_same_to_people(stored: Command, cast: Cast, frozen: FrozenClock) -> None:
    case = routed(cast)
    frozen.advance(dt.timedelta(hours=50))
    result = stored("check")
    assert result.code == 1
    assert f"案件 {case.number} 的“公开回应”已超期 2 小时，至今没有完成" in result.err


def test_the_figures_of_casework_stand_in_the_assessment(stored: Command, cast: Cast) -> None:
    routed(cast)
    data = stored("assess", "--period", "2026-09", "--json").data
    assert (data["cases"], data["first_route_accuracy"], data["cases_without_one_lead"]) == (1, 1.0, 0)
    assert (data["liaison_required"], data["meetings_required"]) == (1, 0)
    assert "首次转办准确率（C7.1）：1.0" in stored("assess", "--period", "2026-09").out
