"""早报, 夜间小结, 月报 and 交接班表 (§7.1, §7.2, §7.5, C4.5, C5.1): at their hours, out of the record, once."""

from __future__ import annotations

import datetime as dt

import pytest

from asking_of import asked
from cast import Cast
from documents.documents_of import LIFE, a_day, count, entries, told
from huiying.documents import actions, loops
from huiying.documents.actions import issuing
from huiying.documents.models import IssuedDocument
from huiying.handling import handover
from huiying.handling.models import Handover
from huiying.judging.models import Event
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.overseeing.digest import issue as issue_digest
from huiying.overseeing.history.norms import period
from huiying.people.errors import Refused
from huiying.work.models import Notice
from stories import hear, opened, wait_until

AT_840 = dt.datetime(2026, 9, 15, 0, 40, tzinfo=dt.UTC)  # 08:40 in Anshan
MINUTE = dt.timedelta(minutes=1)


def pages() -> list[str]:
    return [row.number for row in loops.issue_due_pages()]


def test_7_5_the_briefing_is_made_at_08_40_and_once(cast: Cast) -> None:
    wait_until(AT_840)
    assert "早报2026-09-15" not in pages()
    wait_until(AT_840 + MINUTE)
    assert pages() == ["早报2026-09-15"]
    assert pages() == []
    assert Notice.objects.filter(recipient="deputy", title__startswith="早报").count() == 1


def test_7_5_a_loop_that_was_down_makes_it_late_and_not_in_the_evening(cast: Cast) -> None:
    wait_until(AT_840 + dt.timedelta(hours=5))
    assert pages() == ["早报2026-09-15"]
    wait_until(AT_840 + dt.timedelta(days=1, hours=7))
    assert "早报2026-09-16" not in pages()


def test_inv_9_the_briefing_s_figures_agree_with_the_ledger(cast: Cast) -> None:
    a_day(cast)
    wait_until(AT_840 + MINUTE)
    pages()
    row = IssuedDocument.objects.get(kind="briefing")
    rows = entries(AT_840 - dt.timedelta(days=1), AT_840)
    assert row.told["new"] == count(rows, "event.opened") == 3
    assert row.told["answered"] == count(rows, "release.live") == 1
    closed = {chain for chain, kind, data in rows if kind == "case.moved" and data["to"] == "closed"}
    assert row.told["live"] == count(rows, "case.opened") - len(closed) == 1
    assert "新增 3 件，在办 1 件" in row.data["short"]


def test_inv_9_the_briefing_made_again_is_the_same(cast: Cast, frozen: FrozenClock) -> None:
    a_day(cast)
    wait_until(AT_840 + MINUTE)
    pages()
    row = IssuedDocument.objects.get(kind="briefing")
    hear("鞍山公共资源交易平台打不开")
    frozen.advance(dt.timedelta(hours=2))
    assert actions.again(row).document.sha256 == row.sha256


def test_7_5_the_briefing_says_what_is_due_what_is_late_and_what_is_to_be_decided(
    cast: Cast, frozen: FrozenClock
) -> None:
    case = opened(cast)
    wait_until(AT_840 + dt.timedelta(days=1, minutes=1))
    pages()
    row = IssuedDocument.objects.get(kind="briefing")
    assert row.told["due_today"] == 1
    assert f"{case.number}｜较大" in told(row)
    wait_until(AT_840 + dt.timedelta(days=2, minutes=1))
    pages()
    later = IssuedDocument.objects.filter(kind="briefing").first()
    assert later is not None
    assert later.told["overdue"] == 1
    assert f"{case.number}已逾期，待决定怎样回应。" in told(later)


def test_7_1_the_night_summary_is_made_at_22_00_and_06_30(cast: Cast) -> None:
    wait_until(dt.datetime(2026, 9, 14, 14, 1, tzinfo=dt.UTC))
    assert pages() == ["夜报2026-09-14 22:00"]
    hear("鞍山公共资源交易平台登录不上，急！")
    wait_until(dt.datetime(2026, 9, 14, 22, 31, tzinfo=dt.UTC))
    assert pages() == ["夜报2026-09-15 06:30"]
    row = IssuedDocument.objects.get(number="夜报2026-09-15 06:30")
    assert row.told["new"] == 1
    assert actions.again(row).document.sha256 == row.sha256


def test_life_first_a_danger_is_on_no_page_of_the_day(cast: Cast) -> None:
    hear(LIFE, own_channel=True)
    number = Event.objects.get().number
    wait_until(AT_840 + MINUTE)
    pages()
    row = IssuedDocument.objects.get(kind="briefing")
    assert row.told["new"] == 1
    assert number not in row.content
    assert "跳" not in row.content


def test_c4_5_the_digest_on_paper_has_the_figures_that_were_issued_and_no_others(cast: Cast) -> None:
    for kind, text in (("投诉", "叫号机坏了没人管"), ("表扬", "办得很快"), ("投诉", "开标大厅太吵")):
        asked(kind, text)
    assert loops.issue_digest_page("2026-09") is None, "not before the figures are out"
    made = issue_digest(period("2026-09"))
    assert made is not None
    asked("表扬", "后来又有人夸")
    row = loops.issue_digest_page("2026-09")
    assert row is not None
    assert row.number == "月报〔2026〕第9期"
    assert row.told["messages"]["投诉"] == 2
    assert row.told["messages"]["表扬"] == 1
    assert told(row).index("投诉｜2") < told(row).index("表扬｜1") < told(row).index("咨询｜0")
    assert loops.issue_digest_page("2026-09") is None
    assert actions.again(row).document.sha256 == row.sha256


def handed_over(cast: Cast) -> Handover:
    row = handover.begin_handover(cast.duty2, cast.duty)
    handover.give(row, "备用手机已充电。", cast.duty)
    return handover.take(row, cast.duty2)


def test_c5_1_the_hand_over_sheet_is_put_on_paper_once_both_confirmed(cast: Cast) -> None:
    case = opened(cast)
    row = handover.begin_handover(cast.duty2, cast.duty)
    with pytest.raises(Refused) as early:
        issuing.issue_of_object("handover", row.pk, cast.duty)
    assert early.value.code == "not_taken"
    handover.give(row, "备用手机已充电。", cast.duty)
    handover.take(row, cast.duty2)
    paper = issuing.issue_of_object("handover", row.pk, cast.duty)
    row.refresh_from_db()
    for words in (case.number, "值班员小周，", "值班员小吴，", "备用手机已充电。", row.sheet_sha256):
        assert words in told(paper), words
    assert issuing.issue_of_object("handover", row.pk, cast.office) == paper


def test_life_first_the_hand_over_sheet_on_paper_counts_a_danger_only(cast: Cast) -> None:
    hear(LIFE, own_channel=True)
    number = Event.objects.get().number
    paper = issuing.issue_of_object("handover", handed_over(cast).pk, cast.duty)
    assert number not in paper.content
    assert "当面交接，不列内容。" in told(paper)


def test_nothing_is_made_for_a_bureau_that_is_not_set_up(db: None, frozen: FrozenClock) -> None:
    wait_until(AT_840 + MINUTE)
    assert loops.issue_due_pages() == []
    assert loops.issue_due_logs() == []
    assert clock.now() == AT_840 + MINUTE
