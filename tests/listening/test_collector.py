"""The collector: what is new comes in once, hosts are asked politely, failures are named （五）C5.2, C5.16, INV-1."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import httpx
import pytest

from cast import Cast
from huiying.judging.models import Event
from huiying.judging.pipeline import judge_pending
from huiying.kernel.clock import FrozenClock
from huiying.listening import collecting, outcomes, rhythm
from huiying.listening.models import Evidence, Post, Source, SourceCheck, SourceHost, SourcePage
from listening.sources_of import World, feed, minutes
from local_web import rss

FEED = "http://news.example/feed"
ROBOTS = "http://news.example/robots.txt"
OUTAGE = "鞍山公共资源交易平台今早登录不上，开标解密超时"


def article(title: str, body: str) -> str:
    return f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}_本地新闻网</title>
    <meta property="article:published_time" content="2026-09-14T09:12:00+08:00"></head><body><h1>{title}</h1>
    <div class="content"><p>{body}</p><p>{body}交易中心表示会尽快答复各投标人。</p></div></body></html>"""


def test_what_a_feed_shows_comes_in_and_is_judged(cast: Cast, frozen: FrozenClock) -> None:
    world = World(frozen, {FEED: rss(OUTAGE, "天气预报")})
    source = feed()
    world.run(minutes(1))
    posts = Post.objects.filter(source=source)
    assert {post.title for post in posts} == {OUTAGE, "天气预报"}
    post = posts.get(title=OUTAGE)
    assert (post.platform, post.channel_class, post.kind) == ("本地新闻网", "门户网站", "news")
    assert (post.received_how, post.time_confidence) == ("source", "stated")
    judge_pending()
    assert Event.objects.filter(members__post=post).exists(), "it stands on the duty desk"


def test_looking_again_brings_only_what_is_new(cast: Cast, frozen: FrozenClock) -> None:
    web: dict[str, Any] = {FEED: rss("第一条公告")}
    world = World(frozen, web)
    source = feed()
    world.run(minutes(30))
    web[FEED] = rss("第二条公告", "第一条公告")
    world.run(minutes(240))
    assert sorted(Post.objects.values_list("title", flat=True)) == ["第一条公告", "第二条公告"]
    source.refresh_from_db()
    assert source.checks_made > 3
    news = list(source.checks.order_by("id").values_list("outcome", "new"))
    assert news[0] == (outcomes.NEW, 1)
    assert (outcomes.NOTHING, 0) in news
    assert sum(new for _outcome, new in news) == 2


def test_a_later_text_of_the_same_article_is_a_version(cast: Cast, frozen: FrozenClock) -> None:
    web: dict[str, Any] = {FEED: rss("开标公告")}
    world = World(frozen, web)
    feed()
    world.run(minutes(1))
    web[FEED] = web[FEED].replace("正文在此", "正文已经改过")
    world.run(minutes(60))
    assert list(Post.objects.order_by("version").values_list("version", flat=True)) == [1, 2]


def test_a_text_that_changes_at_every_look_is_not_kept_for_ever(cast: Cast, frozen: FrozenClock) -> None:
    count = iter(range(10_000))
    same = rss("开标公告")

    def page(_request: httpx.Request) -> str:
        return same.replace("正文在此", f"阅读 {next(count)} 次")

    world = World(frozen, {FEED: page})
    feed()
    world.run(dt.timedelta(hours=30))
    assert Post.objects.count() == 20


def test_an_unchanged_feed_is_asked_conditionally(cast: Cast, frozen: FrozenClock) -> None:
    asked = []

    def page(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers.get("If-None-Match"))
        if asked[-1]:
            return httpx.Response(304)
        return httpx.Response(200, content=rss("题").encode(), headers={"ETag": '"1"', "Last-Modified": "then"})

    world = World(frozen, {FEED: page})
    source = feed()
    world.run(minutes(60))
    assert asked[:2] == [None, '"1"']
    source.refresh_from_db()
    assert (source.last_outcome, source.failures) == (outcomes.NOTHING, 0)


def test_the_pace_follows_what_comes_within_its_bounds(cast: Cast, frozen: FrozenClock) -> None:
    world = World(frozen, {FEED: rss("只有这一条")})
    source = feed(min_minutes=10, max_minutes=120)
    world.run(dt.timedelta(hours=12))
    source.refresh_from_db()
    assert source.interval_seconds == 120 * 60, "nothing new: it comes to be looked at as seldom as allowed"
    gaps = _gaps(source)
    assert min(gaps) >= minutes(9)
    assert max(gaps) <= minutes(121)
    fresh = iter(range(10_000))
    busy = World(frozen, lambda _r: httpx.Response(200, content=rss(f"新公告{next(fresh)}").encode()))
    source.checks.all().delete()
    busy.run(dt.timedelta(hours=6))
    source.refresh_from_db()
    assert source.interval_seconds == 10 * 60


