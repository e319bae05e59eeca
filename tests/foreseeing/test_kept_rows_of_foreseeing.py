"""INV-8, INV-12: policies, their assessments and plans, and consultations stand as their verbs told the ledger."""

from __future__ import annotations

import datetime as dt

import pytest

import forms_of
import risk_told as told
from cast import Cast
from huiying.foreseeing import actions as consulting
from huiying.foreseeing.actions import assessing, evidencing, planning, policies
from huiying.foreseeing.models import Consultation, Opinion, PlanHit
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.people.actions.offboarding import hand_over
from planted_in import empty_of, told_otherwise, unseen
from portal.public_world import concluded, opened
from stories import hear

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def lived(cast: Cast, frozen: FrozenClock) -> None:
    """Everything that this room writes, each thing begun and most of it changed once."""
    forms_of.speaker(cast)
    _consulted(cast, frozen)
    _assessed(cast, frozen)


def _consulted(cast: Cast, frozen: FrozenClock) -> None:
    row = opened(cast)
    consulting.send_opinion(row, "建议三天之内退还，我的电话13912345678", {0: 0})
    consulting.send_opinion(row, "第二条不需要公开原因", {0: 0})
    first, second = row.opinions.all()
    sorted_once = {"summary": "关于时间的意见", "decision": "adopted", "reason": "按规定研究后这样定。"}
    consulting.save_group(row, None, opinions=[first.pk], actor=cast.editor, **sorted_once)
    consulting.save_group(row, None, opinions=[first.pk, second.pk], actor=cast.editor, **sorted_once)
    frozen.advance(16 * DAY)
    row = Consultation.objects.get(pk=row.pk)
    row = concluded(cast, row)
    assert row.groups.count() == 2, "the first group lost its opinions and went"


def _assessed(cast: Cast, frozen: FrozenClock) -> None:
    excused = told.registered(cast, title="办法之一，内部流程")
    policies.screen_policy(excused, major=False, reason="只改内部流程。", actor=cast.tech_liaison)
    policies.second_screening(excused, agree=True, reason="", actor=cast.office)
    row = told.begun(cast)
    told.tracked(cast, row)
    told.visited(cast, row)
    evidencing.enter_paper(told.surveyed(cast, row), sheets=3, counts=[[1, 1, 1]], actor=cast.tech_liaison)
    told.deliberated(cast, row)
    told.risky(cast, row)
    assessing.drop_risk(
        told.risky(cast, row, title="企业不知道新办法"), reason="已并入另一项。", actor=cast.tech_liaison
    )
    assessing.ask_the_past(row, cast.tech_liaison)
    told.graded(cast, row)
    told.planned(cast, row)
    told.planned(
        cast, told.again(row), contacts=[cast.tech_head, cast.watch_head], triggers=[planning.Wanted(["不退"])]
    )
    told.agreed(cast, told.proposed(cast, told.again(row)))
    row = told.again(row)
    assert row.plan is not None
    hand_over(cast.watch_head, "plan", [row.plan.pk], cast.office, cast.admin)
    planning.drill_plan(row.plan, what="按预案走了一遍，发布用了两小时。", actor=cast.tech_liaison)
    frozen.advance(DAY)
    hear("鞍山保证金一个月了还不退，公共资源交易中心给个说法")
    assert planning.look(clock.now(), 10) == 1
    planning.refuse_hit(PlanHit.objects.get(), reason="与这项政策无关。", actor=cast.duty)
    planning.take_hit(PlanHit.objects.get(), reason="又有人问起。", actor=cast.duty)
    policies.issue_policy(row.policy, issued_at=clock.now(), issued_as="鞍公管〔2026〕9号", actor=cast.office)
    shelved = told.approved(cast, title="办法之二，不出台了")
    policies.shelve_policy(shelved.policy, reason="上级另有规定。", actor=cast.tech_liaison)


def test_all_that_the_verbs_wrote_is_as_they_told_the_ledger_inv_8(cast: Cast, frozen: FrozenClock) -> None:
    lived(cast, frozen)
    assert told_otherwise("foreseeing") == set()
    assert empty_of("foreseeing") == []


def test_opinions_whose_words_were_destroyed_in_time_accuse_nobody_c4_2(cast: Cast, frozen: FrozenClock) -> None:
    _consulted(cast, frozen)
    frozen.advance(5000 * DAY)
    assert consulting.purge_opinions(clock.now()) == 2
    assert told_otherwise("foreseeing") == set()
    Opinion.objects.update(text="另一句话")
    assert {found[2] for found in told_otherwise("foreseeing")} == {"text"}


def test_each_kept_column_and_row_is_found_when_it_is_edited_behind_the_verbs_inv_12(
    cast: Cast, frozen: FrozenClock
) -> None:
    lived(cast, frozen)
    assert unseen("foreseeing") == []
