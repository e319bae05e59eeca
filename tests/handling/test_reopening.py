"""C1.3, C8.5, C8.8: a closed matter that stirs again stands on the desk; reopening gives no new time."""

import datetime as dt

import pytest

from cast import Cast
from huiying.handling import actions
from huiying.handling.models import Case, Clock
from huiying.judging.models import Event, Warning
from huiying.kernel.clock import FrozenClock
from huiying.people.errors import Refused
from stories import OUTAGE, again, answered, effects_seen, hear


def closed(cast: Cast) -> Case:
    case = effects_seen(cast, answered(cast))
    actions.close(case, "证书管理没有到期提醒", cast.office)
    return again(case)


def test_closing_ends_the_event_and_destroys_its_voices(cast: Cast) -> None:
    event = closed(cast).event
    assert event.state == Event.ENDED
    assert event.sealed_key is None
    assert not event.voices.exists()


def test_a_new_post_of_a_closed_matter_warns_the_desk_once(cast: Cast, frozen: FrozenClock) -> None:
    case = closed(cast)
    frozen.advance(dt.timedelta(hours=5))
    before = Warning.objects.count()
    assert hear(OUTAGE, native_id="again-1") == case.event
    assert hear(OUTAGE, native_id="again-2") == case.event
    assert Warning.objects.count() == before + 1
    assert "已办结" in Warning.objects.latest("id").trigger


def test_reopening_keeps_the_clocks_as_they_ended(cast: Cast, frozen: FrozenClock) -> None:
    case = closed(cast)
    clocks = list(Clock.objects.filter(case=case).values_list("pk", "due_at", "stopped_at"))
    frozen.advance(dt.timedelta(hours=100))
    actions.reopen(case, "群众反映故障又出现", cast.office)
    case = again(case)
    assert case.state == "handling"
    assert case.closed_at is None
    assert case.event.state == Event.CASED
    assert list(Clock.objects.filter(case=case).values_list("pk", "due_at", "stopped_at")) == clocks


def test_reopening_needs_a_reason_and_the_office(cast: Cast) -> None:
    case = closed(cast)
    with pytest.raises(Refused):
        actions.reopen(case, "", cast.office)
    with pytest.raises(Refused):
        actions.reopen(case, "群众反映故障又出现", cast.tech_head)


def test_an_open_case_is_not_reopened(cast: Cast) -> None:
    with pytest.raises(Refused):
        actions.reopen(answered(cast), "群众反映故障又出现", cast.office)
