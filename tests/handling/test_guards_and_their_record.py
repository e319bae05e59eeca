"""C2.1, C7.1–C7.3, C8.8, C10.6, INV-1: who may do each verb of a case, the least that must be said, the record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from cast import PEOPLE, Cast
from huiying.handling import actions
from huiying.handling.models import Case, Clock, Knowledge, StateChange
from huiying.handling.queries import effective, joint_of, lead_of
from huiying.judging.models import Event
from huiying.kernel import clock as time
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.people.errors import Refused
from huiying.people.models import User
from stories import RUMOUR, again, answered, effects_seen, handled, hear, opened, routed

HOUR = dt.timedelta(hours=1)
DUTY = {"duty", "duty2", "shift", "network"}
OFFICE = {"office", "office2"}
LEADERS = {"deputy", "top"}
OF_LEAD = {"tech_head", "tech_liaison"}
OF_CASE = OF_LEAD | {"network_head"}  # the joint department too (C7.4)


def kinds(case: Case) -> list[str]:
    return list(LedgerEntry.objects.filter(chain=f"case:{case.number}").order_by("seq").values_list("kind", flat=True))


def last(case: Case, kind: str) -> dict[str, object]:
    entry = LedgerEntry.objects.filter(chain=f"case:{case.number}", kind=kind).order_by("-seq").first()
    assert entry is not None
    return entry.data or {}


Verb = Callable[[Cast, Case, User], object]


def judged(cast: Cast) -> Case:
    return effects_seen(cast, answered(cast))


VERBS: dict[str, tuple[Callable[[Cast], Case], set[str], Verb]] = {
    "route": (
        opened,
        DUTY | OFFICE,
        lambda cast, case, who: actions.route(case, cast.department("GCC"), [], "主管部门", who),
    ),
    "confirm_level": (
        opened,
        DUTY | OFFICE | LEADERS,
        lambda _cast, case, who: actions.confirm_level(case, "重大", who),
    ),
    "set_emergency": (
        opened,
        DUTY | OFFICE | LEADERS,
        lambda _cast, case, who: actions.set_emergency(case, "重大", who),
    ),
    "add_knowledge": (
        opened,
        DUTY | OFFICE,
        lambda _cast, case, who: actions.add_knowledge(case, case.first_known_at - HOUR, "电话", "通话记录", who),
    ),
    "void": (opened, OFFICE, lambda _cast, case, who: actions.void(case, "误立案，与本局职责没有关系。", who)),
    "undo_route": (routed, DUTY | OFFICE, lambda _cast, case, who: actions.undo_route(case, who)),
    "accept": (routed, OF_LEAD, lambda _cast, case, who: actions.accept(case, who)),
    "return_case": (
        routed,
        OF_LEAD,
        lambda _cast, case, who: actions.return_case(case, "不属于本部门的职责范围。", who),
    ),
    "find": (
        handled,
        OF_CASE,
        lambda _cast, case, who: actions.find(case, "事实清楚。", "原因", "影响", who),
    ),
    "dispose": (
        handled,
        OF_CASE,
        lambda _cast, case, who: actions.dispose(case, case.findings.get(), "已经处置。", True, who),
    ),
    "decide_sustained": (
        answered,
        OFFICE | LEADERS,
        lambda _cast, case, who: actions.decide_sustained(case, False, "已经平息", who),
    ),
    "close": (judged, OFFICE, lambda _cast, case, who: actions.close(case, "证书到期未续", who)),
}


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_exactly_these_people_may(cast: Cast, verb: str) -> None:
    """Everybody of the bureau tries; whoever is refused leaves no trace, whoever may changes the record."""
    from django.db import transaction

    story, allowed, do = VERBS[verb]
    case = story(cast)
    could, refusals = set(), set()
    for name in [*PEOPLE, "admin"]:
        before = kinds(case)
        try:
            with transaction.atomic():
                do(cast, again(case), User.objects.get(pk=cast.people[name].pk))
                assert kinds(case) != before
                raise _Undo
        except _Undo:
            could.add(name)
        except Refused as refusal:
            refusals.add(refusal.code)
            assert kinds(case) == before
    assert could == allowed
    assert refusals == {"not_permitted"}


class _Undo(Exception):
    pass


SHORT: dict[str, tuple[Callable[[Cast], Case], int, Callable[[Cast, Case, str], object]]] = {
    "route": (opened, 4, lambda cast, case, text: actions.route(case, cast.department("GCC"), [], text, cast.duty)),
    "return": (routed, 10, lambda cast, case, text: actions.return_case(case, text, cast.tech_head)),
    "void": (opened, 10, lambda cast, case, text: actions.void(case, text, cast.office)),
    "sustained": (answered, 4, lambda cast, case, text: actions.decide_sustained(case, True, text, cast.office)),
    "close": (judged, 4, lambda cast, case, text: actions.close(case, text, cast.office)),
    "facts": (handled, 4, lambda cast, case, text: actions.find(case, text, "原因", "影响", cast.tech_head)),
    "cause": (handled, 2, lambda cast, case, text: actions.find(case, "事实清楚", text, "影响", cast.tech_head)),
    "impact": (handled, 2, lambda cast, case, text: actions.find(case, "事实清楚", "原因", text, cast.tech_head)),
    "dispose": (
        handled,
        4,
        lambda cast, case, text: actions.dispose(case, case.findings.get(), text, True, cast.tech_head),
    ),
    "how": (
        opened,
        2,
        lambda cast, case, text: actions.add_knowledge(case, case.first_known_at - HOUR, text, "通话记录", cast.duty),
    ),
    "evidence": (
        opened,
        4,
        lambda cast, case, text: actions.add_knowledge(case, case.first_known_at - HOUR, "电话", text, cast.duty),
    ),
}


@pytest.mark.parametrize("field", sorted(SHORT))
def test_a_text_must_say_something(cast: Cast, field: str) -> None:
    """C7.1: never unexplained. One character too few is refused and blanks do not count; the exact length passes."""
    story, least, do = SHORT[field]
    case = story(cast)
    with pytest.raises(Refused) as refusal:
        do(cast, case, "  " + "字" * (least - 1) + " \n")
    assert refusal.value.code == "too_short"
    assert str(least) in refusal.value.sentence
    do(cast, case, " " + "字" * least)


def test_each_move_stands_in_the_record_with_verb_and_clause(cast: Cast) -> None:
    case = handled(cast)
    moves = [
        entry.data
        for entry in LedgerEntry.objects.filter(chain=f"case:{case.number}", kind="case.moved").order_by("seq")
    ]
    assert [(move["from"], move["to"], move["verb"]) for move in moves if move] == [
        ("", "registered", "open"),
        ("registered", "assigned", "route"),
        ("assigned", "handling", "accept"),
    ]
    assert all(move and move["clause"] for move in moves)
    changes = StateChange.objects.filter(case=case)
    assert [(row.was, row.state) for row in changes] == [(move["from"], move["to"]) for move in moves if move]


def test_the_record_of_a_handled_case_says_everything_once(cast: Cast) -> None:
    case = handled(cast)
    tech, network = cast.department("Z-XX").name, cast.department("WGC").name
    routing = last(case, "case.routed")
    assert (routing["lead"], routing["joint"]) == (tech, [network])
    assert (routing["reason"], routing["slip"]) == ("系统故障，由信息技术部主办", "转办〔2026〕1号")
    assert last(case, "slip.issued")["number"] == routing["slip"]
    assert last(case, "case.accepted") == {"department": tech}
    assert last(case, "case.found")["facts"] == "登录服务中断七十分钟。"
    assert last(case, "case.disposed") == {"actions": "已续证书，开标顺延，逐一电话告知。", "settled": True}
    assert last(case, "case.graded")["name"] == "较大"
    for kind in ("case.opened", "case.graded", "case.routed", "case.accepted", "case.found", "case.disposed"):
        assert kinds(case).count(kind) == 1, kind


def test_acceptance_names_who_and_when_c10_6(cast: Cast, frozen: FrozenClock) -> None:
    case = routed(cast)
    frozen.advance(10 * HOUR / 60)
    actions.accept(case, cast.tech_liaison)
    row = case.departments.get(role="lead", until=None)
    assert (row.accepted_by, row.accepted_at) == (cast.tech_liaison.name, time.now())


def test_a_department_listed_twice_or_as_lead_is_joint_once_or_not_at_all(cast: Cast) -> None:
    case = opened(cast)
    lead, other = cast.department("Z-XX"), cast.department("WGC")
    actions.route(case, lead, [other, other, lead], "由信息部主办", cast.duty)
    assert joint_of(case) == [other]
    assert lead_of(case) == lead


def test_routing_again_ends_the_joint_departments_of_before(cast: Cast) -> None:
    case = routed(cast)
    actions.route(case, cast.department("GCC"), [], "改由工程处主办", cast.office)
    assert joint_of(case) == []
    assert case.departments.filter(until=None).count() == 1


def test_an_unlisted_joint_department_is_refused_and_nothing_moves_c2_3(cast: Cast) -> None:
    case = opened(cast)
    other = cast.department("WGC")
    other.is_active = False
    other.save()
    with pytest.raises(Refused) as refusal:
        actions.route(case, cast.department("Z-XX"), [other], "由信息部主办", cast.duty)
    assert refusal.value.code == "not_listed"
    assert lead_of(case) == cast.department("BGS")
    assert again(case).state == "registered"


def test_the_undo_lasts_ten_minutes_to_the_second(cast: Cast, frozen: FrozenClock) -> None:
    case = routed(cast)
    frozen.advance(actions.UNDO_FOR)
    actions.undo_route(case, cast.duty)
    assert lead_of(case) == cast.department("BGS")
    assert last(case, "case.route_undone") == {"lead": cast.department("Z-XX").name}
    case = opened(cast, text=RUMOUR)
    actions.route(case, cast.department("Z-XX"), [], "由信息部主办", cast.duty)
    frozen.advance(actions.UNDO_FOR + dt.timedelta(seconds=1))
    with pytest.raises(Refused) as refusal:
        actions.undo_route(case, cast.duty)
    assert refusal.value.code == "too_late_to_undo"


def test_a_disposal_after_the_end_is_refused_c7_3(cast: Cast) -> None:
    """What was closed is closed: the record of the measures does not grow afterwards."""
    case = judged(cast)
    actions.close(case, "证书到期未续", cast.office)
    with pytest.raises(Refused) as refusal:
        actions.dispose(again(case), case.findings.get(), "后来又处置一次。", True, cast.tech_head)
    assert refusal.value.code == "not_in_this_state"
    assert case.disposals.count() == 1


def test_closing_says_why_in_the_record(cast: Cast, frozen: FrozenClock) -> None:
    case = judged(cast)
    frozen.advance(HOUR)
    actions.close(case, "  证书到期未续  ", cast.office)
    case = again(case)
    assert (case.state, case.root_cause, case.closed_at) == ("closed", "证书到期未续", time.now())
    assert last(case, "case.closed") == {"root_cause": "证书到期未续"}


@pytest.mark.parametrize("sustained", [True, False])
def test_either_decision_on_going_on_is_a_decision_c8_8(cast: Cast, sustained: bool) -> None:
    case = answered(cast, "重大")
    assert any("C8.8" in why for why in actions.why_not_close(case))
    actions.decide_sustained(case, sustained, "视传播情况而定", cast.deputy)
    assert again(case).sustained is sustained
    assert last(case, "case.sustained") == {"sustained": sustained, "reason": "视传播情况而定"}
    assert actions.why_not_close(effects_seen(cast, case)) == []


# --- void and open again (INV-1, C8.5) -------------------------------------------------------------------------------


def test_a_voided_case_opened_again_has_its_number_its_level_and_its_deadline(cast: Cast) -> None:
    """INV-1, C8.5: voiding by mistake costs the public no deadline: the legal clock runs again as it ran."""
    case = opened(cast)
    due = effective(case, "respond")
    assert due is not None
    actions.void(case, "误立案，与本局职责没有关系。", cast.office)
    assert effective(case, "respond") is None
    assert again(case).event.state == Event.OPEN
    found = actions.open_case(again(case).event, cast.duty)
    assert (found.pk, found.number, found.state) == (case.pk, case.number, "registered")
    row = effective(found, "respond")
    assert row is not None
    assert (row.due_at, row.provisional) == (due.due_at, False)
    assert lead_of(found) == cast.department("BGS")


def test_a_provisional_case_voided_and_opened_again_is_provisional_still(cast: Cast) -> None:
    case = actions.open_case(hear(), cast.duty)
    actions.void(case, "误立案，与本局职责没有关系。", cast.office)
    found = actions.open_case(again(case).event, cast.duty)
    assert found.is_provisional
    assert Clock.objects.get(case=found, act="respond", superseded_at=None).provisional


# --- merging (C5.16, INV-2, INV-3) -----------------------------------------------------------------------------------


def test_the_winner_takes_first_knowledge_with_its_evidence(cast: Cast, frozen: FrozenClock) -> None:
    loser = opened(cast)
    frozen.advance(3 * HOUR)
    winner = opened(cast, text=RUMOUR)
    actions.merge_cases(loser, winner, cast.duty)
    winner = again(winner)
    assert winner.first_known_at == loser.first_known_at
    row = Knowledge.objects.get(case=winner, how="并案")
    assert (row.known_at, row.evidence, row.recorded_by) == (loser.first_known_at, loser.number, cast.duty.name)
    assert last(winner, "case.merged") == {"from": loser.number}
    assert (again(loser).state, again(loser).merged_into_id) == ("merged", winner.pk)
    assert not Clock.objects.filter(case=loser, superseded_at=None, stopped_at=None).exists()


def test_a_loser_known_later_moves_nothing(cast: Cast, frozen: FrozenClock) -> None:
    winner = opened(cast)
    frozen.advance(3 * HOUR)
    loser = opened(cast, text=RUMOUR)
    actions.merge_cases(loser, winner, cast.duty)
    assert again(winner).first_known_at == winner.first_known_at
    assert winner.knowledge.count() == 1
    assert "case.known_earlier" not in kinds(winner)


@pytest.mark.parametrize("state", ["closed", "merged", "voided"])
def test_nothing_is_merged_into_a_case_that_is_over(cast: Cast, state: str) -> None:
    loser, winner = opened(cast), opened(cast, text=RUMOUR)
    Case.objects.filter(pk=winner.pk).update(state=state)
    with pytest.raises(Refused) as refusal:
        actions.merge_cases(loser, winner, cast.duty)
    assert refusal.value.code == "case_is_closed"
    assert again(loser).state == "registered"


def test_a_case_is_merged_once(cast: Cast) -> None:
    loser, winner = opened(cast), opened(cast, text=RUMOUR)
    actions.merge_cases(loser, winner, cast.duty)
    with pytest.raises(Refused):
        actions.merge_cases(again(loser), winner, cast.duty)


def test_an_answer_that_is_public_is_not_merged_away(cast: Cast) -> None:
    """C11.1."""
    loser, winner = answered(cast), opened(cast, text=RUMOUR)
    with pytest.raises(Refused) as refusal:
        actions.merge_cases(loser, winner, cast.duty)
    assert refusal.value.code == "not_in_this_state"


# --- levels ----------------------------------------------------------------------------------------------------------


def test_an_unknown_level_is_refused_with_the_levels_there_are(cast: Cast) -> None:
    case = opened(cast)
    with pytest.raises(Refused) as refusal:
        actions.confirm_level(case, "巨大", cast.office)
    assert refusal.value.code == "unknown_level"
    assert "特别重大" in refusal.value.sentence


@pytest.mark.parametrize(("level", "code"), [("较大", "same_level"), ("一般", "lowering_needs_second")])
def test_confirming_is_for_up_only_inv_7(cast: Cast, level: str, code: str) -> None:
    case = opened(cast)
    with pytest.raises(Refused) as refusal:
        actions.confirm_level(case, level, cast.top)
    assert refusal.value.code == code
    assert again(case).level == case.level


def test_a_closed_case_is_not_graded(cast: Cast) -> None:
    case = opened(cast)
    Case.objects.filter(pk=case.pk).update(state="closed")
    with pytest.raises(Refused) as refusal:
        actions.confirm_level(again(case), "重大", cast.office)
    assert refusal.value.code == "case_is_closed"


def test_the_second_person_agrees_and_the_record_says_from_what_to_what(cast: Cast) -> None:
    case = opened(cast)
    proposal = actions.propose_lower(case, "一般", "传播已经停止，影响限于一个标段，没有新的投诉。", cast.office)
    with pytest.raises(Refused):
        actions.second_lower(proposal, True, cast.office)
    assert again(case).level == "L2"
    actions.second_lower(proposal, True, cast.deputy)
    assert again(case).level == "L1"
    assert last(case, "case.graded") == {"from": "L2", "to": "L1", "name": "一般"}


def test_a_refused_lowering_leaves_the_level(cast: Cast) -> None:
    case = opened(cast)
    proposal = actions.propose_lower(case, "一般", "传播已经停止，影响限于一个标段，没有新的投诉。", cast.office)
    actions.second_lower(proposal, False, cast.deputy)
    assert again(case).level == "L2"
    assert kinds(case).count("case.graded") == 1
