"""C10.6, C1.3, C5.12, scenario 2: who is called about a clock, again and again, until somebody says that they heard."""

from __future__ import annotations

import datetime as dt

import pytest

from cast import Cast
from huiying.handling import actions, calling, clocks
from huiying.handling.actions.work import acknowledge_call
from huiying.handling.models import Case, Clock, Escalation
from huiying.handling.queries import effective
from huiying.judging.models import Event
from huiying.kernel import clock as time
from huiying.kernel.clock import FrozenClock
from huiying.ledger.actions import Actor
from huiying.ledger.models import LedgerEntry
from huiying.people.actions import appoint
from huiying.people.errors import Refused
from huiying.people.models import Appointment
from huiying.people.queries import regulation_of
from huiying.work.models import Notice
from stories import RUMOUR, again, opened, routed

HOUR = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)


def quiet(case: Case) -> None:
    """The first notice is a call too; these tests look at the clock's."""
    clocks.stop(case, "first_notice", "test", Actor.SYSTEM)
    Clock.objects.filter(is_legal=False).update(next_action_at=None)


def respond(case: Case) -> Clock:
    row = effective(case, "respond")
    assert row is not None
    return row


def at_share(case: Case, frozen: FrozenClock, share: float) -> None:
    row = respond(case)
    frozen.set(row.started_at + share * (row.due_at - row.started_at))
    clocks.poll(time.now(), 100)


def call_of(case: Case) -> Escalation:
    return Escalation.objects.filter(case=case, kind=Escalation.CLOCK).latest("id")


def entries(case: Case, kind: str) -> list[dict[str, object]]:
    rows = LedgerEntry.objects.filter(chain=f"case:{case.number}", kind=kind).order_by("seq")
    return [row.data or {} for row in rows]


def clock_calls(case: Case) -> list[dict[str, object]]:
    return [entry for entry in entries(case, "call.made") if entry["kind"] == "clock"]


# --- the ladder ------------------------------------------------------------------------------------------------------


def test_the_ladder_is_frozen_with_the_clock(cast: Cast) -> None:
    case = opened(cast)
    chain = respond(case).chain
    assert [step[0] for step in chain] == [0.5, 0.75, 0.9, 1.0]
    assert chain[0][1] == ["duty_officer", "informant"]
    assert chain[-1][1] == ["top_leader", "deputy_leader"]
    assert chain == clocks.chain_of(case, regulation_of(case.regulation))


def test_a_file_without_ladder_gets_one_from_its_duties_scenario_10(cast: Cast) -> None:
    from huiying.regulation import loader

    chain = calling.chain_of(opened(cast), loader.load("sixian"))
    assert [(ratio, roles) for ratio, roles, _names in chain] == [
        (0.5, ["duty_clerk", "info_clerk"]),
        (0.75, ["section_chief", "general_chief"]),
        (0.9, ["vice_director"]),
        (1.0, ["director", "vice_director"]),
    ]


def test_half_way_the_desk_and_the_lead_departments_liaison_are_rung_c10_6(cast: Cast, frozen: FrozenClock) -> None:
    case = routed(cast)
    quiet(case)
    at_share(case, frozen, 0.5)
    call = call_of(case)
    assert set(call.usernames) == {"duty", "duty2", "network", "tech_liaison"}
    assert "工程处联络员" not in call.called
    (entry,) = clock_calls(case)
    assert (entry["kind"], entry["act"], entry["step"], entry["to"]) == ("clock", "respond", 0, call.called)


def test_a_joint_department_is_not_rung_c2_1(cast: Cast, frozen: FrozenClock) -> None:
    case = opened(cast)
    actions.route(case, cast.department("Z-XX"), [cast.department("GCC")], "系统故障，由信息部主办", cast.duty)
    quiet(case)
    at_share(case, frozen, 0.75)
    assert "tech_head" in call_of(case).usernames
    assert "works_head" not in call_of(case).usernames


def test_people_are_looked_up_when_the_call_is_made(cast: Cast, frozen: FrozenClock) -> None:
    """Roles are frozen, not people: whoever holds the post then is rung."""
    case = routed(cast)
    quiet(case)
    Appointment.objects.filter(user=cast.tech_liaison).update(until=time.now())
    appoint(cast.editor, "informant", cast.department("Z-XX"), is_deputy=False, actor=Actor.SYSTEM)
    at_share(case, frozen, 0.5)
    assert "tech_liaison" not in call_of(case).usernames
    assert "editor" in call_of(case).usernames


