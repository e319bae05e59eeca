"""The verb `record`: inside a transaction, chained, monotone (INV-8, INV-13, S11)."""

from datetime import timedelta

import pytest
from django.db import transaction

from huiying.kernel import clock
from huiying.ledger import actions, hashing, queries
from huiying.ledger.actions import Actor, LedgerError, record
from huiying.ledger.models import ChainHead, LedgerEntry

WANG = Actor("王敏", "值班员", "局办公室", 7)


@pytest.mark.django_db
def test_entries_of_a_chain_follow_one_another(frozen: clock.FrozenClock) -> None:
    first = record("case:1", "case.opened", {"level": "一般"}, WANG)
    second = record("case:1", "case.routed", {"lead": "招标处"}, Actor.SYSTEM)
    assert (first.seq, second.seq) == (1, 2)
    assert first.prev_hash == hashing.genesis("case:1")
    assert second.prev_hash == first.hash
    head = ChainHead.objects.get(pk="case:1")
    assert (head.seq, head.hash, head.at) == (2, second.hash, frozen())


@pytest.mark.django_db
def test_what_is_stored_hashes_to_what_was_recorded(frozen: clock.FrozenClock) -> None:
    frozen.advance(timedelta(microseconds=123457))
    record("case:1", "case.opened", {"b": [1, 2.5, None], "a": "中文"}, WANG)
    stored = LedgerEntry.objects.get()
    assert stored.payload == '{"a":"中文","b":[1,2.5,null]}'
    assert stored.data == {"a": "中文", "b": [1, 2.5, None]}
    assert stored.actor_data == {"name": "王敏", "post": "值班员", "department": "局办公室", "user_id": 7}
    assert stored.hash == hashing.entry_hash(stored)
    assert stored.digest == hashing.digest(stored.salt, stored.payload)


@pytest.mark.django_db
def test_the_same_fact_twice_has_two_digests(frozen: clock.FrozenClock) -> None:
    first = record("a", "case.opened", {}, WANG)
    assert record("b", "case.opened", {}, WANG).digest != first.digest


@pytest.mark.django_db
def test_a_clock_wound_back_does_not_make_an_entry_earlier_inv13(frozen: clock.FrozenClock) -> None:
    first = record("case:1", "case.opened", {}, WANG)
    frozen.advance(timedelta(hours=-3))
    second = record("case:1", "case.closed", {}, WANG)
    assert second.at == first.at
    assert record("case:2", "case.opened", {}, WANG).at == frozen()


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["opened", "Case.opened", "case.opened.twice", "case opened", "案件.立案", ""])
def test_a_kind_not_written_noun_dot_verb_is_refused(kind: str) -> None:
    with pytest.raises(LedgerError, match="类别"):
        record("case:1", kind, {}, WANG)


@pytest.mark.django_db
def test_a_payload_without_canonical_form_is_refused_and_leaves_nothing() -> None:
    with pytest.raises(LedgerError, match="case:1"):
        record("case:1", "case.opened", {"x": {1, 2}}, WANG)
    assert not ChainHead.objects.exists()


@pytest.mark.django_db
def test_a_rolled_back_act_leaves_no_entry_and_no_gap() -> None:
    record("case:1", "case.opened", {}, WANG)

    def act() -> None:
        with transaction.atomic():
            record("case:1", "case.closed", {}, WANG)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act()
    assert record("case:1", "case.routed", {}, WANG).seq == 2
    assert queries.verify().ok


@pytest.mark.django_db
def test_locks_are_taken_in_sorted_order_whatever_the_caller_says() -> None:
    with transaction.atomic():
        heads = actions.lock("event:2", "case:9", "event:1", "case:9")
    assert list(heads) == ["case:9", "event:1", "event:2"]
    assert {head.seq for head in heads.values()} == {0}


def test_recording_outside_a_transaction_is_refused_s11() -> None:
    with pytest.raises(LedgerError, match=r"transaction\.atomic"):
        record("case:1", "case.opened", {}, WANG)
    with pytest.raises(LedgerError, match=r"transaction\.atomic"):
        actions.lock("case:1")


@pytest.mark.django_db
def test_when_the_ledger_cannot_write_the_act_does_not_happen_s11(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise OSError("disk full")

    ChainHead.objects.create(chain="act", hash="x")
    monkeypatch.setattr(LedgerEntry, "save", broken)

    def act() -> None:
        with transaction.atomic():
            ChainHead.objects.filter(pk="act").update(hash="acted")
            record("case:1", "case.opened", {}, WANG)

    with pytest.raises(OSError, match="disk full"):
        act()
    assert ChainHead.objects.get(pk="act").hash == "x"


@pytest.mark.django_db
def test_timelines_tell_several_chains_as_one_story(frozen: clock.FrozenClock) -> None:
    for chain in ("event:1", "case:1", "event:1", "case:2"):
        record(chain, "case.noted", {}, WANG)
        frozen.advance(timedelta(minutes=1))
    story = list(queries.timeline(["case:1", "event:1"]))
    assert [(entry.chain, entry.seq) for entry in story] == [("event:1", 1), ("case:1", 1), ("event:1", 2)]
    assert [entry.seq for entry in queries.entries("event:1")] == [1, 2]
    assert [entry.chain for entry in queries.since(story[1].pk)] == ["event:1", "case:2"]
