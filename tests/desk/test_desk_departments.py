"""本部门 and 协同: what a department has, what is late, what waits on others; the departments side by side (C10.4)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

import stories
from cast import Cast
from desk_helpers import text_of
from huiying.handling import actions as handling
from huiying.handling.departments import board, cases_of, may_see
from huiying.handling.models import AgendaItem, Case, Liaison, Task
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.people.models import User
from huiying.responding import actions as responding
from huiying.responding.models import ReviewRound

Browser = Callable[[User], Client]
PAGE = "/desk/departments/Z-XX/"
HOUR = dt.timedelta(hours=1)


def task(cast: Cast, case: Case, code: str = "Z-XX", hours: int = 5, title: str = "逐一电话告知投标人") -> Task:
    return Task.objects.create(
        case=case, kind="matter", title=title, department=cast.department(code), owner=cast.tech_liaison,
        owner_name=cast.tech_liaison.name, due_at=clock.now() + hours * HOUR, made_by="办公室主任", made_at=clock.now(),
    )  # fmt: skip


def letter(case: Case, body: str, **more: Any) -> Liaison:
    now = clock.now()
    return Liaison.objects.create(
        number=f"函{body}", case=case, body=body, points="需核实点", letter="正文", drafted_by="值班员小周",
        drafted_at=now, sent_by="值班员小周", sent_at=now, means="phone", submit_before=now + 2 * HOUR, **more,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("tech_head", 200), ("tech_liaison", 200), ("office", 200), ("duty", 200), ("deputy", 200), ("inspector", 200),
        ("legal", 200), ("works_head", 404), ("editor", 404), ("admin", 404),
    ],
)  # fmt: skip
def test_a_departments_page_is_its_own_and_theirs_who_see_all_c7_5(
    cast: Cast, browser: Browser, who: str, status: int
) -> None:
    assert browser(cast.people[who]).get(PAGE).status_code == status
    assert may_see(cast.people[who], "Z-XX") is (status == 200)


def test_a_department_that_is_not_there_is_404(cast: Cast, browser: Browser) -> None:
    assert browser(cast.office).get("/desk/departments/NO/").status_code == 404


def test_a_case_waits_to_be_accepted_with_its_button_for_those_who_may(
    cast: Cast, browser: Browser, case: Case
) -> None:
    """C10.6"""
    text = text_of(browser(cast.tech_head).get(PAGE))
    assert "1 件待签收" in text
    assert "剩 48 小时" in text
    address = f"/desk/cases/{case.number}/do/accept/"
    assert address in text
    assert address not in text_of(browser(cast.inspector).get(PAGE))


def test_what_is_late_stands_first_and_is_said_on_top(
    cast: Cast, browser: Browser, case: Case, frozen: FrozenClock
) -> None:
    frozen.advance(49 * HOUR)
    task(cast, case, hours=-1)
    raw = text_of(browser(cast.tech_head).get(PAGE))
    assert "1 件逾期" in raw
    assert "1 项任务已迟" in raw
    assert raw.count('class="overdue"') == 2


def test_what_waits_on_others_names_them(cast: Cast, browser: Browser, in_review: ReviewRound) -> None:
    """Other bodies, other departments, reviewers: only what is really awaited."""
    case = in_review.case
    letter(case, "市委宣传部")
    letter(case, "市政府办公厅", answered_at=clock.now())
    task(cast, case, "GCC", title="提供受影响标段清单")
    text = text_of(browser(cast.tech_head).get(PAGE))
    assert "等市委宣传部核实答复" in text
    assert "市政府办公厅" not in text
    assert "提供受影响标段清单" in text
    assert "等处(室)负责人、保密审查员审核" in text
    assert "等分管局领导审核" not in text  # not yet that step's turn


def test_reviewers_who_are_asked_at_once_stand_in_one_line(cast: Cast, browser: Browser) -> None:
    round_ = stories.submitted(cast, "重大")
    for step in round_.open_steps():
        responding.decide_step(
            step,
            approve=True,
            comment="",
            manifest_sha256=round_.manifest_sha256,
            secrecy=True,
            personal_data=True,
            actor=stories.reviewer(cast, step.role),
        )
    raw = text_of(browser(cast.tech_head).get(PAGE))
    assert "等局办公室主任、政策法规处审核" in raw


def test_a_joint_department_sees_the_case_as_joint(cast: Cast, browser: Browser, case: Case) -> None:
    text = text_of(browser(cast.office).get("/desk/departments/WGC/"))
    assert "协办的件" in text
    assert case.title in text


def test_a_case_that_went_to_another_department_is_gone_from_the_page(cast: Cast, case: Case) -> None:
    handling.return_case(case, "不属于本部门职责，应由工程处办理", cast.tech_head)
    handling.decide_return(stories.again(case), cast.department("GCC"), "由工程处主办此件", cast.office)
    assert cases_of(cast.department("Z-XX"), cast.office) == []
    assert [has.case for has in cases_of(cast.department("GCC"), cast.office)] == [case]


def test_danger_to_life_is_on_no_page_of_those_who_do_not_act_on_it(cast: Cast, browser: Browser, case: Case) -> None:
    """Life first, §6.2"""
    case.event.life_safety = True
    case.event.save(update_fields=["life_safety"])
    task(cast, case, "GCC", title="联系本人家属和社区")
    assert case.title not in text_of(browser(cast.inspector).get(PAGE))
    assert "联系本人家属" not in text_of(browser(cast.works_head).get("/desk/departments/GCC/"))
    assert case.title in text_of(browser(cast.tech_head).get(PAGE))
    totals = board("2026Q3").totals
    assert (totals["live"], totals["joint"], totals["tasks"]) == (0, 0, 0)


def test_the_contacts_can_be_called_and_a_missing_one_is_said_c10_3(cast: Cast, browser: Browser) -> None:
    User.objects.filter(pk=cast.tech_head.pk).update(phone="13900000001")
    assert 'href="tel:13900000001"' in text_of(browser(cast.duty).get(PAGE))
    assert "没有联络人" in text_of(browser(cast.duty).get("/desk/departments/JDC/"))


def test_the_agenda_is_planned_seen_and_done_from_the_page_c9_1(cast: Cast, browser: Browser) -> None:
    liaison, head = browser(cast.tech_liaison), browser(cast.tech_head)
    assert "还没有列入日程" in text_of(liaison.get(PAGE))
    liaison.post(f"{PAGE}plan/", {"title": "开标系统应急演练", "due_on": "2026-09-25"})
    item = AgendaItem.objects.get()
    assert item.quarter == "2026Q3"
    assert "确认列入" not in text_of(liaison.get(PAGE))
    assert "确认列入" in text_of(head.get(PAGE))
    head.post(f"/desk/agenda/{item.pk}/acknowledge/")
    liaison.post(f"/desk/agenda/{item.pk}/finish/", {"note": "演练完成，三处改进"})
    item.refresh_from_db()
    assert item.done_at == clock.now()
    assert "演练完成，三处改进" in text_of(head.get(PAGE))


def test_a_plan_that_is_refused_says_why_and_keeps_what_was_typed(cast: Cast, browser: Browser) -> None:
    client = browser(cast.tech_liaison)
    late = client.post(f"{PAGE}plan/", {"title": "开标系统应急演练", "due_on": "2026-09-01"})
    assert late.status_code == 409
    assert "完成日期已经过去" in text_of(late)
    assert "开标系统应急演练" in text_of(late)
    assert client.post(f"{PAGE}plan/", {"title": "x"}).status_code == 422
    assert not AgendaItem.objects.exists()


def test_strangers_find_no_agenda_to_touch(cast: Cast, browser: Browser) -> None:
    browser(cast.tech_liaison).post(f"{PAGE}plan/", {"title": "开标系统应急演练", "due_on": "2026-09-25"})
    item = AgendaItem.objects.get()
    for who in ("works_head", "editor", "deputy", "admin"):
        assert browser(cast.people[who]).post(f"/desk/agenda/{item.pk}/acknowledge/").status_code == 404
    assert browser(cast.tech_head).post(f"/desk/agenda/{item.pk}/burn/").status_code == 404


def test_an_item_left_undone_stays_on_the_page_in_the_next_quarter(
    cast: Cast, browser: Browser, frozen: FrozenClock
) -> None:
    browser(cast.tech_liaison).post(f"{PAGE}plan/", {"title": "开标系统应急演练", "due_on": "2026-09-25"})
    frozen.advance(dt.timedelta(days=40))
    raw = text_of(browser(cast.tech_head).get(PAGE))
    assert "开标系统应急演练" in raw
    assert 'class="overdue"' in raw


def test_the_board_counts_each_department_by_hand_c10_4(cast: Cast, frozen: FrozenClock, case: Case) -> None:
    task(cast, case, hours=5)
    task(cast, case, hours=-1)
    line = {row.department.code: row for row in board("2026Q3").lines}
    tech = line["Z-XX"]
    counted = (tech.live, tech.to_accept, tech.soon, tech.late, tech.tasks, tech.tasks_late)
    assert counted == (1, 1, 0, 0, 2, 1)
    assert (line["WGC"].live, line["WGC"].joint) == (0, 1)
    frozen.advance(30 * HOUR)
    assert [row.soon for row in board("2026Q3").lines if row.department.code == "Z-XX"] == [1]
    frozen.advance(20 * HOUR)
    first = board("2026Q3").lines[0]
    assert (first.department.code, first.late, first.soon) == ("Z-XX", 1, 0)


def test_everybody_in_post_sees_the_board_and_only_what_opens_is_linked(
    cast: Cast, browser: Browser, case: Case
) -> None:
    """C10.4: information is shared; the titles stay with those who see the cases."""
    works = text_of(browser(cast.works_head).get("/desk/board/"))
    assert "交易中心信息技术部" in works
    assert case.title not in works
    assert "/desk/departments/Z-XX/" not in works
    assert "/desk/departments/GCC/" in works
    assert "/desk/departments/Z-XX/" in text_of(browser(cast.office).get("/desk/board/"))
    assert browser(cast.admin).get("/desk/board/").status_code == 404


def test_an_empty_board_says_what_would_be_there(cast: Cast, browser: Browser) -> None:
    assert "现在没有部门有在办的件" in text_of(browser(cast.duty).get("/desk/board/"))
