"""Rows written in bulk are the rows that the ORM would have written, and nothing is written outside a transaction."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction

from huiying.work.models import Counter, Job
from huiying.work.rows import insert, rewrite

AT = dt.datetime(2026, 9, 14, 2, 0, 0, 123456, tzinfo=dt.UTC)


def job(key: str) -> Job:
    return Job(
        kind="x",
        payload={"帖子": [1, None, True]},
        idempotency_key=key,
        created_at=AT,
        next_action_at=AT,
        max_attempts=3,
    )


def test_a_row_reads_back_as_it_was_given(db: None) -> None:
    rows = [job("a"), job("b")]
    insert(rows)
    for row in rows:
        stored = Job.objects.get(pk=row.pk)
        assert stored.payload == {"帖子": [1, None, True]}
        assert (stored.created_at, stored.done_at, stored.max_attempts) == (AT, None, 3)


def test_ids_go_on_where_the_orm_stopped_and_the_orm_goes_on_after_them(db: None) -> None:
    first = job("a")
    first.save()
    rows = [job("b"), job("c")]
    insert(rows)
    last = job("d")
    last.save()
    assert first.pk < rows[0].pk < rows[1].pk < last.pk


def test_an_inserted_row_saves_as_a_stored_one(db: None) -> None:
    row = job("a")
    insert([row])
    row.error = "later"
    row.save()
    assert Job.objects.get().error == "later"


def test_rewriting_changes_the_named_fields_of_their_own_rows_only(db: None) -> None:
    rows = [job("a"), job("b"), job("c")]
    insert(rows)
    rows[0].error, rows[0].payload, rows[1].error = "wrong", {"n": 1}, "gone"
    rewrite(rows[:2], ["error"])
    assert list(Job.objects.order_by("pk").values_list("error", flat=True)) == ["wrong", "gone", ""]
    assert Job.objects.get(pk=rows[0].pk).payload == {"帖子": [1, None, True]}
    rewrite(rows[:1])
    assert Job.objects.get(pk=rows[0].pk).payload == {"n": 1}


def test_a_table_whose_key_is_a_name_is_rewritten_by_it(db: None) -> None:
    counter = Counter.objects.create(name="x", value=1)
    counter.value = 7
    rewrite([counter])
    assert Counter.objects.get(pk="x").value == 7


def test_what_is_rolled_back_was_never_there(db: None) -> None:
    with transaction.atomic():
        insert([job("a")])
        transaction.set_rollback(True)
    assert not Job.objects.exists()


def test_nothing_is_nothing(db: None) -> None:
    insert([])
    rewrite([])


def test_outside_a_transaction_both_refuse(db: None) -> None:
    """A half-written batch would be worse than none (habit 3)."""
    with pytest.MonkeyPatch.context() as patched:  # ends before the database fixture does
        patched.setattr(transaction.get_connection(), "in_atomic_block", False)
        with pytest.raises(RuntimeError, match="atomic"):
            insert([job("a")])
        with pytest.raises(RuntimeError, match="atomic"):
            rewrite([Counter(name="x")])
