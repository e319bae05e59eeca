"""问题—答复—满意度—改进 (C4.2, C4.3): one rating and one second chance, by number and query code."""

from __future__ import annotations

import datetime as dt

import pytest

from asking_of import asked, asked_and_answered, asked_and_closed
from cast import Cast
from huiying.handling import actions
from huiying.handling.models import AskedAgain, Clock, Feedback, Satisfaction
from huiying.judging.models import Event
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.listening.actions import Receipt
from huiying.people.errors import Refused
from huiying.responding import actions as responding
from huiying.responding.models import ReviewRound, Revision
from huiying.work.models import Job, Notice
from stories import DRAFT, again, approve, do_what_is_due

STILL = "保证金还是没有退，电话13841234567没人接。"
REASON = "再次提出的情况与原来相同，没有新的事实。"


def rate(receipt: Receipt, grade: str = "satisfied") -> Satisfaction:
    return actions.rate(receipt.number, receipt.query_code, grade)


def ask_again(receipt: Receipt, text: str = STILL) -> AskedAgain:
    return actions.ask_again(receipt.number, receipt.query_code, text)


def code_of(call: object, *args: object) -> str:
    with pytest.raises(Refused) as refused:
        call(*args)  # type: ignore[operator]
    return refused.value.code


# --- one question -----------------------------------------------------------------------------------------------------


def test_c4_2_an_answer_is_rated_once_and_the_ledger_knows_it(cast: Cast) -> None:
    receipt, case = asked_and_answered(cast)
    row = rate(receipt, "unsatisfied")
    assert (row.case, row.name, row.good) == (case, "不满意", False)
    entry = LedgerEntry.objects.get(kind="case.rated")
    assert entry.chain == f"case:{case.number}"
    assert entry.data == {"message": receipt.number, "grade": "unsatisfied", "name": "不满意", "good": False}
    assert code_of(rate, receipt) == "said_already"
    assert Satisfaction.objects.count() == 1


def test_c4_2_before_the_answer_there_is_nothing_to_rate(cast: Cast) -> None:
    receipt = asked()
    assert code_of(rate, receipt) == code_of(ask_again, receipt) == "not_answered"


def test_c4_3_a_wrong_code_says_and_changes_nothing(cast: Cast) -> None:
    receipt, _case = asked_and_answered(cast)
    guessed = Receipt(receipt.number, "AAAAAAAA", False)
    unknown = Receipt("20260914-9999-01", receipt.query_code, False)
    for one in (guessed, unknown):
        assert code_of(rate, one) == code_of(ask_again, one) == "unknown_message"
    assert not LedgerEntry.objects.filter(kind__in=("case.rated", "case.asked_again")).exists()


def test_a_grade_that_the_regulation_does_not_know_is_refused(cast: Cast) -> None:
    receipt, _case = asked_and_answered(cast)
    assert code_of(rate, receipt, "perfect") == "unknown_grade"


# --- once more --------------------------------------------------------------------------------------------------------


def test_c4_3_a_closed_matter_goes_back_to_its_department(cast: Cast) -> None:
    receipt, case = asked_and_closed(cast)
    row = ask_again(receipt)
    case = again(case)
    assert (case.state, case.closed_at) == ("handling", None)
    assert case.event.state == Event.CASED
    change = case.state_changes.last()
    assert change is not None
    assert (change.was, change.state, change.by) == ("closed", "handling", "公众")
    assert LedgerEntry.objects.get(kind="case.asked_again").chain == f"case:{case.number}"
    assert row.outcome == ""


def test_c8_5_it_gives_no_legal_clock_new_time_but_starts_the_file_s_own_nudge(cast: Cast) -> None:
    """INV-3: what is over stays over; the second answer has a time of its own, which the file names."""
    receipt, case = asked_and_closed(cast)
    before = list(Clock.objects.filter(case=case, is_legal=True).values_list("pk", "due_at", "stopped_at"))
    row = ask_again(receipt)
    assert list(Clock.objects.filter(case=case, is_legal=True).values_list("pk", "due_at", "stopped_at")) == before
    nudge = Clock.objects.get(case=case, act="answer_again")
    assert nudge.due_at == row.at + dt.timedelta(hours=48)


def test_an_answered_matter_that_is_still_open_does_not_move(cast: Cast) -> None:
    receipt, case = asked_and_answered(cast)
    ask_again(receipt)
    assert again(case).state == "answered"


def test_c4_3_the_matter_does_not_end_before_the_asker_was_answered(cast: Cast) -> None:
    receipt, case = asked_and_answered(cast)
    assert actions.why_not_close(again(case)) != []
    waiting = [why for why in actions.why_not_close(again(case)) if "再次提出" in why]
    assert waiting == []
    ask_again(receipt)
    waiting = [why for why in actions.why_not_close(again(case)) if "再次提出" in why]
    assert receipt.number in waiting[0]


