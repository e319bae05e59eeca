"""Many entries in one go: the chains are as if each had been written alone, and an error leaves nothing."""

from __future__ import annotations

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from huiying.kernel.clock import FrozenClock
from huiying.ledger.actions import Actor, LedgerError, record, together
from huiying.ledger.models import ChainHead, LedgerEntry
from huiying.ledger.queries import verify

ANNA = Actor(name="王敏")
CHAINS = ["case:1", "case:2"]


def write(times: int) -> None:
    for n in range(times):
        for chain in CHAINS:
            record(chain, "case.noted", {"n": n}, ANNA)


@pytest.mark.django_db
def test_the_chains_hold_and_go_on_from_where_they_stood_inv_8(frozen: FrozenClock) -> None:
    write(1)
    with together(CHAINS):
        write(3)
    write(1)
    assert [LedgerEntry.objects.filter(chain=chain).count() for chain in CHAINS] == [5, 5]
    assert list(ChainHead.objects.filter(pk__in=CHAINS).values_list("seq", flat=True)) == [5, 5]
    report = verify()
    assert report.ok, report.first_bad


@pytest.mark.django_db
def test_a_chain_that_is_new_or_was_not_named_is_opened_on_the_way() -> None:
    with together([]):
        record("case:9", "case.noted", {"n": 1}, ANNA)
        record("case:9", "case.noted", {"n": 2}, ANNA)
    assert list(LedgerEntry.objects.filter(chain="case:9").order_by("seq").values_list("seq", flat=True)) == [1, 2]
    assert verify().ok


@pytest.mark.django_db
def test_an_error_on_the_way_leaves_nothing_and_the_next_entry_is_written_alone() -> None:
    def fails() -> None:
        with transaction.atomic(), together(CHAINS):
            write(2)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert not LedgerEntry.objects.filter(chain__in=CHAINS).exists()
    write(1)
    assert LedgerEntry.objects.filter(chain__in=CHAINS).count() == 2
    assert verify().ok


@pytest.mark.django_db
def test_one_inside_another_is_the_outer_ones() -> None:
    with together(CHAINS):
        with together(CHAINS):
            write(1)
        assert not LedgerEntry.objects.filter(chain__in=CHAINS).exists()
        write(1)
    assert LedgerEntry.objects.filter(chain__in=CHAINS).count() == 4
    assert verify().ok


@pytest.mark.django_db
def test_the_number_of_statements_does_not_grow_with_the_entries() -> None:
    write(1)
    counts = []
    for times in (2, 20):
        with (
            CaptureQueriesContext(
                connection,
            ) as seen,
            together(CHAINS),
        ):
            write(times)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 5


@pytest.mark.django_db
def test_outside_a_transaction_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as outside:
        outside.setattr(connections["default"], "in_atomic_block", False)
        with pytest.raises(LedgerError), together(CHAINS):
            pass
