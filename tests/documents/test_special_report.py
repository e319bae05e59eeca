"""舆情专报 (C6.10): every sentence cites the record, criticism in true proportion, the same when made again."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import pytest

from cast import Cast
from documents.documents_of import entries, tables, told
from huiying.documents import actions
from huiying.documents.actions.issuing import issue_special_report
from huiying.documents.models import IssuedDocument
from huiying.engine.post import parse_post
from huiying.handling import actions as handling
from huiying.handling.models import Case, CaseAct
from huiying.judging.models import EventPost
from huiying.judging.pipeline import judge_pending
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.actions import Actor
from huiying.ledger.models import LedgerEntry
from huiying.listening.actions import receive
from huiying.paper.document import Fields, Paragraph, Table, loads
from huiying.people.errors import Refused
from stories import OUTAGE, again, answered, hear, opened

LIFE = "货款压了我一年半，我真的活不下去了，想从楼上跳下去。"


def storm(cast: Cast, posts: int = 12) -> Case:
    """A case with posts of its event, with times and figures on most of them."""
    case = answered(cast)
    platforms = ("本地论坛", "微博", "新闻跟帖")
    rows = []
    for n in range(posts):
        row: dict[str, Any] = {
            "schema": "huiying.post/1", "native_id": f"s{n}", "platform": platforms[n % 3], "channel_class": "论坛",
            "text": f"{OUTAGE}第{n}条", "published_at": f"2026-09-14T08:{n:02d}:00+08:00",
        }  # fmt: skip
        if n % 2:
            row["metrics"] = {"reads": 100 + n, "comments": n}
        rows.append(parse_post(row))
    receive(rows, how="import", actor=Actor.SYSTEM)
    while judge_pending().screened:
        pass
    return again(case)


def test_c6_10_every_sentence_field_and_row_names_where_it_was_read(cast: Cast) -> None:
    row = issue_special_report(storm(cast), cast.office, judgement="证书到期所致。", advice="今日发布续报。")
    existing = {f"{entry.chain}#{entry.seq}" for entry in LedgerEntry.objects.all()}
    existing |= {f"post:{pk}" for pk in EventPost.objects.values_list("post_id", flat=True)}
    named = 0
    for block in loads(row.data).blocks:
        sources: list[tuple[str, ...]] = []
        if isinstance(block, Paragraph):
            sources = [block.sources]
        elif isinstance(block, Fields):
            sources = [one.sources for one in block.rows if one.label not in ("截至时间", "数据局限")]
        elif isinstance(block, Table) and block.header[0] in ("时间", "性质"):
            sources = [one.sources for one in block.rows]
        for found in sources:
            assert found, block
            assert set(found) <= existing
            named += 1
    assert named > 15


def test_c6_10_proportions_agree_with_an_independent_count_of_the_members(cast: Cast) -> None:
    """From the events' own rows, not from what was frozen: nothing was chosen (不得报喜不报忧)."""
    case = storm(cast)
    figures = issue_special_report(case, cast.office).told
    rows = EventPost.objects.filter(event=case.event, withdrawn_at__isnull=True).select_related("post__screening")
    concerns = Counter(row.post.screening.concern or "未分类" for row in rows)
    assert figures["by_concern"] == concerns
    assert figures["posts"] == sum(concerns.values()) == figures["critical"] + figures["quiet"] + figures["other"]
    assert figures["critical"] > 0
    assert figures["by_platform"] == Counter(row.post.platform for row in rows)
    reads = [row.post.metrics["reads"] for row in rows if "reads" in row.post.metrics]
    assert figures["metrics"]["reads"] == sum(reads)
    assert figures["unknown"]["reads"] == figures["posts"] - len(reads)


def test_c6_10_the_views_add_up_to_the_whole(cast: Cast) -> None:
    row = issue_special_report(storm(cast), cast.office)
    views = next(table for table in tables(row) if table.header[0] == "性质")
    assert sum(int(line.cells[1]) for line in views.rows) == row.told["posts"]
    assert sum(float(line.cells[2].rstrip("%")) for line in views.rows) == pytest.approx(100, abs=0.5)


