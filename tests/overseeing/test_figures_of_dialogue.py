"""The figures of the dialogue with the public, from entries written by hand with one right value (C4.2, C4.4, §6.2)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from cast import builtin_text
from huiying.overseeing.commands import in_words
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

    def opened(self, name: str, days: float = 0, due: float = 30) -> Book:
        result_due_at = (START + due * DAY).isoformat()
        return self.write(f"consultation:{name}", "consultation.opened", days, result_due_at=result_due_at)

    def published(self, name: str, days: float, *groups: tuple[str, bool]) -> Book:
        rows = [{"decision": decision, "has_reason": reason} for decision, reason in groups]
        return self.write(f"consultation:{name}", "consultation.published", days, groups=rows)

    def result(self, words: str = "2026") -> dict[str, Any]:
        self.write("system", "regulation.adopted", sha256="x", text=builtin_text("anshan"))
        return figures(self.entries, period(words))


# --- C4.2 -------------------------------------------------------------------------------------------------------------


def test_adopted_and_partly_adopted_suggestions_count_and_each_has_its_reason_c4_2() -> None:
    book = Book().opened("a").published("a", 20, ("adopted", True), ("partly", True), ("declined", True))
    result = book.result()
    assert (result["consultations_opened"], result["suggestions_adopted"]) == (1, 2)
    assert result["suggestions_with_reason_share"] == 1.0


def test_a_decision_without_a_reason_is_in_the_share_c4_2() -> None:
    result = Book().opened("a").published("a", 20, ("adopted", True), ("declined", False)).result()
    assert result["suggestions_with_reason_share"] == 0.5


def test_a_result_after_its_day_is_late_and_no_longer_overdue_c4_2() -> None:
    result = Book().opened("a", due=30).published("a", 31, ("adopted", True)).result()
    assert (result["consultation_results_on_time_share"], result["consultations_overdue"]) == (0.0, 0)


def test_a_consultation_without_a_result_is_overdue_only_after_its_day_c4_2() -> None:
    early = Book().opened("a", due=30).write("system", "note.made", 20).result()
    assert (early["consultations_overdue"], early["consultation_results_on_time_share"]) == (0, None)
    late = Book().opened("a", due=30).write("system", "note.made", 40).result()
    assert (late["consultations_overdue"], late["consultation_results_on_time_share"]) == (1, 0.0)


def test_only_written_opinions_are_counted_as_opinions_c4_2() -> None:
    """Whoever only ticks the survey has given answers, which are counted there, and no opinion."""
    book = Book().opened("a").write("consultation:a", "opinion.received", 1, opinion=7, answered=2)
    book.write("consultation:a", "opinion.received", 2, opinion=None, answered=3)
    assert book.result()["opinions_received"] == 1


def test_a_consultation_belongs_to_the_period_in_which_it_was_opened() -> None:
    book = Book().opened("a", days=0, due=60).published("a", 45, ("adopted", True))
    assert book.result("2026-10")["consultations_opened"] == 0
    again = Book().opened("a", days=0, due=60).published("a", 45, ("adopted", True)).result("2026-09")
    assert (again["consultations_opened"], again["suggestions_adopted"]) == (1, 1)


# --- C4.4 -------------------------------------------------------------------------------------------------------------


def test_pages_are_counted_by_kind_and_a_withdrawn_one_no_more_c4_4() -> None:
    book = Book().write("page:1", "page.published", kind="hot").write("page:2", "page.published", kind="faq")
    book.write("page:3", "page.published", kind="hot").write("page:3", "page.withdrawn", 1)
    result = book.result()
    assert (result["hot_pages"], result["frequent_pages"], result["clarification_pages"]) == (1, 1, 0)


def test_a_page_that_is_published_again_counts_once_where_it_first_stood_c4_4() -> None:
    book = Book().write("page:1", "page.published", kind="hot").write("page:1", "page.published", 30, kind="hot")
    assert book.result("2026-09")["hot_pages"] == 1
    assert book.result("2026-10")["hot_pages"] == 0


def rumour(book: Book, event: str, **more: Any) -> Book:
    told = {"concern": "谣言", "claim": "明天停止开标", "proof": "公告栏没有", "by": "甲", "second": "乙"} | more
    return book.write(f"event:{event}", "concern.decided", **told)


def test_a_proven_rumour_is_clarified_by_a_page_that_names_its_event_c4_4() -> None:
    book = rumour(rumour(Book(), "E1"), "E2")
    book.write("page:1", "page.published", 1, kind="clarified", events=["E1"])
    assert book.result()["rumours_clarified_share"] == 0.5


def test_what_turned_out_no_rumour_needs_no_clarification_c4_4() -> None:
    book = rumour(Book(), "E1").write("event:E1", "concern.decided", 1, concern="疑虑")
    assert book.result()["rumours_clarified_share"] is None


def asked(book: Book, event: str, *posts: int, days: float = 0) -> Book:
    """Messages on one event: the first opens it, the others join it."""
    for post in posts:
        book.write("system", "message.received", days, post=post)
    book.write(f"event:{event}", "event.opened", days, post=posts[0])
    return book.write(f"event:{event}", "event.joined", days, messages=list(posts[1:]))


def test_the_same_question_three_times_is_a_hot_topic_that_wants_a_page_c4_4() -> None:
    book = asked(asked(asked(Book(), "E1", 1, 2, 3), "E2", 4, 5, 6), "E3", 7, 8)
    book.write("page:1", "page.published", 1, kind="hot", events=["E1"])
    result = book.result()
    assert (result["hot_topics"], result["hot_topics_with_page_share"]) == (2, 0.5)


def test_a_withdrawn_page_leaves_its_topic_without_one_c4_4() -> None:
    book = asked(Book(), "E1", 1, 2, 3).write("page:1", "page.published", 1, kind="hot", events=["E1"])
    assert book.write("page:1", "page.withdrawn", 2).result()["hot_topics_with_page_share"] == 0.0


def test_what_people_wrote_elsewhere_is_no_question_to_the_bureau_c4_4() -> None:
    """A post found on the web opens an event; only messages count as asked, and nobody's number of posts does."""
    book = Book().write("event:E1", "event.opened", post=9).write("system", "message.received", post=1)
    book.write("system", "message.received", post=2).write("event:E1", "event.joined", messages=[1, 2])
    result = book.result()
    assert (result["hot_topics"], result["hot_topics_with_page_share"]) == (0, None)


