"""What the visitor finds: an answered case for the public, and something to do for every role."""

from typing import Any

import pytest

from huiying.demo import director, people, words
from huiying.demo.script import FIRST_PHASE
from huiying.demo.staff import PEOPLE
from huiying.foreseeing.models import Assessment
from huiying.handling.models import Breach, Case
from huiying.handling.queries import cases_for, department_cases, effective, open_cases_for
from huiying.judging.models import Dismissal, Event, LevelDecision, Screening, UrgentCall, Warning
from huiying.kernel import clock
from huiying.ledger import queries as ledger
from huiying.listening.models import Message, Post
from huiying.overseeing.models import Measure, TrainingSession
from huiying.people.models import User
from huiying.responding import public, queries as answers
from huiying.responding.available_actions.main import actions_for
from huiying.responding.models import BodyConfirmation, Publication, ReviewRound
from huiying.work.models import Job, Schedule

# The mark makes the database be set up even where this file runs alone.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("arrived")]


def who(username: str) -> User:
    return User.objects.get(username=username)


def waiting_for(username: str) -> set[int]:
    return {step.round.case_id for step in answers.my_steps(who(username))}


def test_it_stands_at_the_end_of_the_first_phase_with_everything_done() -> None:
    assert clock.now() == director.moment(FIRST_PHASE)
    assert not director.is_behind(clock.now())
    assert not Job.objects.filter(failed_at__isnull=False).exists()
    # The anchor wants a transaction of its own, which a test inside one cannot give.
    failed = Schedule.objects.exclude(last_error="").exclude(name="ledger.anchor")
    assert dict(failed.values_list("name", "last_error")) == {}


def test_the_public_finds_answers_and_the_first_came_within_the_hour() -> None:
    assert public.public_answers().count() >= 6
    first = public.public_answer(words.case_of("consult").number)
    assert first is not None
    assert first.took.total_seconds() <= 3600 * 1.5


def test_a_correction_stays_visible_with_what_it_corrects() -> None:
    """C11.1"""
    found = public.public_answer(words.case_of("outage").number)
    assert found is not None
    assert len(found.versions) == 2
    assert "四个标段" in found.text
    assert "三个标段" in found.versions[0].note


def test_one_case_is_late_and_still_open() -> None:
    case = words.case_of("deposit")
    assert case.state == "reviewing"
    assert case in open_cases_for(who("zhoulan"))
    row = Breach.objects.get(clock__case=case)
    assert row.counts
    assert effective(case, "respond").due_at < clock.now()


def test_the_grave_case_runs_under_the_clocks_of_the_superior_norms() -> None:
    case = words.case_of("fall")
    assert (case.level, case.emergency, case.state) == ("L4", "重大", "reviewing")
    release, conference = effective(case, "first_authoritative_release"), effective(case, "press_conference")
    assert 0 < (release.due_at - clock.now()).total_seconds() < 5 * 3600
    assert (conference.due_at - case.first_known_at).total_seconds() == 24 * 3600


def test_reviews_wait_for_each_reviewer() -> None:
    assert words.case_of("fall").pk in waiting_for("guchang")
    assert words.case_of("ct").pk in waiting_for("lianan")
    assert {words.case_of("deposit").pk, words.case_of("wages").pk} <= waiting_for("hanqiu")
    assert words.case_of("wages").pk in waiting_for("shenli")
    assert words.case_of("emall").pk in waiting_for("yaomin")


def test_warnings_are_open_and_a_suspect_waits() -> None:
    open_ = Warning.objects.filter(acknowledged_at__isnull=True, event__state=Event.OPEN)
    assert {row.event_id for row in open_} == {words.event_of("phish").pk, words.event_of("fraud").pk}
    assert Screening.objects.filter(band="suspect", cleared="").exists()


def test_departments_find_cases_to_accept_and_editors_one_to_publish() -> None:
    assert words.case_of("road") in department_cases(who("majun")).filter(state="assigned")
    assert words.case_of("param") in department_cases(who("fangzheng")).filter(state="assigned")
    approved = words.case_of("inquiry")
    assert approved.state == "approved"
    for username in ("linxiao", "qihong"):
        offers = {offer.name: offer for offer in actions_for(who(username), approved)}
        assert offers["release"].allowed, offers["release"].why


def test_the_look_alike_storm_became_nothing() -> None:
    posts = Post.objects.filter(native_id__startswith="demo-look-")
    assert posts.count() >= 20
    assert not posts.filter(membership__isnull=False).exists()
    assert not Event.objects.filter(title__contains="马鞍山").exists()


