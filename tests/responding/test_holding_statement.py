"""C8.6, 80号, C1.3: 「正在核实」 in one press: a public word in the first hours which is no answer."""

from __future__ import annotations

import datetime as dt

import pytest

from cast import Cast
from huiying.handling import actions as handling, clocks
from huiying.handling.audits import silent_cases
from huiying.handling.models import Case, Clock, ClockEvent
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.people.errors import Refused
from huiying.responding import actions
from huiying.responding.actions.drafting import hold_statement, holding_texts, title_of
from huiying.responding.available_actions.main import actions_for
from huiying.responding.models import Publication, ReviewRound, Revision
from huiying.responding.queries import approved_round, current_revision, open_round, why_not_release
from huiying.responding.readiness import open_blanks
from huiying.work import schedule
from stories import again, answered, approve, do_what_is_due, handled, opened, routed


def held(cast: Cast, case: Case | None = None) -> Case:
    """Public on the portal."""
    case = case or opened(cast)
    round_ = hold_statement(case, cast.duty, ["portal"])
    approve(cast, round_)
    actions.release(again(case), ["portal"], cast.office, Revision.HOLDING)
    do_what_is_due()
    return again(case)


def kinds(case: Case) -> list[str]:
    return list(LedgerEntry.objects.filter(chain=f"case:{case.number}").order_by("seq").values_list("kind", flat=True))


def half_way(frozen: FrozenClock, case: Case) -> None:
    frozen.set(case.first_known_at + dt.timedelta(hours=25))
    schedule.run_pollers()


def test_one_press_saves_and_submits_before_anybody_has_any_facts(cast: Cast) -> None:
    case = opened(cast)
    assert case.state == "registered", "nobody has the case yet"
    round_ = hold_statement(case, cast.duty)
    assert (round_.state, round_.track) == (ReviewRound.OPEN, Revision.HOLDING)
    revision = round_.revision
    assert (revision.stage, revision.fact_sheet) == ("holding", 0)
    assert set(revision.renditions) == {"portal", "wechat", "weibo", "website"}, "every open account of ours"
    assert again(case).state == "registered", "it moves no case"


def test_what_the_case_does_not_know_is_left_out_and_nothing_stays_open(cast: Cast) -> None:
    case = opened(cast)
    texts = holding_texts(case, ["portal", "weibo"])
    for text in texts.values():
        assert open_blanks(text) == []
        assert "正在核实" in text or "核实" in text
        assert "9月16日10时" in text, "by when the answer comes"


def test_it_names_the_matter_by_its_keys_and_no_word_of_a_citizen(cast: Cast) -> None:
    case = opened(cast)
    said = title_of(case) + "".join(holding_texts(case, ["portal"]).values())
    assert "交易系统使用" in said
    for words in ("全崩", "算谁的", "舆情", "较大", "级别"):
        assert words not in said


def test_its_own_steps_review_it_with_both_checks_c8_2(cast: Cast) -> None:
    """The stage's own steps: quick, and still nothing goes out without 保密审查 and 个人信息审查."""
    round_ = hold_statement(opened(cast, "特别重大"), cast.duty)
    checks = {step.role: step.checks for step in round_.steps.all()}
    assert checks == {"office_head": ["personal_data"], "secrecy_checker": ["secrecy"]}


def test_whoever_pressed_does_not_approve_it_c9_3(cast: Cast) -> None:
    """INV-4"""
    round_ = hold_statement(opened(cast), cast.office)
    step = round_.steps.get(role="office_head")
    with pytest.raises(Refused):
        actions.decide_step(
            step,
            approve=True,
            comment="",
            manifest_sha256=round_.manifest_sha256,
            personal_data=True,
            actor=cast.office,
        )


def test_it_is_public_after_approval_and_stops_no_answer_clock(cast: Cast) -> None:
    """G4: no answer. The legal clock of the response runs on."""
    case = held(cast)
    row = Publication.objects.get(case=case)
    assert (row.state, row.stage) == (Publication.LIVE, "holding")
    assert case.answered_at is None
    assert Clock.objects.filter(case=case, act="respond", stopped_at__isnull=True, is_legal=True).exists()


def test_it_is_the_first_authoritative_release_of_an_emergency(cast: Cast) -> None:
    """80号: five hours."""
    case = opened(cast, "特别重大")
    handling.set_emergency(case, "重大", cast.top)
    held(cast, again(case))
    stopped = Clock.objects.filter(case=case, act="first_authoritative_release")
    assert stopped.exists()
    assert not stopped.filter(stopped_at__isnull=True).exists()
    assert Clock.objects.filter(case=case, act="press_conference", stopped_at__isnull=True).exists()


def test_nothing_is_published_before_it_is_approved(cast: Cast) -> None:
    case = opened(cast)
    hold_statement(case, cast.duty, ["portal"])
    with pytest.raises(Refused):
        actions.release(again(case), ["portal"], cast.office, Revision.HOLDING)
    assert not Publication.objects.exists()


def test_the_words_can_be_changed_before_the_press_and_an_open_blank_is_refused(cast: Cast) -> None:
    case = opened(cast)
    with pytest.raises(Refused, match="没填的空"):
        hold_statement(
            case, cast.duty, ["portal"], {"portal": "我们正在核实【请填：事情】，9月16日公布，电话5551234。"}
        )
    round_ = hold_statement(case, cast.duty, ["portal"], {"portal": "登录的情况正在核实，9月16日10时前公布。"})
    assert round_.revision.renditions == {"portal": "登录的情况正在核实，9月16日10时前公布。"}


