"""INV-3, C8.5, C8.6: the rows behind the deadlines: adopt, hold, let go, start and stop by moment, emergency levels."""

from __future__ import annotations

import datetime as dt

import pytest

from cast import Cast
from huiying.handling import actions, clocks
from huiying.handling.models import Breach, Case, Clock, ClockEvent
from huiying.handling.queries import effective, legal_clocks, shown_clocks, with_next_due
from huiying.kernel import clock as time
from huiying.kernel.clock import FrozenClock
from huiying.ledger.actions import Actor
from huiying.ledger.models import LedgerEntry
from huiying.people.errors import Refused
from huiying.people.queries import regulation_of
from stories import RUMOUR, again, handled, opened, routed

HOUR = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)
OF_THE_LEVEL = {"first_notice", "rescan", "liaison"}  # what a confirmed 较大 sets going by itself (§4.3)


def respond(case: Case) -> Clock:
    row = effective(case, "respond")
    assert row is not None
    return row


def entries(case: Case, kind: str) -> list[dict[str, object]]:
    rows = LedgerEntry.objects.filter(chain=f"case:{case.number}", kind=kind).order_by("seq")
    return [row.data or {} for row in rows]


# --- polling ---------------------------------------------------------------------------------------------------------


def test_a_clock_breaches_at_its_moment_and_not_a_second_before(cast: Cast, frozen: FrozenClock) -> None:
    case = opened(cast, "特别重大")
    due = respond(case).due_at
    clocks.poll(due - dt.timedelta(seconds=1), 100)
    assert not Breach.objects.exists()
    frozen.advance(due - time.now())
    clocks.poll(due, 100)
    breach = Breach.objects.get()
    assert (breach.cause, breach.counts, breach.due_at) == (clocks.LATE, True, due)
    assert breach.lead == cast.department("BGS").name


def test_an_answer_at_the_very_second_is_on_time(cast: Cast, frozen: FrozenClock) -> None:
    case = opened(cast, "特别重大")
    frozen.advance(respond(case).due_at - time.now())
    clocks.stop(case, "respond", "portal", Actor.SYSTEM)
    assert not Breach.objects.exists()
    (stopped,) = entries(case, "clock.stopped")
    assert stopped["on_time"] is True


def test_an_answer_a_second_later_is_late_and_the_ledger_says_so(cast: Cast, frozen: FrozenClock) -> None:
    case = opened(cast, "特别重大")
    frozen.advance(respond(case).due_at - time.now() + dt.timedelta(seconds=1))
    clocks.stop(case, "respond", "portal", Actor.SYSTEM)
    assert Breach.objects.get().cause == clocks.LATE
    assert entries(case, "clock.stopped")[0]["on_time"] is False
    assert entries(case, "clock.breached")[0]["counts"] is True


def test_polling_twice_acts_once(cast: Cast, frozen: FrozenClock) -> None:
    case = opened(cast)
    frozen.advance(60 * HOUR)
    assert clocks.poll(time.now(), 100) > 0
    before = ClockEvent.objects.count()
    assert clocks.poll(time.now(), 100) == 0
    assert ClockEvent.objects.count() == before
    assert Breach.objects.filter(clock__case=case).count() == 1


def test_polling_keeps_to_its_limit_and_takes_the_earliest_first(cast: Cast, frozen: FrozenClock) -> None:
    opened(cast, "较大")
    first = opened(cast, "特别重大", RUMOUR)
    legal = Clock.objects.filter(is_legal=True)
    Clock.objects.filter(is_legal=False).update(next_action_at=None)
    frozen.advance(24 * HOUR)
    assert clocks.poll(time.now(), 1) == 1
    assert [row.case_id for row in legal if row.events.exclude(kind__in=("started", "superseded")).exists()] == [
        first.pk
    ]


def test_a_stopped_or_superseded_clock_never_acts_again(cast: Cast, frozen: FrozenClock) -> None:
    case, other = opened(cast), opened(cast, text=RUMOUR)
    clocks.stop(case, "respond", "x", Actor.SYSTEM)
    clocks.supersede_all(other, "test")
    Clock.objects.filter(is_legal=False).update(next_action_at=None)
    frozen.advance(90 * HOUR)
    assert clocks.poll(time.now(), 100) == 0
    assert not Breach.objects.exists()
    assert list(clocks.live(other)) == []


