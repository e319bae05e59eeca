"""What keeps records from being edited in the database itself: taken away it is told, and put back (INV-8)."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from huiying.kernel import clock
from huiying.ledger import append_only, commands, guards
from huiying.ledger.actions import Actor, record
from huiying.ledger.models import LedgerEntry
from huiying.ledger.upkeep import records_cannot_be_edited

pytestmark = pytest.mark.django_db
SQLITE = "connection.vendor == 'sqlite'"
ON = {"sqlite": "", "postgresql": " ON {}"}
NAMES = {
    "sqlite": [("ledger_entry_no_update", "ledger_entry"), ("handling_breach_no_delete", "handling_breach")],
    "postgresql": [("ledger_entry_no_update", "ledger_entry"), ("handling_breach_no_change", "handling_breach")],
}[connection.vendor]


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def drop(name: str, table: str) -> None:
    run(f"DROP TRIGGER {name}{ON[connection.vendor].format(table)}")


def test_where_nobody_touched_them_nothing_is_found() -> None:
    assert list(records_cannot_be_edited()) == []
    assert len(append_only.GUARDED) == 6, "the ledger's own two, breaches, and four tables of documents"
    assert append_only.GUARDED.keys() - {"ledger"} <= {model._meta.db_table for model in apps.get_models()}


@pytest.mark.parametrize(("name", "table"), NAMES)
def test_one_that_was_dropped_is_named_and_put_back_on_record(name: str, table: str, frozen: clock.FrozenClock) -> None:
    record("case:1", "case.opened", {}, Actor.SYSTEM)
    drop(name, table)
    (finding,) = records_cannot_be_edited()
    assert (finding.code, finding.severity) == ("ledger.trigger", "error")
    assert f"触发器 {name} 不见了" in finding.sentence_zh
    assert commands.guard() == (0, f"已装回并记入台账：{name}")
    assert records_cannot_be_edited() == []
    entry = LedgerEntry.objects.get(kind="ledger.guarded")
    assert entry.data == {"triggers": [{"name": name, "table": table, "what": "gone"}]}
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        LedgerEntry.objects.filter(pk=entry.pk).update(kind="x.y")
    assert commands.guard() == (0, "触发器都在，没有要装回的")


def test_all_of_them_dropped_are_all_named(frozen: clock.FrozenClock) -> None:
    guards.remove(connection)
    gone = {one.name for one in append_only.faults(connection)}
    assert {"ledger_entry_no_update", "ledger_entry_no_delete", "ledger_erasure_no_update"} <= gone
    commands.guard()
    assert append_only.faults(connection) == []


@pytest.mark.skipif(f"not ({SQLITE})", reason="SQLite's own spelling")
def test_one_that_does_nothing_any_more_and_a_foreign_one_are_found(frozen: clock.FrozenClock) -> None:
    drop("handling_breach_no_update", "handling_breach")
    run("CREATE TRIGGER handling_breach_no_update BEFORE UPDATE ON handling_breach WHEN 0 BEGIN SELECT 1; END")
    run("CREATE TRIGGER helper AFTER INSERT ON handling_case BEGIN DELETE FROM handling_note; END")
    assert {(one.name, one.table, one.what) for one in append_only.faults(connection)} == {
        ("handling_breach_no_update", "handling_breach", "changed"),
        ("helper", "handling_case", "foreign"),
    }
    commands.guard()
    assert append_only.faults(connection) == []


@pytest.mark.skipif(SQLITE, reason="PostgreSQL switches triggers off and has functions")
@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE ledger_entry DISABLE TRIGGER ledger_entry_no_delete",
        "CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
        "CREATE TRIGGER helper AFTER INSERT ON handling_case FOR EACH ROW EXECUTE FUNCTION ledger_refuse()",
    ],
)
def test_one_that_is_switched_off_or_hollow_or_foreign_is_found(statement: str, frozen: clock.FrozenClock) -> None:
    run(statement)
    assert len(append_only.faults(connection)) == 1
    commands.guard()
    assert append_only.faults(connection) == []