def test_every_warned_event_ended_as_an_answer_a_case_or_a_decision() -> None:
    """No event ends in silence; what is open is younger than an hour."""
    for event in Event.objects.filter(state=Event.OPEN):
        assert clock.now() < event.confirm_by
    assert not Case.objects.filter(state="registered").exists()
    row = Dismissal.objects.get()
    assert row.proposed_user != row.seconded_user
    assert words.event_of("estate").state == Event.DISMISSED


def test_danger_to_life_was_taken_within_five_minutes_and_stays_restricted() -> None:
    call = UrgentCall.objects.get()
    assert (call.acknowledged_at - call.raised_at).total_seconds() <= 300
    event = words.event_of("life")
    assert event.life_safety
    assert words.case_of("life").state == "declined"
    assert words.case_of("life") not in cases_for(who("yaomin"))
    assert Message.objects.count() == 2


def test_a_returned_case_was_decided_and_a_draft_went_back_once() -> None:
    fee = words.case_of("fee").returns.get()
    assert fee.decided_by == "韩秋"
    assert ReviewRound.objects.filter(case=words.case_of("outage"), state=ReviewRound.REJECTED).count() == 1
    assert Screening.objects.filter(cleared="out").count() == 2


def test_posts_by_hand_were_checked_by_a_second_person_and_bodies_answered_by_their_link() -> None:
    by_hand = Publication.objects.filter(channel="by_hand", state=Publication.LIVE)
    assert by_hand.count() == 3
    assert all(row.posted_user != row.verified_user for row in by_hand)
    answered = BodyConfirmation.objects.filter(answer="agree").values_list("body", flat=True)
    assert {"市委宣传部", "采购人", "住建局"} <= set(answered)
    assert BodyConfirmation.objects.get(body="银行").answer == ""


def test_levels_were_said_by_people_and_none_was_lowered() -> None:
    assert not LevelDecision.objects.filter(kind__in=("lowered", "proposed_lower")).exists()
    assert not Case.objects.filter(is_provisional=True).exists()


def test_the_ledger_of_the_demonstration_verifies() -> None:
    assert ledger.verify().ok


def test_nobody_has_a_password_and_all_are_in_post() -> None:
    assert User.objects.count() == len(PEOPLE) + 1
    for user in User.objects.all():
        assert not user.has_usable_password()
        assert user.is_administrator != user.appointments.filter(until__isnull=True).exists()


def test_there_is_one_card_a_role_and_each_says_what_the_person_wants() -> None:
    cards = people.cards()
    assert len({card.role for card in cards}) == len(cards) >= 12
    assert {person.role for person in PEOPLE} == {
        row.role for card in cards for row in who(card.username).appointments.all()
    }
    assert all(card.wants and card.name == who(card.username).name for card in cards)


def test_names_of_people_are_only_in_the_cast() -> None:
    text: Any = [row["text"] for row in director.recorded()]
    assert not [person.name for person in PEOPLE if any(person.name in one for one in text)]


def test_a_policy_is_weighed_by_three_methods_and_waits_for_a_leader_c6_1_c6_8() -> None:
    row = Assessment.objects.get()
    assert row.policy.major is True
    assert row.state == Assessment.PROPOSED
    assert (row.level, row.risks_n) == ("中", 2)
    assert row.plan.speaker.user.username == "qihong"
    assert [found.signed_by for found in row.deliberations.all()] == ["钱承"]
    assert row.trackings.get().figures["posts"] > 0
    assert row.visits.count() == 1


def test_a_training_was_held_and_one_who_was_called_did_not_come_c9_6() -> None:
    session = TrainingSession.objects.get()
    assert session.state == TrainingSession.HELD
    seats = {seat.name: seat for seat in session.seats.all()}
    assert [name for name, seat in seats.items() if seat.checked_in_at is None] == ["程雪"]
    assert all(seat.by_user == seat.user_id for seat in seats.values() if seat.checked_in_at)
    assert sorted(seat.score for seat in seats.values() if seat.score is not None) == [1, 2, 2, 2]


def test_a_reminder_was_heard_and_issued_and_the_next_step_waits_c12_4() -> None:
    reminder, next_step = Measure.objects.order_by("id")
    assert (reminder.step, reminder.state) == ("提醒", Measure.ISSUED)
    assert (next_step.step, next_step.state) == ("督办", Measure.PROPOSED)
    for row in (reminder, next_step):
        assert row.statement
        assert row.stated_at is not None
        assert row.proposed_user != row.decided_user
    assert reminder.stated_at < reminder.decided_at
