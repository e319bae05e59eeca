"""The roster's page lets turns change hands and heads sign; the leading group has a page of its own (C5.1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cast import Cast
from desk_helpers import text_of
from huiying.kernel.clock import FrozenClock
from huiying.people.actions.roster import ask_swap, cancel_shift, leave_seat, set_shift, take_seat
from huiying.people.models import DutyShift, GroupSeat, RosterSignature, ShiftSwap, User

Browser = Callable[[User], Client]
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
NOW = dt.datetime(2026, 9, 14, 2, 0, tzinfo=dt.UTC)
ROSTER, GROUP = "/desk/roster/", "/desk/leading-group/"
THESE = "/desk/roster/2026-09-14/"


def turns(cast: Cast) -> tuple[DutyShift, DutyShift]:
    (mine,) = set_shift(cast.duty, NOW + DAY, NOW + DAY + 8 * HOUR, cast.office)
    (theirs,) = set_shift(cast.duty2, NOW + 2 * DAY, NOW + 2 * DAY + 8 * HOUR, cast.office)
    return mine, theirs


def manned(cast: Cast) -> None:
    """Two weeks, and the morning after them."""
    set_shift(cast.duty, NOW, NOW + 12 * HOUR, cast.office, days=15)
    set_shift(cast.duty2, NOW + 12 * HOUR, NOW + 24 * HOUR, cast.office, days=15)


# --- swaps ---


def test_a_turn_is_offered_from_the_roster_and_agreed_there_by_the_other(cast: Cast, browser: Browser) -> None:
    mine, theirs = turns(cast)
    asker = browser(cast.duty)
    assert "请人替班或换班" in text_of(asker.get(ROSTER))
    told = {"shift": mine.pk, "asked_of": cast.duty2.pk, "in_return": theirs.pk, "reason": "家里有事"}
    response = asker.post(f"{THESE}swap/", told)
    assert (response.status_code, response.headers["Location"]) == (302, f"{ROSTER}?from=2026-09-14")
    waiting = text_of(asker.get(ROSTER))
    assert "请值班员小吴值" in waiting
    assert "换 9月16日 10:00–18:00" in waiting
    other = browser(cast.duty2)
    shown = text_of(other.get(ROSTER))
    assert "值班员小周请您值" in shown
    assert "同意，由我值" in shown
    swap = ShiftSwap.objects.get()
    assert other.post(f"/desk/swaps/{swap.pk}/agree/").status_code == 302
    assert {row.pk: row.user for row in DutyShift.objects.all()} == {mine.pk: cast.duty2, theirs.pk: cast.duty}
    assert "等答复的调班" not in text_of(other.get(ROSTER))


def test_a_swap_is_shown_to_the_two_whom_it_concerns_alone(cast: Cast, browser: Browser) -> None:
    mine, _theirs = turns(cast)
    swap = ask_swap(mine, cast.duty2, "家里有事", cast.duty)
    stranger = browser(cast.office)
    assert "家里有事" not in text_of(stranger.get(ROSTER))
    assert stranger.post(f"/desk/swaps/{swap.pk}/agree/").status_code == 404


def test_whoever_has_no_turn_to_give_is_offered_none(cast: Cast, browser: Browser) -> None:
    turns(cast)
    assert "请人替班" not in text_of(browser(cast.editor).get(ROSTER))


def test_somebody_elses_turn_is_no_choice_of_the_form(cast: Cast, browser: Browser) -> None:
    _mine, theirs = turns(cast)
    client = browser(cast.duty)
    told = {"shift": theirs.pk, "asked_of": cast.duty2.pk, "in_return": "", "reason": "家里有事"}
    response = client.post(f"{THESE}swap/", told)
    assert response.status_code == 422
    assert not ShiftSwap.objects.exists()
    assert "家里有事" in text_of(response), "what was typed is still there"


def test_an_answer_that_can_not_be_is_refused_with_its_sentence(cast: Cast, browser: Browser) -> None:
    mine, _theirs = turns(cast)
    swap = ask_swap(mine, cast.duty2, "家里有事", cast.duty)
    cancel_shift(mine, cast.office)
    response = browser(cast.duty2).post(f"/desk/swaps/{swap.pk}/agree/")
    assert response.status_code == 409
    assert "这一班已经取消" in text_of(response)


# --- the signature ---


def test_the_head_signs_the_two_weeks_that_are_shown(cast: Cast, browser: Browser) -> None:
    take_seat(cast.top, GroupSeat.HEAD, cast.office)
    manned(cast)
    client = browser(cast.top)
    assert "还没有签发" in text_of(client.get(ROSTER))
    assert client.post(f"{THESE}sign/").status_code == 302
    row = RosterSignature.objects.get()
    assert row.ends_at - row.starts_at == 14 * DAY
    assert "局长 9月14日 10:00 签发（9月14日–9月28日）" in text_of(client.get(ROSTER))


def test_a_roster_with_a_hole_is_refused_and_the_hole_is_named_c5_1(cast: Cast, browser: Browser) -> None:
    take_seat(cast.top, GroupSeat.HEAD, cast.office)
    manned(cast)
    cancel_shift(DutyShift.objects.order_by("starts_at")[3], cast.office)
    response = browser(cast.top).post(f"{THESE}sign/")
    assert response.status_code == 409
    assert "还有 1 段无人值班，最早 09-15 22:00" in text_of(response)


def test_who_may_not_sign_is_not_offered_it(cast: Cast, browser: Browser) -> None:
    take_seat(cast.top, GroupSeat.HEAD, cast.office)
    manned(cast)
    client = browser(cast.office)
    assert "签发这两周" not in text_of(client.get(ROSTER))
    assert client.post(f"{THESE}sign/").status_code == 409


def test_an_address_of_days_leads_to_the_roster_of_those_days(cast: Cast, browser: Browser) -> None:
    client = browser(cast.office)
    assert client.get("/desk/roster/2026-10-12/").headers["Location"] == f"{ROSTER}?from=2026-10-12"
    assert client.get("/desk/roster/next-week/").headers["Location"] == f"{ROSTER}?from=2026-09-14"


# --- the leading group ---


def test_the_office_seats_its_members_and_the_page_shows_how_the_strength_stands(cast: Cast, browser: Browser) -> None:
    client = browser(cast.office)
    empty = text_of(client.get(GROUP))
    assert "局政务公开领导小组" in empty
    assert "还没有组长" in empty
    assert client.post(f"{GROUP}do/seat/", {"person": cast.top.pk, "place": "head"}).status_code == 302
    assert client.post(f"{GROUP}do/seat/", {"person": cast.legal.pk, "place": "member"}).status_code == 302
    shown = text_of(client.get(GROUP))
    assert "还没有组长" not in shown
    assert shown.index("局长") < shown.index("法规处长")
    assert "未来两周 1 段无人值班" in shown
    assert "制度规定的 6 类渠道，只有 0 类有人看" in shown
    assert "七天内没有排巡查" in shown


def test_a_second_head_is_refused_and_the_form_keeps_what_was_chosen(cast: Cast, browser: Browser) -> None:
    take_seat(cast.top, GroupSeat.HEAD, cast.office)
    response = browser(cast.office).post(f"{GROUP}do/seat/", {"person": cast.deputy.pk, "place": "head"})
    assert response.status_code == 409
    assert "已有组长局长" in text_of(response)


def test_a_member_leaves_with_a_reason_that_stays_on_the_page(
    cast: Cast, browser: Browser, frozen: FrozenClock
) -> None:
    seat = take_seat(cast.legal, GroupSeat.MEMBER, cast.office)
    frozen.advance(DAY)
    client = browser(cast.office)
    assert client.post(f"{GROUP}seats/{seat.pk}/leave/", {"reason": ""}).status_code == 422
    assert client.post(f"{GROUP}seats/{seat.pk}/leave/", {"reason": "调到市里工作"}).status_code == 302
    shown = text_of(client.get(GROUP))
    assert "以前的成员" in shown
    assert "调到市里工作" in shown
    assert "9月14日–9月15日" in shown


@pytest.mark.parametrize("who", ["duty", "tech_head", "inspector"])
def test_everybody_sees_who_sits_in_it_and_only_the_office_and_leaders_change_it(
    cast: Cast, browser: Browser, who: str
) -> None:
    seat = take_seat(cast.top, GroupSeat.HEAD, cast.office)
    client = browser(cast.people[who])
    shown = text_of(client.get(GROUP))
    assert "局长" in shown
    assert "退出领导小组" not in shown
    assert client.post(f"{GROUP}seats/{seat.pk}/leave/", {"reason": "不再担任"}).status_code == 409
    assert GroupSeat.objects.get().until is None


def test_somebody_who_sits_in_it_is_not_offered_again(cast: Cast, browser: Browser) -> None:
    seat = take_seat(cast.top, GroupSeat.HEAD, cast.office)
    client, choice = browser(cast.office), f'<option value="{cast.top.pk}"'
    assert choice not in client.get(GROUP).content.decode()
    leave_seat(seat, "换人", cast.office)
    assert choice in client.get(GROUP).content.decode()


@pytest.mark.parametrize("url", [ROSTER, GROUP])
def test_the_page_costs_a_dozen_queries_at_most(cast: Cast, browser: Browser, url: str) -> None:
    take_seat(cast.top, GroupSeat.HEAD, cast.office)
    manned(cast)
    for user in (cast.office, cast.top, cast.duty):
        client = browser(user)
        client.get(url)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(url).status_code == 200
        assert len(asked) <= 12, "\n".join(row["sql"][:200] for row in asked)
