"""`make test`: the whole suite on SQLite, then all that touches a database once more on PostgreSQL.

Where PostgreSQL, RabbitMQ or Chromium is absent the tests that need it are skipped and said so; with CI=true that is a
failure.

`make test-fast` is for the work in between: SQLite, the engine and the rooms below the pages, nothing that starts a
process or a browser.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

# The long files come first (tests/conftest.py), so that neither of the two workers is left with one at the end.
ORDER = ("--no-loadscope-reorder",)
POSTGRES = "postgres://postgres@127.0.0.1:5432/postgres"
PURE = (
    "tests/regulation",
    "tests/engine",
    "tests/kernel",
    # These start servers or databases of their own.
    *sorted(str(path) for path in Path("tests/whole").glob("test_browser_*.py")),
    "tests/whole/test_batch_and_person_at_once.py",
    "tests/whole/test_two_at_once.py",
    "tests/whole/test_two_answer_at_once.py",
    "tests/cli",
    "tests/demo",
    "tests/drill",
    "tests/listening/test_collector_killed.py",
    "tests/whole/test_english_is_complete.py",
    "tests/large/test_killed_under_load.py",
    "tests/large/test_readme_large_mode.py",
    "tests/large/test_hub_file.py",
    "tests/large/test_shared_demo_clock.py",
)
# What the staff's pages read and do is asked of the rooms, all of which run on PostgreSQL; of the pages themselves
# those run there that ask the database in ways of their own, and the table of every address.
PAGES_ON_BOTH = (
    "test_desk_every_page.py",
    "test_desk_case_verb_table.py",
    "test_desk_home.py",
    "test_desk_search_ledger_people.py",
    "test_desk_stream.py",
)
# Of the table of every address: what the address and the middleware alone decide.
URLS = "tests/whole/test_every_url_by_role.py"
NO_DATABASE = (
    "test_no_form_is_taken_without_its_csrf_token",
    "test_a_pattern_without_a_row_of_a_method_takes_no_such_request",
    "test_every_pattern_has_a_row_and_every_row_a_pattern",
)
# What `make test-fast` leaves to `make test`: the pages and the REST face, whole programs, tests that start processes.
NOT_FAST = (
    *(f"tests/{room}" for room in ("api", "cli", "demo", "desk", "drill", "fuzzing", "large", "portal", "whole")),
    "tests/kernel/test_jsonlog.py",
    "tests/kernel/test_new_home_is_written_down.py",
    "tests/kernel/test_tables_of_a_new_home.py",
    "tests/ledger/test_concurrency.py",
    "tests/ledger/test_scenario_9.py",
    "tests/listening/test_collector_killed.py",
    "tests/listening/test_picture_child.py",
    "tests/listening/test_search_process.py",
    "tests/work/test_kill.py",
)


def not_again() -> list[str]:
    """What has nothing new to say on a second database."""
    alone = [f"--deselect={URLS}::{name}" for name in NO_DATABASE]
    pages = (path for path in Path("tests/desk").glob("test_*.py") if path.name not in PAGES_ON_BOTH)
    return alone + [f"--ignore={path}" for path in (*PURE, *sorted(str(page) for page in pages))]


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except OSError:
        return False
    return True


def pytest(arguments: list[str], **environment: str) -> int:
    with tempfile.TemporaryDirectory(prefix="huiying-suite-") as home:
        env = {**os.environ, "HUIYING_HOME": home, "PYTHONUTF8": "1", **environment}
        env.pop("HUIYING_DEMO", None)
        # Many tests start a program of ours: without kept bytecode each of them compiles for seconds.
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        env["PYTHONPYCACHEPREFIX"] = f"{home}/bytecode"
        command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadfile", *ORDER, *arguments]
        return subprocess.run(command, env=env, check=False).returncode


def fast(rest: list[str]) -> int:
    chosen = ["tests", *(f"--ignore={path}" for path in NOT_FAST), "-m", "not browser and not postgres and not torture"]
    return pytest([*chosen, *rest], HUIYING_DATABASE_URL="")


def main() -> int:
    if sys.argv[1:2] == ["--fast"]:
        return fast(sys.argv[2:])
    strict = os.environ.get("CI", "") == "true"
    missing = [
        name
        for name, there in (
            ("PostgreSQL on 127.0.0.1:5432", answers(5432)),
            ("RabbitMQ on 127.0.0.1:5672", answers(5672)),
            ("Chromium (Debian package chromium)", shutil.which("chromium") is not None),
        )
        if not there
    ]
    for name in missing:
        print(f"not here: {name}", file=sys.stderr)
    if missing and strict:
        print("with CI=true a missing service or browser is a failure", file=sys.stderr)
        return 1
    rest = sys.argv[1:]
    result = pytest(["tests", *rest], HUIYING_DATABASE_URL="")
    if result or not answers(5432):
        return result
    return pytest(["tests", *not_again(), *rest], HUIYING_DATABASE_URL=POSTGRES, HUIYING_SUITE="second")


if __name__ == "__main__":
    sys.exit(main())