def test_with_nobody_in_the_posts_the_desk_and_the_office_are_rung_c6_12(cast: Cast, frozen: FrozenClock) -> None:
    case = routed(cast)
    quiet(case)
    Appointment.objects.filter(role__in=("deputy_leader", "top_leader")).update(until=time.now())
    at_share(case, frozen, 0.9)
    assert {"duty", "office"} <= set(call_of(case).usernames)


def test_with_nobody_at_all_the_call_says_so(cast: Cast, frozen: FrozenClock) -> None:
    case = routed(cast)
    quiet(case)
    Appointment.objects.update(until=time.now())
    at_share(case, frozen, 0.5)
    assert call_of(case).called == [calling.NOBODY]


def test_the_role_that_deputises_is_rung_where_the_post_is_empty(cast: Cast, frozen: FrozenClock) -> None:
    case = routed(cast)
    quiet(case)
    Appointment.objects.filter(role="deputy_leader").update(until=time.now())
    at_share(case, frozen, 0.9)
    assert call_of(case).usernames == ["top"]


# --- ringing again ---------------------------------------------------------------------------------------------------


def test_a_call_rings_every_half_hour_until_somebody_heard(cast: Cast, frozen: FrozenClock) -> None:
    case = routed(cast)
    quiet(case)
    at_share(case, frozen, 0.5)
    for times in (2, 3):
        assert calling.poll(time.now(), 100) == 0
        frozen.advance(30 * MINUTE)
        assert calling.poll(time.now(), 100) == 1
        assert call_of(case).times == times
    acknowledge_call(call_of(case), cast.duty)
    frozen.advance(HOUR)
    assert calling.poll(time.now(), 100) == 0
    assert call_of(case).acknowledged_by == cast.duty.name
    assert entries(case, "call.acknowledged") == [{"kind": "clock", "act": "respond", "name": cast.duty.name}]
    assert len(clock_calls(case)) == 1  # the nagging is counted on the row, not told over and over


def test_the_next_step_of_an_open_call_rings_the_first_ones_too(cast: Cast, frozen: FrozenClock) -> None:
    case = routed(cast)
    quiet(case)
    at_share(case, frozen, 0.5)
    at_share(case, frozen, 0.75)
    (call,) = Escalation.objects.filter(case=case, kind=Escalation.CLOCK)
    assert (call.step, call.times) == (1, 2)
    assert {"duty", "tech_liaison", "tech_head", "office"} <= set(call.usernames)
    assert [entry["step"] for entry in clock_calls(case)] == [0, 1]


def test_after_a_word_the_next_step_is_a_new_call(cast: Cast, frozen: FrozenClock) -> None:
    case = routed(cast)
    quiet(case)
    at_share(case, frozen, 0.5)
    acknowledge_call(call_of(case), cast.duty)
    at_share(case, frozen, 0.75)
    assert Escalation.objects.filter(case=case, kind=Escalation.CLOCK).count() == 2
    assert call_of(case).step == 1
    assert "duty" not in call_of(case).usernames


def test_at_the_deadline_the_leaders_are_rung_beside_the_breach_scenario_2(cast: Cast, frozen: FrozenClock) -> None:
    case = routed(cast)
    quiet(case)
    at_share(case, frozen, 1.0)
    assert respond(case).breach.counts
    assert {"top", "deputy"} <= set(call_of(case).usernames)
    assert Notice.objects.filter(recipient="top", urgency="urgent").exists()


@pytest.mark.parametrize("end", ["stop", "supersede", "close"])
def test_a_clock_that_runs_no_more_is_silent(cast: Cast, frozen: FrozenClock, end: str) -> None:
    case = routed(cast)
    quiet(case)
    at_share(case, frozen, 0.5)
    if end == "stop":
        clocks.stop(case, "respond", "portal", Actor.SYSTEM)
    elif end == "supersede":
        clocks.supersede_all(case, "test")
    else:
        Case.objects.filter(pk=case.pk).update(state="closed")
    frozen.advance(HOUR)
    calling.poll(time.now(), 100)
    call = call_of(case)
    assert (call.times, call.next_action_at) == (1, None)
    assert call.closed_why
    assert not calling.open_calls(case).filter(kind=Escalation.CLOCK).exists()


def test_polling_twice_rings_once(cast: Cast, frozen: FrozenClock) -> None:
    case = routed(cast)
    quiet(case)
    at_share(case, frozen, 0.5)
    frozen.advance(30 * MINUTE)
    assert calling.poll(time.now(), 100) == 1
    assert calling.poll(time.now(), 100) == 0


