"""Following a topic by e-mail （四）: double opt-in, sealed, one click ends it, then the address is gone (§6.2)."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client

from huiying.handling.models import Case
from huiying.kernel import clock
from huiying.ledger.models import LedgerEntry
from huiying.responding.actions import dialogue
from huiying.responding.models import Subscription
from huiying.work import outbox
from huiying.work.models import Job

ADDRESS = "reader@example.cn"
LINK = re.compile(r"https?://[^/\s]+(/follow/\w+/[^\s>]+)")


@pytest.fixture
def mailing(desk, settings):
    settings.EMAIL_HOST = "mail.example.cn"
    settings.ALLOWED_HOSTS = ["testserver", "hui.example.cn"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    return desk


def sent() -> list[str]:
    """What the loop sends now."""
    while outbox.run_due("test"):
        pass
    bodies = [message.body for message in mail.outbox]
    mail.outbox.clear()
    return bodies


def link_in(body: str, kind: str) -> str:
    return next(path for path in LINK.findall(body) if path.startswith(f"/follow/{kind}/"))


def confirmed(client: Client, topic: str = "") -> str:
    """Somebody who follows; the address of the link that ends it comes with the first letter."""
    assert client.post("/follow/", {"address": ADDRESS, "topic": topic}).status_code == 302
    (body,) = sent()
    path = link_in(body, "confirm")
    client.post(path)
    return path


def test_nothing_is_sent_before_the_link_was_confirmed(mailing, client: Client, frozen) -> None:
    client.post("/follow/", {"address": ADDRESS, "topic": ""})
    (body,) = sent()
    path = link_in(body, "confirm")
    assert client.get(path).status_code == 200, "a mail program that looks confirms nothing"
    mailing.answer(title="新的答复", after=dt.timedelta(minutes=1))
    frozen.advance(dt.timedelta(minutes=10))
    dialogue.tell(clock.now())
    assert sent() == []
    assert "已经订阅" in client.post(path).content.decode()


def test_a_follower_is_told_once_of_what_became_public_since_then(mailing, client: Client, frozen) -> None:
    mailing.answer(title="以前的答复", after=dt.timedelta(0))
    frozen.advance(dt.timedelta(hours=1))
    confirmed(client)
    case = mailing.case()
    frozen.advance(dt.timedelta(hours=1))
    mailing.answer(case, title="新的答复", after=dt.timedelta(hours=1))
    frozen.advance(dt.timedelta(minutes=5))
    assert dialogue.tell(clock.now()) == 1
    (body,) = sent()
    assert "新的答复" in body
    assert f"/answers/{case.number}/" in body
    assert "以前的答复" not in body
    frozen.advance(dt.timedelta(minutes=5))
    assert dialogue.tell(clock.now()) == 0


def test_a_topic_brings_its_own_answers_only(mailing, client: Client, frozen) -> None:
    confirmed(client, "PT")
    frozen.advance(dt.timedelta(minutes=1))
    mailing.answer(title="没有分类", after=dt.timedelta(minutes=1))
    frozen.advance(dt.timedelta(minutes=5))
    assert dialogue.tell(clock.now()) == 0
    case = mailing.answer(title="平台的事", after=dt.timedelta(minutes=1)).case
    Case.objects.filter(pk=case.pk).update(category="PT")
    frozen.advance(dt.timedelta(minutes=5))
    assert dialogue.tell(clock.now()) == 1
    assert "平台的事" in sent()[0]


def test_one_click_ends_it_and_the_address_is_gone(mailing, client: Client, frozen) -> None:
    confirmed(client)
    frozen.advance(dt.timedelta(minutes=1))
    mailing.answer(title="新的答复", after=dt.timedelta(minutes=1))
    frozen.advance(dt.timedelta(minutes=5))
    dialogue.tell(clock.now())
    while outbox.run_due("test"):
        pass
    (message,) = mail.outbox
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = LINK.findall(message.extra_headers["List-Unsubscribe"])[0]
    assert Client(enforce_csrf_checks=True).post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    row = Subscription.objects.get()
    assert row.ended_at is not None
    assert row.sealed_address is None
    with pytest.raises(IntegrityError), transaction.atomic():
        Subscription.objects.update(sealed_address=b"again")
    assert "已经退订" in client.post(path).content.decode()


def test_an_address_that_nobody_confirmed_is_destroyed(mailing, client: Client, frozen) -> None:
    client.post("/follow/", {"address": ADDRESS, "topic": ""})
    assert dialogue.purge_unconfirmed(clock.now()) == 0
    frozen.advance(dt.timedelta(days=2, minutes=1))
    assert dialogue.purge_unconfirmed(clock.now()) == 1
    assert Subscription.objects.get().sealed_address is None
    assert sent() == [], "the letter of somebody who is forgotten is not written any more"


def test_the_address_stands_sealed_and_in_no_ledger_entry_job_or_page_inv_10(mailing, client: Client) -> None:
    page = client.post("/follow/", {"address": ADDRESS, "topic": ""}, follow=True).content.decode()
    assert ADDRESS not in page
    row = Subscription.objects.get()
    assert row.sealed_address is not None
    assert ADDRESS.encode() not in bytes(row.sealed_address)
    assert not any(ADDRESS in (entry.payload or "") for entry in LedgerEntry.objects.all())
    assert not any(ADDRESS in str(job.payload) for job in Job.objects.all())


def test_a_link_of_another_row_or_with_a_changed_letter_opens_nothing(mailing, client: Client) -> None:
    path = confirmed(client)
    number, _dash, tag = path.rstrip("/").rpartition("/")[2].partition("-")
    for link in (f"{int(number) + 1}-{tag}", f"{number}-{tag[:-1]}x", f"{number}-", "x", "１-1", f"{'9' * 30}-{tag}"):
        assert client.post(f"/follow/confirm/{link}/").status_code == 404
        assert client.post(f"/follow/end/{link}/").status_code == 404
    assert client.post(f"/follow/end/{number}-{tag}/").status_code == 404, "the link that confirms does not end"
    assert Subscription.objects.get().ended_at is None


def test_a_wrong_address_is_said_and_what_was_typed_stays(mailing, client: Client) -> None:
    response = client.post("/follow/", {"address": "reader@", "topic": ""})
    assert response.status_code == 422
    assert 'value="reader@"' in response.content.decode()
    assert client.post("/follow/", {"address": ADDRESS, "topic": "XX"}).status_code == 422
    assert client.post("/follow/", {"address": ADDRESS, "website": "x"}).status_code == 422
    assert Subscription.objects.count() == 0


def test_nobody_fills_anothers_mailbox_from_here(mailing, client: Client, frozen) -> None:
    codes = [client.post("/follow/", {"address": ADDRESS}).status_code for _n in range(6)]
    assert codes == [302] * 5 + [429]
    frozen.advance(dt.timedelta(minutes=20))
    assert client.post("/follow/", {"address": ADDRESS}).status_code == 302


def test_without_a_mail_server_rss_and_calendar_are_offered_and_no_address_is_taken(desk, client: Client) -> None:
    page = client.get("/follow/").content.decode()
    assert "/feed.xml?topic=PT" in page
    assert "/calendar.ics" in page
    assert 'name="address"' not in page
    assert client.post("/follow/", {"address": ADDRESS}).status_code == 409
    assert Subscription.objects.count() == 0
