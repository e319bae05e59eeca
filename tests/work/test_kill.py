"""kill -9 in the middle of a job: nothing is lost, nothing counts twice (habit 11).

Real processes on a database file of their own. The dead worker's lease is shortened by editing its row, so
that no test waits for it.
"""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

START = """
import sys, time
from pathlib import Path
import django
django.setup()
from django.core.management import call_command
from django.db import transaction
from huiying.work import outbox, rows
from huiying.work.loop import Loop
from huiying.work.models import Counter, Job, Lease

home = Path(sys.argv[1])

@outbox.handler("count")
def count(job):
    number = rows.next_number("counted")
    if (home / "hang").exists():
        (home / "in the middle").touch()
        while True:
            time.sleep(0.01)
    return {"number": number}

@outbox.handler("effect", external=True)
def effect(job):
    with (home / "effects").open("a") as file:
        file.write(job.idempotency_key + "\\n")
    if (home / "hang").exists():
        (home / "in the middle").touch()
        while True:
            time.sleep(0.01)
"""
PREPARE = """
call_command("migrate", verbosity=0)
with transaction.atomic():
    outbox.enqueue(sys.argv[2], {}, "key 1")
"""
WORK = """
Loop(sys.argv[2], jobs_per_tick=10).tick()
"""


def command(code: str, folder: Path, argument: str) -> dict[str, object]:
    environment = {**os.environ, "HUIYING_HOME": str(folder)}
    environment.pop("HUIYING_DATABASE_URL", None)
    return {"args": [sys.executable, "-c", START + code, str(folder), argument], "env": environment}


def run(code: str, folder: Path, argument: str) -> None:
    done = subprocess.run(**command(code, folder, argument), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


def kill_in_the_middle(folder: Path) -> None:
    (folder / "hang").touch()
    worker = subprocess.Popen(**command(WORK, folder, "dies"))
    try:
        deadline = time.monotonic() + 60
        while not (folder / "in the middle").exists():
            assert worker.poll() is None, "the worker ended by itself"
            assert time.monotonic() < deadline, "the worker never reached the job"
            time.sleep(0.02)
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    (folder / "hang").unlink()


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    database = sqlite3.connect(folder / "huiying.sqlite3", timeout=20)
    try:
        with database:
            return database.execute(query).fetchall()
    finally:
        database.close()


def let_leases_run_out(folder: Path) -> None:
    rows(folder, "UPDATE work_lease SET until = '2000-01-01 00:00:00'")
    rows(folder, "UPDATE work_job SET lease_until = '2000-01-01 00:00:00'")


JOB = "SELECT attempts, done_at IS NOT NULL, failed_at IS NOT NULL FROM work_job"
COUNTED = "SELECT value FROM work_counter WHERE name = 'counted'"


def test_a_job_interrupted_by_kill_9_is_done_once_by_the_next_worker(tmp_path: Path) -> None:
    run(PREPARE, tmp_path, "count")
    kill_in_the_middle(tmp_path)
    assert rows(tmp_path, COUNTED) == []
    assert rows(tmp_path, JOB) == [(1, 0, 0)]
    run(WORK, tmp_path, "next")
    assert rows(tmp_path, JOB) == [(1, 0, 0)], "the lease of the dead worker still holds"
    let_leases_run_out(tmp_path)
    run(WORK, tmp_path, "next")
    assert rows(tmp_path, JOB) == [(2, 1, 0)]
    assert rows(tmp_path, COUNTED) == [(1,)]


def test_an_outside_effect_interrupted_by_kill_9_is_repeated_under_the_same_key(tmp_path: Path) -> None:
    run(PREPARE, tmp_path, "effect")
    kill_in_the_middle(tmp_path)
    let_leases_run_out(tmp_path)
    run(WORK, tmp_path, "next")
    assert rows(tmp_path, JOB) == [(2, 1, 0)]
    assert (tmp_path / "effects").read_text().splitlines() == ["key 1", "key 1"]
