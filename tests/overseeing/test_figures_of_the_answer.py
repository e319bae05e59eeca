"""The figures of the public answer, each from entries written by hand with one known right value (INV-9, INV-12)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from cast import builtin_text
from huiying.overseeing.history.norms import period
from huiying.overseeing.indicators.figures import Entry, figures

START = dt.datetime(2026, 9, 14, 2, 0, tzinfo=dt.UTC)


class Book:
    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.write("system", "regulation.adopted", sha256="x", text=builtin_text("anshan"))

    def write(self, chain: str, kind: str, after: float = 0, /, who: str = "", **payload: Any) -> Book:
        at = START + dt.timedelta(hours=after)
        seq = 1 + sum(entry["chain"] == chain for entry in self.entries)
        self.entries.append({"chain": chain, "seq": seq, "at": at, "kind": kind, "payload": payload, "actor": who})
        return self

    def case(self, number: str = "1", level: str = "一般") -> Book:
        chain = f"case:{number}"
        self.write(chain, "case.opened", first_known_at=START.isoformat(), suggested_level=level, regulation="x")
        self.write(chain, "case.graded", to=level)
        return self.write(chain, "case.routed", lead="信息部")

    def live(self, hours: float, number: str = "1", **told: Any) -> Book:
        at = (START + dt.timedelta(hours=hours)).isoformat()
        told = {"manifest": "m1", "department": "信息部", "stage": "first", "channel": "portal"} | told
        return self.write(f"case:{number}", "release.live", hours, at=at, **told)

    def reviewed(self, number: str = "1", manifest: str = "m1", **checks: bool) -> Book:
        chain, told = f"case:{number}", {"secrecy_checked": True, "personal_data_checked": True} | checks
        self.write(chain, "draft.saved", who="采编", manifest=manifest, bodies=[], basis=True)
        self.write(chain, "review.decided", who="主任", manifest=manifest, decision="approved", **told)
        self.write(chain, "review.approved", manifest=manifest)
        return self.write(chain, "release.made", who="发布人", manifest=manifest)

    def result(self) -> dict[str, Any]:
        return figures(self.entries, period("2026"))

    def close(self, number: str = "1", hours: float = 90) -> Book:
        return self.write(f"case:{number}", "case.closed", hours, root_cause="有根源")


def test_closed_cases_are_open_or_have_a_ground_c1_1() -> None:
    book = Book()
    for number in ("1", "2", "3", "4"):
        book.case(number)
    book.live(1, "1").close("1")
    book.write("case:2", "withholding.decided", agreed=True, ground="internal").close("2")
    book.write("case:3", "withholding.decided", agreed=True, ground=" ").close("3")
    book.write("case:4", "withholding.decided", agreed=False, ground="internal")
    result = book.result()
    assert result["closed_open_share"] == pytest.approx(2 / 3, abs=1e-4)
    assert result["empty_grounds"] == 1


def test_a_holding_statement_is_no_answer_and_a_withdrawal_neither_g4() -> None:
    book = Book().case().live(1, stage="holding").live(2, stage="withdrawal", manifest="m2", corrects=1)
    result = book.result()
    assert (result["answered"], result["corrections"], result["withdrawals"]) == (0, 0, 1)
    assert book.live(5, manifest="m3").result()["median_hours_to_answer"] == 5.0


def test_who_spoke_before_the_media_asked_c1_4() -> None:
    book = Book().case("1").case("2").case("3").case("4")
    asked = (START + dt.timedelta(hours=3)).isoformat()
    for number in ("1", "2", "3"):
        book.write(f"case:{number}", "media.asked", 9, outlet="日报", asked_at=asked)
    book.live(2, "1", stage="holding").live(4, "2")  # 3 never spoke; nobody asked 4
    book.write("case:1", "media.answered", 5, outlet="日报")
    result = book.result()
    assert result["before_media_share"] == pytest.approx(1 / 3, abs=1e-4)
    assert (result["media_inquiries"], result["media_answered"]) == (3, 1)


@pytest.mark.parametrize(("hours", "share"), [(5, 1.0), (6.9, 1.0), (7, 0.0)])
def test_answered_no_later_than_the_hour_of_the_peak_c1_4(hours: float, share: float) -> None:
    peak = (START + dt.timedelta(hours=6)).isoformat()
    book = Book().case().live(hours)
    book.write("case:1", "effect.judged", 80, hours=72, verdict="settled", peak_at=peak)
    assert book.result()["before_peak_share"] == share


def test_what_each_published_text_had_behind_it_c3_1_c8_2_c9_3() -> None:
    book = Book().case("1").case("2").reviewed("1").live(3, "1").live(4, "1", channel="weibo")
    book.reviewed("2", secrecy_checked=False).write("case:2", "draft.saved", who="采编", manifest="m2", bodies=[])
    book.live(5, "2").live(6, "2", manifest="m2", stage="follow_up")
    result = book.result()
    assert result["public_releases"] == 4
    assert result["release_chain_share"] == 0.5  # both places of the first text; the others lack a check
    assert result["with_basis_share"] == 1.0  # the third text does not tell
    assert result["three_names_share"] == pytest.approx(2 / 3, abs=1e-4)


def test_a_voided_approval_is_none() -> None:
    book = Book().case().reviewed()
    book.write("case:1", "review.voided", manifest="m1").live(3)
    assert book.result()["release_chain_share"] == 0.0


@pytest.mark.parametrize(("department", "strange"), [("信息部", 0), ("业务部", 0), ("宣传公司", 1)])
def test_a_third_department_that_speaks_is_a_mismatch_c8_3(department: str, strange: int) -> None:
    book = Book().case().write("case:1", "case.found", department="业务部")
    assert book.live(3, department=department).result()["voice_mismatches"] == strange


def test_an_authorised_spokesperson_is_no_mismatch_c8_3() -> None:
    book = Book().case().write("case:1", "speaker.authorised", speaker="发言人")
    assert book.live(3, department="局办公室").result()["voice_mismatches"] == 0


def test_a_text_that_names_other_bodies_counts_when_all_agreed_c8_4() -> None:
    book = Book()
    for number, agreed in (("1", ("财政局", "住建局")), ("2", ("财政局",)), ("3", ())):
        book.case(number).write(f"case:{number}", "draft.saved", manifest="m1", bodies=["财政局", "住建局"])
        for body in agreed:
            book.write(f"case:{number}", "confirmation.answered", manifest="m1", body=body, answer="agree")
        book.write(f"case:{number}", "confirmation.answered", manifest="old", body="住建局", answer="agree")
        book.live(3, number)
    assert book.result()["bodies_confirmed_share"] == pytest.approx(1 / 3, abs=1e-4)


def test_effect_reviews_are_due_done_and_find_waves_c3_2_c8_10() -> None:
    book = Book().case("1").case("2")
    for number in ("1", "2"):
        at = START.isoformat()
        book.live(0, number).write(f"case:{number}", "effect.begun", 0, hours=[24, 72], at=at)
    book.write("case:1", "effect.judged", 25, hours=24, verdict="second_wave")
    book.write("case:2", "effect.judged", 26, hours=24, verdict="settled")
    result = book.write("system", "note.made", 30).result()
    assert (result["effect_reviews_due"], result["effect_reviews_done_share"]) == (2, 1.0)
    assert result["second_wave_share"] == 0.5
    result = book.write("system", "note.made", 80).result()
    assert (result["effect_reviews_due"], result["effect_reviews_done_share"]) == (4, 0.5)


def test_every_grave_case_has_its_decision_c8_8() -> None:
    book = Book().case("1", "特别重大").case("2", "特别重大").case("3", "一般").case("4", "特别重大")
    for number in ("1", "2", "3"):
        book.live(3, number)
    book.write("case:1", "case.sustained", sustained=False, reason="已平息")
    result = book.result()
    assert (result["sustained_required"], result["sustained_decided_share"]) == (2, 0.5)


def test_forms_of_answer_count_with_their_evidence_c8_7() -> None:
    book = Book().case().live(3, channel="press_conference", evidence="a" * 64).live(4, channel="expert", evidence="")
    result = book.result()
    assert (result["forms_of_answer"], result["forms_with_evidence_share"]) == (2, 0.5)


def test_families_and_the_widest_skew_of_one_text_c8_9() -> None:
    book = Book().case("1").case("2")
    book.live(3, "1", family="门户网站").live(4.5, "1", family="政务微博").live(9, "1", family="政务微博")
    book.live(3, "2", family="门户网站").live(20, "2", family="门户网站", manifest="m2", stage="follow_up")
    result = book.result()
    assert (result["families_published"], result["max_skew_hours"]) == (3, 1.5)


def test_disclosure_is_on_time_late_or_not_due_yet_c11_1() -> None:
    book = Book()
    book.write("system", "disclosure.due", item="1", due_on="2026-09-10")
    book.write("system", "disclosure.done", item="1", due_on="2026-09-10", done_on="2026-09-10")
    book.write("system", "disclosure.made", item="2", due_on="2026-09-11")
    book.write("system", "disclosure.done", item="3", due_on="2026-09-01", done_on="2026-09-05")
    book.write("system", "disclosure.made", item="4", due_on="2026-12-01")
    book.write("system", "disclosure.made", item="5", due_on="2027-01-01")
    book.write("system", "disclosure.made", item="6", due_on="2026-09-02").write(
        "system", "disclosure.dropped", item="6"
    )
    result = book.result()
    assert result["disclosures_due"] == 4
    assert result["disclosures_on_time_share"] == pytest.approx(1 / 3, abs=1e-4)


def test_press_releases_count_once_c11_5() -> None:
    book = Book()
    for hours in (1, 2):
        at = (START + dt.timedelta(hours=hours)).isoformat()
        book.write("press:新闻稿1", "release.live", hours, at=at)
    book.write("press:新闻稿1", "press.published", 1).write("press:新闻稿2", "press.published", 3)
    assert book.result()["press_releases"] == 2


def test_days_with_a_spokesperson_c12_1() -> None:
    book = Book()
    book.write("system", "speaker.appointed", 0, speaker="甲", since=(START - dt.timedelta(days=2)).isoformat())
    book.write("system", "speaker.ended", 24, speaker="甲")
    book.write("system", "speaker.appointed", 72, speaker="乙")
    assert book.result()["spokesperson_days"] == 5  # 12–15 September, and the 17th; the ledger ends there


def test_departments_have_the_figures_of_the_cases_they_led() -> None:
    book = Book().case("1").reviewed("1").live(3, "1")
    row = book.result()["departments"]["信息部"]
    assert (row["public_releases"], row["release_chain_share"]) == (1, 1.0)


def test_an_erased_payload_accuses_nobody() -> None:
    book = Book().case().live(3)
    book.entries = [dict(entry) | {"payload": None} for entry in book.entries if entry["kind"] != "case.opened"]
    assert book.result()["voice_mismatches"] == 0
