"""C9.6: planned, held, joined by one's own word with the code of the room, each ability covered."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings, strategies as st

from cast import Cast
from huiying.kernel import clock
from huiying.ledger.models import LedgerEntry
from huiying.overseeing import organising
from huiying.overseeing.actions import training
from huiying.overseeing.models import TrainingSeat, TrainingSession
from huiying.people.errors import Refused
from huiying.people.queries import regulation_now
from huiying.work.models import Notice

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
QUIZ = [{"text": "较大级多少小时内回应", "options": ["24", "48", "72"], "right": 1}]


def refusal(call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)
    return caught.value.code


def scheduled(cast: Cast, **more: Any) -> TrainingSession:
    plan = training.plan_training(title="三季度培训", goal="会研判会回应", sessions_planned=2, actor=cast.office)
    told: dict[str, Any] = {
        "title": "怎样写第一份回应", "abilities": ["回应引导能力"], "starts_at": clock.now() + DAY, "place": "三楼",
        "trainer": "办公室主任", "material": "先说事实。", "questions": QUIZ,
        "people": [cast.duty, cast.editor, cast.tech_liaison],
    }  # fmt: skip
    return training.schedule_session(plan, **told | more, actor=cast.office)


def opened(cast: Cast, frozen: Any) -> TrainingSession:
    session = scheduled(cast)
    frozen.advance(DAY)
    return training.open_check_in(session, cast.office)


def test_only_the_organising_departments_plan_and_everybody_called_is_told_c9_6(cast: Cast) -> None:
    plan = {"title": "三季度培训", "goal": "会研判会回应", "sessions_planned": 2}
    assert refusal(training.plan_training, **plan, actor=cast.works_head) == "not_permitted"
    assert training.plan_training(**plan, actor=cast.network_head).number == "2026-1"
    session = scheduled(cast)
    url = f"/desk/training/sessions/{session.pk}/"
    assert set(Notice.objects.filter(url=url).values_list("recipient", flat=True)) == {"duty", "editor", "tech_liaison"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"abilities": []}, "abilities"),
        ({"abilities": ["唱歌"]}, "abilities"),
        ({"starts_at": dt.datetime(2026, 9, 1, tzinfo=dt.UTC)}, "in_the_past"),
        ({"people": []}, "nobody"),
        ({"questions": [{"text": "多少小时", "options": ["24"], "right": 0}]}, "quiz"),
        ({"questions": [{"text": "多少小时", "options": ["24", "48"], "right": 2}]}, "quiz"),
    ],
)
def test_a_session_trains_something_for_somebody_at_a_time_to_come(cast: Cast, change: Any, code: str) -> None:
    assert refusal(scheduled, cast, **change) == code


def test_nobody_is_signed_in_by_another_must_be_impossible_c9_6(cast: Cast, frozen) -> None:
    session = opened(cast, frozen)
    seat = training.check_in(session, session.code, cast.duty)
    assert (seat.user, seat.by_user) == (cast.duty, cast.duty.pk)
    other = session.seats.get(user=cast.editor)
    for change in ({"checked_in_at": clock.now()}, {"checked_in_at": clock.now(), "by_user": cast.duty.pk}):
        with pytest.raises(IntegrityError), transaction.atomic():
            TrainingSeat.objects.filter(pk=other.pk).update(**change)
    names = [entry.data["name"] for entry in LedgerEntry.objects.filter(kind="training.checked_in")]
    assert names == [cast.duty.name]


def test_the_code_of_the_room_is_needed_and_guessing_ends_c9_6(cast: Cast, frozen) -> None:
    session = opened(cast, frozen)
    wrong = "000000" if session.code != "000000" else "000001"
    for _ in range(training.TRIES):
        assert refusal(training.check_in, session, wrong, cast.duty) == "wrong_code"
    assert refusal(training.check_in, session, session.code, cast.duty) == "wrong_code"
    session = training.renew_code(session, cast.office)
    assert training.check_in(session, session.code, cast.duty).checked_in_at == clock.now()


def test_check_in_has_its_time_c9_6(cast: Cast, frozen) -> None:
    session = scheduled(cast)
    assert refusal(training.check_in, session, "", cast.duty) == "not_open"
    assert refusal(training.open_check_in, session, cast.office) == "too_early"
    frozen.advance(DAY)
    session = training.open_check_in(session, cast.office)
    assert refusal(training.open_check_in, session, cast.office) == "not_planned"
    frozen.advance(training.OPEN_FOR + dt.timedelta(minutes=1))
    assert refusal(training.check_in, session, session.code, cast.duty) == "not_open"


def test_whoever_comes_uncalled_counts_and_a_second_sign_in_changes_nothing(cast: Cast, frozen) -> None:
    session = opened(cast, frozen)
    first = training.check_in(session, session.code, cast.legal)
    frozen.advance(dt.timedelta(minutes=5))
    assert training.check_in(session, session.code, cast.legal).checked_in_at == first.checked_in_at
    assert session.seats.count() == 4


def test_the_quiz_is_for_who_was_there_once_c9_6(cast: Cast, frozen) -> None:
    session = opened(cast, frozen)
    assert refusal(training.answer_quiz, session, [1], cast.duty) == "not_there"
    training.check_in(session, session.code, cast.duty)
    assert refusal(training.answer_quiz, session, [], cast.duty) == "answers"
    assert training.answer_quiz(session, [1], cast.duty).score == 1
    assert refusal(training.answer_quiz, session, [0], cast.duty) == "answered"
    seat = session.seats.get(user=cast.editor)
    with pytest.raises(IntegrityError), transaction.atomic():
        TrainingSeat.objects.filter(pk=seat.pk).update(score=1)


def test_a_session_to_which_nobody_came_was_not_held_c9_6(cast: Cast, frozen) -> None:
    session = opened(cast, frozen)
    assert refusal(training.close_session, session, cast.office) == "nobody_came"
    training.check_in(session, session.code, cast.duty)
    training.close_session(session, cast.office)
    entry = LedgerEntry.objects.get(kind="training.held")
    assert (entry.data["invited"], entry.data["present"]) == (3, 1)
    assert refusal(training.cancel_session, session, "没有必要了", cast.office) == "is_over"


def test_each_ability_of_the_regulation_is_counted_and_a_hole_shows_c9_6(cast: Cast, frozen) -> None:
    session = opened(cast, frozen)
    assert set(organising.covered(2026, regulation_now()).values()) == {0}
    training.check_in(session, session.code, cast.duty)
    training.close_session(session, cast.office)
    assert organising.covered(2026, regulation_now()) == {
        "政策把握能力": 0, "舆情研判能力": 0, "回应引导能力": 1,
    }  # fmt: skip


WHO = st.sampled_from(["duty", "editor", "legal", "tech_liaison"])
STEPS = st.lists(st.tuples(st.sampled_from(["right", "wrong", "quiz", "renew", "close"]), WHO), max_size=20)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_whatever_people_do_presence_is_ones_own_word_c9_6(cast: Cast, frozen, steps: list[tuple[str, str]]) -> None:
    session, said = opened(cast, frozen), set()
    for step, who in steps:
        session.refresh_from_db()
        user = cast.people[who]
        try:
            if step == "right":
                training.check_in(session, session.code, user)
                said.add(user.pk)
            elif step == "wrong":
                training.check_in(session, "x", user)
            elif step == "quiz":
                training.answer_quiz(session, [1], user)
            elif step == "renew":
                training.renew_code(session, cast.office)
            else:
                training.close_session(session, cast.office)
        except Refused:
            continue
    present = set(session.seats.filter(checked_in_at__isnull=False).values_list("user_id", "by_user"))
    assert present == {(pk, pk) for pk in said}
    assert set(session.seats.filter(score__isnull=False).values_list("user_id", flat=True)) <= said
