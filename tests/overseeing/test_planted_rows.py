"""INV-8, INV-12: a lie planted in a row of casework, desk or paper is found; each table with a date, a row, a field."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from cast import Cast
from huiying.documents import actions as papers
from huiying.documents.actions.issued import withdraw
from huiying.documents.actions.issuing import issue_special_report
from huiying.handling import handover
from huiying.handling.actions import liaison
from huiying.handling.models import Case, Liaison
from huiying.judging.models import Event
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.actions import Actor, erase
from huiying.ledger.models import LedgerEntry
from huiying.listening.actions import patrolling
from huiying.listening.models import PatrolCard
from huiying.overseeing.auditing import comparing
from huiying.people.actions import appoint, deactivate, end_appointment
from huiying.people.actions.roster import answer_swap, ask_swap, cancel_shift, set_shift
from huiying.responding.actions import propose_withhold
from huiying.responding.readiness import GROUNDS
from overseeing.oversight_of import DECIDED, lies, not_found, planted
from stories import again, answered, handled

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
GUARDED = ("documents_issueddocument", "documents_signature", "documents_addendum", "documents_withdrawal")


def lived(cast: Cast) -> Case:
    """A case that was answered, with a letter, a report, a roster, a patrol and a change of posts."""
    case = answered(cast)
    letter = liaison.draft_liaison(case, "市委宣传部", "", "系统停摆的说法是否属实", "", cast.duty)
    liaison.send_liaison(letter, "letter", cast.duty)
    liaison.record_answer(Liaison.objects.get(), "true", "宣传部小李", "情况属实，已转有关单位。", cast.duty)
    report = issue_special_report(again(case), cast.office)
    papers.sign(report, "拟稿", report.sha256, cast.office)
    papers.addend(report, "另见附件。", cast.office)
    papers.circulate(report, [cast.legal], cast.office)
    papers.instruct(
        report, words="请查清原因。", leader=cast.deputy, owner=cast.tech_liaison, due_at=clock.now() + DAY,
        actor=cast.deputy,
    )  # fmt: skip
    withdraw(report, reason="数字漏了一个平台。", actor=cast.deputy)
    handover.give(handover.begin_handover(cast.duty2, cast.duty), "钥匙在抽屉。", cast.duty)
    now = clock.now()
    one, other, third = (
        set_shift(user, now + n * DAY, now + n * DAY + 8 * HOUR, cast.office)[0]
        for n, user in ((1, cast.duty), (2, cast.duty2), (3, cast.duty))
    )
    cancel_shift(third, cast.office)
    answer_swap(ask_swap(one, cast.duty2, "家里有事换一下。", cast.duty, in_return=other), True, cast.duty2)
    patrolling.add_point(
        name="本地论坛", channel_class="论坛", url="", what="", owner=cast.department("Z-XX"),
        backup=cast.department("WGC"), actor=cast.office,
    )  # fmt: skip
    patrolling.make_cards(clock.now())
    patrolling.tick(PatrolCard.objects.order_by("opens_at")[0], PatrolCard.NIL, cast.duty)
    end_appointment(appoint(cast.legal, "editor", None, actor=cast.admin), cast.admin)
    return again(case)


LIES: dict[str, tuple[str, str]] = {
    "a draft of another day": ("UPDATE responding_revision SET at = '2026-09-01 00:00:00'", "案件文稿|时间被改过"),
    "a draft in other words": ("UPDATE responding_revision SET facts = facts || '。'", "案件文稿|文字被改过"),
    "a draft by somebody else": ("UPDATE responding_revision SET drafter = '某'", "案件文稿|办理人被改过"),
    "a review opened earlier": (
        "UPDATE responding_reviewround SET opened_at = '2026-09-01 00:00:00'", "案件审核 |时间被改过"),
    "a review that approved nothing": (
        "UPDATE responding_reviewround SET state = 'rejected'", "案件审核 |状态被改过"),
    "a decision of another hand": (
        "UPDATE responding_reviewstep SET decided_by = '某' WHERE position = 1", "案件审核意见|台账里没有这一条"),
    "a secrecy check that nobody made": (
        "UPDATE responding_reviewstep SET secrecy_checked = NOT secrecy_checked", "案件审核意见|保密审查被改过"),
    "a decision that is gone": (
        "UPDATE responding_reviewstep SET decision = '' WHERE position = 1", "案件审核意见|不见了"),
    "an earlier answer": (
        "UPDATE responding_publication SET published_at = '2026-09-14 01:00:00'", "公开发布|公开时间被改过"),
    "an answer in other words": ("UPDATE responding_publication SET text = '一切正常。'", "公开发布|文字被改过"),
    "another address": ("UPDATE responding_publication SET url = 'https://x.example/1'", "公开发布|链接被改过"),
    "an answer that is not public": ("UPDATE responding_publication SET state = 'failed'", "公开发布|是否公开被改过"),
    "a letter sent earlier": (
        "UPDATE handling_liaison SET sent_at = '2026-09-14 00:00:00'", "核实函|发出时间被改过"),
    "another finding": ("UPDATE handling_liaison SET finding = 'false'", "核实函|核实结果被改过"),
    "a letter that is gone": ("DELETE FROM handling_liaison", "核实函|不见了"),
    "an event known later": (
        "UPDATE judging_event SET first_known_at = '2026-09-14 09:00:00'", "事件|首次获知被改过"),
    "an event of another level": ("UPDATE judging_event SET suggested_level = 'x'", "事件|级别被改过"),
    "an event of another number": ("UPDATE judging_event SET number = 'E-1'", "事件|台账里没有这一条"),
    "a warning that nobody else heard": (
        "UPDATE judging_warning SET recipients = '[\"某\"]'", "预警|对象被改过"),
    "a warning seen earlier": (
        "UPDATE judging_warning SET acknowledged_at = '2026-09-14 00:00:00'", "预警|知悉时间被改过"),
    "a hand-over of another hour": (
        "UPDATE handling_handover SET gave_at = '2026-09-13 00:00:00'", "交接班|交班时间被改过"),
    "another sheet": ("UPDATE handling_handover SET sheet = '{}'", "交接班|内容被改过"),
    "a slip of another hand": ("UPDATE handling_transferslip SET issued_by = '某'", "转办单|办理人被改过"),
    "a slip that knew all": ("UPDATE handling_transferslip SET elements = '{}'", "转办单|要素被改过"),
    "a turn of somebody else": (
        "UPDATE people_dutyshift SET user_id = (SELECT MAX(user_id) FROM people_dutyshift)", "值班 |台账里没有这一条"),
    "a turn at other hours": (
        "UPDATE people_dutyshift SET ends_at = '2026-09-20 00:00:00'", "值班 |台账里没有这一条"),
    "a turn that is gone": ("DELETE FROM people_dutyshift WHERE cancelled_at IS NOT NULL", "值班 |不见了"),
    "a look that was earlier": (
        "UPDATE listening_patrolcard SET ticked_at = '2026-09-13 00:00:00' WHERE result <> ''", "巡查卡|时间被改过"),
    "a look with another result": (
        "UPDATE listening_patrolcard SET result = 'unreachable' WHERE result <> ''", "巡查卡|结果被改过"),
    "a look that nobody made": (
        "UPDATE listening_patrolcard SET id = id + 100", "巡查卡|台账里没有这一条"),
    "a place of another class": (
        "UPDATE listening_patrolpoint SET channel_class = '博客'", "巡查点|渠道类被改过"),
    "a post held longer": ("UPDATE people_appointment SET since = '2020-01-01 00:00:00'", "岗位任命|任命时间被改过"),
    "another post": ("UPDATE people_appointment SET role = 'editor'", "岗位任命|岗位被改过"),
    "a post that did not end": ("UPDATE people_appointment SET until = NULL", "岗位任命|免去时间被改过"),
    "a paper of another day": (
        "UPDATE documents_issueddocument SET issued_at = '2026-09-01 00:00:00'", "文书 |时间被改过"),
    "a paper in other words": ("UPDATE documents_issueddocument SET content = '{}'", "文书 |文字被改过"),
    "other figures on a paper": ("UPDATE documents_issueddocument SET figures = '{}'", "文书 |数字被改过"),
    "a signature of another hand": ("UPDATE documents_signature SET \"by\" = '某'", "签字、补记或撤回|办理人被改过"),
    "an addendum that is gone": ("DELETE FROM documents_addendum", "签字、补记或撤回|不见了"),
    "a withdrawal that is gone": ("DELETE FROM documents_withdrawal", "签字、补记或撤回|不见了"),
    "another reader": ("UPDATE documents_circulation SET name = '某'", "文书传阅|台账里没有这一条"),
    "an instruction put off": (
        "UPDATE documents_instruction SET due_at = '2027-01-01 00:00:00'", "批示 |期限被改过"),
    "an instruction of other words": ("UPDATE documents_instruction SET words = '不必查。'", "批示 |批示被改过"),
}  # fmt: skip


def test_an_honest_house_with_all_of_it_is_silent(cast: Cast) -> None:
    lived(cast)
    assert lies() == []


def test_a_planted_lie_in_a_row_is_found_inv_12(cast: Cast) -> None:
    lived(cast)
    assert not_found(LIES, GUARDED) == []


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE responding_withholding SET ground = 'x'", "法定理由被改过"),
        ("UPDATE responding_withholding SET agreed = true, seconded_user = 99", "是否同意被改过"),
        ("DELETE FROM responding_withholding", "不见了"),
    ],
)
def test_silence_that_was_not_decided_so_is_found_c1_1(cast: Cast, sql: str, said: str) -> None:
    case = handled(cast)
    propose_withhold(case, next(iter(GROUNDS)), "涉及商业秘密，依法不公开。", dt.date(2026, 12, 1), cast.office)
    assert lies() == []
    planted(sql)
    assert f"不予公开 {case.number} 1与台账不一致：{said}" in " ".join(lies())


def test_a_row_that_was_put_in_is_found_inv_12(cast: Cast) -> None:
    case = lived(cast)
    row = again(case).revisions.get()
    row.pk, row.number = None, 9
    row.save()
    assert f"案件文稿 {case.number} 9与台账不一致：台账里没有这一条" in " ".join(lies())


def test_inv_13_where_time_is_replayed_moments_are_no_proof_and_the_rest_is(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    lived(cast)
    monkeypatch.setattr(comparing, "_near", [comparing.NEAR])
    planted("UPDATE people_appointment SET since = '2020-01-01 00:00:00'")
    assert lies() != []
    comparing.in_a_replay()
    assert lies() == []
    planted("UPDATE people_appointment SET role = 'editor'")
    assert "岗位被改过" in " ".join(lies())


def test_who_left_holds_no_post_and_nobody_is_accused(cast: Cast, frozen: FrozenClock) -> None:
    appoint(cast.legal, "editor", None, actor=cast.admin)
    frozen.advance(DAY)
    deactivate(cast.legal, cast.admin)
    assert lies() == []


def test_what_was_erased_by_decision_accuses_nobody(cast: Cast) -> None:
    case = lived(cast)
    entry = LedgerEntry.objects.get(chain=f"case:{case.number}", kind="draft.saved")
    one, two = Actor(name="办公室主任", user_id=1), Actor(name="分管副局长", user_id=2)
    erase(entry.chain, entry.seq, decision="2026-7", reason="含个人信息", decided_by=one, second_person=two)
    case.revisions.update(drafter="某")
    assert [one for one in lies() if "案件文稿" in one] == []


def test_every_subject_reads_kinds_that_are_written_and_says_its_fields_in_words(cast: Cast) -> None:
    """A kind that nobody writes would leave its table uncompared without a word."""
    lived(cast)
    written = set(LedgerEntry.objects.values_list("kind", flat=True))
    unseen = {subject.en for subject in comparing.SUBJECTS if not written & set(subject.kinds)}
    assert unseen - DECIDED == {"Signed roster", "Withholding of case"}
    for subject in comparing.SUBJECTS:
        words: dict[str, Any] = {**comparing.NAMES, **subject.names}
        for _key, row in subject.rows():
            assert set(row) <= set(words), subject.en


def test_the_check_reads_each_table_once(cast: Cast, django_assert_max_num_queries: Any) -> None:
    lived(cast)
    assert Event.objects.count() == 1
    with django_assert_max_num_queries(35):
        comparing.rows_say_what_the_ledger_says()
