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
from django.db import connection, transaction
from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from conftest import MONDAY_TEN
from huiying.desk.case_verbs import CASE_VERBS
from huiying.desk.picture_shelf import shelf as pictures
from huiying.desk.subjects.answer_formats import CONFERENCE_VERBS
from huiying.desk.subjects.events import EVENT_VERBS
from huiying.desk.subjects.liaison import LETTER_VERBS
from huiying.desk.subjects.meetings import MEETING_VERBS
from huiying.handling.access import get_case
from huiying.handling.models import Case
from huiying.handling.queries import cases_for
from huiying.judging import engines
from huiying.kernel import clock
from huiying.kernel.web import ALWAYS
from huiying.ledger.actions import Actor
from huiying.ledger.models import LedgerEntry
from huiying.people import actions as people
from huiying.people.models import User
from huiying.portal.caching import shelf
from whole.url_table import CSRF_EXEMPT, FORMS, LETTERS, SAME_FOR_ALL, TABLE
from whole.url_world import COLUMNS, DANGER, ENOUGH, INSIDE, World, build, screenshot, text_file

pytestmark = pytest.mark.edited_world

LINE = re.compile(r"(?P<method>GET|POST) +(?P<address>\S+) +(?P<letters>(?:\S ){10}\S)(?: +\| (?P<form>.+))?")
OUTSIDERS = {"an", "ad", "ot", "no"}  # read no word of the bureau's files but what was published
# Outsiders who read of a case because it was brought to them: the pack of a meeting to which they are called (C10.1),
# the letter of whoever holds its link (C5.15).
BROUGHT = {"/desk/meetings/{guests}/": {"ot"}, "/api/meetings/{guests}": {"ot"}, "/liaison/{link}/": OUTSIDERS,
           "/shared/{share_link}/": OUTSIDERS, "/shared/{share_link}/file.json": OUTSIDERS}  # fmt: skip
ACT_ON_DANGER = {"du", "of", "dl"}  # `urgent.view`
GUARDS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    **ALWAYS,
}
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


def done() -> QuerySet[LedgerEntry]:
    """What people did. That they looked is recorded too, and has tests of its own (`test_labels_and_reads.py`)."""
    return LedgerEntry.objects.exclude(kind__startswith="access.")


class House:
    """The world, and a browser for each column that stays signed in whatever the last request did."""

    def __init__(self, world: World) -> None:
        self.world = world
        numbers = "|".join(re.escape(world.names[name]) for name in ("life", "life_event"))
        self.danger = re.compile(rf"(?<![\w-])({numbers})(?![\w-])")
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

    def ask(self, row: Row, column: str, **how: Any) -> tuple[Any, int]:
        """The answer, and how many entries the ledger gained; afterwards nothing has happened."""
        shelf.clear()
        pictures.clear()
        before = done().count()
        with transaction.atomic():
            response = self._send(self.client(column, **how), row)
            gained = done().count() - before
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
        for part in FORMS.get(row.form, row.form).format(**self.world.names).split():
            name, _is, value = part.partition("=")
            value = ENOUGH * len(value) if set(value) == {"@"} else value
            given = json.loads(value) if value.startswith("[") else value
            form[name.removesuffix("[]")] = [given] if name.endswith("[]") else given
        for name in {"screenshot", "proof"} & set(form):
            form[name] = screenshot()
        if form.get("file"):
            form["file"] = text_file()
        return form


@pytest.fixture(scope="module")
def morning(django_db_setup: None, django_db_blocker: Any) -> Iterator[House]:
    """Built once, since it takes a thousand verbs; whatever is done to it is undone."""
    time = clock.FrozenClock(MONDAY_TEN)
    with django_db_blocker.unblock(), clock.use(time), transaction.atomic():
        engines.use_in_process()
        yield House(build())
        engines.use_in_process()
        transaction.set_rollback(True)


@pytest.fixture
def house(morning: House, db: None) -> Iterator[House]:
    yield morning
    engines.use_in_process()
    shelf.clear()


# --- the table --------------------------------------------------------------------------------------------------------


def test_every_visitor_is_answered_as_the_table_says(house: House) -> None:
    """The status and the ledger of each cell, the headers of each answer, and what it must not tell (§6.2)."""
    wrong = []
    # Who may what does not hang on the database: there the one who sees most asks for every address, and a stranger.
    first = ("an", "of")
    others = [column for column in COLUMNS if column not in first and connection.vendor == "sqlite"]
    for row in ROWS:
        letters = dict(zip(COLUMNS, row.letters, strict=True))
        asks_who = False
        for column in (*first, *others):
            if column in others and not asks_who:
                # Neither the stranger's request nor the office's looked into its session: no other's can differ.
                if letters[column] != letters["of"]:
                    wrong.append(f"{row} {column}: {letters[column]} though nobody is asked who they are")
                continue
            response, gained = house.ask(row, column)
            asks_who = asks_who or response.wsgi_request.session.accessed
            got = letter_of(response, gained)
            if got != letters[column]:
                wrong.append(f"{row} {column}: {got} not {letters[column]} ({response.status_code}, {gained} entries)")
            found = [*missing_headers(row, response), *overheard(house, row, column, response)]
            wrong += [f"{row} {column}: {what}" for what in found]
    assert not wrong, "\n" + "\n".join(wrong)


