"""What a test does on a machine of its own: `python machine.py DO ARGUMENTS`, the answer as JSON.

fill                      a bureau with an answered case, evidence, attachments and sealed content
copy FILE KEYS PASS       fill; then `huiying backup` while three people go on writing
arrive FILE KEYS PASS     `huiying restore`, `huiying ledger verify` and what is there then; and the loop's copy of it
leave FOLDER              fill; then `huiying export all`
pass_on FOLDER FOLDER     `huiying import all`, and `export all` of what came
run COMMAND…              a command of huiying, with its exit status and what it printed
counts                    the rows of every table, and the heads of the ledger
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from huiying.cli.ready import loaded, ready

loaded()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402

if settings.MIGRATION_MODULES:
    call_command("migrate", run_syncdb=True, verbosity=0, interactive=False)
ready(adopting=False)

from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402
from django.db import connection, transaction  # noqa: E402

import stories  # noqa: E402
from acts_of_people import PNG  # noqa: E402
from cast import bureau  # noqa: E402
from huiying.cli.main import main  # noqa: E402
from huiying.engine.post import parse_post  # noqa: E402
from huiying.handling.actions.work import attach  # noqa: E402
from huiying.handling.models import Case  # noqa: E402
from huiying.keeping import exporting, scheduled, tables  # noqa: E402
from huiying.kernel import clock  # noqa: E402
from huiying.ledger.actions import Actor, anchor, record  # noqa: E402
from huiying.listening import evidence  # noqa: E402
from huiying.listening.actions import receive  # noqa: E402
from huiying.listening.fetching import Fetched  # noqa: E402
from planting import tell_of_the_cast  # noqa: E402

MONDAY_TEN = datetime(2026, 9, 14, 2, 0, tzinfo=UTC)


def capture(number: int) -> None:
    """A page as the collector keeps it."""
    body = f"<p>第 {number} 页</p>".encode()
    page = Fetched(f"http://news.example/{number}", "ok", status=200, body=body, wire=body)
    captured = evidence.capture(page, clock.now())
    with transaction.atomic():
        evidence.keep(captured, None, ())


def hear(name: str) -> None:
    post = {"native_id": name, "platform": "本地论坛", "text": f"平台又登录不上（{name}），电话 13900001234"}
    receive([parse_post({**post, "voice": name})], how="import", actor=Actor.SYSTEM, batch=name)


def fill() -> dict[str, Any]:
    with clock.use(clock.FrozenClock(MONDAY_TEN)):
        with transaction.atomic():
            cast = bureau()
            tell_of_the_cast()
        stories.answered(cast)
        for number in range(5):
            capture(number)
            hear(f"p{number}")
        case = Case.objects.get()
        attach(case, SimpleUploadedFile("图.png", PNG, "image/png"), cast.tech_head)
        anchor()
    return counts()


def write_until(stop: threading.Event, who: int, written: list[int]) -> None:
    """One of the people who go on working: posts, evidence, entries of a case."""
    turn = 0
    while not stop.is_set():
        turn += 1
        hear(f"w{who}-{turn}")
        capture(1000 * who + turn)
        with transaction.atomic():
            record(f"case:{who}", "case.noted", {"turn": turn}, Actor.SYSTEM)
        written[who] = turn
        stop.wait(0.05)
    connection.close()


def copy(*where: str) -> dict[str, Any]:
    fill()
    stop, written = threading.Event(), [0, 0, 0]
    people = [threading.Thread(target=write_until, args=(stop, who, written)) for who in range(len(written))]
    for person in people:
        person.start()
    while not all(written):
        stop.wait(0.01)
    before = sum(written)
    try:
        done = run("backup", where[0], "--keys", where[1], "--key-file", where[2], "--json")
    finally:
        stop.set()
        for person in people:
            person.join()
    return {**done, "written_before": before, "written": sum(written), "after": counts()}


def arrive(*where: str) -> dict[str, Any]:
    restored = run("restore", where[0], "--keys", where[1], "--key-file", where[2], "--json")
    found = {"restored": restored, "verified": run("ledger", "verify", "--json"), "counts": counts()}
    return {**found, "night": night(Path(where[0]).parent / "nights", where[2])}


def night(folder: Path, passphrase: str) -> list[str]:
    """What the loop begins at night, in a process of its own; gives what `check` says of the copy afterwards."""
    folder.mkdir()
    os.environ.update(HUIYING_BACKUP_DIR=str(folder), HUIYING_BACKUP_KEY_FILE=passphrase)
    scheduled.back_up_when_due()
    assert scheduled._now.child is not None
    scheduled._now.child.wait(60)
    return [finding.sentence_zh for finding in scheduled.copies_are_fresh()]


def leave(folder: str) -> dict[str, Any]:
    fill()
    return run("export", "all", folder, "--json")


def pass_on(came: str, goes: str) -> list[dict[str, Any]]:
    return [run("import", "all", came, "--json"), run("export", "all", goes, "--json")]


def run(*arguments: str) -> dict[str, Any]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(list(arguments))
    said = out.getvalue()
    return {"code": code, "out": json.loads(said) if "--json" in arguments and said else said, "err": err.getvalue()}


def counts() -> dict[str, Any]:
    ledger, files = exporting.judged()
    rows = {model._meta.db_table: model._base_manager.count() for model in tables.kept()}
    return {"rows": rows, "ledger": ledger, "evidence": files}


if __name__ == "__main__":
    does: Any = {
        "fill": fill,
        "copy": copy,
        "arrive": arrive,
        "leave": leave,
        "pass_on": pass_on,
        "run": run,
        "counts": counts,
    }[sys.argv[1]]
    sys.stdout.write(json.dumps(does(*sys.argv[2:]), ensure_ascii=False))
