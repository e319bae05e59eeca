"""Documents on the desk (C6.9, C6.10): as on paper, sources linked, files, signing, 批示, the check of a hash."""

from __future__ import annotations

import io
from collections.abc import Callable

import docx
import pypdf
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

import stories
from cast import Cast
from desk_helpers import text_of
from huiying.documents import actions
from huiying.documents.actions import issuing
from huiying.documents.actions.issuing import issue_special_report
from huiying.documents.loops import issue_log
from huiying.documents.models import Instruction, IssuedDocument
from huiying.handling import handover
from huiying.handling.models import Case
from huiying.kernel import clock
from huiying.people.models import User

Browser = Callable[[User], Client]
MOST_QUERIES = 12


@pytest.fixture
def case(cast: Cast) -> Case:
    return stories.answered(cast)


@pytest.fixture
def report(cast: Cast, case: Case) -> IssuedDocument:
    return issue_special_report(case, cast.office, judgement="证书到期所致。")


@pytest.fixture
def log(cast: Cast) -> IssuedDocument:
    row = issue_log(clock.now().date())
    assert row is not None
    return row


def test_c6_10_the_page_shows_the_document_and_links_each_source(
    cast: Cast, browser: Browser, report: IssuedDocument, case: Case
) -> None:
    text = text_of(browser(cast.office).get(f"/desk/documents/{report.pk}/"))
    for words in (report.number, "证书到期所致。", "主要观点", "未签", report.sha256):
        assert words in text, words
    assert f'<a href="/desk/cases/{case.number}/">台账case:{case.number}第' in text
    assert '<a href="#source-1">1</a>' in text


def test_the_english_page_has_its_own_words_around_the_bureau_s_document(
    cast: Cast, browser: Browser, report: IssuedDocument
) -> None:
    client = browser(cast.office)
    client.post("/i18n/setlang/", {"language": "en"})
    text = text_of(client.get(f"/desk/documents/{report.pk}/"))
    for words in ("Download PDF", "Note an instruction", "not signed", "Read from"):
        assert words in text, words


def test_a_page_asks_few_queries(cast: Cast, browser: Browser, report: IssuedDocument, case: Case) -> None:
    actions.circulate(report, [cast.legal, cast.duty], cast.office)
    issuing.issue_of_case("pack", case, cast.office)
    client = browser(cast.office)
    for address in (f"/desk/documents/{report.pk}/", "/desk/documents/", f"/desk/cases/{case.number}/documents/"):
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        assert len(asked) <= MOST_QUERIES, (address, [query["sql"][:90] for query in asked])


def test_the_files_open_in_their_readers(cast: Cast, browser: Browser, report: IssuedDocument) -> None:
    client = browser(cast.office)
    pdf = client.get(f"/desk/documents/{report.pk}/document.pdf")
    assert pdf["Content-Type"] == "application/pdf"
    read = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf.content)).pages)
    assert "证书到期所致" in read.replace("\n", "")
    word = docx.Document(io.BytesIO(client.get(f"/desk/documents/{report.pk}/document.docx").content))
    assert any("证书到期所致" in paragraph.text for paragraph in word.paragraphs)
    text = client.get(f"/desk/documents/{report.pk}/document.txt").content.decode()
    assert "证书到期所致。" in text
    assert report.sha256 in text
    again = client.get(f"/desk/documents/{report.pk}/document.pdf").content
    assert again == pdf.content, "INV-9"


def test_c6_9_signed_on_the_page_by_two(cast: Cast, browser: Browser, log: IssuedDocument) -> None:
    address = f"/desk/documents/{log.pk}/do/sign/"
    told = {"place": "值班员", "sha256": log.sha256}
    assert browser(cast.duty).post(address, told).status_code == 302
    assert browser(cast.duty).post(address, told | {"place": "带班领导"}).status_code == 409
    assert browser(cast.shift).post(address, told | {"place": "带班领导"}).status_code == 302
    text = text_of(browser(cast.office).get(f"/desk/documents/{log.pk}/"))
    assert "未签" not in text
    assert "值班员小周" in text


def test_c6_9_there_is_no_address_that_edits_a_document(cast: Cast, browser: Browser, log: IssuedDocument) -> None:
    client = browser(cast.office)
    for address in (f"/desk/documents/{log.pk}/", f"/desk/documents/{log.pk}/document.pdf"):
        assert client.post(address, {"content": "{}"}).status_code == 405
    assert client.post(f"/desk/documents/{log.pk}/do/edit/", {"content": "{}"}).status_code == 404


