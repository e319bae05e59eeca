"""（十二）the whole regulation on one page: no clause without an indicator, none that lies about itself."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, strategies as st

from cast import Cast, builtin_text
from huiying.kernel.clock import FrozenClock
from huiying.overseeing import conformance
from huiying.overseeing.commands import assess
from huiying.overseeing.conformance import (
    AMBER,
    BY_CLASS,
    CLAUSES,
    GREEN,
    NOTHING,
    OFF,
    RED,
    article,
    indicators_of,
    judge,
    without_indicator,
)
from huiying.overseeing.history.norms import period
from huiying.overseeing.indicators.figures import figures
from huiying.overseeing.indicators.table import BY_NAME, INDICATORS, Indicator
from huiying.regulation import load
from huiying.regulation.differing import GAPS, answers
from stories import answered

# How many duties each of the fourteen articles has.
DUTIES = {1: 4, 2: 3, 3: 3, 4: 5, 5: 18, 6: 14, 7: 5, 8: 10, 9: 7, 10: 7, 11: 5, 12: 6, 13: 1, 14: 1}
EVERY = [f"C{number}.{duty}" for number, duties in DUTIES.items() for duty in range(1, duties + 1)]
ANSHAN, SIXIAN = load("anshan"), load("sixian")
EMPTY = figures([], period("2026-Q3"))


def lines(told: dict[str, Any], law: Any = ANSHAN) -> dict[str, Any]:
    return {line.clause.id: line for line in conformance.conformance(told, law)}


def test_every_clause_of_the_regulation_stands_on_the_page_in_its_order_c12_3() -> None:
    assert list(CLAUSES) == EVERY
    assert [line.clause.id for line in conformance.conformance(EMPTY, ANSHAN)] == EVERY


def test_no_clause_is_without_an_indicator_c12_3() -> None:
    """C7.5, C9.5, C10.4 and C11.4, for which nobody had named one, among them."""
    assert without_indicator(lambda clause: bool(indicators_of().get(clause))) == []
    for clause in ("C7.5", "C9.5", "C10.4", "C11.4"):
        assert indicators_of()[clause]


def test_every_indicator_that_a_clause_names_is_one_that_is_computed_c12_3() -> None:
    named = {name for names in indicators_of().values() for name in names}
    assert named <= set(EMPTY)
    assert set(BY_NAME) <= set(EMPTY)
    assert set(EMPTY) >= conformance.ZERO | conformance.HONEST | conformance.TOLD


def test_no_indicator_speaks_of_a_clause_that_is_not_there() -> None:
    assert set(indicators_of()) <= set(CLAUSES)


def test_a_clause_whose_figure_is_not_computed_says_so_and_why() -> None:
    """A ledger of an older program, say: silence is a state of its own."""
    without = {name: value for name, value in EMPTY.items() if name not in indicators_of()["C6.9"]}
    found = lines(without)["C6.9"]
    assert (found.state, found.why, found.indicators) == (OFF, "not_kept", ())


def test_it_turns_live_when_its_indicator_is_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever adds an indicator with its clause does nothing else."""
    added = Indicator("policies_read_share", "读过的政策", "Policies read, share", ("C6.1",))
    monkeypatch.setattr(conformance, "INDICATORS", (*INDICATORS, added))
    monkeypatch.setitem(BY_NAME, added.name, added)
    indicators_of.cache_clear()
    try:
        found = lines({**EMPTY, "policies_read_share": 1.0})["C6.1"]
    finally:
        indicators_of.cache_clear()
    told = next(one for one in found.indicators if one.name == "policies_read_share")
    assert (found.state, told.value) == (GREEN, 1.0)


@pytest.mark.parametrize(
    ("name", "value", "state"),
    [
        ("on_time_lowest_share", 1.0, GREEN), ("on_time_lowest_share", 0.9, AMBER), ("on_time_lowest_share", 0.5, RED),
        ("on_time_lowest_share", None, NOTHING), ("cases_without_one_lead", 0, GREEN),
        ("cases_without_one_lead", 1, RED), ("missed", 3, AMBER), ("missed", 0, GREEN), ("refusal_rate", 0.9, None),
        ("cases", 12, None), ("roster_uncovered_hours", None, NOTHING),
    ],
)  # fmt: skip
def test_how_a_figure_is_judged(name: str, value: Any, state: str | None) -> None:
    assert judge(name, value) == state


def test_honest_reports_of_what_was_missed_never_turn_a_clause_red_c9_7() -> None:
    """报忧无过: whoever finds what was missed and says so makes nothing worse than amber."""
    found = lines({**EMPTY, "missed": 40, "missed_share": 1.0, "found_late": 12})
    assert found["C5.16"].state == AMBER
    assert found["C5.17"].state == AMBER


def test_a_clause_is_as_good_as_its_worst_indicator() -> None:
    told = {**EMPTY, "public_releases": 3, "release_chain_share": 0.2}
    assert lines(told)["C8.2"].state == RED
    assert lines({**told, "release_chain_share": 1.0})["C8.2"].state == GREEN


def test_where_nothing_happened_nothing_is_kept_and_nothing_broken() -> None:
    found = lines(EMPTY)["C10.3"]
    assert (found.state, found.why) == (NOTHING, "no_base")


