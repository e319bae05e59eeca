"""C6.11, C6.12: 观察 and 预警 from the first posts, few changes, reasons in words, a budget of false alarms."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings, strategies as st

from cast import Cast
from huiying.engine.alarms import BAR_DOWN, BAR_UP, bar_for
from huiying.judging import alarming, tasks
from huiying.judging.alarming import follow_feedback, judge_alarm, set_budget
from huiying.judging.models import Alarm, AlarmSetting, Event
from huiying.kernel import clock
from huiying.ledger.queries import entries
from huiying.people.errors import Refused
from stream_of import LIFE, RUMOUR, bring, event_from

HOUR = dt.timedelta(hours=1)


def storm(frozen: clock.FrozenClock, count: int, seconds: float, text: str = RUMOUR) -> Event:
    """`count` copies of one text, `seconds` apart, the last one now."""
    now = frozen()
    for number in range(count):
        published = now - dt.timedelta(seconds=seconds * (count - 1 - number))
        bring(text, start=number, judge=False, published_at=published.isoformat(), platform="微博")
    bring(text, start=count, published_at=now.isoformat(), platform="微博")
    return Event.objects.filter(merged_into=None).order_by("-posts_count")[0]


def test_fifty_quick_posts_alert_and_say_why(staff: Cast, frozen: clock.FrozenClock):
    event = storm(frozen, 60, 15)
    alarm = Alarm.objects.get(event=event, ended_at=None)
    assert (alarm.level, event.alarm) == ("alert", "alert")
    assert "条" in alarm.words
    assert "posts within" in alarm.words_en
    assert alarm.score >= alarm.threshold
    assert "alarm.raised" in [entry.kind for entry in entries(f"event:{event.number}")]


def test_an_alert_warns_the_desk_even_at_the_lowest_level_c6_12(staff: Cast, frozen: clock.FrozenClock):
    event = storm(frozen, 60, 15)
    newest = event.warnings.order_by("-id")[0]
    assert newest.trigger.startswith("传播迅速")
    assert newest.recipients
    assert newest.next_action_at is not None
    assert event.warnings.filter(acknowledged_at=None).count() == 1


def test_ten_posts_in_ten_minutes_are_watched(staff: Cast, frozen: clock.FrozenClock):
    set_budget(0.1, staff.office)
    AlarmSetting.objects.update(watch=5.0, alert=6.0)
    event = storm(frozen, 11, 20)
    alarm = Alarm.objects.get(event=event)
    assert alarm.level == "watch"
    assert alarm.words.startswith("十分钟内来了十条")
    assert not any(row.trigger.startswith("传播迅速") for row in event.warnings.all())


def test_a_handful_of_posts_raises_nothing(staff: Cast, frozen: clock.FrozenClock):
    storm(frozen, 4, 10)
    assert Alarm.objects.count() == 0


def test_a_level_once_reached_is_not_raised_again_while_posts_come(staff: Cast, frozen: clock.FrozenClock):
    event = storm(frozen, 60, 15)
    before = Alarm.objects.count()
    for number in range(70, 76):
        frozen.advance(HOUR)
        bring(RUMOUR, start=number, published_at=frozen().isoformat(), platform="微博")
    assert Alarm.objects.count() == before
    assert Alarm.objects.filter(event=event, ended_at=None).count() == 1


def test_a_day_of_quiet_ends_it_and_the_poller_does_so(staff: Cast, frozen: clock.FrozenClock):
    event = storm(frozen, 60, 15)
    assert not tasks._alarms_quiet(frozen())
    now = frozen.advance(dt.timedelta(hours=25))
    assert tasks._alarms_quiet(now)
    assert tasks.end_quiet_alarms(now, 100) == 1
    assert Event.objects.get(pk=event.pk).alarm == ""
    assert tasks.end_quiet_alarms(now, 100) == 0
    assert [entry.kind for entry in entries(f"event:{event.number}")][-1] == "alarm.ended"


def test_danger_to_life_has_a_path_of_its_own(staff: Cast, frozen: clock.FrozenClock):
    storm(frozen, 20, 5, text=LIFE)
    assert Alarm.objects.count() == 0


def test_nobody_can_write_two_open_alarms_or_one_without_words(staff: Cast):
    event = event_from()
    told = {
        "event": event,
        "level": "watch",
        "at": clock.now(),
        "posts": 9,
        "score": 0,
        "threshold": 0,
        "words_en": "x",
    }
    Alarm.objects.create(words="九条", **told)
    with pytest.raises(IntegrityError), transaction.atomic():
        Alarm.objects.create(words="十条", **told)
    Alarm.objects.update(ended_at=clock.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Alarm.objects.create(words="", **told)


def test_people_say_once_whether_it_was_real(staff: Cast, frozen: clock.FrozenClock):
    storm(frozen, 60, 15)
    alarm = Alarm.objects.get(ended_at=None)
    judge_alarm(alarm, "false", staff.duty)
    assert judge_alarm(alarm, "false", staff.office).verdict_by == "值班员小周"
    with pytest.raises(Refused, match="值班员小周"):
        judge_alarm(alarm, "real", staff.office)
    with pytest.raises(Refused):
        judge_alarm(alarm, "perhaps", staff.office)
    with pytest.raises(Refused):
        judge_alarm(alarm, "real", staff.works_head)


def test_the_office_sets_the_budget_and_the_bars_follow(staff: Cast):
    row = set_budget(2, staff.office)
    assert (row.budget, alarming.bars().budget) == (2, 2)
    assert row.watch < row.alert
    for bad in (0, -1, 101, float("nan")):
        with pytest.raises(Refused):
            set_budget(bad, staff.office)
    with pytest.raises(Refused):
        set_budget(2, staff.duty)
    assert [entry.kind for entry in entries("system")][-1] == "alarm.budget_set"


def past(staff: Cast, frozen: clock.FrozenClock, peaks: list[float], verdict: str) -> None:
    """Events of the last weeks with how much spoke for an alarm, all judged the same way."""
    start = frozen() - dt.timedelta(weeks=4)
    for number, peak in enumerate(peaks):
        event = Event.objects.create(
            number=f"E{number}", stream_no=9_000 + number, title="x", opened_at=start, last_post_at=frozen(),
            first_known_at=start, alarm_peak=peak,
        )  # fmt: skip
        Alarm.objects.create(
            event=event, level="alert", at=start, posts=9, score=peak, threshold=0, words="x", words_en="x",
            verdict=verdict, ended_at=start,
        )  # fmt: skip


def test_many_false_alarms_raise_the_bar_and_real_ones_do_not(staff: Cast, frozen: clock.FrozenClock):
    past(staff, frozen, [0.1 * n for n in range(40)], "false")
    moved = follow_feedback()
    assert moved is not None
    assert moved.alert > alarming.USUAL_ALERT + 1
    assert follow_feedback() is None, "nothing new was said"
    assert moved.figures["false"] == 40
    Alarm.objects.update(verdict="real")
    back = follow_feedback()
    assert back is not None
    assert back.alert <= alarming.USUAL_ALERT


def test_without_feedback_the_usual_bars_stand(staff: Cast):
    assert alarming.bars() == alarming.USUAL
    assert follow_feedback() is None
    assert AlarmSetting.objects.count() == 0


ROWS = st.lists(st.tuples(st.floats(-4, 4), st.sampled_from([True, False, None])), max_size=40)
QUICK = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@QUICK
@given(ROWS, st.floats(0.1, 20), st.floats(0.1, 20), st.floats(1, 8))
def test_a_larger_budget_never_raises_the_bar(
    rows: list[tuple[float, bool | None]], one: float, two: float, weeks: float
):
    assert bar_for(max(one, two), rows, weeks, 0.0) <= bar_for(min(one, two), rows, weeks, 0.0)


@QUICK
@given(ROWS, st.floats(0.1, 20), st.floats(1, 8))
def test_the_bar_stays_within_reach_of_the_usual_one(
    rows: list[tuple[float, bool | None]], budget: float, weeks: float
):
    assert -BAR_DOWN <= bar_for(budget, rows, weeks, 0.0) <= BAR_UP


@QUICK
@given(
    st.lists(st.tuples(st.floats(-1, 2.9), st.booleans()), min_size=1, max_size=40), st.floats(0.2, 20), st.floats(1, 8)
)
def test_above_the_bar_no_more_was_false_than_the_budget_allows(
    rows: list[tuple[float, bool]], budget: float, weeks: float
):
    bar = bar_for(budget, rows, weeks, 0.0)
    false = sum(peak >= bar and not real for peak, real in rows)
    assert false / weeks <= budget + 1e-9


def test_no_verdict_at_all_moves_nothing_for_few_events():
    assert bar_for(3.0, [(0.5, None)] * 4, 4.0, 0.0) == 0.0
