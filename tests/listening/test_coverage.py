"""C5.10, C5.4: the regulation's classes, each a row, gaps named; a class can not be hidden."""

import datetime as dt

import pytest

from cast import Cast
from huiying.kernel.clock import FrozenClock
from huiying.listening import coverage, patrol
from huiying.listening.actions import patrolling as patrol_actions
from huiying.listening.models import PatrolPoint
from huiying.listening.tasks import keep_the_patrol, places_are_looked_at
from huiying.people.errors import Refused
from huiying.people.queries import regulation_now


def a_point(cast: Cast, name: str, channel_class: str) -> PatrolPoint:
    return patrol_actions.add_point(
        name=name, channel_class=channel_class, url="", what="", owner=cast.department("WGC"),
        backup=cast.department("BGS"), actor=cast.office,
    )  # fmt: skip


def row_of(name: str) -> coverage.ClassRow:
    return next(row for row in coverage.matrix().rows if row.name == name)


def test_every_class_of_the_regulation_is_a_row_whatever_is_registered_c5_10(staff: Cast) -> None:
    found = coverage.matrix()
    assert [row.name for row in found.rows] == list(regulation_now().channel_classes)
    assert sum(row.required for row in found.rows) == 6
    assert found.covered == 0
    assert all(row.uncovered for row in found.rows)


def test_a_class_whose_last_place_is_retired_turns_red_and_stays_c5_4(staff: Cast) -> None:
    point = a_point(staff, "行业博客", "博客")
    assert not row_of("博客").uncovered
    patrol_actions.retire_point(point, "博主已停更", staff.office)
    assert row_of("博客").uncovered
    patrol_actions.note_class("博客", "本地已无活跃博客，公众号代之", staff.office)
    row = row_of("博客")
    assert row.uncovered, "a reason does not make it covered"
    assert row.note is not None
    assert "公众号" in row.note.reason


def test_a_reason_is_given_by_the_office_and_says_something(staff: Cast) -> None:
    with pytest.raises(Refused):
        patrol_actions.note_class("博客", "无", staff.office)
    with pytest.raises(Refused) as refusal:
        patrol_actions.note_class("博客", "本地已无活跃博客", staff.duty)
    assert refusal.value.code == "not_permitted"


def test_the_silences_do_not_look_alike(staff: Cast, frozen: FrozenClock) -> None:
    """Nothing found, could not be looked at, not looked at, and nobody watches: four states."""
    points = {name: a_point(staff, name, name) for name in ("论坛", "博客", "微博客")}
    cards = {name: point.cards.latest("opens_at") for name, point in points.items()}
    patrol_actions.tick(cards["论坛"], "nil", staff.duty)
    patrol_actions.tick(cards["博客"], "unreachable", staff.duty, note="要登录")
    due = cards["微博客"].due_at
    frozen.set(due + dt.timedelta(minutes=1))
    states = {
        row.name: [cell.state for cell in row.cells if cell.window.due_at == due] for row in coverage.matrix().rows
    }
    assert states["论坛"] == [coverage.NIL]
    assert states["博客"] == [coverage.UNREACHABLE]
    assert states["微博客"] == [coverage.MISSED]
    assert states["传统媒体"] == [coverage.NONE]


def test_a_place_that_was_looked_at_does_not_cover_up_one_that_was_not(staff: Cast, frozen: FrozenClock) -> None:
    first, second = a_point(staff, "论坛甲", "论坛"), a_point(staff, "论坛乙", "论坛")
    patrol_actions.tick(first.cards.latest("opens_at"), "nil", staff.duty)
    due = second.cards.latest("opens_at").due_at
    frozen.set(due)
    cell = next(cell for cell in row_of("论坛").cells if cell.window.due_at == due)
    assert cell.state == coverage.MISSED
    assert dict(cell.counts) == {coverage.MISSED: 1, coverage.NIL: 1}
    assert cell.is_gap


def test_a_late_look_is_shown_as_late(staff: Cast, frozen: FrozenClock) -> None:
    card = a_point(staff, "论坛甲", "论坛").cards.latest("opens_at")
    frozen.set(card.due_at + dt.timedelta(hours=1))
    patrol_actions.tick(card, "nil", staff.duty)
    keep_the_patrol()
    cell = next(cell for cell in row_of("论坛").cells if cell.window.opens_at == card.opens_at)
    assert cell.state == coverage.LATE


def test_the_auditor_calls_an_uncovered_class_an_error_once_the_patrol_is_kept(staff: Cast) -> None:
    assert places_are_looked_at() == [], "a bureau that has not begun to patrol is not scolded for it"
    a_point(staff, "论坛甲", "论坛")
    found = [one for one in places_are_looked_at() if one.code == "coverage.class"]
    assert len(found) == 5
    assert all(one.severity == "error" for one in found)
    patrol_actions.adopt_points(staff.office)
    assert not [one for one in places_are_looked_at() if one.code == "coverage.class"]
    assert patrol.uncovered_classes(regulation_now(), []) == list(regulation_now().monitor.channel_classes)
