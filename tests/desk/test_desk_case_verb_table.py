"""Each verb of a case through the page: filled it is done, empty (422) or by the wrong person (409) nothing is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

import stories
from cast import Cast
from desk_helpers import text_of
from desk_verb_rows import LOWER, ROWS, Row, Told, accepted, drafted, filled, found, returned, to_be_lowered
from huiying.desk.case_verbs import CASE_VERBS
from huiying.desk.subjects import accounts, answer_formats, drafting, following
from huiying.desk.views.cases import PAGES, part_of
from huiying.handling import actions as handling
from huiying.handling.models import Attachment, Case, Clock, Disposal, FactSheet, Finding, Knowledge, Meeting, Task
from huiying.judging.models import LevelDecision
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.ledger.queries import verify
from huiying.people.models import User
from huiying.responding import actions as responding
from huiying.responding.models import BodyConfirmation, Publication, ReviewRound, Withholding

Browser = Callable[[User], Client]
# Every key of the routing may be left open: an empty form of it says that nothing is settled yet.
NEEDS_WORDS = [row for row in ROWS if row.told and row.verb != "set_keys"]
BY_NAME = {row.verb: row for row in ROWS}


def press(client: Client, case: Case, verb: str, told: Told | None = None) -> Any:
    return client.post(f"/desk/cases/{case.number}/do/{verb}/", told or {})


def trace() -> tuple[int, list[tuple[str, str]]]:
    """What a verb that did nothing must leave as it was."""
    entries = LedgerEntry.objects.exclude(kind="access.read")  # a page that is shown again is a look (§6.1 S9)
    return entries.count(), list(Case.objects.order_by("id").values_list("state", "level"))


def named(row: Row) -> str:
    return row.verb


def test_the_table_names_every_verb_of_the_desk() -> None:
    """The verbs of the answer's parts have files of tests of their own, page and refusals included."""
    apart = {name for part in (drafting, accounts, answer_formats, following) for name in part.VERBS}
    assert set(BY_NAME) | {"close", "merge"} | apart == set(CASE_VERBS)


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_the_verb_is_done_recorded_and_leads_back_to_the_case(cast: Cast, browser: Browser, row: Row) -> None:
    """C7.1 C7.2 C8.4 C8.7 C8.8 INV-8: one press, one step of the process, the ledger still whole."""
    case = row.story(cast)
    before = LedgerEntry.objects.count()
    response = press(browser(cast.people[row.who]), case, row.verb, filled(cast, row.told))
    page = reverse(PAGES[part_of(row.verb)], args=[case.number])
    assert (response.status_code, response.url) == (302, page)
    assert stories.again(case).state == row.state
    assert LedgerEntry.objects.count() > before
    assert verify().ok


@pytest.mark.parametrize("row", NEEDS_WORDS, ids=named)
def test_an_empty_form_answers_422_and_nothing_is_recorded(cast: Cast, browser: Browser, row: Row) -> None:
    case = row.story(cast)
    client, before = browser(cast.people[row.who]), trace()
    response = press(client, case, row.verb)
    assert response.status_code == 422
    assert 'role="alert"' in response.content.decode(), "the page says what is missing"
    assert trace() == before


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_somebody_who_sees_the_case_and_may_not_hears_409(cast: Cast, browser: Browser, row: Row) -> None:
    """C2.1 C7.5: seeing a case is not being allowed to act on it."""
    case = row.story(cast)
    client, before = browser(cast.people[row.nobody]), trace()
    response = press(client, case, row.verb, filled(cast, row.told))
    assert response.status_code == 409, text_of(response)[:400]
    assert trace() == before


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_to_another_department_the_case_does_not_exist(cast: Cast, browser: Browser, row: Row) -> None:
    """C7.5"""
    case = row.story(cast)
    client, before = browser(cast.works_head), trace()
    assert press(client, case, row.verb, filled(cast, row.told)).status_code == 404
    assert trace() == before


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_looking_at_the_address_of_a_verb_does_nothing(cast: Cast, browser: Browser, row: Row) -> None:
    case = row.story(cast)
    client, before = browser(cast.people[row.who]), trace()
    assert client.get(f"/desk/cases/{case.number}/do/{row.verb}/").status_code == 405
    assert trace() == before


