"""Asking without an account: a receipt with number and code, nothing lost on error (C4.1, C4.3)."""

import pytest
from django.test import Client

from huiying.kernel import sealing
from huiying.listening.models import Message
from huiying.portal import forms

GOOD = {"kind": "咨询", "text": "投标保证金什么时候退回来？", "contact": "", "website": ""}
DANGER = "货款压了我一年半，采购单位天天推，我真的活不下去了，想从楼上跳下去。"


def ask(client: Client, **changed: str):
    return client.post("/ask/", GOOD | changed)


def test_a_message_gets_a_number_and_a_code_by_redirect(desk, client: Client):
    response = ask(client)
    assert response.status_code == 302
    assert response.headers["Location"] == "/ask/received/"
    page = client.get("/ask/received/").content.decode()
    message = Message.objects.get()
    assert message.number in page
    assert "查询码" in page
    assert "tel:" not in page


def test_the_code_is_shown_once_and_does_not_stay_in_the_session(desk, client: Client):
    from django.contrib.sessions.models import Session

    ask(client)
    assert client.head("/ask/received/").status_code == 200
    first = client.get("/ask/received/")
    assert Message.objects.get().number in first.content.decode()
    assert "no-store" in first.headers["Cache-Control"]
    again = client.get("/ask/received/").content.decode()
    assert Message.objects.get().number not in again
    assert "只显示一次" in again
    assert Session.objects.count() == 0


def test_danger_to_life_puts_the_emergency_numbers_first_in_caring_words(desk, client: Client):
    """Life first: numbers of the regulation as links, before the receipt itself."""
    ask(client, kind="投诉", text=DANGER)
    page = client.get("/ask/received/").content.decode()
    for number in ("110", "120", "12356"):
        assert f'href="tel:{number}"' in page
    assert page.index("tel:110") < page.index("<h1")
    assert "愿意听您说" in page
    assert Message.objects.get().number in page


@pytest.mark.parametrize("kind", [value for value, _label, _hint in forms.KINDS])
def test_every_kind_on_the_form_is_taken(desk, client: Client, kind: str):
    assert ask(client, kind=kind).status_code == 302
    assert Message.objects.get().kind == kind


def test_the_form_asks_for_no_name_no_account_and_no_identity_number(desk, client: Client):
    """C4.3, must be impossible: requiring a real name or an ID number to ask."""
    import re

    page = client.get("/ask/").content.decode()
    names = set(re.findall(r'<(?:input|textarea)[^>]*\bname="([^"]+)"', page))
    assert names == {"csrfmiddlewaretoken", "kind", "text", "contact", "website", "files", "kept", "told"}
    assert ask(client, text="身份证号写错了能改吗", contact="13841234567").status_code == 302
    refused = ask(client, contact="210302199001011234")
    assert refused.status_code == 422
    assert "不需要身份证号" in refused.content.decode()


def test_an_error_stands_at_the_field_and_on_top_and_nothing_typed_is_lost(desk, client: Client):
    response = client.post("/ask/", {"text": "短", "contact": "me@example.cn"})
    page = response.content.decode()
    assert response.status_code == 422
    assert page.index("error-summary") < page.index("<h1")
    assert 'href="#kind"' in page
    assert 'href="#text"' in page
    assert 'aria-invalid="true"' in page
    assert ">\n短</textarea>" in page
    assert 'value="me@example.cn"' in page
    assert Message.objects.count() == 0


def test_a_megabyte_is_refused_kindly_with_its_length(desk, client: Client):
    response = ask(client, text="字" * 1_000_000)
    assert response.status_code == 422
    assert "您写了 1000000 个字，一次最多 2000 个字" in response.content.decode()
    assert Message.objects.count() == 0


def test_more_than_the_server_takes_is_a_plain_page(desk, client: Client):
    response = ask(client, text="a" * (13 * 1024 * 1024))
    assert response.status_code == 400
    assert "发来的内容太大" in response.content.decode()


def test_broken_utf8_is_named_and_not_stored(desk, client: Client):
    body = b"kind=%E5%92%A8%E8%AF%A2&text=abc%FF%FEdefgh&contact="
    response = client.post("/ask/", body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 422
    assert "没能识别" in response.content.decode()
    assert Message.objects.count() == 0


def test_invisible_characters_are_dropped_not_refused(desk, client: Client):
    assert ask(client, text="保证金\x00什么时候\x07退回来").status_code == 302
    assert Message.objects.get().post.text == "保证金什么时候退回来"


def test_html_in_a_message_comes_back_escaped(desk, client: Client):
    page = client.post("/ask/", {"text": "</textarea><script>alert(1)</script>", "contact": '"><i>x'}).content.decode()
    assert "<script" not in page
    assert '"><i>x' not in page


def test_a_filled_trap_is_said_and_the_text_stays(desk, client: Client):
    """Nothing a person wrote is dropped in silence (INV-1), even when a browser filled the trap."""
    response = ask(client, website="http://spam.example")
    assert response.status_code == 422
    assert GOOD["text"] in response.content.decode()
    assert "请把它清空" in response.content.decode()
    assert Message.objects.count() == 0


def test_the_contact_is_sealed(desk, client: Client):
    ask(client, contact="13841234567")
    message = Message.objects.get()
    assert b"13841234567" not in bytes(message.sealed_contact)
    assert sealing.unseal(message.sealed_contact, "message.contact") == b"13841234567"


def test_too_many_messages_wait_and_keep_what_was_written(desk, client: Client):
    for _ in range(10):
        assert ask(client).status_code == 302
    refused = ask(client, text="第十一条也很要紧的事")
    assert refused.status_code == 429
    assert "第十一条也很要紧的事" in refused.content.decode()
    assert Message.objects.count() == 10
    assert client.post("/ask/", GOOD, REMOTE_ADDR="10.9.9.9").status_code == 302


def test_behind_a_proxy_the_last_address_counts(desk, client: Client, settings):
    """What a client writes into X-Forwarded-For itself must not buy it a new bucket."""
    settings.HTTPS = True
    for n in range(10):
        assert client.post("/ask/", GOOD, HTTP_X_FORWARDED_FOR=f"1.1.1.{n}, 10.0.0.1").status_code == 302
    assert client.post("/ask/", GOOD, HTTP_X_FORWARDED_FOR="9.9.9.9, 10.0.0.1").status_code == 429
    assert client.post("/ask/", GOOD, HTTP_X_FORWARDED_FOR="9.9.9.9, 10.0.0.2").status_code == 302


def test_no_address_of_a_citizen_is_stored(desk, client: Client):
    from huiying.work.models import RateBucket

    client.post("/ask/", GOOD, REMOTE_ADDR="203.0.113.77")
    client.post("/status/", {"number": "1", "code": "2"}, REMOTE_ADDR="203.0.113.77")
    assert RateBucket.objects.count() == 3  # of this place: asking, looking up; of all places together: asking
    assert not [bucket for bucket in RateBucket.objects.all() if "203.0.113.77" in str(vars(bucket))]


def test_a_form_without_its_token_is_refused_in_plain_words(desk):
    response = Client(enforce_csrf_checks=True).post("/ask/", GOOD)
    assert response.status_code == 403
    assert "没有发送成功" in response.content.decode()
    assert Message.objects.count() == 0
