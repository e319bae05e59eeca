"""§4.3, C5.15, C10.1, C6.14: what a confirmed level sets going, what ends it, and the list of what is asked for."""

from __future__ import annotations

import datetime as dt

import pytest

from cast import Cast
from huiying.handling import actions, clocks, tasks
from huiying.handling.actions.work import note_act
from huiying.handling.models import Case, CaseAct, Clock, LiaisonExemption
from huiying.handling.queries import effective
from huiying.handling.required import Required, required_acts
from huiying.kernel import clock as time
from huiying.kernel.clock import FrozenClock
from huiying.ledger.actions import Actor
from huiying.ledger.models import LedgerEntry
from huiying.people.errors import Refused
from stories import CONSULTATION, again, answered, handled, hear, opened, routed

HOUR = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)


def left(case: Case, act: str) -> dt.timedelta | None:
    row = effective(case, act)
    return None if row is None else row.due_at - time.now()


def asked(case: Case) -> dict[str, Required]:
    return {row.name: row for row in required_acts(again(case))}


def end(case: Case) -> None:
    """Closing is another part's: here only what it leaves behind."""
    for act in set(clocks.live(case).values_list("act", flat=True)):
        clocks.stop(case, act, "办结", Actor.SYSTEM)
    Case.objects.filter(pk=case.pk).update(state="closed", closed_at=time.now())


@pytest.mark.parametrize(
    ("level", "first", "rescan", "liaison", "meeting"),
    [
        ("一般", None, 24 * HOUR, None, None),
        ("较大", 30 * MINUTE, 4 * HOUR, 2 * HOUR, None),
        ("重大", 15 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR),
        ("特别重大", 10 * MINUTE, 30 * MINUTE, 2 * HOUR, 2 * HOUR),
    ],
)
def test_a_confirmed_level_sets_these_going(
    cast: Cast, level: str, first: dt.timedelta, rescan: dt.timedelta, liaison: dt.timedelta, meeting: dt.timedelta
) -> None:
    case = opened(cast, level, CONSULTATION)
    found = [left(case, act) for act in ("first_notice", "rescan", "liaison", "joint_meeting_convene")]
    assert found == [first, rescan, liaison, meeting]
    assert not Clock.objects.filter(case=case, is_legal=True).exclude(act="respond").exists()


def test_a_graver_level_brings_them_forward_and_none_back(cast: Cast, frozen: FrozenClock) -> None:
    case = opened(cast, "重大")
    frozen.advance(HOUR / 2)
    actions.confirm_level(case, "特别重大", cast.top)
    assert left(case, "joint_meeting_convene") == 2 * HOUR
    assert left(case, "rescan") == 30 * MINUTE
    assert clocks.live(case).filter(act="joint_meeting_convene").count() == 1


def test_what_was_done_is_not_asked_for_again(cast: Cast) -> None:
    case = opened(cast, "重大")
    clocks.stop(case, "joint_meeting_convene", "会议", Actor.SYSTEM)
    clocks.stop(case, "liaison", "函", Actor.SYSTEM)
    actions.confirm_level(case, "特别重大", cast.top)
    assert left(case, "joint_meeting_convene") is None
    assert left(case, "liaison") is None


def test_lowered_the_meeting_is_not_asked_for_any_more(cast: Cast) -> None:
    case = opened(cast, "重大")
    proposal = actions.propose_lower(case, "较大", "核实后影响范围小于原先判断，按实际程度定级。", cast.deputy)
    actions.second_lower(proposal, True, cast.top)
    assert left(case, "joint_meeting_convene") is None
    assert left(case, "rescan") == HOUR  # the look that was promised stays


def test_a_distortion_asks_for_liaison_before_anybody_confirmed_a_level_c5_15(cast: Cast) -> None:
    event = hear(CONSULTATION)
    event.concern = "歪曲"
    event.save(update_fields=["concern"])
    case = actions.open_case(event, cast.duty)
    assert case.is_provisional
    assert left(case, "liaison") == 2 * HOUR


def test_a_concern_that_was_decided_later_is_followed_by_the_upkeep_c5_15(cast: Cast) -> None:
    case = opened(cast, "一般", CONSULTATION)
    assert left(case, "liaison") is None
    Case.objects.filter(pk=case.pk).update(concern="谣言")
    tasks.keep_nudges()
    assert left(case, "liaison") == 2 * HOUR
    tasks.keep_nudges()
    assert Clock.objects.filter(case=case, act="liaison").count() == 1


def test_an_exempted_case_is_not_asked_for_liaison(cast: Cast) -> None:
    case = opened(cast, "一般", CONSULTATION)
    LiaisonExemption.objects.create(case=case, reason="不涉及其他机关", by="办公室主任", at=time.now())
    Case.objects.filter(pk=case.pk).update(concern="谣言")
    tasks.keep_nudges()
    assert left(case, "liaison") is None


def test_a_node_of_the_reports_runs_beside_another_c10_7(cast: Cast) -> None:
    case = opened(cast)
    for node in ("accepted", "disposed"):
        clocks.start_internal(case, "report_office_sync", f"internal:{node}")
    assert clocks.live(case).filter(act="report_office_sync").count() == 2
    clocks.stop(case, "report_office_sync", "已阅", Actor.SYSTEM, layer="internal:accepted")
    (row,) = clocks.live(case).filter(act="report_office_sync")
    assert row.layer == "internal:disposed"
    assert row.due_at == time.now() + 2 * HOUR


