"""C8.2, C11.1, acceptance 2: withdrawing, correcting and following up leaves every version visible in public."""

from __future__ import annotations

import datetime as dt
import json
import re
import xml.etree.ElementTree as ET

import pytest
from django.test import Client

from cast import Cast
from huiying.handling.models import Case
from huiying.judging.models import Event
from huiying.kernel.clock import FrozenClock
from huiying.overseeing.case_export import documents
from huiying.portal import caching, reading
from huiying.responding import actions
from huiying.responding.models import Publication, Revision
from huiying.responding.public import public_answer, public_answers
from stories import DRAFT, again, answered, approve, do_what_is_due, handled, opened

HOUR = dt.timedelta(hours=1)
FIRST = "9月14日8时30分至9时40分，登录服务中断，已恢复。两个标段开标顺延，解密时间重新计算。"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(autouse=True)
def _no_kept_pages() -> None:
    caching.shelf.clear()


def say(
    cast: Cast,
    case: Case,
    stage: str,
    text: str,
    *,
    corrects: Publication | None = None,
    note: str = "",
    redacts: bool = False,
    **changes: str,
) -> Publication:
    told = DRAFT | {"renditions": {"portal": text}} | changes
    actions.save_revision(
        again(case),
        actor=cast.editor,
        stage=stage,
        corrects=corrects,
        correction_note=note,
        redacts=redacts,
        **told,  # type: ignore[arg-type]
    )
    approve(cast, actions.submit(again(case), cast.editor))
    (row,) = actions.release(again(case), ["portal"], cast.office)
    do_what_is_due()
    row.refresh_from_db()
    assert row.state == Publication.LIVE
    return row


def hold(cast: Cast, case: Case, text: str = "有关情况正在核实，核实后第一时间公布。") -> Publication:
    told = DRAFT | {"renditions": {"portal": text}, "title": "关于开标系统的情况"}
    actions.save_revision(again(case), actor=cast.editor, track=Revision.HOLDING, **told)  # type: ignore[arg-type]
    approve(cast, actions.submit(again(case), cast.editor, track=Revision.HOLDING))
    (row,) = actions.release(again(case), ["portal"], cast.office, track=Revision.HOLDING)
    do_what_is_due()
    row.refresh_from_db()
    assert row.state == Publication.LIVE
    return row


def page(client: Client, case: Case) -> str:
    return client.get(f"/answers/{case.number}/").content.decode()


@pytest.fixture
def whole(cast: Cast, frozen: FrozenClock) -> Case:
    """First word, first answer, correction, follow-up, result: the whole course of one case, an hour apart."""
    case = handled(cast)
    hold(cast, case)
    frozen.advance(HOUR)
    first = say(cast, case, "first", FIRST)
    frozen.advance(HOUR)
    say(cast, case, "correction", "中断到9时50分，已恢复。", corrects=first, note="结束时间写错")
    frozen.advance(HOUR)
    say(cast, case, "follow_up", "续报：两个标段已重新开标。")
    frozen.advance(HOUR)
    say(cast, case, "final", "结果：全部办结，证书已设到期提醒。")
    return again(case)


def test_every_version_is_on_the_page_newest_on_top_with_its_full_text(whole: Case, client: Client) -> None:
    shown = page(client, whole)
    texts = ("结果：全部办结", "续报：两个标段", "中断到9时50分", FIRST[:20], "有关情况正在核实")
    section = shown[shown.index('id="versions"') :]
    places = [section.index(text) for text in texts]
    assert places == sorted(places)
    assert re.findall(r"<b>(\S+?)\s*</b>", section) == ["结果", "续报", "更正", "首发", "正在核实"]
    assert section.count("<details>") == 5
    assert "结束时间写错" in section
    assert section.count("已更正") == 1


def test_the_export_has_every_version_too(whole: Case) -> None:
    made = documents(whole)
    stages = [row["stage"] for row in made["revisions.json"]]
    assert stages == ["holding", "first", "correction", "follow_up", "final"]
    assert [row["stage"] for row in made["answer.json"]["versions"]] == list(reversed(stages))
    assert len(made["publications.json"]["publications"]) == 5
    assert all(row["matches"] is not None for row in made["publications.json"]["publications"])
    json.dumps(made["answer.json"], default=str)


def test_the_list_shows_what_stands_now_with_its_word(whole: Case, client: Client) -> None:
    shown = client.get("/answers/").content.decode()
    assert "已有结果" in shown
    assert "有更正" in shown
    assert shown.count('class="asked"') == 1


