"""C5.14: two persons label a sample without seeing each other's word."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from cast import Cast
from huiying.judging.actions import sampling
from huiying.judging.models import ConcernDecision, ConcernRating, ConcernSample, Screening
from huiying.kernel import clock
from huiying.ledger.queries import entries
from huiying.people.errors import Refused
from stream_of import COMPLAINT, bring, event_from


def sample(staff: Cast) -> ConcernSample:
    event_from(COMPLAINT)
    assert sampling.draw_concerns(clock.now()) == 1
    return ConcernSample.objects.get()


def test_hits_of_the_week_are_drawn_once_and_not_more_than_ten(staff: Cast, frozen: clock.FrozenClock):
    for number in range(14):
        bring(f"{COMPLAINT}第{number * 7919}批项目", start=number)
    hits = Screening.objects.filter(band="hit").count()
    assert hits == 14
    assert sampling.draw_concerns(clock.now()) == 10
    assert sampling.draw_concerns(clock.now()) == 0
    frozen.advance(dt.timedelta(days=8))
    assert sampling.draw_concerns(clock.now()) == 0, "last week's hits are last week's"


def test_danger_to_life_is_never_drawn(staff: Cast):
    event_from(COMPLAINT)
    Screening.objects.update(life_safety=True)
    assert sampling.draw_concerns(clock.now()) == 0


def test_two_persons_speak_and_the_event_stays_as_it_was(staff: Cast):
    one = sample(staff)
    sampling.rate_concern(one, "疑虑", staff.duty)
    sampling.rate_concern(one, "投诉", staff.office)
    assert ConcernDecision.objects.count() == 0
    said = [entry.data for entry in entries("system") if entry.kind == "concern.rated"]
    assert [row["concern"] for row in said] == ["疑虑", "投诉"]
    assert sampling.agreement_progress() == (1, 1)


def test_nobody_speaks_twice_and_no_third_person_does(staff: Cast):
    one = sample(staff)
    sampling.rate_concern(one, "疑虑", staff.duty)
    with pytest.raises(Refused, match="别人"):
        sampling.rate_concern(one, "投诉", staff.duty)
    sampling.rate_concern(one, "投诉", staff.duty2)
    with pytest.raises(Refused, match="两个人"):
        sampling.rate_concern(one, "投诉", staff.office)
    assert ConcernRating.objects.count() == 2


def test_whoever_has_spoken_is_not_asked_again(staff: Cast):
    one = sample(staff)
    assert list(sampling.concerns_waiting_for(staff.duty)) == [one]
    sampling.rate_concern(one, "疑虑", staff.duty)
    assert list(sampling.concerns_waiting_for(staff.duty)) == []
    assert list(sampling.concerns_waiting_for(staff.duty2)) == [one]


def test_only_a_word_of_the_regulation_and_only_those_who_judge(staff: Cast):
    one = sample(staff)
    with pytest.raises(Refused, match="没有这一性质"):
        sampling.rate_concern(one, "胡说", staff.duty)
    with pytest.raises(Refused):
        sampling.rate_concern(one, "疑虑", staff.works_head)


def test_the_database_keeps_one_word_a_person(staff: Cast):
    one = sample(staff)
    sampling.rate_concern(one, "疑虑", staff.duty)
    with pytest.raises(IntegrityError), transaction.atomic():
        ConcernRating.objects.create(sample=one, concern="投诉", by="x", by_user=staff.duty.pk, at=clock.now())
