"""A list of feeds taken up at once: what is wrong is told by its line, the rest is taken （五）C5.2, C5.10."""

from __future__ import annotations

from typing import Any

import pytest

from cast import Cast
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.listening import rhythm
from huiying.listening.actions import sources
from huiying.listening.models import Source
from huiying.people.errors import Refused
from listening.sources_of import ROLES, World, minutes
from local_web import rss

FIRST = "http://news.example/feed"


def row(url: str = FIRST, title: str = "鞍山日报", line: int = 3) -> dict[str, Any]:
    return {"title": title, "url": url, "site": "", "folder": "", "file": "mine.opml", "line": line}


def told(**more: Any) -> sources.SourceData:
    return sources.SourceData(**({"name": "", "channel_class": "门户网站", "adapter": ""} | ROLES | more))


def test_a_list_becomes_sources_that_are_due_and_collected(cast: Cast, frozen: FrozenClock) -> None:
    found = sources.take_up([row(), row("http://bbs.example/rss", "论坛", 4)], told(), cast.duty)
    assert [(one.name, one.adapter, one.kind, one.owner_role) for one in found.added] == [
        ("鞍山日报", "feed", "news", "duty_officer"), ("论坛", "feed", "news", "duty_officer"),
    ]  # fmt: skip
    assert LedgerEntry.objects.filter(kind="source.added").count() == 2
    World(frozen, {FIRST: rss("第一条")}).run(minutes(1))
    states = {source.name: rhythm.state_of(source, frozen()).code for source in Source.objects.all()}
    assert states == {"鞍山日报": rhythm.NEW, "论坛": rhythm.FAILED}, "a list is no proof that its feeds are alive"


def test_a_row_that_can_not_be_taken_is_told_by_its_line_and_the_rest_is(cast: Cast) -> None:
    sources.add_source(told(name="早就有", adapter="feed", url="http://93.184.216.34/feed"), cast.duty)
    found = sources.take_up(
        [
            row("http://93.184.216.34/feed", "早就有", 4),
            row("http://10.0.0.8/feed", "内部的", 5),
            row("http://169.254.169.254/", "云的", 6),
            row(line=7),
        ],
        told(),
        cast.duty,
    )
    assert [(one.file, one.line) for one in found.refused] == [("mine.opml", n) for n in (4, 5, 6)]
    assert "已经登记过" in found.refused[0].reason
    assert "内部或保留地址" in found.refused[1].reason
    assert [one.url for one in found.added] == [FIRST]


def test_a_list_asks_no_name_server(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five hundred questions would keep a person waiting; each host is judged when it is fetched."""

    def never(*_told: object) -> list[str]:
        raise AssertionError("asked")

    monkeypatch.setattr("socket.getaddrinfo", never)
    assert len(sources.take_up([row()], told(), cast.duty).added) == 1


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"channel_class": "街谈巷议"}, "unknown_class"),
        ({"backup_role": "duty_officer"}, "one_person"),
        ({"owner_role": ""}, "no_owner"),
        ({"min_minutes": 0}, "interval"),
    ],
)
def test_what_is_wrong_for_all_is_said_once_and_nothing_is_taken(cast: Cast, more: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as caught:
        sources.take_up([row(), row("http://b.example/")], told(**more), cast.duty)
    assert caught.value.code == code
    assert not Source.objects.exists()


def test_nothing_chosen_and_too_much_are_refused(cast: Cast) -> None:
    with pytest.raises(Refused):
        sources.take_up([], told(), cast.duty)
    with pytest.raises(Refused):
        sources.take_up([row(f"http://a{n}.example/") for n in range(501)], told(), cast.duty)


def test_a_row_without_a_name_is_called_by_its_host(cast: Cast) -> None:
    (made,) = sources.take_up([row(title=" ")], told(), cast.duty).added
    assert made.name == "news.example"


@pytest.mark.parametrize("who", ["editor", "inspector", "admin"])
def test_who_does_not_answer_for_the_list_takes_up_none(cast: Cast, who: str) -> None:
    with pytest.raises(Refused):
        sources.take_up([row()], told(), cast.people[who])
    assert not Source.objects.exists()
