"""C1.3, C6.12, INV-2: the loop's pollers, its handlers and what the auditor says of cases."""

from __future__ import annotations

import datetime as dt

import pytest

from cast import Cast
from huiying.handling import actions, clocks, tasks
from huiying.handling.models import Case, CaseDepartment, Clock, LateKnowledge
from huiying.handling.queries import case_of_event
from huiying.judging.models import Event
from huiying.kernel import clock as time
from huiying.kernel.clock import FrozenClock
from huiying.ledger.actions import Actor
from huiying.ledger.models import LedgerEntry
from huiying.work.models import Job
from stories import RUMOUR, again, hear, opened

HOUR = dt.timedelta(hours=1)
SECOND = dt.timedelta(seconds=1)


def job(**payload: object) -> Job:
    return Job(kind="test", payload=payload)


def test_a_quiet_house_has_nothing_due(cast: Cast) -> None:
    assert not tasks._clock_is_due(time.now())
    assert not tasks._event_waits(time.now())
    assert tasks.late_clocks() == []
    assert tasks.orphans() == []


def test_a_clock_is_due_from_its_moment_on(cast: Cast) -> None:
    opened(cast)
    first = min(row.next_action_at for row in Clock.objects.exclude(next_action_at=None) if row.superseded_at is None)  # type: ignore[type-var]
    assert first is not None
    assert not tasks._clock_is_due(first - SECOND)
    assert tasks._clock_is_due(first)
    assert tasks.run_clocks(first, 100) == 2  # the triage and the first notice are due in the same half hour
    assert not tasks._clock_is_due(first)


def test_an_unconfirmed_event_waits_for_its_hour_and_then_opens_as_it_was_suggested(
    cast: Cast, frozen: FrozenClock
) -> None:
    event = hear()
    assert event.confirm_by is not None
    assert not tasks._event_waits(event.confirm_by - SECOND)
    assert tasks.open_unconfirmed(event.confirm_by - SECOND, 10) == 0
    assert tasks._event_waits(event.confirm_by)
    frozen.advance(event.confirm_by - time.now())
    assert tasks.open_unconfirmed(time.now(), 10) == 1
    case = Case.objects.get(event=event)
    assert case.is_provisional
    assert all(row.provisional for row in clocks.live(case).filter(is_legal=True))
    opening = LedgerEntry.objects.get(chain=f"case:{case.number}", kind="case.opened")
    assert opening.actor_data["name"] == "系统"
    assert opening.data is not None
    assert "超过确认时限" in opening.data["reason"]
    assert not tasks._event_waits(time.now())


def test_only_as_many_events_open_as_the_limit_allows(cast: Cast, frozen: FrozenClock) -> None:
    hear()
    hear(RUMOUR)
    Event.objects.update(confirm_by=time.now())
    assert tasks.open_unconfirmed(time.now(), 1) == 1
    assert Case.objects.count() == 1
    assert tasks.open_unconfirmed(time.now(), 1) == 1
    assert Case.objects.count() == 2


def test_an_event_that_is_cased_or_dismissed_is_left_alone(cast: Cast) -> None:
    event = hear()
    Event.objects.filter(pk=event.pk).update(state=Event.DISMISSED, confirm_by=time.now())
    assert not tasks._event_waits(time.now())
    assert tasks.open_unconfirmed(time.now(), 10) == 0


def test_late_knowledge_is_written_down_and_costs_no_deadline(cast: Cast) -> None:
    """C5.16, C5.17."""
    event = hear()
    tasks.note_late(job(event=event.pk, hours="7.256", cause="来源中断"))
    row = LateKnowledge.objects.get()
    assert (row.event_id, row.kind, row.hours, row.cause) == (event.pk, "missed", 7.256, "来源中断")
    entry = LedgerEntry.objects.get(chain=f"event:{event.number}", kind="event.missed")
    assert entry.data == {"hours": 7.26, "cause": "来源中断"}
    assert not Clock.objects.exists()


