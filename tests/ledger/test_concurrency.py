"""Several processes write at once: no chain forks, no number is given twice (research: without a lock half fail)."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

START = """
import sys
import django
django.setup()
from django.core.management import call_command
from django.db import transaction
from huiying.ledger.actions import Actor, lock, record
from huiying.ledger.commands import verify
from huiying.work.rows import next_number
"""
WRITE = """
for turn in range(25):
    with transaction.atomic():
        chains = ["case:1", "event:1"][:: 1 if turn % 2 else -1]
        lock(*chains)
        number = next_number("case")
        for chain in chains:
            record(chain, "case.noted", {"number": number}, Actor(name=sys.argv[1]))
"""
MIGRATE = 'call_command("migrate", verbosity=0)'
VERIFY = "print(verify()[1])"


def start(code: str, folder: Path, argument: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "HUIYING_HOME": str(folder)}
    environment.pop("HUIYING_DATABASE_URL", None)
    return subprocess.Popen(
        [sys.executable, "-c", START + code, argument],
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def finish(process: subprocess.Popen[str]) -> str:
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return output


def test_processes_that_write_at_once_make_one_chain(tmp_path: Path) -> None:
    finish(start(MIGRATE, tmp_path, ""))
    writers = [start(WRITE, tmp_path, name) for name in ("王敏", "李强", "赵宁")]
    for writer in writers:
        finish(writer)
    assert "台账完整：2 条链、150 条记录" in finish(start(VERIFY, tmp_path, ""))
    database = sqlite3.connect(tmp_path / "huiying.sqlite3")
    numbers = database.execute("SELECT count(DISTINCT payload) FROM ledger_entry WHERE chain = 'case:1'").fetchone()
    database.close()
    assert numbers == (75,)
