"""C6.10: a special report is withdrawn or superseded by somebody else's decision; the paper and its number stay."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client

from cast import Cast
from documents.documents_of import told
from documents.test_forms_on_paper import same
from huiying.documents import actions, queries
from huiying.documents.actions.issued import later_ones, withdraw
from huiying.documents.actions.issuing import issue_of_case, issue_special_report
from huiying.documents.models import IssuedDocument, Withdrawal
from huiying.kernel import clock
from huiying.ledger.models import LedgerEntry
from huiying.paper.document import to_text
from huiying.paper.docx import to_docx
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.work.models import Notice
from stories import RUMOUR, answered, opened

WHY = "来文数量漏数了一个平台，改正后重出。"


def two(cast: Cast) -> tuple[IssuedDocument, IssuedDocument]:
    case = answered(cast)
    return issue_special_report(case, cast.office), issue_special_report(case, cast.office)


def refusal(document: IssuedDocument, actor: User, **more: Any) -> str:
    with pytest.raises(Refused) as refused:
        withdraw(document, **{"reason": WHY} | more, actor=actor)
    return refused.value.code


def test_c6_10_the_paper_stays_and_says_on_each_form_that_another_stands_for_it(cast: Cast) -> None:
    one, other = two(cast)
    before = told(one)
    withdraw(one, reason=WHY, replaced_by=other, actor=cast.deputy)
    one = IssuedDocument.objects.get(pk=one.pk)
    assert told(one) == before
    same(one)
    stamp = queries.stamp_of(one)
    assert stamp.void == "已被替代"
    assert f"已被替代，以{other.number}为准：{WHY}（分管副局长" in stamp.additions[-1]
    assert WHY in to_text(queries.document_of(one), stamp)
    assert to_docx(queries.document_of(one), stamp)[:2] == b"PK"
    assert queries.stamp_of(other).void == ""


def test_c6_10_the_number_is_not_given_again(cast: Cast) -> None:
    one, other = two(cast)
    withdraw(other, reason=WHY, actor=cast.deputy)
    third = issue_special_report(one.case, cast.office)  # type: ignore[arg-type]
    assert [row.number for row in (one, other, third)] == [f"专报〔2026〕第{n}期" for n in (1, 2, 3)]


def test_c6_10_the_decision_is_in_the_record_with_its_reason(cast: Cast) -> None:
    one, other = two(cast)
    withdraw(one, reason=WHY, replaced_by=other, actor=cast.deputy)
    entry = LedgerEntry.objects.get(kind="document.superseded")
    assert entry.chain == f"case:{one.case.number}"  # type: ignore[union-attr]
    assert entry.data is not None
    assert (entry.data["number"], entry.data["instead"], entry.data["reason"]) == (one.number, other.number, WHY)
    assert entry.actor_data["name"] == "分管副局长"
    pack = issue_of_case("pack", one.case, cast.office)  # type: ignore[arg-type]
    assert f"由{other.number}替代" in told(pack)


def test_c6_10_another_person_decides_and_says_why(cast: Cast) -> None:
    one, other = two(cast)
    assert refusal(one, cast.office) == "not_to_withdraw"
    assert refusal(one, cast.duty) == "not_permitted"
    assert refusal(one, cast.deputy, reason="错") != ""
    withdraw(one, reason=WHY, actor=cast.deputy)
    assert refusal(one, cast.top) == "not_to_withdraw"
    with pytest.raises(IntegrityError), transaction.atomic():
        Withdrawal.objects.create(document=other, reason="", by="某", by_user=1, at=clock.now())


def test_c6_10_what_a_leader_signed_a_leader_withdraws(cast: Cast) -> None:
    one, _other = two(cast)
    actions.sign(one, "签发", one.sha256, cast.deputy)
    assert refusal(one, cast.office2) == "not_to_withdraw"
    assert withdraw(one, reason=WHY, actor=cast.top).by == "局长"


def test_c6_10_only_a_later_report_of_the_same_case_that_still_counts_stands_for_it(cast: Cast) -> None:
    one, other = two(cast)
    third = issue_special_report(opened(cast, text=RUMOUR), cast.office)
    assert later_ones(one) == [other]
    assert refusal(other, cast.deputy, replaced_by=one) == "no_successor"
    assert refusal(one, cast.deputy, replaced_by=third) == "no_successor"
    withdraw(other, reason=WHY, actor=cast.deputy)
    assert refusal(one, cast.deputy, replaced_by=other) == "no_successor"


def test_c6_9_nothing_else_can_be_withdrawn(cast: Cast) -> None:
    case = answered(cast)
    assert refusal(issue_of_case("pack", case, cast.office), cast.deputy) == "not_to_withdraw"


def test_c6_10_a_withdrawn_report_is_not_signed_sent_or_written_on_any_more(cast: Cast) -> None:
    one, _other = two(cast)
    actions.circulate(one, [cast.legal], cast.office)
    withdraw(one, reason=WHY, actor=cast.deputy)
    due = clock.now() + dt.timedelta(days=1)
    for act in (
        lambda: actions.sign(one, "拟稿", one.sha256, cast.office),
        lambda: actions.circulate(one, [cast.top], cast.office),
        lambda: actions.instruct(
            one, words="请办。", leader=cast.deputy, owner=cast.office, due_at=due, actor=cast.deputy
        ),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "withdrawn"
    assert actions.addend(one, "另见第二期。", cast.office).number == 1
    assert Notice.objects.filter(title__contains="已撤回", recipient=cast.legal.username).exists()


def test_c6_10_the_public_check_of_the_paper_says_so_and_nothing_of_the_content(cast: Cast) -> None:
    one, _other = two(cast)
    withdraw(one, reason=WHY, actor=cast.deputy)
    page = Client().get(f"/verify/{one.sha256}/").content.decode()
    assert "这份文书已经撤回，不再作数。" in page
    assert WHY not in page


def test_a_withdrawal_cannot_be_taken_out_of_the_table(cast: Cast) -> None:
    one, _other = two(cast)
    withdraw(one, reason=WHY, actor=cast.deputy)
    for change in (lambda: Withdrawal.objects.all().delete(), lambda: Withdrawal.objects.update(reason="没有。")):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
