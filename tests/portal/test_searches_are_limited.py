"""S12: whoever searches what is public faster than people read has to wait; the limit lies in the database."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import get_resolver

from huiying.kernel.clock import FrozenClock
from huiying.work.limits import SEARCHES
from huiying.work.models import RateBucket

HERE, ELSEWHERE = "203.0.113.50", "203.0.113.51"


def asked(address: str, place: str = HERE, **more: str) -> int:
    """Each request comes to a server that has just started: nothing but the database remembers."""
    return Client().get(address, {"q": "保证金"} | more, REMOTE_ADDR=place).status_code


@pytest.fixture
def used_up(desk: object) -> None:
    asked("/search/")
    RateBucket.objects.update(tokens=0.5)


@pytest.mark.parametrize("address", ["/search/", "/answers/", "/api/answers"])
def test_pages_and_interface_share_one_limit_and_others_are_not_held_up(
    desk: object, frozen: FrozenClock, address: str
) -> None:
    assert asked("/search/") == 200
    bucket = RateBucket.objects.get()
    assert bucket.tokens == SEARCHES - 1
    RateBucket.objects.update(tokens=1.0)
    assert asked(address) == 200
    assert asked(address) == 429
    assert asked(address, ELSEWHERE) == 200
    frozen.advance(dt.timedelta(minutes=1))
    assert asked(address) == 200


@pytest.mark.usefixtures("used_up")
def test_the_page_says_how_long_and_leads_to_what_can_be_read_now(frozen: FrozenClock) -> None:
    told = Client().get("/search/", {"q": "保证金"}, REMOTE_ADDR=HERE)
    assert told.status_code == 429
    assert int(told.headers["Retry-After"]) >= 1
    page = told.content.decode()
    assert "请等 1 分钟" in page
    assert 'href="/answers/"' in page
    english = Client().get("/search/", {"q": "保证金"}, REMOTE_ADDR=HERE, headers={"Accept-Language": "en"})
    assert "1 min" in english.content.decode()


@pytest.mark.usefixtures("used_up")
def test_the_interface_says_it_to_programs() -> None:
    told = Client().get("/api/answers", {"q": "保证金"}, REMOTE_ADDR=HERE)
    assert told.status_code == 429
    assert told.json()["code"] == "too_often"
    assert int(told.headers["Retry-After"]) >= 1


@pytest.mark.usefixtures("used_up")
@pytest.mark.parametrize("address", ["/", "/answers/", "/search/", "/api/answers"])
def test_reading_is_never_held_up(address: str) -> None:
    assert Client().get(address, REMOTE_ADDR=HERE).status_code == 200
    assert Client().get(address, {"q": ""}, REMOTE_ADDR=HERE).status_code == 200


def test_no_public_page_searches_beside_the_limit(desk: object) -> None:
    """Any public page that takes `q` takes a token for it: found by asking them all."""
    resolver = next(one for one in get_resolver().url_patterns if getattr(one, "namespace", "") == "portal")
    plain = [str(entry.pattern) for entry in resolver.url_patterns if "<" not in str(entry.pattern)]
    searching = set()
    for pattern in plain:
        empty = Client().get(f"/{pattern}", {"q": ""}, REMOTE_ADDR=HERE)
        RateBucket.objects.all().delete()
        found = Client().get(f"/{pattern}", {"q": "没有这样的词"}, REMOTE_ADDR=HERE)
        if empty.status_code == found.status_code == 200 and "没有这样的词" in found.content.decode():
            searching.add(pattern)
            assert RateBucket.objects.exists(), pattern
    assert {"search/", "answers/"} <= searching


def test_what_is_kept_of_the_place_is_a_hash(desk: object) -> None:
    asked("/search/")
    assert all(len(key) == 64 for key in RateBucket.objects.values_list("key", flat=True))
