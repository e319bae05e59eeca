"""What an event's members add up to: post by post and all at once give the same (INV-12), at a flat cost."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings, strategies as st

from cast import Cast
from huiying.judging import actions, engines, merging, opening, pipeline
from huiying.judging.models import Event, EventPost, Screening
from huiying.kernel import clock
from huiying.listening.models import Post
from stream_of import COMPLAINT, OTHER, PRAISE, RUMOUR, bring, event_from

FIGURES = ("reads", "reposts", "comments")
TEXTS = (COMPLAINT, OTHER, PRAISE, RUMOUR)


def snapshot(event: Event) -> tuple:
    named = ("title", "lead", "concern", "suggested_level", "state", "platforms_count", "reasons", "posts_count")
    return (
        opening.read_tally(event.tally),
        *(getattr(event, name) for name in named),
        json.loads(json.dumps(event.grade)),
    )


def committed() -> None:
    """As after a commit, which a test's transaction never reaches: the engine need not be rebuilt."""
    engines.engine()._uncommitted = False


def recounted(event: Event) -> tuple:
    """The event as counting all its members again describes it."""
    fresh = Event.objects.get(pk=event.pk)
    opening.count(fresh, clock.now())
    return snapshot(fresh)


POSTS = st.lists(
    st.tuples(
        st.sampled_from(TEXTS),
        st.sampled_from(["微博", "论坛", "贴吧"]),
        st.dictionaries(st.sampled_from(FIGURES), st.one_of(st.none(), st.integers(0, 10**7)), max_size=3),
        st.sampled_from([None, 0, 2, 3]),
        st.floats(0, 1, allow_nan=False),
    ),
    min_size=1,
    max_size=8,
)


