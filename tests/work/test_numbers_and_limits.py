"""Running numbers without gaps; rate limits that all processes share."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction

from huiying.kernel import clock
from huiying.work import limits, rows
from huiying.work.models import Counter, RateBucket

MINUTE = timedelta(minutes=1)


@pytest.mark.django_db
def test_numbers_of_a_series_follow_one_another() -> None:
    assert [rows.next_number("case:2026") for _ in range(3)] == [1, 2, 3]
    assert rows.next_number("case:2027") == 1


@pytest.mark.django_db
def test_a_number_taken_in_vain_is_given_again() -> None:

    def act() -> None:
        with transaction.atomic():
            rows.next_number("case:2026")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act()
    assert rows.next_number("case:2026") == 1


def test_a_number_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match=r"transaction\.atomic"):
        rows.next_number("case:2026")


@pytest.mark.django_db
def test_a_burst_is_allowed_and_then_refused(home: Path, frozen: clock.FrozenClock) -> None:
    assert [limits.allow("ask:1.2.3.4", MINUTE, 3) for _ in range(5)] == [True, True, True, False, False]
    assert limits.allow("ask:5.6.7.8", MINUTE, 3)


@pytest.mark.django_db
def test_the_bucket_fills_up_evenly(home: Path, frozen: clock.FrozenClock) -> None:
    for _ in range(3):
        limits.allow("k", MINUTE, 3)
    frozen.advance(timedelta(seconds=19))
    assert not limits.allow("k", MINUTE, 3)
    frozen.advance(timedelta(seconds=2))
    assert limits.allow("k", MINUTE, 3)
    frozen.advance(timedelta(hours=5))
    assert [limits.allow("k", MINUTE, 3) for _ in range(4)] == [True, True, True, False]


@pytest.mark.django_db
def test_a_clock_wound_back_gives_no_tokens(home: Path, frozen: clock.FrozenClock) -> None:
    assert limits.allow("k", MINUTE, 1)
    frozen.advance(-MINUTE * 10)
    assert not limits.allow("k", MINUTE, 1)
    frozen.advance(MINUTE * 10)
    assert not limits.allow("k", MINUTE, 1)


@pytest.mark.django_db
def test_no_address_of_a_visitor_is_stored(home: Path) -> None:
    limits.allow("ask:1.2.3.4", MINUTE, 3)
    assert "1.2.3.4" not in str(RateBucket.objects.values().get())


@pytest.mark.django_db
def test_buckets_of_yesterday_are_forgotten(home: Path, frozen: clock.FrozenClock) -> None:
    limits.allow("old", MINUTE, 3)
    frozen.advance(timedelta(hours=25))
    limits.allow("new", MINUTE, 3)
    assert limits.forget_old_buckets() == 1
    assert RateBucket.objects.count() == 1
    assert not Counter.objects.exists()