def test_c6_2_what_was_written_is_masked_sealed_and_looked_through_for_danger(cast: Cast) -> None:
    """The text is a post of its own: the same door as every other word of a citizen."""
    receipt, _case = asked_and_answered(cast)
    row = ask_again(receipt)
    assert "13841234567" not in row.post.text
    assert row.post.sealed_text is not None
    assert row.post.screened
    assert not row.post.life_safety


def test_life_first_a_danger_in_it_calls_people_at_once(cast: Cast) -> None:
    receipt, _case = asked_and_answered(cast)
    row = ask_again(receipt, "没人管，我真的活不下去了，想从楼上跳下去。")
    assert row.post.life_safety
    assert Job.objects.filter(kind="urgent_call", payload__post=row.post_id).count() == 1
    do_what_is_due()
    notice = Notice.objects.filter(key=f"asked_again:{row.pk}").first()
    assert notice is not None
    assert "人身安全事项" in notice.title
    assert "跳下去" not in notice.title + notice.body


def test_the_department_and_the_office_hear_of_it(cast: Cast) -> None:
    receipt, _case = asked_and_answered(cast)
    row = ask_again(receipt)
    told = set(Notice.objects.filter(key=f"asked_again:{row.pk}").values_list("recipient", flat=True))
    assert {"tech_head", "office"} <= told
    assert STILL[:8] not in "".join(Notice.objects.values_list("body", flat=True))


def test_c4_3_it_can_be_taken_up_again_once(cast: Cast) -> None:
    receipt, _case = asked_and_closed(cast)
    ask_again(receipt)
    assert code_of(ask_again, receipt) == "said_already"
    assert AskedAgain.objects.count() == 1


def test_the_second_chance_ends_when_the_file_says(cast: Cast, frozen: FrozenClock) -> None:
    receipt, _case = asked_and_closed(cast)
    frozen.advance(dt.timedelta(days=30))
    assert code_of(ask_again, receipt) == "too_late"


@pytest.mark.parametrize("text", ["", "  ", "没退", "\u200b"])
def test_a_second_word_must_say_something(cast: Cast, text: str) -> None:
    receipt, case = asked_and_closed(cast)
    assert code_of(ask_again, receipt, text) in ("too_short", "empty")
    assert again(case).state == "closed"


def test_it_asks_for_no_feedback_by_hand(cast: Cast) -> None:
    """Whoever takes it up again reads the outcome by the query code, as before (C6.13)."""
    receipt, case = asked_and_answered(cast)
    ask_again(receipt)
    assert not [why for why in actions.why_not_close(again(case)) if "C6.13" in why]
    assert Feedback.objects.filter(case=case, to=Feedback.ASKER).count() == 1


# --- how it ends ------------------------------------------------------------------------------------------------------


def test_c4_2_a_further_answer_ends_the_wait(cast: Cast) -> None:
    receipt, case = asked_and_closed(cast)
    row = ask_again(receipt)
    more = DRAFT | {"title": "关于保证金退还的补充答复", "renditions": {"portal": "保证金已于今日全部退还到原账户。"}}
    responding.save_revision(again(case), stage=Revision.FOLLOW_UP, actor=cast.editor, **more)
    responding.submit(again(case), cast.editor)
    approve(cast, ReviewRound.objects.filter(case=case).latest("id"))
    responding.release(again(case), ["portal"], cast.office)
    do_what_is_due()
    row.refresh_from_db()
    assert row.outcome == AskedAgain.ANSWERED
    assert row.ended_at is not None
    assert Clock.objects.get(case=case, act="answer_again").stopped_at is not None
    entry = LedgerEntry.objects.get(kind="case.asker_answered")
    assert entry.data is not None
    assert entry.data["outcome"] == "answered"


def test_c4_3_the_office_may_uphold_the_answer_with_a_reason(cast: Cast) -> None:
    receipt, case = asked_and_answered(cast)
    row = ask_again(receipt)
    assert code_of(actions.uphold, case, "没有新情况", cast.office) == "too_short"
    assert code_of(actions.uphold, case, REASON, cast.tech_head) == "not_permitted"
    assert actions.uphold(case, REASON, cast.office) == 1
    row.refresh_from_db()
    assert (row.outcome, row.reason, row.ended_by) == (AskedAgain.UPHELD, REASON, cast.office.name)
    assert code_of(actions.uphold, case, REASON, cast.office) == "nobody_waits"
    assert not [why for why in actions.why_not_close(again(case)) if "再次提出" in why]


def test_no_row_says_who_the_asker_is(cast: Cast) -> None:
    """INV-10: the columns of both rows, by name; neither has one for a person."""
    columns = {field.name for model in (Satisfaction, AskedAgain) for field in model._meta.get_fields()}
    assert columns == {
        "id", "message", "case", "grade", "name", "good", "at", "post", "outcome", "reason", "ended_at", "ended_by",
    }  # fmt: skip
