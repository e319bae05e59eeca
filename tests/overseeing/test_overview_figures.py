"""The figures behind the overview (C10.2, INV-12): each counted again from other tables, by another way."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from zoneinfo import ZoneInfo

import pytest

import stories
from cast import Cast
from huiying.handling import actions as handling
from huiying.handling.clocks import poll
from huiying.handling.models import Breach, Case, Clock
from huiying.judging.models import Event, EventPost
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.actions import Actor, record
from huiying.listening.models import Post
from huiying.overseeing import overview
from huiying.overseeing.commands import assess
from huiying.overseeing.history.norms import period
from huiying.people.queries import regulation_now
from stream_of import LIFE

ZONE = ZoneInfo("Asia/Shanghai")
SEPTEMBER = period("2026-09")


@pytest.fixture
def house(cast: Cast, frozen: FrozenClock) -> Cast:
    """One case answered in time, one late, one still running; two more matters, one of them a danger to life."""
    stories.answered(cast)
    late = stories.opened(cast, text=stories.RUMOUR)
    handling.route(late, cast.department("Z-XX"), [], "传言说的是交易系统，由信息技术部主办", cast.duty)
    frozen.advance(dt.timedelta(hours=60))
    while poll(clock.now(), 100):
        pass
    stories.opened(cast, "一般", stories.CONSULTATION)
    stories.hear("鞍山公共资源交易中心开标大厅的空调坏了，能不能修一修")
    dangerous = stories.hear(LIFE, own_channel=True)
    assert dangerous.life_safety
    return cast


def test_c12_3_the_on_time_share_is_the_one_that_assess_computes(house: Cast) -> None:
    told = overview.punctual([SEPTEMBER], regulation_now())["2026-09"].of()
    assessed = assess("2026-09")
    assert told.share == assessed["on_time_share"]
    assert told.late == assessed["late"]
    assert told.on_time + told.late + told.open == assessed["cases"]


def test_the_shares_by_level_and_department_agree_with_the_tables(house: Cast) -> None:
    """Counted again from the cases, their breaches and their departments, without the ledger."""
    law = regulation_now()
    late = set(Breach.objects.filter(clock__act="respond", counts=True).values_list("clock__case", flat=True))
    by_level: Counter[tuple[str, str]] = Counter()
    by_lead: Counter[tuple[str, str]] = Counter()
    for case in Case.objects.all():
        state = "late" if case.pk in late else "on_time" if case.answered_at else "open"
        lead = case.departments.filter(role="lead", until__isnull=True).first()
        by_level[case.level, state] += 1
        by_lead[lead.department.name if lead else "", state] += 1
    assert late
    told = overview.punctual([SEPTEMBER], law)["2026-09"]
    for code, share in told.by_level(law):
        assert (share.on_time, share.late, share.open) == tuple(
            by_level[code, state] for state in ("on_time", "late", "open")
        )
    department = house.department("Z-XX").name
    share = told.of([department])
    assert (share.on_time, share.late) == (by_lead[department, "on_time"], by_lead[department, "late"])
    assert min(share.on_time, share.late) > 0


def test_a_month_without_a_case_has_no_share_and_not_a_share_of_nought(cast: Cast) -> None:
    assert overview.punctual([period("2026-08")], regulation_now())["2026-08"].of().share is None


def test_a_case_counts_in_the_month_in_which_it_was_opened(house: Cast, frozen: FrozenClock) -> None:
    frozen.set(dt.datetime(2026, 10, 3, 2, 0, tzinfo=dt.UTC))
    while poll(clock.now(), 100):
        pass
    told = overview.punctual([SEPTEMBER, period("2026-10")], regulation_now())
    assert told["2026-10"].of() == overview.OnTime()
    assert told["2026-09"].of().late == assess("2026-09")["late"]


def test_the_trend_counts_every_post_of_an_event_once_and_no_danger_to_life(house: Cast) -> None:
    days = overview.last_days(14, ZONE)
    told = overview.trend(days, regulation_now())
    concerns: Counter[tuple[str, dt.date]] = Counter()
    channels: Counter[tuple[str, dt.date]] = Counter()
    for post in Post.objects.filter(life_safety=False):
        place = EventPost.objects.filter(post=post, withdrawn_at__isnull=True).first()
        if place is not None and not place.event.life_safety:
            day = post.received_at.astimezone(ZONE).date()
            concerns[place.event.concern or overview.UNKNOWN, day] += 1
            channels[post.channel_class or overview.UNKNOWN, day] += 1
    assert sum(channels.values()) == told.total > 2
    assert Post.objects.filter(life_safety=True).exists()
    for rows, counted in ((told.concerns, concerns), (told.channels, channels)):
        drawn = {(row.name, day): n for row in rows for day, n in zip(told.days, row.counts, strict=True) if n}
        assert drawn == dict(counted)


def test_the_days_are_the_bureaus_own_and_not_those_of_utc(cast: Cast, frozen: FrozenClock) -> None:
    """23:30 on the 13th and 00:30 on the 14th in Anshan are one day in UTC."""
    for at in ("2026-09-14T23:30", "2026-09-15T00:30"):
        frozen.set(dt.datetime.fromisoformat(at).replace(tzinfo=ZONE))
        stories.hear(f"{stories.OUTAGE} {at}")
    told = overview.trend(overview.last_days(2, ZONE), regulation_now())
    assert [row.counts for row in told.channels] == [(1, 1)]
    hours = overview.hours_known(SEPTEMBER, ZONE)
    assert set(hours) <= {(14, 23), (15, 0)}


def test_the_hours_of_the_month_are_those_of_first_knowledge(house: Cast) -> None:
    counted: Counter[tuple[int, int]] = Counter()
    for event in Event.objects.exclude(state=Event.MERGED):
        if not event.life_safety:
            at = event.first_known_at.astimezone(ZONE)
            counted[at.day, at.hour] += 1
    assert overview.hours_known(SEPTEMBER, ZONE) == dict(counted)
    assert overview.hours_known(period("2026-08"), ZONE) == {}


def test_the_running_clocks_are_the_live_legal_ones_soonest_first(house: Cast) -> None:
    rows = overview.running()
    due = [row.due_at for row in rows]
    assert due == sorted(due)
    for row in rows:
        clocks = Clock.objects.filter(
            case__number=row.number, is_legal=True, stopped_at__isnull=True, superseded_at__isnull=True
        )
        assert row.due_at == min(clocks.values_list("due_at", flat=True))
    levels = overview.by_level(rows, regulation_now(), clock.now())
    assert [told.level for told in levels] == ["L4", "L3", "L2", "L1"]
    assert sum(len(told.cases) for told in levels) == len(rows)
    assert sum(told.overdue for told in levels) == sum(row.due_at < clock.now() for row in rows) >= 1


@pytest.mark.django_db
def test_the_first_month_is_that_of_the_earliest_entry_where_time_is_replayed(frozen: FrozenClock) -> None:
    """A demonstration is set up in its machine's own time and begins with a day of the past."""
    zone = ZoneInfo("Asia/Shanghai")
    assert overview.began(zone) is None
    for chain, month in (("system", 11), ("event:E1", 9)):
        frozen.set(dt.datetime(2026, month, 14, tzinfo=dt.UTC))
        record(chain, "note.made", {}, Actor.SYSTEM)
    found = overview.began(zone)
    assert found is not None
    assert found.words == "2026-09"
