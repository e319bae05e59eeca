"""The open figures agree with an independent count of the ledger （四）C1.1; page, CSV and JSON; the rules (C1.1)."""

from __future__ import annotations

import csv
import io
import json
import statistics
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

import stories
from cast import Cast
from huiying.handling import actions as handling, clocks
from huiying.handling.models import Case
from huiying.kernel import clock
from huiying.ledger.models import LedgerEntry
from huiying.listening.actions import receive_message
from huiying.overseeing import overview
from huiying.people.queries import zone
from huiying.portal import caching
from huiying.responding import actions as responding
from huiying.responding.models import Withholding

pytestmark = pytest.mark.django_db


def a_quarter(cast: Cast, frozen: clock.FrozenClock) -> None:
    """Three months: messages, an answer in time, one late for no reason, one only held, one that nobody answered."""
    receive_message("咨询", "评标专家怎么报名", "")
    receive_message("投诉", "开标大厅排队太久", "")
    stories.answered(cast)
    frozen.advance(timedelta(days=31))
    receive_message("建议", "希望大厅中午也开门", "")
    late = approved(cast, stories.RUMOUR)
    stories.wait_until(late.clocks.get(act="respond", is_legal=True, superseded_at__isnull=True).due_at)
    frozen.advance(timedelta(hours=1))
    run_clocks()
    responding.release(stories.again(late), ["portal"], cast.office)
    stories.do_what_is_due()
    frozen.advance(timedelta(days=31))
    stories.opened(cast, text=stories.CONSULTATION)
    frozen.advance(timedelta(days=4))
    run_clocks()


def run_clocks() -> None:
    while clocks.poll(clock.now(), 50):
        pass


def approved(cast: Cast, text: str) -> Case:
    """Another matter than the outage, as far as an approved answer."""
    case = stories.opened(cast, text=text)
    handling.route(case, cast.department("Z-XX"), [], "由信息技术部主办", cast.duty)
    handling.accept(stories.again(case), cast.tech_head)
    finding = handling.find(case, "没有这样的决定。", "误读了一份旧文件。", "有企业询问。", cast.tech_liaison)
    handling.dispose(case, finding, "已逐一说明。", True, cast.tech_head)
    responding.save_revision(stories.seen(cast, case), actor=cast.editor, **stories.DRAFT)  # type: ignore[arg-type]
    round_ = responding.submit(stories.again(case), cast.editor)
    stories.approve(cast, round_)
    return stories.again(case)


def by_hand() -> dict[str, dict[str, Any]]:
    """Another count of the same ledger, by plain loops over its rows, sharing no code with the figures."""
    local = zone()

    def month(at: datetime) -> str:
        return at.astimezone(local).strftime("%Y-%m")

    rows = [(e.chain, e.kind, json.loads(e.payload or "{}"), e.at) for e in LedgerEntry.objects.order_by("id")]
    asked = Counter(month(at) for _c, kind, _p, at in rows if kind == "message.received")
    known, first, late = {}, {}, {}
    for chain, kind, told, at in rows:
        if kind == "case.opened":
            known[chain] = datetime.fromisoformat(told["first_known_at"])
        if kind == "case.known_earlier":
            known[chain] = datetime.fromisoformat(told["known_at"])
        if kind == "release.live" and chain.startswith("case:") and told["stage"] not in ("holding", "withdrawal"):
            first.setdefault(chain, datetime.fromisoformat(told["at"]) if told.get("at") else at)
        if kind == "clock.breached" and told["act"] == "respond":
            late.setdefault(chain, (month(datetime.fromisoformat(told["due_at"])), told["cause"]))
    found: dict[str, dict[str, Any]] = {}
    for name in {*asked, *map(month, first.values()), *(when for when, _cause in late.values())}:
        hours = [(at - known[chain]).total_seconds() / 3600 for chain, at in first.items() if month(at) == name]
        causes = Counter(cause for when, cause in late.values() if when == name)
        found[name] = {
            "asked": asked[name],
            "answered": len(hours),
            "median_hours": round(statistics.median(hours), 2) if hours else None,
            "slowest_hours": round(max(hours), 2) if hours else None,
            "late": sum(causes.values()),
            "reasons": dict(causes),
        }
    return found


