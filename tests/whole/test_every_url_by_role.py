"""Every address by every kind of visitor (DESIGN.md habit 7): `url_table.TABLE` says what must happen, this asks.

A pattern without a row fails, a row without a pattern fails. Every request runs in a savepoint that is rolled back, so
each visitor finds the same morning, and what the ledger gained meanwhile is what the request did.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from huiying.desk.case_verbs import CASE_VERBS
from huiying.desk.event_verbs import EVENT_VERBS
from huiying.judging import engines
from huiying.kernel import clock
from huiying.ledger.models import LedgerEntry
from huiying.people.models import User
from huiying.portal.caching import shelf
from whole.url_table import ADDRESSES_OF_VERBS, CSRF_EXEMPT, LETTERS, TABLE
from whole.url_world import COLUMNS, DANGER, ENOUGH, INSIDE, World, build, screenshot

LINE = re.compile(r"(?P<method>GET|POST) +(?P<address>\S+) +(?P<letters>(?:\S ){10}\S)(?: +\| (?P<form>.+))?")
POST_OF_API = [{"schema": "huiying.post/1", "native_id": "url-1", "platform": "论坛", "text": "公共资源交易系统打不开"}]


@dataclass(frozen=True)
class Row:
    """One line of the table: a request, and the letter of each column."""

    method: str
    address: str
    letters: tuple[str, ...]
    form: str

    def __str__(self) -> str:
        return f"{self.method} {self.address}"


def _rows() -> list[Row]:
    rows = []
    for line in TABLE.strip().splitlines():
        if line and not line.startswith("#"):
            found = LINE.fullmatch(line.strip())
            assert found, f"unreadable line of the table: {line}"
            letters = tuple(found["letters"].split())
            rows.append(Row(found["method"], found["address"], letters, found["form"] or ""))
    return rows


ROWS = _rows()


# --- the world --------------------------------------------------------------------------------------------------------


class House:
    """The world, and a browser for each column that stays signed in whatever the last request did."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._cookies = {column: self._signed_in(user) for column, user in world.users.items() if user is not None}

    def _signed_in(self, user: User) -> str:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        session: SessionBase = client.session
        assert session.session_key
        return session.session_key

    def client(self, column: str, **how: Any) -> Client:
        client = Client(**how)
        if column in self._cookies:
            client.cookies[settings.SESSION_COOKIE_NAME] = self._cookies[column]
        return client

    def ask(self, row: Row, column: str, **how: Any) -> tuple[HttpResponseBase, int]:
        """The answer, and how many entries the ledger gained; afterwards nothing has happened."""
        shelf.clear()
        before = LedgerEntry.objects.count()
        with transaction.atomic():
            response = self._send(self.client(column, **how), row)
            gained = LedgerEntry.objects.count() - before
            transaction.set_rollback(True)
        return response, gained

    def _send(self, client: Client, row: Row) -> HttpResponseBase:
        address = self.address(row)
        if row.method == "GET":
            return client.get(address)
        form = self.form(row)
        if address.startswith("/api/"):
            body = POST_OF_API if form == {"rows": ""} else form
            return client.post(address, json.dumps(body), content_type="application/json")
        return client.post(address, form)

    def address(self, row: Row) -> str:
        return row.address.format(**self.world.names)

    def form(self, row: Row) -> dict[str, Any]:
        form: dict[str, Any] = {}
        for part in row.form.format(**self.world.names).split():
            name, _is, value = part.partition("=")
            value = ENOUGH * len(value) if set(value) == {"@"} else value
            form[name.removesuffix("[]")] = [value] if name.endswith("[]") else value
        if form.get("screenshot"):
            form["screenshot"] = screenshot()
        return form


@pytest.fixture
def house(db: None, frozen: clock.FrozenClock) -> Iterator[House]:
    engines.use_in_process()
    yield House(build())
    engines.use_in_process()
    shelf.clear()


# --- the table --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_every_visitor_is_answered_as_the_table_says(house: House, row: Row) -> None:
    wrong = []
    for column, letter in zip(COLUMNS, row.letters, strict=True):
        response, gained = house.ask(row, column)
        got = letter_of(response, gained)
        if got != letter:
            wrong.append(f"{column}: {got} instead of {letter} ({response.status_code}, {gained} entries)")
        wrong += [f"{column}: {problem}" for problem in problems(house, row, column, response)]
    assert not wrong, f"{row}\n" + "\n".join(wrong)


def letter_of(response: HttpResponseBase, gained: int) -> str:
    location = response.headers.get("Location", "")
    to_sign_in = location.startswith("/desk/sign-in/?next=")
    return LETTERS.get((response.status_code, "sign-in" if to_sign_in else "recorded" if gained else ""), "?")


def problems(house: House, row: Row, column: str, response: HttpResponseBase) -> list[str]:
    return [*missing_headers(row.address, response), *overheard(house, row, column, response)]
