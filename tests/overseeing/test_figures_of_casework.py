"""INV-9, INV-12: each figure of the work on cases from entries written by hand; the right value stands beside it."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

import pytest
from hypothesis import given, strategies as st

from huiying.overseeing.commands import in_words
from huiying.overseeing.history.norms import period
from huiying.overseeing.indicators.figures import Entry, figures
from huiying.regulation import loader

START = dt.datetime(2026, 9, 14, 2, 0, tzinfo=dt.UTC)


@cache
def anshan_sha() -> str:
    return loader.load("anshan").sha256


class Book:
    """A ledger in memory, under the built-in regulation of Anshan."""

    def __init__(self, **adopted: Any) -> None:
        self.entries: list[Entry] = []
        self.write("system", "regulation.adopted", -1, **(adopted or {"sha256": anshan_sha()}))

    def write(self, chain: str, kind: str, hours: float = 0, /, **payload: Any) -> Book:
        seq = 1 + sum(entry["chain"] == chain for entry in self.entries)
        at = START + dt.timedelta(hours=hours)
        self.entries.append({"chain": chain, "seq": seq, "at": at, "kind": kind, "payload": payload})
        return self

    def case(self, number: str, level: str = "L1", lead: str = "信息部", **opened: Any) -> Book:
        self.on(number, "case.opened", event=f"E{number}", first_known_at=START.isoformat(), **opened)
        self.on(number, "case.graded", to=level)
        return self.on(number, "case.routed", lead=lead) if lead else self

    def on(self, number: str, kind: str, hours: float = 0, /, **payload: Any) -> Book:
        return self.write(f"case:{number}", kind, hours, **payload)

    def live(self, number: str, hours: float, **payload: Any) -> Book:
        at = (START + dt.timedelta(hours=hours)).isoformat()
        return self.on(number, "release.live", hours, **({"channel": "portal", "at": at} | payload))

    def closed(self, number: str, hours: float = 9, root_cause: str = "证书到期无人提醒") -> Book:
        self.on(number, "case.closed", hours, root_cause=root_cause)
        return self.on(number, "case.moved", hours, **{"from": "answered", "to": "closed"})

    def task(self, number: str, task: int, kind: str, due: float, department: str = "信息部") -> Book:
        due_at = (START + dt.timedelta(hours=due)).isoformat()
        return self.on(number, "task.made", 0, task=task, kind=kind, department=department, due_at=due_at)

    def __getitem__(self, name: str) -> Any:
        return self.result()[name]

    def result(self, words: str = "2026") -> dict[str, Any]:
        return figures(self.entries, period(words))

    def row(self, department: str) -> dict[str, Any]:
        row: dict[str, Any] = self.result()["departments"][department]
        return row


# --- （二）who has the case, and the root of the matter ---


def test_an_ordinary_way_through_the_house_always_has_one_lead_c2_1() -> None:
    book = Book().case("1").on("1", "case.returned", 1, department="信息部").on("1", "case.routed", 2, lead="业务部")
    book.on("1", "case.accepted", 3, department="业务部").case("2").on("2", "case.accepted", 1, department="信息部")
    assert book["cases_without_one_lead"] == 0


@pytest.mark.parametrize("lead", ["", " ", None, ["甲处", "乙处"]])
def test_a_routing_without_exactly_one_lead_is_counted_c2_1(lead: Any) -> None:
    assert Book().case("1", lead="").on("1", "case.routed", lead=lead)["cases_without_one_lead"] == 1


def test_acceptance_by_a_department_that_does_not_lead_is_counted_c2_1() -> None:
    book = Book().case("1", lead="信息部").on("1", "case.accepted", 1, department="工程处")
    assert book["cases_without_one_lead"] == 1


def test_an_erased_routing_accuses_nobody_c2_1() -> None:
    book = Book().case("1")
    erased = [{**entry, "payload": None} if entry["kind"] == "case.routed" else entry for entry in book.entries]
    assert figures(erased, period("2026"))["cases_without_one_lead"] == 0


def test_closed_cases_with_a_root_cause_c2_2() -> None:
    book = Book().case("1").closed("1").case("2").closed("2", root_cause=" ").case("3").closed("3").case("4")
    assert (book["closed"], book["closed_with_root_cause_share"]) == (3, 0.6667)


def test_a_reopened_case_is_closed_no_more_c8_5() -> None:
    book = Book().case("1").closed("1")
    book.on("1", "case.moved", 20, **{"from": "closed", "to": "handling"})
    assert (book["closed"], book["closed_with_root_cause_share"]) == (0, None)


def test_rectification_is_overdue_when_late_or_when_its_date_has_passed_c2_2() -> None:
    """Done in time, done late, open past its date, open before its date, dropped: two of five are overdue."""
    book = Book().case("1")
    for number, due in enumerate((10, 10, 10, 99, 10)):
        book.task("1", number, "rectify", due)
    book.on("1", "task.done", 9, task=0, on_time=True).on("1", "task.done", 12, task=1, on_time=False)
    book.on("1", "task.dropped", 9, task=4).on("1", "note.made", 50)
    assert (book["rectify_tasks"], book["rectify_overdue"]) == (5, 2)


def test_the_date_is_judged_at_the_ledgers_last_moment_not_at_the_machines_inv_12() -> None:
    book = Book().case("1").task("1", 1, "rectify", 10)
    assert book["rectify_overdue"] == 0
    assert book.write("source:1", "posts.received", 11, new=1)["rectify_overdue"] == 1


def test_matter_tasks_are_no_rectification_c2_2() -> None:
    book = Book().case("1").task("1", 1, "matter", 1).task("1", 2, "help", 1).on("1", "note.made", 50)
    assert (book["rectify_tasks"], book["rectify_overdue"]) == (0, 0)


def test_repeat_share_c2_2() -> None:
    book = Book().case("1").case("2").case("3").case("4").on("3", "case.recurred", 1, earlier="1")
    assert book["repeat_share"] == 0.25


# --- （五）liaison ---


def test_hours_to_liaison_run_from_first_knowledge_to_the_first_letter_c5_15() -> None:
    book = Book().case("1", "L2").on("1", "liaison.sent", 3).on("1", "liaison.sent", 1).case("2", "L2")
    book.on("2", "liaison.sent", 4)
    assert book["median_hours_to_liaison"] == 2.5


def test_liaison_is_required_by_level_or_by_a_decided_concern_c5_15() -> None:
    """L1 of no decided concern is not asked; L2 is; L1 that a person called a rumour is. One of the two wrote."""
    book = Book().case("1", "L1").case("2", "L2").case("3", "L1")
    book.write("event:E3", "concern.decided", 1, concern="谣言").on("2", "liaison.sent", 1)
    assert (book["liaison_required"], book["liaison_share"]) == (2, 0.5)


def test_a_proposed_rumour_asks_nothing_before_its_second_person_c1_2() -> None:
    book = Book().case("1", "L1").write("event:E1", "concern.rumour_proposed", 1, concern="谣言")
    assert (book["liaison_required"], book["liaison_share"]) == (0, None)


def test_an_exempted_case_stands_in_no_share_c5_15() -> None:
    book = Book().case("1", "L2").on("1", "liaison.exempted", 1, reason="本局自办").case("2", "L2")
    book.on("2", "liaison.sent", 2)
    assert (book["liaison_required"], book["liaison_share"], book["liaison_exempted"]) == (1, 1.0, 1)


def test_signed_clues_are_counted_and_refused_ones_are_not() -> None:
    book = Book().case("1").on("1", "clue.signed", 1, signed=True).on("1", "clue.signed", 2, signed=False)
    assert book.on("1", "clue.proposed", 3)["clues_handed_over"] == 1


# --- （七）routing, disposal, one line ---


def test_first_route_accuracy_c7_1() -> None:
    """Held; returned; routed anew to another; routed anew to the same with other helpers; never routed: 2 of 4."""
    book = Book().case("1").case("2").on("2", "case.returned", 1, department="信息部").case("3")
    book.on("3", "case.routed", 1, lead="业务部").case("4").on("4", "case.routed", 1, lead="信息部").case("5", lead="")
    assert book["first_route_accuracy"] == 0.5


def test_a_routing_taken_back_at_once_was_no_routing_c7_1() -> None:
    book = Book().case("1", lead="工程处").on("1", "case.route_undone", 0.1, lead="工程处")
    book.on("1", "case.routed", 0.2, lead="信息部")
    assert book["first_route_accuracy"] == 1.0


def test_followed_share_asks_only_where_the_table_spoke_c7_1() -> None:
    book = Book()
    for number, followed in enumerate((True, True, False, None)):
        book.case(str(number), lead="").on(str(number), "case.routed", lead="信息部", followed=followed)
    assert book["followed_share"] == 0.6667


def test_finding_and_disposal_both_c7_2() -> None:
    book = Book().case("1").on("1", "case.found", 1).on("1", "case.disposed", 2, settled=True)
    book.case("2").on("2", "case.found", 1).case("3").on("3", "case.disposed", 1, settled=False)
    assert book["found_and_disposed"] == 1


def test_a_closed_case_whose_matter_is_settled_c7_3() -> None:
    """Withheld and closed is no unsettled matter: it stands outside."""
    book = Book().case("1").on("1", "case.disposed", 1, settled=False).on("1", "case.disposed", 2, settled=True)
    book.closed("1").case("2").on("2", "case.disposed", 1, settled=False).closed("2")
    book.case("3").on("3", "case.moved", 1, **{"from": "assigned", "to": "declined"}).closed("3")
    assert book["closed_settled_share"] == 0.5


def test_a_statement_with_the_newest_facts_conflicts_with_nothing_c7_4() -> None:
    book = Book().case("1").on("1", "facts.agreed", 1, version=1).on("1", "facts.agreed", 2, version=2)
    book.live("1", 4, facts=2).on("1", "facts.agreed", 5, version=3)
    assert book["conflicting_statements"] == 0


def test_a_statement_that_quotes_older_facts_is_counted_c7_4() -> None:
    book = Book().case("1").on("1", "facts.agreed", 1, version=1).on("1", "facts.agreed", 2, version=2)
    assert book.live("1", 4, facts=1).live("1", 5, facts=1)["conflicting_statements"] == 2


def test_a_statement_that_names_no_fact_sheet_contradicts_none_c7_4() -> None:
    book = Book().case("1").on("1", "facts.agreed", 1, version=1).live("1", 4, facts=0).live("1", 5)
    assert book["conflicting_statements"] == 0


def test_the_moment_of_a_hand_made_post_is_that_of_its_evidence_c7_4() -> None:
    """Posted at hour 4, checked at hour 8, the facts changed at hour 6: what the public read was right."""
    book = Book().case("1").on("1", "facts.agreed", 1, version=1).on("1", "facts.agreed", 6, version=2)
    at = (START + dt.timedelta(hours=4)).isoformat()
    assert book.on("1", "release.live", 8, channel="weibo", at=at, facts=1)["conflicting_statements"] == 0


# --- （六）（九）feedback, corrections, silence ---


def test_feedback_is_counted_by_whom_it_reached_c6_13() -> None:
    book = Book().case("1").case("2").closed("1").closed("2")
    for to in ("asker", "asker", "reporter", "office", "leader"):
        book.on("1", "feedback.given", 8, to=to, name="x", means="notice")
    told = [book[f"feedback_{to}"] for to in ("askers", "reporters", "office", "leaders")]
    assert (told, book["closed_with_feedback_share"]) == ([2, 1, 1, 1], 0.5)


def test_a_correction_within_a_day_is_a_forgiven_error_c9_7() -> None:
    """Corrected after 24 h sharp, after 25 h, and on another channel after 2 h: two were quick."""
    book = Book().case("1").live("1", 1).live("1", 25, corrects=1)
    book.case("2").live("2", 1).live("2", 26, corrects=1).case("3").live("3", 1, channel="weibo").live(
        "3", 3, corrects=1
    )
    assert (book["corrections"], book["corrections_within_24h"]) == (3, 2)


def test_a_correction_without_what_it_corrects_is_not_called_quick_c9_7() -> None:
    assert Book().case("1").live("1", 1, corrects=9)["corrections_within_24h"] == 0


def test_silent_past_half_is_counted_once_a_case_c1_3() -> None:
    book = Book().case("1").on("1", "clock.silent", 24, act="respond").on("1", "clock.silent", 25, act="respond")
    assert book.case("2").on("2", "clock.silent", 9, act="press_conference")["silent_past_half"] == 1


def test_silent_at_the_deadline_c1_3() -> None:
    """Never spoke; spoke too late; spoke before; upgraded into the past; reasoned no: two were silent."""
    due = (START + dt.timedelta(hours=48)).isoformat()
    book = Book()
    for number in "12345":
        book.case(number)
    book.live("2", 50).live("3", 40)
    for number, counts in zip("12345", (True, True, True, False, True), strict=True):
        book.on(number, "clock.breached", 51, act="respond", counts=counts, due_at=due)
    book.on("5", "case.moved", 60, **{"from": "assigned", "to": "declined"})
    assert book["silent_at_deadline"] == 2


# --- （十）acceptance, slips, meetings, reports, phones ---


def test_minutes_to_accept_and_the_hour_c10_6() -> None:
    """20 min, exactly 60 min, 90 min, by a regulation that gives an hour."""
    book = Book()
    for number, hours in (("1", 1 / 3), ("2", 1), ("3", 1.5)):
        book.case(number).on(number, "case.accepted", hours, department="信息部")
    assert (book["median_minutes_to_accept"], book["accepted_on_time_share"]) == (60.0, 0.6667)


def test_each_department_answers_for_its_own_acceptance_c9_7() -> None:
    """信息部 accepted after 30 min and then gave it back; 业务部, which leads now, accepted after 10."""
    book = Book().case("1", lead="信息部").on("1", "case.accepted", 0.5, department="信息部")
    book.on("1", "case.returned", 1, department="信息部").on("1", "case.routed", 2, lead="业务部")
    book.on("1", "case.accepted", 2 + 1 / 6, department="业务部")
    first, second = book.row("信息部"), book.row("业务部")
    assert (first["median_minutes_to_accept"], first["refusal_rate"], first["cases"]) == (30.0, 1.0, 0)
    assert (second["median_minutes_to_accept"], second["refusal_rate"], second["cases"]) == (10.0, 0.0, 1)
    assert book["refusal_rate"] == 0.5


def test_without_the_regulation_there_is_no_limit_to_judge_by_c14_1() -> None:
    """An unknown regulation gives no shares rather than another bureau's limits."""
    book = Book(sha256="0" * 64).case("1", "L4").on("1", "case.accepted", 9, department="信息部")
    book.on("1", "report.made", 9, node="accepted", department="信息部")
    assert (book["accepted_on_time_share"], book["liaison_required"], book["meetings_required"]) == (None, 0, 0)
    assert (book["reports_seen_on_time_share"], book["median_minutes_to_accept"]) == (None, 540.0)


