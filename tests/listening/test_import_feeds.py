"""Feeds and lists of sources as files (IMPORT_FORMATS d4): encodings, dates, what is malformed, what is hostile."""

import gzip
import json
import os

import pytest

from huiying.listening.importing import feeds
from huiying.listening.importing.look import File, look_at
from huiying.listening.importing.registry import UsageError, opened
from importing_of import read

SEEN = 1789351200  # 2026-09-14 10:00 in China


def kept(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    os.utime(path, (SEEN, SEEN))
    return path


RSS = """<?xml version="1.0" encoding="{encoding}"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel><title>鞍山日报</title><generator>RSSHub</generator>
<item><title>开标推迟</title><description>&lt;p&gt;第一段&lt;/p&gt;&lt;p&gt;第二段&lt;/p&gt;</description>
<link>https://as.example/1</link><guid isPermaLink="false">g1</guid>
<pubDate>Mon, 14 Sep 2026 01:00:00 GMT</pubDate><author>记者张三</author><dc:creator>李四</dc:creator>
<category>招标</category></item>
<item><title>热榜上的一条</title><link>https://www.weibo.com/2</link></item>
<item><title>错了八小时</title><link>https://as.example/3</link><pubDate>Mon, 14 Sep 2026 09:00:00 GMT</pubDate></item>
</channel></rss>"""


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_a_feed_is_read_in_its_encoding(tmp_path, encoding):
    found = read(kept(tmp_path / "feed.xml", RSS.format(encoding=encoding).encode(encoding)))
    assert (found.formats, found.rejected) == (["feed"], [])
    first, second, third = found.posts
    assert (first.title, first.text, first.native_id) == ("开标推迟", "第一段\n\n第二段", "g1")
    assert (first.outlet, first.kind) == ("鞍山日报", "news")
    assert first.extra["categories"] == ["招标"]
    assert (second.platform, second.time_confidence) == ("微博", "seen")
    assert third.time_confidence == "future"


def test_a_declaration_that_lies_about_the_encoding_does_no_harm(tmp_path):
    found = read(kept(tmp_path / "feed.xml", RSS.format(encoding="gb2312").encode("utf-8")))
    assert found.posts[0].title == "开标推迟"


def test_who_wrote_an_item_is_never_read_inv_10(tmp_path):
    posts = read(kept(tmp_path / "feed.xml", RSS.format(encoding="utf-8"))).posts
    everything = json.dumps([post.to_dict() for post in posts], ensure_ascii=False)
    assert "张三" not in everything
    assert "李四" not in everything


ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:rsshub="http://rsshub.app/xml/schemas"><title>论坛</title>
<entry><id>a1</id><title>求问</title><link rel="self" href="https://x/self"/><link href="https://x/1"/>
<updated>2026-09-14T09:30:00+08:00</updated><published>2026-09-14T09:00:00+08:00</published>
<author><name>张三</name></author><content type="html">&lt;b&gt;正文&lt;/b&gt;</content>
<rsshub:upvotes>7</rsshub:upvotes><rsshub:comments>2</rsshub:comments></entry></feed>"""


def test_atom_with_the_figures_of_rsshub(tmp_path):
    post = read(kept(tmp_path / "a.atom", ATOM)).post
    assert (post.native_id, post.url, post.text) == ("a1", "https://x/1", "正文")
    assert dict(post.metrics) == {"likes": 7, "comments": 2}
    assert post.published_at.isoformat() == "2026-09-14T01:00:00+00:00"


def test_a_feed_that_breaks_off_keeps_what_came_before_and_names_the_place(tmp_path):
    broken = RSS.format(encoding="utf-8").partition("<item><title>错了")[0] + "<item><title>断<"
    found = read(kept(tmp_path / "feed.xml", broken))
    assert [post.title for post in found.posts][:2] == ["开标推迟", "热榜上的一条"]
    assert len(found.posts) + len(found.rejected) == 3


def test_a_feed_that_is_not_well_formed_is_read_on_by_the_reader_that_forgives(tmp_path):
    sloppy = RSS.format(encoding="utf-8").replace("热榜上的一条", "热榜 & 上的一条")
    titles = [post.title for post in read(kept(tmp_path / "feed.xml", sloppy)).posts]
    assert titles == ["开标推迟", "热榜 & 上的一条", "错了八小时"]


def test_entities_are_refused(tmp_path):
    bomb = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;">]><rss><channel/></rss>'
    with pytest.raises(UsageError, match="实体"):
        read(kept(tmp_path / "bomb.xml", bomb))


JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1", "title": "官网",
    "items": [
        {"id": "j1", "url": "https://as.example/j1", "title": "公告", "content_html": "<p>正文</p>",
         "date_published": "2026-09-14T01:00:00Z", "authors": [{"name": "张三"}], "tags": ["招标"]},
        {"id": "j2", "content_text": "没有日期"},
        3,
    ],
}  # fmt: skip


def test_json_feed(tmp_path):
    found = read(kept(tmp_path / "feed.json", json.dumps(JSON_FEED, ensure_ascii=False)))
    assert found.formats == ["jsonfeed"]
    dated, undated = found.posts
    assert (dated.text, dated.time_confidence, undated.time_confidence) == ("正文", "stated", "seen")
    assert dated.extra == {"tags": ["招标"]}
    assert [row.line for row in found.rejected] == [3]


def test_media_clouds_nightly_list_packed_and_without_titles(tmp_path):
    nightly = (
        '<rss version="2.0"><channel><item><link>https://n.example/1</link><pubDate>Mon, 14 Sep 2026 01:00:00 GMT'
        '</pubDate><source url="https://n.example/rss" mcFeedId="12" mcMediaId="34">n.example</source></item>'
        "</channel></rss>"
    )
    path = tmp_path / "mc-2026-09-14.rss.gz"
    path.write_bytes(gzip.compress(nightly.encode()))
    found = read(path)
    assert found.formats == ["mediacloud"]
    assert found.post.text == found.post.url == "https://n.example/1"
    assert found.post.extra["source_ids"] == {"mcFeedId": "12", "mcMediaId": "34"}


OPML = """<?xml version="1.0" encoding="utf-8"?><opml version="2.0"><body><outline text="政务">
<outline text="鞍山日报" type="rss" xmlUrl="https://as.example/rss" htmlUrl="https://as.example"/>
<outline text="同一个" xmlUrl="https://as.example/rss"/><outline text="本地" xmlUrl="file:///etc/passwd"/></outline>
<outline title="论坛" text="x" xmlUrl="https://bbs.example/rss"/></body></opml>"""


def test_opml_lists_sources_and_no_posts(tmp_path):
    path = kept(tmp_path / "sources.opml", OPML)
    assert read(path).posts == []
    with opened(File.of(path)) as found:
        assert found.ready[0].format.code == "opml"
        assert [(row["title"], row["url"], row["folder"]) for row in found.sources] == [
            ("鞍山日报", "https://as.example/rss", "政务"),
            ("论坛", "https://bbs.example/rss", ""),
        ]


def test_a_broken_opml_is_named_by_its_place(tmp_path):
    with pytest.raises(ValueError, match="第 1 行"):
        feeds.outlines(look_at(File.of(kept(tmp_path / "x.opml", "<opml><body></opml>"))))


def test_what_is_no_source_is_told_by_its_line_and_the_rest_stands(tmp_path):
    listed = """<?xml version="1.0"
 encoding="utf-8"?>
<opml version="2.0"><head><title>我的订阅</title></head><body>
<outline text="政务">
  <outline text="鞍山日报" xmlUrl="https://as.example/rss"/>
  <outline text="又是它" xmlUrl="https://as.example/rss"/>
  <outline text="本地" xmlUrl="file:///etc/passwd"/>
  <outline text="只是书签" type="link" url="https://b.example/"/>
</outline>
<outline text="论坛" xmlUrl=" https://bbs.example/rss "/>
</body></opml>"""
    found = read(kept(tmp_path / "mine.opml", listed))
    assert [(row.line, row.reason.partition("，")[0]) for row in found.rejected] == [
        (6, "与第 5 行是同一个订阅地址"),
        (7, "订阅地址（xmlUrl）应以 http:// 或 https:// 开头"),
        (8, "没有订阅地址（xmlUrl）"),
    ]
    with opened(File.of(tmp_path / "mine.opml")) as held:
        assert [(row["title"], row["line"], row["folder"]) for row in held.sources] == [
            ("鞍山日报", 5, "政务"), ("论坛", 10, ""),
        ]  # fmt: skip


def test_an_opml_that_defines_entities_is_refused(tmp_path):
    bomb = '<!DOCTYPE opml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><opml><body><outline text="&b;"/></body></opml>'
    with pytest.raises(ValueError, match="实体"):
        feeds.outlines(look_at(File.of(kept(tmp_path / "x.opml", bomb))))


def test_an_opml_nested_very_deep_is_read(tmp_path):
    deep = "<outline text='x'>" * 5_000 + '<outline text="底" xmlUrl="https://a.example/rss"/>' + "</outline>" * 5_000
    found = feeds.outlines(look_at(File.of(kept(tmp_path / "x.opml", f"<opml><body>{deep}</body></opml>"))))
    assert [one.url for one in found] == ["https://a.example/rss"]
