"""（十二）C12.3: shown, read, commented, appealed, then final; nobody types a score and nobody judges their own."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from cast import Cast
from huiying.kernel.clock import FrozenClock
from huiying.ledger import commands as ledger
from huiying.ledger.models import LedgerEntry
from huiying.overseeing import actions
from huiying.overseeing.commands import assess
from huiying.overseeing.models import Appeal, Assessment
from huiying.people.actions import appoint
from huiying.people.errors import Refused
from huiying.work.models import Job
from overseeing.oversight_of import AFTER_THE_QUARTER, DAY, lies, overdue, shown

REASON = "省平台证书到期，本部门当天就报告了。"
DEPARTMENT = "交易中心信息技术部"


def refusal(call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)
    return caught.value.code


def test_a_period_is_shown_only_once_it_is_over_c12_3(cast: Cast, frozen: FrozenClock) -> None:
    assert refusal(actions.show, "2026Q3", cast.inspector) == "not_over"
    assert refusal(actions.show, "the third quarter", cast.inspector) == "period"
    frozen.set(AFTER_THE_QUARTER)
    assert refusal(actions.show, "2026Q3", cast.tech_head) == "not_permitted"
    made = actions.show("2026Q3", cast.inspector)
    assert (made.period, made.state) == ("2026-Q3", Assessment.SHOWN)
    assert refusal(actions.show, "2026-Q3", cast.office) == "already_shown"


def test_the_first_minute_after_a_period_is_too_early_c12_3(cast: Cast, frozen: FrozenClock) -> None:
    """Figures stop a minute before now, and that minute has to lie outside the period."""
    frozen.set(dt.datetime(2026, 9, 30, 16, 0, 30, tzinfo=dt.UTC))  # 00:00:30 of 1 October in the bureau
    assert refusal(actions.show, "2026Q3", cast.inspector) == "not_over"
    frozen.advance(dt.timedelta(minutes=1))
    assert actions.show("2026Q3", cast.inspector).state == Assessment.SHOWN


def test_what_is_shown_is_what_the_ledger_gives_elsewhere_inv_12(cast: Cast, frozen: FrozenClock, home: Any) -> None:
    overdue(cast, frozen)
    made = shown(cast, frozen)
    ledger.export(home / "l.jsonl")
    told = assess("2026Q3", str(home / "l.jsonl"))["assessment"]
    assert (made.scores, made.sha256, made.weights) == (told["scores"], told["sha256"], told["weights"])
    assert made.scores[DEPARTMENT] is not None
    assert made.scores[DEPARTMENT] < 50


def test_each_department_is_told_that_it_was_shown_c12_3(cast: Cast, frozen: FrozenClock) -> None:
    overdue(cast, frozen)
    shown(cast, frozen)
    told = [job for job in Job.objects.filter(kind__startswith="notify") if "assessment" in str(job.key)]
    assert told or Job.objects.exists()


def test_a_department_comments_on_its_own_row_only_c12_3(cast: Cast, frozen: FrozenClock) -> None:
    overdue(cast, frozen)
    row, own = shown(cast, frozen), cast.department("Z-XX")
    assert refusal(actions.comment, row, own, "这不公平。", cast.works_head) == "not_permitted"
    assert refusal(actions.comment, row, own, "！", cast.tech_head) == "too_short"
    assert actions.comment(row, own, "证书由省平台管理。", cast.tech_head).by == cast.tech_head.name
    assert lies() == []


def test_an_upheld_appeal_moves_the_score_and_nothing_else_can_c12_3(cast: Cast, frozen: FrozenClock) -> None:
    case = overdue(cast, frozen)
    row = shown(cast, frozen)
    before = row.scores[DEPARTMENT]
    made = actions.appeal(row, cast.department("Z-XX"), case.number, REASON, cast.tech_head)
    row.refresh_from_db()
    assert row.scores[DEPARTMENT] == before  # asking alone changes nothing
    actions.decide_appeal(made, uphold=True, answer="情况属实，省平台有说明。", actor=cast.deputy)
    row.refresh_from_db()
    assert row.scores[DEPARTMENT] != before
    assert assess("2026Q3")["assessment"]["set_aside"] == {DEPARTMENT: [f"case:{case.number}"]}
    assert lies() == []


def test_a_refused_appeal_is_answered_and_changes_nothing_c12_3(cast: Cast, frozen: FrozenClock) -> None:
    case = overdue(cast, frozen)
    row = shown(cast, frozen)
    made = actions.appeal(row, cast.department("Z-XX"), case.number, REASON, cast.tech_head)
    actions.decide_appeal(made, uphold=False, answer="当天没有报告的记录。", actor=cast.deputy)
    after = Assessment.objects.get()
    assert after.scores == row.scores
    assert refusal(actions.decide_appeal, made, uphold=True, answer="再想想也对。", actor=cast.top) == "is_decided"
    assert lies() == []


def test_an_appeal_names_a_case_of_the_department_and_the_period_once_c12_3(cast: Cast, frozen: FrozenClock) -> None:
    case = overdue(cast, frozen)
    row, own = shown(cast, frozen), cast.department("Z-XX")
    appeal = actions.appeal
    assert refusal(appeal, row, own, "20260101-99", REASON, cast.tech_head) == "not_theirs"
    assert refusal(appeal, row, cast.department("GCC"), case.number, REASON, cast.works_head) == "not_theirs"
    assert refusal(appeal, row, own, case.number, REASON, cast.works_head) == "not_permitted"
    assert refusal(appeal, row, own, case.number, "不服", cast.tech_head) == "too_short"
    appeal(row, own, case.number, REASON, cast.tech_head)
    assert refusal(appeal, row, own, case.number, REASON, cast.tech_liaison) == "appealed"
    frozen.advance(8 * DAY)
    assert refusal(appeal, row, own, case.number, REASON, cast.tech_head) == "too_late"


def test_nobody_decides_on_their_own_departments_appeal_c12_3(cast: Cast, frozen: FrozenClock) -> None:
    """case_owner != assessor_of_that_case: a leader who also heads the department is a party."""
    case = overdue(cast, frozen)
    row, own = shown(cast, frozen), cast.department("Z-XX")
    made = actions.appeal(row, own, case.number, REASON, cast.tech_head)
    decide = {"uphold": True, "answer": "情况属实。"}
    assert refusal(actions.decide_appeal, made, actor=cast.office, **decide) == "not_permitted"
    appoint(cast.deputy, "division_head", own, actor=cast.admin)
    assert refusal(actions.decide_appeal, made, actor=cast.deputy, **decide) == "not_permitted"
    with pytest.raises(IntegrityError), transaction.atomic():
        Appeal.objects.filter(pk=made.pk).update(decided_user=made.by_user)
    with pytest.raises(IntegrityError), transaction.atomic():
        Appeal.objects.filter(pk=made.pk).update(upheld=True)


def test_it_is_final_only_after_its_time_and_with_every_appeal_answered_c12_3(cast: Cast, frozen: FrozenClock) -> None:
    case = overdue(cast, frozen)
    row = shown(cast, frozen)
    made = actions.appeal(row, cast.department("Z-XX"), case.number, REASON, cast.tech_head)
    assert refusal(actions.finish, row, cast.deputy) == "too_early"
    frozen.advance(8 * DAY)
    assert refusal(actions.finish, row, cast.deputy) == "open_appeals"
    assert refusal(actions.finish, row, cast.inspector) == "not_permitted"
    actions.decide_appeal(made, uphold=False, answer="没有报告的记录。", actor=cast.top)
    final = actions.finish(row, cast.deputy)
    assert final.state == Assessment.FINAL
    assert refusal(actions.finish, row, cast.top) == "is_final"
    assert refusal(actions.comment, row, cast.department("Z-XX"), "还有话说。", cast.tech_head) == "is_final"
    entry = LedgerEntry.objects.get(kind="assessment.finished")
    assert entry.data is not None
    assert entry.data["sha256"] == final.sha256
    assert lies() == []


def test_whoever_showed_it_does_not_end_it_c12_3(cast: Cast, frozen: FrozenClock) -> None:
    row = shown(cast, frozen)
    frozen.advance(8 * DAY)
    Assessment.objects.filter(pk=row.pk).update(shown_user=cast.deputy.pk)
    assert refusal(actions.finish, row, cast.deputy) == "not_permitted"
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.filter(pk=row.pk).update(finished_user=cast.deputy.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.filter(pk=row.pk).update(state="final", finished_at=AFTER_THE_QUARTER)


@pytest.mark.parametrize(
    "typed",
    [
        {"scores": {DEPARTMENT: 100.0}},
        {"weights": {"on_time_share": 1}},
        {"basis": {}},
        {"sha256": "0" * 64},
        {"cut_off": AFTER_THE_QUARTER + DAY},
        {"state": "final", "finished_at": AFTER_THE_QUARTER + 9 * DAY},
    ],
)
def test_a_score_that_was_typed_in_is_found_c12_3(cast: Cast, frozen: FrozenClock, typed: dict[str, Any]) -> None:
    """Must be impossible: hand-typed scores."""
    overdue(cast, frozen)
    shown(cast, frozen)
    assert lies() == []
    Assessment.objects.update(**typed)
    assert "2026-Q3 考核" in " ".join(lies())


def test_an_appeal_or_its_answer_that_was_changed_is_found_c12_3(cast: Cast, frozen: FrozenClock) -> None:
    case = overdue(cast, frozen)
    row = shown(cast, frozen)
    made = actions.appeal(row, cast.department("Z-XX"), case.number, REASON, cast.tech_head)
    actions.decide_appeal(made, uphold=False, answer="没有报告的记录。", actor=cast.deputy)
    actions.comment(row, cast.department("Z-XX"), "证书由省平台管理。", cast.tech_head)
    Appeal.objects.update(upheld=True)
    assert "申诉或答复被改过" in " ".join(lies())
    Appeal.objects.update(upheld=False)
    row.comments.update(text="没有意见。")
    assert "部门的意见被改过" in " ".join(lies())


def test_what_happens_after_it_was_shown_changes_no_score_c12_3(cast: Cast, frozen: FrozenClock) -> None:
    case = overdue(cast, frozen)
    row = shown(cast, frozen)
    frozen.advance(DAY)
    from huiying.handling import actions as handling
    from stories import again

    handling.find(again(case), "登录服务中断七十分钟。", "证书到期未续。", "两个标段开标推迟。", cast.tech_liaison)
    assert assess("2026Q3")["assessment"]["sha256"] == row.sha256
    assert lies() == []