def test_the_regulations_own_text_in_the_ledger_is_what_counts_c14_1() -> None:
    """Another bureau's text travels with its ledger: here two hours to accept instead of one."""
    text = loader.load("anshan").text.replace("accept_transfer: {within: PT1H", "accept_transfer: {within: PT2H")
    assert "accept_transfer: {within: PT2H" in text
    book = Book(sha256="9" * 64, text=text).case("1").on("1", "case.accepted", 1.5, department="信息部")
    assert book["accepted_on_time_share"] == 1.0


def test_a_text_that_is_no_regulation_gives_no_limit() -> None:
    book = Book(sha256="9" * 64, text="a: [").case("1").on("1", "case.accepted", 1.5, department="信息部")
    assert book["accepted_on_time_share"] is None


def test_a_case_is_judged_by_the_regulation_that_it_names_c14_1() -> None:
    """Anshan adopted first and something unknown later: the case of Anshan keeps its hour."""
    book = Book().write("system", "regulation.adopted", 0, sha256="1" * 64)
    book.case("1", regulation=anshan_sha()).on("1", "case.accepted", 2, department="信息部")
    book.case("2", regulation="1" * 64).on("2", "case.accepted", 2, department="信息部")
    assert book["accepted_on_time_share"] == 0.0


def test_the_days_of_a_period_are_those_of_the_adopted_regulation_inv_9() -> None:
    """17:00 UTC of September 30 is October in Anshan, though the entry names no zone."""
    book = Book()
    at = dt.datetime(2026, 9, 30, 17, tzinfo=dt.UTC)
    book.entries.append({"chain": "case:1", "seq": 1, "at": at, "kind": "case.opened", "payload": {}})
    assert (book.result("2026-09")["cases"], book.result("2026-10")["cases"]) == (0, 1)


