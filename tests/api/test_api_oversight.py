"""Oversight over REST （十二）（十三）（十四）: the same gates and verbs as the desk, and no way to send a score."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cast import Cast, builtin_text
from huiying.kernel.clock import FrozenClock
from huiying.overseeing.models import Assessment
from huiying.people.models import RegulationVersion
from overseeing.oversight_of import DAY, overdue, shown

As = Callable[[str], Any]
FACTS = "此件逾期十二小时才公开回应。"


def test_every_clause_with_its_figures_c12_3(cast: Cast, as_: As) -> None:
    status, told = as_("inspector").get("conformance", period="2026Q3")
    assert (status, told["period"], len(told["clauses"])) == (200, "2026-Q3", 89)
    first = next(row for row in told["clauses"] if row["id"] == "C6.9")
    assert (first["state"], first["why"]) == ("nothing", "no_base")
    assert [figure["name"] for figure in first["figures"]] == ["daily_logs", "daily_logs_signed_share"]
    assert as_("inspector").get("conformance")[0] == 422
    assert as_("tech_head").get("conformance", period="2026Q3")[0] == 404


def test_an_assessment_from_showing_to_final_c12_3(cast: Cast, frozen: FrozenClock, as_: As) -> None:
    case = overdue(cast, frozen)
    assert as_("inspector").post("assessments", {"period": "2026Q3"})[0] == 409  # not over
    row = shown(cast, frozen)
    body = {"department": "Z-XX", "case": case.number, "reason": "省平台证书到期，当天就报告了。"}
    status, appeal = as_("tech_head").post("assessments/2026-Q3/appeal", body)
    assert (status, appeal["upheld"]) == (200, None)
    assert as_("tech_head").post("assessments/2026-Q3/appeal", body)[0] == 409
    status, told = as_("deputy").post(f"appeals/{appeal['id']}/decide", {"uphold": True, "answer": "情况属实。"})
    assert (status, told["upheld"]) == (200, True)
    frozen.advance(8 * DAY)
    status, told = as_("deputy").post("assessments/2026-Q3/finish")
    assert (status, told["state"]) == (200, "final")
    assert told["sha256"] == Assessment.objects.get(pk=row.pk).sha256


def test_a_department_reads_its_own_score_only_c12_3(cast: Cast, frozen: FrozenClock, as_: As) -> None:
    overdue(cast, frozen)
    shown(cast, frozen)
    assert list(as_("tech_head").get("assessments/2026-Q3")[1]["scores"]) == ["交易中心信息技术部"]
    assert as_("works_head").get("assessments/2026-Q3")[1]["scores"] == {}
    assert as_("duty").get("assessments/2026-Q3")[0] == 404


def test_a_score_sent_by_hand_is_no_field_of_anything_c12_3(cast: Cast, frozen: FrozenClock, as_: As) -> None:
    """Must be impossible: hand-typed scores."""
    overdue(cast, frozen)
    before = shown(cast, frozen).scores
    body = {"period": "2026-08", "scores": {"交易中心信息技术部": 100}}
    assert as_("inspector").post("assessments", body)[0] == 422
    assert Assessment.objects.get().scores == before


def test_a_measure_from_its_suggestion_to_its_outcome_c12_4(cast: Cast, frozen: FrozenClock, as_: As) -> None:
    case = overdue(cast, frozen)
    (found,) = as_("inspector").get("measures/suggestions")[1]["items"]
    body = {"department": "Z-XX", "step": "约谈", "trigger": found["trigger"], "facts": FACTS, "cases": found["cases"]}
    status, row = as_("inspector").post("measures", body)
    assert (status, row["cases"], row["state"]) == (200, [case.number], "proposed")
    address = f"measures/{row['id']}"
    assert as_("works_head").get(address)[0] == 404
    decide = {"issue": True, "reason": "事实清楚，已听取陈述。"}
    assert as_("deputy").post(f"{address}/decide", decide)[0] == 409
    assert as_("tech_head").post(f"{address}/state", {"text": "当天就报告了省平台。"})[0] == 200
    assert as_("deputy").post(f"{address}/decide", decide)[1]["state"] == "issued"
    assert as_("inspector").post(f"{address}/follow-up", {"text": "已换证书并设到期提醒。"})[1]["state"] == "followed"
    assert as_("office").post(f"{address}/outcome", {"text": "不予立案。"})[1]["outcome"] == "不予立案。"
    assert as_("inspector").get("measures")[1]["count"] == 1
    assert as_("works_head").get("measures")[1]["count"] == 0


def test_an_interpretation_is_signed_and_never_reaches_back_c13_1(cast: Cast, as_: As) -> None:
    body = {"ruling": "较大四十八小时，重大二十四小时。", "effective_from": "2026-09-13"}
    assert as_("office").post("interpretations/G1/sign", body)[0] == 409
    status, told = as_("office").post("interpretations/G1/sign", body | {"effective_from": "2026-09-14"})
    assert (status, told["signed_by"]) == (200, cast.office.name)
    first = as_("tech_head").get("interpretations")[1]["items"][0]
    assert (first["gap"], first["signed"]["ruling"]) == ("G1", body["ruling"])


def test_two_versions_are_compared_in_words_c14_1(cast: Cast, as_: As) -> None:
    text = builtin_text("anshan").replace('effective_from: "2016-09-08"', 'effective_from: "2026-10-01"')
    assert as_("tech_head").post("versions", {"text": text})[0] == 409
    assert as_("office").post("versions", {"text": "schema: x"})[0] == 409
    status, told = as_("office").post("versions", {"text": text})
    assert (status, told["effective_from"]) == (200, "2026-10-01")
    old, new = RegulationVersion.objects.order_by("id").values_list("id", flat=True)
    (change,) = as_("duty").get("versions/difference", before=old, after=new)[1]["items"]
    assert change["sentence"] == "制度本身 › 施行日期：由“2016-09-08”改为“2026-10-01”"
    assert as_("duty").get("versions/difference", before=old, after=999)[0] == 404
    assert len(as_("duty").get("versions")[1]["items"]) == 2
