"""Whatever is sent to the API, it answers as its own description says, never with an error of ours, and tells no secret
(issue 9, S12). Made by schemathesis out of the OpenAPI document; ids are half of the time those of the house.
`FUZZ_EXAMPLES=50` tries more of each operation.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from django.conf import settings as django_settings
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from conftest import MONDAY_TEN
from huiying.judging import engines
from huiying.kernel import clock
from huiying.listening.actions import receive_message
from huiying.people.models import User
from huiying.work.models import Heartbeat
from whole.url_world import DANGER, INSIDE, World, build

pytestmark = pytest.mark.edited_world

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))
CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)
TOKEN = "t" * 32
CONTACT = "13912347788"  # what an asker left; sealed
PASSWORD = "argon$planted-hash"
SECRETS = (CONTACT, PASSWORD, "sealed_")


class Fuzzed:
    """The world of the table of addresses, and a way to ask it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.schema = schemathesis.openapi.from_wsgi("/api/openapi.json", get_wsgi_application())
        self.ids = [value for value in world.names.values() if isinstance(value, str | int)]

    def headers(self, user: User | None) -> dict[str, str]:
        if user is None:
            return {}
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        session = client.cookies[django_settings.SESSION_COOKIE_NAME].value
        cookie = f"{django_settings.SESSION_COOKIE_NAME}={session}; {django_settings.CSRF_COOKIE_NAME}={TOKEN}"
        return {"Cookie": cookie, "X-CSRFToken": TOKEN}

    def ask(self, examples: int, user: User | None, look: Callable[[Any, str], None]) -> tuple[int, list[str]]:
        """Every operation `examples` times; afterwards nothing has happened. How many were sent, and what was wrong."""
        headers, sent, chance, wrong = self.headers(user), 0, random.Random(1), []
        for found in self.schema.get_all_operations():
            operation = found.ok()

            @settings(
                max_examples=examples, derandomize=not EXAMPLES, database=None, deadline=None,
                suppress_health_check=list(HealthCheck), phases=[Phase.generate],
            )  # fmt: skip
            @given(case=operation.as_strategy())
            def tried(case: Any) -> None:
                nonlocal sent
                for name in case.path_parameters:
                    if chance.random() < 0.5:
                        case.path_parameters[name] = chance.choice(self.ids)
                with transaction.atomic():
                    answer = case.call(headers=headers)
                    transaction.set_rollback(True)
                sent += 1
                case.validate_response(answer, checks=CHECKS)
                look(case, answer.content.decode(errors="replace"))

            try:
                tried()
            except (AssertionError, BaseExceptionGroup) as error:
                told = [str(one) for one in getattr(error, "exceptions", (error,))]
                wrong.append(f"{operation.label}: {' '.join(told)} {getattr(error, 'message', '')}"[-1500:])
        return sent, wrong


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[Fuzzed]:
    ends = (request_started, request_finished)
    for signal in ends:  # as Django's own test client does: after a request a server lets go of an open transaction
        signal.disconnect(close_old_connections)
    with django_db_blocker.unblock(), clock.use(clock.FrozenClock(MONDAY_TEN)), transaction.atomic():
        engines.use_in_process()
        made = build()
        receive_message("投诉", "保证金三个月没有退", CONTACT)
        User.objects.update(password=PASSWORD)
        Heartbeat.objects.create(name="loop:x", at=clock.now(), pid=1)  # or its health would be a 503, and rightly
        yield Fuzzed(made)
        engines.use_in_process()
        transaction.set_rollback(True)
    for signal in ends:
        signal.connect(close_old_connections)


def test_a_stranger_gets_no_error_and_no_word_from_inside(world: Fuzzed, db: None) -> None:
    def look(case: Any, body: str) -> None:
        assert not [word for word in (*SECRETS, INSIDE, DANGER) if word in body], case.formatted_path

    sent, wrong = world.ask(EXAMPLES or 1, None, look)
    assert not wrong, "\n".join(wrong)
    assert sent >= 200


def test_who_may_see_most_gets_no_error_and_no_secret(world: Fuzzed, db: None) -> None:
    def look(case: Any, body: str) -> None:
        assert not [word for word in SECRETS if word in body], case.formatted_path

    sent, wrong = world.ask(EXAMPLES or 3, world.world.users["of"], look)
    assert not wrong, "\n".join(wrong)
    assert sent >= 400
