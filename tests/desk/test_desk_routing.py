"""转办 on its own page, the slip, the routing table and the contacts, as readers see them (C7.1, C10.3, C10.5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

import stories
from cast import Cast
from desk_helpers import text_of
from huiying.handling import actions as handling
from huiying.handling.actions import routing, table
from huiying.handling.models import Case, RoutingRule, TransferSlip
from huiying.people.models import PhoneTest, User
from stories import again

Browser = Callable[[User], Client]
GONE = "本件属于工程交易场次安排，不属于系统运维。"


def form_of(page: Any) -> dict[str, Any]:
    """What a browser would send of the form as it was shown."""
    form = page.context["form"]
    told: dict[str, Any] = {}
    for field in form:
        value = field.value()
        if field.name == "elements":
            told |= {f"elements-{n}": text for n, text in enumerate(value.values())}
        elif isinstance(value, list):
            told[field.name] = [getattr(one, "pk", one) for one in value]
        elif value is not None:
            told[field.name] = getattr(value, "pk", value)
    return told


def address(case: Case) -> str:
    return f"/desk/cases/{case.number}/route/"


def test_the_suggestion_stands_filled_in_with_its_reason_and_one_press_sends_it(cast: Cast, browser: Browser) -> None:
    case = stories.opened(cast)
    page = browser(cast.duty).get(address(case))
    assert "建议：交易中心信息技术部（因为业务范畴=" in text_of(page)
    answer = browser(cast.duty).post(address(case), form_of(page))
    assert answer.status_code == 302
    slip = TransferSlip.objects.get(case=case)
    assert slip.assignment.department.code == "Z-XX"
    assert slip.elements["发布时间"] == {"unknown": "来文没有带发布时间"}
    assert again(case).state == "assigned"


def test_a_blank_element_comes_back_as_it_was_typed_scenario_6(cast: Cast, browser: Browser) -> None:
    case = stories.opened(cast)
    page = browser(cast.duty).get(address(case))
    told = form_of(page) | {"elements-2": " ", "elements-3": "昨晚九点", "elements-5": "未掌握：不"}
    answer = browser(cast.duty).post(address(case), told)
    assert answer.status_code == 409
    assert "转办单还缺：出处、跟帖情况" in text_of(answer)
    assert "昨晚九点" in text_of(answer)
    assert again(case).state == "registered"
    answer = browser(cast.duty).post(address(case), told | {"department": ""})
    assert answer.status_code == 422


def test_only_departments_where_somebody_accepts_can_be_chosen(cast: Cast, browser: Browser) -> None:
    case = stories.opened(cast, text="鞍山公共资源交易中心的投标保证金一个多月了还没退，打财务电话没人接。")
    page = browser(cast.duty).get(address(case))
    codes = {one.code for one in page.context["form"].fields["department"].queryset}
    assert "Z-CW" not in codes
    assert "Z-XX" in codes
    assert "它现在没有人能签收" in text_of(page)


def test_the_office_decides_a_return_there(cast: Cast, browser: Browser) -> None:
    case = stories.routed(cast)
    routing.return_case(case, GONE, cast.tech_head)
    page = browser(cast.office).get(address(case))
    assert GONE in text_of(page)
    assert "转办表写的正是退回的交易中心信息技术部" in text_of(page)
    told = form_of(page) | {"department": cast.department("GCC").pk, "decision": "场次安排由工程处主办"}
    assert browser(cast.office).post(address(case), told).status_code == 302
    assert again(case).state == "assigned"
    assert case.slips.count() == 2


@pytest.mark.parametrize("who", ["tech_head", "editor", "deputy", "inspector", "watch_head", "admin"])
def test_nobody_else_sees_the_page(cast: Cast, browser: Browser, who: str) -> None:
    case = stories.opened(cast)
    assert browser(cast.people[who]).get(address(case)).status_code == 404
    routing.route(again(case), cast.department("Z-XX"), [], "系统故障由信息部办", cast.duty)
    routing.return_case(again(case), GONE, cast.tech_head)
    assert browser(cast.duty).get(address(case)).status_code == 404


def test_a_case_that_is_handled_has_no_such_page(cast: Cast, browser: Browser) -> None:
    assert browser(cast.duty).get(address(stories.handled(cast))).status_code == 404


def test_the_slip_names_the_act_of_its_deadline(cast: Cast, browser: Browser) -> None:
    """C10.5: to the minute, and of which act: a first release is due before the public response."""
    case = stories.opened(cast, "特别重大")
    handling.set_emergency(case, "重大", cast.duty)
    handling.route(case, cast.department("Z-XX"), [], "系统故障，由信息技术部主办", cast.duty)
    page = text_of(browser(cast.duty).get(f"/desk/slips/{case.slips.get().pk}/"))
    assert "<strong>9月14日 15:00</strong> 首次权威发布" in " ".join(page.split())


def test_the_slip_is_for_those_who_see_the_case(cast: Cast, browser: Browser) -> None:
    case = stories.handled(cast)
    slip = case.slips.get()
    page = text_of(browser(cast.tech_head).get(f"/desk/slips/{slip.pk}/"))
    for words in (
        "转办〔2026〕1号",
        "关联事件性质",
        "来文没有带发布时间",
        "信息部部长",
        "已续证书",
        "最近的时限",
        "公开回应",
        "已阅",
    ):
        assert words in page
    assert browser(cast.watch_head).get(f"/desk/slips/{slip.pk}/").status_code == 404
    assert browser(cast.admin).get(f"/desk/slips/{slip.pk}/").status_code == 404
    assert browser(cast.office).get("/desk/slips/999/").status_code == 404


def test_the_pages_ask_the_database_few_questions(
    cast: Cast, browser: Browser, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    case = stories.opened(cast)
    office = browser(cast.office)
    for url, most in (("/desk/contacts/", 12), ("/desk/routing/", 12), (address(case), 18)):
        office.get(url)
        with django_assert_max_num_queries(most):
            office.get(url)


# --- the table ---


def propose(browser: Browser, cast: Cast, **changes: object) -> Any:
    told = {"category": "ZC", "lead": cast.department("JDC").pk, "reason": "采购投诉先由监督处接手"} | changes
    return browser(cast.office).post("/desk/routing/propose/", told)


def test_a_change_of_the_table_takes_two_people_on_the_page(cast: Cast, browser: Browser) -> None:
    assert propose(browser, cast).status_code == 302
    rule = RoutingRule.objects.get()
    own = text_of(browser(cast.office).get("/desk/routing/"))
    assert "须由另一个人同意" in own
    assert "同意，立即生效" not in own
    browser(cast.office).post(f"/desk/routing/{rule.pk}/agree/")
    rule.refresh_from_db()
    assert rule.agreed is None
    browser(cast.office2).post(f"/desk/routing/{rule.pk}/agree/")
    rule.refresh_from_db()
    assert rule.agreed is True
    assert "本局修改" in text_of(browser(cast.duty).get("/desk/routing/"))
    browser(cast.office).post(f"/desk/routing/{rule.pk}/end/", {"reason": "恢复原来的分工"})
    end = RoutingRule.objects.get(ends=True)
    browser(cast.office2).post(f"/desk/routing/{end.pk}/agree/")
    assert "本局修改" not in text_of(browser(cast.duty).get("/desk/routing/"))


def test_what_can_not_stand_in_the_table_is_said_on_the_page(cast: Cast, browser: Browser) -> None:
    assert propose(browser, cast, category="", reason="不选任何一项试试").status_code == 409
    assert propose(browser, cast, lead="").status_code == 422
    assert not RoutingRule.objects.exists()


@pytest.mark.parametrize("who", ["duty", "tech_head", "deputy"])
def test_everybody_with_a_post_reads_the_table_and_only_the_office_edits_it(
    cast: Cast, browser: Browser, who: str
) -> None:
    rule = table.propose_rule("ZC", "", "", cast.department("JDC"), [], "按职责分工调整", cast.office)
    reader = browser(cast.people[who])
    page = text_of(reader.get("/desk/routing/"))
    assert "其余的一切" in page
    assert "提议修改一条" not in page
    assert reader.post("/desk/routing/propose/", {}).status_code == 404
    assert reader.post(f"/desk/routing/{rule.pk}/agree/").status_code == 404
    assert browser(cast.admin).get("/desk/routing/").status_code == 404
    assert browser(cast.office2).post(f"/desk/routing/{rule.pk}/nonsense/").status_code == 404


# --- contacts ---


def test_the_contacts_page_shows_gaps_and_numbers_that_can_be_pressed(cast: Cast, browser: Browser) -> None:
    User.objects.filter(pk=cast.tech_head.pk).update(phone="0412-5550101")
    page = browser(cast.works_head).get("/desk/contacts/")
    assert b'href="tel:0412-5550101"' in page.content
    assert "没有联络人，请系统管理员任命" in text_of(page)
    assert "记录一次抽查" not in text_of(page)
    assert (
        "交易中心信息技术部" not in text_of(browser(cast.duty).get("/desk/contacts/?gaps=1")).partition("各部门通联")[2]
    )
    assert browser(cast.admin).get("/desk/contacts/").status_code == 404


def test_a_call_is_noted_on_the_page(cast: Cast, browser: Browser) -> None:
    User.objects.filter(pk=cast.tech_head.pk).update(phone="0412-5550101")
    url = f"/desk/contacts/{cast.tech_head.pk}/test/"
    duty = browser(cast.duty)
    assert "请写明情况" in text_of(duty.post(url, {"reached": "no"}, follow=True))
    duty.post(url, {"reached": "maybe"})
    assert not PhoneTest.objects.exists()
    assert "抽查，接通" in text_of(duty.post(url, {"reached": "yes"}, follow=True))
    assert browser(cast.tech_liaison).post(url, {"reached": "yes"}).status_code == 404
    assert duty.post(f"/desk/contacts/{cast.admin.pk}/test/", {"reached": "yes"}).status_code == 404


def test_the_keys_are_set_from_the_case(cast: Cast, browser: Browser) -> None:
    case = stories.opened(cast)
    url = f"/desk/cases/{case.number}/do/set_keys/"
    assert browser(cast.duty).post(url, {"category": "GC", "nature": "廉政"}).status_code == 302
    assert again(case).nature == "廉政"
    assert "按转办表第" in text_of(browser(cast.duty).get(address(case)))
    assert browser(cast.duty).post(url, {"category": "XX"}).status_code == 422
