"""INV-8, INV-12: an entry vouches for the rows that its verb wrote; what differs later is found, by row and column."""

from __future__ import annotations

import json
import secrets
from types import SimpleNamespace

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from huiying.kernel import canonical, clock
from huiying.ledger import actions, comparing, hashing, kept, queries
from huiying.ledger.actions import Actor, LedgerError, record, together, vouch
from huiying.ledger.comparing import differences
from huiying.ledger.kept import Gone
from huiying.ledger.models import ChainHead, Erasure, LedgerEntry
from huiying.people.models import Bureau, Department
from huiying.work.auditor import Part
from huiying.work.models import Counter

WANG = Actor("王敏", "值班员", "局办公室", 7)
LI = Actor("李娜", "负责人", "局办公室", 8)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def tables(monkeypatch: pytest.MonkeyPatch, frozen: clock.FrozenClock) -> None:
    """Of these tables alone something is kept: departments by column, bureaus as a whole."""
    monkeypatch.setattr(kept, "TABLES", {})
    monkeypatch.setattr(comparing, "TABLES", kept.TABLES)
    kept.keep(Department, "部门", "Department", {"is_active": kept.DERIVED})
    kept.keep(Bureau, "单位", "Bureau", whole=True)
    kept.keep(Erasure, "删除决定", "Erasure")


def office() -> Department:
    made = Department.objects.create(code="JB", name="局办公室", name_en="Office", is_office=True)
    record("system", "department.made", {"code": "JB"}, WANG, rows=[made])
    return made


def found() -> list[tuple[str, str, str]]:
    return [(one.kept.table, one.column, one.what) for one in differences()]


def test_what_stands_as_it_was_told_is_not_found() -> None:
    office()
    assert found() == []
    assert list(comparing.rows_are_as_the_ledger_says()) == []


def test_an_edited_column_is_found_by_its_name() -> None:
    made = office()
    Department.objects.filter(pk=made.pk).update(name="另一个办公室")
    assert found() == [("people_department", "name", "changed")]
    (finding,) = comparing.rows_are_as_the_ledger_says()
    assert finding.severity == "error"
    assert f"表 people_department 第 {made.pk} 行" in finding.sentence_zh
    assert "“name”一栏被改过" in finding.sentence_zh
    assert "另一个办公室" not in finding.sentence_zh


def test_a_column_that_is_left_out_accuses_nobody() -> None:
    made = office()
    Department.objects.filter(pk=made.pk).update(is_active=False)
    assert found() == []


def test_a_row_that_is_gone_and_one_that_nobody_told_are_found() -> None:
    made = office()
    Department.objects.filter(pk=made.pk).delete()
    other = Department.objects.create(code="ZB", name="招标处", name_en="Tenders")
    assert sorted(found()) == [("people_department", "", "gone"), ("people_department", "", "unknown")]
    assert [one.pk for one in differences(unknown=False)] == [str(made.pk)]
    assert str(other.pk) in {one.pk for one in differences()}


def test_the_last_word_counts_whichever_chain_it_stands_on() -> None:
    made = office()
    made.name = "办公室"
    made.save()
    record("department:JB", "department.renamed", {}, WANG, rows=[made])
    assert found() == []


def test_a_row_deleted_by_a_verb_is_told_and_may_not_come_back() -> None:
    made = office()
    gone = Gone(Department, made.pk)
    made.delete()
    record("system", "department.dropped", {}, WANG, rows=[gone])
    assert found() == []
    Department.objects.create(pk=gone.pk, code="JB", name="局办公室", name_en="Office", is_office=True)
    assert found() == [("people_department", "", "unknown")]


