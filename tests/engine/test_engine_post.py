"""The open format `huiying.post/1` and the given labelled files (C5.2 to C5.7, INV-10)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, strategies as st

from huiying.engine.post import (
    CHANNEL_CLASSES,
    UNCLASSIFIED,
    Post,
    PostError,
    channel_class_of,
    labelled_relevant,
    parse_post,
)


def _refused(**given_fields: object) -> PostError:
    with pytest.raises(PostError) as caught:
        parse_post({"native_id": "A1", "text": "鞍山", **given_fields}, line=7)
    return caught.value


def test_an_id_and_a_text_are_enough():
    post = parse_post({"native_id": "A1", "text": "鞍山"})
    assert (post.native_id, post.text, post.own_channel, post.metrics) == ("A1", "鞍山", False, {})
    assert post.published_at is None
    assert post.time_confidence == "unknown"


def test_a_title_stands_in_for_a_missing_text():
    assert parse_post({"native_id": "A1", "title": "公告"}).full_text == "公告"


@pytest.mark.parametrize("missing", [{"native_id": None}, {"native_id": ""}, {"text": ""}, {"text": " \x00 "}])
def test_a_post_without_id_or_words_is_refused(missing):
    assert _refused(**missing).field in ("native_id", "text")


def test_an_error_names_line_field_expectation_and_fix():
    error = _refused(metrics={"reads": -1})
    assert error.field == "metrics.reads"
    assert error.line == 7
    assert "第 7 行" in str(error)
    assert "未掌握请填 null" in str(error)


def test_the_shape_of_the_worked_examples_is_read_as_it_stands(examples):
    by_id = {row["id"]: parse_post(row) for row in examples}
    assert by_id["P13"].outlet_tier == 4
    assert by_id["P13"].extra["grading"]["plat"] == 6
    assert by_id["P13"].kind == "post"
    assert by_id["P04"].channel_class == "12345热线"
    assert by_id["P04"].own_channel is True


def test_media_tier_of_labelled_files_is_the_outlet_tier():
    assert parse_post({"id": "D1", "text": "鞍山", "platform": "论坛", "media_tier": 2}).outlet_tier == 2


def test_a_label_beginning_with_irrelevant_means_not_relevant():
    assert labelled_relevant({"kind": "无关(异地)"}) is False
    assert labelled_relevant({"kind": "投诉"}) is True
    assert labelled_relevant({"kind": "comment"}) is None
    assert labelled_relevant({"kind": "无关", "relevant": True}) is True


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("12345", "12345热线"),
        ("12345转办件", "12345热线"),
        ("本地论坛", "论坛"),
        ("微博", "微博客"),
        ("短视频平台", "短视频"),
        ("门户网站跟帖", "新闻跟帖"),
        ("局门户网站留言", "门户网站"),
        ("局长信箱", "局长信箱"),
        ("Weibo", "微博客"),
        ("元宇宙广播站台2.0", "传统媒体"),
        ("从未见过的渠道", UNCLASSIFIED),
        ("", UNCLASSIFIED),
    ],
)
def test_channel_words_map_and_unknown_ones_are_kept_unclassified(name, expected):
    assert channel_class_of(name) == expected


@given(st.text(max_size=40))
def test_no_channel_word_is_ever_refused(name):
    assert channel_class_of(name) in (*CHANNEL_CLASSES, UNCLASSIFIED)


def test_a_time_without_zone_is_taken_as_local_and_marked():
    post = parse_post({"native_id": "A", "text": "x", "published_at": "2026-07-20T08:00:00"})
    assert post.published_at == datetime(2026, 7, 20, 0, 0, tzinfo=UTC)
    assert post.time_confidence == "assumed_zone"


def test_a_time_ahead_of_the_moment_it_was_seen_is_kept_and_marked():
    base = {"native_id": "A", "text": "x", "seen_at": "2026-07-20T08:00:00Z"}
    assert parse_post({**base, "published_at": "2026-07-20T08:09:00Z"}).time_confidence == "stated"
    assert parse_post({**base, "published_at": "2026-07-20T08:11:00Z"}).time_confidence == "future"
    assert parse_post({**base, "published_at": "2199-12-31T23:59:59Z"}).time_confidence == "future"


@pytest.mark.parametrize("value", ["昨天", "2026-13-01T00:00:00Z", 1753000000, "0001-01-01T00:00:00+14:00"])
def test_a_time_that_is_none_is_refused(value):
    assert _refused(published_at=value).field == "published_at"


def test_a_text_over_one_megabyte_is_refused_with_a_sentence():
    error = _refused(text="标" * 400_000)
    assert error.field == "text"
    assert "1 MB" in str(error)


def test_control_characters_overrides_and_lone_surrogates_are_cleaned():
    post = parse_post({"native_id": "A", "text": "围\x00标\u202e\r\n\ud800尾\x9b"})
    assert post.text == "围标\n?尾"


def test_markup_stays_text():
    text = "<script>alert('鞍山')</script><img src=x onerror=1>"
    assert parse_post({"native_id": "A", "text": text}).text == text


def test_fields_that_name_a_person_are_not_kept():
    """INV-10: what a collector hands over about an author stops at the door."""
    post = parse_post(
        {
            "native_id": "A",
            "text": "x",
            "author": "某某",
            "user_id": "42",
            "voice": "acc-42",
            "extra": {"author_name": "某某", "用户昵称": "某某", "topic": "招标", "raw": [{"nick": "某某"}]},
        }
    )
    assert post.extra == {"topic": "招标", "raw": [{}]}
    assert "某某" not in repr(post)
    assert "acc-42" not in repr(post)
    assert "voice" not in post.to_dict()


@pytest.mark.parametrize(
    "bad",
    [
        {"metrics": [1]},
        {"metrics": {"reads": float("nan")}},
        {"metrics": {"reads": True}},
        {"metrics": {"reads": "很多"}},
        {"metrics": {"offline": -1}},
        {"outlet_tier": 5},
        {"outlet_tier": True},
        {"own_channel": "yes"},
        {"url": ["x"]},
        {"extra": "x"},
        {"extra": {"a": float("inf")}},
        {"extra": {"grading": "x"}},
        {"extra": {"a": "x" * 70_000}},
        {"schema": "huiying.post/2"},
        {"region": "鞍" * 600},
    ],
)
def test_wrong_values_are_refused_by_name(bad):
    assert _refused(**bad).field.split(".")[0] == next(iter(bad))


def test_unknown_figures_are_none_and_never_zero():
    post = parse_post({"native_id": "A", "text": "x", "metrics": {"reads": "未掌握", "likes": "12"}})
    assert post.metrics == {"reads": None, "likes": 12}


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
_FIELDS = [
    *Post.__dataclass_fields__,
    *("media_tier", "channel", "id", "repost", "schema"),
]


@given(st.dictionaries(st.sampled_from(_FIELDS), _JSON, max_size=8))
def test_any_object_is_either_a_post_or_a_post_error(obj):
    try:
        post = parse_post(obj)
    except PostError:
        return
    assert post.native_id
    assert post.full_text.strip()
    assert parse_post(post.to_dict()).text == post.text


@given(
    st.text(min_size=1, max_size=40).filter(lambda text: text.strip() and text.isprintable()),
    st.sampled_from([None, "2026-07-20T08:00:00+08:00", "2026-07-20T08:00:00"]),
    st.none() | st.integers(0, 10**12),
)
def test_what_is_written_is_read_back_equal(text, moment, reads):
    post = parse_post({"native_id": "A", "text": text, "published_at": moment, "metrics": {"reads": reads}})
    again = parse_post(post.to_dict())
    if moment and "+" not in moment:
        assert again.published_at == post.published_at
    else:
        assert again == post
