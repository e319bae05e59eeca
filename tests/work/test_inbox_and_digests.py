"""消息: one row a person and matter; what can wait goes out together, what was read does not go out at all (§7.1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db import transaction
from hypothesis import given, strategies as st

from huiying.kernel import clock
from huiying.work import auditor, notify, outbox
from huiying.work.loop import Loop
from huiying.work.models import Job, Notice

pytestmark = pytest.mark.django_db
CHINA = dt.timezone(dt.timedelta(hours=8))


def at(hour: int, minute: int = 0, day: int = 14) -> dt.datetime:
    return dt.datetime(2026, 9, day, hour, minute, tzinfo=CHINA)


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch, frozen: clock.FrozenClock) -> Iterator[clock.FrozenClock]:
    """A gateway is configured; nothing is sent, since the tests look at the outbox."""
    monkeypatch.setenv("HUIYING_NOTIFY_URLS", "*=json://127.0.0.1:9/")
    return frozen


@pytest.fixture
def no_gateway(monkeypatch: pytest.MonkeyPatch, frozen: clock.FrozenClock) -> clock.FrozenClock:
    monkeypatch.delenv("HUIYING_NOTIFY_URLS", raising=False)
    return frozen


def carried() -> list[tuple[str, str]]:
    return [(job.payload["to"], job.payload["title"]) for job in Job.objects.order_by("id")]


def poll() -> int:
    with transaction.atomic():
        return notify.hand_over_due(clock.now(), 200)


def test_a_notice_stands_in_the_inbox_of_each_recipient_even_without_a_gateway(no_gateway: clock.FrozenClock) -> None:
    assert notify.send("预警", "请定级", ["duty", "office", "duty"], "urgent", url="/desk/") == []
    assert [row.recipient for row in Notice.objects.order_by("recipient")] == ["duty", "office"]
    assert notify.unread("duty").get().url == "/desk/"
    assert not Job.objects.exists()


def test_what_was_told_without_a_gateway_does_not_ring_when_one_is_configured_later(
    no_gateway: clock.FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    notify.send("t", "b", ["duty"], key="k", digest=True)
    monkeypatch.setenv("HUIYING_NOTIFY_URLS", "*=json://127.0.0.1:9/")
    no_gateway.advance(dt.timedelta(days=1))
    assert poll() == 0
    assert notify.send("t", "b", ["duty"], key="k") == []
    assert carried() == []


def test_the_same_key_is_one_notice_and_one_message_a_person(gateway: clock.FrozenClock) -> None:
    notify.send("t", "b", ["duty"], key="case:1")
    notify.send("t", "b", ["duty", "office"], key="case:1")
    assert Notice.objects.count() == 2
    assert carried() == [("duty", "t"), ("office", "t")]


def test_without_a_key_each_sending_is_its_own(gateway: clock.FrozenClock) -> None:
    for _ in range(2):
        notify.send("t", "b", ["duty"])
    assert Notice.objects.count() == Job.objects.count() == 2


def test_a_rolled_back_verb_tells_nobody(gateway: clock.FrozenClock) -> None:
    with transaction.atomic():
        notify.send("t", "b", ["duty"])
        transaction.set_rollback(True)
    assert not Notice.objects.exists()
    assert not Job.objects.exists()


def test_a_title_that_is_too_long_is_cut_and_breaks_nothing(gateway: clock.FrozenClock) -> None:
    notify.send("长" * 500, "b", ["duty"])
    assert len(Notice.objects.get().title) == 200


@pytest.mark.parametrize(
    ("now", "then"),
    [
        (at(7), at(8, 30)),
        (at(8, 30), at(8, 30)),
        (at(8, 31), at(13, 30)),
        (at(16, 59), at(17)),
        (at(17, 1), at(8, 30, day=15)),
        (at(23, 59), at(8, 30, day=15)),
    ],
)
def test_a_digest_goes_at_the_next_of_three_times_of_the_day(now: dt.datetime, then: dt.datetime) -> None:
    assert notify.next_digest(now) == then


@given(st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2027, 12, 31), timezones=st.just(dt.UTC)))  # noqa: DTZ001
def test_a_digest_never_waits_longer_than_a_night_and_never_goes_back(now: dt.datetime) -> None:
    then = notify.next_digest(now)
    assert now <= then <= now + dt.timedelta(hours=15, minutes=30)
    assert then.astimezone(CHINA).time() in notify.DIGEST_TIMES


def test_what_can_wait_goes_out_as_one_message_a_person(gateway: clock.FrozenClock) -> None:
    for number in range(3):
        notify.send(f"任务{number}", "明天到期", ["duty", "office"], digest=True)
    assert carried() == []
    assert poll() == 0
    gateway.set(at(13, 30))
    assert poll() == 6
    assert carried() == [("duty", "3 条消息"), ("office", "3 条消息")]
    body = Job.objects.order_by("id")[0].payload["body"]
    assert [f"任务{number}" in body for number in range(3)] == [True, True, True]
    assert poll() == 0


def test_a_digest_of_one_is_that_notice_itself(gateway: clock.FrozenClock) -> None:
    notify.send("任务", "明天到期", ["duty"], digest=True)
    gateway.set(at(13, 30))
    poll()
    assert carried() == [("duty", "任务")]


def test_a_long_digest_says_how_many_it_leaves_out(gateway: clock.FrozenClock) -> None:
    for number in range(notify.DIGEST_SHOWS + 4):
        notify.send(f"t{number}", "b", ["duty"], "warning" if number == 0 else "info", digest=True)
    gateway.set(at(13, 30))
    poll()
    job = Job.objects.get()
    assert "另有 4 条" in job.payload["body"]
    assert job.payload["urgency"] == "warning"


def test_two_digests_of_one_person_are_two_messages(gateway: clock.FrozenClock) -> None:
    for hour in (13, 17):
        for _ in range(2):
            notify.send("t", "b", ["duty"], digest=True)
        gateway.set(at(hour, 30))
        poll()
    assert carried() == [("duty", "2 条消息")] * 2


def test_what_was_read_before_its_time_is_not_carried_out_any_more(gateway: clock.FrozenClock) -> None:
    notify.send("t", "b", ["duty"], digest=True)
    notify.send("t", "b", ["duty"], not_before=at(12))
    notify.read_all("duty", Notice.objects.latest("id").pk)
    gateway.set(at(14))
    assert poll() == 2
    assert carried() == []


def test_a_notice_waits_for_its_moment(gateway: clock.FrozenClock) -> None:
    notify.send("明早再说", "b", ["duty"], "warning", not_before=at(7, day=15))
    gateway.set(at(6, 59, day=15))
    assert poll() == 0
    gateway.set(at(7, day=15))
    assert poll() == 1
    assert carried() == [("duty", "明早再说")]


def test_a_moment_that_has_passed_is_now(gateway: clock.FrozenClock) -> None:
    notify.send("t", "b", ["duty"], not_before=at(9))
    assert carried() == [("duty", "t")]


def test_what_is_urgent_goes_now_whatever_else_was_asked(gateway: clock.FrozenClock) -> None:
    notify.send("t", "b", ["duty"], "urgent", digest=True, not_before=at(20))
    assert carried() == [("duty", "t")]


def test_a_gateway_that_was_taken_away_leaves_nothing_to_ring_later(
    gateway: clock.FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    notify.send("t", "b", ["duty"], digest=True)
    monkeypatch.delenv("HUIYING_NOTIFY_URLS")
    gateway.set(at(14))
    assert poll() == 1
    assert carried() == []
    assert Notice.objects.get().send_at is None


def test_a_gateway_that_is_down_loses_nothing(gateway: clock.FrozenClock) -> None:
    notify.send("t", "b", ["duty"], not_before=at(11))
    gateway.set(at(11))
    poll()
    outbox.run_due("w")
    job = Job.objects.get()
    assert (job.done_at, job.failed_at) == (None, None)
    assert job.error


def test_the_loop_hands_over_what_is_due(gateway: clock.FrozenClock) -> None:
    notify.send("t", "b", ["duty"], not_before=at(11))
    gateway.set(at(11))
    assert Loop("w", jobs_per_tick=0).tick().polled >= 1
    assert carried() == [("duty", "t")]


def test_the_poller_takes_no_more_than_its_limit_and_the_rest_next_time(gateway: clock.FrozenClock) -> None:
    for _ in range(5):
        notify.send("t", "b", ["duty"], not_before=at(11))
    gateway.set(at(11))
    with transaction.atomic():
        assert notify.hand_over_due(clock.now(), 3) == 3
    assert poll() == 2
    assert Job.objects.count() == 5


def test_check_says_when_notices_are_stuck(gateway: clock.FrozenClock) -> None:
    notify.send("t", "b", ["duty"], not_before=at(11))
    gateway.set(at(11, 9))
    assert notify.notices_go_out() == []
    gateway.set(at(11, 11))
    assert [(row.code, row.severity) for row in notify.notices_go_out()] == [("notice.late", "error")]
    assert "notice.late" in {row.code for row in auditor.check()}
    poll()
    assert notify.notices_go_out() == []


def test_a_person_opens_only_what_was_told_to_that_person(no_gateway: clock.FrozenClock) -> None:
    notify.send("t", "b", ["duty"])
    notice = Notice.objects.get()
    assert notify.opened("office", notice.pk) is None
    notice.refresh_from_db()
    assert notice.read_at is None


def test_opening_again_keeps_the_first_reading(no_gateway: clock.FrozenClock) -> None:
    notify.send("t", "b", ["duty"])
    first = notify.opened("duty", Notice.objects.get().pk)
    no_gateway.advance(dt.timedelta(hours=1))
    again = notify.opened("duty", Notice.objects.get().pk)
    assert first is not None
    assert again is not None
    assert again.read_at == first.read_at


def test_marking_all_read_leaves_what_came_meanwhile(no_gateway: clock.FrozenClock) -> None:
    notify.send("old", "b", ["duty", "office"])
    seen = notify.unread("duty").get().pk
    notify.send("new", "b", ["duty"])
    assert notify.read_all("duty", seen) == 1
    assert [row.title for row in notify.unread("duty")] == ["new"]
    assert notify.unread("office").count() == 1
