"""全方位 (C5.11): every business category × every channel, with rules or without."""

from __future__ import annotations

import datetime as dt

import pytest

from cast import Cast
from huiying.judging import coverage, watchbook
from huiying.judging.actions.watching import review_silent
from huiying.judging.models import WatchHit
from huiying.kernel.clock import FrozenClock
from huiying.people.queries import regulation_now
from stream_of import bring

WORKS = "鞍山公共资源交易中心这个标段围标串标太明显了，评标专家也不回避，没人管吗"


def row_of(code: str) -> coverage.TopicRow:
    return next(row for row in coverage.matrix().rows if row.category == code)


def test_every_category_of_the_regulation_is_a_row_with_its_rules_c5_11(cast: Cast) -> None:
    found = coverage.matrix()
    assert [row.category for row in found.rows] == list(regulation_now().routing.categories)
    assert all(not row.uncovered for row in found.rows), "every business category has at least one rule"
    assert found.covered == len(found.rows)
    topics = regulation_now().routing.topics
    placed = sum(
        str(row.get("group")) in topics and bool(topics[str(row.get("group"))].category)
        for row in watchbook.rows_now().values()
    )
    assert sum(row.rules for row in found.rows) == placed > 60


def test_hits_stand_in_the_column_of_the_channel_where_they_were_heard_c5_11(cast: Cast) -> None:
    (post,) = bring(WORKS, channel_class="论坛")
    found = coverage.matrix()
    groups = {str(watchbook.rows_now()[hit.rule]["group"]) for hit in WatchHit.objects.filter(post=post)}
    assert "工程" in groups
    works = row_of("GC")
    assert works.hits[found.channels.index("论坛")] >= 1
    assert works.hits[found.channels.index("微博客")] == 0


def test_a_category_that_no_rule_looks_for_says_so_c5_11(cast: Cast) -> None:
    rows = {code: row for code, row in watchbook.rows_now().items() if row.get("group") != "环境"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(watchbook, "rows_now", lambda: rows)
        found = coverage.matrix()
    row = next(row for row in found.rows if row.category == "HJ")
    assert row.uncovered
    assert found.covered == len(found.rows) - 1


def test_rules_without_a_hit_are_to_be_reviewed_until_somebody_says_why_they_stay_c5_11(cast: Cast) -> None:
    before = row_of("HJ")
    assert before.to_review == before.rules
    rule = next(code for code, row in watchbook.rows_now().items() if row["group"] == "环境")
    review_silent(rule, "本地有碳排放权交易，仍需要", cast.office)
    assert row_of("HJ").to_review == before.to_review - 1


def test_hits_of_more_than_ninety_days_ago_are_not_counted(cast: Cast, frozen: FrozenClock) -> None:
    bring(WORKS, channel_class="论坛")
    frozen.advance(dt.timedelta(days=91))
    assert row_of("GC").total == 0


def test_a_channel_that_the_regulation_does_not_know_still_has_a_column(cast: Cast) -> None:
    bring(WORKS, channel_class="")
    found = coverage.matrix()
    assert sum(row.total for row in found.rows) >= 1
    assert set(regulation_now().channel_classes) <= set(found.channels)