def test_an_internal_nudge_reminds_and_leaves_no_breach(cast: Cast, frozen: FrozenClock) -> None:
    case = routed(cast)
    frozen.advance(HOUR)
    clocks.poll(time.now(), 100)
    row = Clock.objects.get(case=case, act="accept_transfer")
    assert row.events.filter(kind="warned").count() == 1
    assert row.next_action_at is None
    assert not Breach.objects.filter(clock=row).exists()
    assert not any(entry["clock"] == row.pk for entry in entries(case, "clock.warned"))


def test_each_warning_stands_in_the_ledger_with_its_ratio(cast: Cast, frozen: FrozenClock) -> None:
    case = opened(cast)
    row = respond(case)
    for ratio, at in row.warn_points[:-1]:
        frozen.advance(dt.datetime.fromisoformat(at) - time.now())
        clocks.poll(time.now(), 100)
        assert entries(case, "clock.warned")[-1] == {
            "clock": row.pk, "act": "respond", "ratio": ratio, "due_at": row.due_at.isoformat(),
        }  # fmt: skip
    assert len(entries(case, "clock.warned")) == len(row.warn_points) - 1 > 0


# --- hold and let go -------------------------------------------------------------------------------------------------


def test_a_held_clock_passes_its_moment_without_breach_and_goes_off_when_let_go(
    cast: Cast, frozen: FrozenClock
) -> None:
    case = opened(cast)
    clocks.pause_for_check(case, ["respond"], time.now())
    frozen.advance(49 * HOUR)
    clocks.poll(time.now(), 100)
    assert not Breach.objects.exists()
    assert respond(case).next_action_at is None
    clocks.resume_after_check(case, ["respond"])
    row = respond(case)
    assert (row.held_at, row.next_action_at) == (None, row.due_at)
    clocks.poll(time.now(), 100)
    assert Breach.objects.get().clock_id == row.pk


def test_a_held_clock_still_warns(cast: Cast, frozen: FrozenClock) -> None:
    case = opened(cast)
    clocks.pause_for_check(case, ["respond"], time.now())
    frozen.advance(47 * HOUR)
    clocks.poll(time.now(), 100)
    assert respond(case).events.filter(kind="warned").exists()


def test_holding_again_keeps_the_first_moment(cast: Cast, frozen: FrozenClock) -> None:
    case = opened(cast)
    first = time.now()
    clocks.pause_for_check(case, ["respond"], first)
    clocks.pause_for_check(case, ["respond"], first + HOUR)
    assert respond(case).held_at == first


def test_holding_touches_only_the_named_legal_acts(cast: Cast) -> None:
    case = opened(cast, "特别重大")
    actions.set_emergency(case, "重大", cast.duty)
    clocks.pause_for_check(case, ["respond", "triage"], time.now())
    held = set(Clock.objects.filter(case=case, held_at__isnull=False).values_list("act", flat=True))
    assert held == {"respond"}


def test_letting_go_before_the_deadline_leaves_the_next_warning_where_it_was(cast: Cast) -> None:
    case = opened(cast)
    was = respond(case)
    clocks.pause_for_check(case, ["respond"], time.now())
    clocks.resume_after_check(case, ["respond"])
    row = respond(case)
    assert (row.next_action_at, row.next_step, row.held_at) == (was.next_action_at, was.next_step, None)


def test_letting_go_of_a_clock_that_was_breached_does_not_breach_it_again(cast: Cast, frozen: FrozenClock) -> None:
    case = opened(cast)
    frozen.advance(49 * HOUR)
    clocks.poll(time.now(), 100)
    clocks.pause_for_check(case, ["respond"], time.now())
    clocks.resume_after_check(case, ["respond"])
    clocks.poll(time.now(), 100)
    assert Breach.objects.count() == 1
    assert respond(case).next_action_at is None


# --- adopt -----------------------------------------------------------------------------------------------------------


def two_cases(cast: Cast, frozen: FrozenClock, earlier: str, later: str) -> tuple[Case, Case]:
    one = opened(cast, earlier)
    frozen.advance(3 * HOUR)
    return one, opened(cast, later, RUMOUR)


