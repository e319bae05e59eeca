"""C8.2, C9.3: whoever has to review is told at once, again when time is over, then with the deputies."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from cast import Cast
from desk_helpers import text_of
from huiying.desk.decisions import waiting_for
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.actions import Actor
from huiying.people.actions import appoint
from huiying.people.models import Appointment
from huiying.people.queries import regulation_of
from huiying.responding import actions
from huiying.responding.actions.reviewing import is_grave
from huiying.responding.models import ReviewRound, ReviewStep
from huiying.responding.tasks.reviewing import late_steps, review_steps
from huiying.work import schedule
from huiying.work.models import Notice
from stories import drafted, reviewer, submitted

HALF_HOUR = dt.timedelta(minutes=30)


def told(prefix: str) -> set[str]:
    return set(Notice.objects.filter(key__startswith=prefix).values_list("recipient", flat=True))


def step_of(round_: ReviewRound, role: str) -> ReviewStep:
    return ReviewStep.objects.get(round=round_, role=role)


def decide_turn(cast: Cast, round_: ReviewRound) -> None:
    for step in round_.open_steps():
        actions.decide_step(
            step,
            approve=True,
            comment="",
            manifest_sha256=round_.manifest_sha256,
            secrecy=True,
            personal_data=True,
            actor=reviewer(cast, step.role),
        )


def at_the_office(cast: Cast) -> ReviewRound:
    """The head and the secrecy checker have agreed; the office's turn has come."""
    round_ = submitted(cast)
    decide_turn(cast, round_)
    return round_


def test_the_first_group_hears_at_once_and_the_next_when_its_turn_comes(cast: Cast) -> None:
    round_ = submitted(cast)
    assert told("turn:") == {"tech_head", "secrecy"}
    decide_turn(cast, round_)
    assert told(f"turn:{step_of(round_, 'office_head').pk}") == {"office"}
    notice = Notice.objects.get(key=f"turn:{step_of(round_, 'office_head').pk}")
    assert notice.url == f"/desk/reviews/{step_of(round_, 'office_head').pk}/"


def test_nobody_is_reminded_before_the_time_is_over(cast: Cast, frozen: FrozenClock) -> None:
    round_ = at_the_office(cast)
    step = step_of(round_, "office_head")
    assert step.due_at is not None
    frozen.set(step.due_at - dt.timedelta(seconds=1))
    assert review_steps(clock.now(), 50) == 0
    assert not told("review:")
    assert late_steps() == []


def test_first_the_holder_then_the_deputies_too(cast: Cast, frozen: FrozenClock) -> None:
    round_ = at_the_office(cast)
    step = step_of(round_, "office_head")
    assert step.due_at is not None
    frozen.set(step.due_at)
    schedule.run_pollers()
    assert told(f"review:{step.pk}:first") == {"office"}
    frozen.advance(HALF_HOUR)
    schedule.run_pollers()
    again = told(f"review:{step.pk}:") - {"office"}
    assert again >= {"office2", "shift"}, "the deputy, and the post that deputises"


def test_it_repeats_as_the_regulation_says_until_somebody_decides(cast: Cast, frozen: FrozenClock) -> None:
    round_ = at_the_office(cast)
    step = step_of(round_, "office_head")
    assert step.due_at is not None
    frozen.set(step.due_at)
    for _turn in range(3):
        schedule.run_pollers()
        schedule.run_pollers()  # running twice rings once
        frozen.advance(HALF_HOUR)
    assert Notice.objects.filter(key__startswith=f"review:{step.pk}:", recipient="office").count() == 3
    decide_turn(cast, round_)
    schedule.run_pollers()
    assert Notice.objects.filter(key__startswith=f"review:{step.pk}:", recipient="office").count() == 3


def test_a_round_that_ended_rings_for_nobody(cast: Cast, frozen: FrozenClock) -> None:
    round_ = at_the_office(cast)
    step = step_of(round_, "office_head")
    actions.decide_step(
        step, approve=False, comment="请补充受影响的标段", manifest_sha256=round_.manifest_sha256, actor=cast.office
    )
    frozen.advance(dt.timedelta(hours=12))
    schedule.run_pollers()
    assert not told("review:")
    assert late_steps() == []


