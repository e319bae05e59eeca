"""C5.8, C5.13, INV-13: a look at a time, on the server's time; a late look stays late; nobody ticks for all."""

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given, settings, strategies as st

from cast import Cast
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.listening import patrol
from huiying.listening.actions import patrolling as patrol_actions
from huiying.listening.models import PatrolCard, PatrolPoint, Post
from huiying.listening.tasks import keep_the_patrol, places_are_looked_at
from huiying.people.errors import Refused
from huiying.people.queries import regulation_now
from huiying.regulation import loader
from huiying.work.models import Notice

HOUR = dt.timedelta(hours=1)
REGULATION = loader.load("anshan")


def a_point(cast: Cast, name: str = "本地论坛", channel_class: str = "论坛") -> PatrolPoint:
    return patrol_actions.add_point(
        name=name, channel_class=channel_class, url="https://bbs.example/", what="涉局帖子",
        owner=cast.department("WGC"), backup=cast.department("BGS"), actor=cast.office,
    )  # fmt: skip


def the_card(point: PatrolPoint) -> PatrolCard:
    return point.cards.latest("opens_at")


def code_of(refusal: pytest.ExceptionInfo[Refused]) -> str:
    return refusal.value.code


# --- windows and cards ------------------------------------------------------------------------------------------------


def test_a_new_place_is_to_be_looked_at_in_the_window_that_is_open(staff: Cast) -> None:
    card = the_card(a_point(staff))
    assert card.opens_at <= clock.now() < card.due_at
    assert card.result == ""


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 364 * 24 * 60), st.integers(1, 80))
def test_the_windows_of_a_day_cover_all_of_it_c5_12(minute: int, hours: int) -> None:
    """Day and night, weekends and holidays: 全天候 leaves no hour out."""
    begin = dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=minute)
    end = begin + dt.timedelta(hours=hours)
    windows = patrol.windows_between(REGULATION, begin, end)
    assert windows[0].opens_at <= begin
    assert windows[-1].due_at >= end
    assert all(one.due_at == two.opens_at for one, two in pairwise(windows))


def test_each_window_has_one_card_however_often_the_loop_runs(staff: Cast, frozen: FrozenClock) -> None:
    point = a_point(staff)
    frozen.advance(24 * HOUR)
    keep_the_patrol()
    keep_the_patrol()
    opened = list(point.cards.values_list("opens_at", flat=True))
    assert len(opened) == len(set(opened)) == 4, "the window of then, and three of the day since"


def test_windows_that_a_stopped_loop_slept_through_are_missed_and_not_forgotten(
    staff: Cast, frozen: FrozenClock
) -> None:
    point = a_point(staff)
    frozen.advance(20 * HOUR)
    keep_the_patrol()
    assert point.cards.filter(result="", due_at__lte=clock.now()).count() == 2


# --- ticks ------------------------------------------------------------------------------------------------------------


def test_nothing_unusual_is_a_record_with_name_and_server_time_c5_8(staff: Cast) -> None:
    card = patrol_actions.tick(the_card(a_point(staff)), "nil", staff.duty)
    assert (card.result, card.ticked_by, card.ticked_at, card.is_late) == ("nil", staff.duty.name, clock.now(), False)
    assert LedgerEntry.objects.filter(chain="patrol", kind="patrol.ticked").count() == 1


def test_a_look_after_the_window_is_kept_and_stays_late_c5_8(staff: Cast, frozen: FrozenClock) -> None:
    card = the_card(a_point(staff))
    frozen.set(card.due_at + HOUR)
    done = patrol_actions.tick(card, "nil", staff.duty)
    assert done.is_late
    assert done.ticked_at == clock.now(), "no time but the server's can be given"
    ledger = LedgerEntry.objects.get(kind="patrol.ticked")
    assert '"late":true' in (ledger.payload or "").replace(" ", "")


def test_a_place_is_ticked_once(staff: Cast) -> None:
    card = patrol_actions.tick(the_card(a_point(staff)), "nil", staff.duty)
    with pytest.raises(Refused) as refusal:
        patrol_actions.tick(card, "nil", staff.duty2)
    assert code_of(refusal) == "ticked"


def test_a_window_that_has_not_begun_is_not_ticked_in_advance(staff: Cast) -> None:
    card = the_card(a_point(staff))
    PatrolCard.objects.filter(pk=card.pk).update(opens_at=clock.now() + HOUR)
    with pytest.raises(Refused) as refusal:
        patrol_actions.tick(card, "nil", staff.duty)
    assert code_of(refusal) == "too_early"


def test_what_was_found_comes_in_as_a_post_and_is_credited_c5_13(staff: Cast) -> None:
    found = "鞍山公共资源交易中心的系统又登不上了，明天开标怎么办"
    card = patrol_actions.tick(the_card(a_point(staff)), "found", staff.duty, text=found)
    assert card.post is not None
    assert card.post.text == found
    assert card.post.staff_report.user == staff.duty


