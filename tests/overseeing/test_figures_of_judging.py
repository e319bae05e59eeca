"""The figures of judging, each from entries written by hand with one known right value (C1.2, C5.14, C6.11, C6.12)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from cast import builtin_text
from huiying.overseeing.history.norms import period
from huiying.overseeing.indicators.figures import Entry, figures
from huiying.overseeing.indicators.listening import kappa

START = dt.datetime(2026, 9, 14, 2, 0, tzinfo=dt.UTC)


class Book:
    """Events' chains first, as the ledger is read: the regulation stands in `system`, after them."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def write(self, chain: str, kind: str, minutes: float = 0, **payload: Any) -> Book:
        at = START + dt.timedelta(minutes=minutes)
        seq = 1 + sum(entry["chain"] == chain for entry in self.entries)
        self.entries.append({"chain": chain, "seq": seq, "at": at, "kind": kind, "payload": payload})
        return self

    def warned(self, number: int, minutes: float = 0, limit: float = 30) -> Book:
        due = (START + dt.timedelta(minutes=minutes + limit)).isoformat()
        return self.write(f"event:{number}", "event.warned", minutes, warning=number, due_at=due)

    def opened(self, number: int, hours: float) -> Book:
        published = (START - dt.timedelta(hours=hours)).isoformat()
        return self.write(f"event:{number}", "event.opened", published_at=published)

    def result(self) -> dict[str, Any]:
        self.write("system", "regulation.adopted", sha256="x", text=builtin_text("anshan"))
        return figures(self.entries, period("2026"))


def test_nine_in_ten_are_noticed_within_c6_11() -> None:
    book = Book()
    for number in range(10):
        book.opened(number, number + 1)
    result = book.result()
    assert (result["detection_hours_p50"], result["detection_hours_p90"]) == (5.0, 9.0)


def test_an_event_without_a_known_time_of_publication_stands_in_no_latency_c6_11() -> None:
    result = Book().write("event:1", "event.opened", published_at=None).opened(2, 3).result()
    assert (result["events"], result["detection_hours_p90"]) == (2, 3.0)


def test_a_post_that_claims_the_future_was_noticed_at_once_not_before_c6_11() -> None:
    assert Book().opened(1, -2).result()["detection_hours_p90"] == 0.0


def test_warnings_acknowledged_within_their_time_c6_12() -> None:
    book = Book().warned(1).warned(2).warned(3)
    book.write("event:1", "warning.acknowledged", 10, warning=1)
    book.write("event:2", "warning.acknowledged", 50, warning=2)
    book.write("event:9", "event.opened", 40)
    result = book.result()
    assert result["warnings"] == 3
    assert result["warnings_acknowledged_on_time_share"] == pytest.approx(1 / 3, abs=1e-4)
    assert result["median_minutes_to_acknowledge"] == 30.0


def test_a_warning_whose_time_still_runs_stands_in_no_share_c6_12() -> None:
    result = Book().warned(1).write("event:9", "event.opened", 20).result()
    assert (result["warnings"], result["warnings_acknowledged_on_time_share"]) == (1, None)


def test_one_that_an_act_or_a_graver_one_made_needless_counts_by_its_time_but_in_no_wait_c6_12() -> None:
    book = Book().warned(1).write("event:1", "warning.settled", 5, warning=1, why="x")
    result = book.result()
    assert (result["warnings_acknowledged_on_time_share"], result["median_minutes_to_acknowledge"]) == (1.0, None)


def test_a_cancelled_warning_is_counted_as_one_c6_12() -> None:
    book = Book().warned(1).write("event:1", "warning.cancelled", 5, warning=1, reason="x")
    result = book.result()
    assert (result["warnings_cancelled"], result["warnings_acknowledged_on_time_share"]) == (1, 1.0)


def test_the_second_acknowledgement_moves_no_figure_c6_12() -> None:
    book = Book().warned(1).write("event:1", "warning.acknowledged", 10, warning=1)
    book.write("event:1", "warning.cancelled", 500, warning=1)
    assert book.result()["median_minutes_to_acknowledge"] == 10.0


def test_how_many_alarms_proved_real_c6_11() -> None:
    book = Book()
    for number, real in enumerate((True, True, False, True)):
        book.write(f"event:{number}", "alarm.judged", alarm=number, real=real)
    result = book.result()
    assert (result["alarms_judged"], result["alarms_real_share"]) == (4, 0.75)


def test_a_rumour_counts_as_proven_only_with_claim_proof_and_two_persons_c1_2() -> None:
    whole = {"concern": "谣言", "claim": "说要撤销", "proof": "文件", "by": "甲", "second": "乙"}
    book = Book()
    for number, change in enumerate(({}, {"claim": ""}, {"proof": ""}, {"second": ""}, {"second": "甲"})):
        book.write(f"event:{number}", "concern.decided", **(whole | change))
    book.write("event:8", "concern.decided", concern="理性批评", by="甲")
    result = book.result()
    assert (result["rumour_labels"], result["rumours_with_proof_share"]) == (5, 0.2)


def test_two_persons_agreement_c5_14() -> None:
    book = Book()
    for sample, (one, two) in enumerate((("疑虑", "疑虑"), ("误解", "误解"), ("疑虑", "误解"), ("误解", "误解"))):
        book.write("system", "concern.rated", sample=sample, concern=one)
        book.write("system", "concern.rated", 5, sample=sample, concern=two)
    book.write("system", "concern.rated", 9, sample=77, concern="疑虑")
    result = book.result()
    assert (result["concern_pairs"], result["concern_agreement_share"]) == (4, 0.75)
    assert result["concern_kappa"] == 0.5


def test_kappa_of_perfect_chance_and_contrary_answers() -> None:
    assert kappa([("甲", "甲"), ("乙", "乙")]) == 1.0
    assert kappa([("甲", "甲"), ("甲", "乙"), ("乙", "甲"), ("乙", "乙")]) == 0.0
    assert kappa([("甲", "乙"), ("乙", "甲")]) == -1.0
    assert kappa([("甲", "甲")]) is None
    assert kappa([]) is None


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from("甲乙丙"), st.sampled_from("甲乙丙")), min_size=1, max_size=40))
def test_kappa_never_exceeds_the_plain_agreement_and_does_not_care_who_is_first(pairs: list[tuple[str, str]]) -> None:
    found = kappa(pairs)
    if found is None:
        return
    assert -1 <= found <= sum(one == two for one, two in pairs) / len(pairs) + 1e-4
    assert found == kappa([(two, one) for one, two in pairs])


def test_the_same_figures_whatever_order_the_chains_come_in_inv_12() -> None:
    book = Book().opened(1, 4).warned(1).write("event:1", "warning.acknowledged", 3, warning=1)
    book.write("event:1", "concern.decided", concern="谣言", claim="x", proof="y", by="甲", second="乙")
    book.result()
    there = figures(book.entries, period("2026"))
    back = figures(sorted(book.entries, key=lambda one: (one["chain"] != "system", one["seq"])), period("2026"))
    assert there == back