def test_slips_with_every_element_c10_5() -> None:
    book = Book().case("1").on("1", "slip.issued", 0, number="转办〔2026〕1号", complete=True, unknown=[])
    book.on("1", "slip.issued", 1, number="转办〔2026〕2号", complete=False, unknown=["传播路径"])
    assert (book["slips"], book["slips_complete_share"]) == (2, 0.5)


def test_meetings_of_the_cases_whose_level_asks_for_one_c10_1() -> None:
    """L4 held, L3 not, L2 optional and held: two are asked, one met."""
    book = Book().case("1", "L4").on("1", "meeting.held", 2, present=6, invited=8)
    book.case("2", "L3").case("3", "L2").on("3", "meeting.held", 2, present=["甲", "乙"], invited=["甲", "乙"])
    assert (book["meetings_held"], book["meetings_required"], book["meeting_share"]) == (2, 2, 0.5)
    assert book["attendance_share"] == 0.8


def test_a_suggested_level_asks_for_no_meeting_before_a_person_confirmed_it_c10_1() -> None:
    book = Book().on("1", "case.opened", event="E1", suggested_level="特别重大")
    assert (book["meetings_required"], book["liaison_required"]) == (0, 1)


def test_a_lowered_level_asks_no_more_c10_1() -> None:
    book = Book().case("1", "L4").on("1", "case.graded", 1, to="L2")
    assert book["meetings_required"] == 0


