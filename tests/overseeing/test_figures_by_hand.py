"""INV-9, INV-12, C12.3: each indicator from entries written by hand, so that each figure has one known right value."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from figures_told import OF_THE_BUREAU, SCALARS
from huiying.overseeing.history.norms import period
from huiying.overseeing.indicators.figures import Entry, figures

START = dt.datetime(2026, 9, 14, 2, 0, tzinfo=dt.UTC)
YEAR = period("2026")


class Book:
    """A ledger in memory: `write` appends to a chain `hours` after the start."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def write(self, chain: str, kind: str, hours: float = 0, **payload: Any) -> Book:
        seq = 1 + sum(entry["chain"] == chain for entry in self.entries)
        at = START + dt.timedelta(hours=hours)
        self.entries.append({"chain": chain, "seq": seq, "at": at, "kind": kind, "payload": payload})
        return self

    def case(self, number: str, *, lead: str = "信息部", answered_after: float | None = None) -> Book:
        chain = f"case:{number}"
        self.write(chain, "case.opened", first_known_at=START.isoformat())
        self.write(chain, "case.routed", lead=lead)
        if answered_after is not None:
            self.answer(number, answered_after)
        return self

    def answer(self, number: str, hours: float, corrects: int | None = None) -> Book:
        at = START + dt.timedelta(hours=hours)
        return self.write(f"case:{number}", "release.live", hours, at=at.isoformat(), corrects=corrects)

    def breach(self, number: str, hours: float = 48, *, counts: bool = True, act: str = "respond") -> Book:
        return self.write(f"case:{number}", "clock.breached", hours, act=act, counts=counts)

    def result(self, words: str = "2026") -> dict[str, Any]:
        return figures(self.entries, period(words))


def test_an_empty_ledger_has_zeros_and_no_shares() -> None:
    """A share or a median without a base is None, never zero: zero per cent on time would be an accusation."""
    assert figures([], YEAR) == {"period": "2026", **SCALARS, "departments": {}}


def test_a_case_that_is_still_in_time_has_no_share_yet() -> None:
    result = Book().case("1").result()
    assert (result["cases"], result["answered"], result["late"]) == (1, 0, 0)
    assert result["on_time_share"] is None
    assert result["median_hours_to_answer"] is None
    assert result["longest_hours_to_answer"] is None


def test_an_answer_counts_from_first_knowledge_not_from_opening() -> None:
    """C8.5: the hours of an answer run from the moment somebody knew."""
    book = Book()
    early = START - dt.timedelta(hours=3)
    book.write("case:1", "case.opened", first_known_at=early.isoformat()).answer("1", 2)
    assert book.result()["median_hours_to_answer"] == 5.0


def test_earlier_knowledge_lengthens_the_hours() -> None:
    """INV-2: evidence that moved first knowledge moves the figure too."""
    book = Book().case("1", answered_after=2)
    book.write("case:1", "case.known_earlier", known_at=(START - dt.timedelta(hours=4)).isoformat())
    assert book.result()["longest_hours_to_answer"] == 6.0


def test_the_median_of_an_even_number_is_between_the_two_in_the_middle() -> None:
    book = Book()
    for number, hours in enumerate((1, 10, 4, 100)):
        book.case(str(number), answered_after=hours)
    result = book.result()
    assert result["median_hours_to_answer"] == 7.0
    assert result["longest_hours_to_answer"] == 100.0


def test_hours_are_rounded_to_two_places() -> None:
    assert Book().case("1", answered_after=1 / 3).result()["median_hours_to_answer"] == 0.33


def test_an_answer_in_time_and_one_too_late_are_half() -> None:
    result = Book().case("1", answered_after=10).case("2", answered_after=50).breach("2").result()
    assert (result["answered"], result["answered_on_time"], result["late"]) == (2, 1, 1)
    assert result["on_time_share"] == 0.5


def test_an_overdue_case_without_answer_stands_in_the_base_of_the_share() -> None:
    """Silence must not improve the share: the overdue case without an answer counts against it."""
    result = Book().case("1", answered_after=10).case("2").breach("2").result()
    assert (result["answered"], result["answered_on_time"], result["late"]) == (1, 1, 1)
    assert result["on_time_share"] == 0.5


def test_a_share_has_four_places() -> None:
    book = Book().case("1", answered_after=1).case("2", answered_after=1).case("3").breach("3")
    assert book.result()["on_time_share"] == 0.6667


