"""C5.2, C5.10: what is fetched stands in the coverage matrix beside what is looked at by hand; silences differ."""

import datetime as dt

import pytest

from cast import Cast
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.listening import coverage, outcomes, patrol
from huiying.listening.models import Source, SourceCheck
from huiying.listening.tasks import places_are_looked_at
from huiying.people.queries import regulation_now

HOUR = dt.timedelta(hours=1)


def a_source(name: str = "本地论坛", channel_class: str = "论坛", state: str = Source.ACTIVE) -> Source:
    return Source.objects.create(
        name=name, channel_class=channel_class, platform=name, adapter="feed", url="https://bbs.example/rss",
        state=state, added_by="办公室", added_at=clock.now(),
    )  # fmt: skip


def checked(source: Source, outcome: str) -> None:
    SourceCheck.objects.create(source=source, at=clock.now(), outcome=outcome)


def now_window() -> patrol.Window:
    moment = dt.timedelta(microseconds=1)
    return patrol.windows_between(regulation_now(), clock.now(), clock.now() + moment)[0]


def state_in(window: patrol.Window, channel_class: str = "论坛") -> str:
    row = next(row for row in coverage.matrix().rows if row.name == channel_class)
    return next(cell.state for cell in row.cells if cell.window == window)


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (outcomes.NEW, coverage.FOUND),
        (outcomes.RECEIVED, coverage.FOUND),
        (outcomes.NOTHING, coverage.NIL),
        (outcomes.BY_HAND, coverage.NIL),
        (outcomes.TIMEOUT, coverage.UNREACHABLE),
        (outcomes.ROBOTS, coverage.UNREACHABLE),
        (outcomes.MALFORMED, coverage.UNREACHABLE),
    ],
)
def test_what_a_look_brought_is_what_the_cell_says(staff: Cast, outcome: str, state: str) -> None:
    checked(a_source(), outcome)
    assert state_in(now_window()) == state


def test_one_look_that_came_through_makes_up_for_one_that_did_not(staff: Cast) -> None:
    source = a_source()
    for outcome in (outcomes.TIMEOUT, outcomes.NOTHING):
        checked(source, outcome)
    assert state_in(now_window()) == coverage.NIL


def test_a_redirect_on_the_way_is_neither_collected_nor_failed(staff: Cast) -> None:
    checked(a_source(), outcomes.MOVED)
    assert state_in(now_window()) == coverage.OPEN


def test_a_window_without_a_look_was_missed_once_it_is_over(staff: Cast, frozen: FrozenClock) -> None:
    a_source()
    window = now_window()
    assert state_in(window) == coverage.OPEN
    frozen.set(window.due_at + HOUR)
    assert state_in(window) == coverage.MISSED


def test_windows_before_a_source_was_added_are_no_gap_of_it(staff: Cast) -> None:
    a_source()
    row = next(row for row in coverage.matrix().rows if row.name == "论坛")
    assert [cell.state for cell in row.cells[:-1]] == [coverage.NONE] * (len(row.cells) - 1)


def test_a_failed_source_is_not_covered_up_by_another_that_came_through(staff: Cast) -> None:
    checked(a_source("甲"), outcomes.NOTHING)
    checked(a_source("乙"), outcomes.TIMEOUT)
    assert state_in(now_window()) == coverage.UNREACHABLE


def test_a_paused_source_covers_nothing(staff: Cast) -> None:
    a_source(state=Source.PAUSED)
    assert next(row for row in coverage.matrix().rows if row.name == "论坛").uncovered


def test_a_fetched_class_is_covered_for_the_auditor_too(staff: Cast) -> None:
    for name in regulation_now().monitor.channel_classes:
        a_source(name, name)
    assert not [one for one in places_are_looked_at() if one.code == "coverage.class"]
    Source.objects.filter(channel_class="博客").update(state=Source.RETIRED)
    assert [one.sentence_zh for one in places_are_looked_at() if one.code == "coverage.class"] == [
        "渠道类“博客”没有任何监测来源（全覆盖，C5.10）"
    ]