def test_decisions_done_c10_1() -> None:
    book = Book().case("1")
    for number in range(4):
        book.task("1", number, "decision", 10)
    book.on("1", "task.done", 3, task=0, on_time=True).on("1", "task.done", 30, task=1, on_time=False)
    book.on("1", "task.dropped", 3, task=2)
    assert (book["decisions"], book["decisions_done_share"]) == (3, 0.6667)


def test_tasks_count_for_the_department_that_has_them_c10_1() -> None:
    book = Book().case("1", lead="信息部").on("1", "case.accepted", 1, department="信息部")
    book.task("1", 1, "decision", 10, "工程处").on("1", "task.done", 3, task=1, on_time=True)
    book.case("2", lead="工程处")
    assert book.row("工程处")["decisions_done_share"] == 1.0
    assert (book.row("信息部")["decisions"], book.row("信息部")["decisions_done_share"]) == (0, None)


def test_a_task_of_which_only_the_end_is_left_counts_nowhere() -> None:
    book = Book().case("1").on("1", "task.done", 3, task=7, on_time=True).on("1", "task.dropped", 3, task=8)
    assert (book["decisions"], book["rectify_tasks"]) == (0, 0)


def test_reports_seen_within_two_hours_c10_7() -> None:
    """Seen after 1 h, seen after 3 h, unseen for 50 h, unseen for 1 h: one of the three that can be judged."""
    book = Book().case("1")
    for node, hours in (("accepted", 0), ("facts_found", 0), ("disposed", 0), ("published", 49)):
        book.on("1", "report.made", hours, node=node, department="信息部")
    book.on("1", "report.seen", 1, nodes=["accepted"]).on("1", "report.seen", 3, nodes=["facts_found"])
    book.on("1", "note.made", 50)
    assert (book["node_reports"], book["reports_seen_on_time_share"]) == (4, 0.3333)


