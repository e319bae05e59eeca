"""Danger to life: a path of its own that calls until somebody acknowledges (Life first, F5)."""

import datetime as dt
import json

import pytest

from cast import Cast
from huiying.judging import queries, tasks
from huiying.judging.actions import acknowledge_urgent, propose_dismissal
from huiying.judging.models import Event, Screening, UrgentCall
from huiying.judging.queries import event_of_post, events_seen
from huiying.judging.warnings import duty_desk
from huiying.kernel import clock
from huiying.ledger.queries import entries
from huiying.listening.models import Post
from huiying.people.errors import Refused
from huiying.people.models import Appointment
from huiying.work import outbox
from huiying.work.models import Job
from stream_of import COMPLAINT, LIFE, bring


def desk() -> list[str]:
    names = [user.name for user in duty_desk()]
    assert "值班员小周" in names
    assert "带班老郑" not in names
    return names


def call() -> UrgentCall:
    bring(LIFE, own_channel=True)
    outbox.run_due("test")
    return UrgentCall.objects.get()


def test_the_call_goes_out_at_once_to_the_duty_desk_and_the_first_leader(staff: Cast, frozen: clock.FrozenClock):
    made = call()
    assert [one["name"] for one in made.called] == [*desk(), "带班老郑"]
    assert made.next_action_at == frozen() + dt.timedelta(minutes=5)


def test_it_calls_the_next_person_every_five_minutes_and_begins_again(staff: Cast, frozen: clock.FrozenClock):
    made = call()
    for _step in range(5):
        assert tasks.call_on(frozen.advance(dt.timedelta(minutes=5)), 10) == 1
    made.refresh_from_db()
    names = [one["name"] for one in made.called]
    first = [*desk(), "带班老郑"]
    assert names == [*first, "办公室主任", "办公室副主任", "分管副局长", "局长", *first]


def test_the_job_that_runs_twice_calls_once(staff: Cast):
    made = call()
    tasks.urgent_call(Job.objects.get(kind="urgent_call"))
    assert UrgentCall.objects.get().called == made.called


def test_acknowledging_needs_an_account_and_ends_the_calling(staff: Cast, frozen: clock.FrozenClock):
    made = call()
    with pytest.raises(Refused, match="已做了什么"):
        acknowledge_urgent(made, " ", staff.shift)
    acknowledge_urgent(made, "10:03 已拨打 110 并电话报告带班领导", staff.shift)
    made.refresh_from_db()
    assert (made.acknowledged_by, made.next_action_at) == ("带班老郑", None)
    assert tasks.call_on(frozen.advance(dt.timedelta(hours=1)), 10) == 0
    assert list(queries.urgent_calls()) == []
    assert [e.kind for e in entries("posts") if e.kind.startswith("urgent")] == [
        "urgent.raised",
        "urgent.called",
        "urgent.acknowledged",
    ]


def test_it_stays_off_lists_titles_and_search_but_stands_on_the_desk(staff: Cast):
    call()
    event = Event.objects.get()
    assert event.life_safety
    assert "跳" not in event.title
    assert event.state == Event.OPEN
    assert list(events_seen()) == []


def test_not_a_word_of_it_goes_through_a_gateway(staff: Cast, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HUIYING_NOTIFY_URLS", "*=json://127.0.0.1:9/x")
    bring(LIFE, own_channel=True)
    tasks.urgent_call(Job.objects.get(kind="urgent_call"))
    sent = json.dumps([job.payload for job in Job.objects.filter(kind="notify")], ensure_ascii=False)
    assert "人身安全" in sent
    assert "货款" not in sent
    assert "跳" not in sent


def test_a_signal_off_the_own_channels_reaches_the_tray_at_least(staff: Cast):
    bring("鞍山一个包工头说活不下去了，要从工地塔吊上跳楼")
    screening = Screening.objects.get()
    assert screening.life_safety
    assert screening.band != Screening.OUT
    assert Post.objects.get().life_safety


def test_a_complaint_without_danger_calls_nobody(staff: Cast):
    bring(COMPLAINT, own_channel=True)
    outbox.run_due("test")
    assert UrgentCall.objects.count() == 0


def test_an_open_call_cannot_be_dismissed(staff: Cast):
    made = call()
    event = event_of_post(made.post)
    assert event is not None
    with pytest.raises(Refused, match="呼叫"):
        propose_dismissal(event, "misread", "看起来只是气话，不必处理这一件", staff.duty)


def test_the_auditor_names_open_calls_and_that_nothing_can_ring(staff: Cast, monkeypatch: pytest.MonkeyPatch):
    made = call()
    assert {finding.code for finding in tasks.urgent_calls_are_taken()} == {"urgent.open", "urgent.no_gateway"}
    monkeypatch.setenv("HUIYING_NOTIFY_URLS", "*=json://127.0.0.1:9/x")
    assert {finding.code for finding in tasks.urgent_calls_are_taken()} == {"urgent.open"}
    acknowledge_urgent(made, "已拨打 110", staff.duty)
    assert tasks.urgent_calls_are_taken() == []


def test_with_nobody_appointed_it_still_calls_and_says_so(staff: Cast):
    Appointment.objects.update(until=clock.now())
    assert [one["name"] for one in call().called] == ["无人值班"]


def test_the_call_waits_behind_no_posts_that_came_before_it(staff: Cast, monkeypatch: pytest.MonkeyPatch):
    """Measured with 500 posts a second: behind the jobs of the storm a call came after ten seconds (F5)."""
    monkeypatch.setenv("HUIYING_NOTIFY_URLS", "*=json://127.0.0.1:9/x")
    bring("鞍山公共资源交易平台登录不上", judge=False)
    bring(LIFE, own_channel=True, judge=False, start=10)
    first = outbox.claim("w")
    assert first is not None
    assert first.kind == "urgent_call"
    outbox.run(first)
    rung = outbox.claim("w")
    assert rung is not None
    assert (rung.kind, rung.payload["urgency"]) == ("notify", "urgent")


def test_a_danger_seen_only_by_the_screen_comes_first_too(staff: Cast):
    bring("鞍山一个包工头说活不下去了，要从工地塔吊上跳楼")
    assert Job.objects.get(kind="urgent_call").comes_first
    assert not Job.objects.filter(kind="judge", comes_first=True).exists()
