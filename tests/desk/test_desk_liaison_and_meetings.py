"""Letters, clues and the joint meeting as staff see and do them (C5.15, C10.1, C10.2)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

import stories
from cast import Cast
from desk_helpers import text_of
from huiying.desk.subjects import liaison as liaison_section, meetings as meetings_section
from huiying.handling.actions import liaison, meetings
from huiying.handling.models import Case, Liaison, LiaisonExemption, Meeting, Task
from huiying.judging.models import Event
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.people.models import User

Browser = Callable[[User], Client]
POINTS = "平台几点恢复登录。\n影响多少个项目。"


@pytest.fixture
def letter(cast: Cast) -> Liaison:
    case = stories.routed(cast, "重大")
    return liaison.draft_liaison(case, "市委宣传部", "办公室王科长", POINTS, "", cast.duty)


@pytest.fixture
def meeting(cast: Cast, letter: Liaison) -> Meeting:
    starts_at = clock.now() + dt.timedelta(hours=1)
    return meetings.convene(letter.case, "登录故障会商", "三楼会议室", starts_at, cast.deputy, [], cast.office)


def everybody(meeting: Meeting) -> dict[int, str]:
    return {seat.pk: "present" for seat in meeting.seats.all()}


def held(cast: Cast, meeting: Meeting) -> Meeting:
    meetings.hold(meeting, everybody(meeting), {}, cast.office)
    meeting.refresh_from_db()
    return meeting


def do(client: Client, row: Any, verb: str, told: dict[str, Any] | None = None, **more: Any) -> Any:
    place = {"Liaison": "liaisons", "Meeting": "meetings"}.get(type(row).__name__)
    address = f"/desk/{place}/{row.pk}/do/{verb}/" if place else f"/desk/cases/{row.number}/do/{verb}/"
    return client.post(address, told or {}, **more)


# 核实衔接


def test_a_letter_is_drafted_from_the_case_and_read_before_it_leaves(cast: Cast, browser: Browser) -> None:
    """C5.15: three fields become a whole letter; nothing left yet."""
    case = stories.routed(cast)
    client = browser(cast.duty)
    told = {"body": "市委宣传部", "contact": "", "points": POINTS}
    text = text_of(do(client, case, "draft_liaison", told, follow=True))
    row = Liaison.objects.get()
    assert f"{row.number} 已拟好" in text
    assert row.sent_at is None
    page = text_of(client.get(f"/desk/liaisons/{row.pk}/"))
    assert "影响多少个项目。" in page
    assert "已拟好，待发出" in page


def test_another_body_is_named_by_hand_and_an_unnamed_one_is_refused(cast: Cast, browser: Browser) -> None:
    case = stories.routed(cast)
    client = browser(cast.duty)
    assert do(client, case, "draft_liaison", {"body": "", "points": POINTS}).status_code == 422
    do(client, case, "draft_liaison", {"body": "", "other": "市财政局", "points": POINTS})
    assert Liaison.objects.get().body == "市财政局"


def test_the_link_is_shown_whole_and_once(cast: Cast, browser: Browser, letter: Liaison) -> None:
    client = browser(cast.duty)
    text = text_of(do(client, letter, "send", {"means": "link"}, follow=True))
    link = re.search(r"http://testserver(/liaison/[\w-]{43}/)", text)
    assert link is not None
    assert Client().get(link[1]).status_code == 200
    assert link[1] not in text_of(client.get(f"/desk/liaisons/{letter.pk}/"))


def test_an_answer_by_phone_is_recorded_on_the_letter(cast: Cast, browser: Browser, letter: Liaison) -> None:
    client = browser(cast.duty)
    do(client, letter, "send", {"means": "phone"})
    assert do(client, letter, "record_answer", {}).status_code == 422
    told = {"finding": "partly", "name": "王科长", "text": "九时四十分恢复，影响两个项目。"}
    text = text_of(do(client, letter, "record_answer", told, follow=True))
    assert "部分属实" in text
    assert "由值班员小周登记" in text
    assert "登记对方的答复" not in text


def test_the_draft_is_edited_on_its_page_and_a_sent_letter_is_not(
    cast: Cast, browser: Browser, letter: Liaison
) -> None:
    client = browser(cast.duty)
    do(client, letter, "edit", {"letter": letter.letter + "\n附截图一份。", "contact": ""})
    letter.refresh_from_db()
    assert "附截图" in letter.letter
    do(client, letter, "send", {"means": "letter"})
    assert do(client, letter, "edit", {"letter": "换成另一份函，换成另一份函，换成另一份函。"}).status_code == 409


def test_silence_is_said_and_the_letter_may_be_sent_again(
    cast: Cast, browser: Browser, letter: Liaison, frozen: FrozenClock
) -> None:
    client = browser(cast.duty)
    do(client, letter, "send", {"means": "phone"})
    frozen.advance(dt.timedelta(hours=12))
    liaison.run_letters(clock.now(), 10)
    page = text_of(client.get(f"/desk/liaisons/{letter.pk}/"))
    assert "到时没有答复，不视为同意" in page
    response = do(client, letter, "send", {"means": "phone"})
    second = Liaison.objects.exclude(pk=letter.pk).get()
    assert response.headers["Location"] == f"/desk/liaisons/{second.pk}/"


def test_the_list_shows_what_waits_and_all_on_demand(cast: Cast, browser: Browser, letter: Liaison) -> None:
    client = browser(cast.duty)
    assert letter.number in text_of(client.get("/desk/liaisons/"))
    do(client, letter, "send", {"means": "phone"})
    do(client, letter, "record_answer", {"finding": "true", "name": "王科长", "text": "情况属实。"})
    assert letter.number not in text_of(client.get("/desk/liaisons/"))
    assert letter.number in text_of(client.get("/desk/liaisons/?all=1"))


def test_outsiders_see_neither_letter_nor_list_row(cast: Cast, browser: Browser, letter: Liaison) -> None:
    """C7.5"""
    client = browser(cast.works_liaison)
    assert client.get(f"/desk/liaisons/{letter.pk}/").status_code == 404
    assert do(client, letter, "send", {"means": "phone"}).status_code == 404
    assert letter.number not in text_of(client.get("/desk/liaisons/?all=1"))
    assert client.get("/desk/liaisons/999999/").status_code == 404


def test_the_lead_department_reads_the_letter_and_does_not_send_it(
    cast: Cast, browser: Browser, letter: Liaison
) -> None:
    client = browser(cast.tech_head)
    assert "还不能办的事" in text_of(client.get(f"/desk/liaisons/{letter.pk}/"))
    assert do(client, letter, "send", {"means": "phone"}).status_code == 409
    letter.refresh_from_db()
    assert letter.sent_at is None


def test_a_letter_about_a_danger_to_life_is_for_those_who_act_on_it(
    cast: Cast, browser: Browser, letter: Liaison
) -> None:
    Event.objects.filter(pk=letter.case.event_id).update(life_safety=True)
    assert browser(cast.inspector).get(f"/desk/liaisons/{letter.pk}/").status_code == 404
    assert letter.number not in text_of(browser(cast.inspector).get("/desk/liaisons/"))
    assert browser(cast.duty).get(f"/desk/liaisons/{letter.pk}/").status_code == 200


def test_the_case_page_says_what_is_missing_and_who_exempted_it(cast: Cast, browser: Browser) -> None:
    """C5.15"""
    case = stories.routed(cast)
    client = browser(cast.office)
    address = f"/desk/cases/{case.number}/outside/"
    assert "须向有关机关核实，还没有发函" in text_of(client.get(address))
    do(client, case, "exempt_liaison", {"reason": "本局职责内的事，不涉及其他机关。"})
    assert LiaisonExemption.objects.count() == 1
    text = text_of(client.get(address))
    assert "说明不需要核实衔接：本局职责内的事" in text
    assert "须向有关机关核实" not in text


# 线索移交


def test_a_clue_is_proposed_and_signed_through_the_page(cast: Cast, browser: Browser) -> None:
    """61号"""
    case = stories.routed(cast)
    told = {"body": "公安机关", "facts": "有人冒充工作人员收费，附录音。", "legal_ground": "《反电信网络诈骗法》第四条"}
    assert do(browser(cast.tech_head), case, "propose_clue", told).status_code == 302
    leader = browser(cast.deputy)
    page = text_of(leader.get(f"/desk/cases/{case.number}/outside/"))
    assert "待局领导签字" in page
    assert "对线索移交签字" in page
    assert do(leader, case, "sign_clue", {"sign": "no", "why": ""}).status_code == 409
    assert do(leader, case, "sign_clue", {"sign": "yes", "why": ""}).status_code == 302
    assert liaison.waiting_clue(case) is None
    assert "签字移交" in text_of(leader.get(f"/desk/cases/{case.number}/outside/"))
    assert do(leader, case, "sign_clue", {"sign": "yes", "why": ""}).status_code == 409


# 联席会议


def told_of(cast: Cast, **changes: object) -> dict[str, object]:
    return {
        "topic": "登录故障会商", "place": "三楼会议室", "starts_at": "2026-09-14T11:00", "chair": cast.deputy.pk
    } | changes  # fmt: skip


def test_a_meeting_is_convened_from_the_case(cast: Cast, browser: Browser) -> None:
    """C10.1"""
    case = stories.routed(cast, "重大")
    client = browser(cast.office)
    assert "须召开联席会议，还没有召集" in text_of(client.get(f"/desk/cases/{case.number}/outside/"))
    assert do(client, case, "convene_meeting", told_of(cast, chair=cast.duty.pk)).status_code == 422
    assert do(client, case, "convene_meeting", told_of(cast, starts_at="2026-09-14T09:00")).status_code == 409
    text = text_of(do(client, case, "convene_meeting", told_of(cast, extra=[cast.works_head.pk]), follow=True))
    row = Meeting.objects.get()
    assert row.number in text
    assert row.starts_at == clock.now() + dt.timedelta(hours=1), "the time is the bureau's, not UTC"
    assert row.seats.filter(user=cast.works_head).exists()


def test_the_page_is_the_pack_for_everybody_who_is_called(cast: Cast, browser: Browser, meeting: Meeting) -> None:
    """C10.2"""
    liaison.send_liaison(meeting.case.liaisons.get(), "phone", cast.duty)
    text = text_of(browser(cast.legal).get(f"/desk/meetings/{meeting.pk}/"))
    for words in ("会商材料", "主办", "交易中心信息技术部", "市委宣传部", "还没有统一的口径", "这一级要做的事", "主持"):
        assert words in text


def test_whoever_is_called_acknowledges_with_one_press(cast: Cast, browser: Browser, meeting: Meeting) -> None:
    client = browser(cast.legal)
    assert "确认参加" in text_of(client.get(f"/desk/meetings/{meeting.pk}/"))
    assert do(client, meeting, "acknowledge").status_code == 302
    assert meeting.seats.get(user=cast.legal).acknowledged_at == clock.now()
    assert do(browser(cast.duty), meeting, "acknowledge").status_code == 409, "the duty desk sees it, without a seat"


def test_attendance_is_marked_row_by_row_and_nobody_is_assumed(cast: Cast, browser: Browser, meeting: Meeting) -> None:
    """C10.1"""
    client = browser(cast.office)
    assert do(client, meeting, "hold", {}).status_code == 422
    told = {f"seat_{pk}": mark for pk, mark in everybody(meeting).items()}
    chair = meeting.seats.get(user=cast.deputy).pk
    refused = do(client, meeting, "hold", told | {f"seat_{chair}": "absent"})
    assert refused.status_code == 409
    assert "不算开会" in text_of(refused)
    legal = meeting.seats.get(user=cast.legal).pk
    text = text_of(do(client, meeting, "hold", told | {f"stood_{legal}": "法规处副处长"}, follow=True))
    assert "由法规处副处长代" in text
    assert "写纪要" in text


def minutes_told(cast: Cast, **changes: object) -> dict[str, object]:
    return {
        "situation": "九时三十分起登录中断七十分钟。",
        "discussion": "先恢复，再说明。",
        "title_1": "三日内更换存储控制器",
        "owner_1": cast.tech_head.pk,
        "due_1": "2026-09-17T18:00",
        "deliverable_1": "更换记录",
        "name_1": "法规处长",
        "words_1": "不宜现在下结论。",
    } | changes


def test_minutes_make_tasks_and_are_signed_by_the_chair(cast: Cast, browser: Browser, meeting: Meeting) -> None:
    """C10.1"""
    held(cast, meeting)
    client, leader = browser(cast.office), browser(cast.deputy)
    assert do(leader, meeting, "sign").status_code == 409, "there is nothing to sign yet"
    refused = do(client, meeting, "minute", minutes_told(cast, owner_1=""))
    assert refused.status_code == 409
    assert "要写明责任部门、责任人和完成时间" in text_of(refused)
    assert "九时三十分起" in text_of(refused), "what was typed is kept"
    assert Task.objects.count() == 0
    assert do(client, meeting, "minute", minutes_told(cast)).status_code == 302
    made = Task.objects.get()
    assert (made.owner_name, made.department.code) == ("信息部部长", "Z-XX")
    assert do(client, meeting, "sign").status_code == 409
    assert do(leader, meeting, "sign").status_code == 302
    page = text_of(client.get(f"/desk/meetings/{meeting.pk}/minutes/"))
    for words in ("联席会议纪要", "三日内更换存储控制器", "不宜现在下结论。", "登录故障会商", "到会", "签发"):
        assert words in page
    assert "还没有签发" not in page


def test_a_half_dissent_is_refused(cast: Cast, browser: Browser, meeting: Meeting) -> None:
    """C6.5"""
    held(cast, meeting)
    response = do(browser(cast.office), meeting, "minute", minutes_told(cast, words_1=""))
    assert response.status_code == 409
    assert "不同意见要写明是谁的" in text_of(response)


def test_a_meeting_is_cancelled_with_its_reason(cast: Cast, browser: Browser, meeting: Meeting) -> None:
    client = browser(cast.office)
    assert do(client, meeting, "cancel", {}).status_code == 422
    text = text_of(do(client, meeting, "cancel", {"why": "改为书面会商"}, follow=True))
    assert "会议已取消" in text
    assert meeting.number not in text_of(client.get("/desk/meetings/"))
    assert meeting.number in text_of(client.get("/desk/meetings/?all=1"))


def test_outsiders_see_neither_meeting_nor_minutes(cast: Cast, browser: Browser, meeting: Meeting) -> None:
    client = browser(cast.works_head)
    for address in (f"/desk/meetings/{meeting.pk}/", f"/desk/meetings/{meeting.pk}/minutes/"):
        assert client.get(address).status_code == 404
    assert do(client, meeting, "acknowledge").status_code == 404
    assert meeting.number not in text_of(client.get("/desk/meetings/?all=1"))


def test_a_guest_sees_the_pack_and_no_way_into_the_case(cast: Cast, browser: Browser, letter: Liaison) -> None:
    starts_at = clock.now() + dt.timedelta(hours=1)
    made = meetings.convene(
        letter.case, "登录故障会商", "三楼会议室", starts_at, cast.deputy, [cast.works_head], cast.office
    )
    client = browser(cast.works_head)
    raw = client.get(f"/desk/meetings/{made.pk}/").content.decode()
    assert "会商材料" in raw
    assert f"/desk/cases/{letter.case.number}/" not in raw
    assert client.get(f"/desk/cases/{letter.case.number}/").status_code == 404


def test_an_unknown_verb_is_404(cast: Cast, browser: Browser, meeting: Meeting, letter: Liaison) -> None:
    client = browser(cast.office)
    before = LedgerEntry.objects.count()
    for row in (meeting, letter):
        assert do(client, row, "delete").status_code == 404
    assert LedgerEntry.objects.count() == before


# What every page keeps


def pages_of(meeting: Meeting) -> list[str]:
    row = meeting.case.liaisons.first()
    assert row is not None
    return [
        "/desk/liaisons/",
        f"/desk/liaisons/{row.pk}/",
        "/desk/meetings/",
        f"/desk/meetings/{meeting.pk}/",
        f"/desk/meetings/{meeting.pk}/minutes/",
    ]


def test_no_inline_script_or_style_in_either_language(cast: Cast, browser: Browser, meeting: Meeting) -> None:
    held(cast, meeting)
    client = browser(cast.office)
    for address in pages_of(meeting):
        for language in ("zh-hans", "en"):
            raw = client.get(address, headers={"accept-language": language}).content.decode()
            assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", raw), address


def test_more_letters_and_tasks_cost_no_more_queries(cast: Cast, browser: Browser, meeting: Meeting) -> None:
    client = browser(cast.deputy)

    def count(address: str) -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as caught:
            client.get(address)
        return len(caught)

    before = [count(address) for address in pages_of(meeting)]
    for place in range(5):
        row = liaison.draft_liaison(meeting.case, f"市级机关{place}", "", POINTS, "", cast.duty)
        liaison.send_liaison(row, "phone", cast.duty)
        stories.task(cast, meeting.case, title=f"逐一告知第 {place} 批投标人")
    after = [count(address) for address in pages_of(meeting)]
    assert all(now <= was + 2 for now, was in zip(after, before, strict=True)), (before, after)
    # The pack is told from thirteen tables; lists and everything else keep to twelve.
    assert all(was <= (22 if place == 3 else 12) for place, was in enumerate(before)), before


def test_sections_cost_few_queries(cast: Cast, letter: Liaison) -> None:
    case = Case.objects.select_related("event", "regulation").get(pk=letter.case_id)
    liaison.send_liaison(letter, "phone", cast.duty)
    with CaptureQueriesContext(connection) as caught:
        found = liaison_section.section(case, cast.duty) | meetings_section.section(case, cast.duty)
    assert len(caught) <= 4
    assert [row.pk for row in found["liaison_rows"]] == [letter.pk]
    assert not found["liaison_missing"]
    assert found["meetings_missing"]
