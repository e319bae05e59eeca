"""Habit 11: each planted lateness is named by `huiying check`, with its number, in one sentence and both languages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cast import Cast
from huiying.handling import actions as handling, audits
from huiying.handling.clocks import poll
from huiying.handling.models import (
    Case,
    Clock,
    Escalation,
    Liaison,
    Meeting,
    NodeReport,
    Task,
    TransferSlip,
)
from huiying.handling.queries import lead_row
from huiying.kernel import clock as time
from huiying.kernel.clock import FrozenClock
from huiying.work.auditor import Finding, check
from stories import RUMOUR, again, answered, handled, opened, routed

HOUR, MINUTE = dt.timedelta(hours=1), dt.timedelta(minutes=1)
ALL: tuple[Callable[[], list[Finding]], ...] = (
    audits.overdue_deadlines,
    audits.clocks_look_again_in_time,
    audits.silent_cases,
    audits.calls_are_heard,
    audits.tasks_are_done,
    audits.letters_are_settled,
    audits.minutes_are_signed,
    audits.slips_are_accepted,
    audits.returns_are_decided,
    audits.reports_are_seen,
)


@pytest.fixture
def case(cast: Cast) -> Case:
    return routed(cast)


def only(run: Callable[[], list[Finding]], number: str) -> Finding:
    """The one finding, which names the case in both languages and ends as a sentence."""
    (finding,) = run()
    assert number in finding.sentence_zh
    assert number in finding.sentence_en
    assert finding.sentence_en.endswith(".")
    assert "\n" not in finding.sentence_zh + finding.sentence_en
    return finding


def task(case: Case, cast: Cast, kind: str = Task.MATTER, **more: Any) -> Task:
    kept = {
        "case": case,
        "kind": kind,
        "title": "逐户电话告知开标改期",
        "department": cast.department("Z-XX"),
        "owner": cast.tech_head,
        "owner_name": cast.tech_head.name,
        "due_at": time.now() + HOUR,
        "made_by": "办公室主任",
        "made_at": time.now(),
    }
    return Task.objects.create(**(kept | more))


def letter(case: Case, **more: Any) -> Liaison:
    kept = {
        "number": "核实〔2026〕1号",
        "case": case,
        "body": "市委宣传部",
        "points": "是否属实",
        "letter": "请核实。",
        "drafted_by": "值班员小周",
        "drafted_at": time.now(),
        "sent_at": time.now(),
        "submit_before": time.now() + HOUR,
    }
    return Liaison.objects.create(**(kept | more))


def meeting(case: Case, cast: Cast, **more: Any) -> Meeting:
    kept = {
        "number": "会商〔2026〕1号",
        "case": case,
        "topic": "系统故障处置",
        "place": "三楼会议室",
        "starts_at": time.now(),
        "state": Meeting.HELD,
        "quorum": 0.5,
        "chair": cast.deputy,
        "chair_name": cast.deputy.name,
        "convened_by": "办公室主任",
        "convened_at": time.now(),
        "held_at": time.now(),
    }
    return Meeting.objects.create(**(kept | more))


def call(case: Case, **more: Any) -> Escalation:
    """A call of the house, as the loop would have made it; the loop's own one ends first."""
    Escalation.objects.all().update(closed_why="测试", next_action_at=None)
    kept = {"case": case, "kind": "first_notice", "called": ["值班员小周"], "at": time.now(), "times": 3}
    return Escalation.objects.create(**(kept | {"next_action_at": time.now() + 30 * MINUTE} | more))


# --- legal deadlines and silence ---


def test_an_overdue_legal_deadline_that_is_still_owed_is_named_c8_5(case: Case, frozen: FrozenClock) -> None:
    assert audits.overdue_deadlines() == []
    frozen.advance(49 * HOUR)
    finding = only(audits.overdue_deadlines, case.number)
    assert (finding.code, finding.severity) == ("deadline.overdue", "error")
    assert "公开回应" in finding.sentence_zh
    assert "Public response" in finding.sentence_en
    assert "60 分钟" in finding.sentence_zh


def test_on_the_minute_a_deadline_is_not_overdue_yet_c8_5(case: Case, frozen: FrozenClock) -> None:
    frozen.set(Clock.objects.get(case=case, act="respond", superseded_at__isnull=True).due_at)
    assert audits.overdue_deadlines() == []


def test_an_act_that_two_norms_ask_for_is_named_once(cast: Cast, frozen: FrozenClock) -> None:
    """61号 and 80号 both ask for the press conference."""
    case = opened(cast, "特别重大")
    handling.set_emergency(case, "重大", cast.duty)
    frozen.advance(dt.timedelta(hours=30))
    said = [row.sentence_zh for row in audits.overdue_deadlines()]
    assert len([sentence for sentence in said if "新闻发布会" in sentence]) == 1
    assert len(said) == 3