def test_c6_10_an_instruction_from_the_page_to_its_end(cast: Cast, browser: Browser, report: IssuedDocument) -> None:
    told = {
        "words": "请三日内报整改情况。", "leader": cast.deputy.pk, "owner": cast.tech_liaison.pk,
        "due_at": "2026-09-17T10:00",
    }  # fmt: skip
    leader = browser(cast.deputy)
    assert leader.post(f"/desk/documents/{report.pk}/do/instruct/", told).status_code == 302
    base = f"/desk/documents/{report.pk}/instructions/{Instruction.objects.get().pk}/do/"
    assert "请三日内报整改情况。" in text_of(browser(cast.tech_liaison).get(f"/desk/documents/{report.pk}/"))
    assert browser(cast.tech_liaison).post(f"{base}report/", {"result": ""}).status_code == 422
    assert browser(cast.tech_liaison).post(f"{base}report/", {"result": "已整改完毕。"}).status_code == 302
    assert browser(cast.office).post(f"{base}close/", {"agree": "yes"}).status_code == 302
    assert "认定办结" in text_of(leader.get(f"/desk/documents/{report.pk}/"))


def test_a_case_s_page_issues_and_lists(cast: Cast, browser: Browser, case: Case) -> None:
    client, base = browser(cast.office), f"/desk/cases/{case.number}/documents/"
    text = text_of(client.get(base))
    for words in ("出专报", "转办〔2026〕1号", "此件还没有文书。"):
        assert words in text, words
    response = client.post(f"{base}do/report/", {"judgement": "证书到期。", "to": "局领导"})
    row = IssuedDocument.objects.get()
    assert response.headers["Location"] == f"/desk/documents/{row.pk}/"
    assert row.number in text_of(client.get(base))
    assert row.number in text_of(client.get("/desk/documents/?kind=report"))
    assert row.number not in text_of(client.get("/desk/documents/?kind=log"))


def test_c6_12_a_warning_of_the_event_is_put_on_paper_from_the_case_s_page(
    cast: Cast, browser: Browser, case: Case
) -> None:
    warning = case.event.warnings.get()
    client = browser(cast.office)
    page = client.get(f"/desk/cases/{case.number}/documents/").content.decode()
    address = f"/desk/documents/issue/warning/{warning.pk}/"
    assert f'action="{address}"' in page
    client.post(address)
    assert IssuedDocument.objects.get(kind="warning").subject.endswith(str(warning.pk))


def test_c5_1_a_hand_over_that_both_confirmed_is_put_on_paper_from_its_own_page(cast: Cast, browser: Browser) -> None:
    row = handover.begin_handover(cast.duty2, cast.duty)
    address = f"/desk/documents/issue/handover/{row.pk}/"
    assert address not in browser(cast.office).get(f"/desk/handover/{row.pk}/").content.decode()
    handover.give(row, "备用手机已充电。", cast.duty)
    handover.take(row, cast.duty2)
    assert f'action="{address}"' in browser(cast.office).get(f"/desk/handover/{row.pk}/").content.decode()
    browser(cast.office).post(address)
    assert IssuedDocument.objects.get(kind="handover").subject.endswith(str(row.pk))
    assert address not in browser(cast.tech_head).get(f"/desk/handover/{row.pk}/").content.decode()


def test_habit_5_outsiders_get_404(cast: Cast, browser: Browser, report: IssuedDocument, log: IssuedDocument) -> None:
    client = browser(cast.works_head)
    for row in (report, log):
        for file in ("", "document.pdf", "document.docx", "document.txt"):
            assert client.get(f"/desk/documents/{row.pk}/{file}").status_code == 404
    assert report.number not in text_of(client.get("/desk/documents/"))


def test_inv_9_anybody_checks_a_hash_and_learns_nothing_of_the_content(
    cast: Cast, report: IssuedDocument, case: Case
) -> None:
    text = text_of(Client().get(f"/verify/{report.sha256}/"))
    assert report.number in text
    for inside in (case.title, case.number, "较大", "舆情", "证书到期"):
        assert inside not in text, inside
    changed = report.sha256[:-1] + ("0" if report.sha256[-1] != "0" else "1")
    missing = Client().get(f"/verify/{changed}/")
    assert missing.status_code == 404
    assert "没有文书用这个校验码" in text_of(missing)
    assert Client().get("/verify/..%2f/").status_code == 404


def test_the_code_on_the_paper_leads_to_the_check(cast: Cast, browser: Browser, report: IssuedDocument) -> None:
    text = text_of(browser(cast.office).get(f"/desk/documents/{report.pk}/"))
    assert f"http://testserver/verify/{report.sha256}/" in text
