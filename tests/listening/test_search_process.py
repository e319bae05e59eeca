"""The indexer as a process of its own: it indexes what waits, and ends when the program that started it does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from huiying.kernel.wording import wanted
from huiying.listening.searching import SqliteIndex


def test_the_indexer_indexes_what_waits_and_ends_with_its_pipe(tmp_path: Path) -> None:
    posts = tmp_path / "posts.jsonl"
    posts.write_text(json.dumps({"native_id": "1", "text": "保证金一直没有退还"}, ensure_ascii=False), "utf-8")
    environment = os.environ | {"HUIYING_HOME": str(tmp_path / "home"), "DJANGO_SETTINGS_MODULE": "huiying.settings"}
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    for name in ("HUIYING_DATABASE_URL", "HUIYING_TEST_DATABASE"):
        environment.pop(name, None)
    command = "import sys; from huiying.cli.main import main; sys.exit(main(['ingest', sys.argv[1]]))"
    subprocess.run([sys.executable, "-c", command, str(posts)], env=environment, check=True, capture_output=True)
    ended = subprocess.run(
        [sys.executable, "-m", "huiying.listening.search_process"],
        env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (0, "")
    index = SqliteIndex(tmp_path / "home" / "search.sqlite3")
    assert index.reached().post == 1
    assert index.find(wanted("退还"), 100, 10) == [1]
