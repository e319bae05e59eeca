"""TrendRadar and newsnow: hot lists say a title and a rank, seldom when (IMPORT_FORMATS d2, d3)."""

import json

import pytest

from huiying.listening.importing.registry import UsageError
from importing_of import database, jsonl, read

PLATFORMS = [{"id": "weibo", "name": "微博", "is_active": 1, "updated_at": ""}]
ITEM = {
    "id": 7, "title": "鞍山一项目开标推迟", "platform_id": "weibo", "rank": 3, "url": "https://s.weibo.com/a",
    "mobile_url": "", "first_crawl_time": "09:30", "last_crawl_time": "11:05", "crawl_count": 4, "created_at": "",
    "updated_at": "",
}  # fmt: skip
CHANGE = {"news_item_id": 7, "old_title": "鞍山一项目暂停", "new_title": "鞍山一项目开标推迟", "changed_at": "10:00"}
CURVE = [
    {"news_item_id": 7, "rank": 12, "crawl_time": "09:30"},
    {"news_item_id": 7, "rank": 3, "crawl_time": "11:05"},
]


def news(tmp_path, name="2026-09-14.db", **tables):
    return database(tmp_path / "news" / name, platforms=PLATFORMS, news_items=[ITEM], **tables)


def test_the_day_of_a_clock_time_stands_in_the_file_name(tmp_path):
    found = read(news(tmp_path))
    assert found.formats == ["trendradar"]
    post = found.post
    assert (post.title, post.platform, post.kind, post.time_confidence) == (
        "鞍山一项目开标推迟",
        "微博",
        "news",
        "seen",
    )
    assert post.published_at.isoformat() == "2026-09-14T01:30:00+00:00"
    assert post.seen_at.isoformat() == "2026-09-14T03:05:00+00:00"


def test_the_ranks_are_kept_as_a_curve(tmp_path):
    post = read(news(tmp_path, rank_history=CURVE)).post
    assert post.extra["rank_history"] == [["09:30", 12], ["11:05", 3]]
    assert post.extra["rank"] == 3


def test_an_earlier_title_comes_first_under_the_same_id(tmp_path):
    earlier, now = read(news(tmp_path, title_changes=[CHANGE])).posts
    assert (earlier.title, now.title) == ("鞍山一项目暂停", "鞍山一项目开标推迟")
    assert earlier.native_id == now.native_id


def test_the_same_thing_on_two_days_is_one_post(tmp_path):
    assert read(news(tmp_path)).post.native_id == read(news(tmp_path, "2026-09-15.db")).post.native_id


def test_without_a_day_in_the_name_the_file_is_refused_and_told_what_to_do(tmp_path):
    with pytest.raises(UsageError, match="日期要看文件名"):
        read(news(tmp_path, "today.db"))


FEED = {"id": "f1", "name": "鞍山日报", "feed_url": "https://as.example/rss", "is_active": 1}
ENTRY = {
    "id": 1, "title": "交易中心答记者问", "feed_id": "f1", "url": "https://as.example/1", "guid": "g1",
    "published_at": "2026-09-14T01:00:00", "summary": "<p>第一段</p><p>第二段</p>", "author": "记者张三",
    "first_crawl_time": "09:30", "last_crawl_time": "09:30", "crawl_count": 1,
}  # fmt: skip


def test_a_feed_item_without_zone_is_utc_and_its_author_is_dropped(tmp_path):
    path = database(tmp_path / "rss" / "2026-09-14.db", rss_feeds=[FEED], rss_items=[ENTRY])
    post = read(path).post
    assert post.published_at.isoformat() == "2026-09-14T01:00:00+00:00"
    assert (post.native_id, post.outlet, post.text) == ("g1", "鞍山日报", "第一段\n\n第二段")
    assert "张三" not in json.dumps(post.to_dict(), ensure_ascii=False)


def test_a_feed_item_whose_zone_was_wrong_is_flagged(tmp_path):
    wrong = {**ENTRY, "published_at": "2026-09-14T09:00:00"}
    path = database(tmp_path / "rss" / "2026-09-14.db", rss_feeds=[FEED], rss_items=[wrong])
    assert read(path).post.time_confidence == "future"


def test_a_snapshot_as_text(tmp_path):
    path = tmp_path / "2026-09-14" / "10-30.txt"
    path.parent.mkdir()
    path.write_text(
        "weibo | 微博\n1. 开标推迟 [URL:https://a/1] [MOBILE:https://m/1]\n2. 没有链接\n坏的一行\n\n"
        "zhihu\n1. 如何评标\n\n==== 以下ID请求失败 ====\ndouyin\n",
        encoding="utf-8",
    )
    found = read(path)
    assert found.formats == ["trendradar-txt"]
    assert [(post.platform, post.title, post.url, post.extra["rank"]) for post in found.posts] == [
        ("微博", "开标推迟", "https://a/1", 1),
        ("微博", "没有链接", None, 2),
        ("zhihu", "如何评标", None, 1),
    ]
    assert found.posts[0].published_at.isoformat() == "2026-09-14T02:30:00+00:00"
    assert [row.line for row in found.rejected] == [4]


ANSWER = {
    "status": "success", "id": "weibo", "updatedTime": 1789351200000,
    "items": [
        {"id": "1", "title": "开标推迟", "url": "https://a/1", "extra": {"info": "12.3万热度", "icon": "x"}},
        {"id": "2", "title": "排队", "url": "https://a/2", "pubDate": 1789347600000, "extra": {"hover": "大厅排队"}},
        {"id": "3", "title": "视频", "url": "https://a/3", "extra": {"info": "某UP主 · 12万观看"}},
        "broken",
    ],
}  # fmt: skip


def test_newsnow_gives_rank_by_order_and_the_time_it_was_seen(tmp_path):
    path = tmp_path / "weibo.json"
    path.write_text(json.dumps(ANSWER, ensure_ascii=False, indent=1), encoding="utf-8")
    found = read(path)
    assert found.formats == ["newsnow"]
    first, second, third = found.posts
    assert (first.platform, first.extra["rank"], first.extra["info"], first.time_confidence) == (
        "微博", 1, "12.3万热度", "seen",
    )  # fmt: skip
    assert (second.text, second.time_confidence) == ("大厅排队", "stated")
    assert "info" not in third.extra
    assert [row.line for row in found.rejected] == [4]


def test_newsnow_cache_is_read_source_by_source(tmp_path):
    rows = [
        {"id": "weibo", "updated": 1789351200000, "data": json.dumps(ANSWER["items"][:2], ensure_ascii=False)},
        {"id": "zhihu", "updated": 1789351200000, "data": "{broken"},
    ]
    found = read(database(tmp_path / "db.sqlite3", cache=rows))
    assert found.formats == ["newsnow"]
    assert [post.title for post in found.posts] == ["开标推迟", "排队"]
    assert [row.line for row in found.rejected] == [2]


def test_one_line_of_newsnow_is_no_file_of_posts(tmp_path):
    assert read(jsonl(tmp_path / "a.jsonl", [ANSWER])).formats == ["newsnow"]
