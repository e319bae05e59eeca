"""Floods, spam, guessing, one person a hundred times; an honest asker waits minutes and is told why (C4.3, §6.1)."""

from __future__ import annotations

import datetime as dt
import hmac
import re

import pytest
from django.test import Client
from hypothesis import given, strategies as st

from asking_of import asked
from huiying.judging.models import Event
from huiying.judging.pipeline import judge_pending
from huiying.kernel import tokens
from huiying.listening import queries
from huiying.listening.actions import receive_message
from huiying.listening.models import Message, Post
from huiying.portal import limits
from huiying.work.limits import network_of, wait
from huiying.work.models import RateBucket

GOOD = {"kind": "咨询", "text": "投标保证金什么时候退回来？", "contact": "", "website": ""}
DANGER = "货款压了我一年半，我真的活不下去了，想从楼上跳下去。"


def send(client: Client, place: str = "203.0.113.7", **changed: str):
    return client.post("/ask/", GOOD | changed, REMOTE_ADDR=place)


def test_one_person_a_hundred_times_is_heard_ten_times_and_told_when_again(desk, client: Client) -> None:
    codes = [send(client, text=f"第{n}遍问：保证金什么时候退").status_code for n in range(100)]
    assert codes.count(302) == 10
    assert codes.count(429) == 90
    page = send(client).content.decode()
    assert "要等 6 分钟，请在 9月14日 10:06 以后再发送" in page
    assert GOOD["text"] in page
    assert Message.objects.count() == 10


def test_the_same_question_again_and_again_is_one_matter_on_the_desk(desk, client: Client) -> None:
    for _n in range(10):
        assert send(client, text="鞍山公共资源交易平台登录不上，保证金交不了").status_code == 302
    while judge_pending().screened:
        pass
    assert Event.objects.count() == 1
    assert Event.objects.get().posts_count == 10


def test_an_honest_asker_waits_six_minutes_not_a_day(desk, client: Client, frozen) -> None:
    for _n in range(11):
        send(client)
    assert send(client).status_code == 429
    frozen.advance(dt.timedelta(minutes=6, seconds=1))
    assert send(client).status_code == 302


def test_a_refused_try_does_not_lengthen_the_wait(desk, client: Client, frozen) -> None:
    """Whoever presses again and again is not punished for it."""
    for _n in range(60):
        send(client)
    frozen.advance(dt.timedelta(minutes=6, seconds=1))
    assert send(client).status_code == 302


def test_the_limit_lies_in_the_database_and_survives_a_restart(desk, client: Client) -> None:
    """Must hold: a new process reads the same rows; nothing of it is kept in memory."""
    for _n in range(10):
        send(client)
    rows = {row.key: (row.tokens, row.updated_at) for row in RateBucket.objects.all()}
    assert rows
    assert not [name for name, value in vars(limits).items() if isinstance(value, dict) and not name.startswith("__")]
    assert send(Client()).status_code == 429
    RateBucket.objects.all().delete()  # only this takes the memory of it away
    assert send(Client()).status_code == 302


def test_a_flood_from_many_places_is_stopped_before_it_drowns_the_desk(desk, client: Client, monkeypatch) -> None:
    monkeypatch.setattr(limits, "FROM_ALL", 20)
    codes = [send(client, f"198.51.100.{n}").status_code for n in range(30)]
    assert codes.count(302) == 20
    assert codes[-1] == 429


def test_life_first_a_danger_goes_past_every_limit_of_the_others(desk, client: Client, monkeypatch) -> None:
    monkeypatch.setattr(limits, "FROM_ALL", 1)
    for _n in range(12):
        send(client)
    assert send(client).status_code == 429
    assert send(client, text=DANGER, kind="投诉").status_code == 302
    assert Post.objects.filter(life_safety=True).count() == 1


def test_a_whole_ipv6_network_is_one_place(desk, client: Client) -> None:
    """One machine has 2^64 addresses: each of them must not be a bucket of its own."""
    codes = [send(client, f"2001:db8:1:2::{n:x}").status_code for n in range(1, 12)]
    assert codes.count(302) == 10
    assert send(client, "2001:db8:1:3::1").status_code == 302
    assert network_of("::ffff:203.0.113.9") == "203.0.113.9"
    assert network_of("unknown") == "unknown"