@given(st.dictionaries(st.sampled_from(sorted(EMPTY)), st.one_of(st.none(), st.floats(0, 1), st.integers(0, 9))))
def test_whatever_the_figures_each_clause_has_one_of_five_states(some: dict[str, Any]) -> None:
    tables = {"departments": {}, "messages_by_channel": {}, "looks_by_class": {}}
    for line in conformance.conformance({**EMPTY, **some, **tables}, ANSHAN):
        assert line.state in (GREEN, AMBER, RED, NOTHING, OFF)
        assert bool(line.indicators) != (line.state == OFF)


def test_each_class_of_channels_is_the_regulations_own_c5_10() -> None:
    told = {**EMPTY, "looks_by_class": {"门户网站": 3, "论坛": 0}}
    found = lines(told)
    assert (found["C5.2"].state, found["C5.2"].indicators[0].of) == (GREEN, "门户网站")
    assert (found["C5.3"].state, found["C5.7"].indicators[0].of) == (RED, "传统媒体")


def test_the_second_regulation_has_its_own_classes_and_no_sixth_c5_10() -> None:
    told = {**EMPTY, "looks_by_class": {"政务热线": 2}}
    found = lines(told, SIXIAN)
    assert len(SIXIAN.monitor.channel_classes) == 5
    assert (found["C5.3"].state, found["C5.3"].indicators[0].of) == (GREEN, "政务热线")
    assert (found["C5.7"].state, found["C5.7"].why) == (OFF, "no_class")
    assert set(BY_CLASS) <= set(CLAUSES)


def test_a_case_that_was_answered_turns_its_clauses_green_c8_5(cast: Cast) -> None:
    answered(cast)
    found = lines(assess("2026-Q3"))
    assert found["C14.1"].state == GREEN
    assert found["C2.1"].state == GREEN
    assert found["C9.5"].state == GREEN
    assert found["C13.1"].state == RED  # nobody has signed an interpretation


def test_a_text_that_its_drafter_approved_is_found_c9_5() -> None:
    from overseeing.test_figures_by_hand import Book

    book = Book().case("1")
    for kind, who in (("draft.saved", "甲"), ("review.decided", "甲"), ("review.approved", "甲")):
        book.write("case:1", kind, 1, manifest="m", decision="approved")
        book.entries[-1] = {**book.entries[-1], "actor": who}
    assert book.result()["four_eyes_share"] == 0.0


def test_a_case_judged_by_another_version_than_that_of_its_time_is_found_c14_1() -> None:
    from overseeing.test_figures_by_hand import Book
    from overseeing.test_scores import law

    now, other = (
        law(),
        law(builtin_text("anshan").replace('effective_from: "2016-09-08"', 'effective_from: "2026-10-01"')),
    )
    book = Book().write("system", "regulation.adopted", -9, **now).write("system", "regulation.adopted", -8, **other)
    known = "2026-09-14T02:00:00+00:00"
    book.write("case:1", "case.opened", 0, first_known_at=known, regulation=now["sha256"])
    assert book.result()["right_version_share"] == 1.0
    book.write("case:2", "case.opened", 0, first_known_at=known, regulation=other["sha256"])
    assert book.result()["right_version_share"] == 0.5


def test_figures_are_read_again_when_asked_for_and_not_at_each_visit(cast: Cast, frozen: FrozenClock) -> None:
    before = conformance.computed("2026-Q3", anew=True)
    answered(cast)
    assert conformance.computed("2026-Q3") is before
    assert conformance.computed("2026-Q3", anew=True).figures["cases"] == before.figures["cases"] + 1


def test_another_database_is_never_told_the_figures_of_this_one(cast: Cast) -> None:
    kept = conformance.computed("2026-Q3", anew=True)
    kept.head = "of another ledger"
    assert conformance.computed("2026-Q3") is not kept


def test_the_words_of_an_indicator_are_shown_without_its_clause() -> None:
    found = BY_NAME["median_hours_to_liaison"]
    assert (found.zh, found.label) == ("首次核实衔接用时中位数", "首次核实衔接用时中位数（小时，C5.15）")
    assert not [row.name for row in INDICATORS if re.search("C[0-9]", row.zh + row.en)]
    assert (article(1), article(10), article(12)) == ("（一）", "（十）", "（十二）")


def test_each_duty_is_said_in_both_languages() -> None:
    for clause in CLAUSES.values():
        assert clause.zh
        assert re.fullmatch(r"[\x20-\x7e]+", clause.en)


@pytest.mark.parametrize("law", [ANSHAN, SIXIAN], ids=["anshan", "sixian"])
def test_the_sixteen_gaps_are_asked_of_any_regulation_c13_1(law: Any) -> None:
    assert list(GAPS) == [f"G{number}" for number in range(1, 17)]
    told = {gap.id: answers(law, gap) for gap in GAPS.values()}
    assert told["G1"]
    assert told["G9"]
    assert told["G16"]
    assert all(words for found in told.values() for words in found.values())


def test_every_indicator_has_a_name_of_its_own_in_both_languages() -> None:
    assert len({row.name for row in INDICATORS}) == len(INDICATORS)
    assert len({row.en for row in INDICATORS}) == len(INDICATORS), "two that are called alike cannot be told apart"
    assert len({row.label for row in INDICATORS}) == len(INDICATORS)
    assert all(row.zh for row in INDICATORS)
    assert not [row.name for row in INDICATORS if not row.en[:1].isupper() or "_" in row.en]