def test_something_found_is_told_and_a_place_that_is_down_says_how(staff: Cast) -> None:
    card = the_card(a_point(staff))
    for result, code in (("found", "empty"), ("unreachable", "no_reason"), ("all good", "unknown_result")):
        with pytest.raises(Refused) as refusal:
            patrol_actions.tick(card, result, staff.duty)
        assert code_of(refusal) == code
    assert not Post.objects.exists()
    assert patrol_actions.tick(card, "unreachable", staff.duty, note="网页报错 502").note == "网页报错 502"


@pytest.mark.parametrize("who", ["inspector", "admin", "legal"])
def test_only_who_patrols_ticks(staff: Cast, who: str) -> None:
    with pytest.raises(Refused) as refusal:
        patrol_actions.tick(the_card(a_point(staff)), "nil", staff.people[who])
    assert code_of(refusal) == "not_permitted"


def test_no_verb_ticks_more_than_one_card_c5_8() -> None:
    """全部打钩 must be impossible: the verb takes one card, and no other writes a result."""
    import inspect

    writers = [
        name
        for name, verb in vars(patrol_actions).items()
        if inspect.isfunction(verb) and "card.result, card.note = " in inspect.getsource(verb)
    ]
    assert writers == ["tick"]
    assert next(iter(inspect.signature(patrol_actions.tick).parameters)) == "card"


# --- places -----------------------------------------------------------------------------------------------------------


def test_a_place_has_an_owner_and_another_as_backup_c5_10(staff: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        patrol_actions.add_point(
            name="论坛二", channel_class="论坛", url="", what="", owner=staff.department("WGC"),
            backup=staff.department("WGC"), actor=staff.office,
        )  # fmt: skip
    assert code_of(refusal) == "one_department"


def test_a_place_is_retired_with_a_reason_and_its_records_stay_c5_4(staff: Cast) -> None:
    point = a_point(staff)
    card = patrol_actions.tick(the_card(point), "nil", staff.duty)
    with pytest.raises(Refused):
        patrol_actions.retire_point(point, "", staff.office)
    patrol_actions.retire_point(point, "论坛已经关站", staff.office)
    assert not patrol.points().filter(pk=point.pk).exists()
    assert PatrolCard.objects.filter(pk=card.pk, result="nil").exists()


def test_a_class_that_the_regulation_does_not_know_is_refused(staff: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        a_point(staff, channel_class="千里眼")
    assert code_of(refusal) == "unknown_class"


def test_the_patrol_list_fills_the_classes_that_nobody_watches(staff: Cast) -> None:
    a_point(staff)
    made = patrol_actions.adopt_points(staff.office)
    classes = set(patrol.points().values_list("channel_class", flat=True))
    assert classes == set(regulation_now().channel_classes)
    assert made == len(classes) - 1, "the forum had one"
    with pytest.raises(Refused) as refusal:
        patrol_actions.adopt_points(staff.office)
    assert code_of(refusal) == "nothing_to_do"


# --- what is late -----------------------------------------------------------------------------------------------------


def test_the_desk_is_reminded_once_when_three_quarters_of_a_window_are_over(staff: Cast, frozen: FrozenClock) -> None:
    card = the_card(a_point(staff))
    frozen.set(card.opens_at + (card.due_at - card.opens_at) * 0.7)
    keep_the_patrol()
    assert not Notice.objects.filter(key__startswith="patrol:").exists()
    frozen.set(card.opens_at + (card.due_at - card.opens_at) * 0.75)
    keep_the_patrol()
    keep_the_patrol()
    told = Notice.objects.filter(key__startswith="patrol:", recipient="duty")
    assert told.count() == 1
    assert "本地论坛" in told.get().body


def test_what_was_looked_at_reminds_nobody(staff: Cast, frozen: FrozenClock) -> None:
    card = patrol_actions.tick(the_card(a_point(staff)), "nil", staff.duty)
    frozen.set(card.due_at - dt.timedelta(minutes=1))
    keep_the_patrol()
    assert not Notice.objects.filter(key__startswith="patrol:").exists()


def test_the_auditor_names_a_place_that_nobody_looked_at_for_too_long_c5_8(staff: Cast, frozen: FrozenClock) -> None:
    a_point(staff)
    gap = regulation_now().monitor.patrol.daily.max_gap_hours
    frozen.advance(gap * HOUR)
    assert "patrol.gap" not in {one.code for one in places_are_looked_at()}
    frozen.advance(dt.timedelta(minutes=1))
    found = next(one for one in places_are_looked_at() if one.code == "patrol.gap")
    assert "本地论坛" in found.sentence_zh


def test_completion_counts_what_was_due_and_what_was_on_time(staff: Cast, frozen: FrozenClock) -> None:
    first, second = a_point(staff), a_point(staff, "贴吧")
    patrol_actions.tick(the_card(first), "nil", staff.duty)
    late = the_card(second)
    frozen.set(late.due_at + HOUR)
    patrol_actions.tick(late, "nil", staff.duty)
    found = patrol.completion(clock.now() - 24 * HOUR, clock.now())
    assert (found.due, found.on_time, found.late, found.rate) == (2, 1, 1, 0.5)
    assert patrol.completion(clock.now() + HOUR, clock.now() + 2 * HOUR).rate is None