def test_an_earlier_deadline_is_adopted_with_its_rule_and_its_warnings(cast: Cast, frozen: FrozenClock) -> None:
    loser, winner = two_cases(cast, frozen, "较大", "较大")
    row = respond(loser)
    clocks.adopt(winner, row, Actor.SYSTEM)
    kept = respond(winner)
    assert kept.due_at == row.due_at
    assert kept.layer == f"{row.layer}@{loser.number}"
    for name in ("act", "level", "policy", "basis", "explanation", "explanation_en", "started_at", "warn_points"):
        assert getattr(kept, name) == getattr(row, name), name
    assert kept.next_action_at == row.next_action_at
    assert entries(winner, "clock.started")[-1]["layer"] == kept.layer


def test_a_later_deadline_is_not_adopted(cast: Cast, frozen: FrozenClock) -> None:
    earlier, later = two_cases(cast, frozen, "较大", "较大")
    clocks.adopt(earlier, respond(later), Actor.SYSTEM)
    assert clocks.live(earlier).filter(act="respond").count() == 1


def test_a_duty_that_was_done_is_not_adopted_again(cast: Cast, frozen: FrozenClock) -> None:
    loser, winner = two_cases(cast, frozen, "较大", "较大")
    clocks.stop(winner, "respond", "portal", Actor.SYSTEM)
    clocks.adopt(winner, respond(loser), Actor.SYSTEM)
    assert effective(winner, "respond") is None


# --- by moment -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "acts"),
    [("transferred_at", ["dept_disposal_opinion"]), ("submitted_at", ["leader_review"]), ("never_at", [])],
)
def test_the_files_own_nudges_by_their_moment(cast: Cast, moment: str, acts: list[str]) -> None:
    """What the software starts by name is not started a second time by its moment."""
    case = opened(cast)
    regulation = regulation_of(case.regulation)
    assert clocks.acts_from(regulation, moment) == acts
    clocks.start_from(case, moment)
    running = set(clocks.live(case).filter(is_legal=False).values_list("act", flat=True))
    assert running == OF_THE_LEVEL | {"triage", *acts}
    clocks.stop_from(case, moment, "done", Actor.SYSTEM)
    assert set(clocks.live(case).filter(is_legal=False).values_list("act", flat=True)) == OF_THE_LEVEL | {"triage"}


@pytest.mark.parametrize(("level", "hours"), [("L1", 6), ("L2", 4), ("L3", 2), ("L4", 1)])
def test_the_review_is_due_by_level_c9_3(cast: Cast, level: str, hours: int) -> None:
    regulation = regulation_of(opened(cast).regulation)
    now = time.now()
    assert clocks.due_from(regulation, "submitted_at", level, now) == now + hours * HOUR
    assert clocks.due_from(regulation, "never_at", level, now) is None


@pytest.mark.parametrize(("level", "hours"), [("较大", 12), ("重大", 6), ("特别重大", 3)])
def test_the_opinion_of_the_department_is_due_by_level_c10_6(cast: Cast, level: str, hours: int) -> None:
    case = routed(cast, level)
    actions.accept(case, cast.tech_head)
    row = effective(case, "dept_disposal_opinion")
    assert row is not None
    assert row.due_at - row.started_at == hours * HOUR
    assert not row.is_legal


def test_a_nudge_started_again_replaces_the_one_before(cast: Cast, frozen: FrozenClock) -> None:
    case = opened(cast)
    frozen.advance(10 * MINUTE)
    row = clocks.start_internal(case, "triage")
    assert row is not None
    assert list(clocks.live(case).filter(act="triage")) == [row]
    assert row.due_at == time.now() + 30 * MINUTE


@pytest.mark.parametrize(("act", "level"), [("no_such_act", "较大"), ("joint_meeting_convene", "一般")])
def test_what_the_file_does_not_ask_for_starts_no_clock(cast: Cast, act: str, level: str) -> None:
    case = opened(cast, level)
    assert clocks.start_internal(case, act) is None
    assert not Clock.objects.filter(case=case, act=act).exists()


