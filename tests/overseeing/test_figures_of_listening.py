"""The figures of listening, each from entries written by hand with one known right value (（五）C5.1–C5.18)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from cast import builtin_text
from huiying.overseeing.commands import in_words
from huiying.overseeing.history.norms import period
from huiying.overseeing.indicators.figures import Entry, figures
from huiying.overseeing.indicators.listening import Listened

START = dt.datetime(2026, 9, 14, 2, 0, tzinfo=dt.UTC)  # ten in the morning in Anshan
HOUR = dt.timedelta(hours=1)
Chain = str


class Book:
    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def write(self, kind: str, hours: float = 0, chain: Chain = "posts", **payload: Any) -> Book:
        seq = 1 + sum(entry["chain"] == chain for entry in self.entries)
        self.entries.append({"chain": chain, "seq": seq, "at": START + hours * HOUR, "kind": kind, "payload": payload})
        return self

    def turn(self, start: float, end: float, kind: str = "shift.set", name: str = "甲") -> Book:
        told = {"name": name, "from": (START + start * HOUR).isoformat(), "to": (START + end * HOUR).isoformat()}
        return self.write(kind, chain="system", **told)

    def until(self, hours: float) -> Book:
        return self.write("note.made", hours, chain="system")

    def result(self, words: str = "2026") -> dict[str, Any]:
        self.write("regulation.adopted", chain="system", sha256="x", text=builtin_text("anshan"))
        return figures(self.entries, period(words))


# --- C5.1: no hour without a name -------------------------------------------------------------------------------------


def test_hours_that_no_turn_covers_are_counted_up_to_the_last_entry_c5_1() -> None:
    book = Book().turn(0, 8).turn(10, 20).until(24)
    assert book.result()["roster_uncovered_hours"] == 6.0


def test_turns_that_overlap_cover_an_hour_once_c5_1() -> None:
    assert Book().turn(0, 8).turn(4, 12).turn(12, 24, name="乙").until(24).result()["roster_uncovered_hours"] == 0.0


def test_a_cancelled_turn_leaves_its_hours_open_c5_1() -> None:
    book = Book().turn(0, 8).turn(8, 16).turn(8, 16, "shift.cancelled").until(16)
    assert book.result()["roster_uncovered_hours"] == 8.0


def test_a_turn_that_changed_hands_covers_the_same_hours_c5_1() -> None:
    book = Book().turn(0, 24).write("swap.agreed", 1, chain="system", name="甲", to_name="乙").until(24)
    assert book.result()["roster_uncovered_hours"] == 0.0


def test_before_anybody_kept_a_roster_nothing_is_counted_c5_1() -> None:
    assert Book().until(24).result()["roster_uncovered_hours"] is None
    assert Book().turn(100, 124).until(150).result()["roster_uncovered_hours"] == 26.0


def test_hours_of_another_period_stand_in_its_figure_c5_1() -> None:
    """September ends at 16:00 UTC on the thirtieth: 398 hours after the first turn began, 8 of them covered."""
    assert Book().turn(0, 8).until(24 * 30).result("2026-09")["roster_uncovered_hours"] == 390.0
    assert Book().turn(0, 8).until(24 * 30).result("2026-08")["roster_uncovered_hours"] is None


def test_hand_overs_on_time_and_late_c5_1() -> None:
    result = Book().write("handover.taken", late=False).write("handover.taken", 12, late=True).result()
    assert (result["handovers"], result["handovers_on_time_share"]) == (2, 0.5)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 12)), min_size=1, max_size=12))
def test_the_uncovered_hours_are_those_that_an_hour_by_hour_count_finds_c5_1(turns: list[tuple[int, int]]) -> None:
    book = Book()
    for start, length in turns:
        book.turn(start, start + length)
    first = min(start for start, _length in turns)
    empty = sum(not any(a <= hour < a + n for a, n in turns) for hour in range(first, 72))
    assert book.until(72).result()["roster_uncovered_hours"] == float(empty)


# --- C5.8, C5.9, C5.11 ------------------------------------------------------------------------------------------------


def test_late_ticks_are_in_the_share_and_not_out_of_it_c5_8() -> None:
    book = (
        Book().write("patrol.ticked", late=False).write("patrol.ticked", late=False).write("patrol.ticked", late=True)
    )
    result = book.result()
    assert (result["patrol_ticks"], result["patrol_on_time_share"]) == (3, 0.6667)


def test_from_the_declaration_to_the_first_look_c5_9() -> None:
    book = Book().write("patrol.ticked", late=False).write("emergency_watch.declared", 1, watch=1)
    book.write("patrol.ticked", 1.2, late=False).write("patrol.ticked", 3, late=False)
    result = book.result()
    assert (result["emergency_watches"], result["longest_minutes_to_first_check"]) == (1, 12.0)


def test_an_emergency_that_nobody_looked_at_has_no_time_and_is_counted_c5_9() -> None:
    result = Book().write("emergency_watch.declared", watch=1).result()
    assert (result["emergency_watches"], result["longest_minutes_to_first_check"]) == (1, None)


def test_silent_rules_that_somebody_looked_at_c5_11() -> None:
    assert Book().write("watch.reviewed", rule="K001", note="仍需要").result()["silent_rules_reviewed"] == 1


# --- C5.12, C5.17: by day and by night --------------------------------------------------------------------------------


def opened(book: Book, published: float, detected: float) -> Book:
    moment = (START + published * HOUR).isoformat()
    return book.write("event.opened", detected, chain=f"event:{published}", published_at=moment)


def test_what_was_published_at_night_is_told_apart_from_the_day_c5_12_c5_17() -> None:
    book = Book()
    opened(book, 0, 1)  # ten in the morning
    opened(book, 3, 5)  # one in the afternoon
    opened(book, 12, 22)  # ten at night, seen at eight
    opened(book, 21, 22)  # seven in the morning still is the night's
    result = book.result()
    assert (result["detection_hours_day_p50"], result["detection_hours_day_p90"]) == (1.0, 2.0)
    assert (result["detection_hours_night_p50"], result["detection_hours_night_p90"]) == (1.0, 10.0)


def test_without_anything_of_the_night_its_figure_is_unknown_and_not_zero_c5_12() -> None:
    result = opened(Book(), 0, 1).result()
    assert result["detection_hours_night_p50"] is None
    assert "夜间发布的：发现用时中位数（小时，C5.12、C5.17）：—" in in_words(result)


# --- C5.16, C5.17, C5.18 ----------------------------------------------------------------------------------------------


def test_lines_of_outside_lists_that_we_had_missed_c5_16() -> None:
    book = Book().write("reconcile.decided", state="heard").write("reconcile.decided", state="missed", cause="夜间无人")
    book.write("reconcile.decided", state="heard").write("reconcile.decided", state="not_ours", cause="别的局")
    result = book.result()
    assert (result["outside_compared"], result["missed"], result["missed_share"]) == (3, 1, 0.3333)


def test_without_a_list_the_rate_of_what_was_missed_is_unknown_c5_16() -> None:
    result = Book().result()
    assert (result["outside_compared"], result["missed_share"]) == (0, None)


def test_what_was_found_late_is_counted_c5_17() -> None:
    assert Book().write("event.missed", chain="event:1", hours=30.5, cause="抽查发现").result()["found_late"] == 1


def test_packages_opened_and_answered_c5_18() -> None:
    book = Book()
    for kind in ("event.shared", "event.shared", "event.share_opened", "event.share_answered"):
        book.write(kind, chain="event:1", share=1, body="市委宣传部")
    result = book.result()
    assert (result["shares"], result["shares_opened"], result["shares_answered"]) == (2, 1, 1)


@pytest.mark.parametrize("kind", ["shift.set", "shift.cancelled"])
def test_an_entry_whose_payload_was_erased_is_passed_over(kind: str) -> None:
    """An erased entry has no hours to tell: the figures are of what is left (INV-8)."""
    read = Listened()
    read.take(kind, {}, START)
    assert read.turns == []


def test_every_figure_has_its_words() -> None:
    words = in_words(Book().result())
    for name in ("值班表无人的钟点", "按时巡查的比例", "漏报率", "共享收到的回复"):
        assert name in words
