"""Pages of sources: states in words and shape, preview before registering, evidence with a reason （五）C5.2."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from cast import Cast
from desk_helpers import text_of
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.listening import rhythm
from huiying.listening.models import Evidence, Post, Source
from huiying.people.models import User
from listening.sources_of import World, feed, minutes
from local_web import Web, rss, serving

Browser = Callable[[User], Client]
FEED = "http://news.example/feed"
ANSWERED = {
    "channel_class": "论坛", "owner": "role:duty_officer", "backup": "role:shift_leader", "min_minutes": 10,
    "max_minutes": 240,
}  # fmt: skip


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    monkeypatch.setenv("HUIYING_ALLOWED_NETWORKS", "127.0.0.0/8")
    with serving() as found:
        yield found


def test_the_states_never_look_alike_on_the_list(cast: Cast, browser: Browser, frozen: FrozenClock) -> None:
    feed(name="甲", last_success_at=frozen(), last_new=2, last_new_at=frozen())
    feed("http://b.example/", name="乙", last_success_at=frozen(), last_new_at=frozen())
    feed("http://c.example/", name="丙", failures=4, failing_since=frozen(), last_outcome="forbidden")
    silent = frozen() - minutes(60 * 24 * 20)
    feed("http://d.example/", name="丁", last_success_at=frozen(), last_new_at=silent)
    feed("http://e.example/", name="戊")
    page = text_of(browser(cast.inspector).get("/desk/sources/"))
    for words in ("● 有新内容", "– 没有新内容", "✕ 没有采到：对方拒绝访问", "… 来源沉默", "○ 还没有查看过"):
        assert words in page
    only = text_of(browser(cast.inspector).get("/desk/sources/?state=failed"))
    assert "丙" in only
    assert ">甲<" not in only


def test_a_page_of_a_source_shows_what_came_and_how_sure_its_time_is(
    cast: Cast, browser: Browser, frozen: FrozenClock
) -> None:
    undated = rss("没有日期的一条").replace("<pubDate>Mon, 14 Sep 2026 01:30:00 GMT</pubDate>", "")
    source = feed(kind="news")
    World(frozen, {FEED: undated}).run(minutes(1))
    page = text_of(browser(cast.duty).get(f"/desk/sources/{source.pk}/"))
    for words in (
        "没有日期的一条",
        "没有写时间，按看到时算",
        "1 条，新 1 条",
        "HTTP 200 utf-8",
        "SHA-256",
        "打开封存件",
    ):
        assert words in page
    assert "打开封存件" not in text_of(browser(cast.legal).get(f"/desk/sources/{source.pk}/"))


def test_a_feed_is_looked_at_before_it_is_registered(cast: Cast, browser: Browser, web: Web) -> None:
    web.pages["/feed"] = rss("开标公告", "中标公告")
    client = browser(cast.duty)
    told = ANSWERED | {"url": web.url("/feed")}
    page = text_of(client.post("/desk/sources/add/", told | {"act": "preview"}))
    assert "现在能采到 2 条" in page
    assert "中标公告" in page
    assert not Source.objects.exists(), "looking registers nothing"
    answer = client.post("/desk/sources/add/", told | {"act": "add", "adapter": "feed", "name": "本地新闻"})
    assert answer.status_code == 302
    assert Source.objects.get().adapter == "feed"


def test_a_list_page_shows_its_selector_and_takes_another(cast: Cast, browser: Browser, web: Web) -> None:
    rows = "".join(f'<li><a href="/a/{n}.html">第{n}号工程开标时间调整公告</a></li>' for n in range(5))
    web.pages["/list"] = (
        f"<html><body><ul class='news'>{rows}</ul><div><a href='/x'>别的链接别的链接</a></div></body></html>"
    )
    client = browser(cast.duty)
    told = ANSWERED | {"url": web.url("/list"), "act": "preview"}
    assert "links = ul.news &gt; li &gt; a" in client.post("/desk/sources/add/", told).content.decode()
    other = text_of(client.post("/desk/sources/add/", told | {"adapter": "html_list", "settings": "links = div > a"}))
    assert "现在能采到 1 条" in other
    wrong = client.post("/desk/sources/add/", told | {"adapter": "html_list", "settings": "links = table a"})
    assert wrong.status_code == 409
    assert "按设好的选择器一条也找不到" in text_of(wrong)
    assert client.post("/desk/sources/add/", told | {"settings": "no equals"}).status_code == 422


@pytest.mark.parametrize(
    ("page", "words"),
    [("<html><p>没有列表</p></html>", "认不出"), (None, "网页不存在")],
)
def test_what_cannot_be_collected_is_said_on_the_form(
    cast: Cast, browser: Browser, web: Web, page: str | None, words: str
) -> None:
    web.pages["/x"] = page
    answer = browser(cast.duty).post("/desk/sources/add/", ANSWERED | {"url": web.url("/x"), "act": "preview"})
    assert answer.status_code == 409
    assert words in text_of(answer)


def test_what_robots_txt_forbids_is_not_even_previewed(cast: Cast, browser: Browser, web: Web) -> None:
    web.pages["/robots.txt"] = "User-agent: *\nDisallow: /"
    web.pages["/feed"] = rss("题")
    answer = browser(cast.duty).post("/desk/sources/add/", ANSWERED | {"url": web.url("/feed"), "act": "preview"})
    assert "robots.txt 不允许" in text_of(answer)
    assert web.asked["/feed"] == 0


def test_a_hook_tells_its_secret_once(cast: Cast, browser: Browser) -> None:
    client = browser(cast.duty)
    told = ANSWERED | {"adapter": "miniflux", "name": "订阅推送"}
    answer = client.post("/desk/sources/add/", told)
    page = text_of(answer)
    assert "/api/hooks/" in page
    assert "密钥只显示这一次" in page
    assert "no-store" in answer.headers["Cache-Control"]
    assert "/api/hooks/" not in text_of(client.get(f"/desk/sources/{Source.objects.get().pk}/"))


def test_evidence_is_downloaded_with_a_reason_that_is_recorded(
    cast: Cast, browser: Browser, frozen: FrozenClock
) -> None:
    feed()
    World(frozen, {FEED: rss("与本局无关的一条新闻")}).run(minutes(1))
    address = f"/desk/sources/evidence/{Evidence.objects.get().pk}/"
    client = browser(cast.duty)
    assert client.post(address, {"reason": "看看"}).status_code == 422
    answer = client.post(address, {"reason": "核实截图与原网页是否一致"})
    assert answer.headers["Content-Type"] == "application/warc"
    assert answer.content[:2] == b"\x1f\x8b"
    assert LedgerEntry.objects.get(kind="evidence.opened").data["reason"] == "核实截图与原网页是否一致"
    assert browser(cast.inspector).get(address).status_code == 404


def test_an_article_is_watched_from_its_source(cast: Cast, browser: Browser, frozen: FrozenClock) -> None:
    source = feed(kind="news")
    World(frozen, {FEED: rss("开标公告")}).run(minutes(1))
    client = browser(cast.duty)
    assert "盯住跟帖" in text_of(client.get(f"/desk/sources/{source.pk}/"))
    answer = client.post(f"/desk/posts/{Post.objects.get().pk}/watch/", follow=True)
    assert "还没有查看过" in text_of(answer)
    made = Source.objects.get(channel_class="新闻跟帖")
    assert rhythm.state_of(made, frozen()).code == rhythm.UNCHECKED


def test_everybody_with_a_post_finds_the_page_from_the_desk(cast: Cast, browser: Browser) -> None:
    assert "/desk/sources/" in browser(cast.inspector).get("/desk/board/").content.decode()
