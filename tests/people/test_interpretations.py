"""（十三）C13.1 and （十四）C14.1: signed, never retroactive; a case by the rule of its time; versions in words."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, strategies as st

from cast import Cast, builtin_text
from huiying.handling import actions as handling
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.overseeing.commands import assess
from huiying.people.actions.interpretations import (
    bring_regulation,
    interpretations_at,
    questions,
    sign_interpretation,
    unsigned,
)
from huiying.people.errors import Refused
from huiying.people.models import Interpretation, RegulationVersion
from huiying.people.versions import regulation_of
from huiying.regulation import load, loads
from huiying.regulation.differing import BLOCKS, GAPS, Change, answers, differences, in_words, path_name, sentence
from stories import again, hear

TODAY = dt.date(2026, 9, 14)
DAY = dt.timedelta(days=1)
RULING = "较大四十八小时，重大二十四小时。"
ANSHAN, SIXIAN = load("anshan"), load("sixian")


def refusal(call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)
    return caught.value.code


def newer(day: str = "2026-10-01", old: str = "", new: str = "") -> str:
    text = builtin_text("anshan").replace('effective_from: "2016-09-08"', f'effective_from: "{day}"')
    assert old in text
    return text.replace(old, new, 1) if old else text


def test_the_sixteen_questions_come_prefilled_with_how_the_file_answers_c13_1(cast: Cast) -> None:
    asked = {row.gap.id: row for row in questions()}
    assert list(asked) == list(GAPS)
    assert "24小时" in asked["G1"].prefilled
    assert asked["G10"].prefilled
    assert unsigned() == list(GAPS)


def test_the_office_signs_and_nobody_else_c13_1(cast: Cast) -> None:
    for who in (cast.tech_head, cast.duty, cast.deputy, cast.inspector, cast.admin):
        assert refusal(sign_interpretation, "G1", RULING, TODAY, who) == "not_permitted"
    made = sign_interpretation("G1", RULING, TODAY, cast.office)
    assert (made.signed_by, made.signed_on) == (cast.office.name, TODAY)
    assert made.effect["clocks.respond_within.重大.within"] == "24小时"
    assert "G1" not in unsigned()
    assert refusal(sign_interpretation, "G17", RULING, TODAY, cast.office) == "unknown_gap"
    assert refusal(sign_interpretation, "G1", " ", TODAY, cast.office) == "too_short"


def test_an_interpretation_never_reaches_back_c13_1(cast: Cast) -> None:
    """Must be impossible: a retroactive interpretation, at the verb and in the database."""
    assert refusal(sign_interpretation, "G1", RULING, TODAY - DAY, cast.office) == "retroactive"
    made = sign_interpretation("G1", RULING, TODAY, cast.office)
    with pytest.raises(IntegrityError), transaction.atomic():
        Interpretation.objects.filter(pk=made.pk).update(effective_from=TODAY - DAY)


def test_a_later_ruling_takes_its_place_on_its_own_day_and_the_earlier_stays_c13_1(
    cast: Cast, frozen: FrozenClock
) -> None:
    first = sign_interpretation("G6", "每天三次。", TODAY, cast.office)
    second = sign_interpretation("G6", "每天四次。", TODAY + 10 * DAY, cast.office2)
    (asked,) = [row for row in questions() if row.gap.id == "G6"]
    assert (asked.signed, asked.next) == (first, second)
    assert interpretations_at(clock.now())["G6"] == first
    assert interpretations_at(clock.now() + 10 * DAY)["G6"] == second
    assert interpretations_at(clock.now() - DAY) == {}
    frozen.advance(11 * DAY)
    (asked,) = [row for row in questions() if row.gap.id == "G6"]
    assert (asked.signed, asked.next) == (second, None)
    assert Interpretation.objects.count() == 2


def test_the_ledger_counts_what_is_left_to_sign_c13_1(cast: Cast) -> None:
    assert assess("2026-Q3")["gaps_unsigned"] == 16
    for gap in GAPS:
        sign_interpretation(gap, "照现行文件执行。", TODAY, cast.office)
    assert assess("2026-Q3")["gaps_unsigned"] == 0
    assert LedgerEntry.objects.filter(kind="interpretation.signed").count() == 16


def test_a_case_goes_by_the_version_of_its_first_knowledge_c14_1(cast: Cast, frozen: FrozenClock) -> None:
    """Scenario: a new version in force between two cases changes the second and not the first."""
    first = handling.open_case(hear(), cast.duty)
    bring_regulation(newer("2026-09-16"), cast.office)
    frozen.advance(3 * DAY)
    second = handling.open_case(hear("听说鞍山公共资源交易中心下个月要撤销了，大家赶紧停手！"), cast.duty)
    assert regulation_of(again(first).regulation).meta.effective_from == dt.date(2016, 9, 8)
    assert regulation_of(again(second).regulation).meta.effective_from == dt.date(2026, 9, 16)
    assert assess("2026-Q3")["right_version_share"] == 1.0


def test_a_version_that_reaches_back_is_refused_c14_1(cast: Cast) -> None:
    """Must be impossible: judging an old case by a new rule."""
    assert refusal(bring_regulation, newer("2026-09-13"), cast.office) == "retroactive"
    assert refusal(bring_regulation, newer(), cast.tech_head) == "not_permitted"
    assert refusal(bring_regulation, "schema: x", cast.office) == "not_valid"
    assert RegulationVersion.objects.count() == 1
    bring_regulation(newer(), cast.office)
    assert refusal(bring_regulation, newer(), cast.office) == "is_adopted"


def test_the_difference_of_two_versions_is_told_in_words_c14_1() -> None:
    old, new = "较大:     {within: PT48H,", "较大:     {within: PT36H,"
    after = loads(newer(old=old, new=new), "x")
    told = [sentence(change, after) for change in differences(ANSHAN, after)]
    assert "时限 › 公开回应 › 较大 › 限：由“48小时”改为“36小时”" in told
    assert "制度本身 › 施行日期：由“2016-09-08”改为“2026-10-01”" in told
    assert len(told) == 2
    english = [sentence(change, after, "en") for change in differences(ANSHAN, after)]
    assert "Time limits › public response › Considerable › within: from “48小时” to “36小时”" in english


@pytest.mark.parametrize("name", ["anshan", "sixian"])
def test_nothing_to_be_signed_is_a_code_of_the_file_c13_1(name: str) -> None:
    law = load(name)
    for gap in GAPS.values():
        for value in answers(law, gap).values():
            assert not re.search(r"[a-z]_[a-z]|[a-z]{4}", in_words(value, law)), (gap.id, value)


def test_a_changed_code_is_told_by_its_name_c14_1() -> None:
    change = Change("clocks.unit", "natural_hours", "working_days")
    assert sentence(change, ANSHAN).endswith("由“自然小时”改为“工作日”")
    assert sentence(change, ANSHAN, "en").endswith("from “natural hours” to “working days”")
    assert in_words("top_leader、deputy_leader", ANSHAN) == "主要领导、分管局领导"


@pytest.mark.parametrize(
    ("code", "zh", "en"),
    [
        ("patrol_missed>=3_in_30d", "30天内漏巡3次以上", "rounds missed at least 3 times in 30 days"),
        ("patrol_missed>=5_in_7d", "7天内漏巡5次以上", "rounds missed at least 5 times in 7 days"),
        ("training_absent>=2", "缺席培训2次以上", "absent from training at least 2 times"),
        ("level==特别重大 and cause_internal", "特别重大，且起因在内部", "Extraordinary and caused from within"),
    ],
)
def test_a_condition_is_told_with_its_own_numbers_whatever_they_are_c13_1(code: str, zh: str, en: str) -> None:
    assert in_words(code, ANSHAN) == zh
    assert in_words(code, ANSHAN, "en") == en


def test_what_is_new_and_what_is_gone_is_said_too_c14_1() -> None:
    assert sentence(Change("documents", None, "日志"), ANSHAN) == "文书：新增“日志”"
    assert sentence(Change("documents", "日志", None), ANSHAN) == "文书：删去“日志”"
    assert sentence(Change("documents", "日志", None), ANSHAN, "en") == "Documents: “日志” is gone"
    assert sentence(Change("documents", None, "日志"), ANSHAN, "en") == "Documents: new, “日志”"


def test_the_same_version_differs_in_nothing_and_two_bureaus_in_much_c14_1() -> None:
    assert differences(ANSHAN, ANSHAN) == []
    changes = differences(ANSHAN, SIXIAN)
    assert {change.block for change in changes} <= set(BLOCKS)
    assert any(change.path.startswith("accountability.ladder") for change in changes)
    assert any(change.after is None for change in changes)


@given(st.sampled_from(sorted(ANSHAN.leaves)))
def test_every_value_of_the_file_can_be_named_in_words(path: str) -> None:
    assert path_name(path, ANSHAN).split(" › ")[0] in {zh for zh, _en in BLOCKS.values()}
    assert path_name(path, ANSHAN, "en").split(" › ")[0] in {en for _zh, en in BLOCKS.values()}


def test_going_there_and_back_changes_the_same_values_the_other_way_round_c14_1() -> None:
    there = {(row.path, row.before, row.after) for row in differences(ANSHAN, SIXIAN)}
    assert {(row.path, row.after, row.before) for row in differences(SIXIAN, ANSHAN)} == there