# These may be said again: each time is a record of its own.
AGAIN = ("dispose", "find", "release", "sustain", "ask_confirmation", "route", "set_emergency")
AGAIN += ("note_act", "make_task", "say", "attach", "draft_liaison", "propose_clue")
ONCE = [row for row in ROWS if row.verb not in AGAIN]


@pytest.mark.parametrize("row", ONCE, ids=named)
def test_the_second_press_of_the_same_button_changes_nothing(cast: Cast, browser: Browser, row: Row) -> None:
    """A page that stands open in two windows: the second press finds the step gone or already taken."""
    case = row.story(cast)
    client = browser(cast.people[row.who])
    assert press(client, case, row.verb, filled(cast, row.told)).status_code == 302
    before = trace()
    assert press(client, case, row.verb, filled(cast, row.told)).status_code in (302, 409, 422)
    assert trace() == before


def test_an_unknown_verb_of_a_case_is_no_page(cast: Cast, browser: Browser) -> None:
    case = stories.routed(cast)
    before = trace()
    for verb in ("delete", "ACCEPT", "accept ", "__init__"):
        assert press(browser(cast.tech_head), case, verb).status_code == 404
    assert trace() == before


def test_raising_offers_only_what_lies_above_and_lowering_only_what_lies_below(cast: Cast, browser: Browser) -> None:
    """INV-7"""
    case = stories.routed(cast)
    client = browser(cast.duty)
    for verb, wrong in (("confirm_level", ("L1", "L2", "L9")), ("propose_lower", ("L2", "L3", "L4"))):
        for level in wrong:
            assert press(client, case, verb, {"level": level, "reason": LOWER}).status_code == 422, (verb, level)
    assert stories.again(case).level == "L2"
    assert not LevelDecision.objects.filter(event=case.event, kind=LevelDecision.PROPOSED_LOWER).exists()


@pytest.mark.parametrize(("chars", "status"), [(19, 409), (20, 302)])
def test_the_reason_for_lowering_is_counted_to_the_character(
    cast: Cast, browser: Browser, chars: int, status: int
) -> None:
    """INV-7: at least twenty characters, spaces not counted."""
    case = stories.routed(cast)
    reason = " ".join("核" * chars)
    assert press(browser(cast.duty), case, "propose_lower", {"level": "L1", "reason": reason}).status_code == status


def test_a_second_no_keeps_the_level_and_a_second_yes_lowers_it(cast: Cast, browser: Browser) -> None:
    """INV-7"""
    case = to_be_lowered(cast)
    assert press(browser(cast.deputy), case, "second_lower", {"agree": "no"}).status_code == 302
    assert stories.again(case).level == "L2"
    assert press(browser(cast.deputy), case, "second_lower", {"agree": "yes"}).status_code == 409, "no proposal waits"
    handling.propose_lower(case, "L1", LOWER, cast.office)
    assert press(browser(cast.office), case, "second_lower", {"agree": "yes"}).status_code == 409, "the proposer"
    assert press(browser(cast.deputy), case, "second_lower", {"agree": "maybe"}).status_code == 422
    assert press(browser(cast.deputy), case, "second_lower", {"agree": "yes"}).status_code == 302
    assert stories.again(case).level == "L1"


def test_knowledge_moves_earlier_in_the_bureaus_own_zone_and_never_later(cast: Cast, browser: Browser) -> None:
    """C5.17 INV-2 INV-3"""
    case = stories.routed(cast)
    client = browser(cast.duty)
    told = {"how": "值班电话", "evidence": "通话记录第 12 条"}
    due = min(Clock.objects.filter(case=case, is_legal=True).values_list("due_at", flat=True))
    for later in ("2026-09-14T10:00", "2026-09-14T10:01"):
        assert press(client, case, "add_knowledge", told | {"known_at": later}).status_code in (302, 409)
        assert not Knowledge.objects.filter(case=case, known_at__gt=case.first_known_at).exists()
    assert press(client, case, "add_knowledge", told | {"known_at": "2026-09-14T09:00"}).status_code == 302
    case = stories.again(case)
    assert case.first_known_at == dt.datetime(2026, 9, 14, 1, 0, tzinfo=dt.UTC)
    now_due = Clock.objects.filter(case=case, is_legal=True, superseded_at=None)
    assert min(now_due.values_list("due_at", flat=True)) == due - dt.timedelta(hours=1)


