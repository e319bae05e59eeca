"""RSS, Atom, RDF, JSON Feed and RSSHub: items, titles, encodings and times are right, traps are named (C5.2)."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from huiying.listening import adapters, outcomes
from huiying.listening.adapters import ADAPTERS
from huiying.listening.outcomes import Failed
from listening.reading_helpers import document
from local_web import rss

FEEDS = ADAPTERS["feed"]
UTC = dt.UTC

ATOM = """<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>公告</title>
<entry><id>tag:1</id><title type="html">开标&lt;b&gt;延期&lt;/b&gt;</title><link href="http://gov.example/a/1001.html"/>
<updated>2026-09-14T09:30:00+08:00</updated>
<content type="html">&lt;p&gt;第一段&lt;/p&gt;&lt;p&gt;第二段&lt;/p&gt;</content></entry>
</feed>"""

RDF = """<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="http://a.example/">
<title>旧式订阅</title><link>http://a.example/</link></channel>
<item rdf:about="http://a.example/9"><title>评标结果</title><link>http://a.example/9</link>
<dc:date>2026-09-14T01:00:00Z</dc:date></item></rdf:RDF>"""


def test_a_feed_is_recognised_and_read() -> None:
    found = adapters.detect(document(rss("开标公告", "中标结果"), media="application/octet-stream"))
    assert found is not None
    assert (found.adapter, found.reading.title) == ("feed", "本地新闻")
    assert [item.title for item in found.reading.items] == ["开标公告", "中标结果"]
    first = found.reading.items[0]
    assert first.published_at == dt.datetime(2026, 9, 14, 1, 30, tzinfo=UTC)
    assert (first.time_confidence, first.text) == ("stated", "开标公告，正文在此。")


def test_atom_and_rdf_are_read_too() -> None:
    entry = FEEDS.read(document(ATOM), {}).items[0]
    assert (entry.title, entry.text) == ("开标延期", "第一段\n第二段")
    assert entry.published_at == dt.datetime(2026, 9, 14, 1, 30, tzinfo=UTC)
    old = FEEDS.read(document(RDF), {}).items[0]
    assert (old.title, old.url) == ("评标结果", "http://a.example/9")
    assert old.published_at == dt.datetime(2026, 9, 14, 1, 0, tzinfo=UTC)


def test_json_feed_is_read() -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "通知",
        "items": [
            {"id": "7", "url": "http://g.example/n/700700.html", "title": "题", "content_html": "<p>正文</p>",
             "date_published": "2026-09-14T09:00:00+08:00", "authors": [{"name": "某人"}]},
            {"id": "8", "content_text": "只有正文"},
        ],
    }  # fmt: skip
    found = adapters.detect(document(json.dumps(feed, ensure_ascii=False), media="application/feed+json"))
    assert found is not None
    first, second = found.reading.items
    assert (first.title, first.text, first.time_confidence) == ("题", "正文", "stated")
    assert (second.native_id, second.text, second.time_confidence) == ("8", "只有正文", "seen")
    assert "某人" not in repr(found.reading), "no author comes in (INV-10)"


@pytest.mark.parametrize(("encoding", "title"), [("gb2312", "岫岩项目开标时间调整"), ("big5", "電子投標系統維護公告")])
def test_old_feeds_in_chinese_encodings(encoding: str, title: str) -> None:
    text = rss(title).replace('encoding="UTF-8"', f'encoding="{encoding}"')
    text = text.replace("本地新闻", "新聞" if encoding == "big5" else "新闻")
    found = FEEDS.read(document(text.encode(encoding), media="text/xml"), {})
    assert [item.title for item in found.items] == [title]


def test_rare_characters_of_a_feed_that_says_gb2312() -> None:
    text = rss("关于䶮堃公司投标资格的说明").replace('encoding="UTF-8"', 'encoding="gb2312"')
    assert "䶮堃" in FEEDS.read(document(text.encode("gb18030")), {}).items[0].title


def test_a_hot_list_without_dates_has_the_time_it_was_seen() -> None:
    """RSSHub gives none on hot lists; the time is first seen, and says so."""
    text = rss("热搜一").replace("<pubDate>Mon, 14 Sep 2026 01:30:00 GMT</pubDate>", "")
    item = FEEDS.read(document(text), {}).items[0]
    assert (item.published_at, item.time_confidence) == (None, "seen")


def test_a_date_of_1970_is_no_date_and_one_of_2999_is_kept_to_be_flagged() -> None:
    old = FEEDS.read(document(rss("题", date="Thu, 01 Jan 1970 00:00:00 GMT")), {}).items[0]
    assert (old.published_at, old.time_confidence) == (None, "seen")
    coming = FEEDS.read(document(rss("题", date="Tue, 01 Jan 2999 00:00:00 GMT")), {}).items[0]
    assert coming.published_at is not None
    assert coming.published_at.year == 2999


def test_times_without_a_zone_are_local_and_say_that_it_was_assumed() -> None:
    item = FEEDS.read(document(rss("题", date="2026-09-14 09:30:00")), {}).items[0]
    assert (item.published_at, item.time_confidence) == (dt.datetime(2026, 9, 14, 1, 30, tzinfo=UTC), "assumed_zone")


def test_the_feed_may_ask_for_rest() -> None:
    text = rss("题").replace("<title>本地新闻</title>", "<title>本地新闻</title><ttl>60</ttl>")
    assert FEEDS.read(document(text), {}).at_least_minutes == 60


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ("<html><body>请登录</body></html>", outcomes.WRONG_TYPE),
        ('{"error": "no"}', outcomes.WRONG_TYPE),
        ("", outcomes.WRONG_TYPE),
        (rss("题")[:60], outcomes.MALFORMED),
        ("<rss><channel><item><title>", outcomes.MALFORMED),
        ('<!DOCTYPE r [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><rss><channel/></rss>', outcomes.ENTITIES),
        ('<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel>&x;</channel></rss>', outcomes.ENTITIES),
        ('{"version": "https://jsonfeed.org/version/1", "items": [', outcomes.MALFORMED),
    ],
)  # fmt: skip
def test_what_is_no_feed_or_a_trap_is_named(body: str, outcome: str) -> None:
    with pytest.raises(Failed) as caught:
        FEEDS.read(document(body, media="text/xml"), {})
    assert caught.value.outcome == outcome


def test_a_feed_with_a_broken_end_gives_what_stands_before_it() -> None:
    text = rss("开标公告", "中标结果").replace("</channel></rss>", "<item><title>截断")
    titles = [item.title for item in FEEDS.read(document(text), {}).items]
    assert titles[:2] == ["开标公告", "中标结果"]


def test_an_empty_feed_is_nothing_found_not_a_failure() -> None:
    assert FEEDS.read(document('<rss version="2.0"><channel><title>空</title></channel></rss>'), {}).items == ()


def test_the_same_article_has_the_same_id_whichever_feed_names_it() -> None:
    one = FEEDS.read(document(rss("题")), {}).items[0]
    tracked = rss("题").replace(".html</link>", ".html?utm_source=rss&amp;from=timeline</link>")
    assert FEEDS.read(document(tracked), {}).items[0].native_id == one.native_id


def test_a_feed_of_ten_thousand_items_is_cut_at_its_newest() -> None:
    text = rss(*(f"第{n}条公告" for n in range(10_000)))
    items = FEEDS.read(document(text), {}).items
    assert len(items) == 500
    assert items[0].title == "第0条公告"
