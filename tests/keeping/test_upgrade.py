"""The way up: the next version's migrations take a home of this one along, whole and provable; where no way leads up, a
home is refused in plain words and stays as it is.
"""

from __future__ import annotations

import dataclasses
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

import huiying
from cli.conftest import Result
from keeping.conftest import Machine, Machines
from served import free_port

NEXT = '''
"""A column with what the rows say, and a table that SQLite makes anew: its triggers go with the old one."""

from django.db import migrations, models

from huiying.handling.schema import guard_breaches, unguard_breaches


def fill(apps, editor):
    for case in apps.get_model("handling", "Case").objects.all():
        case.afterwards = f"was {case.state}"
        case.save()


class Migration(migrations.Migration):
    dependencies = [("handling", "0002_guards")]

    operations = [
        migrations.AddField("case", "afterwards", models.CharField(max_length=40, default="")),
        migrations.RunPython(unguard_breaches, guard_breaches),
        migrations.AlterField("breach", "cause", models.CharField(max_length=60)),
        migrations.RunPython(guard_breaches, unguard_breaches),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
'''
STEPS = "SELECT app, name FROM django_migrations"


@pytest.fixture
def next_version(tmp_path: Path) -> str:
    """A folder with this program and one migration more."""
    program = tmp_path / "next-version"
    shutil.copytree(Path(huiying.__file__).parent, program / "huiying")
    (program / "huiying/handling/migrations/0003_next.py").write_text(NEXT)
    return str(program)


def rows(machine: Machine, sql: str) -> list[tuple[Any, ...]]:
    """What the database of the machine answers; a change is committed."""
    if machine.url:
        with psycopg.connect(machine.url) as server:
            cursor = server.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []
    store = sqlite3.connect(machine.home / "huiying.sqlite3")
    try:
        with store:
            return store.execute(sql).fetchall()
    finally:
        store.close()


def everything(machine: Machine) -> object:
    """Tables and rows on SQLite; on a server the tables, their columns and the steps that are on record."""
    if machine.url:
        columns = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        return sorted(rows(machine, columns)), sorted(rows(machine, STEPS))
    store = sqlite3.connect(machine.home / "huiying.sqlite3")
    try:
        return list(store.iterdump())
    finally:
        store.close()


def test_a_home_of_this_version_is_whole_after_the_next_one_looked_in(machines: Machines, next_version: str) -> None:
    today = machines("home")
    filled = today.run("fill")
    assert filled["rows"]["handling_case"] == 1
    assert filled["rows"]["ledger_entry"] > 40
    later = dataclasses.replace(today, program=next_version)
    assert later.run("counts") == filled, "no row, chain or piece of evidence is another one"
    assert rows(today, "SELECT afterwards FROM handling_case") == [("was answered",)]
    assert ("handling", "0003_next") in rows(today, STEPS)
    verified, guarded = later.run("run", "ledger", "verify", "--json"), later.run("run", "ledger", "guard")
    assert (verified["code"], verified["out"]["ok"]) == (0, True)
    assert (guarded["code"], guarded["out"]) == (0, "触发器都在，没有要装回的\n")


def test_a_home_of_a_development_version_is_refused_and_nothing_in_it_changes(
    machines: Machines, process: Callable[..., Result], passphrase: Path
) -> None:
    """What came before the first release had other steps; `migrate` would stop halfway among its tables."""
    old = machines("home")
    old.run("counts")  # the tables are there
    rows(old, "UPDATE django_migrations SET name = '0002_breach_guard' WHERE app = 'handling' AND name = '0002_guards'")
    before = everything(old)
    commands = (["check"], ["ledger", "verify"], ["run", "--port", str(free_port())], ["start"])
    for command in (*commands, ["restore", "copy", "--key-file", str(passphrase)]):
        result = process(old.home, *command, HUIYING_DATABASE_URL=old.url)
        where = "HUIYING_DATABASE_URL" if old.url else str(old.home)
        assert (result.code, result.out) == (2, ""), command
        for word in (where, "开发版本", "handling.0002_breach_guard 等 1 个", "没有改动"):
            assert word in result.err, command
        assert result.err.count("\n") == 1, result.err
    assert everything(old) == before