def test_late_by_upgrade_counts_in_no_score() -> None:
    """C9.7: a deadline that an upgrade moved into the past is nobody's failure; it is shown apart."""
    result = Book().case("1", answered_after=30).breach("1", 26, counts=False).result()
    assert (result["late"], result["late_by_upgrade"], result["answered_on_time"]) == (0, 1, 1)
    assert result["on_time_share"] == 1.0


@pytest.mark.parametrize("first", [True, False])
def test_late_by_upgrade_and_late_by_itself_is_late(first: bool) -> None:
    """Whichever breach came first, a case that missed its own deadline too is late once and not excused."""
    book = Book().case("1", answered_after=60).breach("1", 30, counts=first).breach("1", 49, counts=not first)
    result = book.result()
    assert (result["late"], result["late_by_upgrade"], result["answered_on_time"]) == (1, 0, 0)


@pytest.mark.parametrize("act", ["press_conference", "first_authoritative_release", "triage"])
def test_only_the_duty_to_respond_makes_a_case_late(act: str) -> None:
    result = Book().case("1", answered_after=1).breach("1", act=act).result()
    assert (result["late"], result["late_by_upgrade"], result["on_time_share"]) == (0, 0, 1.0)


def test_warnings_are_no_breach() -> None:
    book = Book().case("1", answered_after=1)
    book.write("case:1", "clock.warned", act="respond", ratio=0.9, counts=True)
    assert book.result()["late"] == 0


def test_two_channels_are_one_answer_at_the_earlier_time() -> None:
    book = Book().case("1").answer("1", 9).answer("1", 5)
    result = book.result()
    assert result["answered"] == 1
    assert result["longest_hours_to_answer"] == 5.0


def test_the_answer_stands_at_the_receipt_of_its_evidence_not_at_the_check() -> None:
    """C8.5: posted by hand at hour 47 and checked at hour 50, the answer is of hour 47."""
    posted = START + dt.timedelta(hours=47)
    book = Book().case("1").write("case:1", "release.live", 50, at=posted.isoformat(), corrects=None)
    assert book.result()["longest_hours_to_answer"] == 47.0


def test_a_correction_is_counted_and_is_no_second_answer() -> None:
    """C11.1."""
    result = Book().case("1", answered_after=3).answer("1", 8, corrects=1).answer("1", 9, corrects=2).result()
    assert (result["answered"], result["corrections"], result["longest_hours_to_answer"]) == (1, 2, 3.0)


def test_a_release_that_is_made_but_not_live_is_no_answer() -> None:
    """INV-5: without evidence there was no public act."""
    book = Book().case("1")
    for kind in ("release.made", "release.posted", "release.verified", "review.approved"):
        book.write("case:1", kind, 1, channel="portal")
    assert book.result()["answered"] == 0


def test_a_decision_not_to_answer_is_counted_by_itself() -> None:
    """C1.1."""
    book = Book().case("1").write("case:1", "case.moved", 2, to="declined")
    result = book.result()
    assert (result["not_answered_by_decision"], result["answered"], result["on_time_share"]) == (1, 0, None)


def test_closing_does_not_hide_that_the_public_got_no_answer() -> None:
    """C1.1: a withheld case is closed some day; the decision stays in the figures."""
    book = (
        Book().case("1").write("case:1", "case.moved", 2, to="declined").write("case:1", "case.moved", 3, to="closed")
    )
    assert book.result()["not_answered_by_decision"] == 1


def test_a_withheld_case_taken_up_again_is_withheld_no_more() -> None:
    book = Book().case("1")
    for hours, state in enumerate(("declined", "closed", "handling")):
        book.write("case:1", "case.moved", hours, to=state)
    assert book.result()["not_answered_by_decision"] == 0


def test_an_ordinary_closed_case_was_not_withheld() -> None:
    book = Book().case("1", answered_after=1).write("case:1", "case.moved", 3, to="closed")
    assert book.result()["not_answered_by_decision"] == 0


def test_returns_and_overridden_confirmations_are_counted_each() -> None:
    """C7.1, C8.4."""
    book = Book().case("1").case("2")
    book.write("case:1", "case.returned").write("case:2", "case.returned")
    book.write("case:1", "confirmation.overridden").write("case:1", "confirmation.overridden")
    book.write("case:1", "confirmation.silent").write("case:1", "confirmation.asked")
    result = book.result()
    assert (result["returned"], result["confirmations_overridden"]) == (2, 2)


