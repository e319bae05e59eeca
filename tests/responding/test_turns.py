"""Whose turn it is: one answer for the person's list, the case's page and the notice at a hand-off."""

from __future__ import annotations

import datetime as dt

import pytest

from cast import Cast
from huiying.handling import actions as handling
from huiying.handling.calling import Roster
from huiying.handling.models import Case
from huiying.kernel import clock
from huiying.people.models import User
from huiying.responding import actions as responding, turns
from huiying.responding.actions.confirming import ask_confirmation
from huiying.responding.models import Withholding
from huiying.responding.readiness import GROUNDS
from huiying.responding.tasks.turns import tell_whose_turn
from huiying.work.models import Notice
from stories import accepted, answered, approved, drafted, handled, opened, routed, submitted

pytestmark = pytest.mark.django_db


def waits(case: Case) -> tuple[str, set[str]]:
    turn = turns.turn_of(case)
    return (turn.kind.name, {user.username for user in turn.people}) if turn else ("", set())


def listed(user: User) -> list[tuple[str, str]]:
    return [(turn.kind.name, turn.case.number) for turn in turns.mine(user, turns.open_cases(user))]


def told(user: User) -> list[str]:
    tell_whose_turn(clock.now(), 500)
    rows = Notice.objects.filter(recipient=user.username, key__startswith="turn:")
    return [key.split(":")[2] for key in rows.order_by("pk").values_list("key", flat=True)]


def test_a_case_waits_for_the_desk_until_it_is_handed_to_a_department(cast: Cast) -> None:
    case = opened(cast)
    name, people = waits(case)
    assert name == "route"
    assert {"duty", "office"} <= people
    assert ("route", case.number) in listed(cast.duty)
    assert listed(cast.tech_head) == []


def test_a_routed_case_waits_for_the_head_and_the_liaison_of_its_department_alone(cast: Cast) -> None:
    case = routed(cast)
    assert waits(case) == ("accept", {"tech_head", "tech_liaison"})
    assert listed(cast.tech_head) == [("accept", case.number)]
    assert listed(cast.works_head) == []
    assert listed(cast.duty) == []


def test_the_moment_to_accept_comes_before_the_answer_is_due(cast: Cast) -> None:
    """Row 19 of what users saw: 15:04 stood on the slip, 47 hours on the list."""
    case = routed(cast)
    turn = turns.mine(cast.tech_head, turns.open_cases(cast.tech_head))[0]
    assert turn.due_at is not None
    assert turn.due_at <= clock.now() + dt.timedelta(hours=1)
    assert turn.due_at < case.clocks.get(act="respond", superseded_at=None).due_at


def test_after_the_facts_it_is_the_editors_turn_and_the_editor_is_told_once(cast: Cast) -> None:
    case = accepted(cast)
    assert waits(case)[0] == "find"
    assert told(cast.editor) == []
    handling.find(case, "登录服务中断七十分钟。", "证书到期未续。", "两个标段开标推迟。", cast.tech_liaison)
    assert waits(case) == ("draft", {"editor"})
    assert listed(cast.editor) == [("draft", case.number)]
    assert told(cast.editor) == ["draft"]
    assert told(cast.editor) == ["draft"]


def test_a_text_sent_back_waits_for_whoever_wrote_it(cast: Cast) -> None:
    round_ = submitted(cast)
    assert waits(round_.case)[0] == "review"
    step = round_.open_steps()[0]
    before = told(cast.editor)
    responding.decide_step(
        step, approve=False, comment="请写明原因。", manifest_sha256=round_.manifest_sha256,
        actor=next(user for user in step.own_deciders(clock.now())),
    )  # fmt: skip
    assert waits(round_.case) == ("draft", {"editor"})
    assert told(cast.editor) == [*before, "draft"]


def test_an_approved_text_waits_for_those_who_may_publish(cast: Cast) -> None:
    case = approved(cast)
    name, people = waits(case)
    assert name == "release"
    assert "editor" in people
    assert "release" in told(cast.editor)


def test_while_another_body_is_asked_the_case_waits_for_that_body(cast: Cast) -> None:
    revision = drafted(cast, bodies=["市公安局"])
    ask_confirmation(revision.case, "市公安局", "13800000000", cast.editor)
    case = responding.submit(revision.case, cast.editor).case
    Case.objects.filter(pk=case.pk).update(state="approved")
    turn = turns.turn_of(case)
    assert turn is not None
    assert (turn.kind.name, turn.names) == ("body", ["市公安局"])
    assert listed(cast.editor) == []


@pytest.mark.parametrize("proposer", ["office", "deputy"])
def test_what_needs_a_second_person_waits_for_anybody_but_the_first(cast: Cast, proposer: str) -> None:
    case = handled(cast)
    day = clock.now().date() + dt.timedelta(days=30)
    first = cast.people[proposer]
    ground = next(iter(GROUNDS))
    responding.propose_withhold(case, ground, "涉及商业秘密，依法不公开。", day, first)
    assert Withholding.objects.filter(agreed__isnull=True).exists()
    name, people = waits(case)
    assert name == "second_withhold"
    assert proposer not in people
    assert people
    assert listed(first) == []
    other = cast.deputy if proposer == "office" else cast.office
    assert listed(other) == [("second_withhold", case.number)]
    assert told(other)[-1:] == ["second_withhold"]


def test_an_answered_case_waits_for_nobody_on_this_list(cast: Cast) -> None:
    assert turns.turn_of(answered(cast)) is None


def test_nobody_is_told_of_what_came_from_their_own_hand(cast: Cast) -> None:
    opened(cast)
    tell_whose_turn(clock.now(), 500)
    assert not Notice.objects.filter(recipient="office", key__startswith="turn:").exists()
    assert Notice.objects.filter(recipient="duty", key__startswith="turn:").exists()


def test_with_nobody_in_post_the_duty_desk_has_it(cast: Cast) -> None:
    case = routed(cast)
    for user in (cast.tech_head, cast.tech_liaison):
        user.is_active = False
        user.save()
    turn = turns.turn_of(case)
    assert turn is not None
    assert set(turn.people) == set(Roster().desk(case))