def test_rows_by_the_thousand_have_one_digest_and_are_compared_in_parts() -> None:
    bureau = Bureau.objects.create(name="鞍山")
    entry = record("system", "bureau.named", {}, WANG, rows=[bureau])
    assert list(json.loads(entry.payload or "")["kept_rows"]["people_bureau"][str(bureau.pk)]) == [kept.WHOLE]
    Bureau.objects.filter(pk=bureau.pk).update(name="别的城市")
    mine, other = Part(bureau.pk % 2, 2), Part((bureau.pk + 1) % 2, 2)
    assert found() == [("people_bureau", kept.WHOLE, "changed")]
    assert [one.what for one in differences(part=mine)] == ["changed"]
    assert list(differences(part=other)) == []


def test_the_digests_stand_in_the_payload_and_are_not_shown_as_facts() -> None:
    office()
    entry = LedgerEntry.objects.get()
    assert entry.data == {"code": "JB"}
    assert "局办公室" not in (entry.payload or ""), "digests, no values"


def test_two_entries_keep_unlike_digests_of_the_same_values() -> None:
    made = office()
    record("system", "department.looked_at", {}, WANG, rows=[made])
    first, second = (json.loads(entry.payload or "")["kept_rows"] for entry in LedgerEntry.objects.order_by("id"))
    assert first != second


def test_what_is_vouched_for_is_what_is_stored() -> None:
    made = office()
    Department.objects.filter(pk=made.pk).update(name="改名后的办公室")  # `made` knows nothing of it
    record("system", "department.renamed", {}, WANG, rows=[made])
    assert found() == []


def test_an_erased_entry_leaves_its_rows_unknown_but_there() -> None:
    made = office()
    actions.erase("system", 1, decision="删〔2026〕1号", reason="当事人依法要求删除", decided_by=WANG, second_person=LI)
    Department.objects.filter(pk=made.pk).update(name="改过")
    assert found() == []
    Department.objects.filter(pk=made.pk).delete()
    assert found() == [("people_department", "", "gone")]


def test_an_erased_entry_takes_nothing_from_what_was_told_after_it() -> None:
    made = office()
    record("system", "department.renamed", {}, WANG, rows=[made])
    actions.erase("system", 1, decision="删〔2026〕1号", reason="当事人依法要求删除", decided_by=WANG, second_person=LI)
    Department.objects.filter(pk=made.pk).update(name="改过")
    assert found() == [("people_department", "name", "changed")]


def appended(payload: str | dict[str, object], salt: str = "", kind: str = "department.renamed") -> LedgerEntry:
    """What an insider adds who has the database and not the key: an entry that fits onto the chain."""
    head = ChainHead.objects.get(pk="system")
    entry = LedgerEntry(chain="system", seq=head.seq + 1, at=head.at, kind=kind, actor=WANG.as_json())
    entry.payload = payload if isinstance(payload, str) else canonical.dumps(payload)
    entry.salt, entry.prev_hash = salt or secrets.token_hex(16), head.hash
    entry.digest = hashing.digest(entry.salt, entry.payload)
    entry.hash = hashing.entry_hash(entry)
    entry.save()
    ChainHead.objects.filter(pk="system").update(seq=entry.seq, hash=entry.hash, at=entry.at)
    return entry


def test_an_older_entry_that_is_appended_again_does_not_bring_its_state_back() -> None:
    made = office()
    first = LedgerEntry.objects.get()
    made.name = "办公室"
    made.save()
    record("system", "department.renamed", {}, WANG, rows=[made])
    Department.objects.filter(pk=made.pk).update(name="局办公室")
    appended(json.loads(first.payload or ""), first.salt or "")
    assert queries.verify().ok, "the chain alone tells nothing"
    assert ("people_department", "name", "changed") in found()


def test_an_entry_made_without_the_key_of_the_house_vouches_for_nothing() -> None:
    made = office()
    Department.objects.filter(pk=made.pk).update(name="改过")
    place = kept.Place("system", 2, "ab" * 16, b"x" * 32)
    (values,) = kept.TABLES["people_department"].values([made.pk])
    digests = kept.TABLES["people_department"].digests(made.pk, values[1:], place)
    appended({"kept_rows": {"people_department": {str(made.pk): digests}}}, place.salt)
    assert queries.verify().ok, "the chain alone tells nothing"
    assert ("people_department", "name", "changed") in found()


