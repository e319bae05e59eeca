"""JSON with a mapping, newsnow, hooks of Miniflux and changedetection.io (C5.2, C5.5; formats d3, d5, d6)."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from huiying.listening import adapters, outcomes
from huiying.listening.adapters import ADAPTERS
from huiying.listening.outcomes import Failed
from listening.reading_helpers import document

MORNING = dt.datetime(2026, 9, 14, 1, 30, tzinfo=dt.UTC)


def told(data: Any) -> Any:
    return document(json.dumps(data, ensure_ascii=False), "http://api.example/list?page=1", "application/json")


ROWS = [
    {"infoid": 5, "bt": "开标公告", "zw": "<p>正文</p>", "linkurl": "/a/5001.html", "fbsj": "2026-09-14 09:30:00",
     "read_count": "120", "author": "某人"},
    {"infoid": 6, "bt": "中标公告", "zw": "", "linkurl": "http://o.example/6001.html", "fbsj": None},
]  # fmt: skip


def test_the_list_and_its_fields_are_guessed() -> None:
    found = adapters.detect(told({"code": 200, "tabs": [{"id": 1}], "data": {"total": 2, "list": ROWS}}))
    assert found is not None
    assert (found.adapter, found.config["items"], found.config["title"]) == ("json", "data.list", "bt")
    first, second = found.reading.items
    assert (first.title, first.text, first.url) == ("开标公告", "正文", "http://api.example/a/5001.html")
    assert (first.published_at, first.time_confidence) == (MORNING, "assumed_zone")
    assert first.metrics == {"reads": 120}
    assert (second.published_at, second.time_confidence) == (None, "seen")
    assert "某人" not in repr(found.reading)


def test_a_mapping_by_hand_goes_its_own_ways() -> None:
    data = {"result": [{"rows": [{"k": {"t": "题"}, "s": 1789349400000, "n": 7}]}]}
    config = {"items": "result.0.rows", "title": "k.t", "time": "s", "id": "n"}
    item = ADAPTERS["json"].read(told(data), config).items[0]
    assert (item.native_id, item.title, item.time_confidence) == ("7", "题", "stated")
    assert item.published_at == dt.datetime(2026, 9, 14, 1, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("body", "config", "outcome"),
    [
        ("<html>", {"items": "a"}, outcomes.WRONG_TYPE),
        ('{"a": ', {"items": "a"}, outcomes.MALFORMED),
        ('{"a": {"b": 1}}', {"items": "a.b"}, outcomes.NO_MATCH),
        ('{"a": [{"x": 1}]}', {"items": "a", "title": "gone"}, outcomes.NO_MATCH),
        ("[" * 100_000, {"items": "a"}, outcomes.MALFORMED),
    ],
)
def test_an_interface_that_changed_is_named(body: str, config: dict[str, str], outcome: str) -> None:
    with pytest.raises(Failed) as caught:
        ADAPTERS["json"].read(document(body, media="application/json"), config)
    assert caught.value.outcome == outcome


def test_an_empty_list_is_nothing_found() -> None:
    assert ADAPTERS["json"].read(told({"a": []}), {"items": "a", "title": "t"}).items == ()


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.floats(allow_nan=False),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
                    max_leaves=12))  # fmt: skip
def test_whatever_json_says_it_is_read_or_refused_by_name(data: Any) -> None:
    with contextlib.suppress(Failed):
        found = adapters.detect(told(data))
        assert found is None or found.reading.items == ADAPTERS[found.adapter].read(told(data), found.config).items


NEWSNOW = {
    "status": "success", "id": "weibo", "updatedTime": 1789349400000,
    "items": [
        {"id": "某话题", "title": "某市开标", "url": "https://s.example/1", "extra": {"info": "12万", "hover": "说明"}},
        {"id": 2, "title": "另一条", "url": "https://x.example/2", "pubDate": 1789349400000},
        {"id": 3, "title": "", "url": "https://x.example/3"},
    ],
}  # fmt: skip


def test_newsnow_lists_keep_rank_and_say_that_the_time_is_only_seen() -> None:
    found = adapters.detect(told(NEWSNOW))
    assert found is not None
    assert found.adapter == "newsnow"
    first, second = found.reading.items
    assert (first.native_id, first.text, first.time_confidence) == ("某话题", "说明", "seen")
    assert first.extra == {"rank": 1, "info": "12万"}
    assert (second.native_id, second.published_at, second.time_confidence) == ("2", MORNING, "stated")


def test_another_answer_than_newsnow_is_named() -> None:
    with pytest.raises(Failed):
        ADAPTERS["newsnow"].read(told({"status": "error"}), {})


def test_a_change_of_a_watched_page_is_what_was_added() -> None:
    inner = {"watch_url": "http://w.example/p", "watch_uuid": "u-1", "watch_title": "中心首页",
             "diff_added": "新增：暂停开标", "change_datetime": "2026-09-14T09:30:00+08:00"}  # fmt: skip
    for data in (inner, {"version": "1.0", "title": "t", "message": json.dumps(inner)}, {"message": inner}):
        (item,) = ADAPTERS["changedetection"].read(told(data), {}).items
        assert (item.kind, item.text, item.title) == ("page_change", "新增：暂停开标", "中心首页")
        assert (item.native_id, item.published_at) == ("watch:u-1", MORNING)


def test_a_change_without_its_address_or_text_is_refused() -> None:
    no_text, no_address = {"watch_url": "http://w.example/"}, {"diff_added": "x"}
    for data in (no_text, no_address, ["x"], {"watch_url": "file:///x", "diff": "y"}):
        with pytest.raises(Failed):
            ADAPTERS["changedetection"].read(told(data), {})


def test_entries_of_miniflux_are_known_by_feed_and_hash() -> None:
    data = {
        "event_type": "new_entries", "feed": {"id": 3, "title": "某站"},
        "entries": [
            {"id": 1, "feed_id": 3, "hash": "abc", "title": "题", "url": "http://m.example/a/88001.html",
             "content": "<p>文</p>", "published_at": "2026-09-14T01:30:00Z", "author": "某人"},
            {"id": 2, "feed_id": 3, "hash": "def", "title": "无网址", "url": "", "content": ""},
            {"id": 3, "title": "", "content": ""},
        ],
    }  # fmt: skip
    reading = ADAPTERS["miniflux"].read(told(data), {})
    assert [(item.title, item.text) for item in reading.items] == [("题", "文"), ("无网址", "")]
    assert reading.items[1].native_id == "3:def"
    assert "某人" not in repr(reading)


def test_what_people_look_at_is_read_by_no_programme() -> None:
    with pytest.raises(Failed):
        ADAPTERS["by_hand"].read(told({}), {})
    assert not ADAPTERS["by_hand"].polled