def _gaps(source: Source) -> list[dt.timedelta]:
    times = list(source.checks.order_by("id").values_list("at", flat=True))
    return [later - earlier for earlier, later in itertools.pairwise(times)]


def test_robots_txt_is_asked_first_and_obeyed(cast: Cast, frozen: FrozenClock) -> None:
    world = World(frozen, {ROBOTS: "User-agent: *\nDisallow: /private/\nCrawl-delay: 20", FEED: rss("题")})
    open_, shut = feed(), feed("http://news.example/private/feed")
    world.run(minutes(5))
    assert world.asked[0] == ROBOTS
    assert "http://news.example/private/feed" not in world.asked
    shut.refresh_from_db()
    open_.refresh_from_db()
    assert (shut.last_outcome, open_.last_outcome) == (outcomes.ROBOTS, outcomes.NEW)
    assert SourceHost.objects.get(pk="news.example").delay_seconds == 20
    assert world.asked.count(ROBOTS) == 1, "kept for a day"


@pytest.mark.parametrize("missing", [404, 403, 410])
def test_a_host_without_robots_txt_forbids_nothing(cast: Cast, frozen: FrozenClock, missing: int) -> None:
    world = World(frozen, {ROBOTS: missing, FEED: rss("题")})
    feed()
    world.run(minutes(1))
    assert Post.objects.count() == 1


def test_a_host_whose_robots_txt_fails_is_not_asked_for_more(cast: Cast, frozen: FrozenClock) -> None:
    web: dict[str, Any] = {ROBOTS: 500, FEED: rss("题")}
    world = World(frozen, web)
    source = feed()
    world.run(minutes(20))
    assert FEED not in world.asked
    source.refresh_from_db()
    assert (source.last_outcome, source.last_detail) == (outcomes.SERVER_ERROR, "robots.txt")
    web[ROBOTS] = ""
    world.run(minutes(90))
    assert Post.objects.count() == 1, "asked again after half an hour"


def test_one_host_is_never_asked_faster_than_its_pace(cast: Cast, frozen: FrozenClock) -> None:
    times: list[dt.datetime] = []

    def page(_request: httpx.Request) -> httpx.Response:
        times.append(frozen())
        return httpx.Response(200, content=rss("题").encode())

    world = World(frozen, page)
    for n in range(12):
        feed(f"http://news.example/feed/{n}")
    world.run(minutes(3), step=dt.timedelta(seconds=1))
    assert len(times) == 13, "robots.txt and each feed once"
    assert min(later - earlier for earlier, later in itertools.pairwise(times)) >= dt.timedelta(seconds=2)


def test_retry_after_silences_the_whole_host(cast: Cast, frozen: FrozenClock) -> None:
    world = World(
        frozen,
        {
            FEED: lambda _r: httpx.Response(429, headers={"Retry-After": "3600"}),
            "http://news.example/other": rss("题"),
            "http://calm.example/feed": rss("别处"),
        },
    )
    first = feed()
    feed("http://news.example/other", next_action_at=frozen() + minutes(1))
    feed("http://calm.example/feed")
    world.run(minutes(50))
    assert world.asked.count(FEED) == 1
    assert "http://news.example/other" not in world.asked
    assert Post.objects.filter(title="别处").exists(), "others are undisturbed"
    first.refresh_from_db()
    assert first.last_outcome == outcomes.THROTTLED
    world.run(minutes(30))
    assert "http://news.example/other" in world.asked


@pytest.mark.parametrize("storm", [403, 429, 500, 503])
def test_in_a_storm_of_errors_looks_grow_rarer_and_it_recovers(cast: Cast, frozen: FrozenClock, storm: int) -> None:
    web: dict[str, Any] = {FEED: storm}
    world = World(frozen, web)
    source = feed(min_minutes=10)
    world.run(dt.timedelta(hours=24))
    source.refresh_from_db()
    assert 5 <= source.failures <= 12
    assert source.failing_since is not None
    web[FEED] = rss("又好了")
    world.run(dt.timedelta(hours=7))
    source.refresh_from_db()
    assert (source.failures, source.failing_since, Post.objects.count()) == (0, None, 1)


