"""The figures of risk before policy and of （九）, from entries written by hand with one right value each."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

import risk_told as told
from cast import Cast, builtin_text
from huiying.foreseeing.actions import policies
from huiying.kernel import clock
from huiying.overseeing.commands import entries_of, in_words
from huiying.overseeing.history.norms import period
from huiying.overseeing.indicators.figures import Entry, figures

START = dt.datetime(2026, 9, 14, 2, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


class Book:
    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def write(self, chain: str, kind: str, days: float = 0, /, **payload: Any) -> Book:
        seq = 1 + sum(entry["chain"] == chain for entry in self.entries)
        self.entries.append({"chain": chain, "seq": seq, "at": START + days * DAY, "kind": kind, "payload": payload})
        return self

    def approved(self, name: str, days: float, **more: Any) -> Book:
        base: dict[str, Any] = {"level": "中", "level_by": "甲", "needs_plan": True, "has_plan": True, "drill_on": ""}
        return self.write(f"policy:{name}", "assessment.approved", days, **base | more)

    def issued(self, name: str, days: float, major: bool = True) -> Book:
        at = (START + days * DAY).isoformat()
        return self.write(f"policy:{name}", "policy.issued", days, major=major, issued_at=at)

    def result(self, words: str = "2026") -> dict[str, Any]:
        self.write("system", "regulation.adopted", sha256="x", text=builtin_text("anshan"))
        return figures(self.entries, period(words))


def evidence(*kinds: str) -> list[dict[str, Any]]:
    return [{"name": kind, "kind": kind, "evidence": 1} for kind in kinds]


# --- C6.1 ---------------------------------------------------------------------------------------------------------


def test_an_issue_is_assessed_only_by_an_approval_dated_before_it_c6_1() -> None:
    book = Book().approved("a", 1).issued("a", 2).issued("b", 2).approved("b", 3).issued("c", 2, major=False)
    result = book.result()
    assert (result["policies_issued"], result["issued_assessed_share"]) == (3, 0.5)


def test_the_last_word_of_the_screening_counts_c6_1() -> None:
    book = Book().write("policy:a", "policy.screened", 0, major=False)
    book.write("policy:a", "policy.screening_decided", 1, major=True, agreed=False)
    book.write("policy:b", "policy.screened", 0, major=False)
    result = book.result()
    assert (result["policies_screened"], result["policies_touching_people"]) == (2, 1)


# --- C6.2–C6.7 ----------------------------------------------------------------------------------------------------


def test_two_methods_of_one_kind_are_one_and_those_without_evidence_none_c6_2() -> None:
    book = Book().approved("a", 1, methods=evidence("visit", "visit"))
    book.approved("b", 1, methods=[*evidence("visit", "survey"), {"kind": "meeting", "evidence": 0}])
    result = book.result()
    assert (result["methods_with_evidence"], result["assessments_with_two_methods_share"]) == (3, 0.5)


def test_surveys_small_ones_and_those_without_a_frame_c6_3() -> None:
    good = {"n": 120, "small": False, "has_frame": True, "questions": 2}
    book = Book().approved("a", 1, surveys=[good, good | {"n": 12, "small": True}, good | {"has_frame": False}])
    result = book.result()
    assert (result["surveys_done"], result["surveys_small"]) == (3, 1)
    assert result["surveys_with_frame_share"] == pytest.approx(2 / 3, abs=1e-4)


def test_visits_against_the_plan_and_minutes_signed_c6_4_c6_5() -> None:
    book = Book().approved("a", 1, visits=2, visits_planned=3, minutes=2, minutes_signed=1)
    book.approved("b", 1, visits=3, visits_planned=3, minutes=2, minutes_signed=2).approved("c", 1, visits=1)
    result = book.result()
    assert (result["visits_done"], result["visits_as_planned_share"]) == (6, 0.5)
    assert result["minutes_signed_share"] == 0.75


def test_risks_with_sign_and_owner_and_levels_with_a_signer_c6_6_c6_7() -> None:
    book = Book().approved("a", 1, risks=3, risks_with_sign_and_owner=3)
    book.approved("b", 1, risks=1, risks_with_sign_and_owner=0, level_by="")
    result = book.result()
    assert (result["risks_listed"], result["risks_with_sign_and_owner_share"]) == (4, 0.75)
    assert result["levels_signed_share"] == 0.5


# --- C6.8 ---------------------------------------------------------------------------------------------------------


def test_a_grave_risk_needs_a_plan_with_a_day_for_its_drill_c6_8() -> None:
    book = Book().approved("a", 1, drill_on="2026-10-01").approved("b", 1, has_plan=False)
    book.approved("c", 1, needs_plan=False, has_plan=False)
    result = book.result()
    assert (result["grave_risks"], result["grave_risks_with_plan_share"]) == (2, 0.5)


def test_a_drill_counts_when_its_day_is_over_not_before_c6_8() -> None:
    early = Book().approved("a", 1, drill_on="2026-10-01").write("system", "note.made", 10).result()
    assert early["plan_drills_on_time_share"] is None
    late = Book().approved("a", 1, drill_on="2026-10-01").write("system", "note.made", 30).result()
    assert late["plan_drills_on_time_share"] == 0.0
    done = Book().approved("a", 1, drill_on="2026-10-01").write("policy:a", "plan.drilled", 5, on_time=True)
    assert done.result()["plan_drills_on_time_share"] == 1.0


def test_plans_met_and_set_off_belong_to_the_period_of_the_act_c6_8() -> None:
    book = (
        Book().write("policy:a", "plan.met", 1).write("policy:a", "plan.met", 30).write("policy:a", "plan.set_off", 2)
    )
    assert (book.result("2026-09")["plans_met"], book.result("2026-09")["plans_set_off"]) == (1, 1)


# --- （九） ---------------------------------------------------------------------------------------------------------


def test_training_counts_who_came_of_who_was_called_and_each_ability_once_c9_6() -> None:
    book = Book().write("training:1", "training.held", 1, invited=10, present=7, abilities=["舆情研判能力"])
    book.write("training:1", "training.held", 2, invited=10, present=9, abilities=["舆情研判能力", "回应引导能力"])
    book.write("training:1", "training.answered", 2, score=3, of=4).write(
        "training:1", "training.answered", 2, score=1, of=4
    )
    result = book.result()
    assert (result["training_sessions"], result["training_attendance_share"]) == (2, 0.8)
    assert result["training_abilities_covered_share"] == pytest.approx(2 / 3, abs=1e-4)
    assert result["training_quiz_share"] == 0.5


def test_a_skill_on_one_person_is_counted_until_another_stands_in_c9_4() -> None:
    book = Book().write("skills", "skill.recorded", 0, entry=1, skill="短视频", name="甲", backup="")
    book.write("skills", "skill.recorded", 0, entry=2, skill="数据分析", name="乙", backup="丙")
    assert book.result()["skills_on_one_person"] == 1
    book.write("skills", "skill.recorded", 1, entry=3, replaces=1, skill="短视频", name="甲", backup="乙")
    assert book.result()["skills_on_one_person"] == 0
    book.write("skills", "skill.ended", 2, entry=2)
    assert book.result()["skills_on_one_person"] == 0


def test_a_rule_without_a_signed_version_that_holds_is_lapsed_c9_2() -> None:
    book = Book().write("rule:1", "rule.drafted", 0)
    assert (book.result()["house_rules"], book.result()["house_rules_lapsed"]) == (1, 1)
    book.write("rule:1", "rule.signed", 1, effective_from="2026-09-15", expires_on="2027-09-15")
    book.write("rule:1", "rule.read", 2)
    result = book.result()
    assert (result["house_rules_lapsed"], result["house_rules_read"]) == (0, 1)
    book.write("system", "note.made", 400)
    assert book.result()["house_rules_lapsed"] == 1
    book.write("rule:1", "rule.ended", 401)
    assert book.result()["house_rules"] == 0


def test_departments_without_an_agenda_are_counted_by_the_regulations_own_list_c9_1() -> None:
    nobody = Book().result()["departments_without_agenda"]
    book = Book().write("system", "agenda.planned", 1, department="局办公室")
    result = book.result()
    assert (result["agenda_items"], result["departments_without_agenda"]) == (1, nobody - 1)


def test_without_anything_the_shares_are_unknown_and_said_so() -> None:
    result = Book().result()
    assert result["issued_assessed_share"] is None
    assert "涉及群众利益而出台前评估已批准的比例（C6.1）：—" in in_words(result)


@pytest.mark.django_db
def test_the_verbs_write_what_the_figures_read_inv_12(cast: Cast, frozen) -> None:
    row = told.approved(cast)
    frozen.advance(DAY)
    policies.issue_policy(row.policy, issued_at=clock.now(), issued_as="", actor=cast.tech_head)
    result = figures(entries_of(), period("2026"))
    assert (result["policies_issued"], result["issued_assessed_share"]) == (1, 1.0)
    assert (result["methods_with_evidence"], result["assessments_with_two_methods_share"]) == (2, 1.0)
    assert (result["visits_as_planned_share"], result["grave_risks_with_plan_share"]) == (1.0, 1.0)
    assert (result["risks_listed"], result["risks_with_sign_and_owner_share"], result["levels_signed_share"]) == (
        1, 1.0, 1.0,
    )  # fmt: skip
