"""民意月报 (C4.5): praise and criticism in true proportion, over everything that came in, chosen by nobody."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
from django.db import connection
from django.test import Client

from asking_of import asked, asked_and_closed
from cast import Cast
from huiying.engine.post import parse_post
from huiying.handling import actions
from huiying.judging.pipeline import judge_pending
from huiying.kernel.clock import FrozenClock
from huiying.ledger.actions import Actor
from huiying.ledger.models import LedgerEntry
from huiying.listening.actions import receive
from huiying.listening.actions.by_hand import Entry, enter
from huiying.listening.models import HandEntry, Message
from huiying.overseeing.digest import digest, issue, issue_when_due, last_month, parts
from huiying.overseeing.history.norms import period
from huiying.work.models import Notice

SEPTEMBER = period("2026-09")
SAID = (
    [("咨询", "请问保证金几天退还，要带什么材料")] * 3
    + [("投诉", "开标大厅叫号机坏了没人管")] * 4
    + [("表扬", "业务受理部的同志耐心，办得很快")] * 2
    + [("建议", "希望周六也能办CA证书\n我在立山上班，只有周末有空")]
)


def a_month(cast: Cast) -> None:
    for kind, text in SAID:
        asked(kind, text)
    enter(Entry(kind=HandEntry.CALL, text="投诉：窗口态度差，让人白跑三趟"), [], cast.duty)
    for n in range(5):
        post = {
            "native_id": f"f{n}",
            "platform": "本地论坛",
            "channel_class": "论坛",
            "text": "鞍山公共资源交易平台又登录不上了",
        }
        receive([parse_post(post)], how="import", actor=Actor.SYSTEM)
    while judge_pending().screened:
        pass


def counted(rows: object) -> dict[str, int]:
    return {row.name: row.count for row in rows if row.count}  # type: ignore[attr-defined]


def test_c4_5_the_proportions_match_an_independent_count(cast: Cast) -> None:
    """Counted once more in plain SQL, over the tables themselves."""
    a_month(cast)
    found = digest(SEPTEMBER)
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, count(*) FROM listening_message GROUP BY kind")
        by_kind = dict(cursor.fetchall())
        cursor.execute("SELECT count(*) FROM listening_post WHERE own_channel")
        (whole,) = cursor.fetchone()
    assert found.total == whole == len(SAID) + 1
    assert by_kind == Counter(kind for kind, _text in SAID)
    for row in found.messages:
        called = 1 if row.name == counted_of_the_call() else 0
        assert row.count == by_kind.get(row.name, 0) + called, row.name
        assert row.share == round(row.count / whole, 4)
    assert sum(row.share or 0 for row in found.messages) == pytest.approx(1, abs=0.001)


def counted_of_the_call() -> str:
    from huiying.judging.models import Screening

    return Screening.objects.get(post__platform="来电").concern or "未分类"


def test_c4_5_it_agrees_with_the_ledger(cast: Cast) -> None:
    a_month(cast)
    told = Counter(entry.data["kind"] for entry in LedgerEntry.objects.filter(kind="message.received") if entry.data)
    found = counted(digest(SEPTEMBER).messages)
    assert all(found[kind] >= n for kind, n in told.items())
    assert sum(found.values()) == sum(told.values()) + 1


def test_c4_5_praise_is_not_put_first_and_a_zero_is_shown(cast: Cast) -> None:
    """报喜不报忧 must be impossible: the order is the count, and what nobody said stands there as zero."""
    a_month(cast)
    rows = digest(SEPTEMBER).messages
    assert [row.count for row in rows] == sorted((row.count for row in rows), reverse=True)
    assert rows[0].name == "投诉"
    assert {"网站问题", "不实信息"} <= {row.name for row in rows if row.count == 0}


def test_what_was_said_elsewhere_is_counted_apart(cast: Cast) -> None:
    a_month(cast)
    found = digest(SEPTEMBER)
    assert found.total_heard == 5
    assert counted(found.channels) == {"门户留言": 10, "来电": 1}


def test_a_month_begins_and_ends_at_the_bureau_s_midnight(cast: Cast, frozen: FrozenClock) -> None:
    frozen.set(dt.datetime(2026, 9, 30, 15, 59, tzinfo=dt.UTC))  # 23:59 in Anshan
    asked("咨询", "九月最后一分钟问的")
    frozen.set(dt.datetime(2026, 9, 30, 16, 0, tzinfo=dt.UTC))  # midnight: October
    asked("咨询", "十月第一分钟问的")
    assert digest(SEPTEMBER).total == 1
    assert digest(period("2026-10")).total == 1
    assert digest(period("2026-08")).total == 0


def test_a_danger_to_life_is_counted_and_never_listed(cast: Cast) -> None:
    asked("投诉", "货款压了我一年半，我真的活不下去了，想从楼上跳下去。")
    found = digest(SEPTEMBER)
    assert found.total == 1
    assert found.matters == ()
    assert found.untold == ()


def test_what_people_asked_that_the_site_should_have_told(cast: Cast, frozen: FrozenClock) -> None:
    """Questions only, the most asked first; asked although the answer was public means that nobody finds it."""
    for _n in range(2):
        asked("咨询", "鞍山公共资源交易中心的CA证书在哪里办理，要带什么")
    _receipt, _case = asked_and_closed(cast)
    frozen.advance(dt.timedelta(hours=1))
    found = digest(SEPTEMBER).untold
    assert [row.asked for row in found] == [2]
    assert found[0].case is None
    assert found[0].after_the_answer == 0


def test_a_question_after_the_public_answer_says_that_it_is_hard_to_find(cast: Cast, frozen: FrozenClock) -> None:
    receipt, case = asked_and_closed(cast)
    Message.objects.filter(number=receipt.number).update(kind="咨询")
    frozen.advance(dt.timedelta(hours=1))
    asked("咨询")
    (row,) = digest(SEPTEMBER).untold
    assert (row.asked, row.after_the_answer, row.case) == (2, 1, case)


def test_ratings_stand_in_it_in_the_regulation_s_words(cast: Cast) -> None:
    receipt, _case = asked_and_closed(cast)
    actions.rate(receipt.number, receipt.query_code, "unsatisfied")
    actions.ask_again(receipt.number, receipt.query_code, "还有一个标段没有说")
    found = digest(SEPTEMBER)
    assert counted(found.grades) == {"不满意": 1}
    assert [row.name for row in found.grades] == ["不满意", "满意", "基本满意"]
    assert (found.answered, found.asked_again, found.total) == (1, 1, 1)


def test_shares_without_a_whole_are_none() -> None:
    assert [(row.name, row.count, row.share) for row in parts(Counter(), ["甲"])] == [("甲", 0, None)]


# --- issued -----------------------------------------------------------------------------------------------------------


def test_c4_5_it_goes_to_the_leaders_by_itself_once(cast: Cast, frozen: FrozenClock) -> None:
    a_month(cast)
    frozen.set(dt.datetime(2026, 9, 30, 15, 59, tzinfo=dt.UTC))
    issue_when_due()
    assert not LedgerEntry.objects.filter(kind="digest.issued", chain="digest:2026-09").exists()
    frozen.set(dt.datetime(2026, 9, 30, 16, 1, tzinfo=dt.UTC))
    for _hour in range(3):
        issue_when_due()
    entry = LedgerEntry.objects.get(chain="digest:2026-09")
    assert entry.data is not None
    assert entry.data["messages"] == {row.name: row.count for row in digest(SEPTEMBER).messages}
    told = set(Notice.objects.filter(key="digest:2026-09").values_list("recipient", flat=True))
    assert {"top", "deputy", "office"} <= told


def test_the_ledger_s_figures_can_be_computed_again(cast: Cast) -> None:
    """INV-9: what was told to the leaders is what the records still give."""
    a_month(cast)
    made = issue(SEPTEMBER)
    assert made is not None
    assert issue(SEPTEMBER) is None
    entry = LedgerEntry.objects.get(chain="digest:2026-09")
    assert entry.data == digest(SEPTEMBER).figures()


def test_january_looks_back_at_december(cast: Cast) -> None:
    assert last_month(dt.datetime(2026, 1, 3, tzinfo=dt.UTC)).words == "2025-12"


def test_the_page_shows_every_kind_and_no_text_of_a_citizen(cast: Cast, client: Client) -> None:
    a_month(cast)
    client.force_login(cast.top)
    page = client.get("/desk/digest/2026-09/").content.decode()
    for kind in ("咨询", "投诉", "建议", "表扬", "网站问题", "不实信息"):
        assert kind in page
    assert "周六也能办" in page  # the name of the matter
    assert "立山" not in page  # what else was written
    assert "这个月还没有过完" in page
    client.force_login(cast.tech_head)
    assert client.get("/desk/digest/2026-09/").status_code == 404