def test_inv_9_figures_agree_with_the_ledger_in_plain_sql(cast: Cast) -> None:
    case = storm(cast)
    figures = issue_special_report(case, cast.office).told
    rows = entries(dt.datetime(2026, 1, 1, tzinfo=dt.UTC), clock.now() + dt.timedelta(seconds=1))
    mine = [(kind, data) for chain, kind, data in rows if chain == f"case:{case.number}"]
    joined = [data["posts_count"] for chain, kind, data in rows
              if chain == f"event:{case.event.number}" and kind == "event.joined"]  # fmt: skip
    assert figures["posts"] == joined[-1]
    assert figures["answers"] == sum(kind == "release.live" for kind, _data in mine)
    assert figures["letters"] == sum(kind == "liaison.sent" for kind, _data in mine)
    assert figures["breaches"] == sum(kind == "clock.breached" for kind, _data in mine)


def test_inv_9_made_again_it_is_the_same_whatever_came_later(cast: Cast, frozen: FrozenClock) -> None:
    case = storm(cast)
    row = issue_special_report(case, cast.office, judgement="证书到期所致。")
    frozen.advance(dt.timedelta(hours=3))
    hear(OUTAGE, native_id="later", metrics={"reads": 99999})
    handling.confirm_level(again(case), "重大", cast.deputy, "后来传播扩大，按实际影响程度上调为此级。")
    made = actions.again(row)
    assert made.document.sha256 == row.sha256
    assert dict(made.figures) == row.told
    assert issue_special_report(again(case), cast.office).told["posts"] == row.told["posts"] + 1


def test_c6_10_what_a_person_judges_is_written_into_the_record_first(cast: Cast) -> None:
    case = storm(cast)
    row = issue_special_report(case, cast.office, judgement="第一句。\n第二句。", advice="建议发续报。")
    entry = LedgerEntry.objects.get(kind="document.remarked")
    said = [b for b in loads(row.data).blocks if isinstance(b, Paragraph) and b.text in ("第一句。", "第二句。")]
    assert [block.sources for block in said] == [(f"{entry.chain}#{entry.seq}",)] * 2
    second = issue_special_report(case, cast.office)
    assert "第一句。" not in told(second), "another report's words are not this one's"


def test_c6_10_reports_are_numbered_without_gaps(cast: Cast) -> None:
    case = storm(cast, 1)
    numbers = [issue_special_report(case, cast.office).number for _ in range(3)]
    with pytest.raises(Refused):
        issue_special_report(case, cast.office, advice="长" * 2001)
    numbers.append(issue_special_report(case, cast.duty).number)
    assert numbers == [f"专报〔2026〕第{n}期" for n in (1, 2, 3, 4)]


def test_c6_10_personal_data_typed_by_hand_is_masked_on_paper(cast: Cast) -> None:
    row = issue_special_report(storm(cast, 1), cast.office, judgement="反映人电话13912345678，请核实。")
    assert "13912345678" not in row.content


def test_4_3_issuing_is_the_act_that_the_level_asks_for(cast: Cast) -> None:
    case = storm(cast, 1)
    issue_special_report(case, cast.office)
    assert CaseAct.objects.get(case=case, kind=CaseAct.SPECIAL_REPORT).note == "已出专报〔2026〕第1期"


@pytest.mark.parametrize("who", ["editor", "legal", "works_head", "inspector", "deputy"])
def test_c6_10_who_may_not_issue_is_refused_and_no_number_is_lost(cast: Cast, who: str) -> None:
    case = storm(cast, 1)
    with pytest.raises(Refused):
        issue_special_report(case, cast.people[who])
    assert not IssuedDocument.objects.exists()
    assert issue_special_report(case, cast.duty).number == "专报〔2026〕第1期"


def test_life_first_a_report_on_a_danger_holds_no_word_of_it(cast: Cast) -> None:
    event = hear(LIFE, own_channel=True)
    case = handling.open_case(event, cast.duty)
    row = issue_special_report(case, cast.duty)
    for word in ("跳", "货款", "活不下去"):
        assert word not in row.content
    assert case.number in row.title


def test_c6_10_signed_by_drafter_reviewer_and_leader(cast: Cast) -> None:
    row = issue_special_report(opened(cast), cast.duty)
    actions.sign(row, "拟稿", row.sha256, cast.duty)
    with pytest.raises(Refused):
        actions.sign(row, "签发", row.sha256, cast.office)
    actions.sign(row, "审核", row.sha256, cast.office)
    actions.sign(row, "签发", row.sha256, cast.deputy)
    assert row.signatures.count() == 3
