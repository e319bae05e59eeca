"""No value that a stranger may send makes an error of ours: each address of the table is asked with each of its own
parameters, fields and path parts set to what no database keeps (NUL, half characters, moments at the edge of the
calendar, numbers wider than any column). What a view reads is learnt from the view itself, what an operation takes from
its description, so that a new parameter is asked too. `EVERY_VALUE=1` tries each value in each field of a form.
"""

from __future__ import annotations

import itertools
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

import pytest
from django import forms
from django.core.handlers.wsgi import WSGIRequest
from django.db import transaction
from django.http import QueryDict
from django.test import Client
from django.urls import resolve

from conftest import MONDAY_TEN
from huiying.api.urls import api
from huiying.desk.fields import DayField, MomentField
from huiying.judging import engines
from huiying.judging.pipeline import judge_pending
from huiying.kernel import clock
from huiying.portal.caching import shelf
from whole.test_every_url_by_role import ROWS, House, Row
from whole.url_world import COLUMNS, build

pytestmark = pytest.mark.edited_world

EVERY = bool(os.environ.get("EVERY_VALUE"))
HUGE = "9" * 40
BAD = (
    "a\x00b", "9999-12-31", "0001-01-01", HUGE, "-9223372036854775809", "9999-12-31T23:59:59+00:00", "\ufffd" * 3,
    "0001-01-01T00:00", "²", "NaN", "1e999", "%", "0",
)  # fmt: skip
#: Ends a text in SQL that was put together by hand: every parameter of every page is asked with it.
QUOTE = "a'b"
BAD_JSON: tuple[Any, ...] = (
    "a\x00b", "\ud800", "9999-12-31", "0001-01-01", 10**40, -(2**63) - 1, 2**31, "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00+14:00", 1e308, {"a": "\x00"}, ["\x00"], [10**40], 253402300800, None, True, "", [], {},
)  # fmt: skip
ON_SOME = 8
SEEN = "+#*>!~"  # letters of the table: this column gets as far as the view


class Recorded(QueryDict):
    """What a view asks of an address or a form."""

    names: set[str] = set()  # of a copy that somebody makes: nobody looks at it

    def __getitem__(self, name: str) -> Any:
        self.names.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self.names.add(name)
        return super().get(name, default)

    def getlist(self, name: str, default: Any = None) -> Any:
        self.names.add(name)
        return super().getlist(name, default)