def letter_of(response: Any, gained: int) -> str:
    to_sign_in = response.headers.get("Location", "").startswith("/desk/sign-in/?next=")
    return LETTERS.get((response.status_code, "sign-in" if to_sign_in else "recorded" if gained else ""), "?")


def missing_headers(row: Row, response: Any) -> list[str]:
    """S6: every answer carries the three guards; no cache but the reader's own keeps a page of staff."""
    headers = response.headers
    found = [name for name in ("Content-Security-Policy",) if "default-src" not in headers.get(name, "")]
    found += [name for name, value in GUARDS.items() if headers.get(name) != value]
    is_page = response.status_code not in (301, 302, 403, 404, 405)
    if row.address.startswith(("/desk/", "/api/")) and row.address not in SAME_FOR_ALL and is_page:
        kept = headers.get("Cache-Control", "")
        found += [] if "private" in kept or "no-store" in kept else [f"Cache-Control {kept!r}"]
    return found


def overheard(house: House, row: Row, column: str, response: Any) -> list[str]:
    """Words that this visitor must not read, whatever the status; what was typed may come back to who typed it."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    text = body.decode(errors="replace")
    brought = any(row.address.startswith(address) and column in who for address, who in BROUGHT.items())
    found = ["the bureau's own words"] if column in OUTSIDERS and not brought and INSIDE in text else []
    if column not in ACT_ON_DANGER:
        found += ["what the person in danger wrote"] if DANGER in text else []
        # Who audits the ledger sees that there are entries, never what was written (INV-8).
        told = "{life" in row.address + row.form or "/ledger/" in row.address or "/access/" in row.address
        found += ["that there is a danger to life"] if not told and house.danger.search(text) else []
    return found


# What one of the three administrators gets and the other two do not; everything else is as for the first of them.
THEIR_OWN = {"security": {"/desk/people/"}, "audit": {"/desk/access/"}}
SYSTEM_ONLY = re.compile(r"/desk/(people/|start/|platforms/[^/]+/connection/)")


def test_none_of_the_three_administrators_reads_a_word_of_a_case(house: House) -> None:
    """S6: each page of the table, by 安全管理员 and 审计管理员, in a bureau that has named all three."""
    if connection.vendor != "sqlite":
        return  # who may what does not hang on the database
    wrong = []
    with transaction.atomic():
        for kind in THEIR_OWN:
            user = User.objects.create_user(kind, kind, joined_at=clock.now(), oversees=kind)
            house._cookies[kind] = house._signed_in(user)
        for row in ROWS:
            if row.method != "GET":
                continue
            for kind, own in THEIR_OWN.items():
                expected = "." if SYSTEM_ONLY.match(row.address) and row.letters[1] == "+" else row.letters[1]
                expected = "+" if row.address in own else expected
                response, gained = house.ask(row, kind)
                got = letter_of(response, gained)
                wrong += [f"{row} {kind}: {got} not {expected}"] if got != expected else []
                wrong += [f"{row} {kind}: {what}" for what in overheard(house, row, "ad", response)]
        transaction.set_rollback(True)
    for kind in THEIR_OWN:
        house._cookies.pop(kind, None)
    assert not wrong, "\n" + "\n".join(wrong)


# What the head and the informant of a department that has no part in anything may do to what is there: nothing of
# another's. Each address that is left has its reason.
STRANGERS_OWN = {
    "/desk/take-in/": "whoever works here hands in what they saw (C5.13)",
    "/desk/enter/": "whoever works here hands in what they saw (C5.13)",
    "/desk/sources/{by_hand}/do/looked/": "an informant goes the rounds and says what they saw (C5.6, C5.8)",
    "/api/sources/{by_hand}/looked": "the same",
    "/desk/posts/{article}/watch/": "what is said under an article is listened to (C5.6)",
    "/api/posts/{article}/watch": "the same",
    "/desk/assessments/2026-Q2/do/comment/": "a department answers for its own row (C12.3)",
    "/desk/training/sessions/{session_open}/check-in/": "everybody may come to a training (C9.6)",
    "/api/training/sessions/{session_open}/check-in": "the same",
    "/desk/rules/{rule_live}/do/read/": "a house rule is read by everybody (C9.2)",
    "/api/rules/{rule_live}/read": "the same",
}
STRANGERS = {"stranger_head": "division_head", "stranger_liaison": "informant"}


def test_a_stranger_department_changes_nothing_anywhere(house: House) -> None:
    """C2.1, C7.5: each address that takes a form, by head and informant of a department with no part in the matter.

    A form for a thing that is not there yet names the lead department or another as its owner, so it is a stranger's.
    """
    if connection.vendor != "sqlite":
        return  # who may what does not hang on the database
    changed: dict[str, list[tuple[str, int, int]]] = {}
    with transaction.atomic():
        department = house.world.cast.department("RSC")
        for username, role in STRANGERS.items():
            user = User.objects.create_user(username, username, None, department=department, joined_at=clock.now())
            people.appoint(user, role, department, actor=Actor.SYSTEM)
            house._cookies[username] = house._signed_in(user)
        for row in ROWS:
            if row.method == "POST" and row.letters[0] in "su" and len(set(row.letters)) > 1:
                for username in STRANGERS:
                    response, gained = house.ask(row, username)
                    if gained or response.status_code >= 500:
                        changed.setdefault(row.address, []).append((username, response.status_code, gained))
        transaction.set_rollback(True)
    for username in STRANGERS:
        house._cookies.pop(username, None)
    assert set(changed) == set(STRANGERS_OWN), {a: changed.get(a) for a in set(changed) ^ set(STRANGERS_OWN)}


# --- nothing is left out ----------------------------------------------------------------------------------------------


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        route = f"{prefix}{entry.pattern}"
        if isinstance(entry, URLPattern):
            yield route
        else:
            yield from patterns(entry, route)


def routes(house: House, method: str) -> set[str]:
    """The patterns that the rows of a method reach. Resolver404 names a row whose address no longer exists."""
    addresses = [house.address(row).partition("?")[0] for row in ROWS if row.method == method]
    return {str(resolve(address).route) for address in addresses}


def test_every_pattern_has_a_row_and_every_row_a_pattern(house: House) -> None:
    declared = set(patterns(get_resolver()))
    assert len(declared) > 50
    assert routes(house, "GET") | routes(house, "POST") == declared


def test_a_pattern_without_a_row_of_a_method_takes_no_such_request(house: House) -> None:
    """A method that nobody put into the table is answered 405 to whoever gets further than 404."""
    for method, other in (("GET", "POST"), ("POST", "GET")):
        known = routes(house, method)
        rows = [row for row in ROWS if row.method == other and row.address not in SAME_FOR_ALL]
        for row in rows:
            if resolve(house.address(row).partition("?")[0]).route not in known:
                response, gained = house.ask(Row(method, row.address, (), ""), "of")
                assert (response.status_code, gained) in ((405, 0), (404, 0)), f"{method} {row.address}"


NOUNS = [
    ("cases", CASE_VERBS), ("events", EVENT_VERBS), ("liaisons", LETTER_VERBS), ("meetings", MEETING_VERBS),
    ("conferences", CONFERENCE_VERBS),
]  # fmt: skip


@pytest.mark.parametrize(("noun", "verbs"), NOUNS)
def test_every_verb_of_the_desk_has_a_row(noun: str, verbs: dict[str, Any]) -> None:
    asked = {row.address.split("/")[5] for row in ROWS if re.match(rf"/desk/{noun}/[^/]+/do/", row.address)}
    assert asked - {"unknown"} == set(verbs)


def test_no_address_stands_twice_with_the_same_form() -> None:
    assert len({(row.method, row.address, row.form) for row in ROWS}) == len(ROWS)


# --- forgery, and the two ways of asking for a case -------------------------------------------------------------------


def test_no_form_is_taken_without_its_csrf_token(house: House) -> None:
    """Signed in or not; but for the forms that the table exempts, with their reasons (S6)."""
    for row in ROWS:
        if row.method != "POST" or row.address in CSRF_EXEMPT:
            continue
        for column in ("an", "du", "of"):
            response, gained = house.ask(row, column, enforce_csrf_checks=True)
            refused = 401 if column == "an" and row.address.startswith("/api/") else 403
            assert (response.status_code, gained) == (refused, 0), f"{row} {column}"
            assert missing_headers(row, response) == [], f"{row} {column}"


def test_an_exempt_form_changes_nothing(house: House) -> None:
    rows = [row for row in ROWS if row.method == "POST" and row.address in CSRF_EXEMPT]
    assert {row.address for row in rows} == set(CSRF_EXEMPT)
    for row in rows:
        response, gained = house.ask(row, "an", enforce_csrf_checks=True)
        assert (letter_of(response, gained), gained) == (row.letters[0], 0), str(row)


def test_lists_show_exactly_the_cases_whose_page_opens(house: House) -> None:
    """One rule in two shapes, `get_case` and `cases_for`, danger to life in each state included (§6.2).

    A reviewer is told of a danger only while there is a step to decide; the inspector decides none.
    """
    life, cast = house.world.names["life"], house.world.cast
    for state in ("assigned", "reviewing", "answered"):
        Case.objects.filter(number=life).update(state=state)
        for username in cast.people:
            user = User.objects.get(username=username)
            opens = {number for number in Case.objects.values_list("number", flat=True) if _opens(user, number)}
            assert set(cases_for(user).values_list("number", flat=True)) == opens, (state, username)
        assert _opens(cast.legal, life) is (state == "reviewing")
        assert not _opens(cast.inspector, life)
        assert _opens(cast.works_head, life)


def _opens(user: User, number: str) -> bool:
    try:
        get_case(user, number)
    except Http404:
        return False
    return True
