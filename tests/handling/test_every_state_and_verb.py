"""C1.3, C7.1, C7.3: the process written a second time by hand; every pair that is not in it is refused."""

from __future__ import annotations

import pytest

from huiying.handling.process import LIVE, PROCESS, allows, step
from huiying.people.errors import Refused

# (state, verb) → next state, said again in full: a change of the table must be said twice.
STEPS = {
    ("", "open"): "registered",
    ("registered", "route"): "assigned",
    ("registered", "withhold"): "declined",
    ("registered", "merge"): "merged",
    ("registered", "void"): "voided",
    ("assigned", "accept"): "handling",
    ("assigned", "return"): "returned",
    ("assigned", "route"): "assigned",
    ("assigned", "undo_route"): "registered",
    ("assigned", "withhold"): "declined",
    ("assigned", "merge"): "merged",
    ("assigned", "void"): "voided",
    ("returned", "decide_return"): "assigned",
    ("returned", "withhold"): "declined",
    ("returned", "merge"): "merged",
    ("returned", "void"): "voided",
    ("handling", "submit"): "reviewing",
    ("handling", "return"): "returned",
    ("handling", "withhold"): "declined",
    ("handling", "merge"): "merged",
    ("handling", "void"): "voided",
    ("reviewing", "decide_step"): "approved",
    ("reviewing", "reject"): "handling",
    ("reviewing", "change"): "handling",
    ("reviewing", "reject_again"): "answered",
    ("reviewing", "change_again"): "answered",
    ("approved", "publish"): "answered",
    ("approved", "change"): "handling",
    ("approved", "change_again"): "answered",
    ("answered", "close"): "closed",
    ("answered", "submit"): "reviewing",
    ("declined", "close"): "closed",
    ("declined", "reopen"): "handling",
    ("closed", "reopen"): "handling",
    ("voided", "open"): "registered",
    **{("merged", f"unmerge_to_{to}"): to for to in ("registered", "assigned", "returned", "handling")},
}
STATES = sorted({state for state, _verb in STEPS} | set(STEPS.values()))
VERBS = sorted({verb for _state, verb in STEPS})
FORBIDDEN = [(state, verb) for state in STATES for verb in VERBS if (state, verb) not in STEPS]


def test_the_table_has_these_states_and_these_steps_and_no_other() -> None:
    assert sorted(PROCESS) == STATES
    assert {(state, item.verb): item.to for state, items in PROCESS.items() for item in items} == STEPS


def test_no_state_has_two_steps_of_one_verb() -> None:
    for state, items in PROCESS.items():
        assert len({item.verb for item in items}) == len(items), state


@pytest.mark.parametrize(("state", "verb"), sorted(STEPS))
def test_this_step_leads_there(state: str, verb: str) -> None:
    assert step(state, verb).to == STEPS[state, verb]
    assert step(state, verb).clause
    assert allows(state, verb)


@pytest.mark.parametrize(("state", "verb"), FORBIDDEN)
def test_this_step_does_not_exist(state: str, verb: str) -> None:
    assert not allows(state, verb)
    with pytest.raises(Refused) as refusal:
        step(state, verb)
    assert refusal.value.code == "not_in_this_state"


def test_what_is_over_is_not_live_and_everything_else_is() -> None:
    over = {"", "closed", "merged", "voided"}
    assert set(STATES) - over == LIVE


def test_what_the_public_has_read_is_neither_voided_nor_merged_nor_withheld() -> None:
    """C11.1: an answer is corrected in the open; it never disappears with its case."""
    for verb in ("void", "merge", "withhold"):
        assert not allows("answered", verb)
        assert not allows("closed", verb)


def test_a_case_under_review_is_not_routed_away() -> None:
    assert not any(allows(state, "route") for state in ("reviewing", "approved", "answered"))


def test_only_an_answer_or_a_decision_can_be_closed_c7_3() -> None:
    assert {state for state in STATES if allows(state, "close")} == {"answered", "declined"}


def test_every_way_to_the_public_leads_through_review_c9_3() -> None:
    """Take the step of the review away and no answer can be reached."""
    reached, edge = {""}, [""]
    while edge:
        state = edge.pop()
        for (was, verb), to in STEPS.items():
            if was == state and verb != "decide_step" and not verb.endswith("_again") and to not in reached:
                reached.add(to)
                edge.append(to)
    assert "answered" not in reached
    assert "approved" not in reached
