"""A command loads what it uses: what is heavy stays out of it (no time is measured here, modules are counted)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

#: What brings seconds of processor time with it.
ENGINE = ("numba", "numpy", "scipy", "sklearn", "rjieba")
HEAVY = ("trafilatura", "apprise", "ninja", "typst", "docx", "pypdf", "httpx", "feedparser", "prometheus_client")
PAGES = ("huiying.urls", "huiying.desk.urls", "huiying.portal.urls", "huiying.api.urls")
LOOPS = ("huiying.judging.tasks", "huiying.listening.tasks", "huiying.documents.loops", "huiying.keeping.scheduled")
TELL = """
import json, sys
from huiying.cli.main import main
code = main(json.loads(sys.argv[1]))
print("LOADED", code, json.dumps(sorted(sys.modules)))
"""


def loaded(home: Path, *arguments: str) -> set[str]:
    """The modules that a command has loaded when it is done."""
    import json

    kept = {name: value for name, value in os.environ.items() if not name.startswith("HUIYING_")}
    environment = {**kept, "HUIYING_HOME": str(home)}
    command = [sys.executable, "-c", TELL, json.dumps(arguments)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    line = done.stdout.splitlines()[-1]
    _word, _code, modules = line.split(" ", 2)
    return set(json.loads(modules))


@pytest.mark.parametrize(
    "arguments",
    [("ledger", "verify"), ("ledger", "anchor"), ("export", "ledger", "{home}/out.jsonl"), ("keys", "list")],
)
def test_what_reads_the_ledger_loads_no_engine_no_page_and_no_loop(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    words = [word.replace("{home}", str(tmp_path)) for word in arguments]
    found = loaded(tmp_path, *words)
    assert found.isdisjoint({*ENGINE, *HEAVY, *PAGES, *LOOPS})
    # And a home that was empty needed no migration drawn step by step.
    assert "django.core.management.commands.migrate" not in found


def test_clocks_loads_not_even_django(tmp_path: Path) -> None:
    words = ("clocks", "--regulation", "anshan", "--level", "较大", "--first-known", "2026-09-12T10:00:00+08:00")
    found = loaded(tmp_path, *words)
    assert found.isdisjoint({"django", *ENGINE, *HEAVY})


def test_check_loads_no_page_no_model_and_no_tool_for_one_kind_of_file(tmp_path: Path) -> None:
    found = loaded(tmp_path, "check")
    heavy = set(HEAVY) - {"httpx", "feedparser"}  # the collector's own, whose sources `check` speaks of
    assert found.isdisjoint({*heavy, *PAGES, "numba", "scipy", "sklearn"})


def test_ingest_loads_the_engine_and_no_fetcher_no_loop_and_no_page(tmp_path: Path) -> None:
    posts = tmp_path / "posts.jsonl"
    posts.write_text('{"native_id": "1", "text": "鞍山公共资源交易平台今早登录不上"}\n', "utf-8")
    found = loaded(tmp_path / "home", "ingest", str(posts))
    assert found.isdisjoint({*HEAVY, *PAGES, *LOOPS, "scipy.sparse", "sklearn"})


def test_a_command_that_learns_nothing_loads_no_learning_library() -> None:
    code = "import django, sys; django.setup(); print([name for name in ('sklearn', 'numba') if name in sys.modules])"
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "huiying.settings"}
    told = subprocess.run([sys.executable, "-c", code], env=env, check=True, capture_output=True, text=True)
    assert told.stdout.strip() == "[]"
