"""待决 (C10.2): everything that waits for one leader's word, the most urgent first, nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

import stories
from cast import Cast
from desk_helpers import text_of
from huiying.desk.decisions import waiting_for
from huiying.handling import actions as handling
from huiying.handling.models import Case, ClueHandover, Escalation, Meeting
from huiying.judging.models import Event
from huiying.kernel import clock
from huiying.people.models import User
from huiying.responding import actions as responding

Browser = Callable[[User], Client]
HOUR = dt.timedelta(hours=1)
WHY = "经核实传播范围有限，影响已经消除，各方已经得到答复，建议下调级别。"


def kinds(user: User) -> list[str]:
    return [row.kind for row in waiting_for(user) if row.kind != "call"]


@pytest.mark.parametrize(
    ("who", "status"),
    [("deputy", 200), ("top", 200), ("office", 404), ("duty", 404), ("tech_head", 404), ("admin", 404)],
)
def test_the_page_is_for_those_who_lead_the_bureau(cast: Cast, browser: Browser, who: str, status: int) -> None:
    assert browser(cast.people[who]).get("/desk/decisions/").status_code == status


def test_nothing_to_decide_says_so(cast: Cast, browser: Browser) -> None:
    assert "现在没有等您决定的事" in text_of(browser(cast.deputy).get("/desk/decisions/"))


def test_a_level_waits_for_the_post_that_confirms_it_inv_7(cast: Cast, event: Event) -> None:
    Event.objects.filter(pk=event.pk).update(suggested_level="L3")
    assert kinds(cast.deputy) == ["level"]
    assert kinds(cast.top) == []
    Event.objects.filter(pk=event.pk).update(suggested_level="L4")
    assert kinds(cast.deputy) == []
    assert kinds(cast.top) == ["level"]


def test_a_level_that_is_confirmed_waits_no_longer(cast: Cast, event: Event) -> None:
    Event.objects.filter(pk=event.pk).update(suggested_level="L3")
    case = handling.open_case(event, cast.duty)
    assert kinds(cast.deputy) == ["level"]
    handling.confirm_level(case, "L3", cast.deputy, WHY)
    assert kinds(cast.deputy) == []


def test_a_level_set_by_the_duty_desk_waits_for_its_post_and_one_press_confirms_it(
    cast: Cast, browser: Browser
) -> None:
    """§4.3, INV-7: up anyone on duty, at once; the post still has to say so."""
    case = handling.open_case(stories.hear(), cast.duty, "L4", WHY)
    assert kinds(cast.top) == ["level"]
    assert kinds(cast.deputy) == []
    client = browser(cast.top)
    assert "级别待您确认" in text_of(client.get("/desk/decisions/"))
    assert 'value="L4"' in text_of(client.get(f"/desk/cases/{case.number}/"))
    done = client.post(f"/desk/cases/{case.number}/do/confirm_level/", {"level": "L4", "reason": ""})
    assert done.status_code == 302
    assert kinds(cast.top) == []
    assert 'value="L4"' not in text_of(client.get(f"/desk/cases/{case.number}/"))


def test_a_lowering_waits_for_a_second_person_and_never_for_the_proposer_inv_7(cast: Cast, case: Case) -> None:
    handling.propose_lower(case, "L1", WHY, cast.deputy)
    assert kinds(cast.deputy) == []
    assert kinds(cast.top) == ["lower"]


def test_a_review_waits_only_when_its_turn_has_come_c9_3(cast: Cast) -> None:
    round_ = stories.submitted(cast, "重大")
    assert kinds(cast.deputy) == []
    for role in ("division_head", "secrecy_checker", "office_head", "legal"):
        step = round_.steps.get(role=role)
        responding.decide_step(
            step, approve=True, comment="", manifest_sha256=round_.manifest_sha256, secrecy=True, personal_data=True,
            actor=stories.reviewer(cast, role),
        )  # fmt: skip
    (row,) = [row for row in waiting_for(cast.deputy) if row.kind == "review"]
    assert row.url == f"/desk/reviews/{round_.steps.get(role='deputy_leader').pk}/"
    assert row.due_at is not None


def test_a_withholding_waits_for_somebody_else_c1_1(cast: Cast) -> None:
    case = stories.handled(cast)
    day = clock.now().date() + dt.timedelta(days=30)
    responding.propose_withhold(case, "internal", "尚在内部核查过程中，公开会影响核查", day, cast.top)
    assert kinds(cast.top) == []
    assert kinds(cast.deputy) == ["withhold"]


def test_a_clue_waits_for_a_signature_of_another_leader(cast: Cast, case: Case) -> None:
    now = clock.now()
    ClueHandover.objects.create(
        number="线索〔2026〕1号", case=case, body="市公安局", facts="事实", legal_ground="依据", proposed_by="x",
        proposed_user=cast.deputy.pk, proposed_at=now,
    )  # fmt: skip
    assert kinds(cast.deputy) == []
    assert kinds(cast.top) == ["clue"]


def meeting(cast: Cast, case: Case, **more: object) -> Meeting:
    now = clock.now()
    return Meeting.objects.create(
        number="会〔2026〕1号", case=case, topic="会商回应口径", place="三楼", starts_at=now + 3 * HOUR, quorum=0.5,
        chair=cast.deputy, chair_name=cast.deputy.name, convened_by="x", convened_at=now, **more,
    )  # fmt: skip


def test_a_meeting_waits_for_its_chair_to_hold_and_then_to_sign_c10_1(cast: Cast, case: Case) -> None:
    row = meeting(cast, case)
    assert kinds(cast.deputy) == ["convene"]
    assert kinds(cast.top) == []
    Meeting.objects.filter(pk=row.pk).update(state="held", held_at=clock.now())
    assert kinds(cast.deputy) == []  # nothing to sign before the minutes are written
    Meeting.objects.filter(pk=row.pk).update(minuted_at=clock.now())
    assert kinds(cast.deputy) == ["sign"]
    Meeting.objects.filter(pk=row.pk).update(state="cancelled")
    assert kinds(cast.deputy) == []


def test_a_call_stands_once_a_case_with_the_button_that_ends_it_c10_6(cast: Cast, browser: Browser, case: Case) -> None:
    Escalation.objects.all().delete()
    clocks = list(case.clocks.all()[:2])
    for clock_ in clocks:
        Escalation.objects.create(case=case, clock=clock_, kind="clock", usernames=["deputy"], at=clock.now())
    rows = [row for row in waiting_for(cast.deputy) if row.kind == "call"]
    assert [row.due_at for row in rows] == [min(row.due_at for row in clocks)]
    assert [row.kind for row in waiting_for(cast.top)] == []
    assert f"/desk/calls/{rows[0].call}/acknowledge/" in text_of(browser(cast.deputy).get("/desk/decisions/"))
    Escalation.objects.update(acknowledged_at=clock.now())
    assert waiting_for(cast.deputy) == []


def test_the_most_urgent_stands_first_and_what_is_late_fills_its_row(cast: Cast, browser: Browser, case: Case) -> None:
    Escalation.objects.all().delete()
    meeting(cast, case)
    handling.propose_lower(case, "L1", WHY, cast.office)
    rows = waiting_for(cast.deputy)
    assert [row.kind for row in rows] == ["convene", "lower"]
    assert not any(row.late for row in rows)
    Meeting.objects.update(starts_at=clock.now() - HOUR)
    raw = text_of(browser(cast.deputy).get("/desk/decisions/"))
    assert raw.count('class="overdue"') == 1
    assert "会议由您主持" in raw
    assert case.number in raw
