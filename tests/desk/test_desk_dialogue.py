"""The staff's side of the dialogue with the public （四）C4.2, C4.4, §6.2: each text with its second person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.test import Client

from cast import Cast
from desk_helpers import text_of
from huiying.foreseeing.actions import draft_sha256, send_opinion
from huiying.foreseeing.models import Consultation
from huiying.kernel.clock import FrozenClock
from huiying.people.models import User
from huiying.responding.actions import dialogue
from huiying.responding.models import PersonalRequest, TopicPage
from portal import public_world

Browser = Callable[[User], Client]
DAY = dt.timedelta(days=1)
PAGES, CONSULTATIONS, REQUESTS = "/desk/pages/", "/desk/consultations/", "/desk/requests/"


def written(cast: Cast, client: Client, **changes: Any) -> TopicPage:
    told = {
        "kind": "faq",
        "title": "外地企业的 CA 证书在哪里办",
        "asked": "外地企业参加投标，CA 证书在哪里办？",
        "text": "可以在网上办，也可以到大厅窗口办，不要求法人到场。",
        "department": cast.department("Z-XX").pk,
    }
    response = client.post(f"{PAGES}new/", told | changes)
    assert response.status_code == 302, text_of(response)
    return TopicPage.objects.latest("pk")


def agreed(page: TopicPage, **changes: str) -> dict[str, str]:
    sha = page.texts.latest("number").manifest_sha256
    return {"agree": "yes", "secrecy": "on", "personal_data": "on", "sha256": sha} | changes


# --- pages that gather answers ----------------------------------------------------------------------------------------


def test_a_page_is_written_sent_and_public_only_by_the_second_person_c4_4(cast: Cast, browser: Browser) -> None:
    writer, second, reader = browser(cast.tech_liaison), browser(cast.editor), Client()
    assert "还没有" in text_of(writer.get(PAGES))
    page = written(cast, writer)
    assert writer.post(f"{PAGES}{page.pk}/do/propose/").status_code == 302
    assert "CA 证书" not in text_of(reader.get("/faq/"))
    assert page.texts.get().title in text_of(second.get(PAGES))
    assert second.post(f"{PAGES}{page.pk}/do/decide/", agreed(page)).status_code == 302
    assert "外地企业的 CA 证书在哪里办" in text_of(reader.get("/faq/"))
    shown = text_of(second.get(f"{PAGES}{page.pk}/"))
    assert "信息部联络员" in shown, "who wrote it stands on the page"
    assert "采编小林" in shown, "and who agreed"


def test_whoever_wrote_it_is_refused_and_both_checks_are_asked_for_c4_4_inv_4(cast: Cast, browser: Browser) -> None:
    editor = browser(cast.editor)
    page = written(cast, editor)
    editor.post(f"{PAGES}{page.pk}/do/propose/")
    assert editor.post(f"{PAGES}{page.pk}/do/decide/", agreed(page)).status_code == 409
    second = browser(cast.office)
    told = agreed(page)
    del told["secrecy"]
    response = second.post(f"{PAGES}{page.pk}/do/decide/", told)
    assert response.status_code in (409, 422)
    assert TopicPage.objects.get().published_at is None


def test_a_form_that_lacks_something_keeps_what_was_written(cast: Cast, browser: Browser) -> None:
    response = browser(cast.tech_liaison).post(f"{PAGES}new/", {"kind": "faq", "title": "保证金几天退", "asked": ""})
    assert response.status_code == 422
    assert "保证金几天退" in text_of(response)
    assert not TopicPage.objects.exists()


def test_a_withdrawn_page_says_why_to_staff_and_is_gone_for_readers_c4_4(cast: Cast, browser: Browser) -> None:
    page = public_world.page(cast, TopicPage.FREQUENT)
    second = browser(cast.office)
    assert second.post(f"{PAGES}{page.pk}/do/withdraw/", {"note": "办理方式已经改变，另写一页"}).status_code == 302
    assert "办理方式已经改变" in text_of(second.get(f"{PAGES}{page.pk}/"))
    assert Client().get(f"/faq/{page.address}/").status_code == 410


# --- consultations ----------------------------------------------------------------------------------------------------


def test_a_consultation_goes_its_whole_way_on_the_desk_c4_2(cast: Cast, browser: Browser, frozen: FrozenClock) -> None:
    editor, office, reader = browser(cast.editor), browser(cast.office), Client()
    told = {
        "title": "投标保证金退还办法（征求意见稿）",
        "summary": "企业反映退得慢，准备把退还时间写进办法。",
        "text": "第一条 五个工作日内退还投标保证金。",
        "department": cast.department("Z-CW").pk,
        "closes_at": "2026-10-01T17:00",
    }
    response = editor.post(f"{CONSULTATIONS}new/", told)
    assert response.status_code == 302, text_of(response)
    row = Consultation.objects.get()
    url = f"{CONSULTATIONS}{row.pk}/"
    editor.post(f"{url}do/propose/")
    assert office.post(f"{url}do/decide/", {"agree": "yes", "sha256": draft_sha256(row)}).status_code == 302
    row.refresh_from_db()
    assert row.state == Consultation.OPEN
    said = reader.post(f"/consultations/{row.address}/say/", {"text": "建议三天内退还，五天太久。"})
    assert said.status_code == 302
    opinion = row.opinions.get()
    told = {
        "opinion": opinion.pk,
        "summary": "建议缩短到三天",
        "decision": "not",
        "reason": "银行清算需要两天，三天做不到，公开说明。",
    }
    assert editor.post(f"{url}sort/", told).status_code == 302
    assert editor.post(f"{url}do/propose_result/", {"words": "收到一条意见，没有采纳，理由如下。"}).status_code == 409
    frozen.advance(20 * DAY)
    result = {"words": "收到一条意见，没有采纳，理由如下。"}
    assert editor.post(f"{url}do/propose_result/", result).status_code == 302
    row.refresh_from_db()
    response = office.post(f"{url}do/decide_result/", {"agree": "yes", "sha256": row.result_sha256})
    assert response.status_code == 302, text_of(response)
    public = text_of(reader.get(f"/consultations/{row.address}/"))
    assert "建议缩短到三天" in public
    assert "银行清算需要两天" in public
    assert "五天太久" not in public, "what a person wrote is never printed"


def test_one_past_its_day_without_a_result_shows_to_staff_c4_2(
    cast: Cast, browser: Browser, frozen: FrozenClock
) -> None:
    row = public_world.opened(cast, days=8)
    send_opinion(row, "建议第一条的五天改成三天", {0: 0})
    frozen.advance(60 * DAY)
    shown = text_of(browser(cast.office).get(CONSULTATIONS))
    assert row.title in shown
    assert "超" in shown


# --- requests about personal data -------------------------------------------------------------------------------------


def test_a_request_is_decided_with_a_reason_that_the_asker_reads(cast: Cast, browser: Browser) -> None:
    receipt = dialogue.ask_request("correction", "第二段的日期写错了，请改正。")
    office = browser(cast.office)
    assert receipt.number in text_of(office.get(REQUESTS))
    row = PersonalRequest.objects.get()
    assert office.post(f"{REQUESTS}{row.pk}/do/decide/", {"decision": "granted", "reason": ""}).status_code == 422
    told = {"decision": "granted", "reason": "已核对，日期已经改正。"}
    assert office.post(f"{REQUESTS}{row.pk}/do/decide/", told).status_code == 302
    shown = Client().post("/rights/status/", {"number": receipt.number, "code": receipt.query_code})
    assert "已核对，日期已经改正" in text_of(shown)


def test_requests_are_no_ones_business_but_the_offices_and_those_who_inspect(cast: Cast, browser: Browser) -> None:
    dialogue.ask_request("correction", "第二段的日期写错了，请改正。")
    row = PersonalRequest.objects.get()
    for user in (cast.duty, cast.editor, cast.tech_head, cast.legal):
        assert browser(user).get(f"{REQUESTS}{row.pk}/").status_code == 404
