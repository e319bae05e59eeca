"""Who may call what: 401, 404, CSRF, and nothing about authors (INV-10)."""

import json

import pytest
from django.test import Client
from ninja.openapi.schema import OpenAPISchema

from huiying.judging.models import Event

STAFF_ONLY = ["cases", "cases/C1", "events", "events/E1"]
VERBS = ["accept", "return", "find", "dispose", "confirm_level", "route", "submit", "release"]


@pytest.mark.parametrize("address", STAFF_ONLY)
def test_a_stranger_hears_401_in_words(stranger, address: str):
    assert stranger.get(address) == (401, {"error": "请先登录。", "code": "sign_in"})


@pytest.mark.parametrize("address", ["posts", *[f"cases/C1/{verb}" for verb in VERBS]])
def test_a_stranger_cannot_write_and_hears_401_even_without_a_csrf_token(cast, address: str):
    strict = Client(enforce_csrf_checks=True)
    response = strict.post(f"/api/{address}", "[]", content_type="application/json")
    assert response.status_code == 401


def test_writing_with_a_session_needs_the_csrf_token(cast, routed):
    """Otherwise any page that a signed-in person visits could act in that person's name."""
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.tech_head)
    address = f"/api/cases/{routed.number}/accept"
    refused = strict.post(address, "{}", content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf")
    strict.cookies["huiying_csrf"] = "x" * 32
    assert (
        strict.post(address, "{}", content_type="application/json", headers={"x-csrftoken": "x" * 32}).status_code
        == 200
    )


def test_health_and_answers_and_the_description_are_public(stranger):
    assert stranger.get("answers") == (200, {"count": 0, "items": []})
    status, description = stranger.get("openapi.json")
    assert status == 200
    assert "/api/cases/{number}/accept" in description["paths"]
    assert {f"/api/cases/{{number}}/{verb}" for verb in VERBS} <= set(description["paths"])


def test_the_description_is_built_once_however_often_a_stranger_asks(stranger, monkeypatch):
    first = stranger.get("openapi.json")
    monkeypatch.setattr(OpenAPISchema, "get_paths", lambda self: pytest.fail("the description is built again"))
    assert stranger.get("openapi.json") == first
    assert stranger.client.get("/api/openapi.json", headers={"accept-language": "en"}).json() == first[1]


def test_there_is_no_documentation_page_that_needs_an_outside_host(stranger):
    assert stranger.client.get("/api/docs").status_code == 404


def test_nothing_in_the_api_speaks_of_authors(stranger):
    """INV-10: no endpoint, parameter or field by which one could follow a person."""
    _status, description = stranger.get("openapi.json")
    text = json.dumps(description["paths"]) + json.dumps(list(description["components"]["schemas"].values()))
    for word in ('"author', '"user', '"account', '"voice', '"nick', '"uid', '"contact', "{author", "{user"):
        assert word not in text.lower(), word


def test_a_department_outside_the_case_hears_404_as_if_it_did_not_exist(as_, routed):
    outside, unknown = as_("works_head").get(f"cases/{routed.number}"), as_("works_head").get("cases/C-none")
    assert outside == unknown
    assert outside[0] == 404
    for verb in ("accept", "submit"):
        assert as_("works_head").post(f"cases/{routed.number}/{verb}")[0] == 404


def test_departments_see_only_their_cases_in_the_list(as_, routed):
    assert as_("tech_head").get("cases")[1]["count"] == 1
    assert as_("works_head").get("cases")[1]["count"] == 0
    assert as_("admin").get("cases")[1]["count"] == 0


def test_events_are_for_those_who_judge_them(as_, event):
    assert as_("duty").get("events")[1]["items"][0]["number"] == event.number
    assert as_("tech_head").get("events")[0] == 404
    assert as_("tech_head").get(f"events/{event.number}")[0] == 404
    assert as_("admin").get("events")[0] == 404


def test_danger_to_life_is_shown_only_to_those_who_act_on_it(as_, event):
    """Life first: off lists and search; legal staff may read events but not these."""
    Event.objects.update(life_safety=True)
    assert as_("duty").get(f"events/{event.number}")[0] == 200
    status, body = as_("legal").get("events")
    assert status == 404 or body["count"] == 0
    assert as_("legal").get(f"events/{event.number}")[0] == 404


def test_a_list_comes_in_parts_and_wrong_parts_are_named(as_, event):
    assert as_("duty").get("events", limit=1, offset=1)[1] == {"count": 1, "items": []}
    for query in ({"limit": 0}, {"limit": 1000}, {"offset": -1}, {"limit": "x"}, {"state": "x\x00"}):
        status, body = as_("duty").get("events", **query)
        assert status == 422
        assert body["fields"][0]["field"] in query
