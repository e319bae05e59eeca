"""C6.1–C6.8: 风险评估报告: the assessment as it was approved, no share without its n, no prediction from nothing."""

from __future__ import annotations

import datetime as dt

import pytest

import risk_told as risk
from cast import Cast
from documents.documents_of import entries, tables, told
from documents.test_forms_on_paper import same
from huiying.documents.access import documents_for
from huiying.documents.actions import issuing
from huiying.documents.models import IssuedDocument
from huiying.foreseeing.actions import assessing, evidencing, planning
from huiying.foreseeing.models import Assessment
from huiying.kernel import clock
from huiying.paper.document import Fields, loads
from huiying.people.errors import Refused


def whole(cast: Cast) -> Assessment:
    """All four methods, a risk, a level against the rule, a plan, approved."""
    row = risk.begun(cast)
    risk.tracked(cast, row)
    risk.visited(cast, row)
    evidencing.enter_paper(risk.surveyed(cast, row), sheets=12, counts=[[4, 6, 2]], actor=cast.tech_liaison)
    risk.deliberated(cast, row)
    risk.risky(cast, row)
    assessing.ask_the_past(risk.again(row), cast.tech_liaison)
    risk.graded(cast, risk.again(row), "高", "影响面大，上调一级。")
    risk.planned(cast, risk.again(row))
    return risk.agreed(cast, risk.proposed(cast, risk.again(row)))


def test_c6_1_the_report_says_what_was_approved_and_its_figures_are_the_ledgers(cast: Cast) -> None:
    row = whole(cast)
    made = issuing.issue_of_object("risk", row.pk, cast.tech_liaison)
    rows = entries(dt.datetime(2026, 1, 1, tzinfo=dt.UTC), clock.now() + dt.timedelta(1))
    kinds = [kind for chain, kind, _data in rows if chain == f"policy:{row.policy.number}"]
    (approved,) = [data for _c, kind, data in rows if kind == "assessment.approved"]
    assert made.told == {
        "methods": len({kind for kind in kinds if kind.startswith("method.") and kind != "method.survey_planned"}
                       & {"method.tracked", "method.survey_counted", "method.visited", "method.minutes_signed"}),
        "surveys": kinds.count("method.survey_planned"), "answers": [12], "visits": kinds.count("method.visited"),
        "minutes": kinds.count("method.minutes_signed"), "risks": kinds.count("risk.saved"), "level": approved["level"],
    }  # fmt: skip
    assert made.told["methods"] == 4
    assert made.number == "风险评估〔2026〕1号"
    for words in (
        risk.TITLE, risk.SUMMARY, risk.REASON, "系统来不及改造", "退款咨询一天超过十件", "3×3=9",
        "规则为中：影响面大，上调一级。",
        "我认为应当先试行三个月。", "总体可行，按预案准备后出台。", "旧系统逐笔人工核对", row.sha256,
    ):  # fmt: skip
        assert words in told(made), words
    same(made)


def test_c6_3_no_percentage_without_its_n_and_a_small_sample_says_so(cast: Cast) -> None:
    made = issuing.issue_of_object("risk", whole(cast).pk, cast.tech_liaison)
    survey = next(table for table in tables(made) if table.header[-1] == "误差")
    assert [line.cells[2:4] for line in survey.rows] == [("4/12", "33.3%"), ("6/12", "50.0%"), ("2/12", "16.7%")]
    assert all(line.cells[4].startswith("±") for line in survey.rows)
    assert "样本不足30份，比例只供参考。" in told(made)


def test_c6_6_without_comparable_events_nothing_is_predicted(cast: Cast) -> None:
    made = issuing.issue_of_object("risk", whole(cast).pk, cast.tech_liaison)
    assert "可比的已结事件只有0件，不足5件，不作预测。" in told(made)


def test_c6_8_the_plan_is_in_the_report(cast: Cast) -> None:
    row = whole(cast)
    made = issuing.issue_of_object("risk", row.pk, cast.tech_liaison)
    fields = {
        one.label: one.value for block in loads(made.data).blocks if isinstance(block, Fields) for one in block.rows
    }
    assert fields["发言人"] == cast.office.name
    assert fields["启动条件"].startswith("出现“保证金”")
    assert row.plan is not None
    assert fields["演练日期"] == f"{row.plan.drill_on.year}年{row.plan.drill_on.month}月{row.plan.drill_on.day}日"


def test_c6_1_what_is_not_approved_is_not_put_on_paper(cast: Cast) -> None:
    row = risk.whole(cast)
    with pytest.raises(Refused) as early:
        issuing.issue_of_object("risk", row.pk, cast.tech_liaison)
    assert early.value.code == "not_approved"
    assert not IssuedDocument.objects.exists()


def test_a_drill_after_the_approval_does_not_change_what_was_approved(cast: Cast) -> None:
    row = whole(cast)
    one = issuing.issue_of_object("risk", row.pk, cast.tech_liaison)
    assert row.plan is not None
    planning.drill_plan(row.plan, what="按预案走了一遍。", actor=cast.tech_liaison)
    same(one)
    assert issuing.issue_of_object("risk", row.pk, cast.office).number == "风险评估〔2026〕1号·2"


def test_c6_1_everybody_on_the_staff_may_read_it_and_not_everybody_prints(cast: Cast) -> None:
    row = whole(cast)
    with pytest.raises(Refused):
        issuing.issue_of_object("risk", row.pk, cast.inspector)
    made = issuing.issue_of_object("risk", row.pk, cast.tech_liaison)
    for person in (cast.duty, cast.legal, cast.works_head, cast.editor, cast.inspector):
        assert made in documents_for(person)
