"""How often a rule was right, which rules are silent, and what a change would change (C5.11, C5.16)."""

from __future__ import annotations

import datetime as dt

import pytest

from cast import Cast
from huiying.engine.rules import RuleError
from huiying.judging import watchbook
from huiying.judging.actions import clear_suspect, propose_dismissal, second_dismissal
from huiying.judging.actions.watching import Draft, judge_hit, propose, review_silent
from huiying.judging.models import Event, Screening
from huiying.judging.watchbook import Figures
from huiying.kernel import clock
from huiying.ledger.queries import entries
from huiying.people.errors import Refused
from stream_of import LIFE, bring, event_from

RIGGED = "鞍山这个项目围标了"


def k010() -> Figures:
    return watchbook.figures_by_rule().get("K010", Figures())


def test_hits_are_counted_and_unjudged_ones_say_nothing_of_precision(staff: Cast, frozen: clock.FrozenClock):
    assert k010() == Figures()
    bring(RIGGED, RIGGED + "，又来了")
    assert (k010().hits, k010().judged, k010().precision) == (2, 0, None)
    assert k010().last_at == frozen()


def test_irrelevant_is_said_of_a_post_which_stays_where_it_is(staff: Cast):
    first, second, third = bring(RIGGED, "鞍山串标成风", "鞍山陪标的名单")
    judge_hit(first, False, staff.duty)
    judge_hit(second, True, staff.duty)
    assert (k010().right, k010().wrong, k010().precision) == (1, 1, 0.5)
    assert Event.objects.filter(members__post=first, state=Event.OPEN).exists(), "INV-1: nothing is taken off the desk"
    judge_hit(first, True, staff.office)
    assert (k010().right, k010().wrong) == (2, 0)
    assert [one.kind for one in entries("watch")] == ["watch.judged"] * 3
    judge_hit(first, True, staff.duty)
    assert len(entries("watch")) == 3
    with pytest.raises(Refused):
        judge_hit(third, False, staff.works_head)


def test_a_post_without_a_hit_is_not_judged(staff: Cast):
    (post,) = bring("今天公园的花开了")
    with pytest.raises(Refused, match="没有规则命中"):
        judge_hit(post, False, staff.duty)


@pytest.mark.parametrize(("decision", "counted"), [("out", (0, 1)), ("hit", (1, 0))])
def test_what_is_cleared_in_the_tray_counts(staff: Cast, decision: str, counted: tuple[int, int]):
    bring("围标了，评标结果有猫腻", region="")
    clear_suspect(Screening.objects.get(band=Screening.SUSPECT), decision, staff.duty)
    assert (k010().right, k010().wrong) == counted


@pytest.mark.parametrize(("ground", "wrong"), [("misread", 1), ("elsewhere", 1), ("answered", 0)])
def test_an_event_dismissed_as_not_ours_counts_against_its_rules(staff: Cast, ground: str, wrong: int):
    event = event_from(RIGGED)
    propose_dismissal(event, ground, "说的是体育比赛里的围标，不是招标", staff.duty)
    assert k010().wrong == 0, "one person's word is not yet a decision"
    second_dismissal(event, True, staff.office)
    assert (k010().right, k010().wrong) == (0, wrong)


def test_a_case_says_that_its_rules_were_right_and_a_persons_word_stands_above_it(staff: Cast):
    event = event_from(RIGGED)
    Event.objects.filter(pk=event.pk).update(state=Event.CASED)
    assert (k010().right, k010().wrong) == (1, 0)
    judge_hit(event.members.get().post, False, staff.duty)
    assert (k010().right, k010().wrong) == (0, 1)


def test_hits_older_than_ninety_days_are_not_counted(staff: Cast, frozen: clock.FrozenClock):
    bring(RIGGED)
    frozen.advance(dt.timedelta(days=91))
    assert k010() == Figures()
    assert watchbook.counted_since() is not None


def test_a_silent_rule_is_listed_until_somebody_says_why_it_stays(staff: Cast, frozen: clock.FrozenClock):
    def to_review() -> set[str]:
        return {line.id for line in watchbook.lines() if line.to_review}

    bring(RIGGED)
    assert "K010" not in to_review()
    assert "K067" in to_review()
    review_silent("K067", "水权交易一年两季，旺季未到", staff.duty)
    assert "K067" not in to_review()
    frozen.advance(dt.timedelta(days=91))
    assert {"K010", "K067"} <= to_review()
    with pytest.raises(Refused, match="为什么保留"):
        review_silent("K067", "留", staff.duty)
    with pytest.raises(Refused, match="没有编号"):
        review_silent("K999", "没有这条规则", staff.duty)
    assert list(entries("watch"))[-1].kind == "watch.reviewed"


def test_recent_hits_leave_out_danger_to_life(staff: Cast):
    bring(RIGGED, f"{LIFE}，鞍山这次招标围标，保证金和货款都没了")
    assert [hit.post.text for hit in watchbook.recent_hits("K010")] == [RIGGED]


def test_trying_texts_stores_nothing_and_says_why(staff: Cast):
    rules = watchbook.rules_now()
    yes, no = watchbook.try_texts(["有人围*标", "只说游戏"], rules, "K010")
    assert [hit.rule.id for hit in yes.hits] == ["K010"]
    assert yes.explained is not None
    assert yes.explained.fires
    assert [term.quote for term in yes.explained.clauses[0].terms] == ["围*标"]
    assert no.hits == ()
    assert not no.explained.fires  # type: ignore[union-attr]
    assert Screening.objects.count() == 0


def test_what_a_change_would_change_is_read_on_the_latest_posts(staff: Cast):
    bring(RIGGED, "鞍山串标成风", "鞍山唱双簧的又来了", f"{LIFE} 围标")
    body = {**watchbook.body_of(watchbook.rows_now()["K010"]), "expression": "串标 OR 唱双簧"}
    found = watchbook.what_would_change(["K010"], watchbook.rules_with("K010", body))
    assert found.looked_at == 3, "danger to life is not shown here"
    assert [post.text for post in found.gained] == ["鞍山唱双簧的又来了"]
    assert [post.text for post in found.lost] == [RIGGED]
    removed = watchbook.what_would_change(["K010"], watchbook.rules_with("K010", None))
    assert [post.text for post in removed.lost] == ["鞍山串标成风", RIGGED]
    with pytest.raises(RuleError):
        watchbook.rules_with("K010", {**body, "lead": "GONE"})


def test_an_open_proposal_says_what_it_would_change(staff: Cast):
    bring(RIGGED)
    propose([Draft("K010", "remove")], "想试试没有它会怎么样", staff.duty)
    (proposal,) = watchbook.open_proposals()
    assert [post.text for post in watchbook.change_of(proposal).lost] == [RIGGED]
    assert [change.action for change in watchbook.versions("K010")] == ["remove"]


def test_own_rules_are_marked(staff: Cast):
    assert not any(line.is_own for line in watchbook.lines())
