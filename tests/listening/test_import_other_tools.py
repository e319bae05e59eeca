"""changedetection.io, Miniflux, stonedt, BettaFish, GDELT, CED trees (IMPORT_FORMATS d5 to d9)."""

import json

import pytest

from importing_of import database, jsonl, read, table

CHANGE = {
    "watch_url": "https://as.example/notice", "watch_uuid": "w1", "watch_title": "公告栏", "watch_tag": "官网",
    "diff": "(changed) 新公告", "diff_added": "关于开标推迟的公告", "diff_removed": "旧公告", "diff_full": "…",
    "current_snapshot": "…", "triggered_text": "", "change_datetime": "2026-09-14T09:00:00+08:00",
}  # fmt: skip


def test_a_changed_page_says_what_was_added(tmp_path):
    path = tmp_path / "hook.json"
    path.write_text(json.dumps(CHANGE, ensure_ascii=False, indent=2), encoding="utf-8")
    found = read(path)
    assert found.formats == ["changedetection"]
    post = found.post
    assert (post.kind, post.title, post.text) == ("page_change", "公告栏", "关于开标推迟的公告")
    assert (post.extra["removed"], post.published_at.isoformat()) == ("旧公告", "2026-09-14T01:00:00+00:00")


def test_two_changes_of_one_page_are_two_posts_and_one_told_twice_is_one(tmp_path):
    later = {**CHANGE, "change_datetime": "2026-09-14T10:00:00+08:00"}
    ids = [post.native_id for post in read(jsonl(tmp_path / "a.jsonl", [CHANGE, later, CHANGE])).posts]
    assert ids[0] == ids[2] != ids[1]


ENTRY = {
    "id": 9, "user_id": 1, "feed_id": 3, "status": "unread", "hash": "h1", "title": "开标推迟",
    "url": "https://as.example/1",
    "comments_url": "", "published_at": "2026-09-14T01:00:00Z", "created_at": "2026-09-14T01:05:00Z",
    "changed_at": "2026-09-14T01:05:00Z", "content": "<p>正文</p>", "author": "张三", "starred": False,
    "reading_time": 1, "enclosures": [], "tags": ["招标"], "feed": {"id": 3, "title": "鞍山日报", "user_id": 1},
}  # fmt: skip


@pytest.mark.parametrize("wrap", [lambda entry: {"total": 1, "entries": [entry]}, lambda entry: entry])
def test_miniflux_by_its_answer_or_entry_by_entry(tmp_path, wrap):
    found = read(jsonl(tmp_path / "a.json", [wrap(ENTRY)]))
    assert found.formats == ["miniflux"]
    post = found.post
    assert (post.native_id, post.outlet, post.text, post.extra) == ("3:h1", "鞍山日报", "正文", {"tags": ["招标"]})


def test_the_webhook_of_miniflux_names_the_feed_once(tmp_path):
    entry = {key: value for key, value in ENTRY.items() if key not in ("feed", "feed_id")}
    hook = {"event_type": "new_entries", "feed": {"id": 3, "title": "鞍山日报"}, "entries": [entry, 5]}
    found = read(jsonl(tmp_path / "a.json", [hook]))
    assert (found.post.native_id, found.post.outlet) == ("3:h1", "鞍山日报")
    assert len(found.rejected) == 1


ARTICLE = {
    "article_public_id": "s1", "title": "<b>开标</b>推迟", "content": "正文", "source_url": "https://as.example/1",
    "source_name": "鞍山新闻网", "sourcewebsitename": "鞍山新闻网", "author": "张三", "author_url": "https://u/1",
    "author_avatar": "https://a", "publish_time": "2026-09-14 09:00:00", "spider_time": "2026-09-14 10:00:00",
    "classify": "5", "emotionalIndex": 3, "heatvolume": 12, "similarvolume": 4, "ner": '{"per":["王五"]}',
    "key_words": '{"招标":3,"author":"赵六"}',
}  # fmt: skip


@pytest.mark.parametrize(
    ("code", "channel_class", "kind", "outlet"),
    [
        ("1", "微信公众号", "post", None), ("2", "微博客", "post", None), ("4", "论坛", "post", None),
        ("5", "门户网站", "news", "鞍山新闻网"), ("6", "传统媒体", "news", "鞍山新闻网"),
        ("10", "短视频", "post", None),
        ("博客", "博客", "post", None),
    ],
)  # fmt: skip
def test_stonedts_classes_are_ours_and_only_institutions_are_outlets(tmp_path, code, channel_class, kind, outlet):
    found = read(jsonl(tmp_path / "a.jsonl", [{**ARTICLE, "classify": code}]))
    assert found.formats == ["stonedt"]
    assert (found.post.channel_class, found.post.kind, found.post.outlet) == (channel_class, kind, outlet)


