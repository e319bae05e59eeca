"""When the inquiry is over, rows that differ are put on record as they stand, and told no more (INV-8, INV-12)."""

from __future__ import annotations

import json

import pytest
from django.db import connection

from huiying.kernel import clock
from huiying.ledger import comparing, guards, kept, queries
from huiying.ledger.actions import Actor, adopt, record
from huiying.ledger.commands import adopt as command
from huiying.ledger.comparing import differences
from huiying.ledger.models import LedgerEntry
from huiying.people.models import Bureau, Department

WANG = Actor("王敏", "系统管理员", "局办公室", 7)
WHY = "经查为系统管理员误删，备份中已无此行"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def tables(monkeypatch: pytest.MonkeyPatch, frozen: clock.FrozenClock) -> None:
    monkeypatch.setattr(kept, "TABLES", {})
    monkeypatch.setattr(comparing, "TABLES", kept.TABLES)
    monkeypatch.setattr("huiying.ledger.actions.TABLES", kept.TABLES)
    kept.keep(Department, "部门", "Department")
    kept.keep(Bureau, "单位", "Bureau", whole=True)


@pytest.fixture
def edited() -> tuple[int, int, int, int]:
    """A row changed, one gone, one that nobody told, and one changed of those with one digest."""
    first, second = (Department.objects.create(code=code, name=code, name_en=code) for code in ("A", "B"))
    bureau = Bureau.objects.create(name="鞍山")
    record("system", "department.made", {}, WANG, rows=[first, second, bureau])
    Department.objects.filter(pk=first.pk).update(name="改过", name_en="Changed")
    Department.objects.filter(pk=second.pk).delete()
    third = Department.objects.create(code="C", name="C", name_en="C")
    Bureau.objects.update(name="别的城市")
    return first.pk, second.pk, third.pk, bureau.pk


def test_what_differed_stands_in_the_entries_and_is_told_no_more(edited: tuple[int, int, int, int]) -> None:
    first, second, third, bureau = edited
    assert adopt(WHY, WANG) == 4
    assert list(differences()) == []
    assert queries.verify().ok
    told = {entry.data["table"]: entry.data for entry in LedgerEntry.objects.filter(kind="ledger.adopted")}
    assert sorted(told["people_department"]["differed"]) == [
        [str(first), "name", "changed"], [str(first), "name_en", "changed"],
        [str(second), "", "gone"], [str(third), "", "unknown"],
    ]  # fmt: skip
    assert told["people_bureau"] == {
        "table": "people_bureau", "count": 1, "reason": WHY, "differed": [[str(bureau), "*", "changed"]],
    }  # fmt: skip


def test_what_is_edited_after_it_is_told_again(edited: tuple[int, int, int, int]) -> None:
    adopt(WHY, WANG)
    Department.objects.filter(pk=edited[0]).update(name="又改过")
    Department.objects.create(pk=edited[1], code="B", name="B", name_en="B")
    assert {(one.pk, one.what) for one in differences()} == {(str(edited[0]), "changed"), (str(edited[1]), "unknown")}


def test_another_key_of_digests_is_taken_up_the_same_way(monkeypatch: pytest.MonkeyPatch) -> None:
    made = [Department.objects.create(code=f"D{n}", name=f"第{n}处", name_en=f"D{n}") for n in range(5)]
    record("system", "department.made", {}, WANG, rows=made)
    monkeypatch.setattr(kept, "house_key", lambda: b"z" * 32)
    monkeypatch.setattr("huiying.ledger.actions.ADOPT_AT_ONCE", 2)
    assert adopt("密钥随旧磁盘丢失，取不回来", WANG) == 5
    assert list(differences()) == []
    assert LedgerEntry.objects.filter(kind="ledger.adopted").count() == 3


def test_without_a_reason_or_a_difference_nothing_is_written(edited: tuple[int, int, int, int]) -> None:
    before = LedgerEntry.objects.count()
    assert command("误删")[0] == 1
    assert LedgerEntry.objects.count() == before
    assert command(WHY)[0] == 0
    assert command(WHY) == (0, "没有与台账不一致的行")


def test_a_table_that_can_not_be_read_is_not_adopted(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object, **_named: object) -> object:
        raise ValueError("Invalid isoformat string")

    monkeypatch.setattr(kept.Kept, "values", broken)
    code, sentence = command(WHY)
    assert code == 1
    assert "读不出来" in sentence


def test_what_a_forged_entry_calls_a_row_is_gone(frozen: clock.FrozenClock) -> None:
    payload = {"kept_rows": {"people_department": {"abc": {"name": "0" * 24}, "9" * 30: {"name": "0" * 24}}}}
    entry = record("system", "department.made", {}, WANG)
    with guards.lifted(connection):
        LedgerEntry.objects.filter(pk=entry.pk).update(payload=json.dumps(payload, separators=(",", ":")))
    assert adopt(WHY, WANG) == 2
    assert list(differences()) == []
