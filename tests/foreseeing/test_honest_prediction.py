"""C6.6 科学预测: past events that were about the like, with an interval; too few of them, and that is all it says."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from hypothesis import given, strategies as st

import risk_told as told
from cast import Cast
from huiying.foreseeing.actions import assessing
from huiying.handling.models import Case
from huiying.judging.models import Event, EventPost
from huiying.kernel import clock
from huiying.listening.models import Post
from huiying.people.models import RegulationVersion

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
_serial = itertools.count(1)


def past(*by_day: int, title: str = "投标保证金迟迟不退", state: str = "closed", life: bool = False) -> Event:
    """An event of so many posts a day, a month ago, with its case."""
    n, begun = next(_serial), clock.now() - 30 * DAY
    event = Event.objects.create(
        number=f"E20260814-{n:03d}", stream_no=700 + n, title=f"{title}之{n}", opened_at=begun, last_post_at=begun,
        first_known_at=begun, state=Event.ENDED if state == "closed" else Event.CASED, posts_count=sum(by_day),
        life_safety=life,
    )  # fmt: skip
    for day, count in enumerate(by_day):
        for i in range(count):
            post = Post.objects.create(
                platform="论坛", channel_class="论坛", kind="post", native_id=f"p{n}-{day}-{i}", text="保证金",
                text_sha256=f"{n}-{day}-{i}", published_at=begun + day * DAY + i * dt.timedelta(minutes=1),
                received_at=begun + day * DAY, batch="t", received_how="import",
            )  # fmt: skip
            EventPost.objects.create(event=event, post=post, stream_no=700 + n, stood_at=begun)
    Case.objects.create(
        number=f"20260814-{n:02d}", event=event, title=event.title, state=state, level="L2", first_known_at=begun,
        regulation=RegulationVersion.objects.latest("pk"), opened_at=begun, answered_at=begun + dt.timedelta(hours=20),
        closed_at=begun + 6 * DAY if state == "closed" else None,
    )  # fmt: skip
    return event


def test_under_five_comparable_closed_events_it_says_so_and_draws_no_curve_c6_6(cast: Cast) -> None:
    for _ in range(4):
        past(2, 5, 1)
    found = assessing.predict(told.TITLE, ["保证金退得太慢"])
    assert (len(found["events"]), found["needed"], found["enough"]) == (4, 5, False)
    assert not {"days", "total", "peak", "covers"} & set(found)


def test_with_five_it_gives_each_ones_curve_its_end_and_the_interval_c6_6(cast: Cast) -> None:
    for peak in (3, 5, 7, 9, 20):
        past(1, peak, 2)
    found = assessing.predict(told.TITLE, ["投标保证金迟迟不退"])
    assert found["enough"]
    assert found["days"][1] == {"least": 3, "median": 7, "most": 20}
    assert found["total"] == {"least": 6, "median": 10, "most": 23}
    assert found["lasted"] == {"least": 3, "median": 3, "most": 3}
    assert found["covers"] == round(4 / 6, 4)  # four of six: not the 95 % that nobody can know from five events
    one = found["events"][0]
    assert (one["answered_hours"], one["closed_days"], one["level"]) == (20.0, 7, "L2")
    assert len(one["by_day"]) == assessing.DAYS


def test_what_goes_on_what_is_about_something_else_and_danger_to_life_do_not_count_c6_6(cast: Cast) -> None:
    for _ in range(3):
        past(2, 2)
    past(9, 9, state="handling")
    past(9, 9, life=True)
    past(9, 9, title="评标专家抽取系统打不开")
    found = assessing.predict("投标保证金退还", ["投标保证金迟迟不退"])
    assert {event["posts"] for event in found["events"]} == {4}
    assert len(found["events"]) == 3


def test_the_assessment_keeps_what_was_read_and_what_comes_later_changes_nothing_c6_6_inv_9(cast: Cast) -> None:
    for _ in range(5):
        past(2, 5, 1)
    row = told.begun(cast)
    told.risky(cast, row, title="投标保证金迟迟不退")
    kept = assessing.ask_the_past(row, cast.tech_liaison).prediction
    past(50, 50)
    assert told.again(row).prediction == kept
    assert kept["total"]["most"] == 8


def test_the_same_past_gives_the_same_words_inv_12(cast: Cast) -> None:
    for peak in (3, 5, 7, 9, 20):
        past(1, peak, 2)
    assert assessing.predict(told.TITLE) == assessing.predict(told.TITLE)


@given(st.lists(st.floats(0, 1000), min_size=5, max_size=12, unique=True))
def test_the_interval_holds_as_often_as_it_says_when_events_are_of_one_kind_c6_6(values: list[float]) -> None:
    """Left out one after the other, all but the least and the most fall between the others: n − 2 of n, which is
    (m − 1)/(m + 1) for the m = n − 1 that remain — exactly what `covers` promises.
    """
    inside = 0
    for at, value in enumerate(values):
        rest = values[:at] + values[at + 1 :]
        inside += min(rest) <= value <= max(rest)
    m = len(values) - 1
    assert inside / len(values) == pytest.approx((m - 1) / (m + 1))
