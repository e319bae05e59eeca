"""C6.2–C6.5: a method is its evidence. Figures are counted by the house, percentages never come without their n."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, strategies as st

import risk_told as told
import stories
from cast import Cast
from huiying.foreseeing import policies as reads, surveying
from huiying.foreseeing.actions import assessing, evidencing, send_opinion
from huiying.foreseeing.models import Assessment, Deliberation, Survey, Tracking
from huiying.handling.actions import meetings
from huiying.handling.models import MeetingSeat
from huiying.kernel import clock
from huiying.ledger.models import LedgerEntry
from huiying.people.errors import Refused
from huiying.people.queries import regulation_now
from portal.public_world import opened

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def refusal(call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)
    return caught.value.code


def done(row: Assessment) -> list[str]:
    return [method.name for method in reads.methods(row, regulation_now()) if method.done]


# --- C6.2 舆情跟踪 -------------------------------------------------------------------------------------------------


def test_a_method_without_evidence_can_not_be_ticked_must_be_impossible_c6_2(cast: Cast) -> None:
    """There is no field to tick; what is done follows from rows alone, and the database asks for enough of them."""
    row = told.begun(cast)
    assert done(row) == []
    names = {field.name for field in Assessment._meta.get_fields()}
    assert not {name for name in names if name.endswith(("_done", "_used", "_ticked"))} - {"methods_done"}
    told.tracked(cast, row)
    told.risky(cast, row, 1, 2)
    told.graded(cast, row, "低")
    assert refusal(told.proposed, cast, row) == "not_whole"
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.filter(pk=row.pk).update(
            state="approved", approved_at=clock.now(), sha256="x", methods_least=2, methods_done=1
        )


def test_an_empty_survey_and_unsigned_minutes_are_no_evidence_yet_c6_2(cast: Cast) -> None:
    row = told.begun(cast)
    survey = told.surveyed(cast, row)
    found = told.deliberated(cast, row, sign=False)
    assert done(row) == []
    evidencing.enter_paper(survey, sheets=1, counts=[[1, 0, 0]], actor=cast.tech_liaison)
    evidencing.sign_deliberation(found, cast.tech_head)
    assert done(row) == ["抽样调查", "会商分析"]


def test_figures_of_a_tracking_are_counted_not_typed_c6_2(cast: Cast) -> None:
    told_posts = ["鞍山保证金一个月了还不退，公共资源交易中心给个说法", "鞍山公共资源交易中心保证金退得太慢了"]
    for text in told_posts:
        stories.hear(text)
    stories.hear(stories.CONSULTATION)
    row = told.begun(cast)
    told.tracked(cast, row)
    found = Tracking.objects.get()
    assert found.figures["posts"] == 2
    assert found.figures["platforms"] == 1
    assert sum(found.figures["by_day"].values()) == 2
    assert found.figures["cut"] is False
    entry = LedgerEntry.objects.filter(kind="method.tracked").get()
    assert entry.data["posts"] == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        Tracking.objects.filter(pk=found.pk).update(figures={})


def test_nothing_outside_the_period_is_counted_and_a_quiet_period_is_evidence_too_c6_2(cast: Cast, frozen) -> None:
    stories.hear("鞍山保证金一个月了还不退，公共资源交易中心给个说法")
    frozen.advance(40 * DAY)
    row = told.begun(cast)
    told.tracked(cast, row)
    assert Tracking.objects.get().figures["posts"] == 0
    assert done(row) == ["舆情跟踪"]


def test_a_danger_to_life_is_in_no_figure_of_a_tracking(cast: Cast) -> None:
    from whole.url_world import LIFE

    stories.hear(LIFE, own_channel=True)
    row = told.begun(cast)
    told.tracked(cast, row, words=LIFE[:2])
    assert Tracking.objects.get().figures["posts"] == 0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"words": "保"}, "too_short"),
        ({"since": dt.date(2026, 9, 12), "until": dt.date(2026, 9, 11)}, "period"),
        ({"since": dt.date(2026, 10, 1), "until": dt.date(2026, 10, 2)}, "in_the_future"),
        ({"cases": ["20260914-99"]}, "no_such_case"),
        ({"finding": "有人留了电话 13900001234"}, "personal_data"),
    ],
)
def test_a_tracking_that_says_too_little_is_refused_with_its_field(cast: Cast, change: Any, code: str) -> None:
    given = {"words": "保证金", "since": dt.date(2026, 9, 1), "until": dt.date(2026, 9, 14), "cases": []}
    given |= {"finding": "议论集中在退得慢。"}
    assert refusal(evidencing.track, told.begun(cast), **given | change, actor=cast.tech_liaison) == code


def test_cases_that_were_looked_at_stand_with_the_figures_c6_2(cast: Cast) -> None:
    case = stories.opened(cast)
    row = told.begun(cast)
    found = evidencing.track(
        row, words="系统", since=dt.date(2026, 9, 1), until=dt.date(2026, 9, 14), cases=[case.number, ""],
        finding="曾因系统故障引发议论。", actor=cast.tech_liaison,
    )  # fmt: skip
    assert found.cases == [case.number]


# --- C6.3 抽样调查 -------------------------------------------------------------------------------------------------


def test_frame_and_instrument_stand_before_any_answer_c6_3(cast: Cast) -> None:
    row = told.begun(cast)
    assert refusal(told.surveyed, cast, row, frame="") == "too_short"
    assert refusal(told.surveyed, cast, row, questions=[]) == "no_instrument"
    assert refusal(told.surveyed, cast, row, asked=None) == "asked"
    assert refusal(told.surveyed, cast, row, asked=900) == "asked"
    survey = told.surveyed(cast, row)
    for change in ({"frame": ""}, {"questions": []}, {"asked": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Survey.objects.filter(pk=survey.pk).update(**change)


def test_paper_is_counted_in_and_never_more_answers_than_sheets_c6_3(cast: Cast) -> None:
    survey = told.surveyed(cast, told.begun(cast))
    enter = {"actor": cast.tech_liaison}
    assert refusal(evidencing.enter_paper, survey, sheets=3, counts=[[2, 1, 1]], **enter) == "counts"
    assert refusal(evidencing.enter_paper, survey, sheets=3, counts=[[2, 1]], **enter) == "counts"
    assert refusal(evidencing.enter_paper, survey, sheets=0, counts=[[0, 0, 0]], **enter) == "sheets"
    assert refusal(evidencing.enter_paper, survey, sheets=101, counts=[[1, 0, 0]], **enter) == "too_many"
    evidencing.enter_paper(survey, sheets=20, counts=[[12, 6, 2]], **enter)
    survey = evidencing.enter_paper(survey, sheets=20, counts=[[9, 6, 4]], **enter)
    (result,) = surveying.results(survey)
    assert [answer.count for answer in result.answers] == [21, 12, 6]
    assert (result.n, result.portal, result.paper) == (39, 0, 39)
    assert surveying.answered(survey) == 40  # one sheet left the question open
    assert surveying.response_rate(survey) == 0.4


def test_the_portals_survey_is_the_consultations_and_both_count_together_c6_3(cast: Cast, frozen) -> None:
    consultation = opened(cast)
    for option in (0, 0, 2):
        send_opinion(consultation, "", {0: option})
    row = told.begun(cast)
    assert refusal(told.surveyed, cast, row, consultation=consultation) == "not_random"
    survey = told.surveyed(cast, row, consultation=consultation, drawn=Survey.OPEN, asked=None)
    assert survey.questions == consultation.questions
    survey = evidencing.enter_paper(survey, sheets=2, counts=[[1, 1, 0]], actor=cast.tech_liaison)
    (result,) = surveying.results(survey)
    assert [answer.count for answer in result.answers] == [3, 1, 1]
    assert surveying.response_rate(survey) is None  # nobody knows how many came by
    told.visited(cast, row)
    told.risky(cast, row)
    told.graded(cast, row)
    told.planned(cast, row)
    assert refusal(told.proposed, cast, row) == "still_answering"
    frozen.advance(20 * DAY)
    assert told.proposed(cast, row).state == Assessment.PROPOSED


def test_a_share_has_its_n_and_a_small_n_is_flagged_must_be_impossible_otherwise_c6_3(cast: Cast) -> None:
    survey = told.surveyed(cast, told.begun(cast))
    survey = evidencing.enter_paper(survey, sheets=29, counts=[[29, 0, 0]], actor=cast.tech_liaison)
    (result,) = surveying.results(survey)
    assert result.small
    assert all(answer.small and answer.n == 29 for answer in result.answers)
    assert surveying.told(survey)["small"]
    survey = evidencing.enter_paper(survey, sheets=1, counts=[[1, 0, 0]], actor=cast.tech_liaison)
    assert not surveying.results(survey)[0].small


def test_a_margin_stands_only_beside_a_random_draw_c6_3(cast: Cast) -> None:
    row = told.begun(cast)
    drawn = told.surveyed(cast, row)
    chosen = told.surveyed(cast, row, drawn=Survey.CHOSEN)
    for survey in (drawn, chosen):
        evidencing.enter_paper(survey, sheets=50, counts=[[25, 20, 5]], actor=cast.tech_liaison)
        survey.refresh_from_db()
    assert all(answer.margin is None for answer in surveying.results(chosen)[0].answers)
    (half, *_rest) = surveying.results(drawn)[0].answers
    assert half.margin == pytest.approx(0.1335 * math.sqrt(350 / 399), abs=0.002)


def test_nobody_asked_certainty_of_twelve_answers_c6_3(cast: Cast) -> None:
    """At 0 of 12 the plain formula would claim a margin of nothing."""
    survey = told.surveyed(cast, told.begun(cast), frame_size=None)
    evidencing.enter_paper(survey, sheets=12, counts=[[12, 0, 0]], actor=cast.tech_liaison)
    survey.refresh_from_db()
    assert all((answer.margin or 0) > 0.1 for answer in surveying.results(survey)[0].answers)


@given(st.integers(1, 2000), st.integers(0, 2000), st.integers(2, 5000))
def test_a_margin_is_a_share_and_falls_as_more_of_the_frame_answer_c6_3(n: int, count: int, size: int) -> None:
    count, size = min(count, n), max(size, n)
    row = Survey(drawn=Survey.RANDOM, frame_size=size)
    found = surveying.margin(count, n, row)
    assert found is not None
    assert 0 <= found <= 1
    whole = surveying.margin(count, n, Survey(drawn=Survey.RANDOM, frame_size=None))
    assert whole is not None
    assert found <= whole
    assert surveying.margin(count, n, Survey(drawn=Survey.RANDOM, frame_size=n)) == 0 or n == 1


# --- C6.4 重点走访 -------------------------------------------------------------------------------------------------


def test_a_visit_names_a_group_and_no_person_c6_4(cast: Cast) -> None:
    row = told.begun(cast)
    assert refusal(told.visited, cast, row, "李某电话 13900001234 说不行") == "personal_data"
    visit = {"place": "", "actor": cast.tech_liaison, "whom": "投标企业", "views": "希望快一点退。"}
    tomorrow = clock.now().date() + DAY
    assert refusal(evidencing.visit, row, visited_on=tomorrow, **visit) == "in_the_future"
    told.visited(cast, row)
    assert row.visits.count() >= row.visits_planned
    assert done(row) == ["重点走访"]


# --- C6.5 会商分析 -------------------------------------------------------------------------------------------------


def test_minutes_without_attendance_must_be_impossible_c6_5(cast: Cast) -> None:
    row = told.begun(cast)
    told_of = {"held_on": clock.now().date(), "topic": "保证金退还的风险", "chair": cast.tech_head, "dissents": []}
    told_of |= {"minutes": "大家认为主要风险是系统来不及改造。", "actor": cast.tech_liaison}
    for present in ([], [cast.tech_head], [cast.legal, cast.tech_liaison]):
        assert refusal(evidencing.deliberate, row, present=present, **told_of) == "attendance"
    found = told.deliberated(cast, row)
    for change in ({"present": []}, {"minutes": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Deliberation.objects.filter(pk=found.pk).update(**change)


def test_a_different_opinion_is_kept_as_it_was_said_and_only_the_chair_signs_c6_5(cast: Cast) -> None:
    row = told.begun(cast)
    found = told.deliberated(cast, row, sign=False)
    assert found.dissents == [{"name": "法规处长", "words": "我认为应当先试行三个月。"}]
    for other in (cast.tech_liaison, cast.office, cast.top):
        assert refusal(evidencing.sign_deliberation, found, other) == "not_permitted"
    assert evidencing.sign_deliberation(found, cast.tech_head).signed_by == cast.tech_head.name
    assert refusal(evidencing.sign_deliberation, found, cast.tech_head) == "signed"


def test_a_joint_meeting_with_signed_minutes_stands_in_c6_5(cast: Cast, frozen) -> None:
    case = stories.routed(cast)
    meeting = meetings.convene(
        case, "系统故障的处置", "三楼", clock.now() + DAY, cast.deputy, [cast.legal], cast.office
    )
    row = told.begun(cast)
    link = {"number": meeting.number, "actor": cast.office}
    assert refusal(evidencing.link_meeting, row, **link) == "not_signed"
    assert refusal(evidencing.link_meeting, row, number="会商〔2026〕99号", actor=cast.office) == "no_such_meeting"
    came = {seat.pk: MeetingSeat.PRESENT for seat in meeting.seats.all()}
    meetings.hold(meeting, came, {}, cast.office)
    meetings.minute(meeting, "系统登录中断。", "应当先通报再抢修。", [("法规处长", "应先报告。")], [], cast.office)
    meeting.refresh_from_db()
    meetings.sign(meeting, cast.deputy)
    found = evidencing.link_meeting(row, **link)
    assert len(found.present) == meeting.seats.count()
    assert found.dissents == [{"name": "法规处长", "words": "应先报告。"}]
    assert found.signed_by == cast.deputy.name
    assert refusal(evidencing.link_meeting, row, **link) == "already_there"
    assert done(row) == ["会商分析"]


def test_another_bureaus_methods_have_their_own_names_and_the_same_evidence_s10(cast: Cast) -> None:
    from huiying.regulation import load

    rule = load("sixian").risk_assessment
    assert [rule.kind_of(name) for name in rule.methods] == ["survey", "visit", "meeting"]
    assert rule.min_methods == 1
    assert [load("anshan").risk_assessment.kind_of(name) for name in load("anshan").risk_assessment.methods] == [
        "tracking", "survey", "visit", "meeting",
    ]  # fmt: skip


def test_what_is_sent_up_is_open_again_once_evidence_is_added_inv_4(cast: Cast) -> None:
    row = told.whole(cast)
    told.tracked(cast, row)
    row = told.again(row)
    assert (row.state, row.sha256) == (Assessment.OPEN, "")
    assert refusal(assessing.decide_assessment, row, approve=True, sha256="", comment="", actor=cast.deputy) == (
        "nothing_proposed"
    )
