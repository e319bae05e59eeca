"""MediaCrawler's files and database: fourteen kinds of rows, and every trap of them (IMPORT_FORMATS d1, INV-10)."""

import json

import pytest

from huiying.listening.importing.registry import UsageError
from importing_of import database, jsonl, read, table
from mediacrawler_rows import ROWS, SEEN_MS, WEIBO, WEIBO_COMMENT

PLATFORMS = {
    "weibo": "微博", "xhs": "小红书", "douyin": "抖音", "kuaishou": "快手", "bilibili": "哔哩哔哩", "tieba": "百度贴吧",
    "zhihu": "知乎",
}  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
def test_each_kind_of_row_is_told_by_its_fields_and_gives_one_post(name, tmp_path):
    found = read(jsonl(tmp_path / "data.jsonl", [ROWS[name]]))
    assert (found.formats, found.rejected) == (["mediacrawler"], [])
    post = found.post
    assert post.platform == PLATFORMS[name.partition("_")[0]]
    assert post.kind == ("comment" if name.endswith("comment") else "post")
    assert post.published_at is not None
    assert post.published_at.isoformat()[:16] in ("2026-09-14T01:00", "2026-09-14T01:01")
    assert post.seen_at is not None
    assert post.seen_at.isoformat() == "2026-09-14T02:00:00+00:00"
    assert post.voice is not None


@pytest.mark.parametrize("name", ROWS)
def test_the_database_is_read_table_by_table_with_the_row_as_its_number(name, tmp_path):
    row = {"id": 41, "add_ts": 1789351200000, **ROWS[name]}
    found = read(database(tmp_path / "sqlite_tables.db", **{name: [row, {**row, "id": 42}]}))
    assert found.formats == ["mediacrawler"]
    assert len(found.posts) == 2
    assert found.posts[0].to_dict() == read(jsonl(tmp_path / "a.jsonl", [ROWS[name]])).post.to_dict()


def test_csv_json_and_json_lines_of_the_same_rows_say_the_same(tmp_path):
    rows = [WEIBO, {**WEIBO, "note_id": "5061", "content": "第一行\n第二行，有逗号"}]
    as_lines = read(jsonl(tmp_path / "a.jsonl", rows))
    array = tmp_path / "a.json"
    array.write_text(json.dumps(rows, ensure_ascii=False, indent=4), encoding="utf-8")
    for other in (read(array), read(table(tmp_path / "a.csv", rows))):
        assert other.formats == ["mediacrawler"]
        assert [post.to_dict() for post in other.posts] == [post.to_dict() for post in as_lines.posts]


def test_the_traps_of_a_weibo_row(tmp_path):
    post = read(jsonl(tmp_path / "a.jsonl", [WEIBO])).post
    assert post.title == ""
    assert dict(post.metrics) == {"likes": 12000, "comments": 35, "reposts": None}
    assert post.extra["as_shown"] == {"likes": "1.2万"}
    assert (post.region, post.voice, post.extra["source_keyword"]) == ("辽宁", "微博:778899", "鞍山 招标")


def test_a_parent_of_zero_means_the_post_itself_and_another_one_the_comment(tmp_path):
    zero = read(jsonl(tmp_path / "a.jsonl", [WEIBO_COMMENT])).post
    assert (zero.parent_id, zero.root_id) == ("5060", "5060")
    deep = read(jsonl(tmp_path / "b.jsonl", [ROWS["douyin_aweme_comment"]])).post
    assert (deep.parent_id, deep.root_id) == ("dc0", "d1")


def test_a_title_that_repeats_the_text_is_left_out_and_a_video_without_a_word_is_told(tmp_path):
    assert read(jsonl(tmp_path / "a.jsonl", [ROWS["douyin_aweme"]])).post.title == ""
    assert read(jsonl(tmp_path / "b.jsonl", [ROWS["xhs_note"]])).post.title == ""
    assert read(jsonl(tmp_path / "c.jsonl", [ROWS["bilibili_video"]])).post.title == "开标实录"
    silent = read(
        jsonl(tmp_path / "d.jsonl", [{**ROWS["douyin_aweme"], "title": "", "desc": ""}, ROWS["douyin_aweme"]])
    )
    assert [(row.line, "text" in row.reason) for row in silent.rejected] == [(1, True)]


def test_a_time_that_cannot_be_read_costs_the_time_and_not_the_row(tmp_path):
    post = read(jsonl(tmp_path / "a.jsonl", [{**ROWS["tieba_note"], "publish_time": "很久以前"}])).post
    assert (post.published_at, post.time_confidence) == (None, "unknown")
    assert post.extra["time_as_written"] == "很久以前"


def test_a_row_published_after_it_was_seen_is_flagged(tmp_path):
    late = {**WEIBO, "create_time": SEEN_MS // 1000 + 11 * 60}
    assert read(jsonl(tmp_path / "a.jsonl", [late])).post.time_confidence == "future"
    soon = {**WEIBO, "create_time": SEEN_MS // 1000 + 9 * 60}
    assert read(jsonl(tmp_path / "b.jsonl", [soon])).post.time_confidence == "stated"


def test_nothing_that_names_the_author_comes_past_the_door_inv_10(tmp_path):
    for name, row in ROWS.items():
        post = read(jsonl(tmp_path / f"{name}.jsonl", [row])).post
        kept = json.dumps(post.to_dict(), ensure_ascii=False)
        for planted in (
            "鞍山老李",
            "a/1.jpg",
            "/u/778899",
            "SECRET",
            "签名",
            "个签",
            "吧友",
            "知友",
            "abc",
            "c0ffee",
            "某UP",
        ):
            assert planted not in kept, (name, planted)


def test_a_file_about_people_is_refused_whole_inv_10(tmp_path):
    people = jsonl(tmp_path / "creators.jsonl", [{"user_id": "7", "nickname": "甲", "fans": "12", "follows": "3"}])
    with pytest.raises(UsageError, match="用户资料"):
        read(people)


def test_a_row_of_another_kind_in_the_file_is_named_and_the_rest_kept(tmp_path):
    found = read(jsonl(tmp_path / "a.jsonl", [WEIBO, {"foo": 1}, "no object", WEIBO_COMMENT]))
    assert [post.kind for post in found.posts] == ["post", "comment"]
    assert [row.line for row in found.rejected] == [2, 3]
