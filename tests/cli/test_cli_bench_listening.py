"""The benches of listening: they run as they stand, in a home of their own; their speed is nobody's matter here."""

from __future__ import annotations

import importlib.util
import threading
from pathlib import Path
from types import ModuleType

import httpx
import pytest

from huiying.cli import benching

KEYS = {"name", "figure", "unit", "peer_or_floor", "ratio", "goal", "met"}


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"bench_{name}_small", benching.FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def home_untouched(home: Path) -> Path:
    """The bureau's own home: no bench may leave anything in it."""
    return home


def test_the_collector_is_measured_beside_its_floor(home_untouched: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both rounds, the loop's, and the bare fetches of the same run."""
    monkeypatch.setenv("HUIYING_BENCH_SOURCES", "20")
    measured = benching.run("collecting")
    if any("why" in row for row in measured):  # it gives up, and says so, where the machine stands still for long
        measured = benching.run("collecting")
    assert [row["why"] for row in measured if "why" in row] == []
    rows = {row["name"]: row for row in measured}
    names = ("first", "first_cpu", "again", "again_cpu", "loop")
    assert list(rows) == [f"collecting_{name}_20" for name in names]
    assert all(set(row) == KEYS for row in rows.values())
    assert all(row["figure"] > 0 and row["peer_or_floor"] > 0 and row["ratio"] > 0 for row in rows.values())
    assert {row["unit"] for row in rows.values()} == {"fetches/s", "fetches/CPU-s"}
    assert list(home_untouched.iterdir()) == []


def test_the_benchs_web_answers_as_it_says_and_ends_with_its_pipe() -> None:
    """Six in ten know an unchanged feed, three send the same body again, one has a new item each time."""
    bench = load("collecting")
    with bench.serving() as port:
        at = f"http://127.0.0.1:{port}"
        first = httpx.get(f"{at}/f3")
        assert (first.status_code, first.content) == (200, bench.feed(3, 0))
        again = httpx.get(f"{at}/f3", headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert httpx.get(f"{at}/f7").content == httpx.get(f"{at}/f7").content
        assert [httpx.get(f"{at}/f9").content for _ in range(2)] == [bench.feed(9, 0), bench.feed(9, 1)]
        assert "Allow" in httpx.get(f"{at}/robots.txt").text
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{at}/f3")


def test_the_floor_fetches_conditionally_and_from_threads() -> None:
    bench = load("collecting")
    with bench.serving() as port:
        plain = bench.Plain(port, 3)
        assert plain.round(["/robots.txt", "/f1", "/f7"]) == 3
        assert plain.round(["/f1", "/f7"]) == 2
    assert threading.active_count() < 20


def test_each_format_and_the_reception_are_measured(home_untouched: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Issue 6: rows a second of every format that people bring, and into the store; never into the bureau's own."""
    monkeypatch.setenv("HUIYING_BENCH_ROWS", "60")
    rows = benching.run("importing")
    assert all(set(row) == KEYS and row["figure"] > 0 and row["unit"] == "rows/s" for row in rows)
    read = {row["name"].split()[1] for row in rows[:-1]}
    assert read == {"open", "mediacrawler", "trendradar", "feed", "vendor", "stonedt", "bettafish", "ced", "opml"}
    assert rows[-1]["name"].startswith("receive 60 ")
    assert list(home_untouched.iterdir()) == []


def test_the_files_of_the_bench_are_recognised_as_what_they_are(tmp_path: Path) -> None:
    from importing_of import read

    load("importing")  # finds the helpers of the bench
    from _files import WRITERS, weibo

    for name, write in WRITERS.items():
        found = read(write(tmp_path / name, weibo(30)))
        assert found.formats, name
        assert found.rejected == [], name
