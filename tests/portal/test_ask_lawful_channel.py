"""Statutory matters are told their lawful channel before sending, and can still be sent (C3.1, C4.3, scenario 17)."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from tests.portal.test_ask_with_files import file, ticket_of

from asking_of import jpeg
from huiying.ledger.models import LedgerEntry
from huiying.listening.models import Message, PostAttachment
from huiying.people.queries import regulation_now

GOOD = {"kind": "投诉", "text": "我对评标结果要提出异议，评分明显不对", "contact": "", "website": ""}
SAID = {
    "objection": "我要对开标结果提出异议",
    "query": "供应商质疑应该交给谁",
    "complaint": "不服答复，我要投诉到底",
    "petition": "再不解决我就去信访局上访",
    "review": "不服处罚，想申请行政复议",
    "disclosure": "我要依申请公开这个项目的评标报告",
}


def test_every_lawful_channel_of_the_file_has_its_words(desk) -> None:
    """The list, its words and whom to turn to are the regulation's data, and so is the English."""
    channels = regulation_now().response.statutory_channels
    assert set(channels) == set(SAID)
    for channel in channels.values():
        assert channel.words
        assert channel.where
        assert channel.source
        assert channel.notice_en
        assert channel.where_en


@pytest.mark.parametrize(("code", "text"), SAID.items())
def test_the_channel_is_told_before_anything_is_sent(desk, client: Client, code: str, text: str) -> None:
    response = client.post("/ask/", GOOD | {"text": text})
    page = response.content.decode()
    channel = regulation_now().response.statutory_channels[code]
    assert response.status_code == 200
    assert channel.notice in page
    assert channel.where in page
    assert channel.source in page
    assert "仍然发送给本单位" in page
    assert text in page
    assert Message.objects.count() == 0


def test_it_can_still_be_sent_and_the_record_says_what_was_told(desk, client: Client) -> None:
    told = re.findall(r'name="told" value="([^"]*)"', client.post("/ask/", GOOD).content.decode())
    assert told == ["objection"]
    assert client.post("/ask/", GOOD | {"told": told[0]}).status_code == 302
    assert Message.objects.get().statutory == ["objection"]
    entry = LedgerEntry.objects.get(kind="message.received")
    assert entry.data is not None
    assert entry.data["statutory"] == ["objection"]
    assert "招标人" in client.get("/ask/received/").content.decode()


def test_another_channel_in_a_changed_text_is_told_as_well(desk, client: Client) -> None:
    response = client.post("/ask/", GOOD | {"text": GOOD["text"] + "，不行就去信访", "told": "objection"})
    assert response.status_code == 200
    assert "信访局" in response.content.decode()
    assert Message.objects.count() == 0


def test_files_that_were_chosen_are_still_there_after_the_notice(desk, client: Client) -> None:
    page = client.post("/ask/", GOOD | {"files": file(jpeg())}).content.decode()
    client.post("/ask/", GOOD | {"told": "objection", "kept": ticket_of(page)})
    assert PostAttachment.objects.count() == 1


def test_an_ordinary_question_is_asked_nothing_back(desk, client: Client) -> None:
    assert client.post("/ask/", GOOD | {"text": "保证金什么时候退"}).status_code == 302


def test_the_form_lists_the_channels_for_whoever_looks_first(desk, client: Client) -> None:
    page = client.get("/ask/").content.decode()
    for channel in regulation_now().response.statutory_channels.values():
        assert channel.notice in page


def test_in_english_the_channels_are_told_in_english(desk, client: Client) -> None:
    client.cookies["django_language"] = "en"
    page = client.post("/ask/", GOOD).content.decode()
    assert "Before you send" in page
    assert "The tenderer or its agency" in page
    assert "3 days" in page


def test_somebody_in_danger_is_asked_nothing_back(desk, client: Client) -> None:
    """Life first: no notice of a procedure stands between the message and those who help."""
    text = "要求信访也没用，我真的活不下去了，想从楼上跳下去。"
    assert client.post("/ask/", GOOD | {"text": text}).status_code == 302
    assert Message.objects.get().post.life_safety


def test_the_emergency_numbers_stand_on_a_form_that_comes_back(desk, client: Client) -> None:
    """Life first: whatever else is wrong with the form, the numbers come at once."""
    text = "我真的活不下去了，想从楼上跳下去。"
    page = client.post("/ask/", {"text": text}).content.decode()
    for number in regulation_now().urgent_numbers:
        assert f'href="tel:{number}"' in page
    assert page.index('class="urgent"') < page.index('class="error-summary"') < page.index("<h1")


def test_staff_see_which_channel_was_told(desk, client: Client) -> None:
    client.post("/ask/", GOOD | {"told": "objection"})
    case = desk.case("handling", Message.objects.get().post)
    client.force_login(desk.cast.office)
    assert "已告知法定渠道：异议" in client.get(f"/desk/cases/{case.number}/").content.decode()
