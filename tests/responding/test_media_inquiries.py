"""C1.4: a medium asked; whether the bureau had spoken before is counted, and an answer to it is a statement (C8.3)."""

import datetime as dt

import pytest

import stories
from cast import Cast
from forms_of import authorised
from huiying.handling.actions.work import agree_facts
from huiying.handling.models import Case
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.people.errors import Refused
from huiying.responding import actions
from huiying.responding.actions.speaking import answer_inquiry, record_inquiry
from huiying.responding.forms_of_answer import Forms, first_word_at, spoke_first, spoke_first_of
from huiying.responding.models import MediaInquiry

HOUR = dt.timedelta(hours=1)
LEAD = "department:交易中心信息技术部"


def asked(cast: Cast, case: Case, at: dt.datetime | None = None) -> MediaInquiry:
    return record_inquiry(case, "鞍山日报", "受影响的有几个项目？", at or clock.now(), cast.duty)


def lined(cast: Cast) -> Case:
    """A case with an agreed line."""
    case = stories.handled(cast)
    agree_facts(case, "登录服务中断七十分钟，已恢复。", 0, "", cast.tech_head)
    return case


def test_an_inquiry_keeps_the_outlet_and_the_question_and_the_ledger_the_outlet_c1_4(cast: Cast) -> None:
    row = asked(cast, stories.routed(cast), clock.now() - HOUR)
    assert (row.outlet, row.asked_at, row.recorded_at) == ("鞍山日报", clock.now() - HOUR, clock.now())
    entry = LedgerEntry.objects.get(kind="media.asked")
    assert entry.data == {"inquiry": row.pk, "outlet": "鞍山日报", "asked_at": "2026-09-14T01:00:00+00:00"}
    assert not {field.name for field in MediaInquiry._meta.get_fields()} & {"journalist", "reporter", "phone"}


@pytest.mark.parametrize(
    ("outlet", "question", "later", "code"),
    [
        ("鞍山日报记者小李", "受影响的有几个项目？", 0, "no_person"),
        ("", "受影响的有几个项目？", 0, "outlet"),
        ("鞍山日报", "？", 0, "too_short"),
        ("鞍山日报", "受影响的有几个项目？", 1, "in_the_future"),
    ],
)
def test_an_inquiry_names_no_journalist_asks_something_and_was_not_made_tomorrow(
    cast: Cast, outlet: str, question: str, later: int, code: str
) -> None:
    with pytest.raises(Refused) as refusal:
        record_inquiry(stories.routed(cast), outlet, question, clock.now() + later * HOUR, cast.duty)
    assert refusal.value.code == code
    assert not MediaInquiry.objects.exists()


def test_who_may_record_what_the_media_asked(cast: Cast) -> None:
    case = stories.routed(cast)
    for actor in (cast.inspector, cast.works_head, cast.deputy, cast.admin):
        with pytest.raises(Refused) as refusal:
            record_inquiry(case, "鞍山日报", "受影响的有几个项目？", clock.now(), actor)
        assert refusal.value.code == "not_permitted"


def test_no_medium_is_answered_before_there_is_a_line_c7_4(cast: Cast) -> None:
    row = asked(cast, stories.handled(cast))
    with pytest.raises(Refused) as refusal:
        answer_inquiry(row, "两个标段，均已顺延。", LEAD, cast.duty)
    assert refusal.value.code == "no_line"


@pytest.mark.parametrize("voice", ["department:某软件有限公司", "department:工程建设项目交易管理处", "speaker:1", ""])
def test_a_vendor_or_a_third_department_answers_no_medium_c8_3(cast: Cast, voice: str) -> None:
    row = asked(cast, lined(cast))
    with pytest.raises(Refused) as refusal:
        answer_inquiry(row, "两个标段，均已顺延。", voice, cast.duty)
    assert refusal.value.code == "no_voice"
    row.refresh_from_db()
    assert row.answered_at is None


def test_the_lead_or_an_authorised_speaker_answers_once_c12_1(cast: Cast) -> None:
    case = lined(cast)
    first, second = asked(cast, case), asked(cast, case)
    answer_inquiry(first, "两个标段，均已顺延。", LEAD, cast.duty)
    word = authorised(cast, case)
    answer_inquiry(second, "两个标段，均已顺延。", f"speaker:{word.pk}", cast.duty)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.answered_by, second.answered_by) == ("交易中心信息技术部", "发言人 办公室副主任")
    with pytest.raises(Refused) as refusal:
        answer_inquiry(first, "再说一遍，已经顺延。", LEAD, cast.duty)
    assert refusal.value.code == "already_answered"
    assert stories.again(case).answered_at is None, "an answer to one medium is no public answer (INV-5)"


def test_the_media_ask_after_the_end_too_but_not_of_a_merged_case(cast: Cast) -> None:
    case = stories.routed(cast)
    Case.objects.filter(pk=case.pk).update(state="closed")
    asked(cast, case)
    Case.objects.filter(pk=case.pk).update(state="merged")
    with pytest.raises(Refused) as refusal:
        asked(cast, case)
    assert refusal.value.code == "not_in_this_state"


def test_whether_the_bureau_spoke_first_is_counted_c1_4(cast: Cast, frozen: FrozenClock) -> None:
    """% of cases where the first official word precedes the media's question."""
    quiet = stories.opened(cast, text=stories.RUMOUR)
    asked(cast, quiet)
    unasked = stories.opened(cast, text=stories.CONSULTATION)
    case = stories.answered(cast)
    frozen.advance(HOUR)
    asked(cast, case)
    assert (spoke_first(case), spoke_first(quiet), spoke_first(unasked)) == (True, False, None)
    assert spoke_first_of(Case.objects.all()) == (1, 2)
    asked(cast, case, clock.now() - 3 * HOUR)
    assert spoke_first_of(Case.objects.all()) == (0, 2)
    assert spoke_first(stories.again(case)) is False


def test_a_holding_statement_is_a_first_word(cast: Cast) -> None:
    case = stories.approved(cast)
    assert first_word_at(case) is None
    actions.release(case, ["portal"], cast.office)
    stories.do_what_is_due()
    assert first_word_at(case) == clock.now()
    assert Forms(case).inquiries == []
