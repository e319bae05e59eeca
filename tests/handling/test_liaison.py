"""C5.15: other bodies are asked; what they answered, or did not, is written down. Silence is never consent."""

import datetime as dt

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings, strategies as st

from cast import Cast
from huiying.handling import slips
from huiying.handling.actions import close, liaison, void
from huiying.handling.actions.liaison import (
    answer_liaison,
    draft_liaison,
    edit_letter,
    exempt,
    needs_liaison,
    open_liaison,
    record_answer,
    send_liaison,
    why_not_close_liaison,
)
from huiying.handling.models import Case, Liaison, LiaisonExemption
from huiying.judging import actions as judging
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.people.errors import Refused
from stories import CONSULTATION, RUMOUR, again, answered, opened

POINTS = "中心下个月是否撤销。\n在途项目是否作废。"
HALF, WAIT = dt.timedelta(hours=6), dt.timedelta(hours=12)


def drafted(cast: Cast, case: Case | None = None) -> Liaison:
    return draft_liaison(case or opened(cast), "市委宣传部", "办公室王科长", POINTS, "", cast.duty)


def sent(cast: Cast, means: str = "phone") -> Liaison:
    row = drafted(cast)
    send_liaison(row, means, cast.duty)
    row.refresh_from_db()
    return row


def linked(cast: Cast) -> tuple[Liaison, str]:
    row = drafted(cast)
    token = send_liaison(row, "link", cast.duty)
    assert token is not None
    row.refresh_from_db()
    return row, token


def kinds(case: Case, prefix: str = "liaison.") -> list[str]:
    rows = LedgerEntry.objects.filter(chain=f"case:{case.number}", kind__startswith=prefix).order_by("id")
    return list(rows.values_list("kind", flat=True))


def unasked(cast: Cast) -> Case:
    """An answered case whose liaison was neither sought nor exempted."""
    case = answered(cast)
    LiaisonExemption.objects.filter(case=case).delete()
    return again(case)


def loop() -> int:
    return liaison.run_letters(clock.now(), 100)


def test_an_ordinary_question_needs_no_liaison(cast: Cast) -> None:
    """C5.15: only what the regulation names asks for it."""
    case = opened(cast, "一般", text=CONSULTATION)
    case.event.concern = "咨询"
    assert needs_liaison(case) == ""
    assert why_not_close_liaison(case) == []


def test_a_level_that_is_high_enough_needs_liaison_c5_15(cast: Cast) -> None:
    assert "较大" in needs_liaison(opened(cast, "较大"))


@pytest.mark.parametrize("concern", ["歪曲", "谣言"])
def test_a_distortion_or_a_rumour_needs_liaison_at_every_level_c5_15(cast: Cast, concern: str) -> None:
    case = opened(cast, "一般")
    case.event.concern = concern
    assert concern in needs_liaison(case)
    assert len(why_not_close_liaison(case)) == 1


def test_a_rumour_that_was_judged_after_the_case_was_opened_needs_liaison(cast: Cast) -> None:
    """C5.14 C5.15: the word of two persons counts, whenever it was said."""
    case = opened(cast, "一般", text=RUMOUR)
    decision = judging.set_concern(case.event, "谣言", cast.duty, "中心下个月撤销", "编办未收到任何方案")
    judging.second_concern(decision, True, cast.office)
    assert "谣言" in needs_liaison(again(case))


def test_the_letter_says_what_who_asks_and_by_when(cast: Cast) -> None:
    """§5.2-10: 事由、需核实点、期限、联系人."""
    letter = drafted(cast).letter
    for words in (
        "市委宣传部（办公室王科长）：",
        "　　一、中心下个月是否撤销。",
        "　　二、在途项目是否作废。",
        "12小时",
        "值班员小周",
        "测试公共资源交易管理局",
        "2026年9月14日",
        "本地论坛",
    ):
        assert words in letter


