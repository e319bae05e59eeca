"""A breach is a row that nobody can edit: the database refuses on both vendors (habit 10, INV-8)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, connection, transaction

from cast import Cast
from huiying.handling import actions
from huiying.handling.models import Breach, Clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger import append_only
from huiying.ledger.actions import Actor, LedgerError, erase, lock, record
from huiying.ledger.models import LedgerEntry
from stories import opened

pytestmark = pytest.mark.django_db
sqlite_only = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="INSERT OR REPLACE is SQLite's")
postgresql_only = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="TRUNCATE is PostgreSQL's")
WANG, LI = Actor("王敏", user_id=1), Actor("李强", user_id=2)


@pytest.fixture
def breach(cast: Cast, frozen: FrozenClock) -> Breach:
    case = opened(cast, "较大")
    frozen.advance(dt.timedelta(hours=30))
    actions.confirm_level(case, "特别重大", cast.duty)
    return Breach.objects.get()


def refused(act: Callable[[], object]) -> None:
    before = list(Breach.objects.order_by("id").values())
    assert before
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        act()
    assert list(Breach.objects.order_by("id").values()) == before


def sql(statement: str, *values: object) -> Callable[[], None]:
    def act() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)

    return act


CHANGES = {
    "due_at": dt.datetime(2030, 1, 1, tzinfo=dt.UTC),
    "found_at": dt.datetime(2030, 1, 1, tzinfo=dt.UTC),
    "cause": "未按时",
    "counts": True,
    "lead": "别的部门",
}


@pytest.mark.parametrize("column", sorted(CHANGES))
def test_no_column_of_a_breach_can_be_changed(breach: Breach, column: str) -> None:
    assert getattr(breach, column) != CHANGES[column]
    refused(lambda: Breach.objects.filter(pk=breach.pk).update(**{column: CHANGES[column]}))
    setattr(breach, column, CHANGES[column])
    refused(breach.save)


def test_a_breach_cannot_be_deleted_in_any_way(breach: Breach) -> None:
    refused(breach.delete)
    refused(lambda: Breach.objects.all().delete())
    refused(sql("DELETE FROM handling_breach WHERE id = %s", breach.pk))


def test_a_breach_cannot_be_pointed_at_another_clock(breach: Breach) -> None:
    other = Clock.objects.filter(case=breach.clock.case).exclude(pk=breach.clock_id).first()
    assert other is not None
    refused(lambda: Breach.objects.filter(pk=breach.pk).update(clock=other))


@sqlite_only
@pytest.mark.parametrize("same", ["id", "clock_id"])
def test_a_breach_cannot_be_replaced(breach: Breach, same: str) -> None:
    free = {"id": 900, "clock_id": Clock.objects.exclude(pk=breach.clock_id).values_list("pk", flat=True)[0]}
    row = {**Breach.objects.values().get(), "lead": "别的部门", **free}
    row[same] = {"id": breach.pk, "clock_id": breach.clock_id}[same]
    marks = ", ".join(["%s"] * len(row))
    refused(sql(f"INSERT OR REPLACE INTO handling_breach ({', '.join(row)}) VALUES ({marks})", *row.values()))


@postgresql_only
def test_the_table_of_breaches_cannot_be_emptied(breach: Breach) -> None:
    sql("SET CONSTRAINTS ALL IMMEDIATE")()  # or PostgreSQL refuses for its own reason: checks still pending
    refused(sql("TRUNCATE handling_breach CASCADE"))


@postgresql_only
def test_a_breach_cannot_be_overwritten_by_an_upsert(breach: Breach) -> None:
    row = Breach.objects.values().get()
    marks = ", ".join(["%s"] * len(row))
    refused(
        sql(
            f"INSERT INTO handling_breach ({', '.join(row)}) VALUES ({marks}) "
            "ON CONFLICT (id) DO UPDATE SET lead = 'x'",
            *row.values(),
        )
    )


def test_a_new_breach_comes_in_beside_the_guard(breach: Breach) -> None:
    other = Clock.objects.filter(case=breach.clock.case, breach__isnull=True).first()
    assert other is not None
    Breach.objects.create(clock=other, due_at=breach.due_at, found_at=breach.found_at, cause="未按时", counts=True)
    assert Breach.objects.count() == 2


def test_without_the_guard_the_row_could_be_edited_so_the_guard_is_what_refuses(breach: Breach) -> None:
    append_only.remove(connection, "handling_breach")
    assert Breach.objects.update(lead="改过") == 1
    append_only.install(connection, "handling_breach", ("id", "clock_id"))
    refused(lambda: Breach.objects.update(lead="再改"))


@pytest.mark.parametrize("vendor", ["sqlite", "postgresql"])
def test_whatever_is_made_is_also_dropped(vendor: str) -> None:
    create, drop = append_only.statements(vendor, "t", ("id", "a"))
    made = {statement.split()[2] for statement in create}
    dropped = {statement.split()[4] for statement in drop}
    assert made == dropped
    assert {"UPDATE", "DELETE"} <= {word for statement in create for word in statement.split()}


def test_another_kind_of_database_gets_no_false_promise() -> None:
    with pytest.raises(NotImplementedError, match="oracle"):
        append_only.statements("oracle", "t", ("id",))


# -- words of errors


@pytest.mark.parametrize("kind", ["opened", "Case.opened", "case.Opened", "case opened", "案件.开", "case.", ".x", ""])
def test_a_kind_that_is_not_noun_and_verb_is_quoted_with_an_example(kind: str) -> None:
    with pytest.raises(LedgerError) as caught:
        record("case:1", kind, {}, WANG)
    assert f"“{kind}”" in str(caught.value)
    assert "case.opened" in str(caught.value)
    assert not LedgerEntry.objects.exists()


@pytest.mark.parametrize("chain", ["", "x" * 101])
def test_a_chain_needs_a_name_of_at_most_a_hundred_letters(chain: str) -> None:
    with pytest.raises(LedgerError, match="1–100"):
        record(chain, "case.opened", {}, WANG)
    assert record("x" * 100, "case.opened", {}, WANG).seq == 1


def test_a_payload_that_has_no_form_names_chain_and_kind() -> None:
    with pytest.raises(LedgerError, match=r"case:1 的条目 case\.opened"):
        record("case:1", "case.opened", {"x": object()}, WANG)
    with pytest.raises(LedgerError, match=r"case:1 的条目 case\.opened"):
        record("case:1", "case.opened", {"x": float("nan")}, WANG)


@pytest.mark.parametrize("verb", ["record", "lock"])
def test_outside_a_transaction_the_ledger_says_what_to_do(verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huiying.ledger.actions.connection", SimpleNamespace(in_atomic_block=False))
    with pytest.raises(LedgerError, match=rf"ledger\.{verb} 必须在 transaction\.atomic\(\) 之内"):
        record("case:1", "case.opened", {}, WANG) if verb == "record" else lock("case:1")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"decision": "  "}, "决定编号和理由"),
        ({"reason": ""}, "决定编号和理由"),
        ({"second_person": WANG}, "两个人决定；这里两次都是王敏"),
        ({"second_person": Actor("另一个名字", user_id=1)}, "两个人决定"),
        ({"decided_by": Actor("王敏"), "second_person": Actor("王敏", user_id=7)}, "两个人决定"),
        ({"decided_by": Actor.SYSTEM}, "系统不能代替"),
        ({"second_person": Actor.SYSTEM}, "系统不能代替"),
    ],
)
def test_an_erasure_needs_a_decision_a_reason_and_two_people_inv1(changes: dict[str, object], said: str) -> None:
    record("case:1", "case.opened", {"n": 1}, WANG)
    given = {"decision": "3", "reason": "依申请", "decided_by": WANG, "second_person": LI, **changes}
    with pytest.raises(LedgerError, match=said):
        erase("case:1", 1, **given)  # type: ignore[arg-type]
    assert LedgerEntry.objects.get(chain="case:1").payload is not None


def test_two_colleagues_of_one_name_are_two_people() -> None:
    record("case:1", "case.opened", {"n": 1}, WANG)
    erase(
        "case:1",
        1,
        decision="3",
        reason="依申请",
        decided_by=Actor("王敏", user_id=1),
        second_person=Actor("王敏", user_id=2),
    )
    assert LedgerEntry.objects.get(chain="case:1").payload is None


def test_neither_a_missing_nor_an_erased_nor_an_erasing_entry_can_be_erased() -> None:
    record("case:1", "case.opened", {"n": 1}, WANG)
    given = {"decision": "3", "reason": "依申请", "decided_by": WANG, "second_person": LI}
    erase("case:1", 1, **given)  # type: ignore[arg-type]
    for chain, seq in (("case:1", 2), ("case:1", 1), ("case:9", 1), ("system", 1)):
        with pytest.raises(LedgerError, match=f"{chain} 第 {seq} 条"):
            erase(chain, seq, **given)  # type: ignore[arg-type]
