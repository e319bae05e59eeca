"""Notes, slip, approval form, letter, warning, feedback, minutes, evidence pack: out of the record, once a state."""

from __future__ import annotations

import datetime as dt

import pytest

from cast import Cast
from documents.documents_of import LIFE, entries, tables, told
from huiying.documents import actions
from huiying.documents.actions import issuing
from huiying.documents.models import IssuedDocument
from huiying.handling import actions as handling
from huiying.handling.actions import liaison, meetings
from huiying.handling.models import Case, Liaison, Meeting, TransferSlip
from huiying.judging.models import Warning
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.paper.document import Fields, loads
from huiying.people.errors import Refused
from huiying.responding.models import ReviewRound
from stories import again, answered, hear, opened, routed

ELEMENTS = ("关联事件性质", "舆情影响程度", "出处", "发布时间", "传播路径", "跟帖情况", "网民观点")


def same(row: IssuedDocument) -> None:
    """INV-9: composed once more, byte for byte."""
    made = actions.again(row)
    assert made.document.dumps() == row.content
    assert dict(made.figures) == row.told


def test_c10_5_the_slip_on_paper_has_the_seven_elements_as_they_were_issued(cast: Cast) -> None:
    case = routed(cast)
    slip = TransferSlip.objects.get()
    row = issuing.issue_of_object("slip", slip.pk, cast.office)
    assert row.number == slip.number
    fields = [one for block in loads(row.data).blocks if isinstance(block, Fields) for one in block.rows]
    on_paper = {one.label: one.value for one in fields}
    assert tuple(name for name in on_paper if name in ELEMENTS) == ELEMENTS
    for name, element in slip.elements.items():
        assert element.get("value", element.get("unknown", "")) in on_paper[name]
    (issued,) = [data for _c, kind, data in entries(case.opened_at, clock.now() + dt.timedelta(1))
                 if kind == "slip.issued"]  # fmt: skip
    assert (row.told["elements"], row.told["known"]) == (issued["of"], issued["filled"])
    same(row)


def test_the_same_state_is_printed_once_and_another_state_is_another_edition(cast: Cast) -> None:
    case = routed(cast)
    slip = TransferSlip.objects.get()
    one = issuing.issue_of_object("slip", slip.pk, cast.office)
    assert issuing.issue_of_object("slip", slip.pk, cast.duty) == one
    handling.accept(case, cast.tech_head)
    two = issuing.issue_of_object("slip", slip.pk, cast.office)
    assert two.number == f"{slip.number}·2"
    assert "信息部部长" in told(two)
    assert "尚未签收。" in told(one)
    same(one)


def test_7_4_a_note_fits_into_300_characters_and_is_numbered(cast: Cast) -> None:
    case = routed(cast)
    row = issuing.issue_of_case("quick", case, cast.duty)
    short = row.data["short"]
    assert len(short) <= 300
    assert short.startswith("【舆情快报 2026-09-14 10:00】")
    assert case.number in short
    assert short.endswith("【系统生成，以台账为准】")
    assert row.number == "快报〔2026〕1号"
    assert issuing.issue_of_case("quick", case, cast.duty).number == "快报〔2026〕2号"
    same(row)


def test_7_4_a_follow_up_tells_only_what_changed_since_the_last_note(cast: Cast, frozen: FrozenClock) -> None:
    case = routed(cast)
    issuing.issue_of_case("quick", case, cast.duty)
    frozen.advance(dt.timedelta(minutes=5))
    assert "情况无变化" in told(issuing.issue_of_case("follow", case, cast.duty))
    frozen.advance(dt.timedelta(minutes=5))
    handling.accept(again(case), cast.tech_head)
    row = issuing.issue_of_case("follow", again(case), cast.duty)
    assert "进入“核实处置中”" in told(row)
    assert "级别定为" not in told(row)
    same(row)


