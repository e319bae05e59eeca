"""What a list costs does not grow with its rows, and no address breaks the server."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import stories
from cast import Cast
from huiying.handling import actions as handling
from huiying.handling.actions import liaison, meetings, table, work
from huiying.handling.models import Case, Meeting
from huiying.judging.models import Event, EventPost
from huiying.kernel import clock
from huiying.people.actions.base import test_phone as ring
from huiying.people.actions.roster import set_shift
from huiying.people.models import User
from huiying.work import notify

As = Callable[[str], Any]


def _post(cast: Cast, case: Case, turn: int) -> None:
    event = stories.hear(stories.RUMOUR)
    EventPost.objects.filter(event=event).update(event=case.event)


def _meeting(cast: Cast, case: Case, turn: int) -> None:
    soon = clock.now() + dt.timedelta(hours=2)
    made = meetings.convene(case, "登录故障会商", "三楼", soon, cast.deputy, [], cast.office)
    Meeting.objects.filter(pk=made.pk).update(state=Meeting.CANCELLED)


def _rule(cast: Cast, case: Case, turn: int) -> None:
    table.propose_rule(["GC", "ZC", "TD"][turn], "", "", cast.department("WGC"), [], "职责调整", cast.office)


def _tested(cast: Cast, case: Case, turn: int) -> None:
    user = [cast.tech_head, cast.works_head, cast.watch_head][turn]
    User.objects.filter(pk=user.pk).update(phone="0412-5550101")
    ring(user, True, "", cast.duty)


def _shift(cast: Cast, case: Case, turn: int) -> None:
    start = clock.now() + dt.timedelta(hours=9 * turn)
    set_shift(cast.duty, start, start + dt.timedelta(hours=8), cast.office)


def _case(cast: Cast, case: Case, turn: int) -> None:
    texts = (stories.RUMOUR, stories.CONSULTATION, "鞍山公共资源交易中心评标专家库抽取系统今天打不开，项目评标推迟")
    handling.open_case(stories.hear(texts[turn]), cast.duty)


ROWS: list[tuple[str, Callable[[Cast, Case, int], object]]] = [
    ("cases", _case),
    ("events", lambda _cast, _case, _turn: stories.hear(stories.RUMOUR)),
    (
        "cases/{}/facts",
        lambda cast, case, turn: work.agree_facts(case, f"第{turn}次查明", turn, "又查明一点", cast.office),
    ),
    ("cases/{}/tasks", lambda cast, case, _turn: stories.task(cast, case)),
    ("cases/{}/liaisons", lambda cast, case, _t: liaison.draft_liaison(case, "公安局", "", "是否属实", "", cast.duty)),
    (
        "cases/{}/clues",
        lambda cast, case, _t: liaison.propose_clue(
            case, "公安机关", "有人冒用平台名义收费", "治安管理处罚法", cast.office
        ),
    ),
    ("cases/{}/meetings", _meeting),
    ("cases/{}/posts", _post),
    ("tasks?all=true", lambda cast, case, _turn: stories.task(cast, case)),
    ("routing", _rule),
    ("contacts", _tested),
    ("notices", lambda cast, case, turn: notify.send(f"消息{turn}", "", ["office"])),
    ("roster", _shift),
]


@pytest.mark.parametrize(("address", "add"), ROWS, ids=[row[0] for row in ROWS])
def test_three_rows_cost_what_one_row_costs(cast: Cast, as_: As, address: str, add: Any) -> None:
    case = stories.handled(cast)
    caller, place = as_("office"), address.format(case.number)

    def cost() -> int:
        caller.get(place)  # what is read once a process is not counted
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert caller.get(place)[0] == 200
        return len(asked)

    add(cast, case, 0)
    one = cost()
    for turn in (1, 2):
        add(cast, case, turn)
    assert cost() == one <= 14


@pytest.mark.parametrize(
    "address",
    ["cases/a%00b", "cases/a%00b/facts", "tasks/999999999999999999999999/finish", "meetings/-1", "meetings/x"],
)
def test_an_odd_address_names_nothing_and_breaks_nothing(cast: Cast, as_: As, address: str) -> None:
    for method in ("get", "post"):
        send = getattr(as_("duty").client, method)
        body = {"data": '{"note": "已办完"}', "content_type": "application/json"} if method == "post" else {}
        assert send(f"/api/{address}", **body).status_code in (404, 405, 422)


def test_a_slip_of_each_routing_costs_no_more(cast: Cast, as_: As) -> None:
    """C10.5"""
    case = stories.routed(cast)
    caller, place = as_("office"), f"cases/{case.number}/slips"
    with CaptureQueriesContext(connection) as first:
        caller.get(place)
    for code in ("GCC", "WGC"):
        status, answer = caller.post(f"cases/{case.number}/route", {"department": code, "reason": "改由别的部门主办"})
        assert status == 200, answer
    with CaptureQueriesContext(connection) as later:
        assert len(caller.get(place)[1]["items"]) == 3
    assert len(later) <= len(first)
    assert Event.objects.count() == 1
