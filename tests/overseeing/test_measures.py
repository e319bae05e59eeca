"""（十二）C12.4–C12.6: the ladder: a person decides, the other side is heard, no citizen is named."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings, strategies as st

from cast import Cast, builtin_text
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.overseeing.actions import measures
from huiying.overseeing.commands import assess
from huiying.overseeing.models import Measure
from huiying.people.actions import adopt_regulation, appoint
from huiying.people.errors import Refused
from huiying.regulation import load
from overseeing.oversight_of import DAY, lies, overdue, proposed
from overseeing.test_figures_by_hand import START, Book
from stories import again, answered

FACTS = "此件逾期十二小时才公开回应。"
STATEMENT = "证书由省平台管理，我们当天就报告。"


def refusal(call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)
    return caught.value.code


def decided(row: Measure, who: Any, *, issue: bool = True) -> Measure:
    return measures.decide(row, issue=issue, reason="事实清楚，已听取陈述。", actor=who)


def test_the_ledger_suggests_with_evidence_and_does_nothing_c12_4(cast: Cast, frozen: FrozenClock) -> None:
    case = overdue(cast, frozen)
    entries = LedgerEntry.objects.count()
    (found,) = measures.suggestions()
    assert (found.department, found.trigger, found.code) == ("交易中心信息技术部", "处置不力", "deadline_missed")
    assert (found.step, found.cases) == ("提醒", (case.number,))
    assert LedgerEntry.objects.count() == entries
    assert not Measure.objects.exists()


def test_a_case_answered_in_time_suggests_nothing_c12_4(cast: Cast) -> None:
    answered(cast)
    assert measures.suggestions() == []


def test_what_a_measure_speaks_of_already_is_not_suggested_again_c12_4(cast: Cast, frozen: FrozenClock) -> None:
    proposed(cast, overdue(cast, frozen))
    assert measures.suggestions() == []


def test_each_time_the_next_step_is_suggested_c12_4(cast: Cast, frozen: FrozenClock) -> None:
    """What was issued and not put right in its time asks for the next step; once that is proposed, for nothing more."""
    case = overdue(cast, frozen)
    decided(proposed(cast, case, "督办"), cast.office)
    assert measures.suggestions() == []
    frozen.advance(31 * DAY)
    (found,) = measures.suggestions()
    assert (found.code, found.step, found.cases) == ("duban_overdue", "通报批评", (case.number,))
    proposed(cast, again(case))
    assert measures.suggestions() == []


@given(st.lists(st.sampled_from(["upgrade", "return", "report", "correct"]), max_size=8))
def test_honest_acts_never_become_evidence_c9_7(acts: list[str]) -> None:
    """A late upgrade, a return, a report of bad news and a correction accuse nobody."""
    book = Book().case("1", answered_after=2)
    for act in acts:
        if act == "upgrade":
            book.breach("1", 3, counts=False)
        elif act == "return":
            book.write("case:1", "case.returned", 3, department="信息部")
            book.write("case:1", "case.routed", 3, lead="信息部")
        elif act == "report":
            book.write("system", "report.credited", 3, department="信息部")
        else:
            book.answer("1", 4, corrects=1)
    assert measures.wrong(book.entries, START) == {}


def test_a_second_wave_and_a_stale_fact_are_seen_and_old_ones_are_not_c12_4() -> None:
    book = Book().case("1", answered_after=2).case("2", lead="工程处")
    book.write("case:1", "effect.judged", 30, verdict="second_wave")
    book.write("case:2", "facts.agreed", 1, version=2)
    book.write("case:2", "release.live", 2, facts=1)
    found = measures.wrong(book.entries, START)
    assert found == {("信息部", "second_wave_after_response"): {"1"}, ("工程处", "wrong_facts_published"): {"2"}}
    assert measures.wrong(book.entries, START + 2 * DAY) == {}


def test_grounds_that_the_ledger_cannot_see_are_left_to_a_person_c12_6() -> None:
    assert measures.by_hand(load("anshan")) == ["工作重视不够", "发生重大问题", "造成严重社会影响"]
    assert measures.by_hand(load("sixian")) == []


def test_nothing_is_proposed_without_evidence_or_by_whom_it_does_not_concern_c12_4(
    cast: Cast, frozen: FrozenClock
) -> None:
    case = overdue(cast, frozen)
    told: dict[str, Any] = {"step": "提醒", "trigger": "处置不力", "facts": FACTS, "cases": [case.number]}
    ask, own = measures.propose, cast.department("Z-XX")
    assert refusal(ask, own, **told, actor=cast.tech_head) == "not_permitted"
    assert refusal(ask, own, **{**told, "cases": []}, actor=cast.inspector) == "no_evidence"
    assert refusal(ask, own, **{**told, "cases": ["X-1"]}, actor=cast.inspector) == "not_theirs"
    assert refusal(ask, cast.department("GCC"), **told, actor=cast.inspector) == "not_theirs"
    assert refusal(ask, own, **{**told, "step": "罚款"}, actor=cast.inspector) == "unknown_step"
    assert refusal(ask, own, **{**told, "trigger": "不听话"}, actor=cast.inspector) == "unknown_trigger"
    assert refusal(ask, own, **{**told, "facts": "逾期"}, actor=cast.inspector) == "too_short"
    assert not Measure.objects.exists()


@pytest.mark.parametrize("words", ["市民电话13912345678一直打来。", "身份证210302199001011234的人投诉。"])
def test_a_measure_that_names_somebody_of_the_public_is_refused_c12_4(
    cast: Cast, frozen: FrozenClock, words: str
) -> None:
    """Must be impossible: naming private citizens. Not in the facts, not in what anybody adds later."""
    case = overdue(cast, frozen)
    told: dict[str, Any] = {"step": "通报批评", "trigger": "处置不力", "cases": [case.number], "actor": cast.inspector}
    own = cast.department("Z-XX")
    assert refusal(measures.propose, own, facts=f"{FACTS}{words}", **told) == "names_somebody"
    row = measures.propose(own, facts=FACTS, **told)
    assert refusal(measures.state, row, words, cast.tech_head) == "names_somebody"
    measures.state(row, STATEMENT, cast.tech_head)
    assert refusal(measures.decide, row, issue=True, reason=words, actor=cast.deputy) == "names_somebody"
    decided(row, cast.deputy)
    assert refusal(measures.follow_up, row, words, cast.inspector) == "names_somebody"
    assert refusal(measures.note_outcome, row, words, cast.inspector) == "names_somebody"


def test_no_step_of_the_leaders_is_issued_before_the_department_was_heard_c12_4(
    cast: Cast, frozen: FrozenClock
) -> None:
    row = proposed(cast, overdue(cast, frozen))
    assert row.by_leader
    assert refusal(decided, row, cast.deputy) == "not_heard"
    with pytest.raises(IntegrityError), transaction.atomic():
        Measure.objects.filter(pk=row.pk).update(state="issued", reason="x", decided_at=row.proposed_at)
    measures.state(row, STATEMENT, cast.tech_head)
    assert decided(row, cast.deputy).state == Measure.ISSUED


def test_a_department_that_says_nothing_in_its_time_holds_nothing_up_c12_4(cast: Cast, frozen: FrozenClock) -> None:
    row = proposed(cast, overdue(cast, frozen))
    frozen.advance(6 * DAY)
    assert decided(row, cast.deputy).state == Measure.ISSUED


def test_a_proposal_may_be_dropped_without_a_hearing_c12_4(cast: Cast, frozen: FrozenClock) -> None:
    row = decided(proposed(cast, overdue(cast, frozen)), cast.deputy, issue=False)
    assert (row.state, row.rectify_by) == (Measure.DROPPED, None)
    assert refusal(measures.state, row, STATEMENT, cast.tech_head) == "is_decided"
    assert refusal(measures.follow_up, row, "已换证书并设提醒。", cast.inspector) == "not_issued"
    assert lies() == []


def test_only_a_leader_decides_what_is_never_automatic_and_never_ones_own_c12_5(
    cast: Cast, frozen: FrozenClock
) -> None:
    case = overdue(cast, frozen)
    row = proposed(cast, case, "约谈", cast.deputy)
    measures.state(row, STATEMENT, cast.tech_head)
    assert refusal(decided, row, cast.office) == "not_permitted"
    assert refusal(decided, row, cast.inspector) == "not_permitted"
    assert refusal(decided, row, cast.deputy) == "second_person"
    with pytest.raises(IntegrityError), transaction.atomic():
        Measure.objects.filter(pk=row.pk).update(decided_user=cast.deputy.pk)
    appoint(cast.top, "division_head", cast.department("Z-XX"), actor=cast.admin)
    assert refusal(decided, row, cast.top) == "not_permitted"


def test_a_reminder_is_the_offices_c12_4(cast: Cast, frozen: FrozenClock) -> None:
    row = proposed(cast, overdue(cast, frozen), "提醒")
    assert not row.by_leader
    assert decided(row, cast.office).state == Measure.ISSUED


def test_only_the_department_states_its_case_and_once_c12_4(cast: Cast, frozen: FrozenClock) -> None:
    row = proposed(cast, overdue(cast, frozen))
    assert refusal(measures.state, row, STATEMENT, cast.works_head) == "not_permitted"
    measures.state(row, STATEMENT, cast.tech_liaison)
    assert refusal(measures.state, row, STATEMENT, cast.tech_head) == "is_stated"


def test_the_evidence_is_the_whole_chain_and_nothing_can_be_left_out_c12_6(cast: Cast, frozen: FrozenClock) -> None:
    """Must be impossible: deleting exculpatory entries."""
    case = overdue(cast, frozen)
    row = proposed(cast, case)
    last = LedgerEntry.objects.filter(chain=f"case:{case.number}").order_by("-seq")[0]
    assert row.evidence == [{"chain": last.chain, "seq": last.seq, "hash": last.hash}]
    Measure.objects.update(evidence=[])
    assert "内容被改过" in " ".join(lies())


def test_the_way_is_walked_to_its_end_and_counted_c12_5(cast: Cast, frozen: FrozenClock) -> None:
    row = proposed(cast, overdue(cast, frozen))
    measures.state(row, STATEMENT, cast.tech_head)
    decided(row, cast.deputy)
    assert refusal(measures.follow_up, row, "已换证书并设到期提醒。", cast.tech_head) == "not_permitted"
    measures.follow_up(row, "已换证书并设到期提醒。", cast.inspector)
    measures.note_outcome(row, "派驻纪检监察组决定不予立案。", cast.office)
    assert refusal(measures.note_outcome, row, "另一个结果。", cast.office) == "no_outcome"
    told = assess("2026-Q3")
    assert (told["measures"], told["measures_heard_share"], told["measures_followed_up_share"]) == (1, 1.0, 1.0)
    assert lies() == []


@pytest.mark.parametrize(
    "change",
    [
        {"statement": "没有意见。"}, {"reason": "另一个理由。"}, {"facts": "另一件事。"}, {"step": "移送问责"},
        {"state": "dropped"}, {"outcome": "有责任。"},
    ],
)  # fmt: skip
def test_a_measure_that_was_rewritten_is_found_inv_12(cast: Cast, frozen: FrozenClock, change: dict[str, str]) -> None:
    row = proposed(cast, overdue(cast, frozen))
    measures.state(row, STATEMENT, cast.tech_head)
    decided(row, cast.deputy)
    assert lies() == []
    Measure.objects.update(**change)
    assert f"措施 {row.number}" in " ".join(lies())


def test_the_second_regulation_has_another_ladder_c12_4(cast: Cast, frozen: FrozenClock) -> None:
    """Three steps and no referral; its own words, no change of code."""
    case = overdue(cast, frozen)
    later = builtin_text("sixian").replace('effective_from: "2025-04-01"', 'effective_from: "2026-09-16"')
    adopt_regulation(later, cast.office)
    frozen.advance(DAY)
    (found,) = measures.suggestions()
    assert (found.trigger, found.step) == ("逾期", "提醒")
    assert again(case).number == found.cases[0]
    assert load("sixian").accountability.ladder == ("提醒", "督办", "通报")


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.sampled_from(["state", "issue", "drop", "follow", "outcome"]), max_size=6))
def test_whatever_people_do_a_measure_issued_was_heard_and_decided_by_two_c12_4(
    cast: Cast, frozen: FrozenClock, acts: list[str]
) -> None:
    case = Measure.objects.order_by("id").values_list("cases", flat=True).first()
    row = proposed(cast, again(overdue(cast, frozen))) if case is None else _another(cast, case[0])
    for act in acts:
        try:
            _act(cast, row, act)
        except Refused:
            continue
    row.refresh_from_db()
    if row.state in (Measure.ISSUED, Measure.FOLLOWED):
        assert row.statement
        assert row.decided_user not in (None, row.proposed_user)
    assert lies() == []


def _another(cast: Cast, number: str) -> Measure:
    return measures.propose(
        cast.department("Z-XX"), step="约谈", trigger="处置不力", facts=FACTS, cases=[number], actor=cast.inspector
    )


def _act(cast: Cast, row: Measure, act: str) -> None:
    if act == "state":
        measures.state(row, STATEMENT, cast.tech_head)
    elif act in ("issue", "drop"):
        decided(row, cast.deputy, issue=act == "issue")
    elif act == "follow":
        measures.follow_up(row, "已换证书并设到期提醒。", cast.inspector)
    else:
        measures.note_outcome(row, "不予立案。", cast.inspector)
