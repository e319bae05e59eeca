"""Tables of right and wrong: calendar edges, overlays' dates, regrade, names, did-you-mean (C8.5, C14.1, G3, INV-3)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from huiying.regulation import Problem, Regulation, RegulationError, UsageError, load, loads
from huiying.regulation.basis import Basis
from huiying.regulation.calendar import Duration, WorkCalendar
from huiying.regulation.deadlines import deadlines, effective, regrade, warn_points
from huiying.regulation.loader import built_in_file
from huiying.regulation.rules import days_of

ANSHAN, SIXIAN = load("anshan"), load("sixian")
TEXTS = {"anshan": built_in_file("anshan.yaml"), "sixian": built_in_file("sixian.yaml")}
SHANGHAI = ZoneInfo("Asia/Shanghai")
LEVELS = ("一般", "较大", "重大", "特别重大")


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def problems(bureau: str, old: str, new: str) -> tuple[Problem, ...]:
    assert TEXTS[bureau].count(old) >= 1, "the case must change the file"
    with pytest.raises(RegulationError) as caught:
        loads(TEXTS[bureau].replace(old, new, 1), "局.yaml")
    return caught.value.problems


# -- durations


@pytest.mark.parametrize(
    ("text", "seconds", "months", "days", "hours"),
    [
        ("PT48H", 172_800, 0, 0, 0),
        ("P10D", 864_000, 0, 0, 0),
        ("P1DT12H", 129_600, 0, 0, 0),
        ("P2W", 1_209_600, 0, 0, 0),
        ("PT90M", 5_400, 0, 0, 0),
        ("PT1S", 1, 0, 0, 0),
        ("P1Y2M", 0, 14, 0, 0),
        ("P3WD", 0, 0, 3, 0),
        ("PT4WH", 0, 0, 0, 4),
    ],
)
def test_a_duration_is_exactly_one_kind_of_time(text: str, seconds: int, months: int, days: int, hours: int) -> None:
    read = Duration.parse(text)
    assert (read.seconds, read.months, read.working_days, read.working_hours) == (seconds, months, days, hours)
    assert read.working is bool(days or hours)
    assert read.elapsed == timedelta(seconds=seconds)
    assert read.text == text


@pytest.mark.parametrize(
    "text",
    ["", "P", "PT", "P0D", "PT0H", "P0WD", "PT0WH", "48H", "PT48h", "P-1D", "P1.5D", "P3WDT4H", "PT3WD", "P4WH",
     "P1WDT1WH", "PT1H30", " PT1H", "PT1H ", "P1H", "PT1D", "P٣D", "P12345678D"],
)  # fmt: skip
def test_what_only_looks_like_a_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^"):
        Duration.parse(text)


def test_durations_of_one_unit_order_by_length() -> None:
    for shorter, longer in pairwise(["PT1M", "PT1H", "PT23H", "P1D", "PT25H", "P1W", "P1M", "P1Y"]):
        assert Duration.parse(shorter).weight < Duration.parse(longer).weight
    assert Duration.parse("PT24H").weight == Duration.parse("P1D").weight
    assert Duration.parse("P2WD").weight < Duration.parse("P3WD").weight


# -- calendar edges, on the second bureau's own calendar of 2026


@pytest.mark.parametrize(
    ("start", "length", "due", "why"),
    [
        ("2026-09-18T10:00", "P1WD", "2026-09-20T17:30", "2026-09-20 is a make-up Sunday"),
        ("2026-09-19T10:00", "P1WD", "2026-09-20T17:30", "from the Saturday before it"),
        ("2026-09-20T10:00", "P1WD", "2026-09-21T17:30", "the day itself does not count"),
        ("2026-09-18T17:30", "PT1WH", "2026-09-20T09:00", "work goes on on the make-up Sunday"),
        ("2026-09-24T17:00", "PT1WH", "2026-09-28T08:30", "Mid-Autumn, Friday to Sunday, rests"),
        ("2026-09-30T17:30", "P1WD", "2026-10-08T17:30", "seven days of National Day"),
        ("2026-09-30T09:00", "P3WD", "2026-10-10T17:30", "the make-up Saturday is the third day"),
        ("2026-02-13T16:30", "PT2WH", "2026-02-14T09:00", "a make-up Saturday before Spring Festival"),
        ("2026-02-14T17:30", "P1WD", "2026-02-24T17:30", "nine days of Spring Festival"),
        ("2025-12-31T17:00", "P1WD", "2026-01-04T17:30", "over New Year to a make-up Sunday"),
        ("2025-12-31T17:00", "PT1WH", "2026-01-04T08:30", "half an hour in each year"),
        ("2026-03-02T11:00", "PT1WH", "2026-03-02T12:00", "an interval may be used up to its end"),
        ("2026-03-02T12:00", "PT1WH", "2026-03-02T15:30", "the noon break does not count"),
        ("2026-03-02T17:30", "PT1WH", "2026-03-03T09:00", "work has ended with the last interval"),
        ("2026-03-02T17:29", "PT1WH", "2026-03-03T08:59", "a minute of today counts"),
        ("2026-03-02T06:00", "PT7WH", "2026-03-02T17:30", "a whole day is seven hours"),
        ("2026-03-02T06:00", "PT8WH", "2026-03-03T09:00", "and the eighth is tomorrow's first"),
    ],
)
def test_working_time_ends_where_a_person_counting_on_fingers_ends(start: str, length: str, due: str, why: str) -> None:
    assert SIXIAN.work_calendar.add(at(start), Duration.parse(length)) == at(due), why


def test_a_holiday_span_may_run_over_the_turn_of_the_year() -> None:
    assert days_of("2025-12-30/2026-01-02") == {
        date(2025, 12, 30), date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 2),
    }  # fmt: skip
    text = TEXTS["sixian"].replace('"2026-01-01/2026-01-03"', '"2025-12-30/2026-01-03"', 1)
    calendar = loads(text, "x").work_calendar
    assert calendar.add(at("2025-12-29T17:00"), Duration.parse("P1WD")) == at("2026-01-04T17:30")
    assert not calendar.is_working_day(date(2025, 12, 30))
    assert calendar.is_working_day(date(2025, 12, 29))


@pytest.mark.parametrize(
    ("span", "days"), [("2026-01-01", 1), ("2026-01-01/2026-01-01", 1), ("2024-01-01/2025-01-01", 367)]
)
def test_a_span_counts_both_its_ends(span: str, days: int) -> None:
    assert len(days_of(span)) == days


@pytest.mark.parametrize("span", ["2026-01-02/2026-01-01", "2024-01-01/2025-01-02", "2026-02-29", "2026-13-01", "x"])
def test_a_span_that_is_none_is_refused(span: str) -> None:
    with pytest.raises(ValueError, match=r"^"):
        days_of(span)


BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-03-28T12:00", "2026-03-29T13:00"),
        ("2026-10-24T12:00", "2026-10-25T11:00"),
        ("2026-06-01T12:00", "2026-06-02T12:00"),
    ],
)
def test_twenty_four_hours_elapse_whatever_the_wall_clock_does(start: str, due: str) -> None:
    """G3: natural hours are elapsed hours."""
    begun = at(start, BERLIN)
    end = WorkCalendar(BERLIN).add(begun, Duration.parse("PT24H"))
    assert end.astimezone(UTC) - begun.astimezone(UTC) == timedelta(hours=24)
    assert end.replace(tzinfo=None) == datetime.fromisoformat(due)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)), st.integers(1, 500))  # noqa: DTZ001
def test_natural_hours_do_not_depend_on_the_zone_they_are_read_in(naive: datetime, hours: int) -> None:
    start, length = naive.replace(tzinfo=UTC), Duration.parse(f"PT{hours}H")
    assert WorkCalendar(BERLIN).add(start, length) == WorkCalendar(SHANGHAI).add(start, length)


# -- overlays and regrade


@pytest.mark.parametrize(
    ("known", "emergency", "acts"),
    [
        ("2016-09-08T00:00", None, {"respond"}),
        ("2016-09-08T00:00", "较大", {"respond"}),
        ("2016-09-08T00:00", "重大", {"respond", "press_conference"}),
        ("2016-11-09T23:59", "重大", {"respond", "press_conference"}),
        ("2016-11-10T00:00", "重大", {"respond", "press_conference", "first_authoritative_release"}),
        ("2016-11-10T00:00", "特别重大", {"respond", "press_conference", "first_authoritative_release"}),
        ("2026-09-14T10:00", "一般", {"respond"}),
    ],
)
def test_a_norm_applies_from_its_own_local_day_on(known: str, emergency: str | None, acts: set[str]) -> None:
    """C14.1: 80号 of 2016-11-10 does not reach back, and binds emergencies of the two upper levels only."""
    if emergency is not None and emergency not in ANSHAN.emergency_levels:
        pytest.fail("the bureau must know this emergency level")
    found = deadlines(ANSHAN, "重大", at(known), emergency)
    assert {each.act for each in found} == acts


@pytest.mark.parametrize(("known", "due"), [("2016-09-07T23:59", False), ("2016-09-08T00:00", True)])
def test_the_regulation_governs_from_its_first_day(known: str, due: bool) -> None:
    assert bool(deadlines(ANSHAN, "一般", at(known))) is due
    assert ANSHAN.in_force_on(at(known).date()) is due


def test_the_local_day_decides_not_that_of_the_sender() -> None:
    """16:30 UTC of the 9th is the 10th in Anshan already."""
    known = datetime(2016, 11, 9, 16, 30, tzinfo=UTC)
    assert "first_authoritative_release" in {each.act for each in deadlines(ANSHAN, "重大", known, "重大")}
    assert "first_authoritative_release" not in {
        each.act for each in deadlines(ANSHAN, "重大", known - timedelta(hours=1), "重大")
    }


def test_of_two_layers_the_earlier_binds_and_both_are_shown() -> None:
    known = at("2026-09-14T10:00")
    found = deadlines(ANSHAN, "重大", known, "重大")
    conferences = [each for each in found if each.act == "press_conference"]
    assert [each.source for each in conferences] == ["国办发〔2016〕61号", "国办发〔2016〕80号"]
    assert effective(found)["press_conference"] is conferences[0]
    assert effective(found)["first_authoritative_release"].due_at == known + timedelta(hours=5)
    assert {each.layer for each in found} == {"regulation", "overlay"}


@pytest.mark.parametrize("emergency", ["很大", "", "L3"])
def test_an_unknown_emergency_is_answered_with_the_known(emergency: str) -> None:
    with pytest.raises(UsageError) as caught:
        deadlines(ANSHAN, "重大", at("2026-09-14T10:00"), emergency)
    assert f"“{emergency}”" in str(caught.value)
    assert "特别重大" in str(caught.value)


def test_a_time_without_zone_starts_no_clock() -> None:
    with pytest.raises(ValueError, match="zone"):
        deadlines(ANSHAN, "一般", datetime(2026, 9, 14, 10))  # noqa: DTZ001


@pytest.mark.parametrize("old", LEVELS)
@pytest.mark.parametrize("new", LEVELS)
def test_regrading_takes_the_earlier_of_the_two_inv_3(old: str, new: str) -> None:
    known = at("2026-09-14T10:00")
    limits = {level: ANSHAN.work_calendar.add(known, ANSHAN.limit_for(level)) for level in LEVELS}
    assert regrade(ANSHAN, limits[old], new, known) == min(limits[old], limits[new])


def test_an_even_earlier_deadline_is_kept_whatever_the_level() -> None:
    known = at("2026-09-14T10:00")
    for level in LEVELS:
        assert regrade(ANSHAN, known + timedelta(minutes=1), level, known) == known + timedelta(minutes=1)


@given(st.integers(1, 10**6), st.floats(0.001, 1))
def test_a_warning_point_lies_between_start_and_due(seconds: int, ratio: float) -> None:
    start = at("2026-09-14T10:00")
    (point,) = warn_points(start, start + timedelta(seconds=seconds), [ratio])
    assert start <= point <= start + timedelta(seconds=seconds)
    assert abs((point - start).total_seconds() - seconds * ratio) < 1


# -- names


KINDS = {
    "role": lambda law: law.roles, "department": lambda law: law.departments, "act": lambda law: law.acts,
    "state": lambda law: law.states, "category": lambda law: law.routing.categories,
    "responsibility": lambda law: law.responsibilities, "urgent_number": lambda law: law.urgent_numbers,
    "level": lambda law: {level.code: level for level in law.levels},
}  # fmt: skip


@pytest.mark.parametrize("law", [ANSHAN, SIXIAN], ids=["anshan", "sixian"])
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_name_is_the_files_own_in_both_languages(law: Regulation, kind: str) -> None:
    table = KINDS[kind](law)
    assert table
    for code, item in table.items():
        assert law.name_of(kind, code) == item.name
        assert law.name_of(kind, code, "en") == law.name_of(kind, code, "en-gb")
        if item.en:
            assert law.name_of(kind, code, "en") == item.en
    with pytest.raises(KeyError):
        law.name_of(kind, "no-such-code")


@pytest.mark.parametrize("law", [ANSHAN, SIXIAN], ids=["anshan", "sixian"])
@pytest.mark.parametrize("kind", ["category", "act", "state", "role", "department", "level"])
def test_a_name_copied_in_chinese_is_found_in_english(law: Regulation, kind: str) -> None:
    for code in KINDS[kind](law):
        english = law.english_of(law.name_of(kind, code))
        assert english.isascii(), (kind, code, english)
        assert english != law.name_of(kind, code)


@pytest.mark.parametrize("name", ["", "张三", "某某公司", "Office"])
def test_a_name_that_is_not_of_the_file_stays_as_it_is(name: str) -> None:
    assert ANSHAN.english_of(name) == name
    assert ANSHAN.name_of("word", name, "en") == name


def test_an_unknown_kind_of_name_is_a_fault_of_the_program() -> None:
    with pytest.raises(KeyError):
        ANSHAN.name_of("citizen", "x")


@pytest.mark.parametrize("ask", ["level", "role", "department"])
def test_what_is_not_there_is_answered_with_what_is(ask: str) -> None:
    with pytest.raises(UsageError) as caught:
        getattr(ANSHAN, ask)("没有的")
    known = {"level": "特别重大（L4）", "role": "office_head", "department": "BGS"}[ask]
    assert "“没有的”" in str(caught.value)
    assert known in str(caught.value)


# -- quiet_kinds, proof_needed, heard_as


def test_only_a_rumour_needs_claim_proof_and_a_second_person_c1_2() -> None:
    assert ANSHAN.monitor.proof_needed == ("谣言",)
    assert SIXIAN.monitor.proof_needed == ("不实信息",)


def test_praise_is_quiet_and_no_criticism_is() -> None:
    """（一）: supervision by public opinion is answered; only what asks nothing is quiet."""
    assert set(ANSHAN.monitor.quiet_kinds) == {"表扬", "讨论", "正面报道"}
    assert (
        not set(ANSHAN.monitor.quiet_kinds) & set(ANSHAN.monitor.concern_types) & {"投诉", "疑虑", "理性批评", "谣言"}
    )


def test_every_word_the_engine_hears_is_a_kind_of_the_bureau() -> None:
    from huiying.engine.cues import CONCERNS

    for law in (ANSHAN, SIXIAN):
        for word in CONCERNS:
            assert law.monitor.heard_as.get(word, word) in law.concerns, word


@pytest.mark.parametrize(
    ("old", "new", "key", "fix"),
    [
        ("proof_needed: [不实信息]", "proof_needed: [不实消息]", "monitor.proof_needed", "是不是“不实信息”？"),
        ("proof_needed: [不实信息]", "proof_need: [不实信息]", "monitor.proof_need", "是不是“proof_needed”？"),
        ("default_owner: 综合股", "default_owner: 综合科", "routing.default_owner", "是不是“综合股”？"),
        (
            "backup: 综合股, confirm_with: [市场",
            "backup: 综和股, confirm_with: [市场",
            "routing.categories.SC.backup",
            "是不是“综合股”？",
        ),
        ("acts_as: [informant]", "acts_as: [informent]", "roles.info_clerk.acts_as", "是不是“informant”？"),
        (
            "deputies: [general_chief]",
            "deputies: [general_cheif]",
            "roles.section_chief.deputies",
            "是不是“general_chief”？",
        ),
        ("  timezone: Asia/Shanghai", "  timezon: Asia/Shanghai", "meta.timezon", "是不是“timezone”？"),
        ("extra_classes: [本地论坛]", "extra_class: [本地论坛]", "monitor.extra_class", "是不是“extra_classes”？"),
    ],
)
def test_a_misspelling_is_asked_back_with_its_line(old: str, new: str, key: str, fix: str) -> None:
    text = TEXTS["sixian"].replace(old, new, 1)
    mine = [p for p in problems("sixian", old, new) if p.key.startswith(key) and p.fix == fix]
    assert len(mine) == 1
    assert mine[0].line == text[: text.index(new)].count("\n") + 1 + (new.startswith("\n"))
    assert mine[0].en


@pytest.mark.parametrize(
    ("old", "new", "key", "said"),
    [
        ("articles: 12", "articles: 1.5", "meta.articles", "应当是整数"),
        ("articles: 12", "articles: true", "meta.articles", "应当是整数"),
        ("articles: 12", "articles: [12]", "meta.articles", "写的是一个列表"),
        ("articles: 12", "articles: {n: 12}", "meta.articles", "写的是一组键值"),
        ("articles: 12", "articles:", "meta.articles", "写的是空白"),
        ("interpreter: 综合股", "interpreter: 12", "meta.interpreter", "一段文字"),
        ("modes: [日常监测, 重点时段监测]", "modes: 日常监测", "monitor.modes", "应当是一个列表"),
        ("modes: [日常监测, 重点时段监测]", "modes: []", "monitor.modes", "列表是空的"),
        ('published: "2025-03-01"', 'published: "2025-3-1"', "meta.published", "应当是日期"),
        ('published: "2025-03-01"', 'published: "2025-02-30"', "meta.published", "日历上有的日期"),
        ('published: "2025-03-01"', "published: 2025-03-01", "meta.published", "加引号的日期"),
        ("max_gap_hours: 14", 'max_gap_hours: "14"', "monitor.patrol.daily.max_gap_hours", "应当是"),
        ('windows: ["08:00-12:00"', 'windows: ["8:00-12:00"', "monitor.patrol.daily.windows[0]", "一天里的时段"),
        ('windows: ["08:00-12:00"', 'windows: ["08:00-25:00"', "monitor.patrol.daily.windows[0]", "一天里的时段"),
    ],
)
def test_a_value_of_the_wrong_form_is_told_with_line_key_and_what_was_found(
    old: str, new: str, key: str, said: str
) -> None:
    text = TEXTS["sixian"].replace(old, new, 1)
    mine = [p for p in problems("sixian", old, new) if p.key == key and said in p.message]
    assert len(mine) == 1
    assert mine[0].line == text[: text.index(new)].count("\n") + 1
    assert mine[0].fix
    assert mine[0].en


# -- basis


@pytest.mark.parametrize(
    ("line", "kind", "gap"),
    [
        ("text （八）", "text", ""),
        ("interpretation G1 比照国办发〔2016〕61号", "interpretation", "G1"),
        ("interpretation G16", "interpretation", "G16"),
        ("superior 国办发〔2016〕80号（G3）", "superior", ""),
        ("国办发〔2016〕61号", "superior", ""),
        ("default", "default", ""),
        ("bodies = text （五）; time = interpretation G4", "interpretation", "G4"),
        ("bodies = text （五）；time = default", "text", ""),
    ],
)
def test_a_basis_line_has_a_kind_and_perhaps_a_question(line: str, kind: str, gap: str) -> None:
    """C13.1: the weakest ground counts, and only an interpretation leaves a question open."""
    read = Basis.parse(line)
    assert (read.kind, read.gap, read.text) == (kind, gap, line)


@pytest.mark.parametrize("line", ["", "law", "Text （八）", "texts", "61号", "〔16〕61号"])
def test_a_basis_of_no_kind_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"^"):
        Basis.parse(line)


@pytest.mark.parametrize("path", ["", "nowhere", "nowhere.at.all"])
def test_a_path_that_is_not_in_the_file_rests_on_the_product(path: str) -> None:
    assert ANSHAN.basis_of(path).kind == "default"
