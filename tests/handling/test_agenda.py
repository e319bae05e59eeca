"""列入重要工作日程 (C9.1): planned by the department, seen by its head, done with a word of what came of it."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, strategies as st

from cast import Cast
from huiying.handling.actions.work import (
    acknowledge_agenda,
    finish_agenda,
    is_head_of,
    plan_agenda,
    quarter_now,
    quarter_of,
)
from huiying.handling.models import AgendaItem
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.people.errors import Refused
from huiying.people.models import User

DAY = dt.date(2026, 9, 25)


def planned(cast: Cast, by: str = "tech_liaison") -> AgendaItem:
    return plan_agenda(cast.department("Z-XX"), "2026Q3", "开标系统应急演练", DAY, cast.people[by])


def code_of(call: object, *args: object) -> str:
    with pytest.raises(Refused) as no:
        call(*args)  # type: ignore[operator]
    return no.value.code


def test_an_item_is_planned_acknowledged_and_done_in_the_ledger_c9_1(cast: Cast) -> None:
    item = planned(cast)
    acknowledge_agenda(item, cast.tech_head)
    finish_agenda(item, "演练完成，三处改进", cast.tech_liaison)
    item.refresh_from_db()
    assert (item.acknowledged_by, item.done_note) == ("信息部部长", "演练完成，三处改进")
    entries = LedgerEntry.objects.filter(chain="system", kind__startswith="agenda.").order_by("seq")
    assert [entry.kind for entry in entries] == ["agenda.planned", "agenda.acknowledged", "agenda.done"]
    assert {entry.data["department"] for entry in entries} == {"交易中心信息技术部"}


@pytest.mark.parametrize("who", ["tech_liaison", "tech_head", "office"])
def test_the_department_and_the_office_plan(cast: Cast, who: str) -> None:
    assert planned(cast, who).by == cast.people[who].name


@pytest.mark.parametrize("who", ["works_head", "duty", "deputy", "inspector", "admin", "editor"])
def test_nobody_else_plans_for_a_department(cast: Cast, who: str) -> None:
    assert code_of(planned, cast, who) == "not_permitted"
    assert not AgendaItem.objects.exists()


@pytest.mark.parametrize("who", ["tech_liaison", "office", "works_head", "deputy"])
def test_only_the_departments_own_head_acknowledges_c9_1(cast: Cast, who: str) -> None:
    item = planned(cast)
    assert code_of(acknowledge_agenda, item, cast.people[who]) == "not_permitted"


def test_an_item_is_acknowledged_once(cast: Cast) -> None:
    item = planned(cast)
    acknowledge_agenda(item, cast.tech_head)
    assert code_of(acknowledge_agenda, item, cast.tech_head) == "already_done"


def test_what_the_head_has_not_seen_is_not_ticked_off_c9_1(cast: Cast) -> None:
    item = planned(cast)
    assert code_of(finish_agenda, item, "已经完成了", cast.tech_liaison) == "not_acknowledged"


def test_done_needs_a_word_of_what_came_of_it_and_is_done_once(cast: Cast) -> None:
    item = planned(cast)
    acknowledge_agenda(item, cast.tech_head)
    assert code_of(finish_agenda, item, "好", cast.tech_liaison) == "too_short"
    finish_agenda(item, "演练完成", cast.tech_liaison)
    assert code_of(finish_agenda, item, "演练完成", cast.tech_liaison) == "already_done"


def test_another_department_does_not_tick_it_off(cast: Cast) -> None:
    item = planned(cast)
    acknowledge_agenda(item, cast.tech_head)
    assert code_of(finish_agenda, item, "演练完成", cast.works_head) == "not_permitted"


@pytest.mark.parametrize(
    ("quarter", "title", "day", "code"),
    [
        ("2026Q3", "演练", DAY, "too_short"),
        ("三季度", "应急演练", DAY, "no_quarter"),
        ("2026Q5", "应急演练", DAY, "no_quarter"),
        ("2026Q4", "应急演练", DAY, "other_quarter"),
        ("2026Q3", "应急演练", dt.date(2026, 9, 13), "past"),
    ],
)
def test_an_item_without_sense_is_refused(cast: Cast, quarter: str, title: str, day: dt.date, code: str) -> None:
    assert code_of(plan_agenda, cast.department("Z-XX"), quarter, title, day, cast.tech_head) == code


def test_the_quarter_is_that_of_the_bureaus_day(cast: Cast, frozen: FrozenClock) -> None:
    frozen.set(dt.datetime(2026, 9, 30, 16, 30, tzinfo=dt.UTC))  # 1 October, half past midnight in Anshan
    assert quarter_now() == "2026Q4"


@given(st.dates(dt.date(2020, 1, 1), dt.date(2099, 12, 31)))
def test_every_day_has_one_quarter(day: dt.date) -> None:
    year, quarter = quarter_of(day).split("Q")
    assert int(year) == day.year
    assert 3 * int(quarter) - 2 <= day.month <= 3 * int(quarter)


def test_a_head_leads_the_own_department_only(cast: Cast) -> None:
    def heads(code: str) -> set[User]:
        return {user for user in cast.people.values() if is_head_of(user, cast.department(code))}

    assert heads("Z-XX") == {cast.tech_head}
    assert heads("GCC") == {cast.works_head}
