"""Merging, taking back, splitting and keeping apart on the event's page: by whom, into which chain, refused how.

C5.10, C6.2, INV-3.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from cast import Cast
from desk_helpers import text_of
from huiying.desk.subjects.events import states_for
from huiying.judging import merging
from huiying.judging.models import Event, EventPost, Pin
from huiying.judging.pipeline import judge_pending
from huiying.ledger.actions import Actor
from huiying.ledger.models import LedgerEntry
from huiying.ledger.queries import entries
from huiying.listening.actions import receive
from huiying.people.models import User
from lines_of import parsed

Browser = Callable[[User], Client]
WHY = "一件是退钱，一件是系统故障"
DEPOSIT = "鞍山公共资源交易中心换了银行以后，五月投标的保证金到现在没退，财务让等银行，银行让等财务"
OUTAGE = "鞍山不见面开标系统突然登不上了，九点半的标解不了密，直播间也卡死了，代理说让等"
MORE_OUTAGE = "鞍山开标系统又登不上了，标解不了密，直播间卡死，代理还是让等"


def hear(name: str, text: str) -> Event:
    receive([parsed(name, text)], how="import", actor=Actor.SYSTEM)
    judge_pending()
    return merging.live(EventPost.objects.get(post__native_id=name).event)


def press(client: Client, event: Event, verb: str, **told: Any) -> Any:
    return client.post(f"/desk/events/{event.number}/do/{verb}/", told)


def page(client: Client, event: Event) -> Any:
    return client.get(f"/desk/events/{event.number}/")


def counts() -> tuple[int, int, int]:
    return LedgerEntry.objects.count(), Pin.objects.count(), Event.objects.count()


@pytest.fixture
def two(cast: Cast) -> tuple[Event, Event]:
    deposit, outage = hear("deposit", DEPOSIT), hear("outage", OUTAGE)
    assert deposit != outage
    return deposit, outage


@pytest.fixture
def mixed(cast: Cast, browser: Browser, two: tuple[Event, Event]) -> Event:
    """The deposit's event, into which that of the outage was merged."""
    deposit, outage = two
    assert press(browser(cast.duty), outage, "merge", number=deposit.number).status_code == 302
    deposit.refresh_from_db()
    return deposit


@pytest.mark.parametrize("who", ["duty", "office"])
@pytest.mark.parametrize("older_into_newer", [True, False])
def test_a_merge_is_taken_back_on_the_page_of_the_merged_event(
    cast: Cast, browser: Browser, two: tuple[Event, Event], who: str, older_into_newer: bool
) -> None:
    deposit, outage = two
    loser, winner = (deposit, outage) if older_into_newer else (outage, deposit)
    client = browser(cast.people[who])
    assert press(client, loser, "merge", number=winner.number).status_code == 302
    shown = page(client, loser)
    assert f"已并入事件 {winner.number}" in re.sub(r"<[^>]+>", "", text_of(shown))
    assert f"/desk/events/{loser.number}/do/unmerge/" in shown.content.decode()
    assert press(client, loser, "unmerge").status_code == 302
    loser.refresh_from_db()
    assert (loser.state, loser.merged_into) == (Event.OPEN, None)
    assert "并入的事件已分出" in text_of(page(client, winner))
    assert hear("later", MORE_OUTAGE) == outage


def test_a_merged_event_offers_only_to_take_the_merge_back(
    cast: Cast, browser: Browser, two: tuple[Event, Event], mixed: Event
) -> None:
    gone = Event.objects.get(pk=two[1].pk)
    assert [(row.name, row.allowed) for row in states_for(cast.duty, gone, None)] == [("unmerge", True)]
    assert [(row.name, row.allowed) for row in states_for(cast.inspector, gone, None)] == [("unmerge", False)]
    assert "unmerge" not in {row.name for row in states_for(cast.duty, mixed, None)}


def test_taking_back_what_was_not_merged_changes_nothing(
    cast: Cast, browser: Browser, two: tuple[Event, Event]
) -> None:
    before = counts()
    assert press(browser(cast.duty), two[0], "unmerge").status_code == 302
    assert counts() == before