def test_an_answered_case_owes_nothing(cast: Cast, frozen: FrozenClock) -> None:
    answered(cast)
    frozen.advance(90 * HOUR)
    assert audits.overdue_deadlines() == []


def test_a_deadline_held_for_its_second_person_is_not_overdue(case: Case, frozen: FrozenClock) -> None:
    Clock.objects.filter(case=case, act="respond").update(held_at=time.now())
    frozen.advance(49 * HOUR)
    assert audits.overdue_deadlines() == []


def test_an_act_of_the_bureaus_own_without_a_name_is_called_by_its_code(case: Case, frozen: FrozenClock) -> None:
    Clock.objects.filter(case=case, act="respond").update(act="own_act")
    frozen.advance(49 * HOUR)
    assert "own_act" in only(audits.overdue_deadlines, case.number).sentence_zh


def test_silence_past_half_the_time_is_named_once_a_case_c1_3(case: Case, frozen: FrozenClock) -> None:
    """The half is the half: a minute before there is nothing to say."""
    half = case.first_known_at + 24 * HOUR
    frozen.set(half - MINUTE)
    assert audits.silent_cases() == []
    frozen.set(half)
    finding = only(audits.silent_cases, case.number)
    assert (finding.code, finding.severity) == ("case.silent", "warning")
    assert "24 小时" in finding.sentence_zh


def test_two_clocks_of_one_case_are_one_silence_c1_3(cast: Cast, frozen: FrozenClock) -> None:
    case = opened(cast)
    frozen.advance(HOUR)
    handling.confirm_level(case, "特别重大", cast.duty)
    frozen.advance(14 * HOUR)
    assert Clock.objects.filter(case=case, act="respond", superseded_at__isnull=True).count() == 2
    only(audits.silent_cases, case.number)


def test_an_answered_case_is_not_silent_c1_3(cast: Cast, frozen: FrozenClock) -> None:
    answered(cast)
    frozen.advance(30 * HOUR)
    assert audits.silent_cases() == []


def test_after_the_deadline_it_is_overdue_and_no_longer_half_way(case: Case, frozen: FrozenClock) -> None:
    frozen.advance(49 * HOUR)
    assert audits.silent_cases() == []
    assert audits.overdue_deadlines() != []


# --- calls ---


def test_a_call_whose_repetition_is_five_minutes_late_is_named(case: Case, frozen: FrozenClock) -> None:
    call(case)
    frozen.advance(35 * MINUTE)
    assert audits.calls_are_heard() == []
    frozen.advance(MINUTE)
    finding = only(audits.calls_are_heard, case.number)
    assert finding.code == "call.unheard"
    assert "3 次" in finding.sentence_zh
    assert "值班员小周" in finding.sentence_zh


@pytest.mark.parametrize(
    "ended", [{"acknowledged_by": "值班员小周"}, {"closed_why": "时限已停", "next_action_at": None}]
)
def test_a_call_that_was_heard_or_ended_is_silent(case: Case, frozen: FrozenClock, ended: dict[str, Any]) -> None:
    row = call(case)
    Escalation.objects.filter(pk=row.pk).update(
        **ended, **({"acknowledged_at": time.now()} if "acknowledged_by" in ended else {})
    )
    frozen.advance(9 * HOUR)
    assert audits.calls_are_heard() == []


def test_a_call_that_reached_nobody_says_so(case: Case, frozen: FrozenClock) -> None:
    call(case, called=[])
    frozen.advance(HOUR)
    assert "无人" in only(audits.calls_are_heard, case.number).sentence_zh


# --- tasks ---


@pytest.mark.parametrize("kind", [Task.MATTER, Task.DECISION, Task.RECTIFY, Task.HELP])
def test_a_task_past_its_date_is_named_by_kind_and_owner_c2_2(
    case: Case, cast: Cast, frozen: FrozenClock, kind: str
) -> None:
    task(case, cast, kind)
    frozen.advance(HOUR)
    assert audits.tasks_are_done() == []
    frozen.advance(3 * HOUR)
    finding = only(audits.tasks_are_done, case.number)
    assert finding.code == "task.overdue"
    assert audits.TASKS[kind][0] in finding.sentence_zh
    assert cast.tech_head.name in finding.sentence_zh
    assert "3 小时" in finding.sentence_zh
    assert "逐户电话" not in finding.sentence_zh


