"""INV-8, INV-12: a lie planted outside the ledger is found by `huiying check`; an honest house is silent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from cast import Cast, builtin_text
from huiying.handling import actions as handling
from huiying.kernel.clock import FrozenClock
from huiying.ledger import append_only
from huiying.overseeing.auditing import cases
from huiying.people.actions.interpretations import sign_interpretation
from huiying.people.models import Interpretation, RegulationVersion
from overseeing.oversight_of import CHECKS, lies, overdue, told_of
from stories import RUMOUR, again, answered, hear, opened, routed

HOUR = dt.timedelta(hours=1)


def planted(sql: str, *values: Any) -> None:
    """As somebody with the database file would, around every verb and trigger."""
    append_only.remove(connection, "handling_breach")
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_a_case_that_was_answered_accuses_nobody(cast: Cast) -> None:
    answered(cast)
    assert lies() == []


def test_an_honest_house_is_silent(cast: Cast, frozen: FrozenClock) -> None:
    """Late, upgraded, returned, merged, opened anew: nothing to accuse anybody of."""
    late = overdue(cast, frozen)
    handling.confirm_level(again(late), "特别重大", cast.duty)
    loser = opened(cast, text=RUMOUR)
    handling.route(again(loser), cast.department("GCC"), [], "由工程处主办此件", cast.duty)
    handling.return_case(again(loser), "不属于本处职责，请另行指定。", cast.works_head)
    winner = handling.open_case(hear("鞍山市公共资源交易中心的电话一直打不通，谁来管管？"), cast.duty)
    assert lies() == []
    handling.merge_cases(again(loser), winner, cast.duty)
    sign_interpretation("G6", "每天三次，最长隔十小时。", dt.date(2026, 10, 1), cast.office)
    assert lies() == []


LIES: dict[str, tuple[str, str]] = {
    "a moved first knowledge": (
        "UPDATE handling_case SET first_known_at = '2026-09-14 09:00:00' WHERE number = %s", "首次获知"),
    "another state": ("UPDATE handling_case SET state = 'closed' WHERE number = %s", "状态"),
    "another level": ("UPDATE handling_case SET level = 'L1' WHERE number = %s", "级别"),
    "an answer that nobody gave": (
        "UPDATE handling_case SET answered_at = '2026-09-14 03:00:00' WHERE number = %s", "回应时间"),
    "a later deadline": (
        "UPDATE handling_clock SET due_at = '2026-12-01 00:00:00' WHERE is_legal AND case_id = "
        "(SELECT id FROM handling_case WHERE number = %s)", "到期"),
    "a deleted breach": (
        "DELETE FROM handling_breach WHERE clock_id IN (SELECT id FROM handling_clock WHERE case_id = "
        "(SELECT id FROM handling_case WHERE number = %s))", "逾期记录不见了"),
    "a breach that does not count any more": (
        "UPDATE handling_breach SET counts = false WHERE clock_id IN (SELECT id FROM handling_clock WHERE case_id = "
        "(SELECT id FROM handling_case WHERE number = %s))", "逾期记录被改过"),
    "a report that is gone": (
        "DELETE FROM handling_nodereport WHERE case_id = (SELECT id FROM handling_case WHERE number = %s)", "节点报送"),
    "another lead": (
        "UPDATE handling_casedepartment SET department_id = (SELECT id FROM people_department WHERE code = 'GCC') "
        "WHERE until IS NULL AND role = 'lead' AND case_id = (SELECT id FROM handling_case WHERE number = %s)", "主办"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(LIES))
def test_a_planted_lie_about_a_case_is_found_inv_12(cast: Cast, frozen: FrozenClock, name: str) -> None:
    case = overdue(cast, frozen)
    assert lies() == []
    sql, said = LIES[name]
    planted(sql, case.number)
    (first, *_more) = lies()
    assert case.number in first
    assert said in " ".join(lies())


def test_a_breach_that_was_put_in_is_found_too_inv_12(cast: Cast, frozen: FrozenClock) -> None:
    """A lie may also accuse."""
    case = routed(cast)
    clock = case.clocks.filter(is_legal=True).first()
    assert clock is not None
    planted(
        "INSERT INTO handling_breach (clock_id, due_at, found_at, cause, counts, lead) "
        "VALUES (%s, '2026-09-14 02:00:00', '2026-09-14 02:00:00', '未按时', true, '信息部')",
        clock.pk,
    )
    assert "添上去的" in " ".join(lies())


def test_a_case_that_is_gone_is_named_inv_1(cast: Cast) -> None:
    case = opened(cast)
    planted("UPDATE handling_case SET number = 'X-1' WHERE number = %s", case.number)
    found = " ".join(lies())
    assert f"案件 {case.number}与台账不一致：整件不见了" in found
    assert "X-1" in found


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE people_regulationversion SET effective_from = '2026-01-01'", "施行日期"),
        ("UPDATE people_regulationversion SET text = text || ' '", "文字"),
        ("UPDATE people_regulationversion SET sha256 = 'x'", "没有采用过"),
    ],
)
def test_a_regulation_that_was_rewritten_is_found_c14_1(cast: Cast, sql: str, said: str) -> None:
    planted(sql)
    assert said in " ".join(lies())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda: Interpretation.objects.update(ruling="每天一次。"), "被改过"),
        (lambda: Interpretation.objects.update(effective_from=dt.date(2027, 1, 1)), "被改过"),
        (lambda: Interpretation.objects.all().delete(), "不见了"),
    ],
)
def test_an_interpretation_that_was_changed_is_found_c13_1(cast: Cast, change: Callable[[], Any], said: str) -> None:
    sign_interpretation("G6", "每天三次，最长隔十小时。", dt.date(2026, 9, 14), cast.office)
    assert lies() == []
    change()
    assert said in " ".join(lies())


def test_an_interpretation_that_nobody_signed_is_found_c13_1(cast: Cast) -> None:
    Interpretation.objects.create(
        gap="G1", clause="（八）", question="?", ruling="随便", regulation_sha256="0", signed_by="某",
        effective_from=dt.date(2026, 9, 14), signed_on=dt.date(2026, 9, 14), signed_user=1, signed_at=told_of(cast),
    )  # fmt: skip
    assert "没有人签署过" in " ".join(lies())


def test_the_second_regulation_is_compared_the_same(cast: Cast) -> None:
    from huiying.people.actions import adopt_regulation

    adopt_regulation(builtin_text("sixian"), cast.office)
    assert RegulationVersion.objects.count() == 2
    assert lies() == []


def test_every_check_is_registered_by_name() -> None:
    from huiying.work import auditor

    assert set(CHECKS) <= set(auditor._auditors)
    assert cases.LISTED
