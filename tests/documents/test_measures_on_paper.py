"""C12.4, C12.5: 督办单, 通报批评, 约谈记录: only what a person decided, whole, and without any citizen's name."""

from __future__ import annotations

import datetime as dt
from typing import Any, get_args

import pytest

from cast import Cast, builtin_text
from documents.documents_of import entries, tables, told
from documents.test_forms_on_paper import same
from huiying.api.documents import ObjectKind
from huiying.documents import actions, names
from huiying.documents.access import documents_for
from huiying.documents.actions import issuing
from huiying.documents.models import IssuedDocument
from huiying.handling.models import Case
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.overseeing.actions import measures
from huiying.overseeing.actions.measures import PAPERS, paper_of
from huiying.overseeing.models import Measure
from huiying.paper.document import Stamp, loads
from huiying.paper.docx import to_docx
from huiying.paper.pdf import to_pdf
from huiying.people.actions import adopt_regulation, appoint
from huiying.people.errors import Refused
from huiying.people.predicates import CLOSED_KINDS
from huiying.regulation import load
from overseeing.oversight_of import lies, overdue, proposed

STATEMENT = "证书由省平台管理，我们当天就报告。"
STEPS = {"supervision": "督办", "criticism": "通报批评", "talk": "约谈", "referral": "移送问责"}
TICK = dt.timedelta(microseconds=1)  # what was written at the moment of the proposal, before it
EVER = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def decided(cast: Cast, frozen: FrozenClock, step: str, case: Case | None = None) -> Measure:
    row = proposed(cast, case or overdue(cast, frozen), step)
    measures.state(row, STATEMENT, cast.tech_head)
    return measures.decide(row, issue=True, reason="限期续齐证书并报告。", actor=cast.deputy)


def talked(cast: Cast, row: Measure, **more: Any) -> Measure:
    given: dict[str, Any] = {
        "held_at": clock.now(), "place": "三楼会议室", "leader": cast.deputy, "attended": cast.tech_head,
        "words": "谈了证书到期没有人管的问题。", "promises": "三日内续齐证书。\n每月查一次到期日。",
    }  # fmt: skip
    return measures.note_talk(row, **given | more, actor=cast.inspector)


def on_paper(cast: Cast, frozen: FrozenClock, kind: str) -> tuple[Measure, IssuedDocument]:
    row = decided(cast, frozen, STEPS[kind])
    if kind == "talk":
        row = talked(cast, row)
    return row, issuing.issue_of_object(kind, row.pk, cast.inspector)


@pytest.mark.parametrize("kind", list(STEPS))
def test_c12_4_a_measure_on_paper_says_what_the_ledger_says(cast: Cast, frozen: FrozenClock, kind: str) -> None:
    """Each figure counted once more out of the ledger's table."""
    row, made = on_paper(cast, frozen, kind)
    cases = {f"case:{number}" for number in row.cases}
    (first,) = row.evidence
    packed = [(kind, data) for chain, kind, data in entries(EVER, row.proposed_at + TICK) if chain in cases]
    assert made.told["cases"] == len(row.cases) == 1
    assert made.told["entries"] == len(packed) == first["seq"]
    assert made.told["breaches"] == sum(kind == "clock.breached" and data["counts"] for kind, data in packed) > 0
    assert made.told["returns"] == 0
    for words in (row.facts, STATEMENT, row.reason, *row.cases, row.department.name, row.trigger):
        assert words in told(made), words
    same(made)
    assert lies() == []


@pytest.mark.parametrize("kind", list(STEPS))
def test_a_measure_is_a_pdf_a_docx_and_text_and_the_same_bytes_again(
    cast: Cast, frozen: FrozenClock, kind: str
) -> None:
    _row, made = on_paper(cast, frozen, kind)
    document, stamp = loads(made.data), Stamp(made.sha256)
    assert to_pdf(document, stamp) == to_pdf(loads(actions.again(made).document.to_json()), stamp)
    assert to_docx(document, stamp)[:2] == b"PK"
    assert document.style == ("official" if kind == "criticism" else "form")


