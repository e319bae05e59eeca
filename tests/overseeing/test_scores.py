"""（十二）C12.3, INV-12: scores from the ledger alone, weights that stand still, appeals by name."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, strategies as st

from cast import builtin_text
from huiying.kernel import canonical
from huiying.overseeing.commands import FINAL, NONE, SHOWN, assessed, chain_of, score
from huiying.overseeing.history.norms import period
from huiying.overseeing.indicators.figures import figures
from huiying.regulation import loader
from huiying.regulation.builtin import SCORABLE
from huiying.regulation.errors import RegulationError
from huiying.regulation.schema_blocks import USUAL_ASSESSMENT
from overseeing.test_figures_by_hand import START, Book

QUARTER = period("2026-Q3")
BEFORE = (dt.datetime(2026, 6, 1, tzinfo=dt.UTC) - START) / dt.timedelta(hours=1)
LATER = (dt.datetime(2026, 10, 1, tzinfo=dt.UTC) - START) / dt.timedelta(hours=1)
BLOCK = """assessment:
  weights: {on_time_share: 1}
  appeal_within: P7D
  statement_within: P5D
  rectify_within: P30D

prohibited:"""


def law(text: str | None = None) -> dict[str, str]:
    text = text or builtin_text("anshan")
    return {"text": text, "sha256": canonical.sha256(text)}


def weighing(name: str) -> str:
    return builtin_text("anshan").replace("prohibited:", BLOCK.replace("on_time_share: 1", f"{name}: 7"), 1)


def book(hours: float = BEFORE) -> Book:
    made = Book().write("system", "regulation.adopted", hours, **law())
    return made.case("1", answered_after=2).case("2", lead="工程处").breach("2")


def result(made: Book) -> dict[str, Any]:
    found: dict[str, Any] = assessed(made.entries, QUARTER)["assessment"]
    return found


def test_a_score_is_the_weighted_mean_of_the_shares_that_have_a_base_c12_3() -> None:
    weights = {"on_time_share": 30, "accepted_on_time_share": 10, "with_basis_share": 60}
    assert score({"on_time_share": 0.5, "accepted_on_time_share": 1.0, "with_basis_share": None}, weights) == 62.5
    assert score({"on_time_share": 1 / 3, "accepted_on_time_share": 0.0}, {"on_time_share": 1}) == 33.33


def test_a_department_without_any_base_has_no_score_and_not_zero_c12_3() -> None:
    assert score({"on_time_share": None}, {"on_time_share": 30}) is None
    assert score({}, {}) is None


def test_scores_stand_by_department_and_nothing_is_shown_yet_c12_3() -> None:
    found = result(book())
    assert (found["state"], found["cut_off"]) == (NONE, None)
    assert found["scores"] == {"信息部": 100.0, "工程处": 0.0}
    assert found["weights"] == dict(sorted(USUAL_ASSESSMENT.weights.items()))


def test_an_empty_ledger_has_no_weights_and_no_scores_c12_3() -> None:
    found = assessed([], QUARTER)["assessment"]
    assert (found["weights"], found["scores"], found["regulation"]) == ({}, {}, "")


def test_a_regulation_adopted_during_the_period_changes_no_weight_of_it_c12_3() -> None:
    """Must be impossible: changing weights after the period began, whatever date the new file bears (C14.1)."""
    made = book()
    before = result(made)
    made.write("system", "regulation.adopted", 1, **law(weighing("phone_reached_share")))
    assert result(made)["weights"] == before["weights"]
    assert result(made)["scores"] == before["scores"]
    made.write("system", "regulation.adopted", LATER, **law(weighing("three_names_share")))
    assert result(made)["weights"] == before["weights"]


def test_the_next_period_has_the_new_weights_c12_3() -> None:
    made = book().write("system", "regulation.adopted", 1, **law(weighing("phone_reached_share")))
    assert assessed(made.entries, period("2026-Q4"))["assessment"]["weights"] == {"phone_reached_share": 7}


def test_a_bureau_that_began_within_the_period_is_weighed_by_its_first_regulation_c12_3() -> None:
    made = book(hours=-1).write("system", "regulation.adopted", 3, **law(weighing("phone_reached_share")))
    assert result(made)["weights"] == dict(sorted(USUAL_ASSESSMENT.weights.items()))


def shown(made: Book, hours: float = 100) -> Book:
    cut_off = (START + dt.timedelta(hours=hours)).isoformat()
    return made.write(chain_of("2026-Q3"), "assessment.shown", hours, cut_off=cut_off)


def test_what_happens_after_the_cut_off_moves_no_score_but_the_figures_c12_3() -> None:
    made = shown(book())
    before = result(made)
    made.case("3", answered_after=None).breach("3", 200)
    made.entries[-1] = {**made.entries[-1], "at": START + dt.timedelta(hours=200)}
    after = assessed(made.entries, QUARTER)
    assert after["assessment"]["state"] == SHOWN
    assert after["assessment"]["scores"] == before["scores"]
    assert after["late"] == 2


def test_an_upheld_appeal_leaves_that_case_out_of_that_row_only_c12_3() -> None:
    made = shown(book().case("4", lead="工程处", answered_after=3))
    assert result(made)["scores"]["工程处"] == 50.0
    appeal = {"department": "工程处", "case": "2", "upheld": True}
    made.write(chain_of("2026-Q3"), "appeal.decided", 110, **appeal)
    found = assessed(made.entries, QUARTER)
    assert found["assessment"]["scores"]["工程处"] == 100.0
    assert found["assessment"]["set_aside"] == {"工程处": ["case:2"]}
    assert found["departments"]["工程处"]["late"] == 1  # the figures of what happened stay as they are


def test_a_refused_appeal_changes_nothing_c12_3() -> None:
    made = shown(book())
    before = result(made)
    made.write(chain_of("2026-Q3"), "appeal.decided", 110, department="工程处", case="2", upheld=False)
    assert result(made) == before


def test_once_final_no_appeal_counts_any_more_c12_3() -> None:
    made = shown(book()).write(chain_of("2026-Q3"), "assessment.finished", 120)
    before = result(made)
    assert before["state"] == FINAL
    made.write(chain_of("2026-Q3"), "appeal.decided", 130, department="工程处", case="2", upheld=True)
    made.write(chain_of("2026-Q3"), "assessment.shown", 140, cut_off=(START + dt.timedelta(hours=1)).isoformat())
    assert result(made) == before


def test_the_order_of_the_chains_changes_no_byte_inv_12() -> None:
    made = shown(book())
    backwards = sorted(made.entries, key=lambda entry: (entry["chain"], -entry["seq"]), reverse=True)
    assert canonical.dumps(assessed(backwards, QUARTER)) == canonical.dumps(assessed(made.entries, QUARTER))


@given(st.lists(st.sampled_from(["credited", "upgrade", "returned", "corrected", "missed", "accused"]), max_size=12))
def test_reporting_more_upgrading_late_and_correcting_soon_cost_nobody_c9_7(acts: list[str]) -> None:
    """报忧无过: whatever bad news is brought, by whom, no department's score goes down."""
    made = book()
    before = result(made)["scores"]
    for act in acts:
        if act == "credited":
            made.write("system", "report.credited", 5, department="信息部")
        elif act == "upgrade":
            made.breach("1", 5, counts=False)
        elif act == "returned":
            made.write("case:1", "case.returned", 5, department="信息部")
        elif act == "corrected":
            made.answer("1", 5, corrects=1)
        elif act == "missed":
            made.write("event:9", "event.missed", 5, cause="没有监测到")
        else:
            made.write("event:9", "event.opened", 5)
    after = result(made)["scores"]
    assert all(after[name] >= before[name] for name in before)


@pytest.mark.parametrize("name", ["cases", "late_by_upgrade", "reports_credited", "refusal_rate", "returned", "missed"])
def test_no_count_of_reports_or_upgrades_can_be_given_a_weight_c9_7(name: str) -> None:
    with pytest.raises(RegulationError) as caught:
        loader.loads(weighing(name), "x")
    (problem,) = caught.value.problems
    assert problem.key == f"assessment.weights.{name}"
    assert "on_time_share" in problem.message + problem.fix


def test_every_share_that_may_weigh_stands_in_a_departments_row_c12_3() -> None:
    row = figures(book().entries, QUARTER)["departments"]["信息部"]
    assert set(SCORABLE) <= set(row)
    assert set(USUAL_ASSESSMENT.weights) <= set(SCORABLE)


def test_the_second_regulation_has_weights_of_its_own_c12_3() -> None:
    made = Book().write("system", "regulation.adopted", BEFORE, **law(builtin_text("sixian")))
    made.case("1", lead="综合股", answered_after=2)
    assert result(made)["weights"] == {
        "accepted_on_time_share": 20,
        "closed_with_feedback_share": 20,
        "on_time_share": 60,
    }
    assert result(made)["scores"] == {"综合股": 100.0}
