"""C9.3, C8.2, INV-4: somebody else approves this exact manifest, step by step; a change voids, a save does not."""

import datetime as dt
from dataclasses import replace

import pytest

from cast import Cast
from huiying.handling.models import Case
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.actions import Actor
from huiying.people.actions import appoint
from huiying.people.errors import Refused
from huiying.people.models import Appointment
from huiying.people.queries import regulation_of
from huiying.responding import actions
from huiying.responding.models import ReviewRound, ReviewStep, Revision
from huiying.responding.queries import current_revision, my_steps, open_round
from huiying.responding.steps import plan
from stories import DRAFT, again, approve, approved, drafted, handled, reviewer, submitted


def decide(step: ReviewStep, who: object, *, approve: bool = True, **changes: object) -> ReviewStep:
    told = {
        "comment": "请补充受影响标段的名称。",
        "manifest_sha256": step.round.manifest_sha256,
        "secrecy": True,
        "personal_data": True,
    }
    return actions.decide_step(step, approve=approve, actor=who, **(told | changes))  # type: ignore[arg-type]


def save(case: Case, cast: Cast, **changes: object) -> Revision:
    return actions.save_revision(case, actor=cast.editor, **(DRAFT | changes))  # type: ignore[arg-type]


def decide_turn(cast: Cast, round_: ReviewRound) -> None:
    """Everybody whose turn it is agrees."""
    for step in round_.open_steps():
        decide(step, reviewer(cast, step.role))


def test_the_steps_are_those_of_the_level_in_order(cast: Cast) -> None:
    round_ = submitted(cast, "较大")
    steps = list(round_.steps.values_list("position", "role"))
    assert steps == [(0, "division_head"), (0, "secrecy_checker"), (1, "office_head"), (2, "deputy_leader")]


def test_the_secrecy_check_is_a_step_of_its_own_and_the_personal_data_check_the_office_s_c8_2(cast: Cast) -> None:
    """DESIGN.md, C8.2: each check has somebody who answers for it."""
    round_ = submitted(cast, "较大")
    assert dict(round_.steps.values_list("role", "checks")) == {
        "division_head": [], "secrecy_checker": ["secrecy"], "office_head": ["personal_data"], "deputy_leader": [],
    }  # fmt: skip


def test_whoever_has_a_check_can_not_agree_without_it_c8_2(cast: Cast) -> None:
    round_ = submitted(cast, "较大")
    step = round_.steps.get(role="secrecy_checker")
    with pytest.raises(Refused, match="保密审查") as refusal:
        decide(step, cast.secrecy, secrecy=False, personal_data=True)
    assert refusal.value.code == "checks_missing"
    assert decide(step, cast.secrecy, secrecy=True, personal_data=False).decision == "approved"


def test_a_review_that_nobody_could_end_is_not_opened(cast: Cast) -> None:
    """An approval that sleeps until the deadline is found at the start, with whom to appoint."""
    revision = drafted(cast, "较大")
    for row in Appointment.objects.filter(role__in=("secrecy_checker", "legal")):
        row.until = clock.now()
        row.save()
    with pytest.raises(Refused, match="保密审查") as refusal:
        actions.submit(revision.case, cast.editor)
    assert refusal.value.code == "nobody_reviews"


def test_each_step_has_its_share_of_the_time_and_its_people_are_reminded_in_turn(cast: Cast) -> None:
    """§4.3, C8.2: four hours at 较大, three groups; only the first group's turn has begun."""
    round_ = submitted(cast, "较大")
    hours = [(step.due_at - round_.opened_at).total_seconds() / 3600 for step in round_.steps.all()]
    assert hours == pytest.approx([4 / 3, 4 / 3, 8 / 3, 4])
    assert [step.next_action_at is not None for step in round_.steps.all()] == [True, True, False, False]
    decide_turn(cast, round_)
    assert [step.next_action_at is not None for step in round_.steps.all()] == [False, False, True, False]


