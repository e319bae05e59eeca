"""登记一个邮箱 on the desk: opened once before it is taken up, its password never shown again （五）C5.2."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from cast import Cast
from desk_helpers import text_of
from huiying.listening.models import Source
from huiying.listening.source_check import secret_of
from huiying.people.models import User
from local_mail import PASSWORD, USER, Mail, delivering, letter

Browser = Callable[[User], Client]
ADD = "/desk/sources/add/mailbox/"


@pytest.fixture
def mail(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mail]:
    monkeypatch.setenv("HUIYING_ALLOWED_NETWORKS", "127.0.0.0/8")
    with delivering() as found:
        yield found


def filled(mail: Mail, **more: Any) -> dict[str, Any]:
    return {
        "host": "127.0.0.1", "port": mail.port, "account": USER, "password": PASSWORD, "folder": "INBOX",
        "since": "2026-09-07", "name": "局长信箱", "channel_class": "局长信箱", "owner": "role:duty_officer",
        "backup": "role:shift_leader", "own_channel": "on", "min_minutes": 10, "max_minutes": 240,
    } | more  # fmt: skip


def test_a_box_is_opened_once_and_taken_up(cast: Cast, browser: Browser, mail: Mail) -> None:
    mail.put(letter("一"), letter("二"))
    page = text_of(browser(cast.duty).post(ADD, filled(mail), follow=True))
    assert "要读进来的信有 2 封" in page
    assert "邮箱（IMAP）" in page
    source = Source.objects.get()
    assert (source.url, source.own_channel, secret_of(source)) == (mail.url, True, PASSWORD)
    assert not any(b"FETCH" in line for line in mail.said), "looking reads nothing"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"password": "nonsense"}, "邮箱不接受用户名或密码"),
        ({"folder": "没有的"}, "没有这个文件夹"),
        ({"password": ""}, "请写邮箱的密码"),
        ({"host": "10.9.9.9"}, "内部或保留地址"),
    ],
)
def test_what_can_not_be_read_is_said_and_not_registered(
    cast: Cast, browser: Browser, mail: Mail, more: dict[str, Any], words: str
) -> None:
    answer = browser(cast.duty).post(ADD, filled(mail, **more))
    assert answer.status_code == 409
    assert words in text_of(answer)
    assert not Source.objects.exists()


@pytest.mark.parametrize(
    "more", [{"host": "a b"}, {"port": 0}, {"account": "a\x00b"}, {"since": "上周"}, {"name": ""}, {"folder": ""}]
)
def test_a_form_that_lacks_something_says_so(cast: Cast, browser: Browser, mail: Mail, more: dict[str, Any]) -> None:
    assert browser(cast.duty).post(ADD, filled(mail, **more)).status_code == 422
    assert mail.said == []


def test_the_password_comes_back_on_no_page(cast: Cast, browser: Browser, mail: Mail) -> None:
    client = browser(cast.duty)
    pages = [
        client.post(ADD, filled(mail, folder="没有的")),
        client.post(ADD, filled(mail), follow=True),
        client.get("/desk/sources/"),
        client.get(f"/desk/sources/{Source.objects.get().pk}/"),
    ]
    assert all(PASSWORD not in page.content.decode() for page in pages)


def test_a_server_that_is_down_is_registered_without_a_look(cast: Cast, browser: Browser, mail: Mail) -> None:
    mail.hostile = lambda connection, _mail: connection.close()
    client = browser(cast.duty)
    assert client.post(ADD, filled(mail)).status_code == 409
    assert "还没有查看过" in text_of(client.post(ADD, filled(mail, act="unseen"), follow=True))


def test_a_box_is_changed_without_writing_its_password_again(cast: Cast, browser: Browser, mail: Mail) -> None:
    client = browser(cast.duty)
    client.post(ADD, filled(mail))
    source = Source.objects.get()
    address = f"/desk/sources/{source.pk}/do/edit/"
    page = client.get(f"/desk/sources/{source.pk}/").content.decode()
    assert 'name="host" value="127.0.0.1"' in page
    assert client.post(address, filled(mail, name="信箱", password="")).status_code == 302
    source.refresh_from_db()
    assert (source.name, secret_of(source)) == ("信箱", PASSWORD)
    moved = client.post(address, filled(mail, host="127.0.0.2", password=""))
    assert moved.status_code == 409
    assert "请重新写一遍密码" in text_of(moved)
    assert client.post(address, filled(mail, password="a new one")).status_code == 302
    source.refresh_from_db()
    assert secret_of(source) == "a new one"


def test_who_does_not_answer_for_the_list_adds_no_box(cast: Cast, browser: Browser, mail: Mail) -> None:
    assert browser(cast.inspector).get(ADD).status_code == 302
    assert browser(cast.inspector).post(ADD, filled(mail)).status_code == 409
    assert browser(cast.admin).get(ADD).status_code == 404
    assert mail.said == [], "nobody is asked on behalf of those who may not"
    assert not Source.objects.exists()


def test_the_form_is_found_from_the_page_of_sources(cast: Cast, browser: Browser) -> None:
    assert ADD in browser(cast.duty).get("/desk/sources/add/").content.decode()
