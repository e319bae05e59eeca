from stories import *
import json
from documents.documents_of import *
from huiying.documents.reporting import issue_special_report
from huiying.documents import actions, issuing, daily
from huiying.documents.models import IssuedDocument
from huiying.handling.models import *
from huiying.judging.models import Warning
from huiying.responding.models import ReviewRound
from huiying.handling.actions.handover import *
from huiying.handling.actions import liaison as li
from huiying.overseeing.digest_loop import issue
from huiying.overseeing.periods import period
from huiying.paper.document import loads, Stamp
from huiying.paper.text import to_text
from huiying.paper import pdf, docx
def test_it(cast):
    case=a_day(cast)
    for k in ("quick","follow","final","feedback","pack"): issuing.issue_of_case(k, case, cast.office)
    issuing.issue_of_object("slip", TransferSlip.objects.get().pk, cast.office)
    issuing.issue_of_object("approval", ReviewRound.objects.get().pk, cast.office)
    issuing.issue_of_object("warning", Warning.objects.first().pk, cast.office)
    row=li.draft_liaison(case, "市委宣传部", "", "系统停摆的说法是否属实", "", cast.office)
    li.send_liaison(row, "phone", cast.office)
    issuing.issue_of_object("letter", row.pk, cast.office)
    issue(period("2026-08")); daily.issue_digest_page("2026-08")
    wait_until(dt.datetime(2026,9,15,0,41,30,tzinfo=dt.UTC)); daily.issue_due_pages()
    wait_until(dt.datetime(2026,9,15,14,5,tzinfo=dt.UTC)); daily.issue_due_pages()
    for r in IssuedDocument.objects.order_by('id'):
        d=loads(r.data); s=Stamp(r.sha256,"https://h.example/verify/"+r.sha256); print('=====',r.kind,r.number); print(to_text(d, s)); print(d.short); print(r.figures)
        assert actions.again(r).document.sha256==r.sha256
        open(f'/tmp/r_{r.kind}.pdf','wb').write(pdf.to_pdf(d,s)); docx.to_docx(d,s)
