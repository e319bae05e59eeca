"""The weekly sample of what was put aside: drawn once, by a seed, and what it says of what is missed (C5.16)."""

import datetime as dt

import pytest

from cast import Cast
from huiying.judging import actions, tasks
from huiying.judging.actions import sampling
from huiying.judging.models import Event, SampledPost, SampleDraw, Screening
from huiying.kernel import clock
from huiying.ledger.queries import entries
from huiying.people.errors import Refused
from huiying.work.models import Job
from stream_of import bring


def aside(count: int, start: int = 0) -> list[Screening]:
    """Posts that the machine put aside, screened now."""
    posts = bring(*[f"今天去公园走走，看见第 {start + number} 只鸽子" for number in range(count)], start=start)
    Screening.objects.filter(post__in=posts).update(band=Screening.OUT, cleared="", life_safety=False)
    return list(Screening.objects.filter(post__in=posts))


def drawn(frozen: clock.FrozenClock, size: int = sampling.SIZE) -> SampleDraw:
    """Next week's draw of what was put aside in this one."""
    frozen.advance(dt.timedelta(days=7))
    found = sampling.draw_week(sampling.week_before(clock.now()), size)
    assert found is not None
    return found


def test_a_week_is_drawn_from_all_that_was_put_aside_in_it(staff: Cast, frozen: clock.FrozenClock):
    aside(5)
    draw = drawn(frozen, size=3)
    assert (draw.population, draw.size, draw.posts.count()) == (5, 3, 3)
    assert draw.week.weekday() == 0
    assert [e.kind for e in entries("posts")][-1] == "sample.drawn"


def test_the_same_week_is_drawn_once_and_anybody_can_draw_it_again(staff: Cast, frozen: clock.FrozenClock):
    aside(9)
    first = drawn(frozen, size=4)
    again = sampling.draw_week(first.week, 4)
    assert again == first
    chosen = list(first.posts.order_by("place").values_list("screening_id", flat=True))
    SampledPost.objects.all().delete()
    SampleDraw.objects.all().delete()
    once_more = sampling.draw_week(first.week, 4)
    assert once_more is not None
    assert list(once_more.posts.order_by("place").values_list("screening_id", flat=True)) == chosen


def test_a_week_in_which_nothing_was_put_aside_is_not_drawn(staff: Cast):
    assert sampling.draw_week(dt.date(2026, 1, 5)) is None
    assert SampleDraw.objects.count() == 0


def test_danger_to_life_is_never_in_a_sample(staff: Cast, frozen: clock.FrozenClock):
    (row,) = aside(1)
    Screening.objects.filter(pk=row.pk).update(life_safety=True)
    frozen.advance(dt.timedelta(days=7))
    assert sampling.draw_week(sampling.week_before(clock.now())) is None


def test_the_loop_draws_last_week_and_twice_is_once(staff: Cast, frozen: clock.FrozenClock):
    aside(3)
    frozen.advance(dt.timedelta(days=7))
    tasks.draw_last_week()
    tasks.draw_last_week()
    assert SampleDraw.objects.count() == 1


def test_a_sampled_post_that_matters_comes_to_the_desk_and_leaves_a_missed_report(
    staff: Cast, frozen: clock.FrozenClock
):
    """DESIGN: found late in the sample opens a 漏报 row, not a case that was born overdue (INV-2)."""
    aside(1)
    drawn(frozen)
    (row,) = sampling.sampled()
    actions.clear_suspect(row.screening, "hit", staff.duty)
    event = Event.objects.get()
    assert (event.state, event.first_known_at) == (Event.OPEN, frozen())
    assert Job.objects.get(kind="late_knowledge").payload["event"] == event.pk
    assert list(sampling.sampled()) == []


def test_the_estimate_bounds_what_was_missed(staff: Cast, frozen: clock.FrozenClock):
    aside(20)
    drawn(frozen, size=10)
    rows = list(sampling.sampled())
    for row in rows[:8]:
        actions.clear_suspect(row.screening, "out", staff.duty)
    actions.clear_suspect(rows[8].screening, "hit", staff.duty)
    told = sampling.estimate()
    assert (told.seen, told.found, told.population) == (9, 1, 20)
    assert told.low < 1 / 9 < told.high
    assert told.missed == (round(told.low * 20), round(told.high * 20))


def test_what_nobody_looked_at_says_nothing(staff: Cast, frozen: clock.FrozenClock):
    aside(4)
    drawn(frozen)
    told = sampling.estimate()
    assert (told.seen, told.share, told.recall) == (0, None, None)
    assert (told.low, told.high) == (0.0, 1.0)


def test_what_reached_the_desk_bounds_the_recall(staff: Cast, frozen: clock.FrozenClock):
    bring("鞍山交易中心评标围标，三家标书一模一样")
    aside(30)
    drawn(frozen)
    for row in sampling.sampled():
        actions.clear_suspect(row.screening, "out", staff.duty)
    told = sampling.estimate()
    assert told.reached == 1
    assert told.recall is not None
    least, most = told.recall
    assert (least, most) == (pytest.approx(1 / (1 + told.missed[1])), 1.0)


def test_only_the_last_weeks_count(staff: Cast, frozen: clock.FrozenClock):
    for week in range(6):
        aside(2, start=10 * week)
        drawn(frozen)
    for row in sampling.sampled():
        actions.clear_suspect(row.screening, "out", staff.duty)
    assert sampling.estimate(weeks=4).seen == 8


def test_others_do_not_review_a_sample(staff: Cast, frozen: clock.FrozenClock):
    aside(1)
    drawn(frozen)
    (row,) = sampling.sampled()
    with pytest.raises(Refused):
        actions.clear_suspect(row.screening, "out", staff.works_head)
