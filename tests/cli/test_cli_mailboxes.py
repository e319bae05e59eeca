"""`source add imaps://…` and `source password`: a password by stdin or environment, never an argument (C5.2)."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest

from cli.conftest import Command
from huiying.listening.models import Post, Source
from huiying.listening.source_check import secret_of
from local_mail import PASSWORD, Mail, delivering, letter


@pytest.fixture
def mail(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mail]:
    monkeypatch.setenv("HUIYING_ALLOWED_NETWORKS", "127.0.0.0/8")
    with delivering() as found:
        found.arrived = "14-Sep-2036 09:00:00 +0800"
        yield found


def typed(monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(line))


def test_a_box_is_added_looked_into_and_listed(stored: Command, mail: Mail, monkeypatch: pytest.MonkeyPatch) -> None:
    mail.put(letter("一"), letter("二", number="2"))
    typed(monkeypatch, f"{PASSWORD}\n")
    made = stored(
        "source", "add", mail.url, "--channel", "局长信箱", "--name", "局长信箱", "--password-stdin", "--json"
    )
    assert (made.code, made.data["adapter"], made.data["letters"], made.data["to_read"]) == (0, "mailbox", 2, 2)
    assert made.data["own_channel"] is True
    assert PASSWORD not in made.out + made.err
    looked = stored("source", "check", "--json")
    assert (looked.code, looked.data[0]["state"], looked.data[0]["last_new"]) == (0, "new", 2)
    assert Post.objects.count() == 2
    assert "有新内容" in stored("source", "list").out
    assert stored("evidence", "verify", "--json").data["checked"] == 2


def test_the_environment_may_hold_the_password(stored: Command, mail: Mail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIYING_MAILBOX_PASSWORD", PASSWORD)
    made = stored("source", "add", mail.url, "--since", "2026-09-01")
    assert made.code == 0
    assert "从 2026-09-01 起的 0 封会读进来" in made.out
    assert secret_of(Source.objects.get()) == PASSWORD


@pytest.mark.parametrize(
    ("url", "password", "more", "code", "words"),
    [
        ("", "", (), 2, "没有密码"),
        ("", "nonsense", (), 1, "不接受用户名或密码"),
        ("imaps://u:secret@mail.example/", "x", (), 1, "密码不能写在地址里"),
        ("imaps://u@10.0.0.1/", "x", (), 1, "内部或保留地址"),
        ("", PASSWORD, ("--since", "上周"), 2, "--since"),
        ("", PASSWORD, ("--owner", "astronaut"), 1, "没有岗位"),
    ],
)
def test_what_can_not_be_added_says_so(
    stored: Command,
    mail: Mail,
    monkeypatch: pytest.MonkeyPatch,
    url: str,
    password: str,
    more: tuple[str, ...],
    code: int,
    words: str,
) -> None:
    monkeypatch.setenv("HUIYING_MAILBOX_PASSWORD", password)
    done = stored("source", "add", url or mail.url, *more)
    assert done.code == code
    assert words in done.err
    assert "secret" not in done.err
    assert not Source.objects.exists()


def test_a_password_is_changed(stored: Command, mail: Mail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIYING_MAILBOX_PASSWORD", PASSWORD)
    stored("source", "add", mail.url)
    mail.password = "another one"
    assert "邮箱不接受用户名或密码" in stored("source", "check").out
    typed(monkeypatch, "another one\n")
    pk = Source.objects.get().pk
    assert stored("source", "password", pk, "--password-stdin").code == 0
    assert stored("source", "check").code == 0
    assert stored("source", "password", 99).code == 2
    typed(monkeypatch, "\n")
    assert "请写邮箱的密码" in stored("source", "password", pk, "--password-stdin").err