def test_c12_4_nothing_is_issued_that_nobody_decided(cast: Cast, frozen: FrozenClock) -> None:
    """Must be impossible: automatic issue."""
    case = overdue(cast, frozen)
    row = proposed(cast, case)
    dropped = measures.decide(proposed(cast, case), issue=False, reason="事实不清。", actor=cast.deputy)
    for one in (row, dropped):
        with pytest.raises(Refused) as refused:
            issuing.issue_of_object("criticism", one.pk, cast.inspector)
        assert refused.value.code == "not_issued"
    assert not IssuedDocument.objects.exists()


def test_every_paper_of_a_measure_is_closed_and_can_be_asked_for_over_rest() -> None:
    assert set(PAPERS) <= set(CLOSED_KINDS)
    assert set(PAPERS) <= set(get_args(ObjectKind))


def test_a_step_has_its_own_paper_and_no_other(cast: Cast, frozen: FrozenClock) -> None:
    row = decided(cast, frozen, "提醒")
    for kind in PAPERS:
        with pytest.raises(Refused):
            issuing.issue_of_object(kind, row.pk, cast.inspector)


def test_c12_5_a_talk_is_on_paper_only_once_it_was_held_and_recorded(cast: Cast, frozen: FrozenClock) -> None:
    row = decided(cast, frozen, "约谈")
    with pytest.raises(Refused) as early:
        issuing.issue_of_object("talk", row.pk, cast.inspector)
    assert early.value.code == "not_talked"
    made = issuing.issue_of_object("talk", talked(cast, row).pk, cast.inspector)
    for words in (
        "三楼会议室",
        "约谈人",
        "被约谈人",
        "信息部部长",
        "督查小冯",
        "三日内续齐证书。",
        "每月查一次到期日。",
    ):
        assert words in told(made), words
    assert made.told["promises"] == 2
    assert loads(made.data).places == ("约谈人", "被约谈人", "记录人")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (lambda cast: {"held_at": clock.now() + dt.timedelta(minutes=1)}, "time"),
        (lambda cast: {"held_at": clock.now() - dt.timedelta(days=9)}, "time"),
        (lambda cast: {"leader": cast.office}, "no_leader"),
        (lambda cast: {"attended": cast.works_head}, "not_theirs"),
        (lambda cast: {"words": "反映人王小明的电话13812345678打不通。"}, "names_somebody"),
    ],
)
def test_c12_5_a_talk_that_was_not_so_is_refused(cast: Cast, frozen: FrozenClock, more: Any, code: str) -> None:
    row = decided(cast, frozen, "约谈")
    with pytest.raises(Refused) as refused:
        talked(cast, row, **more(cast))
    assert refused.value.code == code


def test_c12_5_a_talk_is_recorded_once_and_only_where_a_talk_was_decided(cast: Cast, frozen: FrozenClock) -> None:
    case = overdue(cast, frozen)
    row = talked(cast, decided(cast, frozen, "约谈", case))
    with pytest.raises(Refused) as twice:
        talked(cast, row)
    assert twice.value.code == "is_talked"
    with pytest.raises(Refused) as other:
        talked(cast, decided(cast, frozen, "督办", case))
    assert other.value.code == "no_talk"
    Measure.objects.filter(pk=row.pk).update(talk=row.talk | {"promises": "没有承诺。"})
    assert "内容被改过" in " ".join(lies())


def test_c12_5_both_sides_and_the_recorder_sign_the_record(cast: Cast, frozen: FrozenClock) -> None:
    _row, made = on_paper(cast, frozen, "talk")
    actions.sign(made, "约谈人", made.sha256, cast.deputy)
    with pytest.raises(Refused):
        actions.sign(made, "被约谈人", made.sha256, cast.inspector)
    actions.sign(made, "被约谈人", made.sha256, cast.tech_head)
    actions.sign(made, "记录人", made.sha256, cast.inspector)
    assert made.signatures.count() == 3


def test_c12_4_the_department_gets_the_paper_and_says_that_it_read_it(cast: Cast, frozen: FrozenClock) -> None:
    _row, made = on_paper(cast, frozen, "supervision")
    assert {one.name for one in made.circulations.all()} == {"信息部部长", "信息部联络员"}
    assert actions.read(made, cast.tech_head).read_at == clock.now()
    assert made in documents_for(cast.tech_head)