def test_merged_events_are_one_topic_and_a_dismissed_one_is_none_c4_4() -> None:
    book = asked(asked(Book(), "E1", 1, 2), "E2", 3)
    book.write("event:E2", "event.merged", 1, into="E1").write("page:1", "page.published", 1, kind="faq", events=["E2"])
    asked(book, "E9", 11, 12, 13).write("event:E9", "event.dismissed", 1)
    result = book.result()
    assert (result["hot_topics"], result["hot_topics_with_page_share"]) == (1, 1.0)


def test_a_topic_belongs_to_the_period_in_which_it_became_hot_c4_4() -> None:
    book = asked(Book(), "E1", 1, 2).write("system", "message.received", 30, post=3)
    book.write("event:E1", "event.joined", 30, messages=[3])
    assert (book.result("2026-09")["hot_topics"], book.result("2026-10")["hot_topics"]) == (0, 1)


# --- §6.2 -------------------------------------------------------------------------------------------------------------


def test_requests_about_personal_data_in_time_and_late() -> None:
    book = Book()
    for number, on_time in ((1, True), (2, False), (3, None)):
        book.write(f"request:{number}", "personal_request.received", number)
        if on_time is not None:
            book.write(f"request:{number}", "personal_request.decided", number + 1, on_time=on_time)
    result = book.result()
    assert (result["personal_requests"], result["personal_requests_on_time_share"]) == (3, 0.5)


def test_without_anything_asked_the_shares_are_unknown_and_said_so() -> None:
    result = Book().result()
    assert result["personal_requests_on_time_share"] is None
    assert "征集结果按时公布的比例（C4.2）：—" in in_words(result)
