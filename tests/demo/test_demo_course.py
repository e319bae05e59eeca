"""How the demonstration is played: in order, each thing once, and never stopped by a visitor."""

import datetime as dt
import logging
from typing import Any

import pytest
from django.conf import settings

from huiying.demo import acting, director, people, words
from huiying.demo.script import FIRST_PHASE, Act, minute
from huiying.handling import actions as handling
from huiying.handling.models import Case
from huiying.kernel import clock
from huiying.ledger.models import LedgerEntry
from huiying.listening.models import Post
from huiying.people.models import Appointment, User
from huiying.responding import public
from huiying.work.loop import Loop
from huiying.work.models import Counter

MORNING = minute("1 08:55")


def test_within_an_hour_and_a_half_of_demonstration_time_a_citizen_is_answered(stage: Any) -> None:
    stage.play(MORNING)
    assert public.public_answers().count() == 1


def test_preparing_twice_changes_nothing(stage: Any) -> None:
    before = (User.objects.count(), Appointment.objects.count(), LedgerEntry.objects.count())
    people.prepare()
    assert (User.objects.count(), Appointment.objects.count(), LedgerEntry.objects.count()) == before


def test_a_relieved_person_is_not_put_back_in_post_by_a_restart(stage: Any) -> None:
    Appointment.objects.filter(user__username="wufan").update(until=clock.now())
    people.prepare()
    assert not Appointment.objects.current(clock.now() + dt.timedelta(seconds=1)).filter(user__username="wufan")


def test_a_restart_does_nothing_twice_and_leaves_nothing_out(stage: Any) -> None:
    """A kill rolls the act back together with its mark: the next program does it, once."""
    stage.play(minute("1 08:20"))
    counted = dict(Counter.objects.filter(name__startswith="demo:").values_list("name", "value"))
    director.chapter.cache_clear()
    stage.loop = Loop("after the restart")
    stage.source.fast_forward(clock.now() + dt.timedelta(minutes=2))  # the first one's lease has run out
    people.prepare()
    stage.play(MORNING)
    again = dict(Counter.objects.filter(name__startswith="demo:").values_list("name", "value"))
    assert again["demo:item"] > counted["demo:item"]
    natives = list(Post.objects.filter(native_id__startswith="demo-").values_list("native_id", flat=True))
    due = [row["native_id"] for row in director.recorded() if director.moment(row["at"]) <= clock.now()]
    assert sorted(natives) == sorted(due)
    assert words.case_of("consult").findings.count() == 1


def test_what_a_visitor_did_first_is_skipped_and_noted(stage: Any, caplog: pytest.LogCaptureFixture) -> None:
    stage.play(minute("1 07:55"))
    handling.accept(words.case_of("consult"), User.objects.get(username="baihui"))
    with caplog.at_level(logging.INFO, logger="huiying.demo.director"):
        stage.play(MORNING)
    assert "baihui accept consult skipped" in caplog.text
    assert caplog.text.count("skipped") == 1
    assert public.public_answers().count() == 1


def test_an_act_on_something_that_is_not_there_is_skipped(stage: Any) -> None:
    assert director._act(Act(0, "zhoulan", "level", "nowhere", ("L1",))) == 1
    with pytest.raises(words.NothingThere):
        acting.perform(Act(0, "zhoulan", "accept", "nowhere"))


def test_after_the_first_phase_the_clock_is_left_alone(stage: Any) -> None:
    stage.source.fast_forward(director.moment(FIRST_PHASE + 1))
    assert director._jump(clock.now(), FIRST_PHASE + 60) == 0
    assert clock.now() == director.moment(FIRST_PHASE + 1)


def test_outside_the_demonstration_the_poller_does_nothing(stage: Any) -> None:
    # The fixture of the same name would be undone after `stage` and leave the demonstration switched on.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "DEMO", False)
        stage.loop.tick()
    assert not Post.objects.exists()
    assert not Counter.objects.filter(name="demo:item").exists()


def test_after_the_recorded_days_another_day_is_made_up(stage: Any) -> None:
    Counter.objects.create(name=director.CHAPTER, value=0)
    Counter.objects.create(name=director.ITEM, value=len(director.chapter(0)))
    stage.source.fast_forward(director.moment(minute("4 06:00")))
    stage.play(minute("4 13:45"))
    assert Counter.objects.get(name=director.CHAPTER).value == 1
    assert Post.objects.filter(native_id__startswith="demo-t1-").exists()
    assert public.public_answers().count() >= 1
    # Answered, settled, told and read by the office: a made-up day ends its cases as well (C7.3).
    assert Case.objects.filter(state="closed").count() >= 1
