"""C1.4, C11.1: what is to be public by a day is planned, asked for in time, and late is late by the server's clock."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

import releasing_told as told
from cast import Cast
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.responding import releasing
from huiying.responding.actions.releasing import (
    drop_disclosure,
    edit_disclosure,
    finish_disclosure,
    follow,
    plan_disclosure,
)
from huiying.responding.models import DisclosureItem, PressConference
from huiying.responding.tasks.releasing import late_disclosures, remind_of_disclosures
from huiying.work import schedule
from huiying.work.models import Notice
from releasing_told import refused

URL = "https://gov.example/data/8.html"
TODAY = dt.date(2026, 9, 14)  # where the frozen clock stands


def planned(cast: Cast, due_on: dt.date = dt.date(2026, 9, 25), **changes: Any) -> DisclosureItem:
    told_: dict[str, Any] = {
        "title": "第三季度交易数据",
        "kind": "statistics",
        "department": cast.department("Z-XX"),
        "due_on": due_on,
        "repeats": "",
        "ground": "《政府信息公开条例》第二十条",
        "actor": cast.office,
    }
    return plan_disclosure(**(told_ | changes))


def to_day(frozen: FrozenClock, day: dt.date, hour: int = 10) -> None:
    """That hour of that day in the bureau's zone."""
    frozen.set(dt.datetime.combine(day, dt.time(hour), releasing.zone()))


def heard(words: str) -> set[str]:
    return set(Notice.objects.filter(body__contains=words).values_list("recipient", flat=True))


def test_the_office_plans_for_everybody_a_department_for_itself(cast: Cast) -> None:
    planned(cast)
    planned(cast, actor=cast.tech_head)
    for who in ("works_head", "editor", "inspector", "duty", "deputy"):
        assert refused(lambda who=who: planned(cast, actor=cast.people[who])) == "not_permitted"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"due_on": TODAY - dt.timedelta(days=1)}, "in_the_past"),
        ({"kind": "gossip"}, "unknown_kind"),
        ({"repeats": "hourly"}, "unknown_rhythm"),
        ({"title": "数"}, "too_short"),
    ],
)
def test_a_plan_that_cannot_be_kept_is_refused(cast: Cast, change: dict[str, Any], code: str) -> None:
    assert refused(lambda: planned(cast, **change)) == code


def test_it_is_asked_for_three_days_before_on_the_day_and_the_day_after(cast: Cast, frozen: FrozenClock) -> None:
    planned(cast)
    for day, who in (
        (dt.date(2026, 9, 22), {"tech_head", "tech_liaison"}),
        (dt.date(2026, 9, 25), {"tech_head", "tech_liaison"}),
        (dt.date(2026, 9, 26), {"tech_head", "tech_liaison", "office", "office2"}),
    ):
        to_day(frozen, day, 8)
        assert remind_of_disclosures(clock.now(), 10) == 0, "not before people have come in"
        to_day(frozen, day, 9)
        Notice.objects.all().delete()
        assert remind_of_disclosures(clock.now(), 10) == 1
        assert heard("第三季度交易数据") == who
    to_day(frozen, dt.date(2026, 10, 26))
    assert remind_of_disclosures(clock.now(), 10) == 0, "afterwards it stands in red, and does not ring for ever"


def test_the_loop_asks_by_itself(cast: Cast, frozen: FrozenClock) -> None:
    planned(cast)
    to_day(frozen, dt.date(2026, 9, 22))
    assert schedule.run_pollers() >= 1
    assert heard("应公开")


def test_a_loop_that_slept_asks_once_for_all_that_it_missed(cast: Cast, frozen: FrozenClock) -> None:
    planned(cast)
    to_day(frozen, dt.date(2026, 9, 30))
    assert remind_of_disclosures(clock.now(), 10) == 1
    assert remind_of_disclosures(clock.now(), 10) == 0
    assert heard("已经超期") == {"tech_head", "tech_liaison", "office", "office2"}