def test_the_letter_asks_for_the_sentence_that_was_found_untrue(cast: Cast) -> None:
    case = opened(cast, text=RUMOUR)
    judging.set_concern(case.event, "谣言", cast.duty, "中心下个月撤销", "编办未收到任何方案")
    assert slips.points_for(case) == "“中心下个月撤销”的说法是否属实，依据是什么。"


def test_the_letter_carries_neither_level_nor_internal_words(cast: Cast) -> None:
    """UI.md: the other body needs the question, not the files."""
    letter = drafted(cast).letter
    for word in ("舆情", "较大", "级别", "监测"):
        assert word not in letter


@pytest.mark.parametrize(
    ("typed", "points"),
    [
        ("一、是否撤销\n二、是否作废", ["是否撤销", "是否作废"]),
        ("1. 是否撤销\n\n 2、是否作废", ["是否撤销", "是否作废"]),
        ("是否撤销", ["是否撤销"]),
        ("\n".join(f"第{n}件" for n in range(15)), [f"第{n}件" for n in range(10)]),
    ],
)
def test_points_are_numbered_once(typed: str, points: list[str]) -> None:
    assert slips.points_of(typed) == points


def test_a_draft_is_edited_until_it_is_sent_and_never_after(cast: Cast) -> None:
    row = drafted(cast)
    edit_letter(row, row.letter + "\n附件：截图一份。", "李主任", cast.office)
    row.refresh_from_db()
    assert "附件" in row.letter
    assert row.contact == "李主任"
    send_liaison(row, "letter", cast.duty)
    with pytest.raises(Refused) as refusal:
        edit_letter(row, "另一个说法另一个说法另一个说法另一个说法", "", cast.duty)
    assert refusal.value.code == "already_sent"


def test_letters_are_numbered_without_a_gap(cast: Cast) -> None:
    case = opened(cast)
    with pytest.raises(Refused):
        draft_liaison(case, "市委宣传部", "", "", "", cast.duty)
    numbers = [drafted(cast, case).number for _ in range(3)]
    assert numbers == ["核实〔2026〕1号", "核实〔2026〕2号", "核实〔2026〕3号"]


@pytest.mark.parametrize(
    ("body", "points", "letter"), [("", POINTS, ""), ("市委宣传部", "是", ""), ("市委宣传部", POINTS, "太短")]
)
def test_a_letter_without_addressee_points_or_text_is_refused(cast: Cast, body: str, points: str, letter: str) -> None:
    with pytest.raises(Refused) as refusal:
        draft_liaison(opened(cast), body, "", points, letter, cast.duty)
    assert refusal.value.code == "too_short"
    assert Liaison.objects.count() == 0


def test_only_the_duty_desk_and_the_office_write_to_other_bodies_c5_15(cast: Cast) -> None:
    case = opened(cast)
    for user in (cast.tech_head, cast.deputy, cast.inspector, cast.admin, cast.editor):
        with pytest.raises(Refused) as refusal:
            draft_liaison(case, "市委宣传部", "", POINTS, "", user)
        assert refusal.value.code == "not_permitted"
    row = drafted(cast, case)
    for verb in (
        lambda: send_liaison(row, "phone", cast.tech_head),
        lambda: edit_letter(row, "换一个说法" * 5, "", cast.tech_head),
        lambda: record_answer(row, "true", "王科长", "情况属实。", cast.tech_head),
    ):
        with pytest.raises(Refused):
            verb()
    row.refresh_from_db()
    assert row.sent_at is None


def test_a_closed_case_sends_no_letter(cast: Cast) -> None:
    row = drafted(cast)
    void(row.case, "与另一件重复立案，在那一件里办理", cast.office)
    with pytest.raises(Refused) as refusal:
        send_liaison(row, "phone", cast.duty)
    assert refusal.value.code == "not_in_this_state"
    with pytest.raises(Refused):
        drafted(cast, again(row.case))


