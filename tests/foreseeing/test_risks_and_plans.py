"""C6.6–C6.8: risks with signs and owners, a level by rule and by a person, a plan that sets itself before people."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings, strategies as st

import risk_told as told
import stories
from cast import Cast
from huiying.foreseeing import policies as reads, tasks
from huiying.foreseeing.actions import assessing, planning, policies
from huiying.foreseeing.models import Assessment, PlanHit, Risk, Trigger
from huiying.handling.models import Case
from huiying.judging.models import Event
from huiying.kernel import clock
from huiying.ledger.models import LedgerEntry
from huiying.people.errors import Refused
from huiying.regulation import load
from huiying.work.models import Notice
from whole.url_world import LIFE

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
TALK = "鞍山保证金一个月了还不退，公共资源交易中心给个说法"


def refusal(call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)
    return caught.value.code


def look() -> int:
    with transaction.atomic():
        return planning.look(clock.now(), 100)


# --- C6.6, C6.7 -------------------------------------------------------------------------------------------------------


def test_one_overall_score_with_no_listed_risks_must_be_impossible_c6_6(cast: Cast) -> None:
    row = told.begun(cast)
    assert refusal(told.graded, cast, row) == "no_risks"
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.filter(pk=row.pk).update(level="中", level_by_rule="中")
    risk = told.risky(cast, row)
    told.graded(cast, row)
    assessing.drop_risk(risk, reason="改造已经完成", actor=cast.tech_liaison)
    row = told.again(row)
    assert (row.level, row.risks_n) == ("", 0)
    assert refusal(told.proposed, cast, row) == "not_whole"


def test_each_risk_has_its_signs_its_people_and_somebody_who_watches_c6_6(cast: Cast) -> None:
    row = told.begun(cast)
    base: dict[str, Any] = {
        "title": "系统来不及改造", "affected": "投标企业", "likelihood": 3, "impact": 3, "signs": "咨询一天超过十件",
        "owner": cast.department("Z-XX"), "watcher": cast.tech_liaison, "measure": "", "actor": cast.tech_liaison,
    }  # fmt: skip
    wrong = {"signs": "", "affected": "", "likelihood": 6, "impact": 0, "watcher": cast.admin}
    for field, value in wrong.items():
        assert refusal(assessing.save_risk, row, None, **base | {field: value}) in ("too_short", "scale", "watcher")
    risk = told.risky(cast, row)
    for change in ({"likelihood": 6}, {"impact": 0}, {"signs": ""}, {"affected": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Risk.objects.filter(pk=risk.pk).update(**change)
    other = told.begun(cast, title="另一份办法")
    assert refusal(assessing.save_risk, other, risk, **base) == "other_assessment"


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=1, max_size=6), st.data())
def test_the_level_by_rule_is_the_gravest_risks_and_never_falls_with_a_graver_one_c6_7(
    risks: list[tuple[int, int]], data: st.DataObject
) -> None:
    regulation = load("anshan")
    rows = [Risk(likelihood=likelihood, impact=impact) for likelihood, impact in risks]
    order = regulation.risk_assessment.risk_levels
    before = order.index(reads.level_by_rule(rows, regulation))
    more = Risk(likelihood=data.draw(st.integers(1, 5)), impact=data.draw(st.integers(1, 5)))
    after = order.index(reads.level_by_rule([*rows, more], regulation))
    assert after >= before
    alone = order.index(reads.level_by_rule([more], regulation))
    assert after == max(before, alone)


def test_the_matrix_of_three_levels_is_the_one_printed_on_the_page_c6_7() -> None:
    rule = load("anshan").risk_assessment
    assert [rule.level_of(score) for score in (1, 5, 6, 11, 12, 25)] == ["低", "低", "中", "中", "高", "高"]


def test_a_person_decides_the_level_and_says_why_it_is_not_the_rules_c6_7(cast: Cast) -> None:
    row = told.begun(cast)
    told.risky(cast, row, 4, 4)
    assert refusal(told.graded, cast, row, "极高") == "level"
    assert refusal(told.graded, cast, row, "低") == "too_short"
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.filter(pk=row.pk).update(level="低", level_by_rule="高", level_reason="")
    row = told.graded(cast, row, "低", "试点已经做过，没有人投诉。")
    assert (row.level, row.level_by_rule, row.level_by) == ("低", "高", cast.tech_head.name)
    assert row.level_at == clock.now()


def test_a_new_risk_asks_for_the_level_again_c6_7(cast: Cast) -> None:
    row = told.begun(cast)
    told.risky(cast, row, 1, 2)
    told.graded(cast, row, "低")
    told.risky(cast, row, 5, 5, title="资金被冻结")
    assert told.again(row).level == ""


# --- C6.8 the plan ----------------------------------------------------------------------------------------------------


def test_a_middle_or_high_risk_without_a_plan_must_be_impossible_c6_8(cast: Cast) -> None:
    row = told.begun(cast)
    told.tracked(cast, row)
    told.visited(cast, row)
    told.risky(cast, row)
    told.graded(cast, row)
    assert refusal(told.proposed, cast, row) == "not_whole"
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.filter(pk=row.pk).update(state="approved", approved_at=clock.now(), sha256="x")


def test_a_low_risk_needs_no_plan_c6_8(cast: Cast) -> None:
    row = told.begun(cast)
    told.tracked(cast, row)
    told.visited(cast, row)
    told.risky(cast, row, 1, 3)
    told.graded(cast, row, "低")
    told.proposed(cast, row)
    assert told.agreed(cast, row).state == Assessment.APPROVED


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"questions": []}, "questions"),
        ({"questions": [("为什么退得慢", "")]}, "questions"),
        ({"channels": []}, "channels"),
        ({"channels": ["某论坛"]}, "channels"),
        ({"contacts": []}, "contacts"),
        ({"triggers": []}, "triggers"),
        ({"triggers": [planning.Wanted(["退"])]}, "words"),
        ({"triggers": [planning.Wanted(["保证金"], "L9")]}, "level"),
        ({"triggers": [planning.Wanted(["保证金"], "", 0)]}, "posts"),
        ({"drill_on": dt.date(2026, 9, 13)}, "drill"),
        ({"steps": "快办"}, "too_short"),
    ],
)
def test_a_plan_says_what_is_said_by_whom_where_and_when_it_starts_c6_8(cast: Cast, change: Any, code: str) -> None:
    assert refusal(told.planned, cast, told.begun(cast), **change) == code


def test_a_plan_names_a_spokesperson_of_the_register_c6_8(cast: Cast) -> None:
    row, one = told.begun(cast), told.speaker(cast)
    type(one).objects.filter(pk=one.pk).update(until=clock.now())
    one.refresh_from_db()
    assert refusal(told.planned, cast, row, speaker=one) == "speaker"


def test_a_plan_watches_from_the_approval_on_and_proposes_by_itself_c6_8(cast: Cast, frozen) -> None:
    stories.hear(TALK)  # before: what stood already is the assessment's matter, not the plan's
    row = told.approved(cast)
    assert look() == 0
    frozen.advance(dt.timedelta(minutes=5))
    assert not tasks._plans_behind(clock.now())
    event = stories.hear("鞍山公共资源交易中心保证金退得太慢了，几家企业都在问")
    assert tasks._plans_behind(clock.now())
    assert look() == 1
    assert look() == 0
    hit = PlanHit.objects.get()
    assert (hit.event, hit.words, hit.state) == (event, ["保证金"], PlanHit.WAITING)
    assert not Case.objects.exists(), "a person's word opens the case"
    assert Notice.objects.filter(recipient="tech_head", url=f"/desk/policies/{row.policy.pk}/").exists()
    assert LedgerEntry.objects.filter(chain=reads.chain_of(row.policy), kind="plan.met").count() == 1


def test_scenario_5_a_later_trigger_opens_the_case_with_the_plan_c6_8(cast: Cast, frozen) -> None:
    row = told.approved(cast)
    frozen.advance(DAY)
    policies.issue_policy(row.policy, issued_at=clock.now(), issued_as="", actor=cast.tech_head)
    frozen.advance(DAY)
    event = stories.hear(TALK)
    look()
    hit = PlanHit.objects.get()
    assert refusal(planning.take_hit, hit, reason="", actor=cast.tech_head) == "not_permitted"
    hit = planning.take_hit(hit, reason="", actor=cast.duty)
    assert hit.case is not None
    assert hit.case.event == event
    kinds = list(LedgerEntry.objects.filter(chain=f"case:{hit.case.number}").values_list("kind", flat=True))
    assert "case.plan_loaded" in kinds
    assert refusal(planning.take_hit, hit, reason="", actor=cast.duty) == "answered"
    with pytest.raises(IntegrityError), transaction.atomic():
        PlanHit.objects.filter(pk=hit.pk).update(case=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        PlanHit.objects.filter(pk=hit.pk).update(by_user=None)


def test_an_event_that_has_its_case_already_gets_the_plan_into_it_c6_8(cast: Cast, frozen) -> None:
    told.approved(cast)
    frozen.advance(DAY)
    case = stories.opened(cast, text=TALK)
    look()
    assert planning.take_hit(PlanHit.objects.get(), reason="", actor=cast.duty).case == case


def test_a_proposal_is_refused_only_with_a_reason_and_may_be_set_off_later_c6_8(cast: Cast, frozen) -> None:
    told.approved(cast)
    frozen.advance(DAY)
    stories.hear(TALK)
    look()
    hit = PlanHit.objects.get()
    assert refusal(planning.refuse_hit, hit, reason="", actor=cast.duty) == "too_short"
    with pytest.raises(IntegrityError), transaction.atomic():
        PlanHit.objects.filter(pk=hit.pk).update(state="refused", reason="")
    hit = planning.refuse_hit(hit, reason="说的是外地的平台", actor=cast.duty)
    assert refusal(planning.refuse_hit, hit, reason="再说一次", actor=cast.duty) == "answered"
    assert planning.take_hit(hit, reason="", actor=cast.office).state == PlanHit.TAKEN


def test_a_person_sets_a_plan_off_before_any_trigger_does_c6_8(cast: Cast, frozen) -> None:
    row = told.whole(cast)
    event = stories.hear(stories.OUTAGE)
    assert row.plan is not None
    off = {"event": event, "reason": "企业都在问这件事", "actor": cast.office}
    assert refusal(planning.set_off, row.plan, **off) == "not_active"
    told.agreed(cast, row)
    assert planning.set_off(row.plan, **off).words == []


def test_all_that_a_trigger_says_must_hold_words_level_and_size_c6_8(cast: Cast) -> None:
    event = Event(title=TALK, suggested_level="L2", posts_count=3)
    text = TALK
    assert planning.meets(Trigger(words=["保证金", "撤销"], level="L2", posts=3), event, text) == ["保证金"]
    assert planning.meets(Trigger(words=["撤销"], level="", posts=1), event, text) == []
    assert planning.meets(Trigger(words=["保证金"], level="L3", posts=1), event, text) == []
    assert planning.meets(Trigger(words=["保证金"], level="L1", posts=4), event, text) == []
    event.suggested_level = ""
    assert planning.meets(Trigger(words=["保证金"], level="L1", posts=1), event, text) == []


def test_an_event_that_grows_is_looked_at_again_c6_8(cast: Cast, frozen) -> None:
    row = told.begun(cast)
    told.tracked(cast, row)
    told.visited(cast, row)
    told.risky(cast, row)
    told.graded(cast, row)
    told.planned(cast, row, triggers=[planning.Wanted(["保证金"], "", 2)])
    told.agreed(cast, told.proposed(cast, row))
    frozen.advance(DAY)
    event = stories.hear(TALK)
    assert look() == 0
    frozen.advance(dt.timedelta(minutes=1))
    assert stories.hear(f"{TALK}！") == event
    assert look() == 1


def test_a_danger_to_life_sets_no_policys_plan_off_life_first(cast: Cast, frozen) -> None:
    row = told.whole(cast)
    assert row.plan is not None
    told.agreed(cast, row)
    frozen.advance(DAY)
    event = stories.hear(f"保证金不退，{LIFE}", own_channel=True)
    assert event.life_safety
    assert look() == 0
    off = {"event": event, "reason": "企业都在问这件事", "actor": cast.office}
    assert refusal(planning.set_off, row.plan, **off) == "life_safety"


def test_a_shelved_policys_plan_and_an_older_plan_no_longer_watch_c6_8(cast: Cast, frozen) -> None:
    row = told.approved(cast)
    second = assessing.begin_assessment(row.policy, visits_planned=0, actor=cast.tech_liaison)
    told.tracked(cast, second)
    told.visited(cast, second)
    told.risky(cast, second)
    told.graded(cast, second)
    told.planned(cast, second)
    told.agreed(cast, told.proposed(cast, second))
    first = told.again(row)
    assert first.plan is not None
    assert not first.plan.active
    policies.shelve_policy(row.policy, reason="今年不再出台", actor=cast.office)
    frozen.advance(DAY)
    stories.hear(TALK)
    assert look() == 0


def test_a_drill_is_asked_for_on_its_day_once_and_kept_with_what_came_of_it_c6_8(cast: Cast, frozen) -> None:
    row = told.approved(cast)
    assert row.plan is not None
    assert planning.remind_drills(clock.now()) == 0
    frozen.advance(10 * DAY)
    tasks.plans_are_drilled()
    assert Notice.objects.filter(recipient="tech_head", key__contains="drill").count() == 1
    assert planning.remind_drills(clock.now()) == 0
    assert refusal(planning.drill_plan, row.plan, what="", actor=cast.tech_head) == "too_short"
    planning.drill_plan(row.plan, what="按预案走了一遍，十五分钟内发出说明。", actor=cast.tech_head)
    assert LedgerEntry.objects.filter(kind="plan.drilled").get().data["on_time"] is True
