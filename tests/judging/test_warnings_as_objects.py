"""C6.12: level and colour, trigger, recipients, acknowledgement with escalation, cancellation by a person.

Impossible: a warning with no recipient, or one that is unacknowledged and does not climb.
"""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from cast import Cast
from huiying.judging import tasks, warnings
from huiying.judging.actions import acknowledge_warning
from huiying.judging.models import Warning
from huiying.judging.warnings import cancel, settle
from huiying.kernel import clock
from huiying.ledger.queries import entries
from huiying.people.errors import Refused
from huiying.people.models import Appointment
from stream_of import event_from, grave_event

REASON = "与另一事件是同一事项，那边已预警"


def test_no_warning_without_a_recipient_c6_12(staff: Cast):
    event = event_from()
    with pytest.raises(IntegrityError), transaction.atomic():
        Warning.objects.create(
            event=event, level="L1", trigger="x", recipients=[], at=clock.now(), next_action_at=clock.now()
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        event.warnings.update(recipients=[])
    Appointment.objects.update(until=clock.now())
    assert grave_event().warnings.latest("id").recipients == ["无人值班"], "nobody there: it says so and still climbs"


def test_no_unacknowledged_warning_that_does_not_climb_c6_12(staff: Cast):
    event = event_from()
    with pytest.raises(IntegrityError), transaction.atomic():
        event.warnings.update(next_action_at=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Warning.objects.create(event=event, level="L1", trigger="x", recipients=["甲"], at=clock.now())


def test_climbing_never_ends_by_itself_c6_12(staff: Cast, frozen: clock.FrozenClock):
    event = event_from()
    for _step in range(12):
        tasks.climb_warnings(frozen.advance(dt.timedelta(hours=2)), 100)
        assert event.warnings.get().next_action_at is not None


def test_a_person_cancels_with_a_reason_and_the_row_stays_c6_12(staff: Cast, frozen: clock.FrozenClock):
    event = event_from()
    warning = event.warnings.get()
    with pytest.raises(Refused, match="为什么"):
        cancel(warning, "不用了", staff.duty)
    assert event.warnings.get().cancelled_at is None
    done = cancel(warning, REASON, staff.duty)
    assert (done.cancelled_by, done.cancel_reason, done.next_action_at) == ("值班员小周", REASON, None)
    assert (done.acknowledged_by, done.acknowledged_at) == ("值班员小周", frozen())
    assert tasks.climb_warnings(frozen.advance(dt.timedelta(days=2)), 100) == 0
    (entry,) = [one for one in entries(f"event:{event.number}") if one.kind == "warning.cancelled"]
    assert entry.data["reason"] == REASON
    assert cancel(warning, "换一个理由也没有用", staff.office).cancel_reason == REASON


def test_a_warning_that_somebody_took_can_still_be_cancelled_and_keeps_who_took_it(staff: Cast):
    warning = event_from().warnings.get()
    acknowledge_warning(warning, staff.duty2)
    assert cancel(warning, REASON, staff.office).acknowledged_by == "值班员小吴"


def test_no_cancellation_without_name_and_reason_in_the_database_c6_12(staff: Cast):
    event = event_from()
    for missing in ({"cancel_reason": ""}, {"cancelled_by": ""}):
        told = {
            "cancelled_at": clock.now(),
            "cancelled_by": "甲",
            "cancel_reason": REASON,
            "acknowledged_at": clock.now(),
        }
        with pytest.raises(IntegrityError), transaction.atomic():
            event.warnings.update(**(told | missing))


def test_those_who_may_not_acknowledge_may_not_cancel(staff: Cast):
    warning = event_from().warnings.get()
    for user in (staff.works_head, staff.editor, staff.inspector):
        with pytest.raises(Refused):
            cancel(warning, REASON, user)


def test_settling_is_in_the_record(staff: Cast):
    event = event_from()
    assert settle(event, "已并入别处") == 1
    assert settle(event, "再来一次") == 0
    (entry,) = [one for one in entries(f"event:{event.number}") if one.kind == "warning.settled"]
    assert entry.data["why"] == "已并入别处"


def test_the_list_shows_states_and_how_long_it_waited(staff: Cast, frozen: clock.FrozenClock):
    first = event_from().warnings.get()
    spread = {"reads": 3_000_000, "reposts": 9000, "comments": 5000}
    second = event_from(metrics=spread, outlet_tier=3, channel_class="微博客").warnings.latest("id")
    assert first.event_id == second.event_id, "the graver one took the place of the first"
    states = {row.pk: warnings.state_of(row) for row in warnings.warnings_for(staff.duty)}
    assert states == {first.pk: "acknowledged", second.pk: "open"}
    assert not warnings.is_late(second, frozen())
    assert warnings.time_to_acknowledge(second) is None
    frozen.advance(dt.timedelta(minutes=61))
    assert warnings.is_late(second, frozen())
    assert list(warnings.warnings_for(staff.duty, "open")) == [second]
    taken = acknowledge_warning(second, staff.duty)
    assert warnings.time_to_acknowledge(taken) == dt.timedelta(minutes=61)
    assert list(warnings.warnings_for(staff.duty, "open")) == []
    assert list(warnings.warnings_for(staff.duty, "cancelled")) == []
    cancel(taken, REASON, staff.duty)
    assert [row.pk for row in warnings.warnings_for(staff.duty, "cancelled")] == [second.pk]
    assert list(warnings.warnings_for(staff.works_head)) == []


def test_the_time_to_acknowledge_is_in_the_record_from_the_start(staff: Cast, frozen: clock.FrozenClock):
    event = event_from()
    (entry,) = [one for one in entries(f"event:{event.number}") if one.kind == "event.warned"]
    assert entry.data["warning"] == event.warnings.get().pk
    assert dt.datetime.fromisoformat(entry.data["due_at"]) == frozen() + dt.timedelta(hours=1)
