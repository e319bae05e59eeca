"""`huiying bench` says each row when it is measured, and one that cannot be measured does not end the others."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from huiying.cli import benching
from huiying.cli.main import main

ROW = "{'name': %r, 'figure': 1, 'unit': 's', 'peer_or_floor': None, 'ratio': None, 'goal': 1, 'met': True}"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("huiying.cli.benching.FOLDER", tmp_path)
    return tmp_path


def bench(folder: Path, name: str, body: str) -> None:
    (folder / f"{name}.py").write_text(f"import sys\n\ndef run():\n    {body}\n", "utf-8")


def test_a_row_is_said_before_the_next_one_is_measured(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bench(folder, "two", f"yield {ROW % 'first'}; said.append('measured'); yield {ROW % 'second'}")
    rows = benching.rows_of("two")
    assert next(rows)["name"] == "first"  # `said` is not there: the second was not begun
    assert main(["bench"]) == 0
    out = capsys.readouterr()
    assert "first: 1 s" in out.out
    assert "正在测 two（1/1）" in out.err


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("raise RuntimeError('no such thing')", "RuntimeError: no such thing"),
        ("sys.exit('bench: the site did not start')", "the site did not start"),
        ("import not_installed_here", "not_installed_here"),
    ],
)
def test_a_bench_that_breaks_off_says_why_and_the_others_go_on(folder: Path, huiying: Any, body: str, why: str) -> None:
    bench(folder, "a_broken", f"yield {ROW % 'before'}\n    {body}")
    bench(folder, "b_well", f"return [{ROW % 'well'}]")
    result = huiying("bench", "--json")
    assert result.code == 0
    assert [(row["name"], row["met"]) for row in result.data] == [("before", True), ("a_broken", None), ("well", True)]
    assert why in result.data[1]["why"]
    assert result.data[1]["figure"] is None
    assert why in result.err
    assert "Traceback" not in result.err
    assert "a_broken：没有测" in huiying("bench").out


def test_a_row_without_its_database_says_so(folder: Path, huiying: Any) -> None:
    bench(folder, "one", f"return [{ROW % 'search_postgresql'} | {{'figure': None, 'met': None}}]")
    assert "PostgreSQL" in huiying("bench", "--json").data[0]["why"]


def rows_of_large(monkeypatch: pytest.MonkeyPatch, *, installed: bool, answering: bool) -> Iterator[dict[str, Any]]:
    spec = importlib.util.spec_from_file_location("bench_large", benching.FOLDER / "large.py")
    assert spec is not None
    assert spec.loader is not None
    large = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(large)
    monkeypatch.setattr(large, "_answers", lambda _port: answering)
    monkeypatch.setattr(large.importlib.util, "find_spec", lambda _name: object() if installed else None)
    rows: Iterator[dict[str, Any]] = large.run()
    return rows


@pytest.mark.parametrize(("installed", "said"), [(False, "没有安装 celery、granian"), (True, "RabbitMQ")])
def test_large_mode_is_not_measured_where_a_part_of_it_is_missing(
    monkeypatch: pytest.MonkeyPatch, installed: bool, said: str
) -> None:
    """RabbitMQ may answer on a machine where nobody installed celery."""
    with monkeypatch.context() as patched:
        rows = list(rows_of_large(patched, installed=installed, answering=not installed))
    assert len(rows) == 5
    assert all(said in row["why"] and row["met"] is None for row in rows)