def test_a_withdrawn_answer_is_marked_with_its_note_and_stays_readable(
    cast: Cast, frozen: FrozenClock, client: Client
) -> None:
    case = answered(cast)
    frozen.advance(HOUR)
    first = Publication.objects.get(case=case)
    say(cast, case, "withdrawal", "原答复的时间有误，正在重新核实。", corrects=first, note="经复查时间不准")
    shown = page(client, case)
    assert "不再作准" in shown
    assert shown.index("经复查时间不准") < shown.index("大家问的")
    assert f"<s>{FIRST}" in shown
    listed = client.get("/answers/").content.decode()
    assert "已撤回" in listed
    assert FIRST not in listed
    feed = ET.fromstring(client.get("/feed.xml").content)
    assert str(feed.findtext(f"{ATOM}entry/{ATOM}title")).startswith("【已撤回】")
    assert feed.findtext(f"{ATOM}entry/{ATOM}content") == "原答复的时间有误，正在重新核实。"
    (item,) = client.get("/api/answers").json()["items"]
    assert (item["state"], item["text"]) == ("withdrawn", "原答复的时间有误，正在重新核实。")
    assert reading.figures().answered == 0


def test_after_a_withdrawal_a_new_answer_stands(cast: Cast, frozen: FrozenClock, client: Client) -> None:
    case = answered(cast)
    frozen.advance(HOUR)
    say(cast, case, "withdrawal", "撤回重核。", corrects=Publication.objects.get(case=case), note="时间不准")
    frozen.advance(HOUR)
    say(cast, case, "follow_up", "重新核实：中断到9时50分。")
    shown = page(client, case)
    assert "不再作准" not in shown
    assert "已撤回" in shown
    answer = public_answer(case.number)
    assert answer is not None
    assert (answer.state, answer.text) == ("follow_up", "重新核实：中断到9时50分。")
    assert [version.state for version in answer.versions] == ["standing", "withdrawal", "withdrawn"]
    assert reading.figures().answered == 1


def test_taking_back_a_follow_up_leaves_the_first_answer_on_top(cast: Cast, frozen: FrozenClock) -> None:
    case = answered(cast)
    frozen.advance(HOUR)
    more = say(cast, case, "follow_up", "续报：全部恢复。")
    frozen.advance(HOUR)
    say(cast, case, "withdrawal", "续报撤回。", corrects=more, note="还没有全部恢复")
    answer = public_answer(case.number)
    assert answer is not None
    assert (answer.state, answer.text) == ("first", FIRST)


SECRET = "请找王建国，家住铁东区园林路12号"


@pytest.mark.parametrize("stage", ["correction", "withdrawal"])
def test_what_was_redacted_is_nowhere_any_more(cast: Cast, frozen: FrozenClock, client: Client, stage: str) -> None:
    """§6.2: page, list, search, feed and API alike; the history keeps a tombstone."""
    case = handled(cast)
    first = say(cast, case, "first", f"{FIRST}{SECRET}", title=f"关于故障的说明（{SECRET}）", question=SECRET)
    frozen.advance(HOUR)
    say(cast, case, stage, "请到大厅窗口。", corrects=first, note="删去个人信息", redacts=True, question="有人问。")
    for address in (
        f"/answers/{case.number}/",
        "/answers/",
        "/",
        "/feed.xml",
        "/corrections/",
        "/api/answers",
        f"/api/answers/{case.number}",
    ):
        response = client.get(address)
        assert response.status_code == 200
        body = response.content.decode()
        assert "王建国" not in body, address
        assert "王建国" not in body.encode().decode("unicode_escape", "ignore"), address
    assert "含有个人信息，已删除" in page(client, case)
    assert not public_answers("王建国").exists()
    texts = [row["text"] for row in client.get(f"/api/answers/{case.number}").json()["versions"]]
    assert texts == ["请到大厅窗口。", None]
    assert documents(again(case))["answer.json"]["versions"][1]["text"] is None


def test_what_was_said_before_the_redacted_text_may_hold_the_same_and_goes_too(cast: Cast, frozen: FrozenClock) -> None:
    case = handled(cast)
    hold(cast, case, f"正在核实，{SECRET}。")
    frozen.advance(HOUR)
    first = say(cast, case, "first", f"{FIRST}{SECRET}")
    frozen.advance(HOUR)
    say(cast, case, "correction", "请到大厅窗口。", corrects=first, note="删去个人信息", redacts=True)
    answer = public_answer(case.number)
    assert answer is not None
    assert [version.text is None for version in answer.versions] == [False, True, True]