def test_where_nobody_holds_the_post_those_who_stand_in_hear_at_once(cast: Cast, frozen: FrozenClock) -> None:
    round_ = submitted(cast)
    step = step_of(round_, "secrecy_checker")
    Appointment.objects.filter(user=cast.secrecy).update(until=clock.now())
    assert step.due_at is not None
    frozen.set(step.due_at)
    schedule.run_pollers()
    assert told(f"review:{step.pk}:first") == {"legal"}


def test_where_the_only_holder_drafted_it_those_who_stand_in_hear_at_once(cast: Cast, frozen: FrozenClock) -> None:
    appoint(cast.editor, "office_head", cast.department("BGS"), actor=Actor.SYSTEM)
    round_ = at_the_office(cast)
    step = step_of(round_, "office_head")
    Appointment.objects.filter(user=cast.office, role="office_head").update(until=clock.now())
    assert step.due_at is not None
    frozen.set(step.due_at)
    schedule.run_pollers()
    assert told(f"review:{step.pk}:first") >= {"office2", "shift"}


def test_the_drafter_is_never_asked_to_review_c9_3(cast: Cast, frozen: FrozenClock) -> None:
    appoint(cast.editor, "office_head", cast.department("BGS"), actor=Actor.SYSTEM)
    round_ = at_the_office(cast)
    frozen.advance(dt.timedelta(hours=6))
    schedule.run_pollers()
    frozen.advance(HALF_HOUR)
    schedule.run_pollers()
    step = step_of(round_, "office_head")
    assert "editor" not in told(f"review:{step.pk}:") | told(f"turn:{step.pk}")


@pytest.mark.parametrize(("level", "waits"), [("较大", True), ("重大", False), ("特别重大", False)])
def test_an_ordinary_review_lets_people_sleep_a_grave_one_does_not_c5_12(
    cast: Cast, frozen: FrozenClock, monkeypatch: pytest.MonkeyPatch, level: str, waits: bool
) -> None:
    """Quiet hours are for internal nudges; the two gravest levels know none."""
    monkeypatch.setenv("HUIYING_NOTIFY_URLS", "*=json://127.0.0.1:9/notify")
    round_ = submitted(cast, level)
    frozen.set(dt.datetime(2026, 9, 14, 15, 0, tzinfo=dt.UTC))  # 23:00 in Anshan
    review_steps(clock.now(), 50)
    step = step_of(round_, "division_head")
    notice = Notice.objects.get(key=f"review:{step.pk}:first", recipient="tech_head")
    assert (notice.send_at is not None) is waits
    assert is_grave(round_.level, regulation_of(round_.case.regulation)) is not waits


def test_the_auditor_names_a_step_that_is_late(cast: Cast, frozen: FrozenClock) -> None:
    round_ = at_the_office(cast)
    frozen.advance(dt.timedelta(hours=6))
    (finding,) = late_steps()
    assert finding.code == "review.late"
    assert round_.case.number in finding.sentence_zh
    assert "办公室审核" in finding.sentence_zh
    assert "Office review" in finding.sentence_en


def test_a_step_that_nobody_decided_stands_on_the_leader_s_page_c10_2(cast: Cast, frozen: FrozenClock) -> None:
    round_ = at_the_office(cast)
    assert "late_review" not in {one.kind for one in waiting_for(cast.deputy)}
    frozen.advance(dt.timedelta(hours=6))
    found = [one for one in waiting_for(cast.deputy) if one.kind == "late_review"]
    step = step_of(round_, "office_head")
    assert [(one.url, one.late) for one in found] == [(f"/desk/reviews/{step.pk}/", True)]
    client = Client()
    client.force_login(cast.deputy, backend="django.contrib.auth.backends.ModelBackend")
    assert "审核到时没有人审" in text_of(client.get("/desk/decisions/"))
    text = text_of(client.get(f"/desk/reviews/{step.pk}/"))
    assert "这一步到时没有人审" in text
    assert "办公室主任" in text


def test_what_a_leader_may_decide_is_a_review_and_not_listed_twice(cast: Cast, frozen: FrozenClock) -> None:
    round_ = at_the_office(cast)
    decide_turn(cast, round_)
    frozen.advance(dt.timedelta(hours=6))
    kinds = [one.kind for one in waiting_for(cast.deputy) if one.kind in ("review", "late_review")]
    assert kinds == ["review"]


def test_a_draft_that_is_not_submitted_reminds_nobody(cast: Cast, frozen: FrozenClock) -> None:
    drafted(cast)
    frozen.advance(dt.timedelta(hours=20))
    assert review_steps(clock.now(), 50) == 0
