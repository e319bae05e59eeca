"""The suspect tray: a person decides; what is found late was first known when it was found (C5.16, INV-2)."""

import datetime as dt

import pytest

from cast import Cast
from huiying.judging import queries
from huiying.judging.actions import clear_suspect, take_in, undo_clear
from huiying.judging.models import Event, EventPost, Screening
from huiying.kernel import clock
from huiying.ledger.queries import entries
from huiying.people.errors import Refused
from huiying.work.models import Job
from stream_of import COMPLAINT, bring, event_from

UNSURE = "围标了，评标结果有猫腻，保证金不退"


def suspect() -> Screening:
    bring(UNSURE, region="")
    screening = Screening.objects.get(post__text=UNSURE)
    assert screening.band == Screening.SUSPECT
    return screening


def test_a_suspect_waits_in_the_tray_and_opens_nothing(staff: Cast):
    waiting = suspect()
    assert list(queries.suspects()) == [waiting]
    assert Event.objects.count() == 0


def test_a_hit_found_days_later_is_first_known_when_found_inv_2(staff: Cast, frozen: clock.FrozenClock):
    screening = suspect()
    frozen.advance(dt.timedelta(days=3))
    clear_suspect(screening, "hit", staff.duty)
    event = Event.objects.get()
    assert event.first_known_at == frozen()
    assert event.confirm_by == frozen() + dt.timedelta(hours=1)
    assert event.warnings.count() == 1
    assert list(queries.suspects()) == []


def test_it_leaves_a_missed_report_to_be_written_once_it_cannot_be_undone(staff: Cast, frozen: clock.FrozenClock):
    screening = suspect()
    frozen.advance(dt.timedelta(hours=6))
    clear_suspect(screening, "hit", staff.duty)
    job = Job.objects.get(kind="late_knowledge")
    assert job.payload["event"] == Event.objects.get().pk
    assert job.payload["hours"] == 6
    assert job.next_action_at == frozen() + dt.timedelta(minutes=10)


def test_a_late_post_of_a_known_event_was_not_missed(staff: Cast):
    event = event_from(UNSURE)
    bring(UNSURE + "！", region="", start=1)
    clear_suspect(Screening.objects.get(band=Screening.SUSPECT), "hit", staff.duty)
    assert Event.objects.get().pk == event.pk
    assert Event.objects.get().posts_count == 2
    assert Job.objects.filter(kind="late_knowledge").count() == 0


def test_out_ends_the_wait_and_keeps_the_post_inv_1(staff: Cast):
    screening = clear_suspect(suspect(), "out", staff.duty)
    assert (screening.cleared, screening.cleared_by, screening.band) == ("out", "值班员小周", "suspect")
    assert list(queries.suspects()) == []
    assert screening.post.text == UNSURE
    assert [e.kind for e in entries("posts")][-1] == "suspect.cleared"


def test_deciding_twice_is_once_and_the_other_way_needs_an_undo(staff: Cast):
    screening = suspect()
    clear_suspect(screening, "hit", staff.duty)
    clear_suspect(screening, "hit", staff.duty2)
    assert EventPost.objects.count() == 1
    with pytest.raises(Refused, match="已作过判断"):
        clear_suspect(screening, "out", staff.duty2)


def test_undo_within_ten_minutes_takes_the_post_off_the_desk_and_the_missed_report_with_it(staff: Cast):
    screening = suspect()
    clear_suspect(screening, "hit", staff.duty)
    undo_clear(screening, staff.duty)
    event = Event.objects.get()
    assert (event.posts_count, event.state, event.confirm_by) == (0, Event.NOTED, None)
    assert not event.warnings.filter(acknowledged_at=None).exists()
    assert queries.event_of_post(screening.post) is None
    assert list(queries.suspects()) == [screening]
    assert Job.objects.filter(kind="late_knowledge").count() == 0


def test_cleared_undone_and_cleared_again_stands_in_the_same_event(staff: Cast, frozen: clock.FrozenClock):
    screening = suspect()
    clear_suspect(screening, "hit", staff.duty)
    first = Event.objects.get().first_known_at
    undo_clear(screening, staff.duty)
    frozen.advance(dt.timedelta(minutes=30))
    clear_suspect(screening, "hit", staff.duty)
    event = Event.objects.get()
    assert (event.posts_count, event.state, event.first_known_at) == (1, Event.OPEN, first)
    assert Job.objects.filter(kind="late_knowledge").count() == 1


def test_after_ten_minutes_or_with_a_case_there_is_no_undo(staff: Cast, frozen: clock.FrozenClock):
    screening = suspect()
    clear_suspect(screening, "hit", staff.duty)
    Event.objects.update(state=Event.CASED)
    with pytest.raises(Refused, match="已立案"):
        undo_clear(screening, staff.duty)
    Event.objects.update(state=Event.OPEN)
    frozen.advance(dt.timedelta(minutes=10, seconds=1))
    with pytest.raises(Refused, match="超过十分钟"):
        undo_clear(screening, staff.duty)
    assert Event.objects.get().posts_count == 1


def test_others_clear_nothing(staff: Cast):
    screening = suspect()
    with pytest.raises(Refused):
        clear_suspect(screening, "hit", staff.works_head)
    with pytest.raises(Refused, match="相关"):
        clear_suspect(screening, "maybe", staff.duty)
    assert Event.objects.count() == 0


def test_a_pasted_hit_stands_on_the_desk_at_once(staff: Cast, frozen: clock.FrozenClock):
    taken = take_in(COMPLAINT, actor=staff.duty)
    assert taken.event is not None
    assert (taken.is_known, taken.event.first_known_at) == (False, frozen())


def test_pasting_a_known_matter_shows_its_event_and_moves_nothing(staff: Cast, frozen: clock.FrozenClock):
    event = event_from()
    frozen.advance(dt.timedelta(hours=2))
    taken = take_in(COMPLAINT + "！！", actor=staff.duty)
    assert (taken.event, taken.is_known) == (event, True)
    assert Event.objects.get().first_known_at == event.first_known_at
    again = take_in(COMPLAINT + "！！", actor=staff.office)
    assert (again.post, again.is_known) == (taken.post, True)


def test_a_pasted_text_that_the_rules_put_aside_waits_for_a_person(staff: Cast):
    taken = take_in("公园里的花开得真好", actor=staff.duty)
    assert taken.event is None
    (waiting,) = queries.suspects()
    assert waiting.post == taken.post
    assert "由人决定" in waiting.reasons[-1]