def test_an_event_known_earlier_takes_its_case_along(cast: Cast) -> None:
    case = opened(cast)
    known = case.first_known_at - 2 * HOUR
    tasks.follow_event(job(event=case.event_id, known_at=known.isoformat(), merged="E20260914-009"))
    case = again(case)
    assert case.first_known_at == known
    assert case.event.first_known_at == known
    entry = LedgerEntry.objects.get(chain=f"case:{case.number}", kind="case.known_earlier")
    assert entry.data == {
        "known_at": known.isoformat(),
        "how": "并入更早获知的事件",
        "evidence": "E20260914-009",
    }


def test_an_event_without_case_has_nothing_to_follow(cast: Cast) -> None:
    event = hear()
    tasks.follow_event(job(event=event.pk, known_at=time.now().isoformat()))
    assert not LedgerEntry.objects.filter(kind="case.known_earlier").exists()


@pytest.mark.parametrize("hours", [0, 1])
def test_knowledge_that_is_not_earlier_changes_nothing_inv_2(cast: Cast, hours: int) -> None:
    case = opened(cast)
    known = case.first_known_at + hours * HOUR
    assert actions.follow_knowledge(case, known, "电话", "通话记录", Actor.SYSTEM) is None
    assert again(case).first_known_at == case.first_known_at
    assert case.knowledge.count() == 1


@pytest.mark.parametrize("state", ["closed", "merged", "voided"])
def test_a_case_that_is_over_is_not_moved(cast: Cast, state: str) -> None:
    case = opened(cast)
    Case.objects.filter(pk=case.pk).update(state=state)
    assert actions.follow_knowledge(case, case.first_known_at - HOUR, "电话", "通话记录", Actor.SYSTEM) is None


def test_the_case_of_an_event_is_found_through_a_chain_of_merges(cast: Cast) -> None:
    """C5.16: a merged into b, b into c; whoever asks for a gets c."""
    one = opened(cast)
    two = opened(cast, text=RUMOUR)
    three = opened(cast, text="请问外地企业参加鞍山的房建工程投标，CA证书在哪办理？需要法人到现场吗？")
    actions.merge_cases(one, two, cast.duty)
    actions.merge_cases(again(two), three, cast.duty)
    for case in (one, two, three):
        found = case_of_event(case.event_id)
        assert found is not None
        assert found.pk == three.pk
    assert case_of_event(0) is None


def test_the_auditor_waits_five_minutes_and_then_names_case_and_clock(cast: Cast, frozen: FrozenClock) -> None:
    case = opened(cast)
    Clock.objects.filter(is_legal=False).update(next_action_at=None)
    row = Clock.objects.get(case=case, is_legal=True, superseded_at=None)
    Clock.objects.filter(pk=row.pk).update(next_action_at=time.now())
    frozen.advance(tasks.LATE_AFTER)
    assert tasks.late_clocks() == []
    frozen.advance(SECOND)
    (finding,) = tasks.late_clocks()
    assert (finding.code, finding.severity) == ("late_clock", "error")
    for sentence, act in ((finding.sentence_zh, "公开回应"), (finding.sentence_en, "Public response")):
        assert case.number in sentence
        assert act in sentence


def test_a_clock_that_was_stopped_is_not_late(cast: Cast, frozen: FrozenClock) -> None:
    case = opened(cast)
    clocks.supersede_all(case, "test")
    Clock.objects.update(next_action_at=time.now() - HOUR)
    assert tasks.late_clocks() == []


@pytest.mark.parametrize(
    ("state", "found"),
    [("registered", 1), ("handling", 1), ("answered", 1), ("closed", 0), ("voided", 0), ("merged", 0)],
)
def test_an_open_case_without_lead_is_an_error_c2_1(cast: Cast, state: str, found: int) -> None:
    case = opened(cast)
    CaseDepartment.objects.filter(case=case).update(until=time.now())
    Case.objects.filter(pk=case.pk).update(state=state)
    findings = tasks.orphans()
    assert len(findings) == found
    assert all(item.code == "no_lead" and case.number in item.sentence_zh for item in findings)


def test_a_joint_department_is_no_lead_c1_3(cast: Cast) -> None:
    case = opened(cast)
    CaseDepartment.objects.filter(case=case).update(role="joint")
    assert len(tasks.orphans()) == 1
