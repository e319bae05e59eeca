"""C6.12: a warning always has a recipient and climbs until somebody acknowledges it."""

import datetime as dt
import json

import pytest

from cast import Cast
from huiying.judging import engines, queries, tasks
from huiying.judging.actions import acknowledge_warning
from huiying.judging.models import Event
from huiying.judging.warnings import duty_desk
from huiying.kernel import clock
from huiying.ledger.queries import entries
from huiying.people.errors import Refused
from huiying.people.models import Appointment
from huiying.work.auditor import check
from huiying.work.models import Job
from stream_of import COMPLAINT, bring, event_from, grave_event


def tick(frozen: clock.FrozenClock, minutes: int) -> int:
    return tasks.climb_warnings(frozen.advance(dt.timedelta(minutes=minutes)), 100)


def test_the_duty_desk_hears_first(staff: Cast):
    warning = event_from().warnings.get()
    assert warning.recipients == [user.name for user in duty_desk()]
    assert {"值班员小周", "值班员小吴"} <= set(warning.recipients)
    assert "带班老郑" not in warning.recipients
    assert warning.step == 0


def test_it_climbs_step_by_step_to_the_top_and_stays_there(staff: Cast, frozen: clock.FrozenClock):
    event = event_from()
    for _step in range(6):
        assert tick(frozen, 60) == 1
    warning = event.warnings.get()
    assert warning.recipients[len(duty_desk()) :] == ["带班老郑", "办公室主任", "办公室副主任", "分管副局长", "局长"]
    assert warning.next_action_at is not None
    assert [e.kind for e in entries(f"event:{event.number}")].count("warning.climbed") == 6


def test_a_graver_level_waits_less(staff: Cast, frozen: clock.FrozenClock):
    event = grave_event()
    warning = event.warnings.get()
    assert warning.next_action_at in (frozen() + dt.timedelta(minutes=10), frozen() + dt.timedelta(minutes=15))


def test_nothing_climbs_before_its_time(staff: Cast, frozen: clock.FrozenClock):
    event_from()
    assert tick(frozen, 59) == 0


def test_acknowledging_ends_it_and_twice_is_once(staff: Cast, frozen: clock.FrozenClock):
    event = event_from()
    acknowledge_warning(event.warnings.get(), staff.duty)
    acknowledge_warning(event.warnings.get(), staff.office)
    assert event.warnings.get().acknowledged_by == "值班员小周"
    assert tick(frozen, 600) == 0
    assert [e.kind for e in entries(f"event:{event.number}")].count("warning.acknowledged") == 1


def test_others_cannot_acknowledge_nor_see(staff: Cast):
    event = event_from()
    assert list(queries.open_warnings(staff.duty)) == [event.warnings.get()]
    assert list(queries.open_warnings(staff.works_head)) == []
    with pytest.raises(Refused):
        acknowledge_warning(event.warnings.get(), staff.works_head)
    assert event.warnings.get().acknowledged_at is None


def test_a_higher_suggestion_warns_again_in_place_of_the_old(staff: Cast):
    event = event_from(COMPLAINT, metrics={"reads": 10})
    bring(COMPLAINT + "！", start=1, metrics={"reads": 5_000_000, "reposts": 9000}, outlet_tier=3)
    old, new = event.warnings.order_by("id")
    assert (old.level, new.level) == ("L1", "L3")
    assert "更高级别" in old.acknowledged_by
    assert new.acknowledged_at is None


def test_with_nobody_appointed_the_warning_says_so_and_the_auditor_too(staff: Cast):
    Appointment.objects.update(until=clock.now())
    assert event_from().warnings.get().recipients == ["无人值班"]
    assert "warning.nobody" in [finding.code for finding in check()]


def test_the_auditor_names_warnings_open_for_twice_their_time(staff: Cast, frozen: clock.FrozenClock):
    event = event_from()
    frozen.advance(dt.timedelta(minutes=120))
    assert "warning.open" not in [finding.code for finding in tasks.warnings_are_acknowledged()]
    frozen.advance(dt.timedelta(minutes=1))
    (finding,) = tasks.warnings_are_acknowledged()
    assert finding.code == "warning.open"
    assert event.number in finding.sentence_zh


def test_the_auditor_names_posts_that_wait_for_the_screen(staff: Cast, frozen: clock.FrozenClock):
    bring(COMPLAINT, judge=False)
    frozen.advance(dt.timedelta(minutes=5))
    assert tasks.posts_are_judged() == []
    frozen.advance(dt.timedelta(minutes=1))
    assert [finding.code for finding in tasks.posts_are_judged()] == ["judging.waiting"]


def test_messages_go_out_from_the_second_level_on(staff: Cast, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HUIYING_NOTIFY_URLS", "*=json://127.0.0.1:9/x")
    event_from()
    assert Job.objects.filter(kind="notify").count() == 0
    event = grave_event()
    sent = Job.objects.filter(kind="notify")
    assert {job.payload["to"] for job in sent} == {user.username for user in duty_desk()}
    assert event.number in json.dumps([job.payload for job in sent], ensure_ascii=False)


def test_the_poller_judges_under_the_loop(staff: Cast, frozen: clock.FrozenClock):
    bring(COMPLAINT, judge=False)
    assert tasks.judge_waiting(frozen(), 100) == 1
    assert Event.objects.count() == 1
    assert tasks.judge_waiting(frozen(), 100) == 0
    assert engines.engine() is not None