def test_a_redirect_to_another_host_asks_that_hosts_robots_txt(cast: Cast, frozen: FrozenClock) -> None:
    moved = lambda _r: httpx.Response(301, headers={"Location": "http://new.example/feed"})  # noqa: E731
    web: dict[str, Any] = {FEED: moved, "http://new.example/feed": rss("搬家了")}
    world = World(frozen, web)
    source = feed()
    world.run(minutes(2))
    assert world.asked == [ROBOTS, FEED, "http://new.example/robots.txt", "http://new.example/feed"]
    source.refresh_from_db()
    assert (source.host_id, source.hop_url, source.last_outcome) == ("news.example", "", outcomes.NEW)
    web["http://new.example/robots.txt"] = "User-agent: *\nDisallow: /"
    SourceHost.objects.update(robots_at=None)
    world.run(minutes(240))
    source.refresh_from_db()
    assert source.last_outcome == outcomes.ROBOTS


def test_a_circle_of_hosts_ends(cast: Cast, frozen: FrozenClock) -> None:
    def page(request: httpx.Request) -> httpx.Response:
        n = int(request.url.host.removeprefix("h").removesuffix(".example"))
        if request.url.path == "/robots.txt":
            return httpx.Response(404)
        return httpx.Response(302, headers={"Location": f"http://h{n + 1}.example/feed"})

    source = feed("http://h0.example/feed")
    world = World(frozen, page)
    world.run(minutes(5))
    source.refresh_from_db()
    assert source.last_outcome == outcomes.REDIRECTS
    assert source.host_id == "h0.example"


def test_articles_of_a_list_are_fetched_with_evidence(cast: Cast, frozen: FrozenClock) -> None:
    rows = "".join(
        f'<li><a href="/a/{1000 + n}.html">第{n}号工程开标时间调整公告</a><i>2026-09-14</i></li>' for n in range(5)
    )
    web: dict[str, Any] = {"http://news.example/list": f"<html><title>公告</title><body><ul>{rows}</ul></body></html>"}
    for n in range(5):
        page = article(f"第{n}号工程开标时间调整公告", "开标改到下午两点。" * 8)
        web[f"http://news.example/a/{1000 + n}.html"] = page
    world = World(frozen, web)
    source = feed("http://news.example/list", adapter="html_list", config={"links": "ul > li > a"})
    world.run(minutes(10))
    assert Post.objects.filter(source=source).count() == 5
    post = Post.objects.get(title="第0号工程开标时间调整公告")
    assert post.url == "http://news.example/a/1000.html"
    assert "开标改到下午两点" in post.text
    assert post.published_at == dt.datetime(2026, 9, 14, 1, 12, tzinfo=dt.UTC), "the page knows the minute"
    assert Evidence.objects.filter(posts=post).count() == 1
    source.refresh_from_db()
    assert source.last_new_at is not None


def test_of_a_long_list_only_the_newest_are_fetched_at_first(cast: Cast, frozen: FrozenClock) -> None:
    rows = "".join(f'<li><a href="/a/{1000 + n}.html">第{n}号工程开标时间调整公告</a></li>' for n in range(60))
    world = World(frozen, {"http://news.example/list": f"<html><body><ul>{rows}</ul></body></html>"})
    feed("http://news.example/list", adapter="html_list", config={"links": "ul > li > a"})
    world.run(minutes(1))
    assert SourcePage.objects.filter(state=SourcePage.OLD).count() == 40
    assert SourcePage.objects.exclude(state=SourcePage.OLD).count() == 20


def test_an_article_that_cannot_be_had_is_kept_by_its_title(cast: Cast, frozen: FrozenClock) -> None:
    """C5.16: what stood on the list was heard, whatever its page answers."""
    rows = "".join(f'<li><a href="/a/{1000 + n}.html">第{n}号工程开标时间调整公告</a></li>' for n in range(4))
    web: dict[str, Any] = {"http://news.example/list": f"<html><body><ul>{rows}</ul></body></html>"}
    web["http://news.example/a/1000.html"] = 403
    world = World(frozen, web)
    feed("http://news.example/list", adapter="html_list", config={"links": "ul > li > a"})
    world.run(dt.timedelta(hours=12))
    titles = set(Post.objects.values_list("title", "text"))
    assert titles == {(f"第{n}号工程开标时间调整公告", "") for n in range(4)}, "404 and 403 alike"


