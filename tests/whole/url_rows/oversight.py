"""Rows of the URL table: oversight （十二）, interpretations （十三）, versions （十四）. As in `url_table`.

The assessment of 2026-Q2 is shown; {appeal} waits for an answer. {measure} is proposed against 信息技术部, {heard} has
been stated on, {issued} was issued. {version} is the regulation in force.
"""

from __future__ import annotations

from typing import Any

from cast import Cast
from huiying.handling.models import Case
from huiying.kernel import clock
from huiying.overseeing import actions
from huiying.overseeing.actions import measures
from huiying.overseeing.actions.erasing import propose_erasure
from huiying.overseeing.models import Appeal, Measure
from huiying.people.models import RegulationVersion

FORMS: dict[str, str] = {
    "erase": "chain=case:{work} seq=1 decision=号一 reason=@",
    "erase_none": "chain=case:none seq=1 decision=号一 reason=@",
    "propose": "department=Z-XX step=提醒 trigger=处置不力 cases={work} facts=@",
    "api_propose": 'department=Z-XX step=提醒 trigger=处置不力 cases=["{work}"] facts=@',
    "talk": "held_at={talked_at} place=@ leader=deputy attended=tech_head words=@ promises=@",
    "api_talk": "held_at={talked_at} place=@ leader=deputy attended=tech_head words=@ promises=@",
    "sign": "ruling=@ effective_from=2026-12-01",
    "own_row": "department=Z-XX text=@",
    "own_appeal": "department=Z-XX case=X reason=@",
}

TABLE = """
# Erasing by a decision of two persons (INV-1)         a a d o e l o l d i n
#                                                      n d u f d d t g l n o
GET  /desk/ledger/erasures/                            s . . + . . . . + + .
POST /desk/ledger/erasures/                            s . . * . . . . > > . | erase
POST /desk/ledger/erasures/                            s . . ! . . . . > > . | erase_none
POST /desk/ledger/erasures/                            s . . ~ . . . . > > . | chain=case:{work}
POST /desk/ledger/erasures/{erasure}/settle/           s . . > . . . . * > . | agree=yes
POST /desk/ledger/erasures/{erasure}/settle/           s . . > . . . . * > . | agree=no
POST /desk/ledger/erasures/0/settle/                   s . . . . . . . . . . | agree=yes

# The whole regulation (C12.3)                         a a d o e l o l d i n
#                                                      n d u f d d t g l n o
GET  /desk/conformance/                                s . . + . . . + + + .
GET  /desk/conformance/C8.5/                           s . . + . . . + + + .
GET  /desk/conformance/C99.9/                          s . . . . . . . . . .
POST /desk/conformance/                                s . . > . . . > > > .

# Assessments and appeals (C12.3)                      a a d o e l o l d i n
#                                                      n d u f d d t g l n o
GET  /desk/assessments/                                s . . + . + + . + + .
GET  /desk/assessments/2026-Q2/                        s . . + . + + . + + .
GET  /desk/assessments/2025-Q2/                        s . . . . . . . . . .
POST /desk/assessments/show/                           s . . * . ! ! . ! * . | period=2026-08
POST /desk/assessments/show/                           s . . ! . ! ! . ! ! . | period=2026-Q4
POST /desk/assessments/show/                           s . . ~ . ~ ~ . ~ ~ .
POST /desk/assessments/2026-Q2/do/comment/             s . . ! . * * . ! ! . | text=@
POST /desk/assessments/2026-Q2/do/appeal/              s . . ! . ! ! . ! ! . | case=X reason=@
POST /desk/assessments/2026-Q2/do/finish/              s . . ! . ! ! . ! ! .
POST /desk/assessments/2026-Q2/do/unknown/             s . . . . . . . . . .
POST /desk/assessments/appeals/{appeal}/decide/        s . . ! . . . . * ! . | uphold=yes answer=@

# The ladder (C12.4–C12.6)                             a a d o e l o l d i n
#                                                      n d u f d d t g l n o
GET  /desk/measures/                                   s . . + . + + . + + .
GET  /desk/measures/{measure}/                         s . . + . + . . + + .
POST /desk/measures/propose/                           s . . * . ! ! . * * . | propose
POST /desk/measures/propose/                           s . . ~ . ~ ~ . ~ ~ .
POST /desk/measures/{measure}/do/state/                s . . ! . * . . ! ! . | text=@
POST /desk/measures/{measure}/do/decide/               s . . ! . ! . . ! ! . | issue=yes reason=@
POST /desk/measures/{heard}/do/decide/                 s . . ! . ! . . * ! . | issue=yes reason=@
POST /desk/measures/{issued}/do/follow_up/             s . . * . ! . . ! * . | note=@
POST /desk/measures/{issued}/do/outcome/               s . . * . ! . . ! * . | outcome=@
POST /desk/measures/{talk}/do/talk/                    s . . * . ! . . ! * . | talk
POST /desk/measures/{issued}/do/unknown/               s . . . . . . . . . .

# Interpretations, versions, setting up (C13.1, C14.1) a a d o e l o l d i n
#                                                      n d u f d d t g l n o
GET  /desk/interpretations/                            s + + + + + + + + + +
GET  /desk/interpretations/G1/                         s + + + + + + + + + +
GET  /desk/interpretations/G99/                        s . . . . . . . . . .
POST /desk/interpretations/G1/sign/                    s ! ! * ! ! ! ! ! ! ! | sign
GET  /desk/versions/                                   s + + + + + + + + + +
POST /desk/versions/bring/                             s ~ ~ ~ ~ ~ ~ ~ ~ ~ ~
GET  /desk/start/                                      s + + + + + + + + + .

# The same over REST                                   a a d o e l o l d i n
#                                                      n d u f d d t g l n o
GET  /api/conformance?period=2026Q3                    u . . + . . . + + + .
GET  /api/conformance?period=x                         u . . . . . . . . . .
GET  /api/assessments                                  u . . + . + + . + + .
GET  /api/assessments/2026-Q2                          u . . + . + + . + + .
POST /api/assessments                                  u . . # . ! ! . ! # . | period=2026-08
POST /api/assessments/2026-Q2/comment                  u . . ! . # ! . ! ! . | own_row
POST /api/assessments/2026-Q2/appeal                   u . . ! . ! ! . ! ! . | own_appeal
POST /api/assessments/2026-Q2/finish                   u . . ! . ! ! . ! ! .
POST /api/appeals/{appeal}/decide                      u . . ! . . . . # ! . | uphold=true answer=@
POST /api/appeals/0/decide                             u . . . . . . . . . . | uphold=true answer=@
GET  /api/measures                                     u . . + . + + . + + .
GET  /api/measures/suggestions                         u . . + . . . . + + .
GET  /api/measures/{measure}                           u . . + . + . . + + .
POST /api/measures                                     u . . # . ! ! . # # . | api_propose
POST /api/measures/{measure}/state                     u . . ! . # . . ! ! . | text=@
POST /api/measures/{heard}/decide                      u . . ! . ! . . # ! . | issue=true reason=@
POST /api/measures/{talk}/talk                         u . . # . ! . . ! # . | api_talk
POST /api/measures/{issued}/follow-up                  u . . # . ! . . ! # . | text=@
POST /api/measures/{issued}/outcome                    u . . # . ! . . ! # . | text=@
GET  /api/interpretations                              u + + + + + + + + + +
POST /api/interpretations/G1/sign                      u ! ! # ! ! ! ! ! ! ! | sign
GET  /api/versions                                     u + + + + + + + + + +
GET  /api/versions/difference?before={version}&after={version} u + + + + + + + + + +
GET  /api/versions/difference?before=0&after=0         u . . . . . . . . . .
POST /api/versions                                     u ! ! ! ! ! ! ! ! ! ! | text=@
"""


