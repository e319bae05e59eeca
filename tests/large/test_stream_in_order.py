"""However messages come, a bureau's tables are those of its one-process run: once each, in their order (INV-1)."""

from __future__ import annotations

import random
from typing import Any

import pytest

from cast import Cast
from huiying.hub import broker, consuming
from huiying.hub.consuming import Stream
from huiying.hub.models import Batch
from huiying.judging import pipeline
from huiying.judging.models import Event, EventPost
from huiying.ledger.models import LedgerEntry
from huiying.ledger.queries import verify
from huiying.listening.models import Post
from huiying.work.models import Job
from lines_of import post
from stream_of import COMPLAINT, OTHER, PRAISE, RUMOUR

TEXTS = (COMPLAINT, OTHER, PRAISE, RUMOUR)
BATCHES = [
    broker.Batch(n, "import", tuple(post(f"{n}-{at}", f"{text}（第{n}回）") for at, text in enumerate(TEXTS)))
    if n % 3
    else broker.Batch(n, "import", ())
    for n in range(1, 8)
]


@pytest.fixture
def taker(cast: Cast, secret: bytes) -> Stream:
    return Stream(secret)


def rows() -> list[tuple[Any, ...]]:
    """Posts in the order in which they came, each with its event."""
    placed = dict(EventPost.objects.values_list("post_id", "event__number"))
    return [(row.native_id, row.version, placed.get(row.pk)) for row in Post.objects.order_by("id")]


def send(taker: Stream, secret: bytes, numbers: list[int]) -> int:
    return sum(taker.take(broker.seal(BATCHES[n - 1], secret)) for n in numbers)


def test_in_order_they_are_taken_one_by_one(taker: Stream, secret: bytes) -> None:
    assert [send(taker, secret, [n]) for n in range(1, 8)] == [1] * 7
    assert [native for native, _version, _event in rows()] == [row["native_id"] for b in BATCHES for row in b.rows]
    assert Event.objects.count() > 1
    assert consuming.taken() == 7


@pytest.mark.parametrize("seed", range(3))
def test_out_of_order_and_twice_they_leave_the_same_tables(taker: Stream, secret: bytes, seed: int, cast: Cast) -> None:
    dice = random.Random(seed)
    numbers = [*range(1, 8), *dice.choices(range(1, 8), k=4)]
    dice.shuffle(numbers)
    assert send(taker, secret, numbers) == 7
    found = rows()
    assert [native for native, _version, _event in found] == [row["native_id"] for b in BATCHES for row in b.rows]
    assert {version for _native, version, _event in found} == {1}
    assert not Batch.objects.exists()
    assert all(row.screened for row in Post.objects.all())
    assert verify().ok


def test_an_early_batch_waits_in_a_row_and_can_be_read_by_nobody(taker: Stream, secret: bytes) -> None:
    assert send(taker, secret, [2, 2]) == 0
    assert not Post.objects.exists()
    row = Batch.objects.get()
    assert COMPLAINT.encode() not in bytes(row.body)
    assert send(taker, secret, [1]) == 2
    assert not Batch.objects.exists()


def test_one_that_comes_again_changes_nothing(taker: Stream, secret: bytes) -> None:
    send(taker, secret, [1, 2])
    before = (rows(), LedgerEntry.objects.count(), Job.objects.count())
    assert send(taker, secret, [2, 1]) == 0
    assert (rows(), LedgerEntry.objects.count(), Job.objects.count()) == before


def test_a_batch_that_fails_leaves_nothing_and_is_taken_when_it_comes_again(
    taker: Stream, secret: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(limit: int = 0) -> pipeline.Judged:
        raise RuntimeError("坏了")

    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "judge_pending", fail)
        with pytest.raises(RuntimeError):
            send(taker, secret, [1])
    assert not Post.objects.exists()
    assert consuming.taken() == 0
    assert send(taker, secret, [1]) == 1


def test_a_bureau_that_joined_late_begins_where_it_joined(cast: Cast, secret: bytes) -> None:
    late = Stream(secret, begins=5)
    assert send(late, secret, [5, 4]) == 1
    assert consuming.taken() == 5


def test_a_message_of_another_hub_stops_the_process(taker: Stream) -> None:
    with pytest.raises(broker.Unreadable):
        taker.take(broker.seal(BATCHES[0], bytes(32)))
    assert not Post.objects.exists()