def test_the_same_node_reported_twice_is_seen_each_for_itself_c10_7() -> None:
    book = Book().case("1").on("1", "report.made", 0, node="disposed", department="信息部")
    book.on("1", "report.seen", 1, nodes=["disposed"]).on("1", "report.made", 5, node="disposed", department="信息部")
    book.on("1", "report.seen", 8, nodes=["disposed"])
    assert book["reports_seen_on_time_share"] == 0.5


def test_who_brings_bad_news_is_credited_and_never_scored_c9_7() -> None:
    """A count and nothing derived from it: no figure rises or falls with how much somebody reported."""
    plain = Book().case("1").live("1", 1)
    before = plain.result()
    for _ in range(3):
        plain.write("system", "report.credited", 1, department="信息部", by="信息部联络员")
    after = plain.result()
    assert (after["reports_credited"], plain.row("信息部")["reports_credited"]) == (3, 3)
    for result in (before, after):
        result.pop("reports_credited")
        for row in result["departments"].values():
            row.pop("reports_credited")
    assert after == before


def test_phones_that_were_answered_c10_3() -> None:
    book = Book().write("system", "contact.tested", 1, department="信息部", reached=True)
    book.write("system", "contact.tested", 1, department="工程处", reached=False)
    book.write("system", "contact.tested", 2, department="信息部", reached=True)
    book.write("system", "contact.tested", 9000, department="信息部", reached=False)
    assert (book["phone_tests"], book["phone_reached_share"]) == (3, 0.6667)
    assert (book.row("信息部")["phone_reached_share"], book.row("工程处")["phone_reached_share"]) == (1.0, 0.0)


