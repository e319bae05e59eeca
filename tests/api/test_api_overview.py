"""The overview and the drills over REST: the same figures as the desk's pictures, behind the same gates."""

from __future__ import annotations

from pathlib import Path

from django.test import Client

import stories
from cast import Cast
from huiying.drill import running
from huiying.drill.recording import STORMS
from huiying.judging.models import Event
from huiying.overseeing.commands import assess
from huiying.people.models import User


def get(client: Client, user: User, address: str) -> object:
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    said = client.get(address)
    assert said.status_code == 200, address
    return said.json()


def test_c10_2_the_overview_tells_what_assess_tells(cast: Cast, client: Client) -> None:
    stories.answered(cast)
    stories.opened(cast, "一般", stories.CONSULTATION)
    told = get(client, cast.inspector, "/api/overview")
    assert isinstance(told, dict)
    assessed = assess("2026-09")
    month = told["months"][0]
    assert (month["month"], month["share"], month["late"]) == ("2026-09", assessed["on_time_share"], assessed["late"])
    assert sum(row["running"] for row in told["levels"]) == 1
    assert len(told["days"]) == 14
    assert sum(sum(row["counts"]) for row in told["channels"]) == 2
    assert {row["name"] for row in told["coverage"] if row["required"]} >= {"论坛", "博客"}


def test_a_danger_to_life_runs_on_no_clock_of_whoever_may_not_know(cast: Cast, client: Client) -> None:
    case = stories.opened(cast)
    Event.objects.filter(pk=case.event_id).update(life_safety=True)
    for user, running_cases in ((cast.deputy, 1), (cast.inspector, 0)):
        told = get(client, user, "/api/overview")
        assert isinstance(told, dict)
        assert sum(row["running"] for row in told["levels"]) == running_cases
        assert told["channels"] == []


def test_c9_6_the_review_of_a_drill_is_read_over_rest(home: Path, cast: Cast, client: Client) -> None:
    case = stories.answered(cast)
    folder = home / "drills" / "storm-demo-1"
    folder.mkdir(parents=True)
    running.told(STORMS["storm-demo"], 600)
    (home / running.FILE).rename(folder / running.FILE)
    (row,) = get(client, cast.editor, "/api/drills")  # type: ignore[misc]
    assert (row["name"], row["over"], row["counts"]["on_time"]) == ("storm-demo-1", True, 1)
    told = get(client, cast.editor, "/api/drills/storm-demo-1")
    assert isinstance(told, dict)
    assert [one["number"] for one in told["cases"]] == [case.number]
    assert told["whole"] is True
