"""Forms of answer, speakers, media and procedures as staff see and do them (C1.4, C3.1, C8.3, C8.7, C12.1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

import stories
from cast import Cast
from desk_helpers import text_of
from forms_of import LOOKED, MP4, SAID, authorised, expert, held, interview, photo, planned, speaker
from huiying.desk.subjects.answer_formats import CONFERENCE_VERBS, SENTENCES, SPEAKER_VERBS, VERBS
from huiying.handling.actions.relating import merge_cases
from huiying.handling.models import Case
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.people.models import Spokesperson, User
from huiying.responding.actions.following import record_filing
from huiying.responding.actions.speaking import record_inquiry
from huiying.responding.available_actions.answering import NAMES
from huiying.responding.models import (
    Authorisation,
    ExpertExplanation,
    Interview,
    MediaInquiry,
    PressConference,
    StatutoryFiling,
)

Browser = Callable[[User], Client]
NOW = "2026-09-14T10:00"
OUTLETS = "鞍山日报\n新华社、鞍山广播电视台"
PLAN = {"topic": "登录故障的情况说明", "starts_at": NOW, "place": "一楼发布厅", "outlets": OUTLETS}


def do(client: Client, case: Case, verb: str, told: dict[str, Any] | None = None, **more: Any) -> Any:
    return client.post(f"/desk/cases/{case.number}/do/{verb}/", told or {}, **more)


def on(client: Client, row: PressConference, verb: str, told: dict[str, Any] | None = None, **more: Any) -> Any:
    return client.post(f"/desk/conferences/{row.pk}/do/{verb}/", told or {}, **more)


def page(client: Client, case: Case) -> str:
    return text_of(client.get(f"/desk/cases/{case.number}/answer/"))


@pytest.fixture
def handled(cast: Cast) -> Case:
    return stories.handled(cast, "重大")


# --- the case page ----------------------------------------------------------------------------------------------------


def test_the_page_says_which_forms_the_level_asks_for_and_which_are_there(cast: Cast, browser: Browser) -> None:
    case = stories.answered(cast, "较大")
    text = page(browser(cast.editor), case)
    assert "门户网站声明：已公开" in text
    assert "政务微信推送：还没有" in text


def test_the_sections_verbs_stand_in_the_section_and_not_in_the_bar_above(
    cast: Cast, browser: Browser, handled: Case
) -> None:
    body = browser(cast.office).get(f"/desk/cases/{handled.number}/answer/").content.decode()
    above, below = body.split('<section id="forms">')
    assert "plan_conference" in below
    assert not [name for name in NAMES if f'id="do-{name}"' in above]
    assert body.count('id="actions"') == 1


def test_every_verb_of_the_section_is_offered_and_every_entry_has_a_sentence() -> None:
    assert set(VERBS) == NAMES
    assert len(SENTENCES) == 20


def test_a_speaker_is_authorised_by_a_leader_and_the_authorisation_is_taken_back(
    cast: Cast, browser: Browser, handled: Case
) -> None:
    """C12.1"""
    entry, leader = speaker(cast), browser(cast.deputy)
    assert do(leader, handled, "authorise_speaker").status_code == 422
    told = {"speaker": entry.pk, "statement": "就故障发言"}
    text = text_of(do(leader, handled, "authorise_speaker", told, follow=True))
    row = Authorisation.objects.get()
    assert "已授权办公室副主任就此件发言" in text
    assert "有效" in text
    assert do(browser(cast.office), handled, "revoke_speaker", {"row": row.pk, "why": "还要核实"}).status_code == 409
    text = text_of(do(leader, handled, "revoke_speaker", {"row": row.pk, "why": "还要再核实"}, follow=True))
    assert "分管副局长 9月14日 10:00 撤销：还要再核实" in text
    assert do(leader, handled, "revoke_speaker", {"row": row.pk, "why": "还要再核实"}).status_code == 422


def test_a_leader_is_not_offered_himself_and_an_empty_register_says_so(
    cast: Cast, browser: Browser, handled: Case
) -> None:
    assert "发言人名册里没有在任的人" in page(browser(cast.deputy), handled)
    own = speaker(cast, cast.deputy)
    told = {"speaker": own.pk, "statement": "就故障发言"}
    assert do(browser(cast.deputy), handled, "authorise_speaker", told).status_code == 422
    assert do(browser(cast.top), handled, "authorise_speaker", told).status_code == 302


def test_an_expert_is_proposed_by_one_and_looked_into_by_another(cast: Cast, browser: Browser, handled: Case) -> None:
    """C8.7"""
    office = browser(cast.office)
    told = {"name": "钱教授", "field": "电子招投标", "employer": "某大学", "topic": "怎样顺延开标"}
    text = text_of(do(office, handled, "plan_expert", told, follow=True))
    row = ExpertExplanation.objects.get()
    assert "专家的利益关系还没有由另一个人核查" in text
    assert "专家是您提出的，须由另一个人核查。" in text
    assert do(office, handled, "check_expert", {"row": row.pk, "free": "yes", "statement": LOOKED}).status_code == 422
    checked = {"row": row.pk, "free": "yes", "statement": LOOKED}
    assert f"核查：{LOOKED}" in text_of(do(browser(cast.legal), handled, "check_expert", checked, follow=True))
    text = text_of(do(office, handled, "drop_expert", {"row": row.pk, "why": "时间不合适"}, follow=True))
    assert "不再安排：时间不合适" in text


def test_an_interview_names_the_outlet_and_its_outline_is_reviewed(cast: Cast, browser: Browser, handled: Case) -> None:
    editor = browser(cast.editor)
    told = {"outlet": "鞍山日报 王记者", "outline": "一、中断的经过和原因。"}
    refused = do(editor, handled, "plan_interview", told)
    assert refused.status_code == 409
    assert "只写媒体单位" in text_of(refused)
    do(editor, handled, "plan_interview", told | {"outlet": "鞍山日报"})
    row = Interview.objects.get()
    assert "一、中断的经过和原因。" in page(editor, handled)
    no = {"row": row.pk, "ok": "no", "comment": ""}
    assert do(browser(cast.office), handled, "review_interview", no).status_code == 409
    text = text_of(do(browser(cast.office), handled, "review_interview", {"row": row.pk, "ok": "yes"}, follow=True))
    assert "办公室主任 9月14日 10:00 同意提纲" in text
    do(editor, handled, "drop_interview", {"row": row.pk, "why": "媒体改期了"})
    assert "不再安排：媒体改期了" in page(editor, handled)


def test_a_medium_asks_and_is_answered_in_a_voice_that_may_speak(cast: Cast, browser: Browser) -> None:
    """C1.4, C8.3"""
    case = stories.drafted(cast).case
    duty = browser(cast.duty)
    told = {"outlet": "鞍山日报", "question": "受影响的有几个项目？", "asked_at": NOW}
    text = text_of(do(duty, case, "record_inquiry", told, follow=True))
    assert "媒体来问之前，本局还没有公开说过话" in text
    assert "待答复" in text
    row = MediaInquiry.objects.get()
    answer = {"row": row.pk, "voice": "department:某公司", "answer": "两个标段，均已顺延。"}
    assert do(duty, case, "answer_inquiry", answer).status_code == 422
    answer["voice"] = "department:交易中心信息技术部"
    assert "两个标段，均已顺延。" in text_of(do(duty, case, "answer_inquiry", answer, follow=True))


def test_having_spoken_first_is_said(cast: Cast, browser: Browser) -> None:
    case = stories.answered(cast)
    record_inquiry(case, "鞍山日报", "受影响的有几个项目？", clock.now(), cast.duty)
    assert "媒体来问之前，本局已经公开说过话" in page(browser(cast.duty), case)


def test_a_filing_stands_with_its_own_date_until_its_own_answer(cast: Cast, browser: Browser, handled: Case) -> None:
    """C3.1: 法定程序, in the section and among the clocks."""
    office = browser(cast.office)
    told = {"channel": "petition", "reference": "信访〔2026〕31号", "filed_at": NOW}
    text = text_of(do(office, handled, "record_filing", told, follow=True))
    assert "法定程序答复" in text
    assert "公开回应不能代替法定答复" in text
    assert "11月13日 10:00 止" in text
    row = StatutoryFiling.objects.get()
    assert do(office, handled, "answer_filing", {"row": row.pk, "reference": "已经答复"}).status_code == 409
    answered = {"row": row.pk, "reference": "信访答复〔2026〕9号"}
    text = text_of(do(office, handled, "answer_filing", answered, follow=True))
    assert "办公室主任 9月14日 10:00 登记答复 信访答复〔2026〕9号" in text


def test_a_filing_of_a_merged_case_is_seen_where_it_went(cast: Cast, browser: Browser) -> None:
    loser, winner = stories.routed(cast), stories.opened(cast, text=stories.RUMOUR)
    record_filing(loser, "petition", "信访〔2026〕31号", clock.now(), cast.office)
    merge_cases(stories.again(loser), winner, cast.duty)
    text = page(browser(cast.office), winner)
    assert "信访〔2026〕31号" in text
    assert loser.number in text
    assert do(browser(cast.office), winner, "answer_filing").status_code == 422, "it is answered where it was filed"


def test_an_overdue_filing_says_so(cast: Cast, browser: Browser, frozen: FrozenClock) -> None:
    case = stories.routed(cast)
    record_filing(case, "objection", "异议 7", clock.now(), cast.office)
    frozen.advance(dt.timedelta(days=4))
    assert "已超" in page(browser(cast.office), case)


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_an_outsider_hears_404_and_an_empty_form_changes_nothing(
    cast: Cast, browser: Browser, handled: Case, verb: str
) -> None:
    """C7.5"""
    word = authorised(cast, handled)
    expert(cast, handled, checked=None)
    interview(cast, handled, reviewed=None)
    record_inquiry(handled, "鞍山日报", "受影响的有几个项目？", clock.now(), cast.duty)
    record_filing(handled, "petition", "信访〔2026〕31号", clock.now(), cast.office)
    before = LedgerEntry.objects.count()
    assert do(browser(cast.works_head), handled, verb).status_code == 404
    assert do(browser(cast.office), handled, verb).status_code == 422
    assert LedgerEntry.objects.count() == before
    assert Authorisation.objects.get(pk=word.pk).revoked_at is None


# --- the press conference ---------------------------------------------------------------------------------------------


def test_a_conference_is_planned_prepared_and_held_on_its_page(
    cast: Cast, browser: Browser, handled: Case, frozen: FrozenClock
) -> None:
    """C8.7, §5.2-10: plan, list, questions and answers, transcript and proof."""
    word, editor = authorised(cast, handled), browser(cast.editor)
    do(editor, handled, "plan_conference", PLAN)
    row = PressConference.objects.get()
    assert row.media == ["鞍山日报", "新华社", "鞍山广播电视台"]
    shown = text_of(editor.get(f"/desk/conferences/{row.pk}/"))
    assert "还没有选定发言人" in shown
    assert on(editor, row, "hold", {"transcript": SAID, "proof": photo(MP4)}).status_code == 409
    on(editor, row, "edit", PLAN | {"speaker": word.pk, "plan": "先通报，再答问。"})
    assert on(editor, row, "prepare", {"question_0": "怎么算？"}).status_code == 409
    shown = text_of(on(editor, row, "prepare", {"question_0": "怎么算？", "answer_0": "顺延。"}, follow=True))
    assert "办公室副主任" in shown
    assert "先通报，再答问。" in shown
    assert on(editor, row, "hold", {"transcript": SAID}).status_code == 422
    shown = text_of(on(editor, row, "hold", {"transcript": SAID, "proof": photo(MP4)}, follow=True))
    assert "登录服务中断七十分钟，已经恢复。" in shown
    assert "现场凭证" in shown
    row.refresh_from_db()
    assert row.state == PressConference.HELD
    assert on(editor, row, "cancel", {"why": "不开了吧"}).status_code == 409
    proof = editor.get(f"/desk/evidence/{row.evidence_id}/")
    assert proof.headers["Content-Disposition"].endswith('.mp4"')
    assert "登记召开" in page(editor, handled)


def test_a_conference_is_cancelled_with_its_reason(cast: Cast, browser: Browser, handled: Case) -> None:
    row, editor = planned(cast, handled), browser(cast.editor)
    shown = text_of(on(editor, row, "cancel", {"why": "改为书面答复"}, follow=True))
    assert "发布会已取消。" in shown
    assert "改为书面答复" in shown
    assert "已取消：改为书面答复" in page(editor, handled)


def test_only_speakers_with_a_leaders_word_can_be_chosen_c12_1(cast: Cast, browser: Browser, handled: Case) -> None:
    other = authorised(cast, stories.opened(cast, text=stories.RUMOUR))
    assert do(browser(cast.editor), handled, "plan_conference", PLAN | {"speaker": other.pk}).status_code == 422
    assert not PressConference.objects.exists()


@pytest.mark.parametrize("verb", sorted(CONFERENCE_VERBS))
def test_who_may_not_plan_hears_409_and_an_outsider_404(cast: Cast, browser: Browser, handled: Case, verb: str) -> None:
    row = planned(cast, handled)
    told = PLAN | {"question_0": "问", "answer_0": "答", "transcript": SAID, "proof": photo(), "why": "情况有变"}
    refused = on(browser(cast.inspector), row, verb, told)
    assert refused.status_code == 409
    assert "须由" in text_of(refused)
    assert on(browser(cast.works_head), row, verb, told).status_code == 404
    assert browser(cast.works_head).get(f"/desk/conferences/{row.pk}/").status_code == 404


def test_a_page_of_long_standing_shows_what_is_missing_in_the_list(cast: Cast, browser: Browser, handled: Case) -> None:
    planned(cast, handled, media=[])
    held(cast, handled)
    text = page(browser(cast.editor), handled)
    assert "还没有媒体名单。" in text


# --- the register -----------------------------------------------------------------------------------------------------


def test_the_register_shows_what_it_lacks_and_the_figure_of_the_year(cast: Cast, browser: Browser) -> None:
    """C12.1"""
    office = browser(cast.office)
    text = text_of(office.get("/desk/speakers/"))
    assert "最近 365 天中有 0 天有人在任" in text
    assert "没有在任的发言人" in text
    assert "没有副手" in text
    told = {"person": cast.office2.pk, "scope": "全局工作", "is_deputy": "no"}
    text = text_of(office.post("/desk/speakers/appoint/", told, follow=True))
    assert "最近 365 天中有 1 天有人在任" in text
    assert "没有在任的发言人" not in text
    assert "还没有培训" in text
    row = Spokesperson.objects.get()
    assert office.post(f"/desk/speakers/{row.pk}/train/", {"trained_on": "2027-01-01"}).status_code == 409
    assert office.post(f"/desk/speakers/{row.pk}/train/").status_code == 422
    assert "9月1日培训" in text_of(
        office.post(f"/desk/speakers/{row.pk}/train/", {"trained_on": "2026-09-01"}, follow=True)
    )


def test_an_entry_ends_and_stays_readable(cast: Cast, browser: Browser, frozen: FrozenClock) -> None:
    row, office = speaker(cast), browser(cast.office)
    frozen.advance(dt.timedelta(days=1))
    text = text_of(office.post(f"/desk/speakers/{row.pk}/end/", follow=True))
    assert "以前的发言人" in text
    late = office.post(f"/desk/speakers/{row.pk}/end/")
    assert late.status_code == 409
    assert "已不在发言人名册里" in text_of(late)


def test_staff_read_the_register_and_the_office_and_leaders_keep_it(cast: Cast, browser: Browser) -> None:
    speaker(cast)
    for user in (cast.duty, cast.tech_head, cast.inspector):
        assert "任命发言人" not in text_of(browser(user).get("/desk/speakers/"))
        told = {"person": cast.editor.pk, "scope": "全局工作", "is_deputy": "yes"}
        assert browser(user).post("/desk/speakers/appoint/", told).status_code == 409
    assert browser(cast.admin).get("/desk/speakers/").status_code == 404
    assert browser(cast.deputy).post("/desk/speakers/appoint/").status_code == 422
    assert set(SPEAKER_VERBS) == {"appoint", "train", "end"}
