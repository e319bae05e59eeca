"""C9.3, C11.5: a press release that waits for its review has a time, is asked for again, then with the deputies."""

import datetime as dt

import releasing_told as told
from cast import Cast
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.people.queries import regulation_now
from huiying.responding.models import PressStep, PressVersion
from huiying.responding.tasks.reviewing import late_press_steps, press_steps
from huiying.work.models import Notice

DAY = dt.timedelta(days=1)


def reminded(step: PressStep) -> list[str]:
    rows = Notice.objects.filter(key__startswith=f"press-late:{step.pk}:")
    return sorted(set(rows.values_list("recipient", flat=True)))


def decide_turn(cast: Cast, version: PressVersion) -> None:
    for step in version.open_steps():
        told.decide(step, cast.people[told.REVIEWERS[step.role]])


def test_the_steps_share_the_time_of_the_regulation(cast: Cast) -> None:
    steps = {step.role: step for step in told.submitted(cast).steps.all()}
    within = regulation_now().workflow.press_within.elapsed
    assert within == DAY
    assert steps["office_head"].due_at == clock.now() + within / 2
    assert steps["deputy_leader"].due_at == clock.now() + within
    assert steps["office_head"].next_action_at == steps["office_head"].due_at
    assert steps["deputy_leader"].next_action_at is None, "it is not its turn"


def test_a_planned_moment_that_comes_sooner_is_what_they_share(cast: Cast) -> None:
    planned = clock.now() + dt.timedelta(hours=6)
    version = told.submitted(cast, planned_at=planned)
    assert max(step.due_at for step in version.steps.all() if step.due_at) == planned
    late = told.submitted(cast, planned_at=clock.now() + 3 * DAY)
    assert max(step.due_at for step in late.steps.all() if step.due_at) == clock.now() + DAY


def test_whoever_holds_the_post_hears_first_and_the_deputies_the_second_time(cast: Cast, frozen: FrozenClock) -> None:
    version = told.submitted(cast)
    step = version.steps.get(role="office_head")
    assert step.due_at is not None
    frozen.set(step.due_at - dt.timedelta(minutes=1))
    assert press_steps(clock.now(), 10) == 0
    frozen.set(step.due_at)
    assert press_steps(clock.now(), 10) == 2, "the office and the secrecy check"
    first = reminded(step)
    assert "office" in first
    assert press_steps(clock.now(), 10) == 0, "run twice it rings once"
    step.refresh_from_db()
    assert step.next_action_at is not None
    frozen.set(step.next_action_at)
    press_steps(clock.now(), 10)
    assert set(first) < set(reminded(step)), "now who stands in for them too"
    assert "editor" not in reminded(step)


def test_a_step_that_was_decided_rings_for_nobody(cast: Cast, frozen: FrozenClock) -> None:
    version = told.submitted(cast)
    decide_turn(cast, version)
    frozen.advance(DAY / 2)
    assert press_steps(clock.now(), 10) == 0
    assert not Notice.objects.filter(key__startswith="press-late:").exists()
    last = version.steps.get(role="deputy_leader")
    assert last.next_action_at is not None, "its turn began"
    frozen.set(last.next_action_at)
    assert press_steps(clock.now(), 10) == 1
    assert "deputy" in reminded(last)


def test_a_text_that_was_replaced_rings_for_nobody(cast: Cast, frozen: FrozenClock) -> None:
    version = told.submitted(cast)
    told.drafted(cast, version.release, facts="另一段事实，日期有改动。")
    frozen.advance(DAY)
    assert press_steps(clock.now(), 10) == 0
    assert late_press_steps() == []


def test_the_auditor_names_what_sleeps(cast: Cast, frozen: FrozenClock) -> None:
    version = told.submitted(cast)
    assert late_press_steps() == []
    frozen.advance(DAY)
    found = late_press_steps()
    assert len(found) == 2, "the office and the secrecy check; the last step's turn has not come"
    assert all(version.release.number in one.sentence_zh and version.release.number in one.sentence_en for one in found)
