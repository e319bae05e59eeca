from documents.documents_of import *
from huiying.documents.reporting import issue_special_report
from huiying.documents import actions
from huiying.paper.document import loads, Stamp
from huiying.paper.text import to_text
from huiying.paper import pdf
def test_it(cast):
    case=a_day(cast)
    row=issue_special_report(case, cast.office, judgement="初步判断为证书到期所致。\n情绪以担忧开标时限为主。", advice="建议今日下班前发布续报。", to="局领导、市政府办公厅")
    log=log_of()
    for r in (log,row):
        d=loads(r.data); print(to_text(d, Stamp(r.sha256))); print(d.short); print(r.figures)
        assert actions.again(r).document.sha256==r.sha256
        open(f'/tmp/r_{r.kind}.pdf','wb').write(pdf.to_pdf(d,Stamp(r.sha256,"https://h.example/verify/"+r.sha256)))