# --- the whole ---

KINDS = (
    "case.opened", "case.known_earlier", "case.graded", "case.routed", "case.route_undone", "case.returned",
    "case.accepted", "case.found", "case.disposed", "case.closed", "case.moved", "case.recurred", "task.made",
    "task.done", "task.dropped", "facts.agreed", "draft.saved", "release.live", "liaison.sent", "liaison.exempted",
    "feedback.given", "meeting.held", "slip.issued", "report.made", "report.seen", "clock.silent", "clock.breached",
    "clue.signed", "concern.decided", "contact.tested", "report.credited",
)  # fmt: skip
WORDS = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(1, 3), st.floats(0, 99)), max_size=40)


@given(WORDS)
def test_a_ledger_of_tombstones_can_always_be_read_inv_8(rows: list[tuple[str, int, float]]) -> None:
    """Whatever was erased by decision: figures come out, and no case is accused of what nobody can read any more."""
    book = Book()
    for kind, number, hours in sorted(rows, key=lambda row: row[2]):
        book.on(str(number), kind, hours)
    result = figures([{**entry, "payload": None} for entry in book.entries], period("2026"))
    for name in ("cases_without_one_lead", "conflicting_statements", "silent_at_deadline", "rectify_overdue", "late"):
        assert result[name] == 0


@given(st.permutations(range(4)))
def test_the_order_of_the_chains_changes_nothing_inv_12(order: list[int]) -> None:
    book = Book()
    for number, level in enumerate(("L1", "L2", "L4")):
        book.case(str(number), level).on(str(number), "case.accepted", number, department="信息部")
        book.on(str(number), "report.made", number, node="accepted", department="信息部")
    chains = ["system", "case:0", "case:1", "case:2"]
    shuffled = [entry for index in order for entry in book.entries if entry["chain"] == chains[index]]
    assert figures(shuffled, period("2026")) == book.result()


def test_every_share_lies_between_nothing_and_everything() -> None:
    book = Book()
    for number in range(12):
        book.case(str(number), f"L{number % 4 + 1}", f"处{number % 3}")
        book.on(str(number), "case.accepted", number / 4, department=f"处{number % 3}")
        if number % 5 == 0:
            book.on(str(number), "case.returned", 4, department=f"处{number % 3}")
    rows = [book.result(), *book.result()["departments"].values()]
    shares = [value for row in rows for name, value in row.items() if name.endswith(("_share", "_rate", "_accuracy"))]
    assert shares
    assert all(value is None or 0 <= value <= 1 for value in shares)


def test_the_words_say_a_share_without_a_base_as_a_dash_and_zero_as_zero() -> None:
    words = in_words(Book().result())
    assert "首次转办准确率（C7.1）：—" in words
    assert "与口径不一致的发布（C7.4）：0" in words


def test_nothing_of_a_citizen_is_in_any_figure_inv_10() -> None:
    """The names in the result are departments of the bureau and nobody else."""
    book = Book().case("1").on("1", "feedback.given", 1, to="asker", name="M20260914-01", means="portal")
    assert "M20260914" not in str(book.result())