def world(cast: Cast, names: dict[str, Any]) -> dict[str, Any]:
    """A quarter that was shown, an appeal that waits, a measure in each of three states."""
    shown = actions.show("2026Q2", cast.inspector)
    appeal = Appeal.objects.create(
        assessment=shown, department=cast.department("Z-XX"), case_number=names["work"], reason="证书由省平台管理",
        by=cast.tech_head.name, by_user=cast.tech_head.pk, at=clock.now(),
    )  # fmt: skip
    case = Case.objects.get(number=names["work"])
    proposed, heard, issued = (_measure(cast, case.number) for _ in range(3))
    for row in (heard, issued):
        measures.state(row, "我们当天就报告了。", cast.tech_head)
    measures.decide(issued, issue=True, reason="事实清楚。", actor=cast.deputy)
    talk = _measure(cast, case.number, "约谈")
    measures.state(talk, "我们当天就报告了。", cast.tech_head)
    measures.decide(talk, issue=True, reason="事实清楚。", actor=cast.deputy)
    erasure = propose_erasure(f"case:{names['closed']}", 1, "删字一号", "法院判决要求删除", cast.office)
    return {
        "erasure": erasure.pk,
        "talk": talk.pk,
        "talked_at": clock.now().isoformat(),
        "appeal": appeal.pk,
        "measure": proposed.pk,
        "heard": heard.pk,
        "issued": issued.pk,
        "version": RegulationVersion.objects.get().pk,
    }


def _measure(cast: Cast, case: str, step: str = "通报批评") -> Measure:
    return measures.propose(
        cast.department("Z-XX"), step=step, trigger="处置不力", facts="此件逾期十二小时才公开回应。",
        cases=[case], actor=cast.inspector,
    )  # fmt: skip
