"""C12.3: which day belongs to which period, in the bureau's own zone; INV-12: the order of chains changes nothing."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from huiying.overseeing.history.norms import Period, period
from huiying.overseeing.indicators.figures import Entry, figures
from huiying.regulation.errors import UsageError

SHANGHAI, UTC, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("UTC"), ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("words", "first", "after"),
    [
        ("2026", (2026, 1, 1), (2027, 1, 1)),
        ("2026-Q1", (2026, 1, 1), (2026, 4, 1)),
        ("2026-Q2", (2026, 4, 1), (2026, 7, 1)),
        ("2026-Q3", (2026, 7, 1), (2026, 10, 1)),
        ("2026-Q4", (2026, 10, 1), (2027, 1, 1)),
        ("2026-01", (2026, 1, 1), (2026, 2, 1)),
        ("2026-09", (2026, 9, 1), (2026, 10, 1)),
        ("2026-11", (2026, 11, 1), (2026, 12, 1)),
        ("2026-12", (2026, 12, 1), (2027, 1, 1)),
        ("2024-02", (2024, 2, 1), (2024, 3, 1)),
    ],
)
def test_a_period_in_words_has_these_days(words: str, first: tuple[int, int, int], after: tuple[int, int, int]) -> None:
    assert period(words) == Period(words, dt.date(*first), dt.date(*after))


@pytest.mark.parametrize(
    "words",
    ["", "26", "2026-", "2026-Q0", "2026-Q5", "2026-q3", "2026-00", "2026-13", "2026-9", "2026Q", "2026Q5",
     "2026-09-14",     " 2026", "2026\n", "2026 ", "二〇二六", "2026-Q", "-2026", "2026-Q3-09"],
)  # fmt: skip
def test_a_wrong_period_is_refused_with_the_three_forms(words: str) -> None:
    with pytest.raises(UsageError) as error:
        period(words)
    assert "2026、2026-Q3 或 2026-09" in str(error.value)
    assert words in str(error.value)


@given(st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31)))
def test_each_day_is_in_exactly_one_month_one_quarter_and_one_year(day: dt.date) -> None:
    noon = dt.datetime(day.year, day.month, day.day, 12, tzinfo=SHANGHAI)
    months = [n for n in range(1, 13) if period(f"{day.year}-{n:02d}").holds(noon, SHANGHAI)]
    quarters = [n for n in range(1, 5) if period(f"{day.year}-Q{n}").holds(noon, SHANGHAI)]
    years = [n for n in (day.year - 1, day.year, day.year + 1) if period(str(n)).holds(noon, SHANGHAI)]
    assert (months, quarters, years) == ([day.month], [(day.month + 2) // 3], [day.year])


@given(st.integers(2000, 2098))
def test_periods_follow_one_another_without_gap_or_overlap(year: int) -> None:
    months = [period(f"{year}-{n:02d}") for n in range(1, 13)]
    quarters = [period(f"{year}-Q{n}") for n in range(1, 5)]
    for row in (months, quarters, [period(str(year))]):
        assert row[0].first == dt.date(year, 1, 1)
        assert row[-1].after == dt.date(year + 1, 1, 1)
        assert all(one.after == other.first for one, other in itertools.pairwise(row))


# 2026-09-30 23:59:59 and 2026-10-01 00:00:00 in Shanghai, in UTC
LAST = dt.datetime(2026, 9, 30, 15, 59, 59, tzinfo=dt.UTC)
NEXT = LAST + dt.timedelta(seconds=1)


def test_midnight_belongs_to_the_new_day() -> None:
    september, october = period("2026-09"), period("2026-10")
    assert (september.holds(LAST, SHANGHAI), october.holds(LAST, SHANGHAI)) == (True, False)
    assert (september.holds(NEXT, SHANGHAI), october.holds(NEXT, SHANGHAI)) == (False, True)


def test_the_day_is_that_of_the_zone_not_of_utc() -> None:
    assert period("2026-09").holds(NEXT, UTC)
    assert not period("2026-09").holds(NEXT, SHANGHAI)
    assert period("2026-09").holds(dt.datetime(2026, 10, 1, 3, 59, tzinfo=dt.UTC), NEW_YORK)


def opened(number: str, at: dt.datetime) -> Entry:
    payload = {"first_known_at": at.isoformat()}
    return {"chain": f"case:{number}", "seq": 1, "at": at, "kind": "case.opened", "payload": payload}


def adopted(zone: str, seq: int = 1) -> Entry:
    kind = "regulation.adopted"
    return {"chain": "system", "seq": seq, "at": LAST, "kind": kind, "payload": {"timezone": zone}}


@pytest.mark.parametrize(
    ("zone", "september"), [("Asia/Shanghai", 1), ("UTC", 2), ("America/New_York", 2), ("Asia/Tokyo", 0)]
)
def test_the_zone_is_the_adopted_regulations(zone: str, september: int) -> None:
    """The machine's zone plays no part: two inspectors in two places get one figure (INV-9)."""
    entries = [opened("1", LAST), opened("2", NEXT)]
    assert figures([adopted(zone), *entries], period("2026-09"))["cases"] == september
    assert figures([*entries, adopted(zone)], period("2026-09"))["cases"] == september