def test_disposing_stops_the_nudge_of_the_department_and_no_legal_clock(cast: Cast) -> None:
    case = handled(cast)
    assert effective(case, "dept_disposal_opinion") is None
    assert effective(case, "respond") is not None


# --- emergency -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "acts"),
    [
        ("一般", {"respond"}),
        ("较大", {"respond"}),
        ("重大", {"respond", "first_authoritative_release", "press_conference"}),
        ("特别重大", {"respond", "first_authoritative_release", "press_conference"}),
    ],
)
def test_the_superior_norms_ask_more_from_the_third_emergency_level_on(cast: Cast, level: str, acts: set[str]) -> None:
    case = opened(cast)
    actions.set_emergency(case, level, cast.duty)
    assert set(clocks.live(case).filter(is_legal=True).values_list("act", flat=True)) == acts
    assert again(case).emergency == level
    assert entries(case, "case.emergency") == [{"level": level}]


def test_the_first_release_is_due_five_hours_after_knowledge_c8_6(cast: Cast) -> None:
    case = opened(cast)
    actions.set_emergency(case, "特别重大", cast.duty)
    row = effective(case, "first_authoritative_release")
    assert row is not None
    assert row.due_at == case.first_known_at + 5 * HOUR


def test_declared_late_the_first_release_is_overdue_by_upgrade_and_counts_for_nobody(
    cast: Cast, frozen: FrozenClock
) -> None:
    case = opened(cast)
    frozen.advance(6 * HOUR)
    actions.set_emergency(case, "特别重大", cast.duty)
    breach = Breach.objects.get(clock__case=case)
    assert (breach.clock.act, breach.cause, breach.counts) == ("first_authoritative_release", clocks.UPGRADE, False)


@pytest.mark.parametrize("level", ["", "L3", "极大", "特大"])
def test_an_emergency_level_that_is_none_is_refused_with_the_names(cast: Cast, level: str) -> None:
    case = opened(cast)
    with pytest.raises(Refused) as refusal:
        actions.set_emergency(case, level, cast.duty)
    assert refusal.value.code == "unknown_level"
    assert "特别重大" in refusal.value.sentence
    assert again(case).emergency == ""


def test_the_same_emergency_level_twice_starts_nothing_anew(cast: Cast) -> None:
    case = opened(cast)
    actions.set_emergency(case, "重大", cast.duty)
    before = Clock.objects.count()
    actions.set_emergency(again(case), "重大", cast.duty)
    assert Clock.objects.count() == before


# --- reads -----------------------------------------------------------------------------------------------------------


def test_one_act_is_shown_once_with_its_other_layers_beside_it(cast: Cast) -> None:
    """§2.1: two norms ask for a press conference; the page shows one line."""
    case = opened(cast)
    actions.set_emergency(case, "重大", cast.duty)
    shown = {row.act: row for row in shown_clocks(case)}
    assert sum(row.act == "press_conference" for row in legal_clocks(case)) == 2
    assert len(shown["press_conference"].also) == 1  # type: ignore[attr-defined]
    assert shown["press_conference"].due_at <= shown["press_conference"].also[0].due_at  # type: ignore[attr-defined]
    assert shown["respond"].also == []  # type: ignore[attr-defined]


def test_a_stopped_clock_stands_after_the_running_ones(cast: Cast) -> None:
    case = opened(cast)
    actions.set_emergency(case, "重大", cast.duty)
    clocks.stop(case, "first_authoritative_release", "portal", Actor.SYSTEM)
    rows = legal_clocks(case)
    assert [row.stopped_at is not None for row in rows] == sorted(row.stopped_at is not None for row in rows)
    assert rows[-1].act == "first_authoritative_release"


def test_what_is_due_next_is_the_earliest_live_legal_clock(cast: Cast) -> None:
    case = opened(cast)
    actions.set_emergency(case, "重大", cast.duty)
    found = with_next_due(Case.objects.filter(pk=case.pk)).get()
    assert found.next_due == case.first_known_at + 5 * HOUR  # type: ignore[attr-defined]
    for act in ("first_authoritative_release", "press_conference", "respond"):
        clocks.stop(case, act, "x", Actor.SYSTEM)
    assert with_next_due(Case.objects.filter(pk=case.pk)).get().next_due is None  # type: ignore[attr-defined]