def test_a_clock_that_starts_overdue_rings_the_leaders_at_once(cast: Cast, frozen: FrozenClock) -> None:
    case = routed(cast)
    frozen.advance(25 * HOUR)
    actions.confirm_level(case, "特别重大", cast.top)
    row = respond(case)
    assert row.breach.cause == clocks.UPGRADE
    call = Escalation.objects.get(clock=row)
    assert (call.step, "deputy" in call.usernames) == (3, True)


# --- who may say that they heard -------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["tech_liaison", "duty", "shift", "office", "deputy", "top"])
def test_these_people_may_acknowledge(cast: Cast, frozen: FrozenClock, who: str) -> None:
    case = routed(cast)
    quiet(case)
    at_share(case, frozen, 0.5)
    assert acknowledge_call(call_of(case), cast.people[who]).acknowledged_by == cast.people[who].name


@pytest.mark.parametrize("who", ["works_liaison", "tech_head", "legal", "inspector", "editor"])
def test_whoever_was_not_called_may_not(cast: Cast, frozen: FrozenClock, who: str) -> None:
    case = routed(cast)
    quiet(case)
    at_share(case, frozen, 0.5)
    with pytest.raises(Refused) as refusal:
        acknowledge_call(call_of(case), cast.people[who])
    assert refusal.value.code == "not_permitted"
    assert call_of(case).acknowledged_at is None


def test_two_who_answer_at_once_the_second_is_told(cast: Cast, frozen: FrozenClock) -> None:
    case = routed(cast)
    quiet(case)
    at_share(case, frozen, 0.5)
    call = call_of(case)
    acknowledge_call(call, cast.duty)
    with pytest.raises(Refused) as refusal:
        acknowledge_call(call, cast.duty2)
    assert refusal.value.code == "not_open"
    assert call_of(case).acknowledged_by == cast.duty.name


def test_a_call_that_ended_cannot_be_answered(cast: Cast, frozen: FrozenClock) -> None:
    case = routed(cast)
    quiet(case)
    at_share(case, frozen, 0.5)
    clocks.stop(case, "respond", "portal", Actor.SYSTEM)
    with pytest.raises(Refused) as refusal:
        acknowledge_call(call_of(case), cast.duty)
    assert refusal.value.code == "not_open"


# --- first notice ----------------------------------------------------------------------------------------------------


def first(case: Case) -> Escalation:
    return Escalation.objects.filter(case=case, kind=Escalation.FIRST_NOTICE).latest("id")


def test_a_confirmed_second_level_is_told_to_the_leaders(cast: Cast) -> None:
    case = opened(cast, "较大")  # confirmed by the head of the office, who has heard
    call = first(case)
    assert set(call.usernames) == {"office2", "deputy", "top"}
    assert call.next_action_at == time.now() + 30 * MINUTE


def test_the_lowest_level_stands_in_the_ledger_only(cast: Cast) -> None:
    case = opened(cast, "一般")
    assert not Escalation.objects.exists()
    assert not Clock.objects.filter(case=case, act="first_notice").exists()


def test_the_gravest_rings_every_ten_minutes_and_a_leaders_word_ends_it(cast: Cast, frozen: FrozenClock) -> None:
    case = opened(cast, "特别重大")
    assert first(case).usernames == ["deputy"]  # the director confirmed it
    frozen.advance(10 * MINUTE)
    assert calling.poll(time.now(), 100) == 1
    assert (first(case).times, first(case).usernames) == (2, ["deputy"])
    acknowledge_call(first(case), cast.deputy)
    row = Clock.objects.get(case=case, act="first_notice")
    assert row.stopped_at == time.now()
    frozen.advance(HOUR)
    assert calling.poll(time.now(), 100) == 0


def test_a_graver_level_is_told_again_and_ends_the_earlier_call(cast: Cast, frozen: FrozenClock) -> None:
    case = opened(cast, "较大")
    earlier = first(case)
    frozen.advance(5 * MINUTE)
    actions.confirm_level(case, "重大", cast.deputy)
    earlier.refresh_from_db()
    assert earlier.closed_why
    assert first(case).pk != earlier.pk
    assert first(case).usernames == ["top"]


def test_a_lowered_level_is_not_told_again(cast: Cast) -> None:
    case = opened(cast, "重大")
    before = Escalation.objects.count()
    proposal = actions.propose_lower(case, "较大", "核实后影响范围小于原先判断，按实际程度定级。", cast.deputy)
    actions.second_lower(proposal, True, cast.top)
    assert again(case).level == "L2"
    assert Escalation.objects.count() == before


# --- silence ---------------------------------------------------------------------------------------------------------