def test_done_has_an_address_and_the_servers_day_inv_13(cast: Cast, frozen: FrozenClock) -> None:
    item = planned(cast)
    assert refused(lambda: finish_disclosure(item, "", None, cast.tech_head)) == "url"
    assert refused(lambda: finish_disclosure(item, "见官网", None, cast.tech_head)) == "url"
    assert refused(lambda: finish_disclosure(item, URL, None, cast.works_head)) == "not_permitted"
    to_day(frozen, dt.date(2026, 9, 25), 23)
    item = finish_disclosure(item, URL, None, cast.tech_head)
    assert (item.url, releasing.is_late(item), item.next_action_at) == (URL, False, None)
    assert refused(lambda: finish_disclosure(item, URL, None, cast.tech_head)) == "is_over"
    entry = LedgerEntry.objects.get(chain="system", kind="disclosure.done")
    assert entry.data is not None
    assert {name: entry.data[name] for name in ("item", "due_on", "done_on")} == {
        "item": item.pk,
        "due_on": "2026-09-25",
        "done_on": "2026-09-25",
    }


def test_what_is_done_after_its_day_stays_late(cast: Cast, frozen: FrozenClock) -> None:
    item = planned(cast)
    to_day(frozen, dt.date(2026, 9, 26), 0)
    assert releasing.is_late(item)
    assert list(releasing.late_items()) == [item]
    assert [finding.code for finding in late_disclosures()] == ["disclosure.late"]
    item = finish_disclosure(item, URL, None, cast.office)
    assert releasing.is_late(item)
    assert not releasing.late_items().exists()
    assert late_disclosures() == []


def test_a_press_release_that_is_out_can_be_what_was_owed(cast: Cast) -> None:
    item = planned(cast)
    draft = told.drafted(cast).release
    assert refused(lambda: finish_disclosure(item, "", draft, cast.office)) == "not_public"
    release = told.published(cast, title="另一份稿")
    item = finish_disclosure(item, "", release, cast.office)
    assert (item.press, item.url) == (release, "/news/2026-2/")


def test_a_date_that_has_passed_is_not_moved(cast: Cast, frozen: FrozenClock) -> None:
    """C11.1: moving it would hide the delay."""
    item = planned(cast)
    fields = {"title": item.title, "kind": item.kind, "repeats": "", "ground": ""}
    item = edit_disclosure(item, **fields, due_on=dt.date(2026, 9, 28), actor=cast.office)
    assert item.due_on == dt.date(2026, 9, 28)
    entry = LedgerEntry.objects.get(kind="disclosure.changed")
    assert entry.data is not None
    assert (entry.data["was"], entry.data["due_on"]) == ("2026-09-25", "2026-09-28")
    before = {"due_on": dt.date(2026, 9, 1), "actor": cast.office}
    assert refused(lambda: edit_disclosure(item, **fields, **before)) == "in_the_past"
    to_day(frozen, dt.date(2026, 9, 29))
    later = {"due_on": dt.date(2026, 10, 29), "actor": cast.office}
    assert refused(lambda: edit_disclosure(item, **fields, **later)) == "already_late"
    edit_disclosure(item, **(fields | {"title": "第三季度的交易数据"}), due_on=item.due_on, actor=cast.office)


def test_editing_nothing_records_nothing(cast: Cast) -> None:
    item = planned(cast)
    before = LedgerEntry.objects.count()
    edit_disclosure(
        item, title=item.title, kind=item.kind, due_on=item.due_on, repeats="", ground=item.ground, actor=cast.office
    )
    assert LedgerEntry.objects.count() == before


def test_a_moved_date_is_asked_for_anew(cast: Cast, frozen: FrozenClock) -> None:
    item = planned(cast)
    to_day(frozen, dt.date(2026, 9, 22))
    remind_of_disclosures(clock.now(), 10)
    edit_disclosure(
        item, title=item.title, kind=item.kind, due_on=dt.date(2026, 10, 20), repeats="", ground="", actor=cast.office
    )
    Notice.objects.all().delete()
    to_day(frozen, dt.date(2026, 10, 17))
    remind_of_disclosures(clock.now(), 10)
    assert heard("10-20") == {"tech_head", "tech_liaison"}


def test_dropping_needs_a_reason_and_leaves_the_row_inv_1(cast: Cast, frozen: FrozenClock) -> None:
    item = planned(cast)
    assert refused(lambda: drop_disclosure(item, "", False, cast.office)) == "too_short"
    item = drop_disclosure(item, "上级不再要求公开", False, cast.office)
    to_day(frozen, dt.date(2026, 10, 1))
    assert not releasing.is_late(item)
    assert releasing.share(2026).due == 0
    assert DisclosureItem.objects.filter(pk=item.pk).exists()


