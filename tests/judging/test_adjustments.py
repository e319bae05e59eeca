"""What clearances teach the screening: used only where it did better, and taken back by one verb (C5.16)."""

import datetime as dt

import pytest

from cast import Cast
from huiying.engine.screen_model import Lesson
from huiying.judging import engines, learning
from huiying.judging.models import ScreenAdjustment, Screening
from huiying.kernel import clock
from huiying.ledger.queries import entries
from huiying.listening.watching import screener
from huiying.people.errors import Refused
from stream_of import bring

UNSURE = "那个地方到底归谁管，打听了一圈"


def made(state: str = "applied", weight: float = 0.7) -> ScreenAdjustment:
    return ScreenAdjustment.objects.create(
        state=state,
        weights={"": weight},
        learned_from=90,
        held_back=40,
        loss_before=0.6,
        loss_after=0.5,
        model=screener().model_version or "",
        at=clock.now(),
    )


def clear(count: int, frozen: clock.FrozenClock) -> None:
    """So many posts that a person cleared: those of the forum matter, the others do not."""
    posts = [
        *bring(*[f"评审那屋第 {n} 回没人管" for n in range(count // 2)], channel_class="论坛"),
        *bring(*[f"暖气第 {n} 天还不热" for n in range(count - count // 2)], channel_class="短视频", start=900),
    ]
    for post in posts:
        said = "hit" if "评审" in post.text else "out"
        Screening.objects.filter(post=post).update(cleared=said, cleared_by="x", cleared_at=clock.now())
    frozen.advance(dt.timedelta(minutes=30))


def test_a_few_clearances_teach_nothing(staff: Cast, frozen: clock.FrozenClock):
    clear(10, frozen)
    assert learning.learn_adjustment() is None
    assert ScreenAdjustment.objects.count() == 0


def test_a_lesson_that_helps_is_used_and_told(staff: Cast, frozen: clock.FrozenClock, monkeypatch):
    clear(4, frozen)
    monkeypatch.setattr(learning, "lesson", lambda rows, _in_force: Lesson({"": 0.5}, len(rows), 30, 0.7, 0.6))
    found = learning.learn_adjustment()
    assert found is not None
    assert (found.state, found.learned_from) == ("applied", 4)
    assert learning.weights() == {"": 0.5}
    assert [e.kind for e in entries("posts")][-1] == "screening.applied"


def test_a_lesson_that_does_not_help_is_kept_but_not_used(staff: Cast, frozen: clock.FrozenClock, monkeypatch):
    clear(4, frozen)
    monkeypatch.setattr(learning, "lesson", lambda rows, _in_force: Lesson({"": 0.5}, len(rows), 30, 0.6, 0.6))
    found = learning.learn_adjustment()
    assert found is not None
    assert found.state == "refused"
    assert learning.weights() == {}
    assert learning.learn_adjustment() is None, "the same clearances are not asked again every night"


def test_clearances_of_a_bureau_are_learned_end_to_end(staff: Cast, frozen: clock.FrozenClock):
    clear(90, frozen)
    found = learning.learn_adjustment()
    assert found is not None
    assert found.learned_from + found.held_back == 90
    assert (found.state == "applied") == (found.loss_before - found.loss_after > 0.005)


def test_a_decision_that_may_still_be_undone_teaches_nothing(staff: Cast, frozen: clock.FrozenClock, monkeypatch):
    clear(4, frozen)
    Screening.objects.update(cleared_at=clock.now())
    monkeypatch.setattr(learning, "lesson", lambda rows, _in_force: pytest.fail("nothing settled") if rows else None)
    assert learning.learn_adjustment() is None


def test_a_lesson_changes_how_the_next_post_is_screened(staff: Cast):
    bring(UNSURE)
    before = Screening.objects.get(post__text=UNSURE).score
    made(weight=0.7)
    bring(UNSURE + "？", start=5)
    assert Screening.objects.get(post__text=UNSURE + "？").score > before


def test_withdrawing_goes_back_to_what_was_before(staff: Cast):
    first, second = made(weight=0.2), made(weight=0.7)
    assert learning.current_adjustment() == second.pk
    learning.withdraw_adjustment(second, staff.office)
    assert learning.weights() == first.weights
    learning.withdraw_adjustment(second, staff.office)
    assert [e.kind for e in entries("posts")].count("screening.withdrawn") == 1
    engines.engine().catch_up()


def test_only_the_office_withdraws_and_only_what_is_in_use(staff: Cast):
    with pytest.raises(Refused):
        learning.withdraw_adjustment(made(), staff.duty)
    with pytest.raises(Refused, match="没有启用"):
        learning.withdraw_adjustment(made("refused"), staff.office)


def test_a_lesson_of_an_earlier_model_is_not_used(staff: Cast):
    made()
    ScreenAdjustment.objects.update(model="0")
    assert learning.adjustment_in_force() is None
    assert learning.weights() == {}