@given(POSTS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_counting_one_by_one_and_all_at_once_give_the_same(staff: Cast, posts: list[tuple]) -> None:
    """INV-12, in any order of what adds up."""
    members = []
    for number, (text, platform, metrics, tier, attitude) in enumerate(posts):
        post = Post(
            platform=platform, native_id=str(number), metrics=metrics, text=text, channel_class="论坛",
            received_at=clock.now() + dt.timedelta(seconds=number),
        )  # fmt: skip
        figures = {"platforms": 1, "tier": tier, "attitude": attitude, "offline": number % 3, "casualty": number % 2}
        row = Screening(
            pk=number + 1, post=post, score=0.5, sensitivity=number % 4, level="L1", concern=text[:2], figures=figures
        )
        members.append((post, row))
    one_by_one = opening.Tally()
    for post, row in members:
        one_by_one.add(post, row)
    assert one_by_one == opening.tally_of(members)
    backwards = opening.tally_of(members[::-1])
    for name in ("totals", "criticism", "sensitivity", "offline", "tier", "gravest"):
        assert getattr(backwards, name) == getattr(one_by_one, name)
    assert opening.read_tally(one_by_one.as_json()) == one_by_one


def test_an_event_that_grew_batch_by_batch_equals_one_counted_anew(staff: Cast) -> None:
    event = event_from(COMPLAINT, metrics={"reads": 40})
    for number in range(6):
        bring(
            COMPLAINT + "！" * number, start=10 + number, metrics={"reads": 100 * number}, platform=f"平台{number % 2}"
        )
    event.refresh_from_db()
    assert event.posts_count == 7
    assert snapshot(event) == recounted(event)


def test_a_later_version_of_a_post_does_not_count_its_readers_twice(staff: Cast) -> None:
    """INV-1 keeps both versions; the figures are those of the later one."""
    event = event_from(COMPLAINT, metrics={"reads": 1000})
    first = Post.objects.get()
    bring(f"{COMPLAINT}！补充一句", metrics={"reads": 1500})
    Post.objects.exclude(pk=first.pk).update(native_id=first.native_id, version=2)
    event.refresh_from_db()
    opening.assess(event, clock.now())
    kept = opening.read_tally(event.tally)
    assert kept is not None
    assert kept.members == 2
    assert kept.totals["reads"] == 1500


def test_an_event_from_before_the_tally_is_counted_when_it_grows(staff: Cast) -> None:
    event = event_from(COMPLAINT, metrics={"reads": 40})
    Event.objects.update(tally={})
    bring(COMPLAINT + "！", start=5, metrics={"reads": 2})
    event.refresh_from_db()
    kept = opening.read_tally(event.tally)
    assert kept is not None
    assert (kept.members, kept.totals["reads"]) == (2, 42)


def test_an_event_that_took_another_in_is_counted_with_its_members(staff: Cast) -> None:
    winner, loser = event_from(COMPLAINT, metrics={"reads": 40}), event_from(OTHER, start=7, metrics={"reads": 2})
    actions.merge_events(loser, winner, staff.office)
    bring(COMPLAINT + "！", start=20, metrics={"reads": 3})
    winner.refresh_from_db()
    kept = opening.read_tally(winner.tally)
    assert kept is not None
    assert (kept.members, kept.totals["reads"]) == (3, 45)
    actions.unmerge(Event.objects.get(pk=loser.pk), staff.office)
    winner.refresh_from_db()
    assert snapshot(winner) == recounted(winner)
    assert winner.tally["members"] == 2


def test_an_event_that_was_opened_and_took_another_in_within_one_batch_counts_both(staff: Cast) -> None:
    loser = event_from(OTHER, metrics={"reads": 2})
    post = bring(COMPLAINT, judge=False, start=9, metrics={"reads": 40})[0]
    real = merging.adopt

    def engine_that_merges(posts: list, judge: object, now: dt.datetime) -> pipeline.Joined:
        joined = pipeline_join(posts, judge, now)
        opened = Event.objects.get(pk=next(iter(joined.opened)))
        winner = real(loser.stream_no, opened.stream_no, joined.events)
        assert winner is not None
        joined.took_in.add(winner.pk)
        return joined

    pipeline_join = pipeline.join
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(pipeline, "join", engine_that_merges)
        pipeline.judge_pending()
    winner = EventPost.objects.get(post=post).event
    assert winner.tally["members"] == 2
    assert winner.tally["totals"]["reads"] == 42


def test_a_post_more_asks_as_much_of_the_database_however_many_stood_there(staff: Cast) -> None:
    """The flat cost of the size table, counted in statements and rows, not in seconds."""

    def statements(count: int, start: int) -> int:
        bring(*(f"{COMPLAINT}{'！' * n}" for n in range(count)), start=start)
        bring(COMPLAINT + "。再问", judge=False, start=start + count)
        committed()
        with CaptureQueriesContext(connection) as seen:
            pipeline.judge_pending()
        assert not any("judging_eventpost" in query["sql"] and "INNER JOIN" in query["sql"] for query in seen)
        return len(seen)

    few = statements(2, 0)
    assert statements(60, 100) <= few


def test_the_batch_costs_the_same_number_of_statements_for_many_posts_out_of_scope(staff: Cast) -> None:
    """The great majority of a stream must be cheapest."""

    def statements(count: int, start: int) -> int:
        bring(*(f"今天午饭吃了面，第{start + n}碗" for n in range(count)), judge=False, start=start)
        committed()
        with CaptureQueriesContext(connection) as seen:
            assert pipeline.judge_pending().screened == count
        return len(seen)

    statements(1, 0)  # the engine starts
    assert statements(40, 100) == statements(2, 500) <= 16


def test_a_batch_that_opens_many_events_numbers_them_in_the_order_of_their_posts(staff: Cast) -> None:
    places = bring(*TEXTS)
    numbers = list(dict.fromkeys(EventPost.objects.get(post=post).event.number for post in places))
    assert len(numbers) > 1
    assert numbers == sorted(numbers)
