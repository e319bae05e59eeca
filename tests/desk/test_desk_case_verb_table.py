"""Each verb of a case through the page: filled it is done, empty (422) or by the wrong person (409) nothing is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client

import stories
from cast import Cast
from desk_helpers import text_of
from huiying.desk.case_verbs import CASE_VERBS
from huiying.handling import actions as handling
from huiying.handling.models import Case, Clock, Disposal, Finding, Knowledge
from huiying.judging.models import LevelDecision
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.ledger.queries import verify
from huiying.people.models import User
from huiying.responding import actions as responding
from huiying.responding.models import BodyConfirmation, Publication, ReviewRound, Withholding

Browser = Callable[[User], Client]
LOWER = "经核实只影响一个项目且已在二十分钟内恢复，没有后续影响，当事人已经理解"


def returned(cast: Cast) -> Case:
    case = stories.routed(cast)
    handling.return_case(case, "故障在线路，不属于本部职责", cast.tech_head)
    return stories.again(case)


def accepted(cast: Cast) -> Case:
    case = stories.routed(cast)
    handling.accept(case, cast.tech_head)
    return stories.again(case)


def found(cast: Cast) -> Case:
    case = accepted(cast)
    handling.find(case, "登录中断七十分钟。", "证书到期未续。", "两个标段推迟。", cast.tech_liaison)
    return stories.again(case)


def to_be_lowered(cast: Cast) -> Case:
    case = stories.routed(cast)
    handling.propose_lower(case, "L1", LOWER, cast.office)
    return stories.again(case)


def to_be_withheld(cast: Cast) -> Case:
    case = stories.routed(cast)
    responding.propose_withhold(
        case, "third_party", "涉及投标人的商业秘密，依法不予公开", dt.date(2026, 12, 1), cast.office
    )
    return stories.again(case)


def drafted(cast: Cast) -> Case:
    return stories.drafted(cast).case


def submitted(cast: Cast) -> Case:
    return stories.again(stories.submitted(cast).case)


def closed(cast: Cast) -> Case:
    case = stories.answered(cast)
    handling.decide_sustained(case, False, "事情已经平息，不再继续回应", cast.office)
    handling.close(case, "证书到期无人盯办，已列入月度检查", cast.office)
    return stories.again(case)


Told = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """One verb: how the case comes to it, who does it with what, where it ends; `nobody` sees the case and may not."""

    verb: str
    story: Callable[[Cast], Case]
    who: str
    told: Told = field(default_factory=dict)
    state: str = ""
    nobody: str = "inspector"
    kinds: tuple[str, ...] = ()


ROWS = [
    Row("confirm_level", stories.routed, "duty", {"level": "L3", "reason": "全国媒体转载"}, "assigned", "tech_head"),
    Row("propose_lower", stories.routed, "duty", {"level": "L1", "reason": LOWER}, "assigned", "tech_head"),
    Row("second_lower", to_be_lowered, "deputy", {"agree": "yes"}, "assigned", "tech_head"),
    Row("set_emergency", stories.routed, "duty", {"level": "较大"}, "assigned", "tech_head"),
    Row(
        "add_knowledge",
        stories.routed,
        "duty",
        {"known_at": "2026-09-14T09:00", "how": "值班电话", "evidence": "通话记录第 12 条"},
        "assigned",
        "tech_head",
    ),
    Row("route", stories.opened, "duty", {"department": "Z-XX", "joint": ["WGC"], "reason": "系统故障"}, "assigned"),
    Row("undo_route", stories.routed, "duty", {}, "registered", "tech_head"),
    Row("accept", stories.routed, "tech_head", {}, "handling", "duty"),
    Row("return", stories.routed, "tech_head", {"reason": "故障在线路，不属于本部"}, "returned", "duty"),
    Row("decide_return", returned, "office", {"department": "WGC", "decision": "线路由网络处主办"}, "assigned", "duty"),
    Row("find", accepted, "tech_liaison", {"facts": "中断七十分钟", "cause": "证书到期", "impact": "推迟"}, "handling"),
    Row("dispose", found, "tech_liaison", {"actions": "已续证书并顺延", "settled": "on"}, "handling"),
    Row("submit", drafted, "editor", {}, "reviewing", "inspector"),
    Row("withdraw", submitted, "editor", {}, "handling", "inspector"),
    Row("ask_confirmation", drafted, "editor", {"body": "市水务局", "contact": "王科长"}, "handling", "inspector"),
    Row("release", stories.approved, "office", {"channels": ["portal"]}, "approved", "inspector"),
    Row(
        "withhold",
        stories.routed,
        "office",
        {"ground": "third_party", "reason": "涉及投标人的商业秘密，依法不予公开", "review_on": "2026-12-01"},
        "assigned",
        "tech_head",
    ),
    Row("second_withhold", to_be_withheld, "deputy", {"agree": "yes"}, "declined", "tech_head"),
    Row("sustain", stories.answered, "office", {"sustained": "no", "reason": "事情已经平息"}, "answered", "tech_head"),
    Row("reopen", closed, "duty", {"reason": "又有新的反映，须再核实"}, "handling", "tech_head"),
    Row("void", stories.opened, "office", {"reason": "与另一件重复立案，在那一件里办理"}, "voided", "inspector"),
]
NEEDS_WORDS = [row for row in ROWS if row.told]
BY_NAME = {row.verb: row for row in ROWS}


def filled(cast: Cast, told: Told) -> Told:
    """Department codes become the ids that the page's choices have."""
    given = dict(told)
    if "department" in given:
        given["department"] = cast.department(given["department"]).pk
    if "joint" in given:
        given["joint"] = [cast.department(code).pk for code in given["joint"]]
    return given


def press(client: Client, case: Case, verb: str, told: Told | None = None) -> Any:
    return client.post(f"/desk/cases/{case.number}/do/{verb}/", told or {})


def trace() -> tuple[int, list[tuple[str, str]]]:
    """What a verb that did nothing must leave as it was."""
    return LedgerEntry.objects.count(), list(Case.objects.order_by("id").values_list("state", "level"))


def named(row: Row) -> str:
    return row.verb


def test_the_table_names_every_verb_of_the_desk() -> None:
    assert set(BY_NAME) | {"close", "merge"} == set(CASE_VERBS)


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_the_verb_is_done_recorded_and_leads_back_to_the_case(cast: Cast, browser: Browser, row: Row) -> None:
    """C7.1 C7.2 C8.4 C8.7 C8.8 INV-8: one press, one step of the process, the ledger still whole."""
    case = row.story(cast)
    before = LedgerEntry.objects.count()
    response = press(browser(cast.people[row.who]), case, row.verb, filled(cast, row.told))
    assert (response.status_code, response.url) == (302, f"/desk/cases/{case.number}/")
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
    case = stories.answered(cast, "重大")
    client, told = browser(cast.office), {"root_cause": "证书到期无人盯办，已列入月度检查"}
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
    for channels in ([], ["by_hand"], ["portal", "television"]):
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
