"""Taking posts in, health and public answers over REST (C5.16, INV-1)."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from huiying.kernel import clock
from huiying.listening.models import Post
from huiying.work.models import Heartbeat

GOOD = {"schema": "huiying.post/1", "native_id": "1", "platform": "本地论坛", "text": "开标系统又打不开了"}


def test_each_post_is_kept_once_however_often_it_is_sent(as_):
    duty = as_("duty")
    status, body = duty.post("posts", [GOOD, GOOD | {"native_id": "2"}, GOOD])
    assert status == 200
    assert (body["received"], body["new"], body["duplicate"], body["rejected"]) == (3, 2, 1, [])
    assert duty.post("posts", [GOOD])[1]["duplicate"] == 1
    assert Post.objects.count() == 2


def test_a_bad_row_is_named_and_the_others_are_kept(as_):
    rows = [
        GOOD,
        {"text": "没有编号"},
        "不是对象",
        GOOD | {"native_id": "4", "text": "", "title": ""},
        GOOD | {"native_id": "5"},
    ]
    status, body = as_("duty").post("posts", rows)
    assert status == 200
    assert body["new"] == 2
    assert [row["row"] for row in body["rejected"]] == [2, 3, 4]
    assert body["rejected"][0]["field"] == "native_id"
    assert all(row["reason"] for row in body["rejected"])


def test_only_the_duty_desk_hands_in_files(as_):
    for who in ("tech_head", "legal", "admin"):
        status, body = as_(who).post("posts", [GOOD])
        assert (status, body["code"]) == (409, "not_permitted")
    assert Post.objects.count() == 0


def test_too_many_rows_at_once_are_refused_in_words(as_):
    status, body = as_("duty").post("posts", [{}] * 5001)
    assert status == 422
    assert "最多 5000 项" in body["fields"][0]["error"]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(
        st.one_of(
            st.none(),
            st.integers(),
            st.text(max_size=8),
            st.dictionaries(
                st.sampled_from(["native_id", "text", "title", "platform", "metrics", "published_at", "kind", "extra"]),
                st.one_of(st.none(), st.integers(), st.text(max_size=12), st.lists(st.integers(), max_size=2)),
            ),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_whatever_is_sent_every_row_is_kept_or_named(as_, rows):
    """INV-1 at the door: received + rejected = sent, and the server never breaks."""
    status, body = as_("duty").post("posts", rows)
    assert status == 200
    assert body["received"] + len(body["rejected"]) == len(rows)


def test_health_is_503_until_the_loop_has_lived_and_when_it_falls_silent(stranger, frozen):
    assert stranger.get("health") == (503, {"ok": False, "loop_age_seconds": None})
    Heartbeat.objects.create(name="loop:one", at=clock.now(), pid=1)
    frozen.advance(dt.timedelta(seconds=30))
    assert stranger.get("health") == (200, {"ok": True, "loop_age_seconds": 30.0})
    frozen.advance(dt.timedelta(seconds=61))
    assert stranger.get("health") == (503, {"ok": False, "loop_age_seconds": 91.0})


def test_a_search_for_a_nul_is_named(stranger):
    status, body = stranger.get("answers", q="a\x00b")
    assert (status, [field["field"] for field in body["fields"]]) == (422, ["q"])


@pytest.mark.parametrize("word", ["%", "'; drop table", "字" * 60])
def test_odd_searches_find_nothing_and_break_nothing(stranger, word: str):
    assert stranger.get("answers", q=word) == (200, {"count": 0, "items": []})


def test_a_search_that_is_too_long_is_named(stranger):
    status, body = stranger.get("answers", q="字" * 61)
    assert (status, body["fields"]) == (422, [{"field": "q", "error": "最多写 60 个字。"}])
