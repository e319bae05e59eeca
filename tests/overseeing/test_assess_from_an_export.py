"""INV-9, INV-12: an inspector with the exported file alone gets the figures of the bureau's own database."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from cast import Cast
from huiying.handling import actions as handling
from huiying.handling.actions.disposal import NOTHING_TO_RECTIFY
from huiying.handling.actions.liaison import exempt
from huiying.kernel.clock import FrozenClock
from huiying.ledger import commands as ledger
from huiying.ledger.actions import Actor, erase
from huiying.ledger.models import LedgerEntry
from huiying.overseeing.commands import assess, in_words
from huiying.overseeing.history.norms import period
from huiying.overseeing.indicators.figures import figures
from huiying.regulation.errors import UsageError
from huiying.responding import actions as responding
from huiying.responding.public import public_answer
from stories import RUMOUR, again, answered, hear, opened, routed

HOUR = dt.timedelta(hours=1)


def exported(home: Path) -> str:
    file = home / "ledger.jsonl"
    ledger.export(file)
    return str(file)


def test_an_empty_bureau_assesses_to_zeros_and_dashes(cast: Cast) -> None:
    result = assess("2026")
    assert (result["cases"], result["on_time_share"]) == (0, None)
    words = in_words(result)
    assert "时期 2026" in words
    assert "按时率：—" in words
    assert "立案：0" in words


def test_a_figure_that_is_zero_is_said_as_zero_not_as_a_dash() -> None:
    result = figures([], period("2026")) | {"on_time_share": 0.0}
    assert "按时率：0.0" in in_words(result)


def test_every_figure_has_its_words() -> None:
    result = figures([], period("2026"))
    tables = {"departments", "messages_by_channel", "looks_by_class"}
    assert len(in_words(result).splitlines()) == len(set(result) - tables)


def test_the_file_gives_what_the_database_gives(cast: Cast, frozen: FrozenClock, home: Path) -> None:
    """A story with an answer, a late upgrade, a return and a decision: each figure the same from both (INV-9)."""
    answered(cast)
    frozen.advance(30 * HOUR)
    raised = opened(cast, text=RUMOUR)
    frozen.advance(30 * HOUR)
    handling.confirm_level(raised, "特别重大", cast.duty)
    handling.route(again(raised), cast.department("GCC"), [], "由工程处主办此件", cast.duty)
    handling.return_case(again(raised), "不属于本处职责，请另行指定。", cast.works_head)
    own, file = assess("2026-09"), exported(home)
    assert assess("2026-09", file) == own
    assert (own["cases"], own["answered"], own["returned"]) == (2, 1, 1)
    assert (own["late"], own["late_by_upgrade"]) == (0, 1)
    assert set(own["departments"]) == {cast.department("Z-XX").name, cast.department("GCC").name}
    assert assess("2026-10", file) == assess("2026-10")
    assert assess("2026-10")["cases"] == 0


def test_the_figures_say_what_the_public_page_says(cast: Cast, frozen: FrozenClock) -> None:
    frozen.advance(HOUR)
    case = routed(cast)
    frozen.advance(5 * HOUR)
    handling.accept(case, cast.tech_head)
    handling.find(again(case), "登录服务中断七十分钟。", "证书到期未续。", "两个标段开标推迟。", cast.tech_liaison)
    from stories import DRAFT, approve, do_what_is_due

    responding.save_revision(again(case), actor=cast.editor, **DRAFT)  # type: ignore[arg-type]
    approve(cast, responding.submit(again(case), cast.editor))
    responding.release(again(case), ["portal"], cast.office)
    do_what_is_due()
    answer = public_answer(case.number)
    assert answer is not None
    assert answer.took == 5 * HOUR
    assert assess("2026")["longest_hours_to_answer"] == 5.0


def test_an_erased_payload_is_read_alike_from_both(cast: Cast, home: Path) -> None:
    """INV-1, INV-8: a payload erased by decision leaves a tombstone, and both readings agree about it."""
    case = answered(cast)
    entry = LedgerEntry.objects.get(chain=f"case:{case.number}", kind="case.opened")
    one, two = Actor("王敏", "主任", "办公室", 1), Actor("李强", "处长", "法规处", 2)
    erase(entry.chain, entry.seq, decision="2026-7", reason="含个人信息", decided_by=one, second_person=two)
    result = assess("2026")
    assert (result["cases"], result["answered"]) == (1, 1)
    assert assess("2026", exported(home)) == result


def test_a_withheld_case_stays_counted_when_it_is_closed(cast: Cast) -> None:
    """C1.1, through the verbs that people use."""
    case = opened(cast)
    exempt(case, "系统故障由本局自行核实，不涉及其他机关", cast.deputy)
    row = responding.propose_withhold(
        case, "third_party", "涉及一家企业的商业秘密，依法不公开。", dt.date(2027, 1, 4), cast.office
    )
    responding.second_withhold(row, True, cast.deputy)
    assert assess("2026")["not_answered_by_decision"] == 1
    handling.close(again(case), f"证书到期无人提醒{NOTHING_TO_RECTIFY}已经更换并设了提醒", cast.office)
    assert assess("2026")["not_answered_by_decision"] == 1
    handling.reopen(again(case), "复核期已到，可以公开", cast.office)
    assert assess("2026")["not_answered_by_decision"] == 0


def test_merging_moves_first_knowledge_in_the_figures_too(cast: Cast, frozen: FrozenClock) -> None:
    """INV-2, INV-9: the winner's earlier knowledge stands in the ledger, or the hours of the figures would be wrong."""
    loser = opened(cast)
    frozen.advance(3 * HOUR)
    winner = opened(cast, text=RUMOUR)
    handling.merge_cases(loser, winner, cast.duty)
    entry = LedgerEntry.objects.get(chain=f"case:{winner.number}", kind="case.known_earlier")
    assert entry.data is not None
    assert entry.data["known_at"] == loser.first_known_at.isoformat()
    assert entry.data["evidence"] == loser.number


