"""C9.3, C9.5, C7.1: the action bar: which verbs are spoken of in each state, who may, and why not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from cast import PEOPLE, Cast
from huiying.handling import actions as handling
from huiying.handling.models import Case
from huiying.handling.process import PROCESS, allows
from huiying.kernel.clock import FrozenClock
from huiying.people.permissions import PERMISSIONS, may
from huiying.responding import actions
from huiying.responding.offers import OFFERS, ActionState, actions_for
from stories import again, answered, approved, drafted, handled, opened, routed, submitted

LIVE = {"confirm_level", "propose_lower", "set_emergency", "add_knowledge"}
ENDS = {"withhold", "merge", "void"}
WORK = {"find", "dispose", "draft", "ask_confirmation"}
SPOKEN_OF: dict[str, set[str]] = {
    "registered": LIVE | ENDS | {"route"},
    "assigned": LIVE | ENDS | {"route", "undo_route", "accept", "return"},
    "returned": LIVE | ENDS | {"decide_return"},
    "handling": LIVE | ENDS | WORK | {"return", "submit"},
    "reviewing": LIVE | WORK | {"withdraw", "release"},
    "approved": LIVE | WORK | {"release"},
    "answered": LIVE | WORK | {"submit", "release", "sustain", "close"},
    "declined": LIVE | {"close", "reopen"},
    "closed": {"reopen"},
    "merged": set(),
    "voided": set(),
}


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
    assert names == [offer.name for offer in OFFERS if offer.name in SPOKEN_OF[state]]


@pytest.mark.parametrize("state", sorted(SPOKEN_OF))
def test_nobody_is_offered_what_they_may_not_do(cast: Cast, state: str) -> None:
    """What is allowed has no reason against it, what is not allowed has one, for each person of the bureau (C9.5)."""
    case = opened(cast)
    Case.objects.filter(pk=case.pk).update(state=state)
    case = again(case)
    permission = {offer.name: offer.permission for offer in OFFERS}
    for name in [*PEOPLE, "admin"]:
        for item in actions_for(cast.people[name], case):
            assert item.allowed == (item.why == "")
            if item.allowed:
                assert may(cast.people[name], permission[item.name], case)


def test_every_offer_names_a_permission_that_exists_and_a_label() -> None:
    assert {offer.permission for offer in OFFERS} <= set(PERMISSIONS)
    assert len({offer.name for offer in OFFERS}) == len(OFFERS)
    assert all(str(offer.label) for offer in OFFERS)


@pytest.mark.parametrize("name", ["route", "accept", "return", "withhold", "merge", "void", "reopen"])
def test_an_offer_by_process_is_made_exactly_where_the_process_has_the_step(name: str) -> None:
    for state, names in SPOKEN_OF.items():
        assert (name in names) == allows(state, name), state


STORIES: dict[str, tuple[Callable[[Cast], object], dict[str, set[str]]]] = {
    "opened": (opened, {"route": {"duty", "office"}, "void": {"office"}, "withhold": {"office", "deputy", "top"}}),
    "routed": (
        routed,
        {
            "accept": {"tech_head", "tech_liaison"},
            "return": {"tech_head", "tech_liaison"},
            "undo_route": {"duty", "office"},
        },
    ),
    "handled": (
        handled,
        {
            "find": {"tech_head", "tech_liaison"},
            "dispose": {"tech_head", "tech_liaison"},
            "draft": {"tech_head", "tech_liaison", "works_liaison", "editor", "office"},
            "submit": set(),
        },
    ),
    "drafted": (
        lambda cast: drafted(cast).case,
        {"submit": {"tech_head", "tech_liaison", "works_liaison", "editor", "office"}},
    ),
    "submitted": (lambda cast: submitted(cast).case, {"release": set()}),
    "approved": (approved, {"release": {"office", "editor"}}),
    "answered": (answered, {"close": {"office"}, "sustain": {"office", "deputy", "top"}}),
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
        assert {name for name in WHO if bars[name][verb].allowed} == people, verb


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
    from stories import hear

    case = handling.open_case(hear(), cast.duty)
    assert "确认" in offered(cast.duty, case)["propose_lower"].why
    handling.confirm_level(case, "较大", cast.office)
    assert offered(cast.duty, case)["propose_lower"].allowed
