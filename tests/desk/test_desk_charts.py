"""The drawings as geometry: inside their frame, in their order, the same numbers as the tables."""

from __future__ import annotations

import datetime as dt
import re
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given, settings, strategies as st

from huiying.desk import event_charts
from huiying.desk.event_charts import grade_of
from huiying.engine.heat import Signal, curve
from huiying.judging.material import Material, PostFacts
from huiying.judging.spread import spread_of
from huiying.regulation import loader

T0 = dt.datetime(2026, 9, 14, tzinfo=dt.UTC)
ZONE = dt.timezone(dt.timedelta(hours=8))


def numbers(text: str) -> list[float]:
    return [float(found) for found in re.findall(r"-?\d+(?:\.\d+)?", text)]


def heats(*minutes: float, hours: int = 60) -> Any:
    return curve(
        [Signal(T0 + dt.timedelta(minutes=at), "微博客", 5.0, 3) for at in minutes], T0 + dt.timedelta(hours=hours)
    )


# --- heat ---


def test_the_top_of_the_stack_is_the_total():
    found = event_charts.curve(heats(0, 5, 90), ZONE)
    assert found is not None
    top_layer = found.layers[-1].points.split()
    assert top_layer[: len(found.rows)] == found.line.split()


def test_the_hottest_hour_reaches_the_top_of_the_drawing_and_nothing_leaves_it():
    found = event_charts.curve(heats(0, 600, 601, 602), ZONE)
    assert found is not None
    heights = numbers(found.line)[1::2]
    assert min(heights) == pytest.approx(event_charts.BASE - event_charts.HEAT_TOP)
    for layer in found.layers:
        points = numbers(layer.points)
        assert all(-0.1 <= x <= event_charts.HEAT_WIDTH + 0.1 for x in points[0::2])
        assert all(0 <= y <= event_charts.BASE + 0.1 for y in points[1::2])


def test_days_begin_at_midnight_of_the_regulations_zone():
    found = event_charts.curve(heats(0), ZONE)
    assert found is not None
    assert found.days
    assert {at.astimezone(ZONE).hour for _x, at in found.days} == {0}
    places = [x for x, _at in found.days]
    assert all(after - before >= 60 for before, after in pairwise(places))


def test_a_single_moment_is_no_curve():
    assert event_charts.curve(heats(0, hours=0), ZONE) is None
    assert event_charts.curve([], ZONE) is None


# --- spread ---


def row(post: int, minutes: float, **more: Any) -> PostFacts:
    given = {
        "copy_of": None, "parent": "", "evidence": "", "confidence": 1.0, "platform": "微博客", "channel": "微博客",
        "kind": "post", "native_id": f"n{post}", "outlet": "", "tier": None, "own": False, "url": "", "title": "",
        "at": T0 + dt.timedelta(minutes=minutes), "timed": True, "metrics": {}, "concern": "", "sensitivity": 0,
        "begins": "",
    } | more  # fmt: skip
    return PostFacts(post=post, **given)


def drawn(*rows: PostFacts) -> event_charts.Picture | None:
    return event_charts.picture(spread_of(Material(rows, {one.post: one.post for one in rows})))


def test_one_post_has_nothing_to_draw():
    assert drawn(row(1, 0)) is None


def test_platforms_are_lanes_in_the_order_they_were_reached_and_outlets_share_one():
    found = drawn(
        row(1, 0, platform="论坛"),
        row(2, 5),
        row(3, 9, outlet="鞍山日报", tier=2),
        row(4, 12, outlet="辽宁日报", tier=3),
    )
    assert found is not None
    assert [lane.name for lane in found.lanes] == ["论坛", "微博客", event_charts.MEDIA]
    assert [dot.shape for dot in found.dots] == ["post", "post", "outlet", "outlet"]


def test_shapes_tell_outlets_and_own_channels_apart_without_colour():
    found = drawn(row(1, 0), row(2, 5, own=True), row(3, 9, outlet="鞍山日报", tier=2))
    assert found is not None
    assert [dot.shape for dot in found.dots] == ["post", "own", "outlet"]
    assert len(found.dots[1].corners.split()) == len(found.dots[2].corners.split()) == 4
    assert found.dots[1].corners != found.dots[2].corners


def test_time_runs_to_the_right():
    found = drawn(row(1, 0), row(2, 5), row(3, 500))
    assert found is not None
    places = [dot.x for dot in found.dots]
    assert places == sorted(places)
    assert (places[0], places[-1]) == (event_charts.LEFT, event_charts.SPREAD_WIDTH - event_charts.RIGHT)
    assert [tick.at for tick in found.ticks][::2] == [T0, T0 + dt.timedelta(minutes=500)]


def test_the_table_names_the_same_parents_as_the_lines():
    found = drawn(row(1, 0), row(2, 5, parent="#1", evidence="明示"), row(3, 9, copy_of=2))
    assert found is not None
    assert [(line.child, line.parent, line.inferred) for line in found.lines] == [(2, 1, False), (3, 2, True)]
    assert [(one.number, one.parent) for one in found.rows] == [(1, None), (2, 1), (3, 2)]


def test_what_more_came_from_is_larger_up_to_a_limit():
    rows = [row(1, 0), *(row(n, n, parent="#1", evidence="明示") for n in range(2, 400))]
    found = drawn(*rows)
    assert found is not None
    assert found.dots[0].radius == max(dot.radius for dot in found.dots) <= 11


def test_more_platforms_than_lanes_share_the_last_one():
    found = drawn(*(row(n, n, platform=f"平台{n}") for n in range(1, 15)))
    assert found is not None
    assert len(found.lanes) == event_charts.LANES
    assert found.lanes[-1].name == ""
    assert found.lanes[-1].posts == 14 - (event_charts.LANES - 1)


@settings(max_examples=60, deadline=None)
# A crowd that steps up in the top lane, and a long line over it.
@example([(0.0, "微博客", 0)] * 5 + [(1.0, "微博客", 1)])
@given(
    st.lists(
        st.tuples(st.floats(0, 5000), st.sampled_from(["微博客", "论坛", "短视频"]), st.integers(0, 20)),
        min_size=2,
        max_size=20,
    )
)
def test_nothing_is_drawn_outside_of_the_frame(posts: list[Any]):
    found = drawn(
        *(row(n, at, platform=name, parent=f"#{up}", evidence="明示") for n, (at, name, up) in enumerate(posts, 1))
    )
    assert found is not None
    for dot in found.dots:
        assert event_charts.LEFT <= dot.x <= event_charts.SPREAD_WIDTH
        assert dot.y - dot.radius >= 0
        assert dot.y + dot.radius <= found.height
    for line in found.lines:
        assert all(-1 <= value <= event_charts.SPREAD_WIDTH + 1 for value in numbers(line.path))


# --- scale ---


def test_the_score_stands_between_the_levels_as_its_figure_says():
    regulation = loader.load("anshan")
    grade = grade_of({"score": 50.0, "low": 30.0, "high": 70.0})
    assert grade is not None
    found = event_charts.scale(grade, regulation)
    assert (found.score, found.low, found.width) == (160.0, 96.0, 128.0)
    assert [limit.score for limit in found.limits] == sorted(regulation.grading.thresholds.values())
    assert found.limits[0].x < found.score < found.limits[1].x
