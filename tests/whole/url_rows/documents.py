"""Rows of the URL table: documents （六）. The columns and letters are those of `url_table`.

{doc_log} is the log of the day before, unsigned; {doc_report} a special report on {work}, sent to 法规处 for reading,
with {instruction} in the works and {reported} waiting for its close; {doc_life} the slip of the case on danger to life;
{doc_measure} a 督办单 of 信息技术部, {doc_risk} a 风险评估报告, {doc_conformance} the 制度落实情况表 of a quarter.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import risk_told as told
from cast import Cast
from huiying.documents import actions
from huiying.documents.actions import issuing
from huiying.documents.actions.issuing import issue_conformance
from huiying.documents.loops import issue_log
from huiying.handling.models import Case
from huiying.kernel import clock
from huiying.overseeing.actions import measures

FORMS: dict[str, str] = {
    "instruct": "words=@ leader={deputy} owner={liaison_of_lead} due_at=2026-09-20T10:00",
    "api_instruct": "words=@ leader=deputy owner=tech_liaison due_at=2026-09-20T10:00+08:00",
}

TABLE = """
# Documents (C6.9, C6.10)                              a a d o e l o l d i n
#                                                      n d u f d d t g l n o
GET  /desk/documents/                                  s . + + + + + + + + .
GET  /desk/documents/?kind=log                         s . + + + + + + + + .
GET  /desk/documents/{doc_log}/                        s . + + . . . + + + .
GET  /desk/documents/{doc_log}/document.pdf            s . + + . . . + + + .
GET  /desk/documents/{doc_report}/                     s . + + + + . + + + .
GET  /desk/documents/{doc_report}/document.pdf         s . + + + + . + + + .
GET  /desk/documents/{doc_report}/document.docx        s . + + + + . + + + .
GET  /desk/documents/{doc_report}/document.txt         s . + + + + . + + + .
GET  /desk/documents/{doc_life}/                       s . + + . . . . + . .
GET  /desk/documents/{doc_life}/document.txt           s . + + . . . . + . .
GET  /desk/documents/0/                                s . . . . . . . . . .
POST /desk/documents/{doc_log}/do/sign/                s . * ! . . . ! ! ! . | place=值班员 sha256={log_sha}
POST /desk/documents/{doc_log}/do/sign/                s . ! * . . . ! ! ! . | place=带班领导 sha256={log_sha}
POST /desk/documents/{doc_log}/do/sign/                s . ! ! . . . ! ! ! . | place=值班员 sha256=x
POST /desk/documents/{doc_log}/do/sign/                s . ~ ~ . . . ~ ~ ~ .
POST /desk/documents/{doc_log}/do/addend/              s . * * . . . ! * ! . | text=@
POST /desk/documents/{doc_log}/do/circulate/           s . * * . . . ! ! ! . | people[]={duty2}
POST /desk/documents/{doc_report}/do/read/             s . ! ! ! ! . * ! ! .
POST /desk/documents/{doc_report}/do/instruct/         s . ! * ! ! . ! * ! . | instruct
POST /desk/documents/{doc_report}/do/unknown/          s . . . . . . . . . .
POST /desk/documents/{doc_report}/instructions/{instruction}/do/report/  s . ! * ! ! . ! ! ! . | result=@
POST /desk/documents/{doc_report}/instructions/{reported}/do/close/      s . ! * ! ! . ! * ! . | agree=yes
POST /desk/documents/{doc_report}/instructions/0/do/report/              s . . . . . . . . . . | result=@
POST /desk/documents/issue/slip/{slip}/                s . * * > * . > > > .
POST /desk/documents/issue/slip/{life_slip}/           s . > > . . . . > . .
POST /desk/documents/issue/warning/{warning}/          s . * * . . . . . . .
POST /desk/documents/issue/criticism/{issued}/         s . . * . > . . * * .
POST /desk/documents/issue/criticism/{measure}/        s . . > . > . . > > .
POST /desk/documents/issue/criticism/0/                s . . . . . . . . . .
POST /desk/documents/issue/risk/{approved_risk}/       s . > * * * > > > > .
POST /desk/conformance/paper/?period=2026Q3            s . . * . . . > * * .
GET  /desk/documents/{doc_measure}/                    s . . + . + . . + + .
GET  /desk/documents/{doc_conformance}/                s . . + . . . + + + .
GET  /desk/documents/{doc_risk}/                       s . + + + + + + + + .
POST /desk/documents/{doc_report}/do/withdraw/         s . ! ! ! ! . ! * ! . | reason=@
POST /desk/documents/{doc_log}/do/withdraw/            s . ! ! . . . ! ! ! . | reason=@
POST /desk/documents/issue/unknown/1/                  s . . . . . . . . . .
GET  /desk/cases/{work}/documents/                     s . + + + + . + + + .
GET  /desk/cases/{life}/documents/                     s . + + . . . . + . .
POST /desk/cases/{work}/documents/do/report/           s . * * ! * . ! ! ! . | judgement=@ to=局领导
POST /desk/cases/{work}/documents/do/quick/            s . * * ! * . ! ! ! .
POST /desk/cases/{work}/documents/do/final/            s . ! ! ! ! . ! ! ! .
POST /desk/cases/{life}/documents/do/quick/            s . ! ! . . . . ! . .
GET  /verify/{log_sha}/                                + + + + + + + + + + +
GET  /verify/0/                                        . . . . . . . . . . .
GET  /api/documents                                    u . + + + + + + + + .
GET  /api/documents/{doc_log}                          u . + + . . . + + + .
GET  /api/documents/{doc_life}                         u . + + . . . . + . .
GET  /api/documents/{doc_report}/file/docx             u . + + + + . + + + .
POST /api/documents                                    u . # # ! # . ! ! ! . | kind=slip ref={slip}
POST /api/documents                                    u . . . . . . . . . . | kind=warning ref=0
POST /api/documents                                    u . . # . ! . . # # . | kind=criticism ref={issued}
POST /api/documents                                    u . ! # # # ! ! ! ! . | kind=risk ref={approved_risk}
POST /api/conformance/documents                        u . . # . . . ! # # . | period=2026Q3
POST /api/conformance/documents                        u . . . . . . ! . . . | period=soon
POST /api/documents/{doc_report}/withdraw              u . ! ! ! ! . ! # ! . | reason=@
POST /api/cases/{work}/documents                       u . # # ! # . ! ! ! . | kind=quick
POST /api/cases/{life}/documents                       u . ! ! . . . . ! . . | kind=quick
POST /api/documents/{doc_log}/sign                     u . # ! . . . ! ! ! . | place=值班员 sha256={log_sha}
POST /api/documents/{doc_log}/addenda                  u . # # . . . ! # ! . | text=@
POST /api/documents/{doc_log}/circulate                u . # # . . . ! ! ! . | people=["duty2"]
POST /api/documents/{doc_report}/read                  u . ! ! ! ! . # ! ! .
POST /api/documents/{doc_report}/instructions          u . ! # ! ! . ! # ! . | api_instruct
POST /api/documents/{doc_report}/instructions/{instruction}/report       u . ! # ! ! . ! ! ! . | text=@
POST /api/documents/{doc_report}/instructions/{reported}/close           u . ! # ! ! . ! # ! . | done=true
"""


def world(cast: Cast, names: dict[str, Any]) -> dict[str, Any]:
    """A log, a report that is read and acted on, the slip of a case that few may know of."""
    now = clock.now()
    log = issue_log((now - dt.timedelta(days=1)).date())
    assert log is not None
    report = issuing.issue_special_report(Case.objects.get(number=names["work"]), cast.office)
    actions.circulate(report, [cast.legal], cast.office)
    rows = [
        actions.instruct(
            report, words="请查清原因后报结果。", leader=cast.deputy, owner=cast.tech_liaison,
            due_at=now + dt.timedelta(days=3), actor=cast.deputy,
        )
        for _ in range(2)
    ]  # fmt: skip
    actions.report_instruction(rows[1], "已查清并整改。", cast.tech_liaison)
    life = issuing.issue_of_object("slip", int(names["life_slip"]), cast.office)
    measure = measures.propose(
        cast.department("Z-XX"), step="督办", trigger="处置不力", facts="此件逾期十二小时才公开回应。",
        cases=[names["work"]], actor=cast.inspector,
    )  # fmt: skip
    measures.decide(measure, issue=True, reason="限期整改并报告。", actor=cast.deputy)
    risk = issuing.issue_of_object("risk", told.approved(cast, title="办法之七，已成文").pk, cast.office)
    return {
        "doc_measure": issuing.issue_of_object("supervision", measure.pk, cast.inspector).pk,
        "doc_risk": risk.pk,
        "doc_conformance": issue_conformance("2026Q2", cast.inspector).pk,
        "doc_log": log.pk,
        "log_sha": log.sha256,
        "doc_report": report.pk,
        "doc_life": life.pk,
        "instruction": rows[0].pk,
        "reported": rows[1].pk,
    }