def test_sending_starts_the_wait_that_the_regulation_gives(cast: Cast) -> None:
    """G8: answer_within counts from the sending, and a reminder stands at its half."""
    row = sent(cast)
    now = clock.now()
    assert (row.sent_at, row.sent_by, row.means) == (now, "值班员小周", "phone")
    assert row.submit_before == now + WAIT
    assert row.next_action_at == now + HALF
    assert row.token_hash is None


@pytest.mark.parametrize("means", ["phone", "letter", "visit"])
def test_only_a_link_has_a_token(cast: Cast, means: str) -> None:
    assert send_liaison(drafted(cast), means, cast.duty) is None


def test_an_unknown_means_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        send_liaison(drafted(cast), "pigeon", cast.duty)
    assert refusal.value.code == "unknown_means"


def test_the_record_says_who_was_asked_how_and_with_which_text_c5_15(cast: Cast) -> None:
    row = sent(cast)
    entry = LedgerEntry.objects.get(kind="liaison.sent")
    assert entry.data is not None
    assert (entry.data["number"], entry.data["body"], entry.data["means"]) == (row.number, "市委宣传部", "电话")
    assert len(entry.data["letter"]) == 64
    assert kinds(row.case) == ["liaison.drafted", "liaison.sent"]


def test_the_link_takes_one_answer_without_an_account(cast: Cast) -> None:
    row, token = linked(cast)
    answer_liaison(token, "false", "宣传部 王科长", "没有撤销中心的方案，所传不实。")
    row.refresh_from_db()
    assert (row.finding, row.answered_name, row.answer_recorded_by) == ("false", "宣传部 王科长", "")
    assert row.next_action_at is None
    with pytest.raises(Refused) as refusal:
        answer_liaison(token, "true", "别人", "改主意了，属实。")
    assert refusal.value.code == "link_used"
    entry = LedgerEntry.objects.get(kind="liaison.answered")
    assert entry.data is not None
    assert entry.data["finding"] == "不属实"
    assert "市委宣传部" in entry.actor


@pytest.mark.parametrize("token", ["", "x", "A" * 43])
def test_an_unknown_link_answers_nothing(cast: Cast, token: str) -> None:
    linked(cast)
    assert open_liaison(token) is None
    with pytest.raises(Refused) as refusal:
        answer_liaison(token, "true", "王科长", "情况属实。")
    assert refusal.value.code == "unknown_link"


@pytest.mark.parametrize(
    ("finding", "name", "text", "code"),
    [
        ("", "王科长", "情况属实。", "answer"),
        ("yes", "王科长", "情况属实。", "answer"),
        ("true", " ", "情况属实。", "too_short"),
        ("true", "王科长", "是", "too_short"),
    ],
)
def test_an_answer_needs_a_finding_a_name_and_its_words(
    cast: Cast, finding: str, name: str, text: str, code: str
) -> None:
    row, token = linked(cast)
    with pytest.raises(Refused) as refusal:
        answer_liaison(token, finding, name, text)
    assert refusal.value.code == code
    row.refresh_from_db()
    assert row.answered_at is None


def test_a_link_dies_with_the_wait(cast: Cast, frozen: FrozenClock) -> None:
    row, token = linked(cast)
    frozen.advance(WAIT)
    with pytest.raises(Refused) as refusal:
        answer_liaison(token, "true", "王科长", "情况属实。")
    assert refusal.value.code == "link_expired"
    row.refresh_from_db()
    assert row.answered_at is None


def test_half_the_wait_reminds_once_and_its_end_writes_silence_once(cast: Cast, frozen: FrozenClock) -> None:
    """C5.15: silence is written down as what it is, and never as consent."""
    row = sent(cast)
    frozen.advance(HALF - dt.timedelta(seconds=1))
    assert loop() == 0
    frozen.advance(dt.timedelta(seconds=1))
    assert (loop(), loop()) == (1, 0)
    row.refresh_from_db()
    assert (row.reminded_at, row.not_received_at) == (clock.now(), None)
    frozen.advance(HALF)
    assert (loop(), loop()) == (1, 0)
    row.refresh_from_db()
    assert row.not_received_at == clock.now()
    assert (row.finding, row.answered_at) == ("", None)
    assert kinds(row.case) == ["liaison.drafted", "liaison.sent", "liaison.reminded", "liaison.silent"]


