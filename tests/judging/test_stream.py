"""The stream under filters: what fits and nothing else, page after page, and which silence an empty list is (C5.16)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings, strategies as st

from cast import Cast
from huiying.judging import actions, stream
from huiying.judging.models import Event, EventPost, Screening
from huiying.judging.stream import Filters, Silence
from huiying.kernel.clock import FrozenClock
from huiying.listening import searching
from huiying.listening.models import Post
from stream_of import COMPLAINT, LIFE, OTHER, PRAISE, RUMOUR, bring

CHATTER = "今天午饭吃了面，味道不错"
DAYS = dt.timedelta(days=1)


@pytest.fixture
def desk(staff: Cast, frozen: FrozenClock, tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> list[Post]:
    """Six posts of three days and two classes of channel; the third day's are not indexed yet."""
    monkeypatch.setenv("HUIYING_HOME", str(tmp_path))
    posts = bring(COMPLAINT, CHATTER, channel_class="论坛")
    frozen.advance(DAYS)
    posts += bring(OTHER, PRAISE, start=2, channel_class="微博客", platform="微博")
    searching.catch_up()
    frozen.advance(DAYS)
    return posts + bring(RUMOUR, f"{CHATTER}！", start=4, channel_class="论坛")


def numbers(limit: int = 50, at: int | None = None, **narrowed: object) -> list[int]:
    return [row.post_id for row in stream.posts(Filters(**narrowed), limit, at).rows]  # type: ignore[arg-type]


def test_every_screened_post_is_listed_newest_first_and_turned_round(desk: list[Post]) -> None:
    every = [post.pk for post in desk]
    assert numbers() == every[::-1]
    assert numbers(oldest=True) == every


FITS: dict[str, tuple[object, Callable[[Screening], bool]]] = {
    "band": ("hit", lambda row: row.band == "hit"),
    "channel": ("论坛", lambda row: row.post.channel_class == "论坛"),
    "rule": ("K001", lambda row: "K001" in row.rules),
    "case": ("no", lambda row: True),
    "since": (dt.date(2026, 9, 15), lambda row: row.post.received_at.date() >= dt.date(2026, 9, 15)),
    "until": (dt.date(2026, 9, 15), lambda row: row.post.received_at.date() <= dt.date(2026, 9, 15)),
    "q": ("公共资源", lambda row: "公共资源" in row.post.text),
}


@given(st.sets(st.sampled_from(sorted(FITS))), st.booleans())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_filters_together_show_what_fits_each_of_them(desk: list[Post], chosen: set[str], oldest: bool) -> None:
    rows = Screening.objects.select_related("post").order_by("-post_id")
    expected = [row.post_id for row in rows if all(FITS[name][1](row) for name in chosen)]
    if oldest and "q" not in chosen:
        expected.reverse()
    assert numbers(oldest=oldest, **{name: FITS[name][0] for name in chosen}) == expected


@pytest.mark.parametrize("name", ["concern", "lead", "level"])
def test_what_the_screen_suggests_narrows_the_list(desk: list[Post], name: str) -> None:
    rows = Screening.objects.exclude(**{name: ""}).order_by("-post_id")
    value = getattr(rows[0], name)
    assert numbers(**{name: value}) == [row.post_id for row in rows if getattr(row, name) == value]


@pytest.mark.parametrize("q", ["", "公共资源"])
def test_pages_follow_one_another_without_a_gap_or_a_repeat(desk: list[Post], q: str) -> None:
    whole, found, at = numbers(q=q), [], None
    for _turn in range(10):
        page = stream.posts(Filters(q=q), 2, at)
        found += [row.post_id for row in page.rows]
        at = page.after
        if at is None:
            break
    assert found == whole
    assert len(whole) > 2


def test_posts_with_and_without_a_case_are_told_apart(desk: list[Post]) -> None:
    place = EventPost.objects.get(post=desk[0])
    Event.objects.filter(pk=place.event_id).update(state=Event.CASED)
    cased = set(EventPost.objects.filter(event=place.event_id).values_list("post_id", flat=True))
    assert set(numbers(case="yes")) == cased
    assert set(numbers(case="no")) == {post.pk for post in desk} - cased


