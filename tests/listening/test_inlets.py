"""互动渠道 (C4.1): each channel with its counts; one whose messages never reach the ledger stands in red."""

from __future__ import annotations

import datetime as dt

from django.test import Client

from asking_of import asked
from cast import Cast
from huiying.engine.post import parse_post
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.actions import Actor
from huiying.listening.actions import receive
from huiying.listening.actions.by_hand import Entry, enter
from huiying.listening.coverage import INLET_HEARD, INLET_NEVER, INLET_QUIET, Flow, inlet_flows
from huiying.listening.models import HandEntry, Post
from huiying.people.queries import regulation_now


def by_code() -> dict[str, Flow]:
    return {row.code: row for row in inlet_flows(clock.now() - dt.timedelta(days=30))}


def test_the_register_is_the_regulation_s(cast: Cast) -> None:
    assert list(by_code()) == list(regulation_now().asking.channels)
    assert len(by_code()) == 6


def test_a_channel_that_never_brought_anything_is_red(cast: Cast) -> None:
    """C4.1, must be impossible: a channel whose messages never reach the ledger, and nobody sees it."""
    asked()
    found = by_code()
    assert (found["portal"].state, found["portal"].is_bad) == (INLET_HEARD, False)
    for code in ("mailbox", "wechat", "hotline", "phone", "counter"):
        assert (found[code].state, found[code].is_bad) == (INLET_NEVER, True)


def test_every_way_by_hand_belongs_to_its_channel(cast: Cast) -> None:
    ways = {
        HandEntry.CALL: "phone", HandEntry.COUNTER: "counter", HandEntry.LETTER: "mailbox",
        HandEntry.SLIP: "hotline", HandEntry.WECHAT: "wechat",
    }  # fmt: skip
    for kind in ways:
        enter(Entry(kind=kind, text=f"反映保证金的事，{kind}", number="GD1"), [], cast.duty)
    found = by_code()
    for code in ways.values():
        assert (found[code].lately, found[code].in_ledger, found[code].missing) == (1, 1, 0)
        assert dict(found[code].ways) == {"paste": 1}


def test_a_newspaper_is_no_channel_to_us(cast: Cast) -> None:
    enter(Entry(kind=HandEntry.NEWSPAPER, text="日报三版", medium="鞍山日报"), [], cast.duty)
    assert sum(row.total for row in by_code().values()) == 0


def test_an_imported_list_of_12345_counts_for_the_hotline(cast: Cast) -> None:
    post = {"native_id": "GD9", "platform": "12345平台", "channel_class": "12345", "text": "大厅空调坏了"}
    receive([parse_post(post)], how="import", actor=Actor.SYSTEM)
    row = by_code()["hotline"]
    assert (row.lately, row.in_ledger, dict(row.ways)) == (1, 1, {"import": 1})


def test_a_channel_that_fell_silent_is_red_after_the_file_s_time(cast: Cast, frozen: FrozenClock) -> None:
    enter(Entry(kind=HandEntry.CALL, text="电话里说保证金没退"), [], cast.duty)
    frozen.advance(dt.timedelta(days=7))
    assert by_code()["phone"].state == INLET_HEARD
    frozen.advance(dt.timedelta(minutes=1))
    assert by_code()["phone"].state == INLET_QUIET


def test_messages_over_a_channel_that_nobody_registered_are_named(cast: Cast) -> None:
    post = {
        "native_id": "D1",
        "platform": "抖音私信",
        "channel_class": "短视频",
        "own_channel": True,
        "text": "几点开标",
    }
    receive([parse_post(post)], how="import", actor=Actor.SYSTEM)
    row = by_code()[""]
    assert (row.inlet, row.lately, row.is_bad) == (None, 1, True)


def test_posts_that_the_ledger_does_not_have_are_counted(cast: Cast) -> None:
    """The two counts come from two places: a row slipped past the ledger shows."""
    asked()
    copy = Post.objects.get()
    copy.pk, copy.native_id, copy.text_sha256 = None, "slipped in", "f" * 64
    copy.save(force_insert=True)
    row = by_code()["portal"]
    assert (row.lately, row.in_ledger, row.missing, row.is_bad) == (2, 1, 1, True)


def test_the_page_says_in_red_what_has_to_be_looked_into(cast: Cast, client: Client) -> None:
    asked()
    client.force_login(cast.duty)
    page = client.get("/desk/channels/").content.decode()
    assert "从来没有来文进台账" in page
    assert page.count('class="wrong"') == 5
    assert "30 天来文 1 条，台账里有 1 条" in page
    client.force_login(cast.editor)
    assert client.get("/desk/channels/").status_code == 404


def test_the_page_asks_the_database_little(cast: Cast, client: Client, django_assert_max_num_queries) -> None:
    asked()
    client.force_login(cast.office)
    client.get("/desk/channels/")
    with django_assert_max_num_queries(12):
        client.get("/desk/channels/")