def test_the_figures_agree_with_an_independent_count_of_the_ledger_acceptance_3(
    cast: Cast, frozen, client: Client
) -> None:
    a_quarter(cast, frozen)
    expected = by_hand()
    assert len(expected) == 3
    assert sum(row["late"] for row in expected.values()) == 2, "the story has its late ones"
    told = client.get("/figures.json").json()
    assert {row.pop("month"): row for row in told["months"]} == expected
    assert told["whole"]["asked"] == 3
    assert told["whole"]["answered"] == sum(row["answered"] for row in expected.values()) == 2
    assert told["whole"]["late"] == 2


def test_page_csv_and_json_say_the_same_c1_1(cast: Cast, frozen, client: Client) -> None:
    a_quarter(cast, frozen)
    told = client.get("/figures.json").json()["months"]
    response = client.get("/figures.csv")
    assert response.content.startswith(b"\xef\xbb\xbf")
    head, *rows = csv.reader(io.StringIO(response.content.decode("utf-8-sig")))
    assert head[:3] == ["月份", "收到留言", "公开答复"]
    assert head[6] == "没有在时限内答复"
    assert [row[0] for row in rows] == [row["month"] for row in told]
    assert [[int(row[1]), int(row[2]), int(row[5])] for row in rows] == [
        [row["asked"], row["answered"], row["late"]] for row in told
    ]
    page = client.get("/figures/").content.decode()
    assert "2026年9月" in page
    assert "没有在时限内答复" in page
    assert "级" not in page


def test_without_anything_there_are_no_figures_and_no_error(cast: Cast, client: Client) -> None:
    assert "还没有数字" in client.get("/figures/").content.decode()
    told = client.get("/figures.json").json()
    assert told["months"] == []
    assert told["whole"]["median_hours"] is None
    assert len(client.get("/figures.csv").content.decode().splitlines()) == 1


def test_what_was_erased_is_counted_by_its_entry_and_the_month_is_the_bureaus_own(cast: Cast, frozen) -> None:
    """Midnight of Anshan begins a month, not that of Greenwich."""
    frozen.set(datetime(2026, 9, 30, 16, 30, tzinfo=clock.now().tzinfo))  # 1 October, half past midnight
    receive_message("咨询", "外地企业的证书在哪里办", "")
    rows, whole = overview.own_months(zone())
    assert [(row.month, row.asked) for row in rows] == [("2026-10", 1)]
    assert whole.asked == 1


# --- the rules --------------------------------------------------------------------------------------------------------


def test_the_rules_are_told_in_plain_words_out_of_the_regulations_data_c1_1(cast: Cast, client: Client) -> None:
    page = client.get("/rules/").content.decode()
    for words in ("48小时", "公开为原则", "国家秘密", "至少 3 个人经手", "30天", "还没有办结的事", "信访"):
        assert words in page, words
    for inside in ("舆情", "级别", "较大", "特别重大"):
        assert inside not in page


def test_the_rules_show_how_open_the_bureau_is_live_c1_1(cast: Cast, client: Client, frozen) -> None:
    case = stories.answered(cast)
    Case.objects.filter(pk=case.pk).update(state="closed")
    other = stories.opened(cast, text=stories.CONSULTATION)
    Case.objects.filter(pk=other.pk).update(state="declined")
    Withholding.objects.create(
        case=other, ground="third_party", reason="涉及个人隐私", review_on=clock.now().date(), proposed_by="甲",
        proposed_user=1, proposed_at=clock.now(), agreed=True, seconded_by="乙", seconded_user=2,
        seconded_at=clock.now(),
    )  # fmt: skip
    caching.shelf.clear()
    page = client.get("/rules/").content.decode()
    assert "办结的 2 件里，公开答复 1 件，依法不公开 1 件" in page
    assert "50%" in page
    assert "第十五条：涉及商业秘密、个人隐私：1" in page