def test_stonedt_keeps_the_mood_and_no_person(tmp_path):
    post = read(jsonl(tmp_path / "a.jsonl", [ARTICLE])).post
    assert (post.title, post.extra["sentiment"], post.extra["key_words"]) == ("开标推迟", "负面", {"招标": 3})
    everything = json.dumps(post.to_dict(), ensure_ascii=False)
    assert not any(name in everything for name in ("张三", "王五", "赵六", "u/1"))


DAILY = {
    "id": 1, "news_id": "n1", "source_platform": "weibo", "title": "开标推迟", "url": "https://a/1", "description": "",
    "extra_info": '{"hot": 3, "nickname": "老李"}', "crawl_date": "2026-09-14", "rank_position": 2,
    "add_ts": 1789347600000,
    "last_modify_ts": 1789351200000,
}  # fmt: skip
NOTE = {
    "id": 1, "add_ts": 0, "note_id": "5060", "content": "登录不上", "create_time": 1789347600, "comments_count": "1",
    "topic_id": "t1", "crawling_task_id": "c1", "last_modify_ts": 1789351200000,
}  # fmt: skip


def test_bettafish_with_its_copies_of_mediacrawlers_tables(tmp_path):
    topics = [{"topic_id": "t1", "topic_name": "由模型写的"}]
    found = read(database(tmp_path / "mindspider.db", daily_news=[DAILY], weibo_note=[NOTE], daily_topics=topics))
    assert found.formats == ["bettafish"]
    daily, note = found.posts
    assert (daily.native_id, daily.extra["rank_position"], daily.extra["extra_info"]) == ("weibo:n1", 2, {"hot": 3})
    assert (note.native_id, note.extra["topic_id"]) == ("5060", "t1")


def test_bettafish_as_csv(tmp_path):
    found = read(table(tmp_path / "daily_news.csv", [DAILY]))
    assert found.formats == ["bettafish"]
    assert found.post.published_at.isoformat() == "2026-09-14T01:00:00+00:00"


def gkg(**cells):
    row = [""] * 27
    row[0], row[1], row[2], row[3], row[4] = (
        "20260914010000-T12",
        "20260914010000",
        "1",
        "as.example",
        "https://as.example/1",
    )
    row[7], row[11], row[15] = "GOV;TAX", "张三", "-2.5,1,3"
    row[26] = "<PAGE_TITLE>Bids &amp; delays</PAGE_TITLE>"
    for place, value in cells.items():
        row[int(place[1:])] = value
    return "\t".join(row)


def test_gdelt_without_heading_and_without_persons(tmp_path):
    path = tmp_path / "20260914010000.gkg.csv"
    path.write_text(f"{gkg()}\nbroken\tline\n{gkg(c26='', c0='20260914010000-13')}\n", encoding="utf-8")
    found = read(path)
    assert found.formats == ["gdelt"]
    titled, bare = found.posts
    assert (titled.title, titled.outlet, titled.time_confidence) == ("Bids & delays", "as.example", "seen")
    assert titled.extra == {"translated": True, "tone": "-2.5", "themes": ["GOV", "TAX"]}
    assert bare.text == bare.url
    assert [row.line for row in found.rejected] == [2]


TREE = {
    "original": {"mid": "m0", "text": "开标推迟", "user": {"id": "77", "name": "老李"}, "time": 1789347600},
    "reposts": [
        {"mid": "m1", "parent": "", "uid": "78", "text": "", "date": "2026-09-14 09:05:00", "kids": ["m9"]},
        {"mid": "m2", "parent": "m1", "uid": "79", "text": "真的吗", "date": "2026-09-14 09:06:00", "kids": []},
        "broken",
    ],
}  # fmt: skip


def test_a_tree_trusts_parent_and_not_kids(tmp_path):
    path = tmp_path / "tree.json"
    path.write_text(json.dumps(TREE, ensure_ascii=False, indent=1), encoding="utf-8")
    found = read(path)
    assert found.formats == ["ced"]
    assert [(post.native_id, post.kind, post.parent_id, post.root_id) for post in found.posts] == [
        ("m0", "post", None, None),
        ("m1", "repost", "m0", "m0"),
        ("m2", "repost", "m1", "m0"),
    ]
    assert found.posts[1].text == "转发微博"
    assert [post.voice for post in found.posts] == ["微博:77", "微博:78", "微博:79"]
    assert "老李" not in json.dumps([post.to_dict() for post in found.posts], ensure_ascii=False)
    assert [row.line for row in found.rejected] == [4]


def test_a_tree_a_line(tmp_path):
    found = read(jsonl(tmp_path / "trees.jsonl", [TREE, TREE, {"original": 1}]))
    assert len(found.posts) == 6
    assert [row.line for row in found.rejected] == [1, 2, 3]