def test_7_4_a_final_note_waits_for_the_result(cast: Cast) -> None:
    case = opened(cast)
    with pytest.raises(Refused) as early:
        issuing.issue_of_case("final", case, cast.duty)
    assert early.value.code == "not_over"


def test_7_4_a_final_note_tells_result_answer_and_whether_it_goes_on(cast: Cast) -> None:
    row = issuing.issue_of_case("final", answered(cast), cast.duty)
    for words in ("结果：已公开回应", "门户网站", "持续回应：未决定"):
        assert words in told(row), words
    assert len(row.data["short"]) <= 300
    same(row)


@pytest.mark.parametrize("kind", ["quick", "follow", "final"])
def test_life_first_no_note_goes_out_on_a_danger(cast: Cast, kind: str) -> None:
    case = handling.open_case(hear(LIFE, own_channel=True), cast.duty)
    with pytest.raises(Refused) as refused:
        issuing.issue_of_case(kind, case, cast.duty)
    assert refused.value.code == "danger"
    with pytest.raises(Refused):
        issuing.issue_of_object("warning", Warning.objects.get().pk, cast.duty)


def test_5_2_the_approval_form_shows_each_opinion_with_its_name(cast: Cast) -> None:
    case = answered(cast)
    row = issuing.issue_of_object("approval", ReviewRound.objects.get().pk, cast.office)
    rows = entries(dt.datetime(2026, 1, 1, tzinfo=dt.UTC), clock.now() + dt.timedelta(1))
    decided = [data for _c, kind, data in rows if kind == "review.decided"]
    assert row.told["steps"] == len(decided)
    assert row.told["approved"] == sum(data["decision"] == "approved" for data in decided)
    assert row.told["published"] == sum(kind == "release.live" for _c, kind, _d in rows) == 1
    opinions = next(table for table in tables(row) if table.header[0] == "审核")
    assert [line.cells[2] for line in opinions.rows] == ["信息部部长", "保密员小石", "办公室主任", "分管副局长"]
    for words in (case.number, "《招标投标法实施条例》", "保密审查", ReviewRound.objects.get().manifest_sha256):
        assert words in told(row)
    same(row)


def letter(cast: Cast, case: Case) -> Liaison:
    return liaison.draft_liaison(case, "市委宣传部", "", "系统停摆的说法是否属实", "", cast.duty)


def test_c5_15_the_letter_is_printed_as_it_was_sent_and_not_before(cast: Cast) -> None:
    draft = letter(cast, opened(cast))
    with pytest.raises(Refused) as early:
        issuing.issue_of_object("letter", draft.pk, cast.duty)
    assert early.value.code == "not_sent"
    liaison.send_liaison(draft, "letter", cast.duty)
    row = issuing.issue_of_object("letter", draft.pk, cast.duty)
    document = loads(row.data)
    assert (document.style, document.to, row.number) == ("letter", "市委宣传部", draft.number)
    assert "系统停摆的说法是否属实" in told(row)
    assert "较大" not in row.content, "another body needs the question, not the level"
    same(row)


def test_c6_12_the_warning_notice_names_recipients_and_receipts(cast: Cast) -> None:
    case = opened(cast)
    warning = Warning.objects.get(event=case.event)
    row = issuing.issue_of_object("warning", warning.pk, cast.duty)
    assert row.told["recipients"] == len(warning.recipients) > 0
    assert row.told["receipts"] == 1
    for name in warning.recipients:
        assert name in told(row)
    with pytest.raises(Refused):
        issuing.issue_of_object("warning", warning.pk, cast.legal)
    same(row)


def test_c6_13_the_feedback_slip_counts_what_was_given(cast: Cast) -> None:
    row = issuing.issue_of_case("feedback", answered(cast), cast.office)
    rows = entries(dt.datetime(2026, 1, 1, tzinfo=dt.UTC), clock.now() + dt.timedelta(1))
    assert row.told["given"] == sum(kind == "feedback.given" for _c, kind, _d in rows)
    same(row)


