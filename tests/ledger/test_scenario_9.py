"""Scenario 9: an administrator edits a row directly; verification names the row (INV-8).

In a process of its own on a database file of its own, through the real migrations.
"""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

RECORD = """
from django.db import transaction
from huiying.ledger.actions import Actor, record
for number in range(1, 5):
    with transaction.atomic():
        record("case:1", "case.noted", {"n": number}, Actor.SYSTEM)
        record("event:1", "event.noted", {"n": number}, Actor.SYSTEM)
"""
VERIFY = """
import json
from huiying.ledger.commands import verify
code, data = verify(json=True)
print(json.dumps([code, data["first_bad"]], ensure_ascii=False))
"""
START = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
"""


def run(code: str, folder: Path) -> str:
    environment = {**os.environ, "HUIYING_HOME": str(folder)}
    environment.pop("HUIYING_DATABASE_URL", None)
    done = subprocess.run(
        [sys.executable, "-c", START + code], env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_an_administrator_who_edits_a_row_is_found_out(tmp_path: Path) -> None:
    run(RECORD, tmp_path)
    database = sqlite3.connect(tmp_path / "huiying.sqlite3")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        database.execute("UPDATE ledger_entry SET payload = '{\"n\":9}' WHERE chain = 'case:1' AND seq = 3")
    names = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in names:
        database.execute(f'DROP TRIGGER "{name}"')
    database.execute("UPDATE ledger_entry SET payload = '{\"n\":9}' WHERE chain = 'case:1' AND seq = 3")
    database.commit()
    database.close()
    answer = run(VERIFY, tmp_path)
    assert answer.startswith('[1, {"chain": "case:1", "seq": 3,')
    assert "内容被改动" in answer