def test_half_of_the_time_without_a_word_is_noted_once_c1_3(cast: Cast, frozen: FrozenClock) -> None:
    case = routed(cast)
    at_share(case, frozen, 0.49)
    assert not calling.silent_cases()
    for share in (0.5, 0.75, 0.9, 1.0):
        at_share(case, frozen, share)
    assert respond(case).events.filter(kind="silent").count() == 1
    (entry,) = entries(case, "clock.silent")
    assert entry == {"clock": respond(case).pk, "act": "respond", "due_at": respond(case).due_at.isoformat()}
    assert list(calling.silent_cases()) == [case]


def test_an_answered_case_is_not_silent(cast: Cast, frozen: FrozenClock) -> None:
    case = routed(cast)
    Case.objects.filter(pk=case.pk).update(answered_at=time.now())
    at_share(case, frozen, 0.5)
    assert not entries(case, "clock.silent")
    assert not calling.silent_cases()


def test_a_clock_that_starts_past_half_is_noted_at_the_next_turn(cast: Cast, frozen: FrozenClock) -> None:
    case = routed(cast)
    frozen.advance(15 * HOUR)
    actions.confirm_level(case, "重大", cast.deputy)
    clocks.poll(time.now(), 100)
    assert list(calling.silent_cases()) == [case]


# --- quiet hours and what a notice says ------------------------------------------------------------------------------


def test_a_legal_call_at_night_rings_at_night_c5_12(
    cast: Cast, frozen: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = told(monkeypatch)
    case = routed(cast)
    quiet(case)
    row = respond(case)
    Clock.objects.filter(pk=row.pk).update(next_action_at=NIGHT)
    frozen.set(NIGHT)
    clocks.poll(NIGHT, 100)
    (one,) = [one for one in sent if one["key"] == f"call:{call_of(case).pk}:1"]
    assert one["not_before"] is None


def test_an_internal_nudge_at_night_waits_for_the_morning(
    cast: Cast, frozen: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = told(monkeypatch)
    case = routed(cast)
    quiet(case)
    Clock.objects.filter(case=case, act="accept_transfer").update(next_action_at=NIGHT)
    Clock.objects.filter(is_legal=True).update(next_action_at=None)
    frozen.set(NIGHT)
    clocks.poll(NIGHT, 100)
    (one,) = [one for one in sent if str(one["key"]).startswith("clock:")]
    assert one["not_before"] == dt.datetime(2026, 9, 15, 22, 30, tzinfo=dt.UTC)  # 06:30 in Anshan
    assert "tech_head" in one["to"]
    assert "works_head" not in one["to"]


NIGHT = dt.datetime(2026, 9, 15, 18, 0, tzinfo=dt.UTC)  # 02:00 in Anshan, the 16th


def told(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    sent: list[dict[str, object]] = []

    def send(title: str, body: str, to: list[str], urgency: str = "info", **rest: object) -> None:
        sent.append({"title": title, "body": body, "to": to, "urgency": urgency, "not_before": None} | rest)

    monkeypatch.setattr(calling.notify, "send", send)
    return sent


def test_danger_to_life_is_told_by_its_number_alone(
    cast: Cast, frozen: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """§6.2: neither the call, nor the first notice, nor the nudge carries the title."""
    case = routed(cast)
    Event.objects.filter(pk=case.event_id).update(life_safety=True)
    sent = told(monkeypatch)
    actions.confirm_level(again(case), "重大", cast.deputy)
    frozen.advance(13 * HOUR)
    clocks.poll(time.now(), 100)
    calling.poll(time.now(), 100)
    assert len(sent) > 3
    for one in sent:
        assert case.number in one["title"]
        assert case.title not in f"{one['title']}{one['body']}"


def test_a_notice_leads_to_the_case_and_names_what_is_due(cast: Cast, frozen: FrozenClock) -> None:
    case = routed(cast)
    quiet(case)
    at_share(case, frozen, 0.5)
    notice = Notice.objects.get(recipient="tech_liaison", key__startswith="call:")
    assert notice.url == f"/desk/cases/{case.number}/"
    assert "公开回应" in notice.title
    assert case.title in notice.body


def test_two_cases_ring_apart(cast: Cast, frozen: FrozenClock) -> None:
    one, two = routed(cast), opened(cast, text=RUMOUR)
    quiet(one)
    quiet(two)
    at_share(one, frozen, 0.5)
    assert "tech_liaison" in call_of(one).usernames
    assert "tech_liaison" not in call_of(two).usernames  # its lead is the office until it is routed
