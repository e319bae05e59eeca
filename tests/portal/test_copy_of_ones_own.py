"""PIPL art. 45, §6.2: whoever left a message may have a copy of it and of the contact; nobody else, and on record."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from huiying.ledger.models import LedgerEntry
from huiying.listening.actions import receive_message
from huiying.listening.actions.receiving import purge_contact
from huiying.listening.models import Message
from huiying.people.errors import Refused
from huiying.responding.actions import dialogue
from huiying.responding.models import PersonalRequest

WORDS = "保证金三个月没有退，请打我电话13912345678"
CONTACT = "13912347788"


@pytest.fixture
def asked(desk) -> tuple[dialogue.Receipt, PersonalRequest]:
    message = receive_message("投诉", WORDS, CONTACT)
    receipt = dialogue.ask_request("copy", "请给我一份副本", message=message.number, code=message.query_code)
    return receipt, PersonalRequest.objects.get(number=receipt.number)


def fetch(receipt: dialogue.Receipt, **changed: str):
    form = {"number": receipt.number, "code": receipt.query_code} | changed
    return Client().post("/rights/copy/", form)


def test_granted_it_is_handed_to_who_holds_the_code_and_that_is_on_record(desk, asked) -> None:
    receipt, row = asked
    assert "13912345678" not in row.text
    dialogue.decide_request(row, PersonalRequest.GRANTED, "您的留言在附件里", False, desk.cast.office)
    page = Client().post("/rights/status/", {"number": receipt.number, "code": receipt.query_code}).content.decode()
    assert "下载副本" in page
    answer = fetch(receipt)
    text = answer.content.decode()
    assert WORDS in text
    assert CONTACT in text
    assert row.message in text
    assert "no-store" in answer.headers["Cache-Control"]
    assert "attachment" in answer.headers["Content-Disposition"]
    entry = LedgerEntry.objects.get(kind="personal_request.copied")
    assert entry.data == {"number": row.number, "message": row.message}
    assert CONTACT not in (entry.payload or "")


def test_before_it_is_granted_refused_or_with_a_wrong_code_everything_sounds_alike(desk, asked) -> None:
    receipt, row = asked
    pages = {re.sub(re.escape(receipt.number), "#", fetch(receipt).content.decode())}
    pages.add(re.sub(re.escape(receipt.number), "#", fetch(receipt, code="AAAAAAAA").content.decode()))
    dialogue.decide_request(row, PersonalRequest.REFUSED, "不能提供", False, desk.cast.office)
    pages.add(re.sub(re.escape(receipt.number), "#", fetch(receipt).content.decode()))
    told = {re.sub(r'value="[^"]*"', "", page) for page in pages}
    assert len(told) == 1
    assert fetch(receipt).status_code == 404
    assert not LedgerEntry.objects.filter(kind="personal_request.copied").exists()


def test_a_request_for_something_else_hands_nothing_out(desk) -> None:
    message = receive_message("投诉", WORDS, CONTACT)
    receipt = dialogue.ask_request("deletion", "请删去电话", message=message.number, code=message.query_code)
    row = PersonalRequest.objects.get(number=receipt.number)
    dialogue.decide_request(row, PersonalRequest.GRANTED, "已经删除了", False, desk.cast.office)
    assert fetch(receipt).status_code == 404


def test_without_the_code_of_the_message_nobody_asks_for_its_copy(desk) -> None:
    message = receive_message("投诉", WORDS, CONTACT)
    with pytest.raises(Refused, match="查询码"):
        dialogue.ask_request("copy", "请给我一份副本")
    with pytest.raises(Refused, match="对不上"):
        dialogue.ask_request("copy", "请给我一份副本", message=message.number, code="AAAAAAAA")


def test_a_contact_that_is_gone_is_said_to_be_gone(desk, asked) -> None:
    receipt, row = asked
    dialogue.decide_request(row, PersonalRequest.GRANTED, "您的留言在附件里", False, desk.cast.office)
    purge_contact(Message.objects.get(number=row.message))
    text = fetch(receipt).content.decode()
    assert CONTACT not in text
    assert "已经删除" in text


def test_tries_share_the_bucket_of_looking_up(desk, asked) -> None:
    receipt, _row = asked
    codes = [fetch(receipt, code="AAAAAAAA").status_code for _n in range(31)]
    assert codes == [404] * 30 + [429]
