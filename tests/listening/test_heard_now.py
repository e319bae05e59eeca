"""C5.2, C5.10: how each class is heard now. Heard, nothing found, silent and not collected are four answers."""

from __future__ import annotations

import datetime as dt

import pytest

from cast import Cast
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.listening import coverage
from huiying.listening.actions import patrolling as patrol_actions
from huiying.listening.coverage import HEARD, NOT_COLLECTED, NOTHING, SILENT
from huiying.listening.models import PatrolPoint, Source
from huiying.people.queries import regulation_now


def now_of(name: str) -> coverage.ClassNow:
    return next(row for row in coverage.classes_now(regulation_now(), clock.now()) if row.name == name)


def a_source(name: str, **changes: object) -> Source:
    now = clock.now()
    made: dict[str, object] = {
        "channel_class": "论坛", "platform": "本地论坛", "adapter": "feed", "url": f"https://{name}.example/rss",
        "added_by": "办公室主任", "added_at": now - dt.timedelta(days=90), "last_success_at": now,
        "last_checked_at": now, "last_new_at": now,
    }  # fmt: skip
    return Source.objects.create(name=name, **(made | changes))


def a_point(cast: Cast, name: str, channel_class: str) -> PatrolPoint:
    return patrol_actions.add_point(
        name=name, channel_class=channel_class, url="", what="", owner=cast.department("WGC"),
        backup=cast.department("BGS"), actor=cast.office,
    )  # fmt: skip


def test_c5_2_four_sources_of_one_class_give_four_answers(cast: Cast) -> None:
    a_source("a", last_new=3)
    a_source("b", last_new=0)
    a_source("c", last_new=0, last_new_at=clock.now() - dt.timedelta(days=30))
    a_source("d", failures=2, failing_since=clock.now())
    row = now_of("论坛")
    assert [place.state for place in row.places] == [HEARD, NOTHING, SILENT, NOT_COLLECTED]
    assert row.counts == {HEARD: 1, NOTHING: 1, SILENT: 1, NOT_COLLECTED: 1}
    assert not row.deaf


def test_a_source_that_was_never_looked_at_is_not_collected(cast: Cast) -> None:
    a_source("new", last_success_at=None, last_checked_at=None, last_new_at=None)
    assert now_of("论坛").counts[NOT_COLLECTED] == 1
    assert now_of("论坛").deaf


def test_a_class_of_silent_sources_alone_is_not_heard(cast: Cast) -> None:
    """Silence is a state of its own: it is neither zero posts nor a good look."""
    a_source("quiet", last_new_at=clock.now() - dt.timedelta(days=30))
    row = now_of("论坛")
    assert row.counts[NOTHING] == 0
    assert row.deaf


def test_a_paused_source_stands_on_no_map(cast: Cast) -> None:
    a_source("resting", state=Source.PAUSED)
    assert now_of("论坛").places == ()


def test_c5_10_a_class_that_nothing_watches_stays_on_the_map(cast: Cast) -> None:
    rows = coverage.classes_now(regulation_now(), clock.now())
    assert [row.name for row in rows] == list(regulation_now().channel_classes)
    assert sum(row.required and row.deaf for row in rows) == 6


@pytest.mark.parametrize(("result", "state"), [("nil", NOTHING), ("unreachable", NOT_COLLECTED)])
def test_a_patrolled_place_is_as_its_last_look_was(cast: Cast, result: str, state: str) -> None:
    point = a_point(cast, "业主论坛", "论坛")
    patrol_actions.tick(point.cards.latest("opens_at"), result, cast.duty, note="网页报错")
    assert [(place.kind, place.state) for place in now_of("论坛").places] == [("patrol", state)]


def test_a_window_that_is_still_open_does_not_undo_the_look_before_it(cast: Cast, frozen: FrozenClock) -> None:
    point = a_point(cast, "业主论坛", "论坛")
    patrol_actions.tick(point.cards.latest("opens_at"), "nil", cast.duty)
    due = point.cards.latest("opens_at").due_at
    point.cards.create(opens_at=due, due_at=due + dt.timedelta(hours=2))
    frozen.set(due + dt.timedelta(hours=1))
    assert now_of("论坛").places[0].state == NOTHING
    frozen.set(due + dt.timedelta(hours=2))
    assert now_of("论坛").places[0].state == NOT_COLLECTED