@pytest.mark.parametrize(("minutes", "status"), [(9, 302), (11, 409)])
def test_a_route_is_undone_within_ten_minutes_only(
    cast: Cast, browser: Browser, frozen: FrozenClock, minutes: int, status: int
) -> None:
    case = stories.routed(cast)
    frozen.advance(dt.timedelta(minutes=minutes))
    assert press(browser(cast.duty), case, "undo_route").status_code == status
    assert stories.again(case).state == ("registered" if status == 302 else "assigned")


def test_a_department_returns_a_case_once_then_the_office_has_the_last_word(cast: Cast, browser: Browser) -> None:
    """C7.1"""
    case = returned(cast)
    told = {"department": cast.department("Z-XX").pk, "decision": "仍由信息技术部主办"}
    assert press(browser(cast.office), case, "decide_return", told).status_code == 302
    again = press(browser(cast.tech_head), case, "return", {"reason": "还是不属于本部"})
    assert again.status_code == 409
    assert stories.again(case).state == "assigned"


def test_a_returned_cases_clock_runs_on(cast: Cast, browser: Browser) -> None:
    """C7.1: 时限不停。"""
    case = stories.routed(cast)
    due = set(Clock.objects.filter(case=case, is_legal=True, superseded_at=None).values_list("act", "due_at"))
    press(browser(cast.tech_head), case, "return", {"reason": "故障在线路，不属于本部"})
    after = set(
        Clock.objects.filter(case=case, is_legal=True, superseded_at=None, stopped_at=None).values_list("act", "due_at")
    )
    assert {pair for pair in due if pair[0] == "respond"} <= after


def test_a_disposal_says_whether_the_matter_itself_is_settled(cast: Cast, browser: Browser) -> None:
    """C7.2 C7.3: an unticked box is a no, and a no keeps the case open."""
    case = found(cast)
    press(browser(cast.tech_liaison), case, "dispose", {"actions": "正在逐户联系"})
    assert not Disposal.objects.get().matter_settled
    assert Finding.objects.get().disposals.count() == 1


def test_an_answered_case_closes_only_when_settled_decided_and_with_its_root(cast: Cast, browser: Browser) -> None:
    """C2.2 C7.3 C8.8"""
    case = stories.effects_seen(cast, stories.answered(cast, "重大"))
    client, told = (
        browser(cast.office),
        {"root_cause": "证书到期无人盯办，已列入月度检查", "no_rectify": "已续证书并列入检查"},
    )
    early = press(client, case, "close", told)
    assert early.status_code == 409
    assert "是否持续回应" in text_of(early)
    press(client, case, "sustain", {"sustained": "no", "reason": "事情已经平息"})
    assert press(client, case, "close").status_code == 422
    assert press(client, case, "close", {"root_cause": "短"}).status_code == 409
    assert press(browser(cast.duty), case, "close", told).status_code == 409
    assert stories.again(case).state == "answered"
    assert press(client, case, "close", told).status_code == 302
    assert stories.again(case).state == "closed"


def test_an_unsettled_matter_cannot_be_closed_by_answering_alone(cast: Cast, browser: Browser) -> None:
    """C7.3"""
    case = stories.answered(cast)
    Disposal.objects.filter(case=case).update(matter_settled=False)
    handling.decide_sustained(case, False, "事情已经平息", cast.office)
    response = press(browser(cast.office), case, "close", {"root_cause": "证书到期无人盯办"})
    assert response.status_code == 409
    assert "只回应不算办结" in text_of(response)