# --- noting what was done --------------------------------------------------------------------------------------------


def test_a_look_at_the_spread_starts_the_time_until_the_next(cast: Cast, frozen: FrozenClock) -> None:
    case = routed(cast)
    frozen.advance(3 * HOUR)
    note_act(case, "rescan", "阅读量没有增加，评论平稳。", cast.duty)
    assert left(case, "rescan") == 4 * HOUR
    entry = LedgerEntry.objects.get(chain=f"case:{case.number}", kind="case.act_noted")
    assert entry.data == {"act": "rescan", "note": "阅读量没有增加，评论平稳。"}


@pytest.mark.parametrize(
    ("kind", "note", "code"),
    [
        ("review", "已复盘并写明教训", "not_in_this_state"),
        ("party", "办了一件事", "unknown_act"),
        ("rescan", "好", "too_short"),
    ],
)
def test_this_is_not_noted(cast: Cast, kind: str, note: str, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        note_act(routed(cast), kind, note, cast.duty)
    assert refusal.value.code == code
    assert not CaseAct.objects.exists()


@pytest.mark.parametrize("who", ["works_head", "inspector", "deputy"])
def test_only_those_of_the_case_note(cast: Cast, who: str) -> None:
    with pytest.raises(Refused) as refusal:
        note_act(routed(cast), "rescan", "阅读量没有增加", cast.people[who])
    assert refusal.value.code == "not_permitted"


def test_a_closed_case_has_its_review_before_it(cast: Cast, frozen: FrozenClock) -> None:
    case = answered(cast)
    end(case)
    frozen.advance(HOUR)
    tasks.keep_nudges()
    row = effective(case, "review")
    assert row is not None
    assert row.due_at == again(case).closed_at + 10 * 24 * HOUR  # type: ignore[operator]
    assert effective(case, "rescan") is None
    note_act(again(case), "review", "教训：证书到期要有人管。", cast.office)
    tasks.keep_nudges()
    assert effective(case, "review") is None


def test_taken_up_again_it_has_no_review_and_looks_again(cast: Cast) -> None:
    case = answered(cast)
    end(case)
    tasks.keep_nudges()
    Case.objects.filter(pk=case.pk).update(state="handling", closed_at=None)
    tasks.keep_nudges()
    assert effective(case, "review") is None
    assert effective(case, "rescan") is not None


def test_a_closed_case_takes_no_look(cast: Cast) -> None:
    case = answered(cast)
    end(case)
    with pytest.raises(Refused) as refusal:
        note_act(again(case), "rescan", "阅读量没有增加", cast.duty)
    assert refusal.value.code == "case_is_closed"


# --- the list --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "not_asked"),
    [
        ("一般", {"first_notice", "meeting", "special_report", "sustained"}),
        ("较大", {"meeting", "sustained"}),
        ("重大", set()),
        ("特别重大", set()),
    ],
)
def test_the_rows_of_the_level(cast: Cast, level: str, not_asked: set[str]) -> None:
    rows = asked(opened(cast, level, CONSULTATION))
    assert list(rows) == [
        "confirmed", "first_notice", "respond", "forms", "meeting", "special_report", "sustained", "rescan", "review",
    ]  # fmt: skip
    assert {name for name, row in rows.items() if row.state == "not_asked"} == not_asked
    assert rows["confirmed"].state == "done"
    assert all(row.words and row.basis for row in rows.values())


def test_what_is_past_its_time_is_late(cast: Cast, frozen: FrozenClock) -> None:
    case = opened(cast, "特别重大")
    frozen.advance(25 * HOUR)
    rows = asked(case)
    assert {name for name, row in rows.items() if row.state == "late"} == {
        "first_notice", "respond", "meeting", "rescan",
    }  # fmt: skip


def test_a_provisional_level_waits_for_its_person(cast: Cast, frozen: FrozenClock) -> None:
    case = actions.open_case(hear(), cast.duty)
    assert asked(case)["confirmed"].state == "open"
    frozen.advance(61 * MINUTE)
    assert asked(case)["confirmed"].state == "late"


def test_done_things_are_done(cast: Cast) -> None:
    case = answered(cast)
    note_act(case, "special_report", "舆情专报第一期已送局领导。", cast.office)
    rows = asked(case)
    assert {"confirmed", "respond", "special_report"} <= {n for n, row in rows.items() if row.state == "done"}
    assert rows["forms"].state == "open", "on the portal, and not on the other account that the level asks for"


def test_the_third_level_wants_a_report_and_what_came_since(cast: Cast) -> None:
    case = handled(cast, "重大")
    for expected in ("open", "done"):
        note_act(case, "special_report", "舆情专报已送局领导。", cast.office)
        assert asked(case)["special_report"].state == expected


def test_half_way_the_answers_row_says_that_nothing_is_public(cast: Cast, frozen: FrozenClock) -> None:
    case = opened(cast)
    assert asked(case)["respond"].detail == ""
    frozen.advance(24 * HOUR)
    assert "尚无公开动作" in asked(case)["respond"].detail
