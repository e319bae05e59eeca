"""The demonstration's clock: forward only, resumes where it stood, stands still while the program is off (INV-13)."""

import datetime as dt
import json
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from huiying.demo import clock as demo_clock
from huiying.demo.clock import BEGINS, FILE, SAVE_EVERY, DemoClock
from huiying.kernel import clock


class Meter:
    """A stopwatch that the test turns."""

    def __init__(self, at: float = 0.0) -> None:
        self.at = at

    def __call__(self) -> float:
        return self.at


# A step: real seconds that pass, or a jump of demonstration minutes (also backwards), or a restart.
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.floats(0, 3600)),
        st.tuples(st.just("jump"), st.integers(-600, 600)),
        st.tuples(st.just("restart"), st.floats(0, 1e6)),
    ),
    max_size=25,
)


def test_the_first_start_begins_on_monday_at_half_past_seven(tmp_path: Path) -> None:
    now = DemoClock(tmp_path / FILE, elapsed=Meter())()
    assert now == BEGINS
    assert now.astimezone(dt.timezone(dt.timedelta(hours=8))).strftime("%A %H:%M") == "Monday 07:30"


def test_a_real_second_is_as_many_as_the_speed_says(tmp_path: Path) -> None:
    meter = Meter()
    source = DemoClock(tmp_path / FILE, speed=30, elapsed=meter)
    meter.at = 4.0
    assert source() == BEGINS + dt.timedelta(seconds=120)


@given(steps=STEPS, speed=st.sampled_from([0.1, 1.0, 10.0, 5000.0]))
def test_it_never_goes_back_whatever_happens_to_it(
    steps: list[tuple[str, float]], speed: float, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """INV-13: neither a jump to the past nor a kill at any moment gives a later act an earlier time."""
    path = tmp_path_factory.mktemp("clock") / FILE
    meter = Meter()
    source = DemoClock(path, speed=speed, elapsed=meter)
    last = source()
    for kind, by in steps:
        if kind == "wait":
            meter.at += by
        elif kind == "jump":
            source.fast_forward(last + dt.timedelta(minutes=by))
        else:
            meter = Meter(by)  # another process, whose meter begins anywhere
            source = DemoClock(path, speed=speed, elapsed=meter)
        now = source()
        assert now >= last
        last = now


@given(stop=st.floats(0, 10_000), off=st.floats(0, 1e7))
def test_the_time_while_the_program_was_off_does_not_count(
    stop: float, off: float, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("clock") / FILE
    meter = Meter()
    before = DemoClock(path, elapsed=meter)
    meter.at = stop
    stopped = before()
    resumed = DemoClock(path, elapsed=Meter(stop + off))()
    assert stopped <= resumed <= stopped + dt.timedelta(seconds=SAVE_EVERY * demo_clock.SPEED)


def test_a_jump_to_a_moment_that_has_passed_changes_nothing(tmp_path: Path) -> None:
    source = DemoClock(tmp_path / FILE, elapsed=Meter())
    later = source.fast_forward(BEGINS + dt.timedelta(hours=3))
    assert source.fast_forward(BEGINS) == later
    assert source() == later == BEGINS + dt.timedelta(hours=3)


def test_the_saved_point_is_not_written_on_every_look(tmp_path: Path) -> None:
    meter = Meter()
    source = DemoClock(tmp_path / FILE, elapsed=meter)
    meter.at = 0.5
    source()
    saved = (tmp_path / FILE).read_bytes()
    meter.at = 4.0
    source()
    assert (tmp_path / FILE).read_bytes() == saved
    meter.at = 30.0
    source()
    assert (tmp_path / FILE).read_bytes() != saved
    assert [one.name for one in tmp_path.iterdir()] == [FILE]


@pytest.mark.parametrize("content", ["", "{}", '{"now": 5}', '{"now": "yesterday"}', "[]"])
def test_a_broken_file_is_named_with_what_to_do(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=FILE):
        DemoClock(tmp_path / FILE)


def test_install_puts_it_in_force_for_the_process(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_clock, "_installed", [])
    assert demo_clock.current() is None
    kept = clock.install(lambda: BEGINS)
    try:
        source = demo_clock.install()
        assert demo_clock.current() is source
        assert BEGINS <= clock.now() < BEGINS + dt.timedelta(minutes=10)
        assert json.loads((home / FILE).read_text(encoding="utf-8"))["now"] > BEGINS.isoformat()
    finally:
        clock.install(kept)


@pytest.mark.parametrize(("words", "speed"), [("", 10.0), ("1", 1.0), ("0.5", 0.5), (" 600 ", 600.0)])
def test_the_speed_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch, words: str, speed: float) -> None:
    monkeypatch.setenv("HUIYING_DEMO_SPEED", words)
    assert demo_clock.speed() == speed


@pytest.mark.parametrize("words", ["fast", "0", "-3", "nan", "inf", "1e9"])
def test_a_speed_that_cannot_be_is_refused_with_an_example(monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    monkeypatch.setenv("HUIYING_DEMO_SPEED", words)
    with pytest.raises(ValueError, match="例如 10"):
        demo_clock.speed()


def test_a_command_that_looks_judges_by_the_demonstrations_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUIYING_HOME", str(tmp_path))
    before = clock.install(clock.FrozenClock(BEGINS + dt.timedelta(days=90)))
    try:
        demo_clock.stand_where_it_stands()
        assert clock.now() == BEGINS + dt.timedelta(days=90), "no demonstration, so the time of the house"
        meter = Meter()
        source = DemoClock(tmp_path / FILE, elapsed=meter)
        meter.at = 60.0
        told = source()
        demo_clock.stand_where_it_stands()
        assert told <= clock.now() <= told + dt.timedelta(seconds=SAVE_EVERY * demo_clock.SPEED)
    finally:
        clock.install(before)