def test_split_posts_become_an_event_of_their_own(cast: Cast, browser: Browser, two: tuple[Event, Event]) -> None:
    """The page offers each post by its own words, and the chosen ones go."""
    deposit, _outage = two
    other = hear("second", "鞍山保证金没退，财务让等银行，银行让等财务，换了银行以后")
    assert other == deposit
    client = browser(cast.duty)
    place = EventPost.objects.get(post__native_id="second")
    raw = page(client, deposit).content.decode()
    assert f'value="{place.post_id}"' in raw
    response = press(client, deposit, "split_event", posts=[place.post_id], reason="一件是甲公司，一件是乙公司")
    assert response.status_code == 302
    place.refresh_from_db()
    deposit.refresh_from_db()
    assert place.event != deposit
    assert (deposit.posts_count, place.event.posts_count) == (1, 1)
    assert f"拆出 1 条来文，成为 {place.event.number}" in text_of(page(client, deposit))
    assert f"自 {deposit.number} 拆出" in text_of(page(client, place.event))


def test_split_without_posts_or_reason_or_with_a_strangers_post_is_refused_at_its_field(
    cast: Cast, browser: Browser, two: tuple[Event, Event]
) -> None:
    deposit, _outage = two
    hear("second", "鞍山保证金没退，财务让等银行，银行让等财务，换了银行以后")
    mine = EventPost.objects.get(post__native_id="second").post_id
    strange = EventPost.objects.get(post__native_id="outage").post_id
    client, before = browser(cast.duty), counts()
    for told in (
        {"reason": WHY},
        {"posts": [mine]},
        {"posts": [strange], "reason": WHY},
        {"posts": ["x"], "reason": WHY},
    ):
        response = press(client, deposit, "split_event", **told)
        assert response.status_code == 422, told
        assert 'role="alert"' in response.content.decode()
    assert press(client, deposit, "split_event", posts=[mine], reason="不是").status_code == 409
    every = list(EventPost.objects.filter(event=deposit).values_list("post_id", flat=True))
    assert press(client, deposit, "split_event", posts=every, reason=WHY).status_code == 409
    assert counts() == before


def test_keeping_apart_stands_in_both_chains_with_its_reason(
    cast: Cast, browser: Browser, two: tuple[Event, Event]
) -> None:
    deposit, outage = two
    assert (
        press(browser(cast.office), deposit, "keep_apart", number=f" {outage.number} ", reason=WHY).status_code == 302
    )
    assert merging.parted(deposit, outage)
    for one, other in ((deposit, outage), (outage, deposit)):
        (entry,) = [row for row in entries(f"event:{one.number}") if row.kind == "event.kept_apart"]
        assert cast.office.name in entry.actor
        assert f"与 {other.number} 不是一件事，不再合并：{WHY}" in text_of(page(browser(cast.duty), one))


def test_keeping_apart_from_itself_from_nothing_or_without_a_word_is_refused(
    cast: Cast, browser: Browser, two: tuple[Event, Event]
) -> None:
    deposit, outage = two
    client, before = browser(cast.duty), counts()
    assert press(client, deposit, "keep_apart", number=deposit.number, reason=WHY).status_code == 409
    missing = press(client, deposit, "keep_apart", number="E-1", reason=WHY)
    assert missing.status_code == 409
    assert "没有编号为“E-1”的事件" in text_of(missing)
    assert press(client, deposit, "keep_apart", number=outage.number, reason="不").status_code == 409
    assert press(client, deposit, "keep_apart", number=outage.number).status_code == 422
    assert press(client, deposit, "keep_apart", reason=WHY).status_code == 422
    assert counts() == before


@pytest.mark.parametrize("verb", ["merge", "unmerge", "split_event", "keep_apart"])
def test_who_does_not_judge_changes_no_grouping_and_learns_no_number(
    cast: Cast, browser: Browser, two: tuple[Event, Event], mixed: Event, verb: str
) -> None:
    """C5.14: refused before the other number is looked up, so both answers are the same."""
    gone = two[1]
    subject = gone if verb == "unmerge" else mixed
    post = EventPost.objects.get(post__native_id="outage").post_id
    before = counts()
    for who in ("inspector", "legal", "deputy"):
        said = set()
        for number in (gone.number, "E-1"):
            response = press(browser(cast.people[who]), subject, verb, number=number, reason=WHY, posts=[post])
            assert response.status_code == 409, who
            said.add("没有编号为" in text_of(response))
        assert said == {False}
    for who in ("tech_head", "editor"):
        assert press(browser(cast.people[who]), subject, verb, number=gone.number).status_code == 404
    assert counts() == before