def test_a_task_done_or_dropped_is_not_named(case: Case, cast: Cast, frozen: FrozenClock) -> None:
    task(case, cast, done_at=time.now(), done_by="甲")
    task(case, cast, dropped_at=time.now(), dropped_by="甲", dropped_why="不再需要")
    frozen.advance(99 * HOUR)
    assert audits.tasks_are_done() == []


def test_rectification_stays_named_after_the_case_is_closed_c2_2(case: Case, cast: Cast, frozen: FrozenClock) -> None:
    task(case, cast, Task.RECTIFY)
    Case.objects.filter(pk=case.pk).update(state="closed")
    frozen.advance(2 * HOUR)
    only(audits.tasks_are_done, case.number)


# --- liaison and meetings ---


def test_a_letter_past_its_wait_without_a_record_is_named_c5_15(case: Case, frozen: FrozenClock) -> None:
    letter(case)
    frozen.advance(HOUR + 5 * MINUTE)
    assert audits.letters_are_settled() == []
    frozen.advance(MINUTE)
    finding = only(audits.letters_are_settled, case.number)
    assert finding.code == "liaison.unrecorded"
    assert "核实〔2026〕1号" in finding.sentence_zh
    assert "市委宣传部" in finding.sentence_zh


@pytest.mark.parametrize("ended", ["answered_at", "not_received_at"])
def test_an_answer_or_a_recorded_silence_settles_a_letter_c5_15(case: Case, frozen: FrozenClock, ended: str) -> None:
    letter(case, **{ended: time.now()})
    frozen.advance(99 * HOUR)
    assert audits.letters_are_settled() == []


def test_a_draft_that_was_never_sent_waits_for_nobody(case: Case, frozen: FrozenClock) -> None:
    letter(case, sent_at=None, submit_before=None)
    frozen.advance(99 * HOUR)
    assert audits.letters_are_settled() == []


def test_minutes_unsigned_after_a_day_are_named_with_the_chair_c10_1(
    case: Case, cast: Cast, frozen: FrozenClock
) -> None:
    meeting(case, cast)
    frozen.advance(24 * HOUR)
    assert audits.minutes_are_signed() == []
    frozen.advance(HOUR)
    finding = only(audits.minutes_are_signed, case.number)
    assert finding.code == "meeting.unsigned"
    assert "会商〔2026〕1号" in finding.sentence_zh
    assert cast.deputy.name in finding.sentence_zh


@pytest.mark.parametrize("state", [Meeting.CONVENED, Meeting.CANCELLED, Meeting.SIGNED])
def test_only_a_meeting_that_was_held_waits_for_its_chair(
    case: Case, cast: Cast, frozen: FrozenClock, state: str
) -> None:
    meeting(case, cast, state=state, minuted_at=time.now(), signed_at=time.now())
    frozen.advance(99 * HOUR)
    assert audits.minutes_are_signed() == []


# --- who has the case ---


def test_a_case_not_accepted_within_its_hour_is_named_by_its_slip_c10_6(case: Case, frozen: FrozenClock) -> None:
    row = lead_row(case)
    assert row is not None
    slip = TransferSlip.objects.filter(assignment=row).first() or TransferSlip.objects.create(
        number="转办〔2026〕9号",
        case=case,
        assignment=row,
        elements={},
        level="L2",
        issued_by="值班员小周",
        issued_at=time.now(),
    )
    frozen.advance(HOUR)
    assert audits.slips_are_accepted() == []
    frozen.advance(90 * MINUTE)
    finding = only(audits.slips_are_accepted, case.number)
    assert finding.code == "slip.unaccepted"
    assert slip.number in finding.sentence_zh
    assert "90 分钟" in finding.sentence_zh


def test_a_routing_without_a_slip_is_named_all_the_same_c10_6(case: Case, frozen: FrozenClock) -> None:
    TransferSlip.objects.all().delete()
    frozen.advance(2 * HOUR)
    assert "（" not in only(audits.slips_are_accepted, case.number).sentence_zh


def test_an_accepted_case_is_not_named_c10_6(cast: Cast, frozen: FrozenClock) -> None:
    handled(cast)
    frozen.advance(5 * HOUR)
    assert audits.slips_are_accepted() == []


def test_a_return_that_nobody_decided_is_named_c7_1(case: Case, cast: Cast, frozen: FrozenClock) -> None:
    handling.return_case(case, "不属于本部门职责，请另行指定。", cast.tech_head)
    frozen.advance(2 * HOUR)
    assert audits.returns_are_decided() == []
    frozen.advance(MINUTE)
    assert only(audits.returns_are_decided, case.number).code == "return.undecided"
    assert audits.slips_are_accepted() == []
    handling.decide_return(again(case), cast.department("GCC"), "由工程处牵头办理", cast.office)
    assert audits.returns_are_decided() == []


# --- reports ---