def test_merging_takes_the_earliest_deadline_and_tells_a_stranger_nothing(cast: Cast, browser: Browser) -> None:
    """C5.16: the permission is asked before the number is looked up."""
    loser = stories.routed(cast)
    winner = stories.opened(cast, text=stories.RUMOUR)
    before = trace()
    for number in (winner.number, "C-does-not-exist"):
        told = {"number": number}
        refused = press(browser(cast.tech_head), loser, "merge", told)
        assert refused.status_code == 409
        assert "没有编号为" not in text_of(refused)
    unknown = press(browser(cast.duty), loser, "merge", {"number": "C-does-not-exist"})
    assert unknown.status_code == 409
    assert "没有编号为“C-does-not-exist”的办件" in text_of(unknown)
    assert press(browser(cast.duty), loser, "merge").status_code == 422
    assert press(browser(cast.duty), loser, "merge", {"number": loser.number}).status_code == 409
    assert trace() == before
    assert press(browser(cast.duty), loser, "merge", {"number": f" {winner.number} "}).status_code == 302
    assert stories.again(loser).state == "merged"
    assert stories.again(winner).first_known_at <= loser.first_known_at


@pytest.mark.parametrize(("chars", "status"), [(9, 409), (10, 302)])
def test_a_case_is_voided_only_with_a_reason_of_ten_characters(
    cast: Cast, browser: Browser, chars: int, status: int
) -> None:
    """INV-1"""
    case = stories.opened(cast)
    assert press(browser(cast.office), case, "void", {"reason": "重" * chars}).status_code == status
    assert Case.objects.filter(pk=case.pk).exists()


def test_withholding_names_a_legal_ground_and_a_day_to_look_again(cast: Cast, browser: Browser) -> None:
    """C1.1"""
    case = stories.routed(cast)
    client, told = browser(cast.office), BY_NAME["withhold"].told
    assert press(client, case, "withhold", told | {"ground": "inconvenient"}).status_code == 422
    assert press(client, case, "withhold", told | {"review_on": "2026-09-01"}).status_code == 409
    assert press(client, case, "withhold", told | {"review_on": "soon"}).status_code == 422
    assert not Withholding.objects.exists()
    assert press(client, case, "withhold", told).status_code == 302
    assert press(client, case, "second_withhold", {"agree": "yes"}).status_code == 409, "two persons"
    assert stories.again(case).state == "assigned"
    assert press(browser(cast.top), case, "second_withhold", {"agree": "no"}).status_code == 302
    assert stories.again(case).state == "assigned"


def test_only_written_channels_are_offered_for_release(cast: Cast, browser: Browser) -> None:
    """C8.3"""
    case = stories.approved(cast)
    client = browser(cast.office)
    for channels in ([], ["weibo"], ["portal", "television"]):
        assert press(client, case, "release", {"channels": channels}).status_code == 422
    assert not Publication.objects.exists()


def test_an_emergency_level_only_rises(cast: Cast, browser: Browser) -> None:
    """61号 80号"""
    case = stories.routed(cast)
    client = browser(cast.duty)
    assert press(client, case, "set_emergency", {"level": "重大"}).status_code == 302
    before = trace()
    assert press(client, case, "set_emergency", {"level": "一般"}).status_code == 409
    assert press(client, case, "set_emergency", {"level": "巨大"}).status_code == 422
    assert (stories.again(case).emergency, trace()) == ("重大", before)


def test_a_submission_is_taken_back_only_before_anybody_reviewed(cast: Cast, browser: Browser) -> None:
    """C9.3"""
    round_ = stories.submitted(cast)
    step = round_.steps.order_by("position", "id").first()
    assert step is not None
    responding.decide_step(
        step, approve=True, comment="", secrecy=True, personal_data=True,
        manifest_sha256=round_.manifest_sha256, actor=stories.reviewer(cast, step.role),
    )  # fmt: skip
    assert press(browser(cast.editor), round_.case, "withdraw").status_code == 409
    assert ReviewRound.objects.get().state == round_.state