def test_c12_3_the_evidence_pack_holds_every_entry_of_the_case(cast: Cast) -> None:
    case = answered(cast)
    row = issuing.issue_of_case("pack", case, cast.office)
    chains = {f"case:{case.number}", f"event:{case.event.number}"}
    rows = [kind for chain, kind, _d in entries(dt.datetime(2026, 1, 1, tzinfo=dt.UTC), clock.now() + dt.timedelta(1))
            if chain in chains and kind != "document.issued"]  # fmt: skip
    assert row.told["entries"] == len(rows)
    assert row.told["proofs"] == rows.count("release.live")
    whole = next(table for table in tables(row) if table.header[-1] == "记录校验码")
    assert not [line.cells[1] for line in whole.rows if line.cells[1].isascii()], "an entry without words"
    same(row)


def held(cast: Cast) -> Meeting:
    case = opened(cast, "重大")
    soon = clock.now() + dt.timedelta(minutes=30)
    others = [cast.tech_head, cast.legal]
    return meetings.convene(case, "研判开标故障", "三楼会议室", soon, cast.deputy, others, cast.office)


def test_c6_5_minutes_are_put_on_paper_only_when_signed(cast: Cast) -> None:
    meeting = held(cast)
    with pytest.raises(Refused) as early:
        issuing.issue_of_object("minutes", meeting.pk, cast.office)
    assert early.value.code == "not_signed"


@pytest.mark.parametrize("who", ["editor", "legal", "works_head", "deputy", "inspector"])
def test_who_may_not_issue_is_refused(cast: Cast, who: str) -> None:
    case = routed(cast)
    with pytest.raises(Refused):
        issuing.issue_of_case("pack", case, cast.people[who])
    with pytest.raises(Refused):
        issuing.issue_of_object("slip", TransferSlip.objects.get().pk, cast.people[who])
    assert not IssuedDocument.objects.exists()


def test_what_does_not_exist_is_named(cast: Cast) -> None:
    for kind, code in (("slip", "unknown_object"), ("poster", "unknown_kind")):
        with pytest.raises(Refused) as refused:
            issuing.issue_of_object(kind, 999, cast.office)
        assert refused.value.code == code
    with pytest.raises(Refused):
        issuing.issue_of_case("log", opened(cast), cast.office)


def test_c10_1_minutes_name_who_came_what_was_decided_and_who_disagreed(cast: Cast, frozen: FrozenClock) -> None:
    meeting = held(cast)
    frozen.advance(dt.timedelta(hours=1))
    seats = list(meeting.seats.all())
    meetings.hold(meeting, {seat.pk: "present" for seat in seats}, {}, cast.office)
    decision = meetings.Decision(
        title="三日内续齐全部证书", owner=cast.tech_liaison, department=cast.department("Z-XX"),
        due_at=clock.now() + dt.timedelta(days=3), deliverable="续期清单",
    )  # fmt: skip
    meetings.minute(
        meeting, "登录中断七十分钟。", "原因是证书到期。", [("法规处长", "建议先公开原因。")], [decision], cast.office
    )
    meetings.sign(meeting, cast.deputy)
    row = issuing.issue_of_object("minutes", meeting.pk, cast.office)
    assert row.told == {"present": len(seats), "invited": len(seats), "decisions": 1, "dissents": 1}
    rows = entries(dt.datetime(2026, 1, 1, tzinfo=dt.UTC), clock.now() + dt.timedelta(1))
    (minuted,) = [data for _c, kind, data in rows if kind == "meeting.minuted"]
    assert (minuted["decisions"], minuted["dissents"]) == (row.told["decisions"], row.told["dissents"])
    for words in ("三日内续齐全部证书", "法规处长有不同意见：建议先公开原因。", "分管副局长", "原因是证书到期。"):
        assert words in told(row), words
    assert loads(row.data).style == "minutes"
    same(row)