@pytest.mark.parametrize("told", [{}, {"code": "0" * 24}, {"-": "0" * 24}, {"-": None}, {"nonsense": 1}])
def test_an_entry_that_leaves_columns_out_vouches_for_none_of_them(told: dict[str, object]) -> None:
    made = office()
    Department.objects.filter(pk=made.pk).update(name="改过")
    appended({"kept_rows": {"people_department": {str(made.pk): told}}})
    assert found() != []
    Department.objects.filter(pk=made.pk).delete()
    assert found() == [("people_department", "", "gone")]


def test_a_record_of_an_erasure_that_never_was_forgets_nothing() -> None:
    made = office()
    Department.objects.filter(pk=made.pk).update(name="改过")
    told = {"chain": "system", "seq": 1, "spoke_of": {"people_department": [str(made.pk)]}}
    appended(told, kind="ledger.erased")
    assert found() == [("people_department", "name", "changed")]


def test_a_second_record_of_a_true_erasure_forgets_nothing_that_the_first_did_not_name() -> None:
    """Whoever has the database alone can write such a record, and names rows in it that he has edited."""
    made = office()
    record("system", "department.looked_at", {}, WANG)
    actions.erase("system", 2, decision="删〔2026〕1号", reason="当事人依法要求删除", decided_by=WANG, second_person=LI)
    true = LedgerEntry.objects.get(kind="ledger.erased")
    told = json.loads(true.payload or "")
    Department.objects.filter(pk=made.pk).update(name="改过")
    named = {**told, "spoke_of": {"people_department": [str(made.pk)]}}
    for payload in (named, {key: value for key, value in named.items() if key != "kept_rows"}):
        appended(payload, kind="ledger.erased")
        assert ("people_department", "name", "changed") in found()


BROKEN = [
    "[]", '{"kept_rows":{"x":1', '{"kept_rows":{"people_department":[]}}', '{"kept_rows":{"people_bureau":{"abc":{}}}}',
    '{"kept_rows":{"a":' + "[" * 100_000,
    '{"chain":"system","seq":"x","spoke_of":{}}', '{"chain":"system","seq":[1],"spoke_of":{}}',
    '{"chain":"system","seq":1,"spoke_of":null}', '{"chain":{},"seq":1,"spoke_of":{"people_department":[[1]]}}',
]  # fmt: skip


@pytest.mark.parametrize("kind", ["department.renamed", "ledger.erased"])
@pytest.mark.parametrize("payload", BROKEN)
def test_a_broken_payload_hides_nothing_else(payload: str, kind: str) -> None:
    made = office()
    appended(payload, kind=kind)
    Department.objects.filter(pk=made.pk).update(name="改过")
    assert ("people_department", "name", "changed") in found()
    assert list(differences(part=Part(0, 7)))


def test_with_another_key_every_row_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    office()
    monkeypatch.setattr(kept, "house_key", lambda: b"y" * 32)
    assert {what for _table, _column, what in found()} == {"changed"}


