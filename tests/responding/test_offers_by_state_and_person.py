"""C9.3, C9.5, C7.1: the action bar: which verbs are spoken of in each state, who may, and why not.

The case has four pages; each speaks of its own verbs, and the whole is what the API offers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from cast import PEOPLE, Cast
from huiying.handling import actions as handling, available_actions
from huiying.handling.actions import liaison, meetings
from huiying.handling.actions.relating import merge_cases
from huiying.handling.actions.sensitive import label
from huiying.handling.actions.work import acknowledge_call
from huiying.handling.calling import open_calls
from huiying.handling.models import Case
from huiying.handling.process import PROCESS, allows
from huiying.judging.models import Event
from huiying.judging.pipeline import judge_pending
from huiying.kernel import clock as time
from huiying.kernel.clock import FrozenClock
from huiying.ledger.actions import Actor
from huiying.listening.actions import receive_message
from huiying.people.actions import appoint
from huiying.people.models import User
from huiying.people.permissions import PERMISSIONS, may
from huiying.responding import actions
from huiying.responding.available_actions.answering import LINKS
from huiying.responding.available_actions.main import OFFERS, ActionState, actions_for, parts
from stories import (
    CONSULTATION,
    OUTAGE,
    RUMOUR,
    again,
    answered,
    approved,
    drafted,
    effects_seen,
    handled,
    hear,
    opened,
    routed,
    submitted,
)

LIVE = {"confirm_level", "propose_lower", "set_emergency", "add_knowledge"}
# Of a case at the second level: the first notice rings, and 核实衔接 is asked for.
LIVE |= {"acknowledge_call", "note_act", "split", "make_task", "say", "attach", "link_recurrence"}
LIVE |= {"agree_facts", "draft_liaison", "exempt_liaison", "propose_clue", "convene_meeting"}
FORMS = {"authorise_speaker", "plan_expert", "plan_conference", "plan_interview", "record_inquiry", "record_filing"}
LIVE |= FORMS | {"label"}
ENDS = {"withhold", "merge", "void"}
WORK = {"find", "dispose", "draft", "ask_confirmation", "record_confirmation"}
HOLD = {"hold_statement"}  # until there is an answer
# The review, what is put right at the root, and what others still bring.
AFTERWARDS = {"reopen", "note_act", "make_task", "record_inquiry", "record_filing", "label"}
SPOKEN_OF: dict[str, set[str]] = {
    "registered": LIVE | HOLD | ENDS | {"route", "set_keys"},
    "assigned": LIVE | HOLD | ENDS | {"route", "set_keys", "undo_route", "accept", "return"},
    "returned": LIVE | HOLD | ENDS | {"decide_return", "set_keys"},
    "handling": LIVE | HOLD | ENDS | WORK | {"return", "submit"},
    "reviewing": LIVE | HOLD | WORK | {"withdraw", "release"},
    "approved": LIVE | HOLD | WORK | {"release"},
    "answered": LIVE | WORK | {"submit", "release", "sustain", "close", "give_feedback", "excuse_linked"},
    "declined": LIVE | {"close", "reopen", "give_feedback"},
    "closed": AFTERWARDS,
    "merged": {"unmerge"},
    "voided": set(),
}
EVERY = tuple(offer for offer in (*OFFERS, *available_actions.OFFERS) if offer.name not in LINKS)
# On which page a verb of the casework stands; every other one is on the first.
TOGETHER = {"agree_facts", "make_task", "say", "attach", "give_feedback", "link_recurrence"}
OUTSIDE = {"sign_clue", "draft_liaison", "exempt_liaison", "propose_clue", "convene_meeting"}


def offered(user: object, case: Case) -> dict[str, ActionState]:
    return {state.name: state for state in actions_for(user, again(case))}  # type: ignore[arg-type]


def test_every_state_of_the_process_is_in_the_table_below() -> None:
    assert set(SPOKEN_OF) == set(PROCESS) - {""}


@pytest.mark.parametrize("state", sorted(SPOKEN_OF))
def test_a_state_speaks_of_these_verbs_and_no_other(cast: Cast, state: str) -> None:
    case = opened(cast)
    Case.objects.filter(pk=case.pk).update(state=state)
    names = [item.name for item in actions_for(cast.office, again(case))]
    assert set(names) == SPOKEN_OF[state]
    assert names == [offer.name for offer in EVERY if offer.name in SPOKEN_OF[state]]


@pytest.mark.parametrize("state", sorted(SPOKEN_OF))
def test_each_page_speaks_of_its_own_verbs_and_no_verb_is_lost_between_them(cast: Cast, state: str) -> None:
    case = opened(cast)
    Case.objects.filter(pk=case.pk).update(state=state)
    case = again(case)
    pages = {part: {item.name for item in actions_for(cast.office, case, part)} - set(LINKS) for part in parts()}
    assert set().union(*pages.values()) == SPOKEN_OF[state]
    assert sum(len(names) for names in pages.values()) == len(SPOKEN_OF[state]), "each verb stands on one page"
    assert pages[available_actions.TOGETHER] == SPOKEN_OF[state] & TOGETHER
    assert pages[available_actions.OUTSIDE] == SPOKEN_OF[state] & OUTSIDE


@pytest.mark.parametrize("state", sorted(SPOKEN_OF))
def test_nobody_is_offered_what_they_may_not_do(cast: Cast, state: str) -> None:
    """What is allowed has no reason against it, what is not allowed has one, for each person of the bureau (C9.5)."""
    case = opened(cast)
    Case.objects.filter(pk=case.pk).update(state=state)
    case = again(case)
    permission = {offer.name: offer.permission for offer in EVERY}
    for name in [*PEOPLE, "admin"]:
        for item in actions_for(cast.people[name], case):
            assert item.allowed == (item.why == "")
            if item.allowed:
                assert may(cast.people[name], permission[item.name], case)


def test_every_offer_names_a_permission_that_exists_and_a_label() -> None:
    assert {offer.permission for offer in EVERY} <= set(PERMISSIONS)
    assert len({offer.name for offer in EVERY}) == len(EVERY)
    assert all(str(offer.label) for offer in EVERY)


@pytest.mark.parametrize("name", ["route", "accept", "return", "withhold", "merge", "void", "reopen"])
def test_an_offer_by_process_is_made_exactly_where_the_process_has_the_step(name: str) -> None:
    for state, names in SPOKEN_OF.items():
        assert (name in names) == allows(state, name), state


def merged(cast: Cast) -> Case:
    loser = routed(cast)
    merge_cases(loser, opened(cast, text=RUMOUR), cast.duty)
    return again(loser)


def two_posts(cast: Cast) -> Case:
    case = routed(cast)
    hear(OUTAGE.replace("今早", "今天早上"))
    return again(case)


def labelled(cast: Cast) -> Case:
    case = routed(cast)
    label(case, "minor", "说的是一名小学生", cast.duty)
    return again(case)


def with_a_clue(cast: Cast) -> Case:
    case = routed(cast)
    liaison.propose_clue(case, "公安机关", "有人冒用交易中心的名义收款。", "网络安全法第四十九条", cast.office)
    return again(case)


def asked_by_phone(cast: Cast) -> Case:
    """Answered; somebody left a way to be reached and was not told yet."""
    case = answered(cast)
    receipt = receive_message("投诉", RUMOUR, "0412-1234567")
    while judge_pending().screened:
        pass
    Event.objects.filter(members__post__message__number=receipt.number).update(merged_into=case.event)
    return again(case)


DESK = {"duty", "office"}
LEADERS = {"deputy", "top"}
LEAD = {"tech_head", "tech_liaison"}
DRAFTERS = {"editor", "office", "tech_liaison"}

STORIES: dict[str, tuple[Callable[[Cast], object], dict[str, set[str]]]] = {
    "opened": (
        opened,
        {
            "route": DESK,
            "set_keys": DESK,
            "void": {"office"},
            "withhold": {"office"} | LEADERS,
            "split": set(),  # one post is nothing to split
            "link_recurrence": {"office"},
            "make_task": DESK,
        },
    ),
    "two_posts": (two_posts, {"split": DESK}),
    "merged": (merged, {"unmerge": {"office"}}),
    "labelled": (labelled, {"unlabel": {"office"} | LEADERS}),
    "with_a_clue": (with_a_clue, {"sign_clue": LEADERS, "propose_clue": {"office"} | LEAD}),
    "asked_by_phone": (asked_by_phone, {"give_feedback": DESK | LEAD, "close": set()}),
    "routed": (
        routed,
        {
            "accept": {"tech_head", "tech_liaison"},
            "return": {"tech_head", "tech_liaison"},
            "undo_route": {"duty", "office"},
            "set_keys": DESK,
            "make_task": DESK | LEAD,
            "note_act": DESK | LEAD,
            "say": DESK | LEAD | LEADERS | DRAFTERS,
            "attach": DESK | LEAD | LEADERS | DRAFTERS,
            "link_recurrence": {"office"} | LEAD,
            "draft_liaison": DESK,
            "exempt_liaison": {"office"} | LEADERS,
            "propose_clue": {"office"} | LEAD,
            "convene_meeting": {"office"} | LEADERS,
            "acknowledge_call": DESK | LEADERS,
            "label": DESK | LEAD | LEADERS,
        },
    ),
    "handled": (
        handled,
        {
            "find": {"tech_head", "tech_liaison"},
            "dispose": {"tech_head", "tech_liaison"},
            "draft": {"tech_head", "tech_liaison", "editor", "office"},
            "submit": set(),
            "agree_facts": LEAD | {"office", "editor"},
        },
    ),
    "drafted": (
        lambda cast: drafted(cast).case,
        {"submit": {"tech_head", "tech_liaison", "editor", "office"}},
    ),
    "submitted": (lambda cast: submitted(cast).case, {"release": set()}),
    "approved": (approved, {"release": {"office", "editor"}}),
    "answered": (
        answered,
        {"close": set(), "sustain": {"office", "deputy", "top"}, "give_feedback": set(), "exempt_liaison": set()},
    ),
    "looked_at": (lambda cast: effects_seen(cast, answered(cast)), {"close": {"office"}}),  # C3.2
}
WHO = (
    "duty", "office", "editor", "legal", "tech_head", "tech_liaison", "works_head", "works_liaison", "deputy", "top",
    "inspector", "admin",
)  # fmt: skip


@pytest.mark.parametrize("story", sorted(STORIES))
def test_who_may_what_along_the_story(cast: Cast, story: str) -> None:
    tell, expected = STORIES[story]
    told = tell(cast)
    assert isinstance(told, Case)
    bars = {name: offered(cast.people[name], told) for name in WHO}
    for verb, people in expected.items():
        assert {name for name in WHO if verb in bars[name] and bars[name][verb].allowed} == people, verb


def test_what_is_missing_before_the_review_is_said(cast: Cast) -> None:
    assert "起草" in offered(cast.editor, handled(cast))["submit"].why


def test_a_disposal_waits_for_the_facts_c7_2(cast: Cast) -> None:
    case = routed(cast)
    handling.accept(case, cast.tech_head)
    why = offered(cast.tech_head, case)["dispose"].why
    assert "核实情况" in why
    handling.find(case, "登录中断。", "证书到期", "两个标段", cast.tech_head)
    assert offered(cast.tech_head, case)["dispose"].allowed


def test_a_second_return_is_not_offered_c7_1(cast: Cast) -> None:
    case = routed(cast)
    handling.return_case(case, "不属于本部门的职责范围。", cast.tech_head)
    assert offered(cast.office, case)["decide_return"].allowed
    handling.decide_return(again(case), cast.department("Z-XX"), "由信息部主办", cast.office)
    assert "退回过一次" in offered(cast.tech_head, case)["return"].why


def test_the_undo_of_a_routing_fades_after_ten_minutes(cast: Cast, frozen: FrozenClock) -> None:
    case = routed(cast)
    frozen.advance(handling.UNDO_FOR)
    assert offered(cast.duty, case)["undo_route"].allowed
    frozen.advance(dt.timedelta(seconds=1))
    assert "十分钟" in offered(cast.duty, case)["undo_route"].why


def test_the_undo_of_a_submission_fades_after_ten_minutes(cast: Cast, frozen: FrozenClock) -> None:
    case = submitted(cast).case
    frozen.advance(handling.UNDO_FOR)
    assert offered(cast.editor, case)["withdraw"].allowed
    frozen.advance(dt.timedelta(seconds=1))
    assert not offered(cast.editor, case)["withdraw"].allowed


def test_an_unanswered_body_stands_in_the_way_of_release_c8_4(cast: Cast) -> None:
    case = approved(cast, facts="经与财政局核对，登录服务中断七十分钟。")
    why = offered(cast.office, case)["release"].why
    assert "财政局" in why
    assert "C8.4" in why


def test_the_second_person_is_somebody_else_inv_7(cast: Cast) -> None:
    case = opened(cast)
    assert "second_lower" not in offered(cast.office, case)
    handling.propose_lower(case, "一般", "传播已经停止，影响限于一个标段，没有新的投诉。", cast.office)
    assert "另一个人" in offered(cast.office, case)["second_lower"].why
    assert offered(cast.deputy, case)["second_lower"].allowed


def test_the_second_person_of_a_withholding_is_somebody_else_c1_1(cast: Cast) -> None:
    case = opened(cast)
    assert "second_withhold" not in offered(cast.office, case)
    row = actions.propose_withhold(case, "internal", "尚在讨论之中的过程性信息。", dt.date(2026, 12, 1), cast.office)
    assert "另一个人" in offered(cast.office, case)["second_withhold"].why
    assert offered(cast.deputy, case)["second_withhold"].allowed
    actions.second_withhold(row, False, cast.deputy)
    assert "second_withhold" not in offered(cast.deputy, case)


def test_a_provisional_level_is_confirmed_before_it_is_lowered(cast: Cast) -> None:
    case = handling.open_case(hear(), cast.duty)
    assert "确认" in offered(cast.duty, case)["propose_lower"].why
    handling.confirm_level(case, "较大", cast.office)
    assert offered(cast.duty, case)["propose_lower"].allowed


def test_one_post_is_nothing_to_split_c5_16(cast: Cast) -> None:
    assert "只有一条来文" in offered(cast.office, opened(cast))["split"].why


def test_nobody_waits_for_a_hand(cast: Cast) -> None:
    """C6.13"""
    assert "没有等待人工反馈" in offered(cast.office, answered(cast))["give_feedback"].why


def test_a_letter_or_an_exemption_ends_the_offer_to_do_without_c5_15(cast: Cast) -> None:
    case = routed(cast)
    assert offered(cast.office, case)["exempt_liaison"].allowed
    row = liaison.draft_liaison(case, "市委宣传部", "", "群众反映的登录故障", "", cast.office)
    assert offered(cast.office, case)["exempt_liaison"].allowed, "a draft asks nobody"
    liaison.send_liaison(row, "phone", cast.office)
    assert "exempt_liaison" not in offered(cast.office, case)
    assert "exempt_liaison" not in offered(cast.office, opened(cast, "一般", text=CONSULTATION))


def test_the_second_person_of_a_clue_is_somebody_else(cast: Cast) -> None:
    """61号: a leader who proposed does not sign."""
    case = routed(cast)
    assert "sign_clue" not in offered(cast.deputy, case)
    appoint(cast.deputy, "office_head", cast.department("BGS"), is_deputy=True, actor=Actor.SYSTEM)
    both = User.objects.get(pk=cast.deputy.pk)
    liaison.propose_clue(case, "公安机关", "有人冒用交易中心的名义收款。", "网络安全法第四十九条", both)
    assert "另一位局领导" in offered(both, case)["sign_clue"].why
    assert offered(cast.top, case)["sign_clue"].allowed


def test_one_meeting_waits_at_a_time_c10_1(cast: Cast) -> None:
    case = routed(cast)
    tomorrow = time.now() + dt.timedelta(days=1)
    meeting = meetings.convene(case, "研判处置", "三楼会议室", tomorrow, cast.deputy, [], cast.office)
    assert "还没有开" in offered(cast.office, case)["convene_meeting"].why
    meetings.cancel(meeting, "改为电话会商", cast.office)
    assert offered(cast.office, case)["convene_meeting"].allowed


def test_an_acknowledged_call_is_not_offered_again_c10_6(cast: Cast) -> None:
    case = routed(cast)
    for call in open_calls(case):
        acknowledge_call(call, cast.duty)
    assert "acknowledge_call" not in offered(cast.office, case)
