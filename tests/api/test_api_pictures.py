"""Spread, views and heat of an event over REST: figures, gates, and no word of a person (C10.5, INV-10)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import stories
from cast import Cast
from huiying.judging.models import Event

As = Callable[[str], Any]


@pytest.fixture
def storm(cast: Cast) -> Event:
    """A post, its repost by an outlet, and a chain."""
    event = stories.hear(
        stories.OUTAGE, native_id="a", published_at="2026-09-14T08:50:00+08:00", metrics={"comments": 7}
    )
    stories.hear(f"{stories.OUTAGE}转", native_id="b", parent_id="a", outlet="鞍山日报", outlet_tier=2)
    stories.hear(f"同感//@岫玉阿林:{stories.OUTAGE}", native_id="c", kind="repost")
    event.refresh_from_db()
    return event


def test_the_spread_names_places_and_edges_with_how_sure_they_are(storm: Event, as_: As):
    status, found = as_("duty").get(f"events/{storm.number}/spread")
    assert status == 200
    assert (found["posts"], found["first"]["place"]) == (3, "本地论坛")
    assert [tier["outlets"] for tier in found["tiers"]] == [["鞍山日报"]]
    assert {(edge["child"] > edge["parent"], edge["inferred"]) for edge in found["edges"]} == {(True, False)}
    assert all(0 <= edge["confidence"] <= 1 for edge in found["edges"])
    assert found["following"]["comments"] == 7


def test_no_answer_bears_a_name(storm: Event, as_: As):
    for part in ("spread", "views", "heat"):
        assert "岫玉阿林" not in str(as_("duty").get(f"events/{storm.number}/{part}")[1])


def test_views_say_that_too_few_spoke(storm: Event, as_: As):
    status, found = as_("duty").get(f"events/{storm.number}/views")
    assert (status, found["enough"], found["groups"]) == (200, False, [])


def test_the_heat_has_every_term_and_the_hours_asked_for(storm: Event, as_: As):
    status, found = as_("duty").get(f"events/{storm.number}/heat", hours=2)
    assert status == 200
    assert len(found["hours"]) <= 3
    assert found["now"]["total"] == pytest.approx(sum(found["now"]["terms"].values()))
    assert found["now"]["terms"]["volume"] == pytest.approx(sum(found["now"]["volume"].values()))
    assert as_("duty").get(f"events/{storm.number}/heat", hours=0)[0] == 422


def test_an_event_without_posts_is_not_an_error(event: Event, as_: As):
    assert as_("duty").get(f"events/{event.number}/spread")[1]["first"] is None
    assert as_("duty").get(f"events/{event.number}/heat")[1] == {"now": None, "peak": None, "rise": None, "hours": []}


@pytest.mark.parametrize("part", ["spread", "views", "heat"])
def test_whoever_judges_nothing_learns_nothing(storm: Event, as_: As, part: str):
    assert as_("tech_liaison").get(f"events/{storm.number}/{part}")[0] == 404
    assert as_("duty").get(f"events/E-none/{part}")[0] == 404


@pytest.mark.parametrize("part", ["spread", "views", "heat"])
def test_a_danger_to_life_is_for_those_who_act_on_it(storm: Event, as_: As, part: str):
    Event.objects.update(life_safety=True)
    assert as_("legal").get(f"events/{storm.number}/{part}")[0] == 404
    status, found = as_("duty").get(f"events/{storm.number}/{part}")
    assert status == 200
    if part == "views":
        assert (found["n"], found["groups"]) == (0, [])