@pytest.mark.parametrize("error", [ValueError("Invalid isoformat string"), OperationalError("no such table")])
def test_a_value_that_is_none_of_its_column_or_a_table_that_is_gone_hides_no_other_table(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, bureau = office(), Bureau.objects.create(name="鞍山")
    record("system", "bureau.named", {}, WANG, rows=[bureau])
    Bureau.objects.filter(pk=bureau.pk).update(name="别的城市")
    values = kept.Kept.values

    def broken(self: kept.Kept, *args: object, **named: object) -> object:
        if self.model is Department:
            raise error
        return values(self, *args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(kept.Kept, "values", broken)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            comparing, "connection", SimpleNamespace(in_atomic_block=False)
        )  # as `check` runs: after an error it can go on asking
        there, told = sorted(found()), comparing.rows_are_as_the_ledger_says()
    assert there == [("people_bureau", kept.WHOLE, "changed"), ("people_department", "", "unreadable")]
    assert any("读不出来" in one.sentence_zh for one in told)
    assert made.pk


def test_a_row_that_is_not_stored_or_not_kept_is_refused() -> None:
    with pytest.raises(LedgerError, match="no id yet"):
        record("system", "department.made", {}, WANG, rows=[Department(code="X")])
    with pytest.raises(LedgerError, match="do not exist"):
        record("system", "department.made", {}, WANG, rows=[Department(pk=987654, code="X")])
    with pytest.raises(LedgerError, match="work_counter"), transaction.atomic():
        record("system", "counter.made", {}, WANG, rows=[Counter.objects.create(name="n")])
    with pytest.raises(LedgerError, match="保留的字段名"):
        record("system", "department.made", {"kept_rows": {}}, WANG)
    assert not LedgerEntry.objects.exists()


def test_a_reason_for_a_column_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="nonsense"):
        kept.keep(Department, "部门", "Department", {"nonsense": "写错了"})


def test_together_reads_the_rows_at_the_end_whatever_a_verb_wrote_after_its_entry() -> None:
    made = Department.objects.create(code="ZB", name="招标处", name_en="Tenders")
    other = Department.objects.create(code="JD", name="监督处", name_en="Oversight")
    with together():
        record("system", "department.made", {}, WANG, rows=[made])
        record("department:JD", "department.made", {}, WANG, rows=[other])
        Department.objects.filter(pk=made.pk).update(name="招标采购处")
    assert found() == []
    assert queries.verify().ok


def test_together_reads_all_rows_of_a_table_with_one_query() -> None:
    office()
    rows = [Department.objects.create(code=f"D{n}", name=f"第{n}处", name_en=f"D{n}") for n in range(20)]
    counts = []
    for some in (rows[:2], rows):
        with CaptureQueriesContext(connection) as seen, together():
            for row in some:
                record("system", "department.looked_at", {}, WANG, rows=[row])
        counts.append(len(seen))
    assert counts[0] == counts[1]
    assert found() == []


def test_what_a_part_of_the_transaction_recorded_is_undone_with_it() -> None:
    def fails() -> None:
        with transaction.atomic(), together():
            made = Department.objects.create(code="ZB", name="招标处", name_en="Tenders")
            record("department:ZB", "department.made", {}, WANG, rows=[made])
            record("system", "department.made", {}, WANG, rows=[made])
            raise ZeroDivisionError

    with together():
        made = office()
        with pytest.raises(ZeroDivisionError):
            fails()
        record("department:ZB", "department.looked_at", {}, WANG, rows=[made])
    assert list(LedgerEntry.objects.order_by("id").values_list("chain", "seq")) == [("system", 1), ("department:ZB", 1)]
    assert queries.verify().ok
    assert found() == []


def test_a_row_without_an_act_goes_with_the_entry_before_it_or_gets_its_own() -> None:
    with together():
        made = office()
        other = Department.objects.create(code="ZB", name="招标处", name_en="Tenders")
        vouch("system", [other], "department.kept")
        vouch("system", [], "department.kept")
    vouch("system", [made], "department.kept")
    assert list(LedgerEntry.objects.order_by("id").values_list("kind", flat=True)) == [
        "department.made", "department.kept",
    ]  # fmt: skip
    assert found() == []


def test_a_row_that_nobody_told_holds_what_it_began_with() -> None:
    kept.keep(Department, "部门", "Department", {"is_active": kept.DERIVED}, untold={"name_en": ""})
    made = Department.objects.create(code="ZB", name="招标处", name_en="")
    assert found() == []
    Department.objects.filter(pk=made.pk).update(name_en="Tenders")
    assert found() == [("people_department", "name_en", "changed")]
    record("system", "department.named", {}, WANG, rows=[made])
    assert found() == []
    with pytest.raises(ValueError, match="nonsense"):
        kept.keep(Department, "部门", "Department", untold={"nonsense": ""})
