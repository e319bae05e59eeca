"""网络舆情日志 (C6.9): one for each day, a nil day too, out of the ledger alone, chained to the day before."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from cast import Cast
from documents.documents_of import (
    AFTER_MIDNIGHT,
    LIFE,
    MIDNIGHT,
    TODAY,
    a_day,
    count,
    entries,
    log_of,
    tables,
    told,
)
from huiying.documents import actions, loops
from huiying.documents.models import IssuedDocument
from huiying.handling import actions as handling
from huiying.judging.models import Event
from huiying.kernel.clock import FrozenClock
from huiying.ledger import queries as ledger
from huiying.ledger.models import LedgerEntry
from huiying.people.actions.roster import set_shift
from huiying.work.auditor import check
from stories import OUTAGE, again, handled, hear, opened, wait_until

DAY = dt.timedelta(days=1)
START = MIDNIGHT - DAY


def test_c6_9_a_day_without_events_has_its_log_and_says_so(cast: Cast) -> None:
    """Scenario 16."""
    row = log_of()
    assert "零报告：当日没有收到来文，没有新增涉局舆情。" in told(row)
    assert row.told["received"] == row.told["events"] == 0
    assert row.number == "2026-257"
    actions.sign(row, "值班员", row.sha256, cast.duty)
    actions.sign(row, "带班领导", row.sha256, cast.shift)
    assert {one.place for one in row.signatures.all()} == {"值班员", "带班领导"}


def test_c6_9_every_figure_agrees_with_a_count_of_the_ledger_in_plain_sql(cast: Cast) -> None:
    """INV-9: recomputed by somebody else, from the table and nothing else."""
    a_day(cast)
    figures = log_of().told
    rows = entries(START, MIDNIGHT)
    posts = [post["id"] for _c, kind, data in rows if kind == "posts.received" for post in data["posts"]]
    assert figures["received"] == len(posts) == 3
    for name, kind in (
        ("events", "event.opened"), ("cases", "case.opened"), ("answered", "release.live"), ("warned", "event.warned"),
        ("feedback", "feedback.given"), ("liaison_sent", "liaison.sent"), ("breached", "clock.breached"),
        ("patrolled", "patrol.ticked"),
    ):  # fmt: skip
        assert figures[name] == count(rows, kind), name
    with connection.cursor() as cursor:
        cursor.execute("SELECT channel_class FROM listening_post")
        assert figures["by_channel"] == Counter(name for (name,) in cursor.fetchall())
    decided = {chain: data["concern"] for chain, kind, data in rows if kind == "concern.decided"}
    events = [chain for chain, kind, _d in rows if kind == "event.opened"]
    assert figures["by_concern"] == Counter(decided.get(chain, "待认定") for chain in events)


def test_c6_9_the_tables_say_what_the_figures_say(cast: Cast) -> None:
    case = a_day(cast)
    row = log_of()
    new = next(table for table in tables(row) if table.header[1] == "首发/发现/时差")
    assert len(new.rows) == row.told["events"] == 3
    assert all(line.sources for line in new.rows)
    answers = next(table for table in tables(row) if table.header == ("编号", "形式", "时间", "链接"))
    assert [line.cells[0] for line in answers.rows] == [case.number]
    summary = next(table for table in tables(row) if table.header[0] == "项目")
    assert ("收到来文", "3", "0", "+3") in [line.cells for line in summary.rows]
    assert ("反馈", "0", "0", "0") in [line.cells for line in summary.rows]


def test_inv_9_made_again_it_is_the_same_document_whatever_happened_since(cast: Cast, frozen: FrozenClock) -> None:
    case = handled(cast)
    row = log_of()
    handling.add_knowledge(
        again(case), case.first_known_at - dt.timedelta(hours=2), "值班电话", "电话记录本第三页", cast.duty
    )
    frozen.advance(DAY)
    hear(OUTAGE, native_id="later")
    made = actions.again(row)
    assert made.document.sha256 == row.sha256
    assert dict(made.figures) == row.told
    assert made.document.dumps() == row.content


def test_c6_9_what_came_at_midnight_is_the_next_day_s(cast: Cast, frozen: FrozenClock) -> None:
    frozen.set(MIDNIGHT - dt.timedelta(microseconds=1))
    hear("鞍山公共资源交易平台登录不上，急！")
    frozen.set(MIDNIGHT)
    hear("鞍山公共资源交易中心的保函窗口没有人，等了两个小时")
    assert log_of().told["received"] == 1
    assert log_of(TODAY + DAY, AFTER_MIDNIGHT + DAY).told["received"] == 1


def test_c6_9_each_log_carries_the_hash_of_the_day_before(cast: Cast) -> None:
    first = log_of()
    second = log_of(TODAY + DAY, AFTER_MIDNIGHT + DAY)
    assert first.prev_sha256 == "0" * 64
    assert "无（首份日志）" in told(first)
    assert second.prev_sha256 == first.sha256
    assert first.sha256 in told(second)


def test_c6_9_a_program_that_was_off_makes_every_missing_day_in_order(cast: Cast) -> None:
    wait_until(AFTER_MIDNIGHT + 4 * DAY)
    made = loops.issue_due_logs()
    assert [row.subject for row in made] == [(TODAY + n * DAY).isoformat() for n in range(5)]
    assert loops.issue_due_logs() == []
    assert [row.number for row in made] == ["2026-257", "2026-258", "2026-259", "2026-260", "2026-261"]


def test_c6_9_a_log_is_not_made_before_its_day_is_over(cast: Cast) -> None:
    assert loops.issue_due_logs() == []
    wait_until(MIDNIGHT + dt.timedelta(minutes=4))
    assert loops.issue_due_logs() == []
    wait_until(MIDNIGHT + dt.timedelta(minutes=5))
    assert len(loops.issue_due_logs()) == 1


def test_c6_9_no_gap_can_be_left_and_no_day_slipped_in_between(cast: Cast) -> None:
    log_of()
    wait_until(AFTER_MIDNIGHT + 3 * DAY)
    with pytest.raises(ValueError, match="还没有生成"):
        loops.issue_log(TODAY + 2 * DAY)
    loops.issue_log(TODAY + DAY)
    assert loops.issue_log(TODAY) is None
    with pytest.raises(ValueError, match="不能再补在中间"):
        loops.issue_log(TODAY - DAY)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE documents_issueddocument SET content = '{}'",
        "UPDATE documents_issueddocument SET sha256 = prev_sha256",
        "DELETE FROM documents_issueddocument",
    ],
)
def test_c6_9_yesterday_s_log_cannot_be_edited_in_the_database(cast: Cast, sql: str) -> None:
    row = log_of()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert IssuedDocument.objects.get().sha256 == row.sha256


def test_c6_9_a_second_log_of_a_day_is_refused_by_the_database(cast: Cast) -> None:
    row = log_of()
    row.pk, row.number = None, "2026-257乙"
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_c6_9_issuing_is_in_the_ledger_with_hash_and_figures(cast: Cast) -> None:
    a_day(cast)
    row = log_of()
    entry = LedgerEntry.objects.get(kind="document.issued")
    assert entry.data is not None
    assert entry.data["sha256"] == row.sha256
    assert entry.data["figures"] == row.told
    assert ledger.verify().ok


def test_life_first_a_danger_is_counted_in_the_log_and_listed_nowhere(cast: Cast) -> None:
    hear(LIFE, own_channel=True)
    number = Event.objects.get().number
    row = log_of()
    assert row.told["events"] == 1
    assert number not in row.content
    assert "跳" not in row.content
    assert "另有涉及人身安全的 1 件，只计数，不列出。" in told(row)


def test_c5_1_the_log_names_who_had_the_desk_by_the_roster(cast: Cast) -> None:
    at = dt.datetime(2026, 9, 14, 9, 30, tzinfo=dt.UTC)
    set_shift(cast.duty2, at, at + dt.timedelta(hours=8), cast.office)
    log = log_of()
    assert "值班员小吴｜9月14日 17:30—9月15日 01:30" in told(log)


def test_c6_9_a_missing_and_an_unsigned_log_are_found_by_the_auditor(cast: Cast) -> None:
    wait_until(AFTER_MIDNIGHT + dt.timedelta(hours=2))
    assert "log.missing" in {one.code for one in check()}
    loops.issue_due_logs()
    assert "log.missing" not in {one.code for one in check()}
    wait_until(AFTER_MIDNIGHT + 3 * DAY)
    loops.issue_due_logs()
    assert "log.unsigned" in {one.code for one in check()}


def test_c6_9_an_overdue_case_is_in_the_log_of_the_day_on_which_it_fell_due(cast: Cast, frozen: FrozenClock) -> None:
    from huiying.handling import clocks
    from huiying.kernel import clock

    case = opened(cast)
    frozen.advance(2 * DAY + dt.timedelta(minutes=1))
    clocks.poll(clock.now(), 100)
    row = log_of(TODAY + 2 * DAY, AFTER_MIDNIGHT + 2 * DAY)
    assert row.told["breached"] >= 1
    assert f"{case.number} “公开回应”逾期" in told(row)
    assert "已超" in told(row)
