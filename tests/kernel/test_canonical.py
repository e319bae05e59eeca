"""INV-8, INV-12: the same value gives the same bytes."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, strategies as st

from huiying.kernel import canonical

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def test_the_form_is_fixed() -> None:
    value = {"b": [1, None, True], "a": "中文", "c": {"z": 1.5}}
    assert canonical.dumps(value) == '{"a":"中文","b":[1,null,true],"c":{"z":1.5}}'


@given(st.dictionaries(st.text(), JSON, max_size=6))
def test_the_order_of_keys_does_not_matter(value: dict) -> None:
    turned = dict(reversed(list(value.items())))
    assert canonical.sha256_of(value) == canonical.sha256_of(turned)


@given(st.datetimes(timezones=st.timezones()))
def test_one_moment_has_one_form_in_every_zone(at: datetime) -> None:
    try:
        moment = at.astimezone(UTC)
    except OverflowError:
        return
    form = canonical.timestamp(at)
    assert len(form) == 27
    assert form == canonical.timestamp(moment)
    assert datetime.fromisoformat(form) == moment


def test_text_order_of_times_is_time_order() -> None:
    east = timezone(timedelta(hours=8))
    early, late = datetime(2018, 10, 24, 1, tzinfo=east), datetime(2018, 10, 23, 18, tzinfo=UTC)
    assert canonical.timestamp(early) < canonical.timestamp(late)


def test_dates_decimals_and_ids_have_a_form() -> None:
    value = [date(2018, 10, 24), Decimal("1.10"), UUID(int=1)]
    assert canonical.dumps(value) == '["2018-10-24","1.10","00000000-0000-0000-0000-000000000001"]'


@pytest.mark.parametrize("value", [{1, 2}, {1: "a"}, datetime(2018, 10, 24), b"x", object()])  # noqa: DTZ001
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical.dumps({"value": value})


def test_not_a_number_is_refused() -> None:
    with pytest.raises(ValueError):
        canonical.dumps(float("nan"))


def test_parts_are_hashed_one_after_another() -> None:
    assert canonical.sha256("a", b"b") == canonical.sha256("ab")
