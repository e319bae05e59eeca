"""The pages of the stream: filters in the address, a page that says why it is empty, few statements a page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cast import Cast
from desk_helpers import text_of
from huiying.judging.models import Event, Screening
from huiying.judging.pipeline import judge_pending
from huiying.ledger.actions import Actor
from huiying.listening import searching
from huiying.listening.actions import receive
from huiying.listening.models import Post
from huiying.people.models import User
from lines_of import parsed

Browser = Callable[[User], Client]
COMPLAINT = "鞍山公共资源交易中心的保证金一直不退，打电话没人接，第{n}次投诉也没人回复"


@pytest.fixture
def many(cast: Cast, home: Path) -> list[int]:
    """Forty posts of a forum, half of them about the bureau."""
    texts = [COMPLAINT.format(n=n) if n % 2 else f"今天午饭吃了面，第{n}碗" for n in range(40)]
    rows = [parsed(f"p{n}", text, channel_class="论坛") for n, text in enumerate(texts)]
    found = receive(rows, how="import", actor=Actor.SYSTEM).post_ids
    while judge_pending().screened:
        pass
    searching.catch_up()
    return found


def test_a_post_is_shown_with_its_band_its_rules_and_the_way_to_its_event(
    cast: Cast, browser: Browser, many: list[int]
) -> None:
    raw = browser(cast.duty).get("/desk/posts/?band=hit").content.decode()
    event = Event.objects.order_by("id").first()
    assert event is not None
    assert f"/desk/events/{event.number}/" in raw
    assert "命中" in raw
    assert Screening.objects.filter(band="hit").first().rules[0] in raw  # type: ignore[union-attr]
    assert "午饭" not in raw


def test_filters_survive_the_page_and_the_next_page_goes_on(cast: Cast, browser: Browser, many: list[int]) -> None:
    client = browser(cast.duty)
    raw = client.get("/desk/posts/?channel=论坛").content.decode()
    assert '<option value="论坛" selected>' in " ".join(raw.split())
    assert raw.count("data-row") == 30
    following = client.get(f"/desk/posts/?channel=论坛&at={many[10]}").content.decode()
    assert following.count("data-row") == 10
    assert "回到开头" in following
    assert f'href="?channel={"%E8%AE%BA%E5%9D%9B"}&amp;at={many[10]}"' in raw


def test_words_are_marked_and_open_in_full(cast: Cast, browser: Browser, many: list[int]) -> None:
    raw = browser(cast.duty).get("/desk/posts/?q=第7次").content.decode()
    assert raw.count("data-row") == 1
    assert "<mark>第7次</mark>" in raw


def test_an_empty_list_says_which_silence_it_is(cast: Cast, browser: Browser, many: list[int]) -> None:
    client = browser(cast.duty)
    assert "没有采集，不等于没有人说" in text_of(client.get("/desk/posts/?channel=短视频"))
    assert "没有符合这些条件" in text_of(client.get("/desk/posts/?rule=K999"))
    assert "来源没有新内容，或者采集停了" in text_of(client.get("/desk/posts/?since=2026-10-01"))
    Screening.objects.all().delete()
    Post.objects.update(screened=False)
    assert "还在等待判别" in text_of(client.get("/desk/posts/"))


def test_no_post_at_all_is_said_on_both_lists(cast: Cast, browser: Browser) -> None:
    client = browser(cast.duty)
    assert "还没有收进任何来文" in text_of(client.get("/desk/posts/"))
    assert "还没有收进任何来文" in text_of(client.get("/desk/events/"))


def test_a_day_that_is_none_is_named_and_the_rest_still_counts(cast: Cast, browser: Browser, many: list[int]) -> None:
    response = browser(cast.duty).get("/desk/posts/?since=昨天&band=hit")
    assert "“从哪天”应写成" in text_of(response)
    assert response.content.decode().count("data-row") == 20


STRANGE = ["at=x", "at=-1", f"at={'9' * 40}", "band=%00", "rule=%25_", "sort=upside", "q=" + "长" * 300]


@pytest.mark.parametrize("query", STRANGE)
def test_a_strange_address_breaks_nothing(cast: Cast, browser: Browser, many: list[int], query: str) -> None:
    assert browser(cast.duty).get(f"/desk/posts/?{query}").status_code in (200, 404)


def test_a_search_behind_its_index_says_so_and_misses_nothing(
    cast: Cast, browser: Browser, many: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    receive([parsed("late", "保证金刚刚又被扣了")], how="import", actor=Actor.SYSTEM)
    judge_pending()
    text = text_of(browser(cast.duty).get("/desk/search/?q=又被扣"))
    assert "查找索引落后 1 条" in text
    assert "结果不缺" in text
    monkeypatch.setattr("huiying.desk.views.stream.TAIL", 0)
    assert "其余稍后才能找到" in text_of(browser(cast.duty).get("/desk/search/?q=又被扣"))


def test_a_word_that_is_too_common_for_its_filter_is_said_to_be_cut(
    cast: Cast, browser: Browser, many: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "MOST", 1)
    monkeypatch.setattr(searching, "_MORE", -30)
    assert "这个词太常见" in text_of(browser(cast.duty).get("/desk/posts/?q=保证金&band=hit"))


@pytest.mark.parametrize(
    ("address", "most"),
    [
        ("/desk/posts/", 10),
        ("/desk/posts/?band=hit&channel=论坛&since=2026-09-01&until=2026-09-30", 12),
        ("/desk/posts/?q=保证金", 12),
        ("/desk/events/", 10),
        ("/desk/events/?state=open&sort=gravest&case=no", 10),
        ("/desk/search/?q=保证金", 12),
    ],
)
def test_a_page_of_the_stream_asks_little_of_the_database(
    cast: Cast, browser: Browser, many: list[int], address: str, most: int
) -> None:
    """At most twelve statements a page (size table); on PostgreSQL the index is asked there too."""
    client = browser(cast.duty)
    client.get(address)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200
    assert len(seen) <= most + (3 if connection.vendor == "postgresql" else 0)


def test_there_is_no_search_by_author_anywhere(cast: Cast, browser: Browser, many: list[int]) -> None:
    """INV-10: no field of any list asks who wrote; a name in the address narrows nothing."""
    client = browser(cast.duty)
    for address in ("/desk/posts/", "/desk/events/", "/desk/search/?q=保证金"):
        raw = client.get(address).content.decode()
        for word in ("author", "voice", "account", "作者", "账号", "用户"):
            assert f'name="{word}"' not in raw
    assert client.get("/desk/posts/?author=某人&voice=v1").content.decode().count("data-row") == 30