def test_a_text_that_still_stands_is_never_a_tombstone(cast: Cast, frozen: FrozenClock) -> None:
    case = answered(cast)
    frozen.advance(HOUR)
    more = say(cast, case, "follow_up", f"续报：{SECRET}。")
    frozen.advance(HOUR)
    say(cast, case, "withdrawal", "续报撤回。", corrects=more, note="含个人信息", redacts=True)
    answer = public_answer(case.number)
    assert answer is not None
    assert answer.text == FIRST
    assert [version.text is None for version in answer.versions] == [False, True, False]


def test_an_office_telephone_in_a_text_that_was_only_followed_up_stays(cast: Cast, frozen: FrozenClock) -> None:
    """Only what a correction or a withdrawal replaced is looked at for personal data."""
    case = handled(cast)
    say(cast, case, "first", f"{FIRST}咨询电话 13841234567。")
    frozen.advance(HOUR)
    say(cast, case, "follow_up", "续报：全部恢复。")
    answer = public_answer(case.number)
    assert answer is not None
    assert all(version.text for version in answer.versions)


# --- 正在核实 ---------------------------------------------------------------------------------------------------------


def test_a_holding_statement_has_its_page_with_the_legal_time_and_is_no_answer(
    cast: Cast, frozen: FrozenClock, client: Client
) -> None:
    case = handled(cast)
    hold(cast, case)
    shown = page(client, case)
    assert "正在核实，会在 9月16日 10:00 前答复。" in shown
    listed = client.get("/answers/").content.decode()
    assert "正在核实" in listed
    assert "前答复" in listed
    assert "用时" not in listed
    assert reading.figures().answered == 0
    (item,) = client.get("/api/answers").json()["items"]
    assert item["state"] == "checking"
    assert item["due_at"] is not None
    frozen.advance(49 * HOUR)
    caching.shelf.clear()
    assert "已经超过，我们正在加紧办理" in page(client, case)
    say(cast, case, "first", FIRST)
    assert "会在" not in page(client, case)
    assert reading.figures().answered == 1


def test_the_time_that_an_answer_took_counts_to_the_answer_and_not_to_the_first_word(
    cast: Cast, frozen: FrozenClock
) -> None:
    case = handled(cast)
    hold(cast, case)
    frozen.advance(5 * HOUR)
    say(cast, case, "first", FIRST)
    answer = public_answer(case.number)
    assert answer is not None
    assert answer.took == 5 * HOUR
    assert reading.figures().median == 5 * HOUR


# --- the log of corrections -------------------------------------------------------------------------------------------


def test_the_log_lists_every_correction_and_withdrawal_newest_first(
    cast: Cast, frozen: FrozenClock, client: Client
) -> None:
    assert "还没有更正或撤回过答复" in client.get("/corrections/").content.decode()
    case = answered(cast)
    frozen.advance(HOUR)
    fixed = say(
        cast, case, "correction", "中断到9时50分。", corrects=Publication.objects.get(case=case), note="结束时间写错"
    )
    frozen.advance(HOUR)
    say(cast, case, "withdrawal", "撤回重核。", corrects=fixed, note="仍不准确")
    shown = client.get("/corrections/").content.decode()
    assert shown.index("仍不准确") < shown.index("结束时间写错")
    assert f"/answers/{case.number}/#versions" in shown
    assert "/corrections/" in client.get("/").content.decode()


def test_corrections_about_a_danger_to_life_are_on_no_list(cast: Cast, frozen: FrozenClock, client: Client) -> None:
    case = answered(cast)
    frozen.advance(HOUR)
    say(cast, case, "correction", "更正。", corrects=Publication.objects.get(case=case), note="结束时间写错")
    Event.objects.filter(pk=case.event_id).update(life_safety=True)
    caching.shelf.clear()
    assert "结束时间写错" not in client.get("/corrections/").content.decode()
    assert case.number not in client.get("/answers/").content.decode()


def test_the_log_has_pages(cast: Cast, client: Client) -> None:
    assert client.get("/corrections/?page=99").status_code == 200
    assert client.post("/corrections/").status_code == 405


def test_no_version_says_an_internal_word(whole: Case, client: Client) -> None:
    for address in (f"/answers/{whole.number}/", "/corrections/"):
        shown = client.get(address).content.decode()
        assert not [word for word in ("舆情", "较大", "重大", "首稿", "级别") if word in shown]


def test_a_case_without_a_public_word_has_no_page(cast: Cast, client: Client) -> None:
    case = opened(cast)
    assert client.get(f"/answers/{case.number}/").status_code == 404
    assert client.get(f"/api/answers/{case.number}").status_code == 404
    assert client.get("/api/answers/%00").status_code == 404
