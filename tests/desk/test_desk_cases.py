"""办件: who has it, by when, what next, and the whole way in sentences."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.test import Client

from cast import Cast
from desk_helpers import FACTS, text_of
from huiying.handling import actions as handling
from huiying.handling.models import Case
from huiying.kernel.clock import FrozenClock
from huiying.people.models import User

Browser = Callable[[User], Client]


def test_a_case_page_says_what_by_when_who_and_why_them(cast: Cast, browser: Browser, case: Case) -> None:
    text = text_of(browser(cast.duty).get(f"/desk/cases/{case.number}/"))
    for words in (case.number, "较大", "剩 48 小时", "交易中心信息技术部", "平台故障由信息技术部处置", "公开回应"):
        assert words in text
    assert "自然小时" in text, "the clock explains itself"


def test_another_departments_case_is_not_there(cast: Cast, browser: Browser, case: Case) -> None:
    client = browser(cast.works_liaison)
    assert client.get(f"/desk/cases/{case.number}/").status_code == 404
    assert client.post(f"/desk/cases/{case.number}/do/accept/").status_code == 404
    assert case.title not in text_of(client.get("/desk/cases/"))
    assert client.get(f"/desk/cases/{case.number}/draft/").status_code == 404


def test_what_may_not_be_done_is_named_with_its_reason(cast: Cast, browser: Browser, case: Case) -> None:
    text = text_of(browser(cast.duty).get(f"/desk/cases/{case.number}/"))
    assert "签收：须由主办部门的负责人或联络人办理" in text


def test_the_department_reads_the_posts_on_its_case_and_is_offered_no_closed_door(
    cast: Cast, browser: Browser, case: Case
) -> None:
    """C7.5"""
    page = f"/desk/cases/{case.number}/"
    link = f"/desk/events/{case.event.number}/"
    theirs = browser(cast.tech_liaison).get(page).content.decode()
    assert "解密超时算谁的" in theirs
    assert link not in theirs
    assert link in browser(cast.duty).get(page).content.decode()


def test_returning_needs_a_reason_and_happens_once(cast: Cast, browser: Browser, case: Case) -> None:
    """C7.1"""
    client = browser(cast.tech_head)
    do = f"/desk/cases/{case.number}/do/return/"
    assert client.post(do, {"reason": ""}).status_code == 422
    assert client.post(do, {"reason": "故障在运营商线路，不属于本部"}).status_code == 302
    case.refresh_from_db()
    assert case.state == "returned"


def test_a_refused_verb_answers_409_and_keeps_what_was_typed(cast: Cast, browser: Browser, case: Case) -> None:
    told = {"facts": FACTS, "cause": "存储控制器故障", "impact": "开标推迟"}
    response = browser(cast.tech_liaison).post(f"/desk/cases/{case.number}/do/find/", told)
    assert response.status_code == 409
    assert not case.findings.exists()


def test_findings_come_before_the_disposal(cast: Cast, browser: Browser, case: Case) -> None:
    """C7.2"""
    client = browser(cast.tech_liaison)
    do = f"/desk/cases/{case.number}/do"
    client.post(f"{do}/accept/")
    early = client.post(f"{do}/dispose/", {"actions": "已切换备机"})
    assert early.status_code == 409
    told = {"facts": FACTS, "cause": "存储控制器故障", "impact": "开标推迟"}
    assert client.post(f"{do}/find/", told).status_code == 302
    assert client.post(f"{do}/dispose/", {"actions": "已切换备机并顺延", "settled": "on"}).status_code == 302
    assert case.disposals.get().matter_settled


def test_lowering_a_level_needs_a_second_person_and_moves_no_deadline(cast: Cast, browser: Browser, case: Case) -> None:
    """INV-7 INV-3"""
    due = case.clocks.filter(is_legal=True).values_list("due_at", flat=True)
    before = min(due)
    do = f"/desk/cases/{case.number}/do"
    told = {"level": "L1", "reason": "经核实只影响一个项目且已在二十分钟内恢复，没有后续影响"}
    assert browser(cast.duty).post(f"{do}/propose_lower/", told).status_code == 302
    case.refresh_from_db()
    assert case.level == "L2"
    assert browser(cast.duty).post(f"{do}/second_lower/", {"agree": "yes"}).status_code == 409
    assert browser(cast.office).post(f"{do}/second_lower/", {"agree": "yes"}).status_code == 302
    case.refresh_from_db()
    assert case.level == "L1"
    assert min(case.clocks.filter(is_legal=True, superseded_at=None).values_list("due_at", flat=True)) <= before


def test_an_overdue_case_fills_its_row_and_says_for_how_long(
    cast: Cast, browser: Browser, case: Case, frozen: FrozenClock
) -> None:
    frozen.advance(dt.timedelta(hours=50, minutes=5))
    raw = browser(cast.duty).get("/desk/cases/").content.decode()
    assert 'class="overdue"' in raw
    assert "已超 2 小时 05 分" in raw


def test_the_timeline_tells_each_step_once_in_sentences(cast: Cast, browser: Browser, handled: Case) -> None:
    text = text_of(browser(cast.duty).get(f"/desk/cases/{handled.number}/"))
    for words in (
        "立案：",
        "转办给交易中心信息技术部",
        "交易中心信息技术部签收",
        "保存第 1 稿",
        "信息部联络员（信息员）",
    ):
        assert words in text
    assert "case.moved" not in text
    assert "—" not in text.split("经过", 1)[1].split("快捷键")[0]


def test_reading_the_page_ends_the_ten_minutes_of_undo_for_the_lead_only(
    cast: Cast, browser: Browser, case: Case
) -> None:
    browser(cast.duty).get(f"/desk/cases/{case.number}/")
    assert case.departments.get(role="lead", until=None).seen_at is None
    browser(cast.tech_liaison).get(f"/desk/cases/{case.number}/")
    assert case.departments.get(role="lead", until=None).seen_at is not None
    response = browser(cast.duty).post(f"/desk/cases/{case.number}/do/undo_route/")
    assert response.status_code == 409


def test_the_list_hides_what_is_over_until_it_is_asked_for(cast: Cast, browser: Browser, case: Case) -> None:
    handling.void(case, "与另一件重复立案，在那一件里办理", cast.office)
    client = browser(cast.duty)
    assert case.number not in text_of(client.get("/desk/cases/"))
    assert case.number in text_of(client.get("/desk/cases/?state=voided"))


def test_pages_stay_within_their_queries(
    cast: Cast, browser: Browser, handled: Case, django_assert_max_num_queries: Callable[..., object]
) -> None:
    client = browser(cast.duty)
    for address, most in (
        ("/desk/cases/", 12),
        ("/desk/events/", 12),
        ("/desk/suspects/", 12),
        ("/desk/regulation/", 12),
    ):
        with django_assert_max_num_queries(most):  # type: ignore[attr-defined]
            assert client.get(address).status_code == 200