def test_danger_to_life_is_on_no_list_of_the_stream(desk: list[Post]) -> None:
    (post,) = bring(LIFE, start=9, own_channel=True)
    assert post.pk not in numbers()
    assert post.pk not in numbers(q="货款")
    assert not any(event.life_safety for event in stream.events(Filters()))


def test_the_three_silences_and_the_wait_are_told_apart(staff: Cast, frozen: FrozenClock) -> None:
    assert stream.silence(Filters()) == (Silence.NOT_COLLECTED, None)
    (post,) = bring(COMPLAINT, channel_class="论坛", judge=False)
    assert stream.silence(Filters())[0] is Silence.NOT_JUDGED
    bring(OTHER, start=3, channel_class="论坛")
    assert stream.silence(Filters(band="suspect"))[0] is Silence.NOTHING_FITS
    assert stream.silence(Filters(channel="短视频")) == (Silence.NOT_COLLECTED, None)
    frozen.advance(3 * DAYS)
    today = dt.date(2026, 9, 17)
    assert stream.silence(Filters(since=today)) == (Silence.SOURCE_SILENT, post.received_at)
    assert stream.silence(Filters(channel="论坛", since=today, until=today))[0] is Silence.SOURCE_SILENT


def test_events_are_narrowed_and_ordered_as_asked(desk: list[Post], staff: Cast) -> None:
    every = list(Event.objects.order_by("id"))
    most = every[-1]
    Event.objects.filter(pk=most.pk).update(posts_count=99, suggested_level="L4", lead="GCC", state=Event.ENDED)
    assert next(iter(stream.events(Filters(), "most"))).pk == most.pk
    assert next(iter(stream.events(Filters(), "gravest"))).pk == most.pk
    for narrowed in (Filters(level="L4"), Filters(lead="GCC"), Filters(state="ended"), Filters(case="yes")):
        assert [event.pk for event in stream.events(narrowed)] == [most.pk]
    assert most.pk not in {event.pk for event in stream.events(Filters(case="no"))}
    assert [event.pk for event in stream.events(Filters(q=most.number))] == [most.pk]
    day = dt.date(2026, 9, 15)
    early = {event.pk for event in Event.objects.all() if event.last_post_at.date() <= day}
    assert {event.pk for event in stream.events(Filters(until=day))} == early
    assert {event.pk for event in stream.events(Filters(since=day + DAYS))} == {event.pk for event in every} - early


def test_what_a_person_took_off_the_desk_names_no_event(staff: Cast) -> None:
    (post,) = bring("招标公告发布了", start=1)
    row = Screening.objects.get(post=post)
    if row.band != Screening.SUSPECT:
        Screening.objects.filter(pk=row.pk).update(band=Screening.SUSPECT)
    actions.clear_suspect(Screening.objects.get(pk=row.pk), "hit", staff.duty)
    actions.undo_clear(Screening.objects.get(pk=row.pk), staff.duty)
    (shown,) = stream.posts(Filters(), 10).rows
    assert shown.post.membership.withdrawn_at is not None


@pytest.mark.parametrize(
    ("filters", "index"),
    [
        (Filters(band="hit"), "screening_band"),
        (Filters(lead="Z-XX"), "screening_lead"),
        (Filters(level="L3"), "screening_level"),
        (Filters(concern="投诉"), "screening_concern"),
    ],
)
def test_a_filter_walks_along_its_index_without_sorting(desk: list[Post], filters: Filters, index: str) -> None:
    """The size table: a page of a million posts must not read them all."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL chooses by the size of the table, and this one is small")
    sql, parameters = stream._shown(stream._narrowed(filters)).order_by("-post_id")[:31].query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)
        plan = " / ".join(row[3] for row in cursor.fetchall())
    assert index in plan
    assert "TEMP B-TREE" not in plan
    # That index holds the few labelled events and nothing else (§6.1 S8): to walk along it is to read those.
    assert "SCAN" not in plan.replace("SCAN U0 USING INDEX event_sensitive", "")
