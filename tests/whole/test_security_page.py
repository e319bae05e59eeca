"""docs/security.md names every control and chapter, and only tests that are there (issue 9, accepted 1)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
ROWS = {row.split("|")[1].strip(): row for row in PAGE.splitlines() if row.startswith("| ")}


@pytest.mark.parametrize("control", [*(f"S{n}" for n in range(1, 19)), *(f"V{n}" for n in range(1, 15))])
def test_every_control_has_a_row_with_tests(control: str) -> None:
    (row,) = (text for head, text in ROWS.items() if head.split(" ")[0] == control)
    assert NAMED.search(row), row


def test_every_test_that_the_page_names_is_there() -> None:
    named = NAMED.findall(PAGE)
    assert len(named) >= 60
    for file, function in named:
        path = ROOT / file
        assert path.is_file(), file
        text = path.read_text("utf-8")
        assert re.search(rf"def {function or 'test_'}", text), f"{file}::{function}"


def test_what_is_not_covered_is_said() -> None:
    honest = PAGE.partition("## Not covered")[2]
    assert "hot standby" in honest
    assert "SM4" in honest


def test_the_page_says_that_no_state_secret_belongs_here() -> None:
    assert "涉密不上网" in PAGE
