"""（十二）制度落实情况表: every clause on paper, as the page says, and recomputed by anybody."""

from __future__ import annotations

import datetime as dt

import pytest

from cast import Cast
from documents.documents_of import a_day, entries, tables, told
from documents.test_forms_on_paper import same
from huiying.documents.access import documents_for
from huiying.documents.actions.issuing import issue_conformance
from huiying.documents.models import IssuedDocument
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.overseeing.commands import assess
from huiying.overseeing.conformance import CLAUSES, conformance
from huiying.paper.document import Stamp, loads
from huiying.paper.pdf import to_pdf
from huiying.people.errors import Refused
from huiying.people.queries import regulation_now
from huiying.regulation.errors import UsageError
from stories import RUMOUR, hear

MINUTE = dt.timedelta(minutes=1)


def issued(cast: Cast, frozen: FrozenClock) -> IssuedDocument:
    a_day(cast)
    frozen.advance(2 * MINUTE)
    return issue_conformance("2026Q3", cast.inspector)


def test_c12_3_every_clause_stands_on_the_paper_with_its_duty_and_its_state(cast: Cast, frozen: FrozenClock) -> None:
    made = issued(cast, frozen)
    behind, *articles = tables(made)
    rows = {row.cells[0]: row.cells for table in articles for row in table.rows}
    assert {row.cells for row in behind.rows} == {cells for cells in rows.values() if cells[2][0] in "■▲"}
    assert list(rows) == list(CLAUSES)
    assert all(rows[name][1] == clause.zh for name, clause in CLAUSES.items())
    assert {cells[2] for cells in rows.values()} <= {"● 做到了", "▲ 有欠缺", "■ 没做到", "○ 没有可算的", "— 未启用"}
    assert all(cells[3] not in ("", "—") for cells in rows.values()), "a clause without figure or reason"
    same(made)


def test_c12_3_states_and_figures_are_those_of_assess(cast: Cast, frozen: FrozenClock) -> None:
    """Recomputed by the command that another machine runs."""
    made = issued(cast, frozen)
    figures = assess("2026-Q3")
    lines = conformance(figures, regulation_now())
    assert made.told["states"] == {line.clause.id: line.state for line in lines}
    values = made.told["indicators"]
    assert values
    assert {name: figures[name] for name in values} == values
    assert sum(made.told[word] for word in ("做到了", "有欠缺", "没做到", "没有可算的", "未启用")) == len(CLAUSES)


def test_c12_3_the_proofs_of_a_clause_are_counted_in_the_ledgers_table(cast: Cast, frozen: FrozenClock) -> None:
    made = issued(cast, frozen)
    quarter = entries(dt.datetime(2026, 6, 30, 16, tzinfo=dt.UTC), clock.now())
    rows = {row.cells[0]: row.cells[-1] for table in tables(made) for row in table.rows}
    for name in ("C1.1", "C6.12", "C7.2", "C10.5", "C10.7"):
        count = sum(kind in CLAUSES[name].kinds for _chain, kind, _data in quarter)
        assert rows[name] == str(count), name
        assert count > 0, name


def test_a_figure_has_its_unit(cast: Cast, frozen: FrozenClock) -> None:
    made = issued(cast, frozen)
    (accepted,) = [row.cells[3] for table in tables(made)[1:] for row in table.rows if row.cells[0] == "C9.7"]
    median = made.told["indicators"]["median_minutes_to_accept"]
    assert f"签收用时中位数 {median:g}分钟" in accepted


def test_inv_9_what_happens_later_does_not_reach_it(cast: Cast, frozen: FrozenClock) -> None:
    made = issued(cast, frozen)
    frozen.advance(MINUTE)
    hear(RUMOUR, platform="微博", channel_class="微博客", url="https://weibo.example/2")
    same(made)


def test_the_same_ledger_is_put_on_paper_once(cast: Cast, frozen: FrozenClock) -> None:
    made = issued(cast, frozen)
    frozen.advance(2 * MINUTE)
    assert issue_conformance("2026-Q3", cast.office) == made
    hear(RUMOUR, platform="微博", channel_class="微博客", url="https://weibo.example/2")
    frozen.advance(2 * MINUTE)
    assert issue_conformance("2026-Q3", cast.office).number == "落实〔2026〕2号"


def test_it_is_a_pdf_with_each_clause_in_selectable_words(cast: Cast, frozen: FrozenClock) -> None:
    from io import BytesIO

    from pypdf import PdfReader

    made = issued(cast, frozen)
    pages = PdfReader(BytesIO(to_pdf(loads(made.data), Stamp(made.sha256)))).pages
    text = "".join(page.extract_text() for page in pages)
    assert [name for name in CLAUSES if name not in text] == []
    assert "制度落实情况表（2026-Q3）" in text


@pytest.mark.parametrize("who", ["duty", "editor", "legal", "tech_head"])
def test_who_does_not_inspect_does_not_print_it(cast: Cast, who: str) -> None:
    with pytest.raises(Refused):
        issue_conformance("2026Q3", cast.people[who])
    assert not IssuedDocument.objects.exists()


def test_who_sees_the_page_sees_the_paper(cast: Cast, frozen: FrozenClock) -> None:
    made = issued(cast, frozen)
    for person, sees in ((cast.legal, True), (cast.deputy, True), (cast.duty, False), (cast.tech_head, False)):
        assert (made in documents_for(person)) is sees


def test_a_period_that_has_not_begun_or_is_none_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused) as early:
        issue_conformance("2027", cast.inspector)
    assert early.value.code == "not_begun"
    with pytest.raises(UsageError):
        issue_conformance("soon", cast.inspector)


def test_an_empty_quarter_accuses_nobody(cast: Cast, frozen: FrozenClock) -> None:
    frozen.advance(2 * MINUTE)
    made = issue_conformance("2026-Q3", cast.inspector)
    assert "不算做到，也不算没做到" in told(made)
    assert LedgerEntry.objects.filter(chain="documents", kind="document.issued").count() == 1
