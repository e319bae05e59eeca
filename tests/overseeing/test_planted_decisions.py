"""INV-8, INV-12: a lie planted in a meeting, a confirmation, an effect, a policy, a training, a house rule is found."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

import risk_told
from cast import Cast
from huiying.foreseeing.actions import policies
from huiying.handling.actions import meetings
from huiying.handling.models import Case
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.overseeing.actions import rules, training
from huiying.overseeing.auditing import comparing
from huiying.overseeing.models import TrainingSession
from huiying.people.errors import Refused
from huiying.responding import actions as answering
from huiying.responding.actions.confirming import note_silence, record_confirmation
from huiying.responding.models import BodyConfirmation
from overseeing.oversight_of import DECIDED, lies, not_found, planted
from stories import answered, drafted, effects_seen

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
QUIZ = [{"text": "较大级多少小时内回应", "options": ["24", "48", "72"], "right": 1}]
ELSEWHERE = "财政局"


def met(cast: Cast, case: Case) -> None:
    """Called, acknowledged, held with one away and one stood in for, minuted with another opinion, signed."""
    meeting = meetings.convene(case, "交易系统故障会商", "三楼会议室", clock.now() + HOUR, cast.deputy, [], cast.office)
    seats = list(meeting.seats.all())
    meetings.acknowledge_seat(meeting.seats.get(user=cast.tech_head), cast.tech_head)
    attendance = {seat.pk: "present" for seat in seats}
    away = next(seat for seat in seats if seat.user_id not in (cast.deputy.pk, cast.tech_head.pk))
    attendance[away.pk] = "excused"
    stood_in = {meeting.seats.get(user=cast.tech_head).pk: "信息部联络员"}
    meetings.hold(meeting, attendance, stood_in, cast.office)
    meetings.minute(meeting, "九时半登录中断。", "先恢复再说明。", [("法规处长", "宜先公告。")], [], cast.office)
    meetings.sign(meeting, cast.deputy)
    other = meetings.convene(case, "第二次会商", "三楼", clock.now() + HOUR, cast.deputy, [], cast.office)
    meetings.cancel(other, "情况已经缓解。", cast.office)


def asked(cast: Cast) -> Case:
    """One body asked twice about one text, the second answered first; another overridden and heard after all."""
    case = drafted(cast, bodies=[ELSEWHERE, "住建局"]).case
    _first, _token = answering.ask_confirmation(case, ELSEWHERE, "", cast.editor)
    second, token = answering.ask_confirmation(case, ELSEWHERE, "", cast.editor)
    answering.answer_confirmation(token, "object", "王主任", "时间有出入。")
    assert BodyConfirmation.objects.exclude(answer="").get() == second
    row, _token = answering.ask_confirmation(case, "住建局", "", cast.editor)
    answering.override_confirmation(row, "时限将到，先公开已核实的部分。", cast.deputy)
    row.refresh_from_db()
    record_confirmation(case, "住建局", "agree", "李主任", "phone", "逐条核对过。", None, cast.editor, after=row)
    return case


def trained(cast: Cast, frozen: FrozenClock) -> None:
    plan = training.plan_training(title="三季度培训", goal="会研判会回应", sessions_planned=2, actor=cast.office)
    told: dict[str, Any] = {
        "title": "怎样写第一份回应", "abilities": ["回应引导能力"], "place": "三楼", "trainer": "办公室主任",
        "material": "先说事实。", "questions": QUIZ, "people": [cast.duty, cast.editor],
    }  # fmt: skip
    one, other = (
        training.schedule_session(plan, starts_at=clock.now() + n * DAY, actor=cast.office, **told) for n in (1, 2)
    )
    training.cancel_session(other, "与检查冲突。", cast.office)
    frozen.advance(DAY)
    one = training.open_check_in(one, cast.office)
    training.check_in(one, one.code, cast.duty)
    with pytest.raises(Refused):
        training.check_in(one, "x", cast.editor)
    training.answer_quiz(one, [1], cast.duty)
    training.close_session(one, cast.office)
    version = rules.draft_rule(
        None, title="舆情信息管理办法", text="值班员每日八时交班。" * 5, effective_from=dt.date(2026, 9, 1),
        expires_on=dt.date(2027, 9, 1), actor=cast.office,
    )  # fmt: skip
    version = rules.sign_rule(version, sha256=version.sha256, actor=cast.deputy)
    rules.read_rule(version, cast.duty)
    since = dt.date(2026, 1, 1)
    first = {"user": cast.editor, "skill": "短视频", "note": "做过三年", "since": since}
    training.record_skill(**first, backup=None, actor=cast.office)
    row = training.record_skill(**first, backup=cast.duty, actor=cast.office)
    training.end_skill(row, "调到别处。", cast.office)


def lived(cast: Cast, frozen: FrozenClock) -> None:
    case = asked(cast)
    met(cast, case)
    frozen.advance(60 * DAY / 24)
    note_silence(clock.now(), 10)
    trained(cast, frozen)
    policy = risk_told.approved(cast).policy
    frozen.advance(HOUR)
    policies.issue_policy(policy, issued_at=clock.now() - HOUR / 2, issued_as="鞍公管发〔2026〕9号", actor=cast.office)


LIES: dict[str, tuple[str, str]] = {
    "a meeting called earlier": (
        "UPDATE handling_meeting SET convened_at = '2026-09-01 00:00:00'", "会商会议|召集时间被改过"),
    "a meeting that another led": ("UPDATE handling_meeting SET chair_name = '局长'", "会商会议|主持人被改过"),
    "minutes in other words": (
        "UPDATE handling_meeting SET discussion = '一致同意。' WHERE state = 'signed'", "会商会议|文字被改过"),
    "an opinion that nobody had": ("DELETE FROM handling_dissent", "会商会议|文字被改过"),
    "a meeting that was not cancelled": (
        "UPDATE handling_meeting SET state = 'convened' WHERE state = 'cancelled'", "会商会议|状态被改过"),
    "somebody who was not there": (
        "UPDATE handling_meetingseat SET attendance = 'present' WHERE attendance = 'excused'",
        "会商座位|是否到会被改过"),
    "nobody stood in": ("UPDATE handling_meetingseat SET stood_in_by = ''", "会商座位|代会人被改过"),
    "a seat that saw nothing": (
        "UPDATE handling_meetingseat SET acknowledged_at = NULL", "会商座位|知悉时间被改过"),
    "a seat that was put in": (
        "UPDATE handling_meetingseat SET name = '某' WHERE attendance = 'excused'", "会商座位|台账里没有这一条"),
    "an objection that was consent": (
        "UPDATE responding_bodyconfirmation SET answer = 'agree' WHERE answer = 'object'", "沟通确认|答复被改过"),
    "a silence that was none": (
        "UPDATE responding_bodyconfirmation SET not_received_at = NULL", "沟通确认|逾期未复被改过"),
    "a confirmation of another text": (
        "UPDATE responding_bodyconfirmation SET manifest_sha256 = 'x'", "沟通确认|校验码被改过"),
    "an override for another reason": (
        "UPDATE responding_bodyconfirmation SET override_reason = '对方已口头同意。' WHERE override_reason <> ''",
        "沟通确认|不待确认的理由被改过"),
    "a policy that touched nobody": (
        "UPDATE foreseeing_policy SET screen_reason = '内部事务。'", "政策 |判定的理由被改过"),
    "a policy issued later": (
        "UPDATE foreseeing_policy SET issued_at = '2026-12-01 00:00:00'", "政策 |出台时间被改过"),
    "a policy assessed earlier": (
        "UPDATE foreseeing_policy SET assessed_at = '2026-09-01 00:00:00'", "政策 |评估批准时间被改过"),
    "a policy in other words": ("UPDATE foreseeing_policy SET summary = '不涉及任何人。'", "政策 |文字被改过"),
    "a risk that was small": ("UPDATE foreseeing_risk SET impact = 1", "政策风险评估|校验码被改过"),
    "a visit with other views": ("UPDATE foreseeing_visit SET views = '都赞成。'", "政策风险评估|校验码被改过"),
    "an assessment of another hand": (
        "UPDATE foreseeing_assessment SET approved_by = '局长'", "政策风险评估|批准人被改过"),
    "a training that was longer": ("UPDATE overseeing_training SET sessions_planned = 9", "培训计划|计划次数被改过"),
    "a session that was held": (
        "UPDATE overseeing_trainingsession SET state = 'held' WHERE state = 'cancelled'", "培训场次|状态被改过"),
    "somebody who signed in": (
        "UPDATE overseeing_trainingseat SET checked_in_at = '2026-09-15 03:00:00', by_user = user_id",
        "培训签到|台账里没有这一条"),
    "a better score": ("UPDATE overseeing_trainingseat SET score = 5 WHERE score = 1", "培训签到|测验得分被改过"),
    "a house rule in other words": ("UPDATE overseeing_ruleversion SET text = '照旧。'", "内部制度|文字被改过"),
    "a house rule that runs longer": (
        "UPDATE overseeing_ruleversion SET expires_on = '2030-01-01'", "内部制度|失效日期被改过"),
    "a rule that nobody read": ("DELETE FROM overseeing_readreceipt", "制度已阅|不见了"),
    "a skill with somebody behind it": (
        "UPDATE overseeing_skillentry SET backup_id = NULL", "技能名册|后备被改过"),
    "a skill that did not end": (
        "UPDATE overseeing_skillentry SET until = NULL WHERE backup_id IS NOT NULL", "技能名册|是否结束被改过"),
}  # fmt: skip


def of(name: str) -> comparing.Subject:
    return next(subject for subject in comparing.SUBJECTS if subject.en == name)


def test_an_honest_house_that_meets_asks_trains_and_plans_is_silent(cast: Cast, frozen: FrozenClock) -> None:
    lived(cast, frozen)
    assert lies() == []
    written = set(LedgerEntry.objects.values_list("kind", flat=True))
    kinds = {"meeting.cancelled", "confirmation.silent", "confirmation.overridden", "policy.issued", "skill.ended"}
    assert kinds <= written
    assert {name for name in DECIDED if not written & set(of(name).kinds)} == {"Effect of answer"}
    for subject in comparing.SUBJECTS:
        words: dict[str, Any] = {**comparing.NAMES, **subject.names}
        for _key, row in subject.rows():
            assert set(row) <= set(words), subject.en


def test_a_planted_lie_about_a_decision_is_found_inv_12(cast: Cast, frozen: FrozenClock) -> None:
    lived(cast, frozen)
    assert not_found(LIES) == []


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE responding_effectreview SET verdict = 'persists' WHERE verdict <> ''", "认定被改过"),
        ("UPDATE responding_effectreview SET after = before", "回应后的热度被改过"),
        ("UPDATE responding_effectreview SET hours = hours + 1", "台账里没有这一条"),
    ],
)
def test_an_effect_that_was_written_better_is_found_c3_2(cast: Cast, sql: str, said: str) -> None:
    effects_seen(cast, answered(cast))
    assert lies() == []
    planted(sql)
    assert any("回应效果" in one and said in one for one in lies()), lies()


def test_minutes_written_again_before_they_are_signed_accuse_nobody(cast: Cast) -> None:
    case = drafted(cast).case
    meeting = meetings.convene(case, "故障会商", "三楼", clock.now() + HOUR, cast.deputy, [], cast.office)
    meetings.hold(meeting, {seat.pk: "present" for seat in meeting.seats.all()}, {}, cast.office)
    meetings.minute(meeting, "登录中断。", "先恢复再说明。", [("法规处长", "宜先公告。")], [], cast.office)
    meetings.minute(meeting, "登录中断两小时。", "先公告。", [("信息部部长", "尚未查清。")], [], cast.office)
    assert lies() == []
    planted("UPDATE handling_dissent SET words = '同意。' WHERE name = '信息部部长'")
    assert any("会商会议" in one and "文字被改过" in one for one in lies())


def test_a_policy_in_other_words_is_screened_anew_and_accuses_nobody_c6_1(cast: Cast) -> None:
    row = risk_told.screened(cast)
    told = {"department": row.department, "planned_on": row.planned_on, "actor": cast.tech_liaison}
    row = policies.save_policy(row, title=row.title, summary="改为只对新开户的企业适用，其余照旧。", **told)
    assert row.major is None
    assert lies() == []
    policies.screen_policy(row, major=False, reason="只涉及内部流程。", actor=cast.tech_liaison)
    policies.second_screening(row, agree=True, reason="", actor=cast.office)
    assert lies() == []
    planted("UPDATE foreseeing_policy SET excused_by = '局长'")
    assert any("同意不评估的人被改过" in one for one in lies())


def test_a_session_that_is_signed_in_to_is_compared_while_it_runs(cast: Cast, frozen: FrozenClock) -> None:
    trained(cast, frozen)
    assert lies() == []
    TrainingSession.objects.filter(state=TrainingSession.HELD).update(starts_at=clock.now() - DAY)
    assert any("培训场次" in one and "开始时间被改过" in one for one in lies())