def test_a_refused_form_keeps_what_was_typed(cast: Cast, browser: Browser) -> None:
    case = stories.routed(cast)
    typed = "这是已经写好的一大段理由甲乙丙丁"
    response = press(browser(cast.duty), case, "propose_lower", {"level": "L1", "reason": typed})
    assert response.status_code == 409
    assert typed in text_of(response)


def test_the_confirmation_question_needs_a_body_and_keeps_no_link(cast: Cast, browser: Browser) -> None:
    """C8.4"""
    case = drafted(cast)
    assert press(browser(cast.editor), case, "ask_confirmation", {"body": "", "contact": "王"}).status_code == 422
    assert not BodyConfirmation.objects.exists()
    assert press(browser(cast.editor), case, "ask_confirmation", {"body": "市水务局"}).status_code == 302
    row = BodyConfirmation.objects.get()
    assert (row.body, row.case_id) == ("市水务局", case.pk)


def test_the_second_department_that_agrees_the_facts_is_told_what_changed(cast: Cast, browser: Browser) -> None:
    """C7.4, scenario 7: whoever saw an older version is told, and what was typed stays on the page."""
    case = accepted(cast)
    told = {"text": "登录服务中断七十分钟。", "based_on": "0"}
    assert press(browser(cast.tech_liaison), case, "agree_facts", told).status_code == 302
    late = press(browser(cast.office), case, "agree_facts", {"text": "登录服务中断八十分钟。", "based_on": "0"})
    assert late.status_code == 409
    assert "口径已是第 1 版" in text_of(late)
    assert "登录服务中断八十分钟。" in text_of(late)
    assert FactSheet.objects.get().text == "登录服务中断七十分钟。"


def test_a_task_is_given_to_somebody_of_the_house_with_a_date_to_come(cast: Cast, browser: Browser) -> None:
    """C7.3"""
    case = accepted(cast)
    told = filled(cast, BY_NAME["make_task"].told)
    assert press(browser(cast.tech_head), case, "make_task", told | {"owner": cast.admin.pk}).status_code == 422
    assert press(browser(cast.tech_head), case, "make_task", told | {"due_at": "2026-09-14T09:59"}).status_code == 409
    assert press(browser(cast.tech_head), case, "make_task", told | {"kind": "decision"}).status_code == 422
    assert not Task.objects.exists()


def test_a_mentioned_outsider_is_named_in_the_refusal_and_hears_nothing(cast: Cast, browser: Browser) -> None:
    """C7.5"""
    case = accepted(cast)
    before = trace()
    refused = press(browser(cast.tech_head), case, "say", {"text": f"@{cast.works_head.name} 请看一下"})
    assert refused.status_code == 409
    assert f"{cast.works_head.name}看不到此件" in text_of(refused)
    assert trace() == before


def test_a_file_is_what_its_bytes_say_and_keeps_no_path(cast: Cast, browser: Browser) -> None:
    case = accepted(cast)
    client = browser(cast.tech_liaison)
    program = SimpleUploadedFile("x.png", b"MZ\x90\x00" + b"0" * 64, "image/png")
    assert press(client, case, "attach", {"file": program}).status_code == 409
    page = SimpleUploadedFile("../../x.txt", "受影响的投标人".encode(), "text/html")
    assert press(client, case, "attach", {"file": page}).status_code == 302
    row = Attachment.objects.get()
    assert (row.name, row.media_type) == ("x.txt", "text/plain")
    shown = client.get(f"/desk/attachments/{row.pk}/")
    assert shown.headers["Content-Disposition"].startswith("attachment")
    assert browser(cast.works_head).get(f"/desk/attachments/{row.pk}/").status_code == 404


def test_a_meeting_has_a_leader_in_the_chair(cast: Cast, browser: Browser) -> None:
    """C10.1: 局领导班子成员牵头。"""
    case = accepted(cast)
    told = filled(cast, BY_NAME["convene_meeting"].told)
    assert press(browser(cast.office), case, "convene_meeting", told | {"chair": cast.office.pk}).status_code == 422
    assert (
        press(browser(cast.office), case, "convene_meeting", told | {"starts_at": "2026-09-14T09:00"}).status_code
        == 409
    )
    assert not Meeting.objects.exists()
