"""The mail server that carries packs to partners takes them, says later, says no, or breaks off (C11.3)."""

from __future__ import annotations

import datetime as dt
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

import stories
from cast import Cast
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.responding import partners
from huiying.responding.actions.partners import deliver, push, send_again
from huiying.work.models import Job
from huiying.work.outbox import GiveUp
from partners_told import answer, mailing as mailing, partner


class MailServer(threading.Thread):
    """Speaks as much SMTP as a client asks for; `answers` says what it replies to a command instead of yes."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.answers: dict[str, str] = {}
        self.received: list[str] = []

    def run(self) -> None:
        while True:
            try:
                connection, _address = self.listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb") as stream:
                try:
                    self._talk(stream)
                except OSError:
                    continue

    def _talk(self, stream: Any) -> None:
        self._say(stream, self.answers.get("GREETING", "220 loopback"))
        while line := stream.readline().decode().strip():
            word = line.split()[0].upper()
            answer = self.answers.get(word, "")
            if answer == "hang up":
                return
            if word == "DATA" and not answer:
                self._say(stream, "354 go on")
                text = []
                while (row := stream.readline().decode()) not in (".\r\n", ""):
                    text.append(row)
                if self.answers.get("AFTER") == "hang up":
                    return
                self.received.append("".join(text))
                self._say(stream, "250 taken")
            else:
                self._say(stream, answer or ("221 bye" if word == "QUIT" else "250 yes"))
            if word == "QUIT":
                return

    def _say(self, stream: Any, words: str) -> None:
        stream.write(f"{words}\r\n".encode())
        stream.flush()


@pytest.fixture
def server(settings: Any, mailing: None) -> Iterator[MailServer]:
    made = MailServer()
    made.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", made.port, 5
    yield made
    made.listener.shutdown(socket.SHUT_RDWR)
    made.listener.close()


def test_a_server_that_takes_it_has_it_once(cast: Cast, server: MailServer) -> None:
    made = push(answer(cast), partner(cast), cast.editor)
    stories.do_what_is_due()
    made.refresh_from_db()
    assert made.sent_at == clock.now()
    (text,) = server.received
    assert f"huiying-push-{made.publication_id}-{made.partner_id}" in text
    assert "text/html" in text


@pytest.mark.parametrize(
    ("answers", "tries_again"),
    [
        ({"GREETING": "421 too busy"}, True),
        ({"MAIL": "451 later"}, True),
        ({"DATA": "452 no room"}, True),
        ({"RCPT": "450 mailbox busy"}, True),
        ({"GREETING": "554 go away"}, False),
        ({"MAIL": "550 not you"}, False),
        ({"DATA": "554 no"}, False),
        ({"RCPT": "550 no such mailbox"}, False),
    ],
)
def test_a_server_that_says_later_is_tried_again_and_one_that_says_no_is_believed(
    cast: Cast, server: MailServer, frozen: FrozenClock, answers: dict[str, str], tries_again: bool
) -> None:
    server.answers = answers
    made = push(answer(cast), partner(cast), cast.editor)
    stories.do_what_is_due()
    job = Job.objects.get(kind="partner_push")
    made.refresh_from_db()
    assert (job.failed_at is None, made.sent_at, made.error == "") == (tries_again, None, False)
    assert made.error != partners.UNSURE
    server.answers = {}
    frozen.advance(dt.timedelta(hours=2))
    stories.do_what_is_due()
    assert len(server.received) == (1 if tries_again else 0)
    if not tries_again:
        send_again(made, cast.editor)
        stories.do_what_is_due()
        assert len(server.received) == 1


def test_a_server_that_is_not_there_is_tried_again(cast: Cast, server: MailServer, settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        settings.EMAIL_PORT = nobody.getsockname()[1]
    made = push(answer(cast), partner(cast), cast.editor)
    stories.do_what_is_due()
    made.refresh_from_db()
    assert "稍后自动再试" in made.error
    assert Job.objects.get(kind="partner_push").failed_at is None


@pytest.mark.parametrize("answers", [{"AFTER": "hang up"}, {"DATA": "hang up"}])
def test_a_line_that_breaks_while_sending_leaves_it_to_a_person(
    cast: Cast, server: MailServer, frozen: FrozenClock, answers: dict[str, str]
) -> None:
    """Success without a reply: it may have arrived, so the machine never sends it again."""
    server.answers = answers
    made = push(answer(cast), partner(cast), cast.editor)
    with pytest.raises(GiveUp):
        deliver(made.pk)
    stories.do_what_is_due()
    server.answers = {}
    frozen.advance(dt.timedelta(days=2))
    stories.do_what_is_due()
    made.refresh_from_db()
    assert (server.received, made.error, made.sent_at) == ([], partners.UNSURE, None)