def test_a_program_that_fills_every_field_is_refused_aloud(desk, client: Client) -> None:
    """Spam falls into the trap; a person whose browser filled it reads why (INV-1)."""
    response = send(client, website="http://casino.example")
    assert response.status_code == 422
    assert "防机器" in response.content.decode()
    assert Message.objects.count() == 0


SCRIPTS = (
    "<script>alert(1)</script>还没退保证金",
    '"><img src=x onerror=alert(1)>保证金',
    "{{ 7*7 }}{% load i18n %}保证金没退",
    "'; DROP TABLE listening_message; --保证金",
    "\u202e保证金没退\u202c\ufeff",
    "=cmd|' /C calc'!A0 保证金没退",
)


@pytest.mark.parametrize("text", SCRIPTS)
def test_scripts_are_text_for_staff_and_never_run(desk, client: Client, text: str) -> None:
    assert send(client, text=text).status_code == 302
    message = Message.objects.get()
    case = desk.case("handling", message.post)
    client.force_login(desk.cast.office)
    page = client.get(f"/desk/cases/{case.number}/").content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "49保证金" not in page


# --- guessing ---------------------------------------------------------------------------------------------------------


def test_numbers_and_codes_cannot_be_told_apart_by_what_is_said(desk, client: Client) -> None:
    receipt = asked()
    pages = []
    for number in (receipt.number, "20260914-9999-01", "20991231-0001-50"):
        response = client.post("/status/", {"number": number, "code": "AAAAAAAA"})
        pages.append((response.status_code, re.sub(re.escape(number), "#", response.content.decode())))
    assert len(set(pages)) == 1


def test_every_comparison_takes_the_same_way_whether_the_number_exists(desk, monkeypatch) -> None:
    """Constant time: one keyed hash and one `compare_digest` for a known and for an unknown number alike."""
    receipt = receive_message("咨询", "保证金什么时候退", "")
    compared: list[tuple[str, str]] = []
    real = hmac.compare_digest

    def watched(one: str, other: str) -> bool:
        compared.append((one, other))
        return real(one, other)

    monkeypatch.setattr(tokens.hmac, "compare_digest", watched)
    assert queries.message_by_code(receipt.number, "AAAAAAAA") is None
    assert queries.message_by_code("20260914-9999-01", "AAAAAAAA") is None
    assert queries.message_by_code("x", "AAAAAAAA") is None
    assert queries.message_by_code(receipt.number, receipt.query_code) is not None
    assert len(compared) == 4
    assert {len(text) for pair in compared for text in pair} == {64}


def test_guessing_through_the_qr_address_rating_or_raising_again_is_counted_together(desk, client: Client) -> None:
    """Three doors, one bucket: thirty tries in ten minutes, whichever door."""
    receipt = asked()
    guess = {"number": receipt.number, "code": "AAAAAAAA"}
    codes = []
    for _n in range(11):
        codes.append(client.get("/status/", guess).status_code)
        codes.append(client.post("/status/rate/", guess | {"grade": "satisfied"}).status_code)
        codes.append(client.post("/status/again/", guess | {"text": "还没有解决"}).status_code)
    assert codes == [404] * 30 + [429] * 3
    page = client.get("/status/", guess).content.decode()
    assert "要等 1 分钟" in page
    assert "10:01" in page


@given(st.lists(st.integers(0, 400), min_size=1, max_size=40))
@pytest.mark.django_db
def test_nobody_ever_waits_longer_than_one_token(gaps: list[int]) -> None:
    """Invariant: whatever the rhythm of the tries, the wait is at most the time of one token, and then it opens."""
    from huiying.kernel import clock

    source = clock.FrozenClock(dt.datetime(2026, 9, 14, 2, 0, tzinfo=dt.UTC))
    with clock.use(source):
        RateBucket.objects.all().delete()
        per = dt.timedelta(hours=1)
        for gap in gaps:
            source.advance(dt.timedelta(seconds=gap))
            left = wait("portal.ask:x", per, 10)
            assert dt.timedelta(0) <= left <= per / 10
        if left:
            source.advance(left + dt.timedelta(microseconds=10))
            assert not wait("portal.ask:x", per, 10)