def test_a_page_that_disappears_leaves_a_tombstone(cast: Cast, frozen: FrozenClock) -> None:
    rows = '<li><a href="/a/1000.html">某工程开标时间调整公告</a></li>' * 4
    url = "http://news.example/a/1000.html"
    web: dict[str, Any] = {"http://news.example/list": f"<html><body><ul>{rows}</ul></body></html>"}
    web[url] = article("某工程开标时间调整公告", "开标改到下午两点。" * 8)
    world = World(frozen, web)
    feed("http://news.example/list", adapter="html_list", config={"links": "ul > li > a"})
    world.run(minutes(30))
    web[url] = 404
    world.run(minutes(45))
    page = SourcePage.objects.get()
    assert (page.missing, page.state, page.gone_at) == (1, SourcePage.KEPT, None), "missing once may be an accident"
    world.run(minutes(45))
    page.refresh_from_db()
    assert page.state == SourcePage.GONE
    assert page.gone_at is not None
    assert Post.objects.count() == 1, "the post stays (INV-1)"
    from huiying.ledger.models import LedgerEntry

    entry = LedgerEntry.objects.get(kind="post.disappeared")
    assert entry.data == {"post": page.post_id, "status": 404, "looks": 1}


def test_an_edited_page_becomes_a_version_with_evidence_of_its_own(cast: Cast, frozen: FrozenClock) -> None:
    rows = '<li><a href="/a/1000.html">某工程开标时间调整公告</a></li>' * 4
    url = "http://news.example/a/1000.html"
    web: dict[str, Any] = {"http://news.example/list": f"<html><body><ul>{rows}</ul></body></html>"}
    web[url] = article("某工程开标时间调整公告", "开标改到下午两点。" * 8)
    world = World(frozen, web)
    feed("http://news.example/list", adapter="html_list", config={"links": "ul > li > a"})
    world.run(minutes(30))
    web[url] = article("某工程开标时间调整公告", "开标改到下午四点。" * 8)
    world.run(minutes(60))
    assert [post.version for post in Post.objects.order_by("id")] == [1, 2]
    assert Evidence.objects.count() == 2
    assert SourcePage.objects.get().post_id == Post.objects.get(version=2).pk


def test_a_feed_whose_texts_stand_on_their_pages_is_followed(cast: Cast, frozen: FrozenClock) -> None:
    text = rss("开标公告")
    link = text.partition("<link>")[2].partition("</link>")[0]
    world = World(frozen, {FEED: text, link: article("开标公告", "全文在网页上，开标改到下午两点。" * 6)})
    feed(config={"follow": True})
    world.run(minutes(5))
    assert "全文在网页上" in Post.objects.get().text


def test_an_answer_that_comes_after_its_turn_was_given_up_writes_nothing(cast: Cast, frozen: FrozenClock) -> None:
    feed()
    world = World(frozen, {FEED: rss("题")})
    world.collector.tick()  # robots.txt
    world.collector.tick()
    frozen.advance(minutes(1))
    turns, _barred = collecting.claim(frozen(), 5)
    frozen.advance(minutes(5))
    later, _barred = collecting.claim(frozen(), 5)
    assert [turn.fence for turn in later] == [turns[0].fence + 1], "the lost turn is taken again"
    from huiying.listening.source_check import look

    collecting.settle([look(turns[0], world.memory.fetcher())])
    assert not Post.objects.exists()
    collecting.settle([look(later[0], world.memory.fetcher())])
    assert Post.objects.count() == 1


def test_history_is_bounded(cast: Cast, frozen: FrozenClock) -> None:
    world = World(frozen, {FEED: rss("题")})
    source = feed(min_minutes=1, max_minutes=1)
    world.run(dt.timedelta(hours=4))
    source.refresh_from_db()
    assert source.checks_made > 200
    assert 100 <= SourceCheck.objects.filter(source=source).count() <= 120


def test_a_paused_source_is_left_alone(cast: Cast, frozen: FrozenClock) -> None:
    feed(state=Source.PAUSED)
    world = World(frozen, {FEED: rss("题")})
    world.run(minutes(60))
    assert world.asked == []


def test_a_page_that_breaks_a_parser_is_a_failure_of_its_source_alone(
    cast: Cast, frozen: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huiying.listening.adapters.feeds import Feeds

    def explode(self: object, document: Any, config: Any) -> Any:
        raise RuntimeError("parser")

    monkeypatch.setattr(Feeds, "read", explode)
    source = feed()
    World(frozen, {FEED: rss("题")}).run(minutes(1))
    source.refresh_from_db()
    assert source.last_outcome == outcomes.BROKEN
    assert rhythm.state_of(source, frozen()).code == rhythm.FAILED