def test_a_loop_that_slept_through_both_says_silence_only(cast: Cast, frozen: FrozenClock) -> None:
    row = sent(cast)
    frozen.advance(WAIT * 3)
    assert loop() == 1
    assert kinds(row.case) == ["liaison.drafted", "liaison.sent", "liaison.silent"]


def test_what_was_answered_is_not_asked_again_by_the_loop(cast: Cast, frozen: FrozenClock) -> None:
    row = sent(cast)
    record_answer(row, "partly", "王科长", "部分情况属实，已向编办核实。", cast.office)
    frozen.advance(WAIT * 2)
    assert loop() == 0
    row.refresh_from_db()
    assert (row.answer_recorded_by, row.not_received_at) == ("办公室主任", None)


def test_an_answer_by_phone_is_recorded_by_who_took_it_and_once(cast: Cast) -> None:
    row = sent(cast)
    record_answer(row, "unknown", "王科长", "无法核实，须问省里。", cast.duty2)
    with pytest.raises(Refused) as refusal:
        record_answer(row, "true", "王科长", "情况属实。", cast.duty2)
    assert refusal.value.code == "already_answered"


def test_no_answer_before_the_letter_c5_15(cast: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        record_answer(drafted(cast), "true", "王科长", "情况属实。", cast.duty)
    assert refusal.value.code == "not_sent"


def test_a_late_answer_is_kept_beside_the_silence(cast: Cast, frozen: FrozenClock) -> None:
    row = sent(cast)
    frozen.advance(WAIT)
    loop()
    record_answer(row, "false", "王科长", "所传不实，刚刚查清。", cast.duty)
    row.refresh_from_db()
    assert row.not_received_at is not None
    assert row.answered_at == clock.now()
    entry = LedgerEntry.objects.get(kind="liaison.answered")
    assert entry.data is not None
    assert entry.data["late"] is True


def test_sent_again_before_the_end_the_old_link_dies_and_the_date_stays(cast: Cast, frozen: FrozenClock) -> None:
    row, old = linked(cast)
    before = row.submit_before
    frozen.advance(dt.timedelta(hours=2))
    new = send_liaison(row, "link", cast.duty)
    assert new is not None
    row.refresh_from_db()
    assert row.submit_before == before
    assert open_liaison(old) is None
    answer_liaison(new, "true", "王科长", "情况属实，附文件。")
    assert Liaison.objects.count() == 1


def test_sent_again_after_silence_is_a_new_letter_and_the_silence_stays(cast: Cast, frozen: FrozenClock) -> None:
    row = sent(cast)
    frozen.advance(WAIT)
    loop()
    assert send_liaison(row, "link", cast.duty) is not None
    row.refresh_from_db()
    second = Liaison.objects.exclude(pk=row.pk).get()
    assert row.not_received_at is not None
    assert (second.number, second.submit_before) == ("核实〔2026〕2号", clock.now() + WAIT)
    assert second.letter == row.letter


def test_what_was_answered_is_not_sent_again(cast: Cast) -> None:
    row = sent(cast)
    record_answer(row, "true", "王科长", "情况属实。", cast.duty)
    with pytest.raises(Refused) as refusal:
        send_liaison(row, "link", cast.duty)
    assert refusal.value.code == "already_answered"


def test_a_case_that_needs_liaison_does_not_close_without_it_c5_15(cast: Cast) -> None:
    case = unasked(cast)
    assert any("C5.15" in why for why in why_not_close_liaison(case))
    row = drafted(cast, case)
    assert why_not_close_liaison(case), "a draft is no letter"
    send_liaison(row, "visit", cast.duty)
    assert why_not_close_liaison(case) == []


def test_closing_itself_refuses_a_case_without_liaison_c5_15(cast: Cast) -> None:
    case = unasked(cast)
    with pytest.raises(Refused) as refusal:
        close(case, "证书到期无人盯办，已列入月度检查", cast.office)
    assert "C5.15" in refusal.value.sentence


def test_silence_lets_a_case_close_but_says_nothing_in_its_favour(cast: Cast, frozen: FrozenClock) -> None:
    """The letter was sent: that is what C5.15 asks. No finding is made of it."""
    row = sent(cast)
    frozen.advance(WAIT)
    loop()
    row.refresh_from_db()
    assert why_not_close_liaison(row.case) == []
    assert row.finding == ""


def test_an_exemption_needs_a_reason_and_the_right_person_c5_15(cast: Cast) -> None:
    case = opened(cast)
    for user in (cast.duty, cast.tech_head, cast.inspector):
        with pytest.raises(Refused) as refusal:
            exempt(case, "本局职责内的事，已由市政府办公厅牵头核实", user)
        assert refusal.value.code == "not_permitted"
    with pytest.raises(Refused):
        exempt(case, "不用", cast.office)
    made = exempt(case, "本局职责内的事，已由市政府办公厅牵头核实", cast.deputy)
    assert made.by == "分管副局长"
    assert why_not_close_liaison(case) == []
    assert kinds(case) == ["liaison.exempted"]


@pytest.mark.parametrize("before", ["exempted", "sent", "not_needed"])
def test_an_exemption_is_given_once_and_only_where_it_means_something(cast: Cast, before: str) -> None:
    case = opened(cast, "一般", text=CONSULTATION) if before == "not_needed" else opened(cast)
    if before == "exempted":
        exempt(case, "本局职责内的事，不涉及其他机关", cast.office)
    elif before == "sent":
        send_liaison(drafted(cast, case), "phone", cast.duty)
    else:
        case.event.concern = "咨询"
        case.event.save()
    rows = LiaisonExemption.objects.count()
    with pytest.raises(Refused):
        exempt(case, "本局职责内的事，不涉及其他机关", cast.office)
    assert LiaisonExemption.objects.count() == rows


STEPS = st.lists(st.sampled_from(["draft", "send", "link", "answer", "loop", "half", "exempt"]), max_size=12)


@pytest.mark.django_db
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_whatever_is_done_no_letter_is_answered_before_it_left_and_none_moves_its_date_later(
    cast: Cast, frozen: FrozenClock, steps: list[str]
) -> None:
    """Invariants of the rows, over any order of verbs; each example in a transaction of its own."""
    with transaction.atomic():
        _live(cast, frozen, steps)
        transaction.set_rollback(True)


def _live(cast: Cast, frozen: FrozenClock, steps: list[str]) -> None:
    case = opened(cast)
    dates: dict[int, dt.datetime] = {}
    for step in steps:
        row = case.liaisons.last()
        try:
            if step == "draft":
                drafted(cast, case)
            elif step == "half":
                frozen.advance(HALF)
            elif step == "loop":
                loop()
            elif step == "exempt":
                exempt(case, "本局职责内的事，不涉及其他机关", cast.office)
            elif row is not None and step == "answer":
                record_answer(row, "true", "王科长", "情况属实。", cast.duty)
            elif row is not None:
                send_liaison(row, "link" if step == "link" else "phone", cast.duty)
        except Refused:
            continue
        for one in case.liaisons.all():
            assert one.answered_at is None or (one.sent_at is not None and one.sent_at <= one.answered_at)
            assert bool(one.finding) == (one.answered_at is not None), "silence makes no finding"
            if one.submit_before is not None:
                assert dates.setdefault(one.pk, one.submit_before) == one.submit_before