def test_brackets_in_the_file_run_side_by_side(cast: Cast) -> None:
    round_ = submitted(cast, "重大")
    decide_turn(cast, round_)
    assert {step.role for step in round_.open_steps()} == {"office_head", "legal"}


def test_a_later_step_can_not_decide_before_its_turn(cast: Cast) -> None:
    round_ = submitted(cast)
    last = round_.steps.get(role="deputy_leader")
    with pytest.raises(Refused) as refusal:
        decide(last, cast.deputy)
    assert refusal.value.code == "not_your_turn"


def test_the_drafter_decides_no_step_even_with_the_role(cast: Cast) -> None:
    case = handled(cast)
    appoint(cast.tech_head, "editor", cast.tech_head.department, actor=Actor.SYSTEM)
    actions.save_revision(case, actor=cast.tech_head, **DRAFT)  # type: ignore[arg-type]
    appoint(cast.works_head, "division_head", cast.tech_head.department, actor=Actor.SYSTEM)
    round_ = actions.submit(again(case), cast.editor)
    with pytest.raises(Refused):
        decide(round_.open_steps()[0], cast.tech_head)


def test_one_person_decides_one_step_of_a_round(cast: Cast) -> None:
    round_ = submitted(cast)
    appoint(cast.tech_head, "office_head", cast.department("BGS"), actor=Actor.SYSTEM)
    decide(round_.open_steps()[0], cast.tech_head)
    with pytest.raises(Refused):
        decide(round_.open_steps()[0], cast.tech_head)


def test_the_head_of_another_department_can_not_decide_for_the_lead(cast: Cast) -> None:
    with pytest.raises(Refused):
        decide(submitted(cast).open_steps()[0], cast.works_head)


def test_a_deputy_may_act_and_it_shows(cast: Cast) -> None:
    round_ = submitted(cast)
    decide_turn(cast, round_)
    decided = decide(round_.open_steps()[0], cast.office2)
    assert decided.as_deputy


def test_approval_binds_the_hash_the_reviewer_saw(cast: Cast) -> None:
    step = submitted(cast).open_steps()[0]
    with pytest.raises(Refused) as refusal:
        decide(step, cast.tech_head, manifest_sha256="0" * 64)
    assert refusal.value.code == "other_text"
    assert not ReviewStep.objects.exclude(decision="").exists()


def test_the_round_ends_approved_when_every_step_is(cast: Cast) -> None:
    round_ = submitted(cast)
    approve(cast, round_)
    round_.refresh_from_db()
    assert round_.state == ReviewRound.APPROVED
    assert again(round_.case).state == "approved"


def test_no_round_ends_without_secrecy_and_personal_data_checks_c8_2(cast: Cast) -> None:
    """Also where the file gives the checks to nobody: then the last step has them (INV-4)."""
    regulation = regulation_of(submitted(cast).case.regulation)
    bare = replace(regulation.workflow.review_steps, checks={})
    groups = plan(replace(regulation, workflow=replace(regulation.workflow, review_steps=bare)), "L2", "first")
    assert [[(step.role, step.checks) for step in group] for group in groups] == [
        [("division_head", [])], [("office_head", [])], [("deputy_leader", ["secrecy", "personal_data"])],
    ]  # fmt: skip


def test_sending_back_needs_a_reason_and_ends_the_round(cast: Cast) -> None:
    round_ = submitted(cast)
    with pytest.raises(Refused):
        decide(round_.open_steps()[0], cast.tech_head, approve=False, comment="不")
    decide(round_.open_steps()[0], cast.tech_head, approve=False)
    round_.refresh_from_db()
    assert round_.state == ReviewRound.REJECTED
    assert again(round_.case).state == "handling"


def test_another_text_voids_the_review_in_progress(cast: Cast) -> None:
    round_ = submitted(cast)
    decide(round_.open_steps()[0], cast.tech_head)
    save(again(round_.case), cast, facts="9月14日8时30分至9时50分，登录服务中断。")
    round_.refresh_from_db()
    assert round_.state == ReviewRound.VOIDED
    assert again(round_.case).state == "handling"


