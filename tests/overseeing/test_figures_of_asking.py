"""C4.1–C4.3, C4.5: the indicators of asking, once by hand from entries and once from the way through the verbs."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from asking_of import asked, asked_and_closed
from cast import Cast, builtin_text
from huiying.handling import actions
from huiying.judging.models import Event
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.listening.actions.by_hand import Entry, enter
from huiying.listening.models import HandEntry, Message
from huiying.overseeing.history.norms import period
from huiying.overseeing.indicators.figures import figures

START = dt.datetime(2026, 9, 14, 2, 0, tzinfo=dt.UTC)
WANTED = period("2026-09")


def book(*rows: tuple[str, str, float, dict[str, Any]]) -> dict[str, Any]:
    """Entries `(chain, kind, hours after the start, payload)` under the Anshan regulation."""
    adopted = ("system", "regulation.adopted", 0.0, {"sha256": "x", "text": builtin_text("anshan")})
    entries = [
        {"chain": chain, "seq": n, "at": START + dt.timedelta(hours=hours), "kind": kind, "payload": payload}
        for n, (chain, kind, hours, payload) in enumerate((adopted, *rows), 1)
    ]
    forward, backward = figures(entries, WANTED), figures(entries[::-1], WANTED)
    assert forward == backward | {"period": forward["period"]}
    return forward


def message(n: int, hours: float = 0.0) -> tuple[str, str, float, dict[str, Any]]:
    return (f"message:{n}", "message.received", hours, {"number": str(n), "post": n})


def test_c4_1_channels_are_counted_against_the_register() -> None:
    told = book(
        ("posts", "posts.received", 0, {"new": 3, "inlets": {"portal": 2, "phone": 1}}),
        ("posts", "posts.received", 1, {"new": 1, "inlets": {"": 1}}),
        ("posts", "posts.received", 900, {"new": 9, "inlets": {"counter": 9}}),
        ("posts", "posts.received", 2, {"new": 5}),
    )
    assert (told["channels_registered"], told["channels_heard"]) == (6, 2)
    assert told["messages_by_channel"]["portal"] == 2
    assert told["messages_by_channel"]["counter"] == 0
    assert told["messages_of_no_channel"] == 1


def test_c4_1_what_a_list_from_outside_has_and_we_did_not_lowers_the_share() -> None:
    lines = [("reconciling", "reconcile.decided", 1.0, {"state": state}) for state in ("heard", "heard", "missed")]
    other = ("reconciling", "reconcile.decided", 1.0, {"state": "not_ours"})
    assert book(*lines, other)["via_intake_share"] == 0.6667
    assert book(other)["via_intake_share"] is None


def test_c4_3_acceptance_counts_from_the_receipt_to_the_first_person() -> None:
    told = book(
        message(1),
        message(2),
        message(3),
        message(4, 5),
        message(5),
        ("event:E1", "event.opened", 0.1, {"post": 1}),
        ("event:E1", "event.joined", 0.2, {"messages": [2]}),
        ("case:1", "case.opened", 1, {"event": "E1"}),
        ("event:E2", "event.opened", 0.1, {"post": 3}),
        ("event:E2", "event.dismissed", 2, {}),
        ("event:E1", "event.joined", 5, {"messages": [4]}),
    )
    # 60, 60 and 120 minutes; the fourth came when the case was open; nobody has looked at the fifth.
    assert told["median_minutes_to_acceptance"] == 60.0
    assert told["messages_accepted_share"] == 0.8


def test_c4_3_a_merged_event_is_accepted_with_the_one_that_goes_on_and_a_cleared_one_by_its_reader() -> None:
    told = book(
        message(1),
        message(2),
        ("event:E1", "event.opened", 0, {"post": 1}),
        ("event:E1", "event.merged", 1, {"into": "E2"}),
        ("case:9", "case.opened", 3, {"event": "E2"}),
        ("posts", "suspect.cleared", 1, {"post": 2, "decision": "out"}),
    )
    assert told["median_minutes_to_acceptance"] == 120.0
    assert told["messages_accepted_share"] == 1.0


def test_two_events_that_point_at_each_other_do_not_hang_the_count() -> None:
    told = book(
        message(1),
        ("event:E1", "event.opened", 0, {"post": 1}),
        ("event:E1", "event.merged", 1, {"into": "E2"}),
        ("event:E2", "event.merged", 1, {"into": "E1"}),
    )
    assert told["messages_accepted_share"] == 0.0


def test_c4_2_ratings_and_second_chances() -> None:
    rated = [("case:1", "case.rated", 1.0, {"good": good}) for good in (True, True, False)]
    again = [("case:1", "case.asked_again", 1.0, {"message": name}) for name in ("a", "b")]
    told = book(*rated, *again, ("case:1", "case.asker_answered", 2, {"message": "a"}))
    assert (told["ratings"], told["satisfied_share"]) == (3, 0.6667)
    assert (told["asked_again"], told["asked_again_answered_share"]) == (2, 0.5)


@pytest.mark.parametrize("inlets", [{}, {"inlets": {"portal": 1}}])
def test_a_ledger_from_before_there_were_channels_is_read_as_well(inlets: dict[str, Any]) -> None:
    told = book(message(1), ("posts", "posts.received", 0, {"new": 1, **inlets}))
    assert told["receipt_share"] == (1.0 if inlets else None)


# --- through the verbs ------------------------------------------------------------------------------------------------


def from_the_ledger() -> dict[str, Any]:
    rows = LedgerEntry.objects.order_by("id")
    entries = [{"chain": r.chain, "seq": r.seq, "at": r.at, "kind": r.kind, "payload": r.data} for r in rows]
    return figures(entries, WANTED)


def test_c4_3_the_ledger_alone_knows_when_each_message_was_accepted(cast: Cast, frozen: FrozenClock) -> None:
    receipt = asked()
    frozen.advance(dt.timedelta(minutes=25))
    event = Event.objects.get(members__post__message__number=receipt.number)
    case = actions.open_case(event, cast.duty)
    told = from_the_ledger()
    independent = (case.opened_at - Message.objects.get().received_at).total_seconds() / 60
    assert told["median_minutes_to_acceptance"] == independent == 25.0
    assert told["messages_accepted_share"] == 1.0


def test_c4_3_a_message_that_joins_an_open_case_is_accepted_as_it_comes(cast: Cast, frozen: FrozenClock) -> None:
    first = asked()
    actions.open_case(Event.objects.get(members__post__message__number=first.number), cast.duty)
    frozen.advance(dt.timedelta(minutes=10))
    asked()
    assert Event.objects.count() == 1
    told = from_the_ledger()
    assert told["messages_accepted_share"] == 1.0
    assert told["median_minutes_to_acceptance"] == 0.0


def test_c4_1_a_call_a_slip_and_the_portal_are_three_channels_of_one_intake(cast: Cast) -> None:
    asked()
    enter(Entry(kind=HandEntry.CALL, text="大厅空调坏了，没人管"), [], cast.duty)
    enter(Entry(kind=HandEntry.SLIP, text="保证金三个月不退", number="GD1"), [], cast.duty)
    enter(Entry(kind=HandEntry.WECHAT, text="公众号后台问：几点开标"), [], cast.duty)
    told = from_the_ledger()
    assert told["messages_by_channel"] == {
        "portal": 1, "mailbox": 0, "wechat": 1, "hotline": 1, "phone": 1, "counter": 0,
    }  # fmt: skip
    assert told["channels_heard"] == 4
    assert told["receipt_share"] == 0.25


def test_c4_2_what_the_asker_says_stands_in_the_figures(cast: Cast) -> None:
    receipt, _case = asked_and_closed(cast)
    actions.rate(receipt.number, receipt.query_code, "satisfied")
    actions.ask_again(receipt.number, receipt.query_code, "还有一个标段没有说")
    told = from_the_ledger()
    assert (told["ratings"], told["satisfied_share"], told["asked_again"]) == (1, 1.0, 1)
    assert told["asked_again_answered_share"] == 0.0
    assert told["receipt_share"] == 1.0
