"""Scenario 14: a citizen asks with no name, gets a code, sees the status, gets the answer; the contact is purged after
the regulation's time (C4.3, §6.2).
"""

from __future__ import annotations

import datetime as dt

from django.test import Client

from asking_of import asked
from cast import Cast
from huiying.handling import actions
from huiying.handling.actions.feedback import give_feedback
from huiying.handling.models import Feedback
from huiying.handling.tasks import purge_contacts
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.listening.models import Message
from huiying.portal import caching
from stories import OUTAGE, again, answered, effects_seen


def heading(client: Client, number: str, code: str) -> str:
    caching.shelf.clear()
    page = client.post("/status/", {"number": number, "code": code}).content.decode()
    return page.split("<h1>")[1].split("</h1>")[0]


def test_scenario_14_asked_without_a_name_answered_and_the_contact_forgotten(
    cast: Cast, client: Client, frozen: FrozenClock
) -> None:
    receipt = asked("投诉", OUTAGE, contact="13841234567")
    mine = (receipt.number, receipt.query_code)
    assert heading(client, *mine) == "已收到"
    case = answered(cast, "一般")
    assert heading(client, *mine) == "已答复"
    give_feedback(case, Feedback.ASKER, receipt.number, "phone", "已电话告知答复内容。", cast.office)
    actions.close(effects_seen(cast, case), "证书管理没有到期提醒", cast.office)
    closed_at = again(case).closed_at
    assert closed_at is not None

    frozen.set(closed_at + dt.timedelta(days=364))
    purge_contacts()
    assert Message.objects.get().sealed_contact is not None
    frozen.set(closed_at + dt.timedelta(days=366))
    purge_contacts()
    message = Message.objects.get()
    assert message.sealed_contact is None
    assert message.contact_purged_at is not None
    assert LedgerEntry.objects.filter(kind="message.contact_purged").count() == 1
    assert heading(client, *mine) == "已答复"  # the code still opens the answer


def test_a_matter_taken_up_again_keeps_its_contact_until_it_ends_again(cast: Cast, frozen: FrozenClock) -> None:
    """The time runs from the end of the matter; one that was taken up again has not ended."""
    receipt = asked("投诉", OUTAGE, contact="13841234567")
    case = answered(cast, "一般")
    give_feedback(case, Feedback.ASKER, receipt.number, "phone", "已电话告知答复内容。", cast.office)
    actions.close(effects_seen(cast, case), "证书管理没有到期提醒", cast.office)
    actions.ask_again(receipt.number, receipt.query_code, "还有一个标段没有说")
    frozen.advance(dt.timedelta(days=800))
    purge_contacts()
    assert Message.objects.get().sealed_contact is not None
