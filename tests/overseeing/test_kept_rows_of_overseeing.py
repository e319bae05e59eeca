"""INV-8, INV-12: assessments, measures, rules, training and skills stand as their verbs told the ledger."""

from __future__ import annotations

import datetime as dt

import pytest

import stories
from cast import Cast
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.overseeing import actions
from huiying.overseeing.actions import measures, rules, training
from huiying.overseeing.actions.erasing import propose_erasure, settle_erasure
from huiying.overseeing.models import TrainingSeat, TrainingSession
from huiying.people.errors import Refused
from overseeing.oversight_of import overdue, proposed, shown
from planted_in import empty_of, told_otherwise, unseen

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
QUIZ = [{"text": "较大级多少小时内回应", "options": ["24", "48", "72"], "right": 1}]
WHY = "法院判决要求删除这一条里的姓名"


def lived(cast: Cast, frozen: FrozenClock) -> None:
    """Everything that this room writes, each thing begun and most of it changed once."""
    _organised(cast, frozen)
    case = overdue(cast, frozen)
    _measured(cast, proposed(cast, case, step="约谈"))
    row = shown(cast, frozen)
    own = cast.department("Z-XX")
    actions.comment(row, own, "当天已经报告。", cast.tech_head)
    appeal = actions.appeal(row, own, case.number, "证书由省平台管理，不是我们的原因。", cast.tech_head)
    actions.decide_appeal(appeal, uphold=True, answer="情况属实，省平台有说明。", actor=cast.deputy)
    chain = f"case:{case.number}"
    settle_erasure(propose_erasure(chain, 1, "鞍公管〔2026〕3号", WHY, cast.office), False, cast.deputy)
    settle_erasure(propose_erasure(chain, 1, "鞍公管〔2026〕3号", WHY, cast.office), True, cast.deputy)
    frozen.set(row.comment_until + DAY)
    actions.finish(row, cast.deputy)


def _measured(cast: Cast, row: measures.Measure) -> None:
    measures.state(row, "我们当天就报告了。", cast.tech_head)
    measures.decide(row, issue=True, reason="事实清楚。", actor=cast.deputy)
    measures.note_talk(
        row, held_at=clock.now(), place="三楼", leader=cast.deputy, attended=cast.tech_head,
        words="说清了逾期的经过和影响。", promises="以后每日报告。", actor=cast.office,
    )  # fmt: skip
    measures.follow_up(row, "已建立每日报告的制度。", cast.office)
    measures.note_outcome(row, "不另作处理。", cast.office)


def _organised(cast: Cast, frozen: FrozenClock) -> None:
    today = clock.now().date()
    told = {"title": "值班制度", "effective_from": today, "expires_on": today + 300 * DAY}
    version = rules.draft_rule(None, text="第一条 二十四小时有人值班。", actor=cast.office, **told)  # type: ignore[arg-type]
    rules.sign_rule(version, version.sha256, cast.top)
    rules.read_rule(version, cast.duty)
    rules.end_rule(version.rule, "另有新的制度。", cast.top)
    skill = {"user": cast.editor, "skill": "数据分析", "note": "", "since": dt.date(2026, 1, 1), "actor": cast.office}
    training.record_skill(backup=None, **skill)  # type: ignore[arg-type]
    training.end_skill(training.record_skill(backup=cast.duty, **skill), "调离岗位。", cast.office)  # type: ignore[arg-type]
    plan = training.plan_training(title="三季度培训", goal="会研判会回应", sessions_planned=2, actor=cast.office)
    session = _session(cast, plan)
    frozen.advance(DAY)
    training.open_check_in(session, cast.office)
    for who in (cast.editor, cast.legal):  # the second was not called
        with pytest.raises(Refused):
            training.check_in(session, "no code", who)
    training.renew_code(session, cast.office)
    code = TrainingSession.objects.get(pk=session.pk).code
    training.check_in(session, code, cast.editor)
    training.check_in(session, code, cast.deputy)  # nor was this one
    training.answer_quiz(session, [1], cast.editor)
    training.close_session(session, cast.office)
    training.cancel_session(_session(cast, plan), "讲课人请假。", cast.office)


def _session(cast: Cast, plan: training.Training) -> TrainingSession:
    return training.schedule_session(
        plan, title="怎样写第一份回应", abilities=["回应引导能力"], starts_at=clock.now() + DAY, place="三楼",
        trainer="办公室主任", material="", questions=QUIZ, people=[cast.duty, cast.editor], actor=cast.office,
    )  # fmt: skip


def test_all_that_the_verbs_wrote_is_as_they_told_the_ledger_inv_8(cast: Cast, frozen: FrozenClock) -> None:
    lived(cast, frozen)
    assert told_otherwise("overseeing") == set()
    assert empty_of("overseeing") == []


def test_whoever_was_not_called_and_mistyped_the_code_is_named_once_by_the_ledger_c9_6(
    cast: Cast, frozen: FrozenClock
) -> None:
    _organised(cast, frozen)
    tried = [entry.data["name"] for entry in LedgerEntry.objects.filter(kind="training.tried")]
    assert tried == [cast.legal.name]
    assert TrainingSeat.objects.get(user=cast.legal).checked_in_at is None


def test_a_proposal_to_erase_is_vouched_for_by_the_record_of_the_erasure_inv_1(cast: Cast) -> None:
    chain = f"case:{stories.opened(cast).number}"
    row = propose_erasure(chain, 1, "鞍公管〔2026〕3号", WHY, cast.office)
    settle_erasure(row, True, cast.deputy)
    assert told_otherwise("overseeing") == set()
    type(row).objects.update(settled_by="某")
    assert told_otherwise("overseeing") == {("overseeing_erasureproposal", str(row.pk), "settled_by")}


def test_each_kept_column_and_row_is_found_when_it_is_edited_behind_the_verbs_inv_12(
    cast: Cast, frozen: FrozenClock
) -> None:
    lived(cast, frozen)
    assert unseen("overseeing") == []
