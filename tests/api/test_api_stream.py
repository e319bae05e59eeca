"""The stream over REST: the desk's filters, pages that go on, and which silence an empty answer is."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from cast import Cast
from huiying.judging.models import Event
from huiying.judging.pipeline import judge_pending
from huiying.ledger.actions import Actor
from huiying.listening.actions import receive
from lines_of import parsed


@pytest.fixture
def stocked(cast: Cast, home: Path) -> Client:
    texts = [f"鞍山公共资源交易中心保证金第{n}天没退，电话没人接" for n in range(3)] + ["今天午饭吃了面"]
    rows = [parsed(f"p{n}", text, channel_class="论坛") for n, text in enumerate(texts)]
    receive(rows, how="import", actor=Actor.SYSTEM)
    judge_pending()
    client = Client()
    client.force_login(cast.duty, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_posts_come_with_what_the_screen_said_and_page_after_page(stocked: Client) -> None:
    first = stocked.get("/api/stream?limit=3").json()
    assert [row["band"] for row in first["items"]] == ["out", "hit", "hit"]
    assert first["items"][1]["event"] == Event.objects.get().number
    rest = stocked.get(f"/api/stream?limit=3&at={first['next']}").json()
    assert len(rest["items"]) == 1
    assert rest["next"] is None
    assert rest["silence"] is None


def test_search_says_how_far_its_index_is_behind(stocked: Client) -> None:
    found = stocked.get("/api/stream?q=保证金&band=hit").json()
    assert len(found["items"]) == 3
    assert found["search_lag"]["posts"] == 4
    assert found["cut"] is False


@pytest.mark.parametrize(
    ("query", "silence"),
    [("channel=短视频", "not_collected"), ("since=2026-12-01", "silent"), ("rule=K999", "nothing")],
)
def test_an_empty_answer_names_its_silence(stocked: Client, query: str, silence: str) -> None:
    found = stocked.get(f"/api/stream?{query}").json()
    assert (found["items"], found["silence"]) == ([], silence)


def test_no_row_speaks_of_a_person(stocked: Client) -> None:
    """INV-10"""
    row = stocked.get("/api/stream").json()["items"][0]
    assert not {"voice", "author", "account", "user", "sealed_text"} & set(row)


@pytest.mark.parametrize("query", ["band=all", "since=yesterday", "limit=0", "limit=999", "at=-1"])
def test_what_can_not_be_read_is_refused_by_name(stocked: Client, query: str) -> None:
    response = stocked.get(f"/api/stream?{query}")
    assert response.status_code == 422
    assert query.split("=")[0] in response.content.decode()


def test_events_take_the_filters_and_orders_of_the_desk(stocked: Client) -> None:
    number = Event.objects.get().number
    assert [row["number"] for row in stocked.get(f"/api/events?q={number}&sort=most&case=no").json()["items"]] == [
        number
    ]
    assert stocked.get("/api/events?case=yes").json()["count"] == 0
    assert stocked.get("/api/events?since=2026-12-01").json()["count"] == 0