@pytest.mark.parametrize(
    ("first", "repeats", "days"),
    [
        ("2026-09-30", "monthly", ["2026-10-30", "2026-11-30", "2026-12-30"]),
        ("2027-01-31", "monthly", ["2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"]),
        ("2026-11-30", "quarterly", ["2027-02-28", "2027-05-30", "2027-08-30"]),
        ("2028-02-29", "yearly", ["2029-02-28", "2030-02-28"]),
        ("2026-12-15", "monthly", ["2027-01-15"]),
    ],
)
def test_what_repeats_keeps_its_day(cast: Cast, first: str, repeats: str, days: list[str]) -> None:
    item = planned(cast, dt.date.fromisoformat(first), repeats=repeats)
    found = []
    for _day in days:
        made = follow(item)
        assert made is not None
        item = made
        found.append(item.due_on.isoformat())
    assert found == days


def test_the_next_one_comes_by_itself_once(cast: Cast, frozen: FrozenClock) -> None:
    """When this one is done, or when its day has come: a late one never holds the next one back."""
    item = planned(cast, repeats="monthly")
    to_day(frozen, dt.date(2026, 9, 25))
    remind_of_disclosures(clock.now(), 10)
    following = DisclosureItem.objects.get(follows=item)
    assert (following.due_on, following.repeats, following.made_by) == (dt.date(2026, 10, 25), "monthly", "系统")
    finish_disclosure(item, URL, None, cast.office)
    assert DisclosureItem.objects.count() == 2
    finish_disclosure(following, URL, None, cast.office)
    assert DisclosureItem.objects.filter(follows=following).count() == 1


def test_dropping_one_of_a_series_or_the_series(cast: Cast) -> None:
    once, for_good = planned(cast, repeats="yearly"), planned(cast, repeats="yearly")
    drop_disclosure(once, "今年没有这项数据", False, cast.office)
    drop_disclosure(for_good, "以后都不再统计", True, cast.office)
    assert DisclosureItem.objects.filter(follows=once).exists()
    assert not DisclosureItem.objects.filter(follows=for_good).exists()


def test_the_share_counts_what_was_due_up_to_now(cast: Cast, frozen: FrozenClock) -> None:
    assert releasing.share(2026).percent is None
    early, on_day, late, owed = (planned(cast, dt.date(2026, 9, day)) for day in (30, 20, 18, 16))
    planned(cast, dt.date(2026, 12, 1))
    finish_disclosure(early, URL, None, cast.office)
    to_day(frozen, dt.date(2026, 9, 20))
    finish_disclosure(on_day, URL, None, cast.office)
    finish_disclosure(late, URL, None, cast.office)
    share = releasing.share(2026)
    assert (share.due, share.on_time, share.percent) == (4, 2, 50)
    assert set(releasing.due_in(2026)) == {early, on_day, late, owed}


def test_a_month_shows_what_is_owed_planned_and_convened(cast: Cast) -> None:
    item = planned(cast)
    release = told.drafted(cast, planned_at=dt.datetime(2026, 9, 30, 15, 30, tzinfo=dt.UTC)).release
    PressConference.objects.create(
        press=release, topic="第三季度情况发布会", starts_at=dt.datetime(2026, 9, 30, 16, 30, tzinfo=dt.UTC),
        place="一楼大厅", by="采编小林", at=clock.now(),
    )  # fmt: skip
    days = releasing.month(dt.date(2026, 9, 1), cast.watch_head)
    assert [(day.day.day, len(day.items), len(day.releases), len(day.conferences)) for day in days] == [
        (25, 1, 0, 0),
        (30, 0, 1, 0),
    ]
    # Half past four in the afternoon of Greenwich is the next day here.
    (october,) = releasing.month(dt.date(2026, 10, 1), cast.watch_head)
    assert (october.day, len(october.conferences)) == (dt.date(2026, 10, 1), 1)
    assert days[0].items == [item]


def test_a_conference_of_a_case_is_shown_to_who_may_see_the_case(cast: Cast) -> None:
    import stories

    case = stories.accepted(cast)
    PressConference.objects.create(
        case=case, topic="情况发布会", starts_at=clock.now(), place="一楼", by="采编小林", at=clock.now()
    )
    assert len(releasing.month(dt.date(2026, 9, 1), cast.office)) == 1
    assert releasing.month(dt.date(2026, 9, 1), cast.works_head) == []