def test_the_last_adopted_zone_stands() -> None:
    entries = [adopted("UTC"), adopted("Asia/Shanghai", 2), opened("1", NEXT)]
    assert figures(entries, period("2026-10"))["cases"] == 1


def test_a_case_belongs_to_the_period_in_which_it_was_opened() -> None:
    """Opened in September and answered in October it counts in September alone, answer included."""
    answer = NEXT + dt.timedelta(hours=1)
    live: Entry = {
        "chain": "case:1", "seq": 2, "at": answer, "kind": "release.live", "payload": {"at": answer.isoformat()},
    }  # fmt: skip
    entries = [adopted("Asia/Shanghai"), opened("1", LAST), live]
    assert figures(entries, period("2026-09"))["answered"] == 1
    october = figures(entries, period("2026-10"))
    assert (october["cases"], october["answered"], october["on_time_share"]) == (0, 0, None)


def test_a_chain_without_its_opening_is_no_case() -> None:
    entry: Entry = {"chain": "case:9", "seq": 4, "at": LAST, "kind": "case.returned", "payload": {}}
    assert figures([entry], period("2026"))["cases"] == 0


KINDS = [
    ("case.routed", {"lead": "信息部"}),
    ("case.routed", {"lead": "工程处"}),
    ("case.returned", {}),
    ("case.moved", {"to": "declined"}),
    ("case.moved", {"to": "closed"}),
    ("clock.breached", {"act": "respond", "counts": True}),
    ("clock.breached", {"act": "respond", "counts": False}),
    ("release.live", {"corrects": None}),
    ("release.live", {"corrects": 3}),
    ("confirmation.overridden", {}),
]
CHAIN = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(1, 90)), max_size=6)


def chain_of(number: int, steps: list[tuple[tuple[str, dict[str, object]], int]]) -> list[Entry]:
    start = dt.datetime(2026, 9, 1, tzinfo=dt.UTC) + dt.timedelta(days=number * 9)
    entries = [opened(str(number), start)]
    at = start
    for seq, ((kind, payload), hours) in enumerate(steps, 2):
        at += dt.timedelta(hours=hours)
        entries.append({"chain": f"case:{number}", "seq": seq, "at": at, "kind": kind, "payload": payload})
    return entries


@given(chains=st.lists(CHAIN, max_size=5), shuffle=st.randoms(use_true_random=False))
def test_the_order_of_chains_changes_no_figure_inv_12(
    chains: list[list[tuple[tuple[str, dict[str, object]], int]]], shuffle: random.Random
) -> None:
    """However an export interleaves the chains, as long as each keeps its own order, the figures are the same."""
    parts = [chain_of(number, steps) for number, steps in enumerate(chains)]
    parts.append([adopted("Asia/Shanghai")])
    wanted = figures([entry for part in parts for entry in part], period("2026-09"))
    queues = [list(part) for part in parts]
    mixed: list[Entry] = []
    while queues := [queue for queue in queues if queue]:
        mixed.append(shuffle.choice(queues).pop(0))
    assert figures(mixed, period("2026-09")) == wanted


@given(chains=st.lists(CHAIN, max_size=5))
def test_shares_and_counts_keep_their_bounds(chains: list[list[tuple[tuple[str, dict[str, object]], int]]]) -> None:
    entries = [entry for number, steps in enumerate(chains) for entry in chain_of(number, steps)]
    result = figures(entries, period("2026"))
    assert result["cases"] == len(chains)
    assert 0 <= result["answered_on_time"] <= result["answered"] <= result["cases"]
    assert result["late"] + result["late_by_upgrade"] <= result["cases"]
    assert (result["on_time_share"] is None) == (result["answered"] == 0 and result["late"] == 0)
    assert result["on_time_share"] is None or 0 <= result["on_time_share"] <= 1
    assert (result["median_hours_to_answer"] is None) == (result["answered"] == 0)
    if result["answered"]:
        assert 0 < result["median_hours_to_answer"] <= result["longest_hours_to_answer"]


@given(chains=st.lists(CHAIN, max_size=5))
def test_months_add_up_to_the_year(chains: list[list[tuple[tuple[str, dict[str, object]], int]]]) -> None:
    entries = [entry for number, steps in enumerate(chains) for entry in chain_of(number, steps)]
    months = [figures(entries, period(f"2026-{n:02d}")) for n in range(1, 13)]
    year = figures(entries, period("2026"))
    for name in ("cases", "answered", "answered_on_time", "late", "late_by_upgrade", "returned", "corrections"):
        assert sum(month[name] for month in months) == year[name]


def test_a_quarter_may_be_written_without_its_dash_and_is_one_period_c12_3() -> None:
    """2026Q3 and 2026-Q3 are the same words in what comes out, or two machines would differ by a dash."""
    assert period("2026Q3") == period("2026-Q3")
    assert period("2026Q3").words == "2026-Q3"
