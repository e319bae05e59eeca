"""C5.9: denser patrol and wider words from a person's word on, until a person ends it. It never lapses."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from cast import Cast
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.listening import patrol
from huiying.listening.actions import patrolling as patrol_actions
from huiying.listening.models import EmergencyWatch, PatrolCard
from huiying.listening.tasks import keep_the_patrol
from huiying.people.errors import Refused
from huiying.work.models import Notice

WHAT = "开标系统大面积中断"
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def watched(staff: Cast) -> Cast:
    patrol_actions.add_point(
        name="本地论坛", channel_class="论坛", url="", what="", owner=staff.department("WGC"),
        backup=staff.department("BGS"), actor=staff.office,
    )  # fmt: skip
    return staff


def declared(cast: Cast, *words: str, every: int | None = 10) -> EmergencyWatch:
    return patrol_actions.declare_emergency(WHAT, words, cast.duty, every_minutes=every)


def code_of(refusal: pytest.ExceptionInfo[Refused]) -> str:
    return refusal.value.code


def test_every_place_is_to_be_looked_at_every_few_minutes(watched: Cast, frozen: FrozenClock) -> None:
    watch = declared(watched)
    frozen.advance(25 * MINUTE)
    keep_the_patrol()
    cards = PatrolCard.objects.filter(emergency=watch).order_by("opens_at")
    assert [(card.due_at - card.opens_at) for card in cards] == [10 * MINUTE] * 3
    assert cards[0].opens_at == watch.declared_at


def test_the_time_to_the_first_look_is_kept(watched: Cast, frozen: FrozenClock) -> None:
    watch = declared(watched)
    frozen.advance(4 * MINUTE)
    first = PatrolCard.objects.get(emergency=watch)
    patrol_actions.tick(first, "nil", watched.duty)
    watch.refresh_from_db()
    assert watch.first_look_at == watch.declared_at + 4 * MINUTE


def test_it_is_sent_to_the_desk_and_to_who_leads_at_once(watched: Cast) -> None:
    watch = declared(watched)
    told = set(Notice.objects.filter(key=f"emergency:{watch.pk}").values_list("recipient", flat=True))
    assert {"duty", "shift", "deputy", "top"} <= told


def test_it_never_ends_by_itself_and_asks_each_day_c5_9(watched: Cast, frozen: FrozenClock) -> None:
    watch = declared(watched)
    for day in range(1, 4):
        frozen.advance(dt.timedelta(hours=24))
        keep_the_patrol()
        keep_the_patrol()
        watch.refresh_from_db()
        assert watch.ended_at is None, day
        asked = Notice.objects.filter(key__startswith=f"emergency:{watch.pk}:", recipient="shift")
        assert asked.count() == day
    assert patrol.emergency() == watch


def test_only_whoever_leads_the_shift_or_above_ends_it_with_a_reason_c5_9(watched: Cast) -> None:
    watch = declared(watched)
    for who in ("duty", "editor", "inspector"):
        with pytest.raises(Refused) as refusal:
            patrol_actions.end_emergency(watch, "系统已经恢复", watched.people[who])
        assert code_of(refusal) == "not_permitted"
    with pytest.raises(Refused):
        patrol_actions.end_emergency(watch, "", watched.shift)
    patrol_actions.end_emergency(watch, "系统已经恢复", watched.shift)
    assert patrol.emergency() is None
    with pytest.raises(Refused) as refusal:
        patrol_actions.end_emergency(watch, "系统已经恢复", watched.shift)
    assert code_of(refusal) == "ended"


def test_not_even_the_database_lets_it_end_without_a_person_c5_9(watched: Cast) -> None:
    watch = declared(watched)
    with pytest.raises(IntegrityError), transaction.atomic():
        EmergencyWatch.objects.filter(pk=watch.pk).update(ended_at=clock.now())


def test_after_its_end_no_dense_cards_come(watched: Cast, frozen: FrozenClock) -> None:
    watch = declared(watched)
    patrol_actions.end_emergency(watch, "系统已经恢复", watched.shift)
    before = PatrolCard.objects.filter(emergency=watch).count()
    frozen.advance(60 * MINUTE)
    keep_the_patrol()
    assert PatrolCard.objects.filter(emergency=watch).count() == before


def test_the_interval_is_at_most_the_regulations(watched: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        declared(watched, every=45)
    assert code_of(refusal) == "bad_interval"
    assert declared(watched, every=None).every_minutes == 30


def test_one_at_a_time_and_words_that_mean_something(watched: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        declared(watched, "x")
    assert code_of(refusal) == "bad_words"
    declared(watched, "中断", "登不上", "中断")
    assert patrol.wider_words() == ("中断", "登不上")
    with pytest.raises(Refused) as refusal:
        declared(watched)
    assert code_of(refusal) == "already_on"