class Asking:
    """The world of the table, and requests of it that leave nothing behind."""

    def __init__(self, house: House) -> None:
        self.house, self.sent, self.wrong = house, 0, list[str]()
        self._turn = itertools.count()
        self._met: Counter[str] = Counter()

    def values(self, bad: Sequence[Any], most: int) -> list[Any]:
        """`most` of them in turn; every other one is the first, which PostgreSQL refuses everywhere."""
        if EVERY:
            return list(bad)
        turns = [next(self._turn) for _ in range(most)]
        return [bad[0] if turn % 2 else bad[1 + turn // 2 % (len(bad) - 1)] for turn in turns]

    def rare(self, names: Iterable[str]) -> list[str]:
        """Without those that every page reads (the bar, the lock), once they were tried on some."""
        self._met.update(names)
        return sorted(name for name in names if EVERY or self._met[name] <= ON_SOME)

    def client(self, row: Row) -> Client:
        order = list(COLUMNS)
        column = next((c for c, letter in zip(COLUMNS, row.letters, strict=True) if letter in SEEN), "of")
        client = self.house.client("of" if row.letters[order.index("of")] in SEEN else column)
        client.raise_request_exception = False
        return client

    def ask(self, row: Row, what: str, method: str, *given: Any, **more: Any) -> None:
        self.sent += 1
        shelf.clear()
        with transaction.atomic():
            response = getattr(self.client(row), method)(*given, **more)
            transaction.set_rollback(True)
        if response.status_code >= 500 and row.letters[0] != "5":
            error = getattr(response, "exc_info", None)
            self.wrong.append(f"{row} {what}: {response.status_code} {error[1] if error else ''}"[:300])


@pytest.fixture(scope="module")
def morning(django_db_setup: None, django_db_blocker: Any) -> Iterator[House]:
    with django_db_blocker.unblock(), clock.use(clock.FrozenClock(MONDAY_TEN)), transaction.atomic():
        engines.use_in_process()
        made = House(build())
        judge_pending()
        yield made
        engines.use_in_process()
        transaction.set_rollback(True)


@pytest.fixture
def asking(morning: House, db: None) -> Iterator[Asking]:
    yield Asking(morning)
    shelf.clear()


def one_of_each(rows: Iterable[Row], house: House) -> list[Row]:
    """One row for each pattern: the first whose address is there, else the first."""
    found: dict[str, Row] = {}
    for row in rows:
        route = str(resolve(house.address(row).partition("?")[0]).route)
        if route not in found or not set(found[route].letters) & set("+#*"):
            found[route] = row
    return list(found.values())


def test_no_parameter_of_a_page_breaks_it(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    house = asking.house
    pages = one_of_each([row for row in ROWS if row.method == "GET" and not row.address.startswith("/api/")], house)
    names: dict[Row, set[str]] = {}
    with monkeypatch.context() as patch:
        for row in pages:
            names[row] = set()

            def recorded(request: WSGIRequest, known: set[str] = names[row]) -> Recorded:
                query = Recorded(request.META.get("QUERY_STRING", ""), mutable=False)
                query.names = known
                return query

            patch.setattr(WSGIRequest, "GET", property(recorded))
            asking.ask(row, "as it stands", "get", house.address(row))
    assert len(set(itertools.chain(*names.values()))) > 25
    for row in pages:
        path, _mark, query = house.address(row).partition("?")
        given = QueryDict(query).dict()
        rare = asking.rare(names[row])
        tried = [(name, value) for name in rare for value in asking.values(BAD, 2)]
        for name, value in [*tried, *((name, QUOTE) for name in sorted(names[row]))]:
            asking.ask(row, f"{name}={value!r}", "get", path, {**given, name: value})
    assert not asking.wrong, "\n".join(asking.wrong)
    assert asking.sent > 200


def test_no_part_of_a_path_breaks_an_address(asking: Asking) -> None:
    for row in one_of_each(ROWS, asking.house):
        path = asking.house.address(row).partition("?")[0]
        kwargs = resolve(path).kwargs
        for name, value in kwargs.items():
            for bad in asking.values(("a%00b", HUGE, "%ED%A0%80", "9999-12-31", "9" * 5000), 2):
                there = quote(str(value)) if quote(str(value)) in path else str(value)
                told = {"content_type": "application/json", "data": "{}"} if row.method == "POST" else {}
                address = path.replace(there, bad, 1)
                asking.ask(row, f"<{name}> {bad[:40]}", row.method.lower(), address, **told)
    assert not asking.wrong, "\n".join(asking.wrong)
    assert asking.sent > 500


def test_no_field_of_a_form_breaks_its_page(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    house = asking.house
    rows = [row for row in ROWS if row.method == "POST" and not row.address.startswith("/api/")]
    by_verb: dict[tuple[str, str], Row] = {}
    for row in rows:  # the row with the fullest form of each verb
        address = house.address(row).partition("?")[0]
        place = (str(resolve(address).route), address.split("/do/")[-1] if "/do/" in address else "")
        if place not in by_verb or len(house.form(row)) > len(house.form(by_verb[place])):
            by_verb[place] = row
    rows = rows if EVERY else list(by_verb.values())
    names: dict[Row, set[str]] = {row: set(house.form(row)) for row in rows}
    with monkeypatch.context() as patch:
        post = WSGIRequest.POST
        for row in rows:

            def recorded(request: WSGIRequest, known: set[str] = names[row]) -> Any:
                sent = post.fget(request)  # type: ignore[attr-defined]
                query = Recorded("", mutable=True)
                query.names = known
                query.update(sent)
                return query

            patch.setattr(WSGIRequest, "POST", property(recorded, post.fset))  # type: ignore[attr-defined]
            asking.ask(row, "as it stands", "post", house.address(row), house.form(row))
    for row in rows:
        for name in asking.rare(names[row] - {"csrfmiddlewaretoken"}):
            for value in asking.values(BAD, 1):
                asking.ask(row, f"{name}={value!r}", "post", house.address(row), {**house.form(row), name: value})
    assert not asking.wrong, "\n".join(asking.wrong)
    assert asking.sent > 400


# --- the API, by its own description ----------------------------------------------------------------------------------


def operations(house: House) -> Iterator[tuple[Row, dict[str, Any]]]:
    """Each operation with a row of the table that reaches it."""
    described = api.get_openapi_schema()["paths"]
    by_route = {path.lstrip("/").replace("{", "<").replace("}", ">"): found for path, found in described.items()}
    for row in one_of_each([row for row in ROWS if row.address.startswith("/api/")], house):
        route = str(resolve(house.address(row).partition("?")[0]).route)
        plain = route.replace("<int:", "<").replace("<str:", "<").replace("<path:", "<")
        if row.method.lower() in by_route.get(plain, {}):
            yield row, by_route[plain][row.method.lower()]


def test_no_query_of_the_api_breaks_it(asking: Asking) -> None:
    asked = 0
    for row, operation in operations(asking.house):
        if row.method != "GET":
            continue
        path, _mark, query = asking.house.address(row).partition("?")
        given = QueryDict(query).dict()
        for parameter in operation.get("parameters", []):
            if parameter["in"] != "query":
                continue
            asked += 1
            for value in asking.values(BAD, 2):
                told = {**given, parameter["name"]: value}
                asking.ask(row, f"{parameter['name']}={value!r}", "get", path, told)
    assert not asking.wrong, "\n".join(asking.wrong)
    assert asked > 60


def test_no_body_of_the_api_breaks_it(asking: Asking) -> None:
    schemas = api.get_openapi_schema()["components"]["schemas"]
    asked = 0
    for row, operation in operations(asking.house):
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content is None:
            continue
        address, full = asking.house.address(row), asking.house.form(row)
        schema = content["schema"]
        fields = schemas[schema["$ref"].rpartition("/")[2]]["properties"] if "$ref" in schema else {}
        for body in asking.values(([{"a": "\x00"}], {"\x00": 1}, [], 10**40, "\ud800"), 1):
            asking.ask(row, repr(body)[:40], "post", address, json.dumps(body), content_type="application/json")
        for name in fields:
            asked += 1
            for value in asking.values(BAD_JSON, 1):
                body = json.dumps({**full, name: value})
                asking.ask(row, f"{name}={value!r}"[:60], "post", address, body, content_type="application/json")
    assert not asking.wrong, "\n".join(asking.wrong)
    assert asked > 200


def test_over_rest_the_refusal_names_the_field_in_the_errors_own_shape(asking: Asking) -> None:
    client = asking.house.client("of")
    for query, field in (
        ("q=%00", "q"),
        ("until=9999-12-31", "until"),
        ("since=0001-01-01", "since"),
        ("rule=a%00", "rule"),
    ):
        for address in ("/api/stream", "/api/events"):
            answer = client.get(f"{address}?{query}")
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), (address, query)
            assert [one["field"] for one in answer.json()["fields"]] == [field]
            assert len(answer.json()["fields"][0]["error"]) > 6
    nested = client.post("/api/tasks/1/finish", json.dumps({"a": [{"b": "\ud800"}]}), content_type="application/json")
    assert nested.json()["fields"][0]["field"] == "a.0.b"
    assert client.get("/api/cases/a%00b").json()["code"] == "not_found"


def test_every_day_and_moment_of_a_form_knows_the_calendars_edge() -> None:
    """A form that takes a plain date field would let 9999-12-31 through to the database."""
    import huiying.desk.urls
    import huiying.portal.urls  # noqa: F401

    def below(kind: type) -> Iterator[type]:
        for one in kind.__subclasses__():
            yield one
            yield from below(one)

    ours = [
        one for one in below(forms.BaseForm) if one.__module__.startswith("huiying.") and hasattr(one, "base_fields")
    ]
    fields = [(one, name, field) for one in ours for name, field in one.base_fields.items()]
    plain = [
        f"{one.__qualname__}.{name}" for one, name, field in fields
        if isinstance(field, forms.DateField | forms.DateTimeField) and not isinstance(field, DayField | MomentField)
    ]  # fmt: skip
    assert not plain
    assert sum(isinstance(field, DayField | MomentField) for _one, _name, field in fields) > 20