def test_another_text_voids_an_approval(cast: Cast) -> None:
    case = approved(cast)
    save(again(case), cast, renditions={"portal": "另一段文字，说的是别的事情。"})
    assert again(case).state == "handling"
    assert ReviewRound.objects.get(case=case).state == ReviewRound.VOIDED


@pytest.mark.parametrize(
    "changes",
    [{}, {"facts": DRAFT["facts"] + "  \r\n"}, {"renditions": {"portal": "\n" + DRAFT["renditions"]["portal"]}}],  # type: ignore[index,operator]
)
def test_a_save_without_change_voids_nothing(cast: Cast, changes: dict[str, object]) -> None:
    round_ = submitted(cast)
    same = save(again(round_.case), cast, **changes)
    round_.refresh_from_db()
    assert same == round_.revision
    assert round_.state == ReviewRound.OPEN
    assert Revision.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "另一个标题"},
        {"question": "另一个问题。"},
        {"facts": "另一些事实。"},
        {"basis": "另一个依据"},
        {"renditions": {"portal": "另一段文字。"}},
        {"renditions": {**DRAFT["renditions"], "weibo": "短文。"}},  # type: ignore[dict-item]
        {"bodies": ["财政局"]},
    ],
)
def test_every_part_of_the_manifest_counts(cast: Cast, changes: dict[str, object]) -> None:
    revision = drafted(cast)
    other = save(again(revision.case), cast, **changes)
    assert other.manifest_sha256 != revision.manifest_sha256
    assert other.number == 2


@pytest.mark.parametrize("missing", ["facts", "question", "basis"])
def test_a_draft_with_a_gap_is_not_submitted_and_says_which(cast: Cast, missing: str) -> None:
    revision = drafted(cast, **{missing: " "})
    with pytest.raises(Refused) as refusal:
        actions.submit(again(revision.case), cast.editor)
    assert "缺少" in refusal.value.sentence


def test_a_draft_without_text_for_the_portal_is_not_submitted(cast: Cast) -> None:
    revision = drafted(cast, renditions={"weibo": "短文"})
    with pytest.raises(Refused):
        actions.submit(again(revision.case), cast.editor)


def test_no_answer_is_submitted_before_the_facts_are_reported_c7_2(cast: Cast) -> None:
    case = handled(cast)
    case.disposals.all().delete()
    case.findings.all().delete()
    save(case, cast)
    with pytest.raises(Refused) as refusal:
        actions.submit(again(case), cast.editor)
    assert "C7.2" in refusal.value.sentence


def test_a_submission_can_be_withdrawn_for_ten_minutes_before_anybody_decides(cast: Cast, frozen: FrozenClock) -> None:
    round_ = submitted(cast)
    frozen.advance(dt.timedelta(minutes=9))
    actions.withdraw(round_.case, cast.editor)
    assert open_round(round_.case) is None
    assert again(round_.case).state == "handling"


def test_a_submission_can_not_be_withdrawn_after_the_first_decision(cast: Cast) -> None:
    round_ = submitted(cast)
    decide(round_.open_steps()[0], cast.tech_head)
    with pytest.raises(Refused):
        actions.withdraw(round_.case, cast.editor)


def test_each_reviewer_sees_only_the_step_whose_turn_it_is(cast: Cast) -> None:
    submitted(cast)
    assert [step.role for step in my_steps(cast.tech_head)] == ["division_head"]
    assert my_steps(cast.office) == []
    assert my_steps(cast.deputy) == []
    assert my_steps(cast.editor) == []


def test_a_stranger_can_not_draft(cast: Cast) -> None:
    case = handled(cast)
    with pytest.raises(Refused):
        actions.save_revision(case, actor=cast.works_head, **DRAFT)  # type: ignore[arg-type]
    assert current_revision(case) is None


def test_an_unknown_channel_is_named(cast: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        drafted(cast, renditions={"portal": "文字", "fax": "文字"})
    assert "fax" in refusal.value.sentence
