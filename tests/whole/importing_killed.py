"""An import that can be killed before any statement: `importing_killed.py set-up|play`; see test_import_killed.py."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huiying.settings")

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from cast import bureau  # noqa: E402
from huiying.kernel import clock, home  # noqa: E402
from huiying.listening import import_queue  # noqa: E402
from huiying.listening.actions import imports  # noqa: E402

BEGIN = dt.datetime(2026, 9, 14, 0, 0, tzinfo=dt.UTC)
imports.CHUNK = 7
# Two runs are compared row by row: the random part of a batch's name is the same in both.
imports.secrets = import_queue.secrets = SimpleNamespace(token_hex=lambda size: "0" * (2 * size))  # type: ignore[assignment]
ROWS = 60


def rows() -> str:
    """New posts, repeats, later texts and rows that cannot be taken."""
    found: list[Any] = []
    for number in range(ROWS):
        text = f"第 {number % 40 if number < 55 else number} 条，登录不上"
        metrics = {"likes": number}
        found.append({"native_id": str(number % 40), "platform": "微博", "text": text, "metrics": metrics})
        if number % 9 == 0:
            found.append({"native_id": str(number)})
    return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in found)


def play() -> None:
    clock.install(clock.FrozenClock(BEGIN))
    path = home.inbox() / "a.jsonl"
    if "PUT" in os.environ:
        path.write_text(rows(), encoding="utf-8")
        os.utime(path, (1_700_000_000, 1_700_000_000))
    import_queue.look_in_folder()
    import_queue.look_in_folder()
    while import_queue.to_do().exists():
        import_queue.go_on(clock.now(), 1)
    import_queue.sweep()


def main() -> None:
    if sys.argv[1] == "set-up":
        call_command("migrate", verbosity=0, interactive=False)
        clock.install(clock.FrozenClock(BEGIN))
        bureau()
        return
    kill_at = int(os.environ.get("KILL_AT", "0"))
    count = 0

    def counted(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        nonlocal count
        count += 1
        if count == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(counted):
        play()
    if os.environ.get("COUNT"):
        sys.stdout.write(f"{count}\n")


if __name__ == "__main__":
    main()
