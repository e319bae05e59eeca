"""Deadlines, their grounds and their sentences (C8.5, C8.6, C14.1, INV-2, INV-3; DOMAIN §2.1)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings, strategies as st

from huiying.regulation import Regulation, UsageError, load, loads
from huiying.regulation.deadlines import (
    Deadline,
    deadlines,
    effective,
    internal_deadlines,
    later_never,
    regrade,
    warn_points,
)
from huiying.regulation.loader import built_in_file

SHANGHAI = ZoneInfo("Asia/Shanghai")
ANSHAN = load("anshan")
SIXIAN = load("sixian")
TEN = datetime(2026, 9, 12, 10, tzinfo=SHANGHAI)
BUREAUX = st.sampled_from([ANSHAN, SIXIAN])
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
EMERGENCIES = st.sampled_from([None, "一般", "较大", "重大", "特别重大"])


def respond(law: Regulation, level: str, known: datetime) -> Deadline:
    return next(d for d in deadlines(law, level, known) if d.act == "respond")


@pytest.mark.parametrize(("level", "hours"), [("一般", 48), ("较大", 48), ("重大", 24), ("特别重大", 24)])
def test_anshan_counts_natural_hours_from_first_knowledge(level: str, hours: int) -> None:
    """C8.5, C8.6: a Saturday counts like any day."""
    (deadline,) = deadlines(ANSHAN, level, TEN)
    assert (deadline.act, deadline.layer) == ("respond", "regulation")
    assert deadline.due_at == TEN + timedelta(hours=hours)


def test_the_response_shows_article_eight_and_how_it_was_computed() -> None:
    deadline = respond(ANSHAN, "一般", TEN)
    assert deadline.basis == "text （八）"
    assert deadline.source == "《鞍山市公共资源交易管理局舆情回应制度》（八）"
    assert deadline.explanation == "2026年9月12日10:00首次获知，一般 48小时（自然小时，夜间和节假日照算）→ 9月14日10:00"
    assert deadline.explanation_en == (
        "First known 2026-09-12 10:00, Ordinary: 48 hours (natural hours; nights and holidays count) → 2026-09-14 10:00"
    )


def test_a_limit_by_interpretation_says_whose_it_is() -> None:
    deadline = respond(ANSHAN, "重大", TEN)
    assert deadline.basis.startswith("interpretation G1")
    assert deadline.source == "局办公室对《鞍山市公共资源交易管理局舆情回应制度》的解释"


def test_the_year_is_said_again_when_it_is_another() -> None:
    deadline = respond(ANSHAN, "一般", datetime(2026, 12, 31, 10, tzinfo=SHANGHAI))
    assert deadline.explanation.endswith("→ 2027年1月2日10:00")


def test_an_emergency_adds_the_acts_of_the_superior_norms() -> None:
    found = deadlines(ANSHAN, "一般", TEN, "重大")
    rows = [(d.act, (d.due_at - TEN).total_seconds() / 3600, d.source, d.layer) for d in found]
    assert rows == [
        ("respond", 48, "《鞍山市公共资源交易管理局舆情回应制度》（八）", "regulation"),
        ("press_conference", 24, "国办发〔2016〕61号", "overlay"),
        ("first_authoritative_release", 5, "国办发〔2016〕80号", "overlay"),
        ("press_conference", 24, "国办发〔2016〕80号", "overlay"),
    ]
    assert "重大突发事件，首次权威发布 5小时" in found[2].explanation
    assert "major emergency, first authoritative release: 5 hours" in found[2].explanation_en


@pytest.mark.parametrize("emergency", [None, "一般", "较大"])
def test_a_lesser_emergency_or_none_adds_nothing(emergency: str | None) -> None:
    assert [d.act for d in deadlines(ANSHAN, "特别重大", TEN, emergency)] == ["respond"]


def test_a_later_norm_does_not_reach_back() -> None:
    """C14.1: 80号 is of 2016-11-10; on 2016-09-12 only 61号 stood beside the regulation."""
    known = datetime(2016, 9, 12, 10, tzinfo=SHANGHAI)
    assert [(d.act, d.source[:12]) for d in deadlines(ANSHAN, "一般", known, "重大")][1:] == [
        ("press_conference", "国办发〔2016〕61号")
    ]


def test_a_norm_begins_with_the_local_day_not_the_utc_day() -> None:
    """2016-11-09T16:00Z is already 2016-11-10 in Anshan."""
    on = deadlines(ANSHAN, "一般", datetime(2016, 11, 9, 16, tzinfo=UTC), "重大")
    before = deadlines(ANSHAN, "一般", datetime(2016, 11, 9, 15, 59, tzinfo=UTC), "重大")
    assert (len(on), len(before)) == (4, 2)


def test_before_the_regulation_was_in_force_it_sets_no_clock() -> None:
    known = datetime(2016, 9, 7, 10, tzinfo=SHANGHAI)
    assert [d.layer for d in deadlines(ANSHAN, "一般", known, "重大")] == ["overlay"]
    assert not ANSHAN.in_force_on(known.date())


def test_working_days_leave_out_the_holiday_and_the_first_day() -> None:
    known = datetime(2026, 9, 30, 16, tzinfo=SHANGHAI)
    deadline = respond(SIXIAN, "较大", known)
    assert deadline.due_at == datetime(2026, 10, 10, 17, 30, tzinfo=SHANGHAI)
    assert "3个工作日（首次获知当日不计，放假日不计、调休上班日计入" in deadline.explanation
    assert "working days" in deadline.explanation_en


def test_an_unknown_level_or_emergency_is_answered_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="一般（L1）、较大（L2）、重大（L3）。"):
        deadlines(SIXIAN, "特别重大", TEN)
    with pytest.raises(UsageError, match="没有叫“红色”的突发事件级别"):
        deadlines(ANSHAN, "一般", TEN, "红色")


def test_a_time_without_zone_is_no_moment() -> None:
    with pytest.raises(ValueError):
        deadlines(ANSHAN, "一般", datetime(2026, 9, 12, 10))  # noqa: DTZ001


@settings(max_examples=100, deadline=None)
@given(BUREAUX, MOMENTS)
def test_no_deadline_is_later_when_the_level_is_graver(law: Regulation, known: datetime) -> None:
    due = [respond(law, level.code, known).due_at for level in law.levels]
    assert due == sorted(due, reverse=True)


@settings(max_examples=100, deadline=None)
@given(BUREAUX, MOMENTS, EMERGENCIES, st.integers(0, 2))
def test_the_effective_deadline_is_the_earliest_of_each_act(
    law: Regulation, known: datetime, emergency: str | None, rank: int
) -> None:
    found = deadlines(law, law.levels[rank].code, known, emergency)
    best = effective(found)
    assert best.keys() == {d.act for d in found}
    assert all(best[d.act].due_at <= d.due_at for d in found)
    assert all(deadline in found for deadline in best.values())


@settings(max_examples=100, deadline=None)
@given(BUREAUX, MOMENTS, MOMENTS, EMERGENCIES)
def test_earlier_knowledge_is_never_due_later(
    law: Regulation, one: datetime, two: datetime, emergency: str | None
) -> None:
    """INV-2."""
    early, late = sorted((one, two))
    first, second = (effective(deadlines(law, "重大", known, emergency)) for known in (early, late))
    assert all(first[act].due_at <= second[act].due_at for act in second)


@settings(max_examples=100, deadline=None)
@given(BUREAUX, MOMENTS, st.lists(st.sampled_from(["L1", "L2", "L3"]), min_size=1, max_size=8))
def test_no_chain_of_regrades_moves_the_deadline_later(law: Regulation, known: datetime, levels: list[str]) -> None:
    """INV-3, INV-7: after any number of changes the gravest level ever given holds."""
    due = respond(law, levels[0], known).due_at
    for level in levels[1:]:
        new = regrade(law, due, level, known)
        assert new <= due
        due = new
    assert due == respond(law, max(levels), known).due_at


def test_an_upgrade_may_lie_in_the_past_and_a_downgrade_changes_nothing() -> None:
    old = TEN + timedelta(hours=48)
    assert regrade(ANSHAN, old, "特别重大", TEN) == TEN + timedelta(hours=24)
    assert regrade(ANSHAN, TEN + timedelta(hours=24), "一般", TEN) == TEN + timedelta(hours=24)
    assert later_never(old, TEN) == later_never(TEN, old) == TEN


def test_warnings_fall_at_their_shares_of_the_way() -> None:
    due = TEN + timedelta(hours=48)
    points = warn_points(TEN, due, ANSHAN.clocks.warn_at)
    assert [(p - TEN).total_seconds() / 3600 for p in points] == [24, 36, 43.2, 48]
    assert {p.tzinfo for p in points} == {SHANGHAI}


@settings(max_examples=100, deadline=None)
@given(MOMENTS, st.integers(1, 10**6), st.lists(st.floats(0.01, 1.0), max_size=5))
def test_no_warning_comes_after_the_deadline(start: datetime, seconds: int, ratios: list[float]) -> None:
    due = start + timedelta(seconds=seconds)
    assert all(start <= point <= due for point in warn_points(start, due, sorted(ratios)))


def test_internal_nudges_run_from_their_own_moments() -> None:
    moments = {"first_known_at": TEN, "transferred_at": TEN + timedelta(hours=1)}
    found = {d.act: d for d in internal_deadlines(ANSHAN, "重大", moments)}
    assert {act: (d.due_at - TEN).total_seconds() / 3600 for act, d in found.items()} == {
        "triage": 0.5, "accept_transfer": 2, "return_wrong_transfer": 3, "dept_disposal_opinion": 7,
    }  # fmt: skip
    assert {d.layer for d in found.values()} == {"internal"}
    assert found["dept_disposal_opinion"].explanation.startswith("2026年9月12日11:00转办，重大，部门提出处置意见 6小时")


def test_a_nudge_that_a_level_does_not_ask_for_does_not_appear() -> None:
    moments = {"level_confirmed_at": TEN}
    assert internal_deadlines(ANSHAN, "较大", moments) == []
    assert [d.act for d in internal_deadlines(ANSHAN, "特别重大", moments)] == ["joint_meeting_convene"]


def test_short_forms_of_internal_clocks_mean_the_same() -> None:
    text = built_in_file("anshan.yaml")
    short = text.replace("triage: {within: PT30M, start: first_known_at}", "triage: PT30M").replace(
        "joint_meeting_convene: {start: level_confirmed_at, by_level: {重大: PT6H, 特别重大: PT2H}}",
        "joint_meeting_convene: {重大: PT6H, 特别重大: PT2H}",
    )
    assert short != text
    internal = loads(short, "x.yaml").clocks.internal
    assert internal["triage"] == ANSHAN.clocks.internal["triage"]
    assert internal["joint_meeting_convene"].by_level == ANSHAN.clocks.internal["joint_meeting_convene"].by_level


def test_the_second_bureau_mixes_working_and_natural_nudges() -> None:
    known = datetime(2026, 9, 11, 16, 30, tzinfo=SHANGHAI)  # a Friday
    moments = {"first_known_at": known, "transferred_at": known}
    due = {d.act: d.due_at for d in internal_deadlines(SIXIAN, "一般", moments)}
    assert due["triage"] == known + timedelta(hours=2)
    assert due["accept_transfer"] == datetime(2026, 9, 14, 11, tzinfo=SHANGHAI)
    assert due["section_opinion"] == datetime(2026, 9, 15, 17, 30, tzinfo=SHANGHAI)
