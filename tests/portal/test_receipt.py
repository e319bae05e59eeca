"""The receipt: number, query code, and a QR code that leads to the progress (C4.3)."""

from __future__ import annotations

import html
import re

import segno
from django.test import Client

from huiying.listening.models import Message

GOOD = {"kind": "咨询", "text": "投标保证金什么时候退回来？", "contact": "", "website": ""}


def receipt(client: Client) -> str:
    assert client.post("/ask/", GOOD).status_code == 302
    return client.get("/ask/received/").content.decode()


def address_of(page: str) -> str:
    return re.findall(r'class="button" href="([^"]+)"', page)[0].replace("&amp;", "&")


def test_the_qr_code_holds_the_address_of_the_progress(desk, client: Client) -> None:
    page = receipt(client)
    address = address_of(page)
    drawn = re.findall(r'<img src="(data:image/svg[^"]+)"', page)
    assert len(drawn) == 1
    expected = segno.make(address, error="m", micro=False).svg_data_uri(scale=4, border=2, dark="#000", light="#fff")
    assert html.unescape(drawn[0]) == expected
    assert f"number={Message.objects.get().number}&code=" in address


def test_whoever_scans_it_sees_the_progress_without_typing(desk, client: Client) -> None:
    address = address_of(receipt(client))
    page = Client().get(address)
    assert page.status_code == 200
    assert "<h1>已收到</h1>" in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]
    assert page.headers["Referrer-Policy"] == "same-origin"


def test_the_picture_is_allowed_by_the_page_s_own_policy(desk, client: Client) -> None:
    client.post("/ask/", GOOD)
    policy = client.get("/ask/received/").headers["Content-Security-Policy"]
    assert "img-src 'self' data:" in policy
    assert "unsafe-inline" not in policy


def test_the_address_with_a_wrong_code_says_what_the_form_says(desk, client: Client) -> None:
    receipt(client)
    number = Message.objects.get().number
    wrong = client.get(f"/status/?number={number}&code=AAAAAAAA")
    assert wrong.status_code == 404
    assert "没有找到" in wrong.content.decode()
    assert client.get(f"/status/?number={number}").status_code == 200  # the empty form


def test_the_receipt_has_words_for_the_code_that_nobody_can_see(desk, client: Client) -> None:
    page = receipt(client)
    assert 'alt="查进度的二维码' in page
    client.cookies["django_language"] = "en"
    assert 'alt="QR code for the progress' in receipt(client)
