"""The acceptance scenarios 2, 4, 13 and the first hours of DOMAIN.md §8 on the side of the answer, by name."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

import stories
from cast import Cast
from desk_helpers import text_of
from huiying.handling import actions as handling
from huiying.handling.models import Breach, Case, Clock
from huiying.judging import actions as judging
from huiying.judging.models import Event
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.people.errors import Refused
from huiying.responding import actions as responding
from huiying.responding.actions.confirming import heard_after
from huiying.responding.actions.drafting import hold_statement
from huiying.responding.models import BodyConfirmation, Publication, ReviewRound, Revision
from huiying.responding.templates import pick
from huiying.work import schedule
from huiying.work.auditor import Finding, check
from huiying.work.models import Notice

REASON = "时限只剩两小时，事实已由我局逐条核对，先行回应。"


def loop() -> None:
    schedule.run_pollers()
    stories.do_what_is_due()


def browser(user: object) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")  # type: ignore[arg-type]
    return client


def codes() -> set[str]:
    found: list[Finding] = check()
    return {finding.code for finding in found}


def at_the_office(cast: Cast, frozen: FrozenClock) -> tuple[Case, ReviewRound]:
    """An ordinary case; its department has agreed, the office head sleeps. 47 h 40 min are gone."""
    case = handling.open_case(stories.hear(stories.CONSULTATION), cast.duty, "一般")
    handling.route(case, cast.department("Z-XX"), [], "数字证书由信息技术部说明", cast.duty)
    handling.accept(case, cast.tech_head)
    finding = handling.find(case, "不需要法人到场。", "指南写得不清楚", "一人来问", cast.tech_liaison)
    handling.dispose(case, finding, "已改写办事指南。", True, cast.tech_head)
    frozen.set(case.first_known_at + dt.timedelta(hours=40))
    responding.save_revision(stories.again(case), actor=cast.editor, **stories.DRAFT)  # type: ignore[arg-type]
    round_ = responding.submit(stories.again(case), cast.editor)
    for step in round_.steps.filter(position=0):
        responding.decide_step(
            step, approve=True, comment="", manifest_sha256=round_.manifest_sha256, secrecy=True, personal_data=True,
            actor=stories.reviewer(cast, step.role),
        )  # fmt: skip
    return stories.again(case), round_


def test_scenario_2_the_deputy_who_was_reminded_approves_at_47_h_50(cast: Cast, frozen: FrozenClock) -> None:
    """C8.5: the approver is asleep; the step's own reminders reach the deputies; late by nothing."""
    case, round_ = at_the_office(cast, frozen)
    step = round_.steps.get(role="office_head")
    assert step.due_at is not None
    while clock.now() < case.first_known_at + dt.timedelta(hours=47, minutes=40):
        frozen.advance(dt.timedelta(minutes=20))
        loop()
    rung = Notice.objects.filter(key__startswith=f"review:{step.pk}:")
    assert rung.filter(recipient="office", key=f"review:{step.pk}:first").exists()
    assert rung.filter(recipient="office2").exists(), "the second reminder reaches the deputy"
    assert "review.late" in codes()
    assert "审核到时没有人审" in text_of(browser(cast.deputy).get("/desk/decisions/"))
    frozen.set(case.first_known_at + dt.timedelta(hours=47, minutes=50))
    page = f"/desk/reviews/{step.pk}/"
    assert "个人信息审查" in text_of(browser(cast.office2).get(page))
    told = {"decision": "approve", "manifest_sha256": round_.manifest_sha256, "comment": "", "personal_data": "on"}
    assert browser(cast.office2).post(page, told).status_code == 302
    responding.release(stories.again(case), ["portal"], cast.editor)
    loop()
    case = stories.again(case)
    assert case.answered_at == case.first_known_at + dt.timedelta(hours=47, minutes=50)
    assert not Breach.objects.filter(clock__act="respond", clock__case=case).exists(), "late by nothing"
    step.refresh_from_db()
    assert (step.decided_by, step.as_deputy) == ("办公室副主任", True)


def test_scenario_2_without_an_approval_it_is_late_and_cannot_be_edited_away(cast: Cast, frozen: FrozenClock) -> None:
    case, _round = at_the_office(cast, frozen)
    frozen.set(case.first_known_at + dt.timedelta(hours=48, seconds=1))
    loop()
    breach = Breach.objects.get(clock__act="respond", clock__case=case)
    frozen.advance(dt.timedelta(hours=1))
    responding.save_revision(stories.again(case), actor=cast.editor, **(stories.DRAFT | {"title": "改了标题"}))  # type: ignore[arg-type]
    assert Breach.objects.filter(pk=breach.pk).exists(), "another text takes nothing back"
    assert Clock.objects.get(pk=breach.clock_id).due_at == case.first_known_at + dt.timedelta(hours=48)


def names_the_finance_bureau(cast: Cast) -> Case:
    return stories.approved(cast, facts="经与财政局核对，9月14日登录服务中断七十分钟。")