def test_a_report_that_the_office_did_not_see_in_two_hours_is_named_c10_7(case: Case, frozen: FrozenClock) -> None:
    NodeReport.objects.all().delete()
    NodeReport.objects.create(case=case, node="accepted", department="信息技术部", content="已签收", at=time.now())
    frozen.advance(2 * HOUR)
    assert audits.reports_are_seen() == []
    frozen.advance(MINUTE)
    finding = only(audits.reports_are_seen, case.number)
    assert finding.code == "report.unseen"
    assert "信息技术部" in finding.sentence_zh


def test_the_last_report_counts_after_closing_and_none_after_a_merge_c10_7(case: Case, frozen: FrozenClock) -> None:
    NodeReport.objects.all().delete()
    NodeReport.objects.create(case=case, node="closed", department="办公室", content="已办结", at=time.now())
    frozen.advance(3 * HOUR)
    Case.objects.filter(pk=case.pk).update(state="closed")
    only(audits.reports_are_seen, case.number)
    Case.objects.filter(pk=case.pk).update(state="merged")
    assert audits.reports_are_seen() == []


def test_a_report_that_was_seen_is_not_named_c10_7(case: Case, frozen: FrozenClock) -> None:
    NodeReport.objects.all().delete()
    seen = {"seen_at": time.now(), "seen_by": "办公室主任"}
    NodeReport.objects.create(case=case, node="accepted", department="信息部", content="x", at=time.now(), **seen)
    frozen.advance(99 * HOUR)
    assert audits.reports_are_seen() == []


# --- all of them ---


def test_a_quiet_house_has_nothing_to_say(cast: Cast) -> None:
    assert [finding for run in ALL for finding in run()] == []


def test_every_planted_lateness_is_named_in_one_run(case: Case, cast: Cast, frozen: FrozenClock) -> None:
    """One case with everything late at once: the clock that nobody acted on too; errors come first."""
    call(case)
    task(case, cast)
    letter(case)
    meeting(case, cast)
    NodeReport.objects.create(case=case, node="accepted", department="信息部", content="x", at=time.now())
    silent = opened(cast, text=RUMOUR)
    Clock.objects.filter(case=silent, act="respond").update(due_at=time.now() + 60 * HOUR)
    frozen.advance(50 * HOUR)
    found = check()
    codes = {finding.code for finding in found}
    assert codes >= {
        "deadline.overdue",
        "case.silent",
        "call.unheard",
        "task.overdue",
        "liaison.unrecorded",
        "meeting.unsigned",
        "slip.unaccepted",
        "report.unseen",
        "late_clock",
    }
    assert "auditor.broken" not in codes
    severities = [finding.severity for finding in found]
    assert severities == sorted(severities)


def test_the_loop_that_did_its_work_leaves_no_late_clock(case: Case, frozen: FrozenClock) -> None:
    frozen.advance(50 * HOUR)
    while poll(time.now(), 50):
        pass
    assert "late_clock" not in {finding.code for finding in check()}


def test_no_sentence_says_what_a_case_is_about(case: Case, cast: Cast, frozen: FrozenClock) -> None:
    """Life first: some cases are about a danger to life, and the auditor's words are read anywhere."""
    task(case, cast, title="带班领导到场劝返")
    meeting(case, cast, topic="劝返方案")
    frozen.advance(50 * HOUR)
    for run in ALL:
        for finding in run():
            assert case.title not in finding.sentence_zh + finding.sentence_en
            assert "劝返" not in finding.sentence_zh


def test_the_auditors_ask_the_database_few_times_however_much_is_late(
    case: Case, cast: Cast, frozen: FrozenClock
) -> None:
    for number in range(12):
        task(case, cast, due_at=time.now() + number * MINUTE)
        NodeReport.objects.create(case=case, node="accepted", department="信息部", content="x", at=time.now())
    frozen.advance(50 * HOUR)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        found = [finding for run in ALL for finding in run()]
    assert len(found) > 24
    assert len(asked) <= 12


@pytest.mark.parametrize("hours", [None, 24 * 365 * 70])
def test_a_deadline_that_the_loop_would_never_look_at_is_named(case: Case, hours: int | None) -> None:
    """C8.5: nobody is reminded of it and no breach is written, so that is told before its time is over."""
    assert audits.clocks_look_again_in_time() == []
    row = Clock.objects.filter(case=case, is_legal=True, superseded_at__isnull=True).latest("due_at")
    Clock.objects.filter(pk=row.pk).update(next_action_at=hours and row.due_at + hours * HOUR)
    (finding,) = audits.clocks_look_again_in_time()
    assert (finding.code, finding.severity) == ("deadline.put_off", "error")
    assert case.number in finding.sentence_zh
