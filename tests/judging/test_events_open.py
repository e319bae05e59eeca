"""From post to event: numbers, first knowledge, grading, and what needs an answer (C6.11, C6.12, INV-2)."""

import datetime as dt

from cast import Cast
from huiying.judging import pipeline
from huiying.judging.models import Event, EventPost, Screening
from huiying.judging.queries import event_of_post, events_to_do, series, similar_known
from huiying.kernel import clock
from huiying.ledger.actions import Actor
from huiying.ledger.queries import entries
from huiying.listening.actions import receive
from huiying.listening.models import Post
from lines_of import parsed
from stream_of import COMPLAINT, OTHER, PRAISE, bring, event_from, grave_event


def test_a_hit_opens_an_event_known_from_the_moment_it_stood_on_the_desk_inv_2(staff: Cast, frozen: clock.FrozenClock):
    (post,) = bring(COMPLAINT, judge=False)
    frozen.advance(dt.timedelta(minutes=7))
    pipeline.judge_pending()
    event = event_of_post(post)
    assert event is not None
    assert event.first_known_at == frozen()
    assert event.first_known_at - post.received_at == dt.timedelta(minutes=7)
    assert (event.state, event.posts_count, event.number) == (Event.OPEN, 1, "E20260914-01")


def test_first_known_does_not_move_when_more_posts_join(staff: Cast, frozen: clock.FrozenClock):
    event = event_from()
    frozen.advance(dt.timedelta(hours=5))
    bring(COMPLAINT + "！", start=1)
    again = Event.objects.get()
    assert again.first_known_at == event.first_known_at
    assert (again.posts_count, again.last_post_at) == (2, frozen())


def test_event_numbers_follow_the_local_day(staff: Cast, frozen: clock.FrozenClock):
    event_from(COMPLAINT)
    frozen.set(dt.datetime(2026, 9, 14, 16, 5, tzinfo=dt.UTC))  # 00:05 the next day in Anshan
    assert event_from(OTHER).number == "E20260915-01"


def test_out_of_scope_posts_are_kept_and_screened_without_an_event_inv_1(staff: Cast):
    (post,) = bring("今天天气真好，去公园走走", region="")
    assert event_of_post(post) is None
    assert Screening.objects.get().band == Screening.OUT
    assert Post.objects.get().screened


def test_a_suggestion_wants_confirming_an_hour_after_first_knowledge(staff: Cast):
    event = event_from()
    assert event.confirm_by == event.first_known_at + dt.timedelta(hours=1)
    assert list(events_to_do()) == [event]


def test_praise_alone_is_noted_without_warning_or_clock(staff: Cast):
    event = event_from(PRAISE)
    assert event.state == Event.NOTED
    assert event.confirm_by is None
    assert event.warnings.count() == 0
    assert Event.objects.filter(pk=event.pk).exists()


def test_a_complaint_that_joins_praise_wakes_the_event_up(staff: Cast, frozen: clock.FrozenClock):
    event = event_from(PRAISE, metrics={"reads": 1})
    frozen.advance(dt.timedelta(hours=3))
    (row,) = receive(
        [parsed("reply", "骗人的，保证金不退没人回复，投诉！" + COMPLAINT, parent_id=f"{PRAISE[:6]}-0")],
        how="import",
        actor=Actor.SYSTEM,
    ).post_ids
    pipeline.judge_pending()
    woken = Event.objects.get(pk=event.pk)
    assert EventPost.objects.get(post=row).event_id == event.pk
    assert woken.state == Event.OPEN
    assert woken.first_known_at == event.first_known_at
    assert woken.confirm_by == frozen() + dt.timedelta(hours=1)
    assert woken.warnings.count() == 1


def test_unknown_figures_stay_unknown_and_known_ones_add_up(staff: Cast):
    bring(COMPLAINT, metrics={"reads": 100})
    bring(COMPLAINT + "！！", start=1, metrics={"comments": 7})
    bring(COMPLAINT + "。", start=2, metrics={"reads": 50, "comments": 1})
    figures = Event.objects.get().grade["figures"]
    assert (figures["reads"], figures["comments"], figures["reposts"]) == (150, 8, None)
    assert Event.objects.get().grade["low"] < Event.objects.get().grade["high"]


def test_an_edited_post_counts_its_readers_once(staff: Cast):
    bring(COMPLAINT, metrics={"reads": 100})
    receive(
        [parsed(f"{COMPLAINT[:6]}-0", COMPLAINT + "（改）", metrics={"reads": 120})], how="import", actor=Actor.SYSTEM
    )
    pipeline.judge_pending()
    event = Event.objects.get()
    assert event.posts_count == 2
    assert event.grade["figures"]["reads"] == 120


def test_figures_that_grow_raise_the_suggestion(staff: Cast):
    event = event_from(COMPLAINT, metrics={"reads": 10})
    bring(COMPLAINT + "！", start=1, metrics={"reads": 5_000_000, "reposts": 9000}, outlet_tier=3)
    grown = Event.objects.get(pk=event.pk)
    assert (event.suggested_level, grown.suggested_level) == ("L1", "L3")
    kinds = [entry.kind for entry in entries(f"event:{event.number}")]
    assert kinds.count("event.graded") == 2


def test_the_chain_of_an_event_tells_its_story(staff: Cast):
    event = event_from()
    bring(COMPLAINT + "！", start=1)
    kinds = [entry.kind for entry in entries(f"event:{event.number}")]
    assert kinds == ["event.opened", "event.graded", "event.warned", "event.joined"]


def test_hours_run_from_the_first_post_to_the_last_received(staff: Cast):
    event = event_from(COMPLAINT, published_at="2026-09-14T04:00:00+08:00")
    assert event.grade["figures"]["hours"] == 6
    future = event_from(OTHER, published_at="2030-01-01T00:00:00Z", seen_at="2026-09-14T00:00:00Z")
    assert future.first_published_at is None


def test_the_gravest_post_names_the_department(staff: Cast):
    event = grave_event()
    assert event.lead
    assert event.reasons
    assert event.confirm_with


def test_hourly_counts_hold_the_empty_hours(staff: Cast):
    bring(COMPLAINT, published_at="2026-09-14T06:30:00+08:00")
    bring(COMPLAINT + "！", start=1, published_at="2026-09-14T09:10:00+08:00")
    assert [count for _hour, count in series(Event.objects.get())] == [1, 0, 0, 1]


def test_the_matter_of_a_text_is_recognised(staff: Cast):
    event = event_from()
    assert similar_known(COMPLAINT[:30]) == event
    assert similar_known("完全是另外一件不相干的事情，讲的是公园里的花") is None
    assert similar_known("") is None
