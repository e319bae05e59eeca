"""C6.9, C6.10, INV-8, INV-12: documents and what followed them stand as their verbs told the ledger."""

from __future__ import annotations

import datetime as dt

import pytest

from cast import Cast
from documents.documents_of import a_day, log_of
from huiying.documents import actions as papers
from huiying.documents.actions.issued import withdraw
from huiying.documents.actions.issuing import issue_special_report
from huiying.kernel import clock
from huiying.people.actions.offboarding import hand_over
from planted_in import empty_of, told_otherwise, unseen
from stories import again

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def lived(cast: Cast) -> None:
    """A log, a report that was signed, read and acted on, and one that was withdrawn."""
    case = a_day(cast)
    report = issue_special_report(again(case), cast.office)
    papers.sign(report, "拟稿", report.sha256, cast.office)
    papers.addend(report, "另见附件。", cast.office)
    papers.circulate(report, [cast.legal, cast.secrecy], cast.office)
    papers.read(report, cast.legal)
    told = {"words": "请查清原因。", "leader": cast.deputy, "due_at": clock.now() + DAY, "actor": cast.deputy}
    closed, back, waits = (papers.instruct(report, owner=cast.tech_liaison, **told) for _ in range(3))  # type: ignore[arg-type]
    for row in (closed, back):
        papers.report_instruction(row, "已查清并整改。", cast.tech_liaison)
    papers.close_instruction(closed, done=True, comment="", actor=cast.office)
    papers.close_instruction(back, done=False, comment="还缺一份说明。", actor=cast.office)
    hand_over(cast.tech_liaison, "instruction", [back.pk, waits.pk], cast.tech_head, cast.admin)
    withdraw(report, reason="数字漏了一个平台。", actor=cast.deputy)
    log_of()


def test_all_that_the_verbs_wrote_is_as_they_told_the_ledger_inv_8(cast: Cast) -> None:
    lived(cast)
    assert told_otherwise("documents") == set()
    assert empty_of("documents") == []


def test_each_kept_column_and_row_is_found_when_it_is_edited_behind_the_verbs_inv_12(cast: Cast) -> None:
    lived(cast)
    assert unseen("documents") == []
