"""What reads much is looked at a part a day, and all at once when asked: what was found is said until it is mended."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from huiying.kernel import clock
from huiying.work import auditor
from huiying.work.auditor import Finding, Part
from huiying.work.models import Look

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


class Rows:
    """Rows of which some are wrong; remembers which parts it was asked for."""

    def __init__(self) -> None:
        self.wrong: set[int] = set()
        self.asked: list[Part] = []

    def __call__(self, part: Part) -> list[Finding]:
        self.asked.append(part)
        return [Finding("row.wrong", "error", f"第 {pk} 行不对", f"Row {pk}.") for pk in self.wrong if part.holds(pk)]


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch, frozen: clock.FrozenClock) -> Rows:
    mine = Rows()
    monkeypatch.setattr(auditor, "_auditors", {})
    monkeypatch.setattr(auditor, "_rolling", {"rows": mine})
    return mine


def said(*, full: bool = False) -> list[str]:
    return [finding.sentence_zh for finding in auditor.check(full=full)]


def test_a_check_reads_no_row_and_says_what_the_last_look_found(rows: Rows) -> None:
    rows.wrong = {3}
    assert said() == []
    assert said(full=True) == ["第 3 行不对"]
    assert rows.asked == [Part()]
    assert said() == ["第 3 行不对"]
    assert rows.asked == [Part()]


def test_seven_days_look_at_every_row_once(rows: Rows) -> None:
    monday = date(2026, 9, 14)
    parts = [auditor.part_of(monday + n * DAY) for n in range(auditor.PARTS)]
    for pk in range(30):
        assert sum(part.holds(pk) for part in parts) == 1


def test_a_fault_is_said_until_its_own_part_is_looked_at_again(rows: Rows, frozen: clock.FrozenClock) -> None:
    rows.wrong = {2}
    auditor.look(Part(2, auditor.PARTS))
    rows.wrong = set()
    frozen.advance(DAY)
    auditor.look(Part(3, auditor.PARTS))
    assert said() == ["第 2 行不对"]
    auditor.look(Part(2, auditor.PARTS))
    assert said() == []


def test_what_a_full_look_found_is_said_until_every_part_was_looked_at_since(
    rows: Rows, frozen: clock.FrozenClock
) -> None:
    rows.wrong = {5}
    said(full=True)
    rows.wrong = set()
    for number in range(auditor.PARTS):
        assert said() == ["第 5 行不对"]
        frozen.advance(DAY)
        auditor.look(Part(number, auditor.PARTS))
    assert said() == []


def test_a_full_look_after_the_mending_clears_it_at_once(rows: Rows) -> None:
    rows.wrong = {5}
    said(full=True)
    rows.wrong = set()
    assert said(full=True) == said() == []


def test_what_somebody_came_upon_is_kept_until_all_was_looked_at(rows: Rows, frozen: clock.FrozenClock) -> None:
    for _twice in range(2):
        auditor.met("rows", Finding("file.altered", "error", "文件被改动", "Altered."))
    assert said() == ["文件被改动"]
    auditor.look(Part(1, auditor.PARTS))
    assert said() == ["文件被改动"]
    assert said(full=True) == []


def test_a_look_that_breaks_is_a_finding_that_stays(rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(part: Part) -> list[Finding]:
        raise ValueError("坏了")

    monkeypatch.setitem(auditor._rolling, "rows", broken)
    auditor.look(Part(1, auditor.PARTS))
    assert said() == ["检查项“rows”自身出错：坏了"]


def test_the_database_picks_the_rows_of_a_part(rows: Rows) -> None:
    for n in range(20):
        Look.objects.create(auditor=f"x{n}", part=0, of=1, at=clock.now())
    found = [set(Part(n, 7).of_rows(Look.objects.all()).values_list("pk", flat=True)) for n in range(7)]
    assert sum(len(one) for one in found) == 20
    assert set.union(*found) == set(Look.objects.values_list("pk", flat=True))
    for n, one in enumerate(found):
        assert all(Part(n, 7).holds(pk) for pk in one)


def test_how_long_ago_the_oldest_part_was_looked_at(rows: Rows, frozen: clock.FrozenClock) -> None:
    assert auditor.last_looked_at() == {"rows": None}
    auditor.look(Part())
    frozen.advance(3 * DAY)
    auditor.look(Part(0, auditor.PARTS))
    assert auditor.last_looked_at() == {"rows": 3 * DAY}