@pytest.mark.parametrize("kind", list(STEPS))
def test_c12_4_whoever_does_not_oversee_sees_no_measure(cast: Cast, frozen: FrozenClock, kind: str) -> None:
    _row, made = on_paper(cast, frozen, kind)
    for person in (cast.duty, cast.legal, cast.works_head, cast.editor):
        assert made not in documents_for(person)
    for person in (cast.office, cast.deputy, cast.inspector):
        assert made in documents_for(person)


def test_c12_6_a_referral_finds_nobody_guilty_and_takes_up_what_the_competent_body_decided(
    cast: Cast, frozen: FrozenClock
) -> None:
    """Must be impossible: the system "deciding" guilt; leaving out what speaks for the department."""
    row, one = on_paper(cast, frozen, "referral")
    assert "不认定责任" in told(one)
    assert "有权机关尚未告知处理结果。" in told(one)
    chain = f"case:{row.cases[0]}"
    assert one.told["entries"] == len([1 for c, _k, _d in entries(EVER, row.proposed_at + TICK) if c == chain])
    measures.note_outcome(row, "不予追究，责成整改。", cast.inspector)
    two = issuing.issue_of_object("referral", row.pk, cast.office)
    assert two.number == "移送〔2026〕1号·2"
    assert "不予追究，责成整改。" in told(two)
    same(one)


def test_put_right_it_is_another_edition_under_the_same_number(cast: Cast, frozen: FrozenClock) -> None:
    row, one = on_paper(cast, frozen, "supervision")
    assert (one.number, "尚未回访。" in told(one)) == ("督办〔2026〕1号", True)
    assert issuing.issue_of_object("supervision", row.pk, cast.office) == one
    measures.follow_up(row, "证书已续齐，并设了到期提醒。", cast.inspector)
    two = issuing.issue_of_object("supervision", row.pk, cast.office)
    assert two.number == "督办〔2026〕1号·2"
    assert "证书已续齐" in told(two)
    same(one)


def test_life_first_a_measure_on_a_danger_to_life_says_no_word_of_it(cast: Cast, frozen: FrozenClock) -> None:
    case = overdue(cast, frozen)
    row = decided(cast, frozen, "通报批评", case)
    case.event.life_safety = True
    case.event.save()
    made = issuing.issue_of_object("criticism", row.pk, cast.inspector)
    assert case.title not in told(made)
    assert row.facts not in told(made)
    assert case.number in told(made)
    same(made)


def test_the_time_past_the_limit_is_counted_from_the_limit_that_was(cast: Cast, frozen: FrozenClock) -> None:
    row, made = on_paper(cast, frozen, "supervision")
    (breach,) = [data for _c, kind, data in entries(EVER, row.proposed_at + TICK)
                 if kind == "clock.breached" and data["act"] == "respond"]  # fmt: skip
    hours = (row.proposed_at - dt.datetime.fromisoformat(breach["due_at"])).total_seconds() / 3600
    (line,) = next(table for table in tables(made) if table.header[-1] == "已超").rows
    assert line.cells[-1] == f"{int(hours)}小时{round(hours % 1 * 60):02d}分"


def test_2_2_the_second_regulation_calls_them_by_its_own_names(cast: Cast, frozen: FrozenClock) -> None:
    case = overdue(cast, frozen)
    later = builtin_text("sixian").replace('effective_from: "2025-04-01"', 'effective_from: "2026-09-16"')
    adopt_regulation(later, cast.office)
    frozen.advance(dt.timedelta(days=1))
    appoint(cast.office, "general_chief", None, actor=cast.admin)
    appoint(cast.deputy, "vice_director", None, actor=cast.admin)
    row = measures.propose(
        cast.department("Z-XX"), step="通报", trigger="逾期", facts="此件逾期十二小时才公开回应。",
        cases=[case.number], actor=cast.office,
    )  # fmt: skip
    rules = load("sixian")
    assert [paper_of(step) for step in rules.accountability.ladder] == ["", "supervision", "criticism"]
    assert (names.of(rules, "supervision"), names.of(rules, "criticism")) == ("督办函", "情况通报")
    frozen.set(row.statement_until)
    measures.decide(row, issue=True, reason="限期续齐证书并报告。", actor=cast.deputy)
    made = issuing.issue_of_object("criticism", row.pk, cast.office)
    assert "决定对交易中心信息技术部予以通报。" in told(made)
    assert "到陈述截止" in told(made)
    assert made.data["title"] == "关于交易中心信息技术部逾期的通报"
    same(made)