@pytest.mark.parametrize(
    ("codes", "code"),
    [([], "channel_without_text"), (["press_conference"], "no_account"), (["fax"], "unknown_channel")],
)
def test_it_goes_to_accounts_of_ours_only_inv_11(cast: Cast, codes: list[str], code: str) -> None:
    with pytest.raises(Refused) as refusal:
        hold_statement(opened(cast), cast.duty, codes)
    assert refusal.value.code == code


def test_pressed_twice_there_is_one_review(cast: Cast) -> None:
    case = opened(cast)
    hold_statement(case, cast.duty)
    with pytest.raises(Refused, match="已经在审核中"):
        hold_statement(again(case), cast.duty2)
    assert ReviewRound.objects.count() == 1


def test_pressed_again_after_approval_it_is_published_not_reviewed_again(cast: Cast) -> None:
    case = opened(cast)
    approve(cast, hold_statement(case, cast.duty, ["portal"]))
    with pytest.raises(Refused) as refusal:
        hold_statement(again(case), cast.duty, ["portal"])
    assert refusal.value.code == "already_approved"


def test_after_the_answer_there_is_nothing_to_hold(cast: Cast) -> None:
    with pytest.raises(Refused):
        hold_statement(answered(cast), cast.duty)


def test_who_may_not_hears_why(cast: Cast) -> None:
    """C9.5"""
    case = opened(cast)
    for who in (cast.works_head, cast.inspector, cast.admin):
        with pytest.raises(Refused):
            hold_statement(case, who)


def test_it_never_stands_in_the_way_of_the_answer(cast: Cast) -> None:
    """A holding statement under review, or public, beside the answer's own review."""
    case = handled(cast)
    hold_statement(case, cast.duty)
    revision = actions.save_revision(
        again(case), title="说明", question="登录", facts="中断七十分钟。", renditions={"portal": "中断。"},
        basis="条例",
        actor=cast.editor,
    )  # fmt: skip
    answer = actions.submit(again(case), cast.editor)
    assert {round_.track for round_ in ReviewRound.objects.filter(state="open")} == {"answer", "holding"}
    approve(cast, answer)
    actions.release(again(case), ["portal"], cast.office)
    do_what_is_due()
    assert again(case).answered_at is not None
    assert current_revision(case) == revision
    assert why_not_release(again(case), current_revision(case, Revision.HOLDING)), "it is not said after the answer"


def test_a_returned_statement_is_written_again_and_only_the_new_one_counts(cast: Cast) -> None:
    case = opened(cast)
    round_ = hold_statement(case, cast.duty, ["portal"])
    step = round_.steps.get(role="office_head")
    actions.decide_step(
        step, approve=False, comment="请写明核实的部门", manifest_sha256=round_.manifest_sha256, actor=cast.office
    )
    assert open_round(again(case), Revision.HOLDING) is None
    assert again(case).state == "registered"
    second = hold_statement(again(case), cast.duty, ["portal"], {"portal": "信息技术部正在核实，9月16日10时前公布。"})
    approve(cast, second)
    held_ = current_revision(case, Revision.HOLDING)
    assert held_ is not None
    assert approved_round(case, held_) == ReviewRound.objects.get(pk=second.pk)


def test_it_is_offered_from_the_first_minute_on_both_pages(cast: Cast) -> None:
    case = routed(cast)
    main = {state.name for state in actions_for(cast.duty, case, "main")}
    answer = {state.name: state for state in actions_for(cast.duty, case, "answer")}
    assert "to_hold" in main
    assert answer["hold_statement"].allowed
    hold_statement(case, cast.duty)
    answer = {state.name: state for state in actions_for(cast.duty, again(case), "answer")}
    assert not answer["hold_statement"].allowed
    assert answer["withdraw_holding"].allowed
    assert "to_hold" not in {state.name for state in actions_for(cast.duty, again(case), "main")}


# --- C1.3 -------------------------------------------------------------------------------------------------------------


def test_without_a_word_half_of_the_time_is_silence_c1_3(cast: Cast, frozen: FrozenClock) -> None:
    case = opened(cast)
    half_way(frozen, case)
    assert "clock.silent" in kinds(case)
    assert [finding.code for finding in silent_cases()] == ["case.silent"]


def test_with_a_holding_word_it_is_said_that_only_that_was_given_c1_3(cast: Cast, frozen: FrozenClock) -> None:
    case = held(cast)
    half_way(frozen, case)
    assert "clock.silent" not in kinds(case)
    assert kinds(case).count("clock.held") == 1
    assert ClockEvent.objects.filter(clock__case=case, kind="held").count() == 1
    (finding,) = silent_cases()
    assert (finding.code, "正在核实" in finding.sentence_zh) == ("case.held", True)


def test_the_legal_clock_is_where_it_was(cast: Cast, frozen: FrozenClock) -> None:
    """INV-3"""
    case = opened(cast)
    before = clocks.live(case).filter(is_legal=True).values_list("due_at", flat=True)
    due = list(before)
    frozen.advance(dt.timedelta(hours=1))
    held(cast, case)
    assert list(clocks.live(case).filter(is_legal=True).values_list("due_at", flat=True)) == due
