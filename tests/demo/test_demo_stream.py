"""The recorded stream: our own writing, whole, in the open format, with every kind of thing that a bureau hears."""

import re
from collections import Counter

import pytest

from huiying.demo import director, words
from huiying.demo.acting import VERBS
from huiying.demo.script import ACTS, FIRST_PHASE, minute
from huiying.demo.staff import PEOPLE
from huiying.engine.chains import anonymise
from huiying.engine.facade import Engine
from huiying.engine.post import parse_post
from huiying.engine.rules import load_rules


def story_of(native_id: str) -> str:
    return re.sub(r"-\d+$", "", native_id.removeprefix("demo-"))


@pytest.fixture(scope="module")
def screened() -> dict[str, dict]:
    found = Engine(load_rules("anshan")).handle({"op": "screen", "posts": director.recorded()})["screened"]
    return {row["id"]: row for row in found}


def test_every_row_is_a_post_of_the_open_format_with_its_moment() -> None:
    rows = director.recorded()
    assert len(rows) >= 150
    assert len({row["native_id"] for row in rows}) == len(rows)
    for row in rows:
        assert row["schema"] == "huiying.post/1"
        assert row["at"] >= 0
        assert parse_post(row).text == row["text"]
    assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)


def test_it_holds_every_kind_of_thing_that_was_asked_for() -> None:
    stories = Counter(story_of(row["native_id"]) for row in director.recorded())
    assert stories["outage"] >= 25
    assert stories["fall"] >= 20
    assert stories["rumour"] >= 18
    assert stories["look"] >= 20
    assert stories["deposit"] >= 8
    assert stories["back"] >= 20
    assert {"praise", "inquiry", "suggest", "crit", "news"} <= set(stories)


def test_parents_come_before_their_children_and_chains_are_reposts() -> None:
    seen: set[str] = set()
    for row in director.recorded():
        parent = row.get("parent_id")
        assert parent is None or parent in seen
        assert (row["kind"] == "repost") == ("//@" in row["text"])
        seen.add(row["native_id"])


def test_addresses_lie_under_the_reserved_example_name_and_no_telephone_number_is_written() -> None:
    for row in director.recorded():
        assert re.fullmatch(r"https://[a-z]+\.example/\S+", row.get("url", "https://x.example/1"))
        assert not re.search(r"\d{7,}", row["text"])
        assert "用户" in anonymise(row["text"]) or "//@" not in row["text"]


def test_the_look_alikes_and_the_background_are_never_hits(screened: dict[str, dict]) -> None:
    bands = {name: row["band"] for name, row in screened.items() if story_of(name) in ("look", "back")}
    assert len(bands) >= 40
    assert "hit" not in bands.values()


def test_the_collapse_is_extraordinary_by_the_floor_of_casualties(screened: dict[str, dict]) -> None:
    assert screened["demo-fall-01"]["level"] == "特别重大"
    assert screened["demo-fall-01"]["concern"] == "突发事件"


def test_the_rumour_is_suggested_as_one(screened: dict[str, dict]) -> None:
    assert screened["demo-rumour-01"]["concern"] == "谣言"


def test_the_script_names_known_verbs_known_people_and_runs_past_the_visitor() -> None:
    people = {person.username for person in PEOPLE}
    assert {act.verb for act in ACTS} <= {*VERBS, "message"}
    assert all(act.who in people or act.verb == "message" for act in ACTS)
    assert any(act.minute < FIRST_PHASE for act in ACTS)
    assert any(act.minute > FIRST_PHASE for act in ACTS)
    assert minute("1 07:30") == 0
    assert minute("2 07:29") == 24 * 60 - 1


@pytest.mark.parametrize("number", [1, 2, 30, 400])
def test_each_later_day_is_made_of_fresh_posts_and_is_the_same_every_time(number: int) -> None:
    posts, acts = words.day(number)
    words._stories.cache_clear()
    assert (posts, acts) == words.day(number)
    known = {row["native_id"] for row in [*director.recorded(), *words.day(number + 1)[0]]}
    assert not known & {row["native_id"] for row in posts}
    start, end = minute(f"{3 + number} 00:00"), minute(f"{4 + number} 00:00")
    assert all(start <= row["at"] < end for row in posts)
    assert all(start <= act.minute < end for act in acts)
    assert {act.who for act in acts} <= {person.username for person in PEOPLE}
    assert all("{" not in row["text"] and parse_post(row) for row in posts)


def test_a_later_day_has_words_for_all_its_stories_and_none_for_others() -> None:
    for act in (act for act in words.day(5)[1] if act.story):
        found = words.later_words_of(act.story)
        assert found is not None
        assert "{" not in "".join(found["find"].values()) + found["dispose"] + found["drafts"]["1"]["portal"]
    assert words.later_words_of("t5-99") is None
    assert words.later_words_of("outage") is None
    assert words.later_words_of("t-1") is None


def test_what_is_made_up_about_daily_life_is_never_a_hit() -> None:
    rows = [row for number in range(1, 15) for row in words.day(number)[0] if row["native_id"].startswith("demo-b")]
    found = Engine(load_rules("anshan")).handle({"op": "screen", "posts": rows})["screened"]
    assert [row["text"] for row, one in zip(rows, found, strict=True) if one["band"] == "hit"] == []
