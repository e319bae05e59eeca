"""Merging, taking back, splitting and keeping apart over REST: what is done, who may, and what is refused by name.

C5.10, C6.2, INV-3.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cast import Cast
from huiying.judging import merging
from huiying.judging.models import Event, EventPost, Pin
from huiying.judging.pipeline import judge_pending
from huiying.ledger.actions import Actor
from huiying.ledger.models import LedgerEntry
from huiying.ledger.queries import entries
from huiying.listening.actions import receive
from lines_of import parsed

As = Callable[[str], Any]
WHY = "一件是退钱，一件是系统故障"
DEPOSIT = "鞍山公共资源交易中心换了银行以后，五月投标的保证金到现在没退，财务让等银行，银行让等财务"
OUTAGE = "鞍山不见面开标系统突然登不上了，九点半的标解不了密，直播间也卡死了，代理说让等"
MORE_OUTAGE = "鞍山开标系统又登不上了，标解不了密，直播间卡死，代理还是让等"
VERBS: dict[str, dict[str, Any]] = {
    "merge": {"number": "E"},
    "unmerge": {},
    "split": {"posts": [0], "reason": WHY},
    "keep_apart": {"number": "E", "reason": WHY},
}


def hear(name: str, text: str) -> Event:
    receive([parsed(name, text)], how="import", actor=Actor.SYSTEM)
    judge_pending()
    return merging.live(EventPost.objects.get(post__native_id=name).event)


def kinds(event: Event) -> list[str]:
    return [entry.kind for entry in entries(f"event:{event.number}")]


def body_of(verb: str, other: Event, post: int) -> dict[str, Any]:
    told = dict(VERBS[verb])
    if "number" in told:
        told["number"] = other.number
    if "posts" in told:
        told["posts"] = [post]
    return told


@pytest.fixture
def two(cast: Cast) -> tuple[Event, Event]:
    deposit, outage = hear("deposit", DEPOSIT), hear("outage", OUTAGE)
    assert deposit != outage
    return deposit, outage


def merged(as_: As, loser: Event, winner: Event) -> None:
    assert as_("duty").post(f"events/{loser.number}/merge", {"number": winner.number})[0] == 200


def test_a_merge_answers_with_the_event_that_goes_on_and_later_posts_follow(as_: As, two: tuple[Event, Event]) -> None:
    deposit, outage = two
    answer = as_("duty").post(f"events/{outage.number}/merge", {"number": deposit.number})
    assert answer == (200, {"number": deposit.number, "state": Event.OPEN})
    outage.refresh_from_db()
    assert (outage.state, outage.merged_into) == (Event.MERGED, deposit)
    assert hear("later", MORE_OUTAGE) == deposit
    assert "event.merged" in kinds(outage)
    assert "event.took_in" in kinds(deposit)


def test_the_same_merge_twice_is_one(as_: As, two: tuple[Event, Event]) -> None:
    deposit, outage = two
    merged(as_, outage, deposit)
    before = LedgerEntry.objects.count()
    merged(as_, outage, deposit)
    assert LedgerEntry.objects.count() == before
    assert Pin.objects.count() == 1


@pytest.mark.parametrize("older_into_newer", [True, False])
def test_a_merge_taken_back_stands_on_its_own_and_the_two_stay_apart(
    as_: As, two: tuple[Event, Event], older_into_newer: bool
) -> None:
    deposit, outage = two
    loser, winner = (deposit, outage) if older_into_newer else (outage, deposit)
    merged(as_, loser, winner)
    answer = as_("office").post(f"events/{loser.number}/unmerge")
    assert answer == (200, {"number": loser.number, "state": Event.OPEN})
    assert merging.parted(deposit, outage)
    assert hear("later", MORE_OUTAGE) == outage
    assert "event.unmerged" in kinds(loser)
    assert "event.gave_back" in kinds(winner)


def test_taking_back_what_was_not_merged_changes_nothing(as_: As, two: tuple[Event, Event]) -> None:
    deposit, _outage = two
    before = LedgerEntry.objects.count()
    assert as_("duty").post(f"events/{deposit.number}/unmerge")[0] == 200
    assert LedgerEntry.objects.count() == before
    assert not Pin.objects.exists()


def test_a_split_answers_with_the_new_event_which_later_posts_find(as_: As, two: tuple[Event, Event]) -> None:
    deposit, outage = two
    merged(as_, outage, deposit)
    place = EventPost.objects.get(post__native_id="outage")
    status, made = as_("duty").post(f"events/{deposit.number}/split", {"posts": [place.post_id], "reason": WHY})
    assert (status, made["state"]) == (200, Event.OPEN)
    new = Event.objects.get(number=made["number"])
    assert new not in two
    place.refresh_from_db()
    assert (place.event, new.posts_count, new.first_known_at) == (new, 1, place.stood_at)
    assert hear("later", MORE_OUTAGE) == new
    assert "event.split" in kinds(deposit)
    assert "event.split_from" in kinds(new)


def test_keeping_apart_answers_with_the_event_and_is_said_once(as_: As, two: tuple[Event, Event]) -> None:
    deposit, outage = two
    told = {"number": outage.number, "reason": WHY}
    for _twice in range(2):
        answer = as_("office").post(f"events/{deposit.number}/keep_apart", told)
        assert answer == (200, {"number": deposit.number, "state": Event.OPEN})
    assert Pin.objects.get().kind == Pin.APART
    assert kinds(deposit).count("event.kept_apart") == kinds(outage).count("event.kept_apart") == 1


def refusals(deposit: Event, outage: Event, post: int, other: int) -> list[tuple[str, dict[str, Any], int, str]]:
    """verb, body, status, code."""
    return [
        ("merge", {"number": deposit.number}, 409, "same_event"),
        ("merge", {"number": "E19990101-001"}, 404, "not_found"),
        ("merge", {"number": ""}, 422, "invalid"),
        ("merge", {"number": outage.number, "force": True}, 422, "invalid"),
        ("split", {"posts": [post], "reason": WHY}, 409, "nothing_left"),
        ("split", {"posts": [other], "reason": WHY}, 409, "no_such_post"),
        ("split", {"posts": [], "reason": WHY}, 422, "invalid"),
        ("split", {"posts": ["x"], "reason": WHY}, 422, "invalid"),
        ("split", {"posts": [post]}, 422, "invalid"),
        ("keep_apart", {"number": deposit.number, "reason": WHY}, 409, "same_event"),
        ("keep_apart", {"number": outage.number, "reason": "不"}, 409, "reason_needed"),
        ("keep_apart", {"number": outage.number}, 422, "invalid"),
    ]


def test_what_makes_no_sense_is_refused_by_name_and_nothing_is_recorded(as_: As, two: tuple[Event, Event]) -> None:
    deposit, outage = two
    post = EventPost.objects.get(post__native_id="deposit").post_id
    other = EventPost.objects.get(post__native_id="outage").post_id
    before = LedgerEntry.objects.count(), Pin.objects.count(), Event.objects.count()
    for verb, body, status, code in refusals(deposit, outage, post, other):
        found, answer = as_("duty").post(f"events/{deposit.number}/{verb}", body)
        assert (found, answer["code"]) == (status, code), (verb, body)
        assert answer["error"]
    assert (LedgerEntry.objects.count(), Pin.objects.count(), Event.objects.count()) == before


@pytest.mark.parametrize("verb", VERBS)
def test_who_does_not_judge_changes_no_grouping(as_: As, stranger: Any, two: tuple[Event, Event], verb: str) -> None:
    """C5.14. Who judges nothing does not even learn what exists."""
    deposit, outage = two
    merged(as_, hear("mine", "鞍山某医院核磁设备采购中标价太贵，比市场高三成，要求公开评标过程"), deposit)
    before = LedgerEntry.objects.count(), Pin.objects.count()
    body = body_of(verb, outage, EventPost.objects.get(post__native_id="mine").post_id)
    address = f"events/{deposit.number}/{verb}"
    assert stranger.post(address, body)[0] == 401
    for who, status in {"inspector": 409, "deputy": 409, "legal": 409, "editor": 404, "tech_head": 404}.items():
        assert as_(who).post(address, body)[0] == status, who
    assert (LedgerEntry.objects.count(), Pin.objects.count()) == before


@pytest.mark.parametrize("verb", ["merge", "keep_apart"])
def test_an_event_of_danger_to_life_can_not_be_found_through_the_other_number(
    as_: As, two: tuple[Event, Event], verb: str
) -> None:
    """Life first: its number answers like one that does not exist."""
    deposit, outage = two
    Event.objects.filter(pk=outage.pk).update(life_safety=True)
    given = body_of(verb, outage, 0)
    hidden = as_("inspector").post(f"events/{deposit.number}/{verb}", given)
    missing = as_("inspector").post(f"events/{deposit.number}/{verb}", given | {"number": "E19990101-001"})
    assert hidden == missing
    assert hidden[0] == 404
