"""INV-8, scenario 9: whatever is altered behind the program's back, `verify` names chain and entry."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings, strategies as st
from hypothesis.extra.django import TestCase as HypothesisTestCase

from huiying.kernel import clock
from huiying.ledger import actions, anchors, guards, hashing, queries
from huiying.ledger.actions import Actor, LedgerError, erase, record
from huiying.ledger.models import ChainHead, Erasure, LedgerEntry

WANG, LI = Actor("王敏", "值班员", "局办公室", 1), Actor("李强", "科长", "法规处", 2)


@pytest.fixture
def ledger(db: None, home: Path, frozen: clock.FrozenClock) -> None:
    for number in range(1, 6):
        record("case:1", "case.noted", {"n": number}, WANG)
        record("event:7", "event.noted", {"n": number}, WANG)
        frozen.advance(timedelta(minutes=1))


def entry(seq: int, chain: str = "case:1") -> LedgerEntry:
    return LedgerEntry.objects.get(chain=chain, seq=seq)


def tamper(**values: object) -> Callable[[int], None]:
    return lambda seq: LedgerEntry.objects.filter(chain="case:1", seq=seq).update(**values)


def found(act: Callable[[], object]) -> tuple[str, int]:
    """Where `verify` points after `act`, done by somebody who dropped the guards."""
    with guards.lifted(connection):
        act()
    report = queries.verify()
    assert not report.ok
    assert report.first_bad is not None
    return report.first_bad.chain, report.first_bad.seq


def rewrite(chain: str, start: int, **first: object) -> None:
    """Recompute a chain from `start` as a careful forger would, head included."""
    before = hashing.genesis(chain) if start == 1 else entry(start - 1, chain).hash
    for item in LedgerEntry.objects.filter(chain=chain, seq__gte=start).order_by("seq"):
        for name, value in first.items():
            setattr(item, name, value)
        first = {}
        item.prev_hash = before
        if item.payload is not None:
            item.digest = hashing.digest(item.salt, item.payload)
        item.hash = before = hashing.entry_hash(item)
        item.save()
        ChainHead.objects.filter(pk=chain).update(hash=before, seq=item.seq)


def test_an_honest_ledger_verifies(ledger: None) -> None:
    actions.anchor()
    report = queries.verify()
    assert (report.ok, report.chains, report.entries, report.anchors) == (True, 3, 11, 1)
    assert (report.first_bad, report.erased) == (None, [])


@pytest.mark.django_db
def test_an_empty_ledger_verifies(home: Path) -> None:
    assert queries.verify().ok


@pytest.mark.parametrize(
    "change",
    [
        {"payload": '{"n":99}'},
        {"salt": "0" * 32},
        {"digest": "0" * 64},
        {"prev_hash": "0" * 64},
        {"hash": "0" * 64},
        {"kind": "case.other"},
        {"actor": "{}"},
        {"payload": None},
        {"salt": None},
        {"payload": None, "salt": None},
    ],
)
@pytest.mark.parametrize("seq", [1, 3, 5])
def test_an_edit_of_any_column_is_named(ledger: None, change: dict[str, object], seq: int) -> None:
    assert found(lambda: tamper(**change)(seq)) == ("case:1", seq)


def test_an_edit_of_any_character_of_a_long_payload_is_named(ledger: None) -> None:
    """The digest is of the whole text, however long it is."""
    payload = '{"text":"' + "答" * 300 + '"}'
    sound = hashing.digest("0" * 32, payload)
    for at in range(len(payload)):
        assert hashing.digest("0" * 32, f"{payload[:at]}改{payload[at + 1 :]}") != sound, at


def test_an_edited_time_is_named(ledger: None) -> None:
    assert found(lambda: tamper(at=entry(3).at - timedelta(seconds=1))(3)) == ("case:1", 3)


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="only SQLite stores any type in any column")
@pytest.mark.parametrize(
    "change",
    ["at = '2026-13-45 99:00:00'", "at = 'x'", "seq = 'x'", "kind = x'00ff'", "actor = 7.5", "payload = x'00ff'"],
)
def test_a_value_of_another_type_is_named_and_does_not_stop_the_reading(ledger: None, change: str) -> None:
    def edit() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE ledger_entry SET {change} WHERE chain = 'case:1' AND seq = 3")

    assert found(edit) == ("case:1", 3)


def test_an_entry_moved_to_another_chain_is_named(ledger: None) -> None:
    assert found(lambda: tamper(chain="case:2")(5))[0] in ("case:1", "case:2")


def test_a_deletion_in_the_middle_names_the_missing_entry(ledger: None) -> None:
    assert found(entry(3).delete) == ("case:1", 3)


def test_a_cut_tail_is_named_by_the_head(ledger: None) -> None:
    assert found(LedgerEntry.objects.filter(chain="case:1", seq__gte=4).delete) == ("case:1", 4)


def test_a_whole_chain_gone_is_named_by_the_head(ledger: None) -> None:
    assert found(LedgerEntry.objects.filter(chain="case:1").delete) == ("case:1", 1)


def test_a_cut_tail_with_its_head_is_named_by_the_anchor(ledger: None) -> None:
    actions.anchor()

    def cut() -> None:
        LedgerEntry.objects.filter(chain="case:1", seq__gte=4).delete()
        ChainHead.objects.filter(pk="case:1").update(seq=3, hash=entry(3).hash)

    assert found(cut) == ("case:1", 4)


def test_a_chain_gone_with_its_head_is_named_by_the_anchor(ledger: None) -> None:
    actions.anchor()

    def cut() -> None:
        LedgerEntry.objects.filter(chain="case:1").delete()
        ChainHead.objects.filter(pk="case:1").delete()

    assert found(cut) == ("case:1", 1)


def test_a_chain_rewritten_with_care_is_named_by_the_anchor(ledger: None) -> None:
    actions.anchor()
    assert found(lambda: rewrite("case:1", 2, payload='{"n":99}')) == ("case:1", 5)


def test_without_an_anchor_a_careful_forger_is_not_seen_which_is_why_anchors_exist(ledger: None) -> None:
    with guards.lifted(connection):
        rewrite("case:1", 2, payload='{"n":99}')
    assert queries.verify().ok


def test_an_inserted_tail_is_named(ledger: None) -> None:
    def insert() -> None:
        last = entry(5)
        last.pk, last.seq, last.prev_hash = None, 6, last.hash
        last.hash = hashing.entry_hash(last)
        last.save(force_insert=True)

    assert found(insert) == ("case:1", 6)


def test_two_entries_that_changed_places_are_named(ledger: None) -> None:
    def swap() -> None:
        tamper(seq=99)(2)
        tamper(seq=2)(3)
        tamper(seq=3)(99)

    assert found(swap) == ("case:1", 2)


def test_a_changed_head_is_named(ledger: None) -> None:
    assert found(lambda: ChainHead.objects.filter(pk="case:1").update(hash="0" * 64)) == ("case:1", 5)


def test_a_head_set_back_accuses_the_first_entry_behind_it(ledger: None) -> None:
    moved = {"seq": 2, "hash": entry(2).hash}
    assert found(lambda: ChainHead.objects.filter(pk="case:1").update(**moved)) == ("case:1", 3)


def test_a_broken_anchor_file_is_named_by_line(ledger: None, frozen: clock.FrozenClock) -> None:
    for _ in range(3):
        record("case:1", "case.noted", {}, WANG)
        actions.anchor()
    lines = anchors.path().read_text().splitlines(keepends=True)
    anchors.path().write_text(lines[0] + lines[2])
    report = queries.verify()
    assert report.first_bad is not None
    assert (report.first_bad.chain, report.first_bad.seq) == ("anchors", 2)


def test_each_broken_chain_is_named_once(ledger: None) -> None:
    with guards.lifted(connection):
        LedgerEntry.objects.all().update(kind="case.forged")
    assert [(bad.chain, bad.seq) for bad in queries.verify().bad] == [("case:1", 1), ("event:7", 1)]


def test_an_erased_entry_is_named_with_its_decision_and_the_chain_holds(ledger: None) -> None:
    erase("case:1", 2, decision="2026-3", reason="依当事人申请", decided_by=WANG, second_person=LI)
    report = queries.verify()
    assert report.ok
    assert [(item.chain, item.seq, item.sentence) for item in report.erased] == [("case:1", 2, "已依决定 2026-3 删除")]
    assert (entry(2).payload, entry(2).salt, entry(2).data) == (None, None, None)
    decision = LedgerEntry.objects.get(chain="system")
    assert decision.kind == "ledger.erased"
    assert decision.data["second_person"]["name"] == "李强"


def test_an_erasure_row_without_the_decision_in_the_ledger_is_bad(ledger: None) -> None:
    def forge() -> None:
        Erasure.objects.create(
            decision="9", chain="case:1", seq=2, reason="r", decided_by="a", second_person="b", at=clock.now()
        )
        tamper(payload=None, salt=None)(2)

    assert found(forge) == ("case:1", 2)


def test_a_decision_that_was_not_carried_out_is_bad(ledger: None) -> None:
    def forge() -> None:
        Erasure.objects.create(
            decision="9", chain="case:1", seq=2, reason="r", decided_by="a", second_person="b", at=clock.now()
        )

    assert found(forge) == ("case:1", 2)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"second_person": WANG}, "两个人"),
        ({"second_person": Actor("王敏", "", "局办公室")}, "两个人"),
        ({"second_person": Actor.SYSTEM}, "由人决定"),
        ({"reason": " "}, "理由"),
        ({"decision": ""}, "编号"),
        ({"seq": 99}, "不存在"),
    ],
)
def test_an_erasure_needs_two_people_a_number_and_a_reason(ledger: None, changes: dict[str, object], why: str) -> None:
    arguments = {"seq": 2, "decision": "3", "reason": "r", "decided_by": WANG, "second_person": LI, **changes}
    with pytest.raises(LedgerError, match=why):
        erase("case:1", **arguments)
    assert entry(2).payload is not None


def test_an_entry_is_erased_only_once_and_never_the_record_of_an_erasure(ledger: None) -> None:
    erase("case:1", 2, decision="3", reason="r", decided_by=WANG, second_person=LI)
    for chain, seq in (("case:1", 2), ("system", 1)):
        with pytest.raises(LedgerError):
            erase(chain, seq, decision="4", reason="r", decided_by=WANG, second_person=LI)


class AnyTampering(HypothesisTestCase):
    """INV-8 as a property."""

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        seq=st.integers(1, 4),
        column=st.sampled_from(["kind", "actor", "payload", "salt", "digest", "prev_hash", "hash"]),
        value=st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=60),
    )
    def test_no_edit_goes_unnoticed_inv8(self, seq: int, column: str, value: str) -> None:
        with transaction.atomic():
            for number in range(4):
                record("case:5", "case.noted", {"n": number}, WANG)
        if getattr(entry(seq, "case:5"), column) == value:
            return
        with guards.lifted(connection):
            LedgerEntry.objects.filter(chain="case:5", seq=seq).update(**{column: value})
        bad = queries.verify().first_bad
        assert bad is not None
        assert (bad.chain, bad.seq) == ("case:5", seq)


def test_entries_whose_row_numbers_were_exchanged_are_named(ledger: None) -> None:
    """The last word on a row is found by the number: with it exchanged, an older word would count."""

    def exchange() -> None:
        older, newer = entry(1).pk, entry(2).pk
        for before, after in ((older, 10**6), (newer, older), (10**6, newer)):
            LedgerEntry.objects.filter(pk=before).update(id=after)

    assert found(exchange) == ("case:1", 2)
    assert "编号被改动" in queries.verify().bad[0].why
