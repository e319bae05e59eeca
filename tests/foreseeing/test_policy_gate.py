"""C6.1: a policy that touches people is screened, assessed, approved by a second person — and only then issued."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings, strategies as st

import risk_told as told
from cast import Cast
from huiying.foreseeing import policies as reads, tasks
from huiying.foreseeing.actions import assessing, policies
from huiying.foreseeing.models import Assessment, Policy
from huiying.kernel import clock
from huiying.ledger.models import LedgerEntry
from huiying.people.errors import Refused
from huiying.work.models import Notice

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def refusal(call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)
    return caught.value.code


def kinds(row: Policy) -> list[str]:
    return list(LedgerEntry.objects.filter(chain=reads.chain_of(row)).order_by("seq").values_list("kind", flat=True))


def issue(row: Policy, cast: Cast, at: dt.datetime | None = None) -> Policy:
    return policies.issue_policy(row, issued_at=at or clock.now(), issued_as="鞍公资〔2026〕9号", actor=cast.tech_head)


def test_scenario_5_refused_without_assessment_allowed_after_two_methods_and_a_plan_c6_1(cast: Cast, frozen) -> None:
    policy = told.screened(cast)
    assert refusal(issue, policy, cast) == "gate"
    row = assessing.begin_assessment(policy, visits_planned=1, actor=cast.tech_liaison)
    told.tracked(cast, row)
    told.visited(cast, row)
    told.risky(cast, row)
    told.graded(cast, row)
    told.planned(cast, row)
    told.proposed(cast, row)
    assert refusal(issue, policy, cast) == "gate"
    told.agreed(cast, row)
    frozen.advance(DAY)
    assert issue(policy, cast).state == Policy.ISSUED
    assert kinds(policy)[0] == "policy.saved"
    assert kinds(policy)[-2:] == ["assessment.approved", "policy.issued"]


def test_marking_issued_without_an_approved_assessment_must_be_impossible_c6_1(cast: Cast) -> None:
    policy = told.screened(cast)
    assert refusal(issue, policy, cast) == "gate"
    assert refusal(issue, told.registered(cast), cast) == "gate"  # not even screened
    with pytest.raises(IntegrityError), transaction.atomic():
        Policy.objects.filter(pk=policy.pk).update(state="issued", issued_at=clock.now())
    no_word = {"major": None, "screen_reason": "", "screened_user": None}
    for change in ({"major": False}, no_word, {"excused_user": cast.office.pk, "major": False}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Policy.objects.filter(pk=policy.pk).update(state="issued", issued_at=clock.now(), **change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Policy.objects.filter(pk=policy.pk).update(state="issued", assessed_at=clock.now())  # no time of issue


def test_an_assessment_dated_after_the_issue_must_be_impossible_c6_1(cast: Cast, frozen) -> None:
    before = clock.now()
    frozen.advance(DAY)
    policy = told.approved(cast).policy
    assert refusal(issue, policy, cast, before) == "assessed_after_issue"
    assert refusal(issue, policy, cast, clock.now()) == "assessed_after_issue"  # not in the same moment either
    with pytest.raises(IntegrityError), transaction.atomic():
        Policy.objects.filter(pk=policy.pk).update(state="issued", issued_at=before)


def test_an_issued_policy_is_not_assessed_afterwards_c6_1(cast: Cast, frozen) -> None:
    policy = told.approved(cast).policy
    frozen.advance(DAY)
    issue(policy, cast)
    begin = {"visits_planned": 0, "actor": cast.tech_liaison}
    assert refusal(assessing.begin_assessment, policy, **begin) == "is_over"
    assert refusal(policies.shelve_policy, policy, reason="不办了，以后再说", actor=cast.office) == "is_over"


def test_an_assessment_that_waits_when_the_policy_is_over_can_not_be_approved_c6_1(cast: Cast) -> None:
    row = told.whole(cast)
    policies.shelve_policy(row.policy, reason="今年不再出台", actor=cast.office)
    assert refusal(told.agreed, cast, row) == "is_over"


def test_a_policy_is_not_marked_before_it_is_issued(cast: Cast, frozen) -> None:
    policy = told.approved(cast).policy
    assert refusal(issue, policy, cast, clock.now() + DAY) == "in_the_future"


def test_screening_as_not_touching_people_needs_a_second_person_and_a_reason_c6_1(cast: Cast, frozen) -> None:
    policy = told.registered(cast)
    no = {"major": False, "actor": cast.office}
    assert refusal(policies.screen_policy, policy, reason="", **no) == "too_short"
    policy = policies.screen_policy(policy, reason="只改内部流程，不影响企业。", **no)
    assert refusal(issue, policy, cast) == "gate"
    second = {"agree": True, "reason": ""}
    assert refusal(policies.second_screening, policy, **second, actor=cast.office) == "second_person"
    assert refusal(policies.second_screening, policy, **second, actor=cast.editor) == "not_permitted"
    with pytest.raises(IntegrityError), transaction.atomic():
        Policy.objects.filter(pk=policy.pk).update(excused_user=cast.office.pk)
    policies.second_screening(policy, **second, actor=cast.office2)
    assert refusal(policies.second_screening, policy, **second, actor=cast.top) == "nothing_proposed"
    assert refusal(issue, policy, cast, clock.now() - DAY) == "assessed_after_issue"
    assert issue(policy, cast).state == Policy.ISSUED


def test_a_second_person_who_says_otherwise_sends_it_to_assessment_c6_1(cast: Cast) -> None:
    policy = policies.screen_policy(told.registered(cast), major=False, reason="只改内部流程。", actor=cast.office)
    policy = policies.second_screening(policy, agree=False, reason="企业会受影响，要评估。", actor=cast.deputy)
    assert policy.major is True
    assert "评估" in reads.why_not_issue(policy)


def test_other_words_ask_the_screening_question_again_c6_1(cast: Cast) -> None:
    policy = policies.screen_policy(told.registered(cast), major=False, reason="只改内部流程。", actor=cast.office)
    policy = policies.second_screening(policy, agree=True, reason="", actor=cast.office2)
    same = {"title": policy.title, "department": policy.department, "planned_on": None, "actor": cast.office}
    policy = policies.save_policy(policy, summary=policy.summary, **same)
    assert policy.excused_user is not None  # nothing was changed
    policy = policies.save_policy(policy, summary="改为向企业收取服务费，影响所有投标企业。", **same)
    assert (policy.major, policy.excused_user) == (None, None)


def test_what_was_assessed_is_not_rewritten_afterwards_c6_1(cast: Cast) -> None:
    policy = told.approved(cast).policy
    change = {"title": "另一份办法", "summary": "完全不同的内容写在这里。", "department": policy.department}
    assert refusal(policies.save_policy, policy, **change, planned_on=None, actor=cast.office) == "assessed"


def test_once_assessment_has_begun_the_policy_is_not_screened_away_c6_1(cast: Cast) -> None:
    row = told.begun(cast)
    no = {"major": False, "reason": "看来并不影响企业。", "actor": cast.office}
    assert refusal(policies.screen_policy, row.policy, **no) == "assessment_begun"


def test_the_second_person_approves_exactly_what_was_seen_c6_1_inv_4(cast: Cast) -> None:
    row = told.whole(cast)
    decide = {"approve": True, "comment": ""}
    assert refusal(assessing.decide_assessment, row, sha256="x", actor=cast.deputy, **decide) == "other_text"
    assert refusal(assessing.decide_assessment, row, sha256=row.sha256, actor=cast.tech_liaison, **decide) in (
        "not_permitted", "second_person",
    )  # fmt: skip
    sha = row.sha256
    told.visited(cast, row, "又走访了一家，说可以接受。")  # a change takes it back to the desk
    assert refusal(assessing.decide_assessment, row, sha256=sha, actor=cast.deputy, **decide) == "nothing_proposed"
    row = told.proposed(cast, row)
    assert row.sha256 != sha
    assert told.agreed(cast, row).state == Assessment.APPROVED


def test_neither_who_sent_it_up_nor_who_set_the_level_approves_c6_7_inv_7(cast: Cast) -> None:
    row = told.begun(cast)
    told.tracked(cast, row)
    told.visited(cast, row)
    told.risky(cast, row)
    told.graded(cast, row, by=cast.office)
    told.planned(cast, row)
    row = assessing.propose_assessment(row, conclusion="总体可行，按预案准备后出台。", actor=cast.office2)
    for one in (cast.office, cast.office2):
        assert refusal(told.agreed, cast, row, one) == "second_person"
        with pytest.raises(IntegrityError), transaction.atomic():
            Assessment.objects.filter(pk=row.pk).update(approved_user=one.pk)
    assert told.agreed(cast, row, cast.top).state == Assessment.APPROVED


def test_the_highest_level_is_approved_by_a_leader_c6_7(cast: Cast) -> None:
    row = told.whole(cast, "高")
    assert refusal(told.agreed, cast, row, cast.office) == "second_person"
    assert told.agreed(cast, row, cast.deputy).state == Assessment.APPROVED


def test_a_returned_assessment_waits_again_with_its_reason(cast: Cast) -> None:
    row = told.whole(cast)
    back = {"approve": False, "sha256": row.sha256, "actor": cast.deputy}
    assert refusal(assessing.decide_assessment, row, comment="", **back) == "too_short"
    row = assessing.decide_assessment(row, comment="请再走访两家小企业", **back)
    assert (row.state, row.returned_why) == (Assessment.OPEN, "请再走访两家小企业")
    assert refusal(issue, row.policy, cast) == "gate"


def test_one_assessment_at_a_time_and_another_may_follow_before_the_issue(cast: Cast) -> None:
    row = told.approved(cast)
    begin = {"visits_planned": 0, "actor": cast.tech_liaison}
    second = assessing.begin_assessment(row.policy, **begin)
    assert second.n == 2
    assert refusal(assessing.begin_assessment, row.policy, **begin) == "already_begun"
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.create(policy=row.policy, n=3, begun_by="甲", begun_at=clock.now())
    assert refusal(told.visited, cast, row) == "approved"


def test_people_are_reminded_while_the_gate_is_shut_and_the_auditor_says_so_c6_1(cast: Cast, frozen) -> None:
    on = clock.now().date() + 8 * DAY
    policy = told.screened(cast, planned_on=on)
    told.screened(cast, title="没有日期的办法")
    with transaction.atomic():
        assert policies.remind(clock.now(), 10) == 0
    assert tasks.policies_are_assessed() == []
    frozen.advance(2 * DAY)
    with transaction.atomic():
        assert policies.remind(clock.now(), 10) == 1
        assert policies.remind(clock.now(), 10) == 0
    assert Notice.objects.filter(recipient="office", url=f"/desk/policies/{policy.pk}/").exists()
    frozen.advance(7 * DAY)
    with transaction.atomic():
        assert policies.remind(clock.now(), 10) == 1
    assert [found.code for found in tasks.policies_are_assessed()] == ["policy.unassessed"]


STEPS = st.lists(
    st.sampled_from(
        ["yes", "no", "agree", "begin", "track", "visit", "risk", "level", "plan", "send", "approve", "back", "issue",
         "issue_early", "wait"]
    ),
    min_size=6,
    max_size=24,
)  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_whatever_people_do_nothing_is_issued_before_its_assessment_c6_1(cast: Cast, frozen, steps: list[str]) -> None:
    policy, start = told.registered(cast), clock.now()

    def row() -> Assessment:
        found = reads.current(policy)
        if found is None:
            raise Refused("none", code="none")
        return found

    does: dict[str, Any] = {
        "yes": lambda: policies.screen_policy(policy, major=True, reason=told.REASON, actor=cast.tech_liaison),
        "no": lambda: policies.screen_policy(policy, major=False, reason="内部流程而已", actor=cast.tech_liaison),
        "agree": lambda: policies.second_screening(policy, agree=True, reason="", actor=cast.office),
        "begin": lambda: assessing.begin_assessment(policy, visits_planned=0, actor=cast.tech_liaison),
        "track": lambda: told.tracked(cast, row()),
        "visit": lambda: told.visited(cast, row()),
        "risk": lambda: told.risky(cast, row()),
        "level": lambda: told.graded(cast, row()),
        "plan": lambda: told.planned(cast, row()),
        "send": lambda: told.proposed(cast, row()),
        "approve": lambda: told.agreed(cast, row()),
        "back": lambda: assessing.decide_assessment(
            row(), approve=False, sha256=row().sha256, comment="请再看看", actor=cast.deputy
        ),
        "issue": lambda: issue(policy, cast),
        "issue_early": lambda: issue(policy, cast, start),
        "wait": lambda: frozen.advance(DAY),
    }
    for step in steps:
        policy.refresh_from_db()
        try:
            does[step]()
        except Refused:
            continue
    policy.refresh_from_db()
    if policy.state == Policy.ISSUED:
        assert policy.issued_at is not None
        if policy.major:
            found = reads.approved(policy)
            assert found is not None
            assert found.approved_at is not None
            assert found.approved_at < policy.issued_at
            assert found.approved_user not in (found.proposed_user, found.level_user)
            assert found.methods_done >= 2
        else:
            assert policy.excused_user not in (None, policy.screened_user)
