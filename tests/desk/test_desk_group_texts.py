"""快报, 续报, 终报 (§7.4): from the record alone, at most 300 characters, never about a danger to life."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from hypothesis import given, strategies as st

import stories
from cast import Cast
from desk_helpers import text_of
from huiying.desk.views import group_texts
from huiying.handling import actions as handling
from huiying.handling.models import Case, Finding
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.people.models import User

Browser = Callable[[User], Client]
HOUR = dt.timedelta(hours=1)


def quick(case: Case) -> str:
    return group_texts.quick(group_texts.facts_of(stories.again(case)))


def test_the_quick_report_says_what_how_grave_by_when_and_who(cast: Cast) -> None:
    case = stories.routed(cast)
    lines = quick(case).split("\n")
    assert lines[0] == f"【舆情快报 2026-09-14 10:00】编号 {case.number}｜较大（黄）｜剩余 48小时00分"
    assert lines[1].startswith("出处：本地论坛")
    assert "首次获知 10:00" in lines[1]
    assert lines[2].startswith(f"事项：{case.title[:20]}")
    assert lines[3] == "核实：已转交易中心信息技术部，待签收"
    assert "联络人：信息部联络员" in lines[4]
    assert "09-16 10:00" in lines[4]
    assert lines[-1] == "【系统生成，以台账为准】"


def test_the_work_shows_as_it_goes_on(cast: Cast, frozen: FrozenClock) -> None:
    case = stories.opened(cast)
    assert "核实：待转办" in quick(case)
    frozen.advance(50 * HOUR)
    assert "已超 2小时00分" in quick(case)


def test_what_waits_for_a_leader_is_said_and_nothing_where_nothing_waits(cast: Cast) -> None:
    """§7.4: 「需领导决定」, read off the record."""
    assert "需领导决定" not in quick(stories.routed(cast))
    grave = handling.open_case(stories.hear(stories.RUMOUR), cast.duty, "L4", "影响面大，先按最高一级办。")
    assert "需领导决定：确认级别" in quick(grave)
    handling.propose_clue(grave, "公安机关", "冒充本局名义发布虚假公告，附截图。", "国办发〔2016〕61号", cast.office)
    assert "需领导决定：确认级别；线索移交是否签字" in quick(grave)


def test_a_long_finding_is_shortened_before_who_was_asked(cast: Cast) -> None:
    case = stories.accepted(cast)
    handling.find(case, "登录服务中断七十分钟，" * 40, "证书到期", "开标推迟", cast.tech_head)
    row = handling.draft_liaison(case, "市政府办公厅", "值班室", "是否有这样的决定", "", cast.duty)
    handling.send_liaison(row, "phone", cast.duty)
    text = quick(case)
    assert len(text) <= group_texts.MOST
    assert "衔接：市政府办公厅 10:00\n" in text
    assert "1个平台，1条\n" in text


def test_the_update_tells_it_in_the_order_in_which_it_happened(cast: Cast, frozen: FrozenClock) -> None:
    since = clock.now()
    case = stories.accepted(cast)
    handling.find(case, "登录服务中断七十分钟。", "证书到期", "开标推迟", cast.tech_head)
    frozen.advance(HOUR)
    row = handling.draft_liaison(case, "市政府办公厅", "值班室", "是否有这样的决定", "", cast.duty)
    handling.send_liaison(row, "phone", cast.duty)
    handling.record_answer(row, "true", "总值班室", "情况属实。", cast.duty)
    frozen.advance(HOUR)
    handling.dispose(case, case.findings.get(), "已续证书，开标顺延。", True, cast.tech_head)
    text = group_texts.update(group_texts.facts_of(stories.again(case)), since)
    times = [line[:5] for line in text.split("\n") if line[2:3] == ":"]
    assert times == ["10:00", "10:00", "11:00", "12:00"]


def test_an_unconfirmed_level_is_marked_as_a_suggestion(cast: Cast) -> None:
    case = handling.open_case(stories.hear(), cast.duty)
    assert "建议级别" in quick(case)


def test_the_update_holds_only_what_changed(cast: Cast, frozen: FrozenClock) -> None:
    case = stories.handled(cast)
    now = clock.now()
    text = group_texts.update(group_texts.facts_of(case), now)
    assert "核实：登录服务中断七十分钟" in text
    assert "处置：已续证书" in text
    frozen.advance(3 * HOUR)
    later = group_texts.update(group_texts.facts_of(case), clock.now() - HOUR)
    assert "情况无变化。" in later
    assert "登录服务中断" not in later


def test_the_final_report_says_result_place_and_whether_it_goes_on_c8_8(cast: Cast) -> None:
    case = stories.answered(cast)
    page = "http://desk.example/answers/1/"
    text = group_texts.final(group_texts.facts_of(case), page)
    assert page in text
    assert "回应：" in text
    assert "持续回应：未决定" in text
    assert "处置：已续证书" in text


def test_personal_data_in_a_finding_does_not_reach_the_group(cast: Cast) -> None:
    case = stories.handled(cast)
    Finding.objects.filter(case=case).update(facts="当事人电话 13912345678，已联系")
    text = quick(case)
    assert "13912345678" not in text
    assert "已联系" in text


@given(
    st.lists(st.text("核实处置口径abc，。12 ", max_size=400), min_size=1, max_size=12),
    st.text("反映开标推迟", max_size=500),
)
def test_no_text_is_longer_than_three_hundred_and_head_and_tail_stay(lines: list[str], matter: str) -> None:
    head = "【舆情快报 2026-09-14 10:00】编号 20260914-01｜较大（黄）｜剩余 48小时00分"
    text = group_texts._fitted([head, *lines], 1, f"事项：{matter}")
    assert len(text) <= group_texts.MOST
    assert text.startswith(head)
    assert text.endswith(group_texts.TAIL)


def test_the_page_offers_each_text_to_be_copied(cast: Cast, browser: Browser) -> None:
    case = stories.routed(cast)
    raw = text_of(browser(cast.duty).get(f"/desk/cases/{case.number}/texts/"))
    assert 'data-copy="text-quick"' in raw
    assert 'data-copy="text-update"' in raw
    assert "text-final" not in raw
    assert "readonly" in raw


@pytest.mark.parametrize("hours", ["2", "6", "24", "7", "²", ""])
def test_any_span_that_is_asked_for_gives_a_page(cast: Cast, browser: Browser, hours: str) -> None:
    case = stories.routed(cast)
    assert browser(cast.duty).get(f"/desk/cases/{case.number}/texts/?hours={hours}").status_code == 200


def test_an_answered_case_has_its_final_report(cast: Cast, browser: Browser) -> None:
    case = stories.answered(cast)
    raw = text_of(browser(cast.office).get(f"/desk/cases/{case.number}/texts/"))
    assert "【舆情终报" in raw
    assert f"http://testserver/answers/{case.number}/" in raw


def test_a_danger_to_life_has_no_text_at_all(cast: Cast, browser: Browser) -> None:
    """Life first"""
    case = stories.routed(cast)
    case.event.life_safety = True
    case.event.save(update_fields=["life_safety"])
    raw = text_of(browser(cast.duty).get(f"/desk/cases/{case.number}/texts/"))
    assert "不生成群文本" in raw
    assert "<textarea" not in raw


def test_whoever_may_not_see_the_case_gets_no_text(cast: Cast, browser: Browser) -> None:
    case = stories.routed(cast)
    for who in ("works_head", "admin"):
        assert browser(cast.people[who]).get(f"/desk/cases/{case.number}/texts/").status_code == 404