@pytest.mark.parametrize("words", ["0000", "9999", "0000-09", "9999-Q4"])
def test_a_year_outside_the_calendar_is_a_sentence_not_a_crash(words: str) -> None:
    with pytest.raises(UsageError) as error:
        period(words)
    assert words in str(error.value)


def test_a_wrong_period_is_refused_before_anything_is_read(home: Path) -> None:
    with pytest.raises(UsageError, match="2026-Q3"):
        assess("2026-Q9", str(home / "none.jsonl"))


def test_a_missing_file_is_named(home: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.jsonl"):
        assess("2026", str(home / "none.jsonl"))


def test_a_file_cut_off_at_its_end_is_refused(cast: Cast, home: Path) -> None:
    """Half an export would give wrong figures without a word; it gives none."""
    answered(cast)
    file = Path(exported(home))
    lines = file.read_text("utf-8").splitlines(keepends=True)
    assert json.loads(lines[-1])["type"] == "end"
    file.write_text("".join(lines[:-1]), "utf-8")
    with pytest.raises(UsageError, match=r"ledger\.jsonl"):
        assess("2026", str(file))


def test_hearing_alone_counts_posts_and_events_but_no_case(cast: Cast) -> None:
    hear()
    result = assess("2026-09")
    assert (result["posts_received"], result["events"], result["cases"]) == (1, 1, 0)


def test_an_altered_file_gives_no_figures(cast: Cast, home: Path) -> None:
    """INV-8: one changed payload and the file is evidence of nothing; the sentence names the place."""
    case = answered(cast)
    file = Path(exported(home))
    text = file.read_text("utf-8")
    assert text.count("登录服务中断七十分钟") == 1
    file.write_text(text.replace("登录服务中断七十分钟", "登录服务中断十分钟"), "utf-8")
    with pytest.raises(UsageError, match=f"case:{case.number}"):
        assess("2026", str(file))


def test_the_verbs_write_what_the_figures_of_casework_read(cast: Cast, frozen: FrozenClock, home: Path) -> None:
    """INV-12: kinds and payloads of the real verbs, from the database and from the file alike."""
    case = routed(cast)
    frozen.advance(HOUR / 2)
    handling.accept(case, cast.tech_head)
    finding = handling.find(
        again(case), "登录服务中断七十分钟。", "证书到期未续。", "两个标段推迟。", cast.tech_liaison
    )
    handling.dispose(again(case), finding, "已续证书，开标顺延，逐一电话告知。", True, cast.tech_head)
    result = assess("2026-09")
    assert (result["median_minutes_to_accept"], result["accepted_on_time_share"]) == (30.0, 1.0)
    assert (result["first_route_accuracy"], result["cases_without_one_lead"], result["refusal_rate"]) == (1.0, 0, 0.0)
    assert (result["found_and_disposed"], result["slips"], result["liaison_required"]) == (1, 1, 1)
    assert result["node_reports"] >= 3
    assert result["departments"][cast.department("Z-XX").name]["node_reports"] == result["node_reports"]
    assert assess("2026-09", exported(home)) == result
