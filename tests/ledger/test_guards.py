"""Append-only by triggers, with the traps INSERT OR REPLACE and TRUNCATE (INV-8)."""

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction

from huiying.kernel import clock
from huiying.ledger import guards, queries
from huiying.ledger.actions import Actor, erase, record
from huiying.ledger.models import Erasure, LedgerEntry

WANG, LI = Actor("王敏", user_id=1), Actor("李强", user_id=2)
sqlite_only = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="INSERT OR REPLACE is SQLite's")
postgresql_only = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="TRUNCATE is PostgreSQL's")


@pytest.fixture
def entry(db: None, frozen: clock.FrozenClock) -> LedgerEntry:
    record("case:1", "case.opened", {"n": 1}, WANG)
    return record("case:1", "case.routed", {"n": 2}, WANG)


def refused(act: Callable[[], object]) -> None:
    before = list(LedgerEntry.objects.order_by("id").values())
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        act()
    assert list(LedgerEntry.objects.order_by("id").values()) == before


def sql(statement: str, *values: object) -> Callable[[], None]:
    def act() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)

    return act


def test_saving_an_entry_again_is_refused(entry: LedgerEntry) -> None:
    entry.payload = "{}"
    refused(entry.save)


@pytest.mark.parametrize("column", ["chain", "seq", "at", "kind", "actor", "payload", "salt", "digest", "hash"])
def test_no_column_can_be_updated(entry: LedgerEntry, column: str) -> None:
    value = {"seq": 9, "at": clock.now().replace(year=2000)}.get(column, "changed")
    refused(lambda: LedgerEntry.objects.filter(pk=entry.pk).update(**{column: value}))


def test_bulk_update_and_delete_are_refused(entry: LedgerEntry) -> None:
    entry.kind = "case.closed"
    refused(lambda: LedgerEntry.objects.bulk_update([entry], ["kind"]))
    refused(lambda: LedgerEntry.objects.all().delete())
    refused(sql("DELETE FROM ledger_entry WHERE seq = 1"))


def test_payload_and_salt_cannot_go_without_a_decision(entry: LedgerEntry) -> None:
    refused(lambda: LedgerEntry.objects.filter(pk=entry.pk).update(payload=None, salt=None))


def test_a_decision_opens_its_own_entry_only_and_nothing_but_erasing(entry: LedgerEntry) -> None:
    Erasure.objects.create(
        decision="3", chain="case:1", seq=2, reason="r", decided_by="a", second_person="b", at=clock.now()
    )
    refused(lambda: LedgerEntry.objects.filter(seq=1).update(payload=None, salt=None))
    refused(lambda: LedgerEntry.objects.filter(seq=2).update(payload="{}", salt="x"))
    refused(lambda: LedgerEntry.objects.filter(seq=2).update(payload=None))
    refused(lambda: LedgerEntry.objects.filter(seq=2).update(payload=None, salt=None, kind="case.closed"))
    assert LedgerEntry.objects.filter(seq=2).update(payload=None, salt=None) == 1
    refused(lambda: LedgerEntry.objects.filter(seq=2).update(payload="{}", salt="x"))


def test_a_tombstone_can_neither_change_nor_go(entry: LedgerEntry) -> None:
    erase("case:1", 2, decision="3", reason="依申请", decided_by=WANG, second_person=LI)
    refused(lambda: Erasure.objects.update(reason="另一个理由"))
    refused(lambda: Erasure.objects.all().delete())


def copy_of(entry: LedgerEntry, **changes: object) -> tuple[str, list[object]]:
    values = {**LedgerEntry.objects.values().get(pk=entry.pk), "payload": "{}", **changes}
    names = ", ".join(f'"{name}"' for name in values)
    marks = ", ".join(["%s"] * len(values))
    return f"INTO ledger_entry ({names}) VALUES ({marks})", list(values.values())


FRESH = {"id": 900, "hash": "f" * 64, "chain": "case:9", "seq": 9}


@sqlite_only
@pytest.mark.parametrize("same", [{"id"}, {"hash"}, {"chain", "seq"}])
def test_insert_or_replace_is_refused_by_every_unique_key(entry: LedgerEntry, same: set[str]) -> None:
    tail, values = copy_of(entry, **{name: value for name, value in FRESH.items() if name not in same})
    refused(sql(f"INSERT OR REPLACE {tail}", *values))


@sqlite_only
@pytest.mark.parametrize("same", [{"id"}, {"chain", "seq"}])
def test_insert_or_replace_of_a_tombstone_is_refused(entry: LedgerEntry, same: set[str]) -> None:
    erasure = erase("case:1", 2, decision="3", reason="依申请", decided_by=WANG, second_person=LI)
    row = {**Erasure.objects.values().get(), "reason": "另一个理由"}
    row |= {name: value for name, value in {"id": 900, "chain": "x", "seq": 9}.items() if name not in same}
    marks = ", ".join(["%s"] * len(row))
    refused(sql(f"INSERT OR REPLACE INTO ledger_erasure ({', '.join(row)}) VALUES ({marks})", *row.values()))
    assert Erasure.objects.get().reason == erasure.reason


@postgresql_only
@pytest.mark.parametrize("table", ["ledger_entry", "ledger_erasure"])
def test_truncate_is_refused(entry: LedgerEntry, table: str) -> None:
    refused(sql(f"TRUNCATE {table} CASCADE"))


@postgresql_only
def test_an_upsert_is_refused(entry: LedgerEntry) -> None:
    tail, values = copy_of(entry)
    refused(sql(f"INSERT {tail} ON CONFLICT (id) DO UPDATE SET payload = EXCLUDED.payload", *values))


def test_new_entries_still_come_in_beside_the_guards(entry: LedgerEntry) -> None:
    assert record("case:1", "case.closed", {}, WANG).seq == 3
    assert queries.verify().ok


def test_lifted_guards_come_back(entry: LedgerEntry) -> None:
    with guards.lifted(connection):
        assert LedgerEntry.objects.filter(pk=entry.pk).update(kind="case.forged") == 1
    refused(lambda: LedgerEntry.objects.filter(pk=entry.pk).update(kind="case.routed"))


def test_another_kind_of_database_is_named() -> None:
    class Other:
        vendor = "oracle"

    with pytest.raises(NotImplementedError, match="oracle"):
        guards.install(Other())