def test_scenario_4_the_finance_bureau_blocks_until_it_confirms(cast: Cast, frozen: FrozenClock) -> None:
    """C8.4"""
    case = names_the_finance_bureau(cast)
    with pytest.raises(Refused, match="财政局"):
        responding.release(case, ["portal"], cast.office)
    _row, token = responding.ask_confirmation(case, "财政局", "办公室", cast.editor)
    told = {"answer": "agree", "name": "财政局办公室王主任", "comment": ""}
    assert Client().post(f"/confirm/{token}/", told).status_code == 302
    assert "只能用一次" in text_of(Client().get(f"/confirm/{token}/")), "a link is used once"
    responding.release(stories.again(case), ["portal"], cast.office)
    loop()
    assert Publication.objects.get(case=case).state == Publication.LIVE


def test_scenario_4_a_leader_goes_on_it_is_logged_red_and_the_body_is_heard_after_all(
    cast: Cast, frozen: FrozenClock
) -> None:
    """C8.4: reason, who, the post-hoc time; red ever after."""
    case = names_the_finance_bureau(cast)
    row, _token = responding.ask_confirmation(case, "财政局", "办公室", cast.editor)
    frozen.advance(dt.timedelta(hours=13))
    loop()
    with pytest.raises(Refused):
        responding.release(stories.again(case), ["portal"], cast.office)
    assert "有关机关没有同意" in text_of(browser(cast.deputy).get("/desk/decisions/"))
    row.refresh_from_db()
    responding.override_confirmation(row, REASON, cast.deputy)
    responding.release(stories.again(case), ["portal"], cast.office)
    loop()
    entry = LedgerEntry.objects.get(chain=f"case:{case.number}", kind="confirmation.overridden")
    assert entry.data is not None
    assert entry.data["reason"] == REASON
    page = f"/desk/cases/{case.number}/answer/"
    assert "还没有补听意见" in text_of(browser(cast.office).get(page))
    frozen.advance(dt.timedelta(hours=25))
    loop()
    assert "confirmation.unheard" in codes()
    told = {
        "row": str(row.pk),
        "means": "phone",
        "name": "王主任",
        "answer": "agree",
        "comment": "逐条核对过，没有出入。",
    }
    assert browser(cast.editor).post(f"/desk/cases/{case.number}/do/hear_after_all/", told).status_code == 302
    row = BodyConfirmation.objects.get(pk=row.pk)
    assert heard_after(row) is not None
    assert "confirmation.unheard" not in codes()
    text = text_of(browser(cast.office).get(page))
    assert "分管副局长决定不待答复" in text, "red ever after"
    assert "补听到的意见" in text


def test_scenario_13_rational_criticism_gets_no_rumour_template(cast: Cast) -> None:
    """C1.2: the label is refused without proof, and drafting offers nothing that would use it."""
    case = stories.opened(cast)
    with pytest.raises(Refused):
        judging.set_concern(case.event, "谣言", cast.duty, "", "")
    Event.objects.filter(pk=case.event_id).update(concern="谣言")
    offered = {one.template.code for one in pick(stories.again(case), "first", "portal")}
    assert "rumour" not in offered


def test_the_first_hours_a_holding_word_on_the_portal_within_the_hour(cast: Cast, frozen: FrozenClock) -> None:
    """C8.6, 80号: one press at the duty desk, one approval on a phone, public; the clock of the answer runs on."""
    case = stories.opened(cast, "特别重大")
    duty = browser(cast.duty)
    assert "先发“正在核实”" in text_of(duty.get(f"/desk/cases/{case.number}/"))
    frozen.advance(dt.timedelta(minutes=10))
    assert duty.post(f"/desk/cases/{case.number}/do/hold_statement/", {"channels": ["portal"]}).status_code == 302
    round_ = ReviewRound.objects.get(case=case, track=Revision.HOLDING)
    for step in round_.steps.all():
        who = stories.reviewer(cast, step.role)
        page = f"/desk/reviews/{step.pk}/"
        assert "这是“正在核实”" in text_of(browser(who).get(page))
        told = {"decision": "approve", "manifest_sha256": round_.manifest_sha256, "comment": ""}
        told |= dict.fromkeys(step.checks, "on")
        assert browser(who).post(page, told).status_code == 302
    frozen.advance(dt.timedelta(minutes=10))
    told = {"channels": ["portal"]}
    assert browser(cast.office).post(f"/desk/cases/{case.number}/do/release_holding/", told).status_code == 302
    loop()
    row = Publication.objects.get(case=case)
    assert (row.state, row.stage) == (Publication.LIVE, "holding")
    case = stories.again(case)
    assert case.answered_at is None
    assert Clock.objects.filter(case=case, act="respond", is_legal=True, stopped_at__isnull=True).exists()
    with pytest.raises(Refused):
        hold_statement(case, cast.duty, ["portal"])