def test_posts_are_counted_by_what_was_new_in_each_batch() -> None:
    book = Book().write("source:1", "posts.received", new=7).write("source:1", "posts.received", new=0)
    book.write("source:2", "posts.received", new=5).write("source:2", "posts.received")
    assert book.result()["posts_received"] == 12


def test_messages_events_and_dismissals_are_counted_apart() -> None:
    book = Book()
    for number in range(3):
        book.write(f"message:{number}", "message.received")
    for number in range(2):
        book.write(f"event:{number}", "event.opened")
    book.write("event:0", "event.dismissed")
    result = book.result()
    assert (result["messages_received"], result["events"], result["events_dismissed"]) == (3, 2, 1)


def test_departments_are_summed_up_by_their_last_lead() -> None:
    """C2.1: the department that leads at the end answers for the case."""
    book = Book().case("1", lead="信息部", answered_after=4).case("2", lead="工程处").breach("2")
    book.write("case:1", "case.routed", 1, lead="业务部")
    departments = book.result()["departments"]
    assert list(departments) == sorted(departments)
    assert set(departments) == {"业务部", "工程处"}
    assert departments["业务部"]["on_time_share"] == 1.0
    assert departments["工程处"]["on_time_share"] == 0.0
    assert set(departments["工程处"]) == set(SCALARS) - OF_THE_BUREAU


def test_a_case_that_was_never_routed_is_nobodys_in_the_table_but_counts_in_the_whole() -> None:
    book = Book().write("case:1", "case.opened", first_known_at=START.isoformat())
    result = book.result()
    assert result["cases"] == 1
    assert result["departments"] == {}


def test_the_departments_add_up_to_the_whole() -> None:
    book = Book()
    for number in range(9):
        book.case(str(number), lead=f"处{number % 3}", answered_after=number + 1 if number % 2 else None)
        if number % 4 == 0:
            book.breach(str(number))
    result = book.result()
    for name in ("cases", "answered", "answered_on_time", "late", "returned", "corrections"):
        assert sum(row[name] for row in result["departments"].values()) == result[name]


def test_entries_of_other_kinds_change_nothing() -> None:
    book = Book().case("1", answered_after=3)
    before = book.result()
    for kind in ("note.made", "call.made", "call.acknowledged", "clock.started", "clock.stopped", "draft.saved"):
        book.write("case:1", kind, act="respond", counts=True, to="declined", lead="别人", at=START.isoformat())
    book.write("system", "ledger.erased").write("user:1", "user.appointed")
    assert book.result() == before


# --- erased payloads (INV-1, INV-8) ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("message.received", "messages_received", 1),
        ("event.opened", "events", 1),
        ("event.dismissed", "events_dismissed", 1),
        ("posts.received", "posts_received", 0),
    ],
)
def test_an_erased_entry_still_happened(kind: str, name: str, expected: int) -> None:
    entry: Entry = {"chain": "event:1", "seq": 1, "at": START, "kind": kind, "payload": None}
    assert figures([entry], YEAR)[name] == expected


def test_an_erased_opening_counts_from_its_own_time() -> None:
    """What was erased is not guessed: the entry's own time stands for first knowledge."""
    book = Book().case("1", answered_after=5)
    erased = [{**entry, "payload": None} if entry["kind"] == "case.opened" else entry for entry in book.entries]
    result = figures(erased, YEAR)
    assert (result["cases"], result["longest_hours_to_answer"]) == (1, 5.0)


def test_an_erased_release_counts_at_its_own_time() -> None:
    book = Book().case("1", answered_after=5)
    erased = [{**entry, "payload": None} if entry["kind"] == "release.live" else entry for entry in book.entries]
    result = figures(erased, YEAR)
    assert (result["answered"], result["longest_hours_to_answer"], result["corrections"]) == (1, 5.0, 0)


def test_an_erased_breach_accuses_nobody() -> None:
    book = Book().case("1", answered_after=5).breach("1")
    erased = [{**entry, "payload": None} if entry["kind"] == "clock.breached" else entry for entry in book.entries]
    assert figures(erased, YEAR)["late"] == 0


def test_a_ledger_of_tombstones_only_can_be_read() -> None:
    book = Book().case("1", answered_after=5).breach("1").write("source:1", "posts.received", new=3)
    book.write("system", "regulation.adopted", timezone="Asia/Shanghai")
    erased = [{**entry, "payload": None} for entry in book.entries]
    result = figures(erased, YEAR)
    assert result["cases"] == 1
    assert result["departments"] == {}
