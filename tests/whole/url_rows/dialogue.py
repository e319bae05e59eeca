"""Rows of the URL table: the dialogue with the public （四）. The columns and letters are those of `url_table`.

{page_draft}, {page_waiting} and {page_public} are pages that gather answers, by 信息技术部; {consult_draft},
{consult_waiting} and {asking} are consultations by 采编, {asking} open; {wish} is a request about personal data.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from cast import Cast
from huiying.foreseeing import actions as consulting
from huiying.foreseeing.models import Consultation
from huiying.kernel import clock
from huiying.responding.actions import dialogue, pages
from huiying.responding.models import PersonalRequest, Subscription, TopicPage

FORMS: dict[str, str] = {
    "page": "kind=faq title=@ asked=@ text=@ department={ZXX}",
    "page_decide": "agree=yes secrecy=on personal_data=on sha256={page_sha}",
    "consult": "title=@ summary=@ text=@ department={ZXX} closes_at=2026-10-20T10:00",
    "consult_decide": "agree=yes sha256={consult_sha}",
    "api_page": "kind=faq title=@ asked=@ text=@ department=Z-XX",
    "api_page_decide": "agree=true secrecy=true personal_data=true sha256={page_sha}",
    "api_consult": "title=@ summary=@ text=@ department=Z-XX closes_at=2026-10-20T10:00+08:00",
    "api_consult_decide": "agree=true sha256={consult_sha}",
    "api_sort": "opinions=[{opinion}] summary=@ decision=adopted reason=@",
    "sort": "opinion={opinion} summary=@ decision=adopted reason=@",
}

TABLE = """
# Pages that gather answers (C4.4)                     a a d o e l o l d i n
#                                                      n d u f d d t g l n o
GET  /desk/pages/                                      s . + + + + + + + + .
GET  /desk/pages/new/                                  s . > + + + + > > > .
GET  /desk/pages/{page_draft}/                         s . + + + + + + + + .
GET  /desk/pages/{page_draft}/edit/                    s . > + + + > > > > .
POST /desk/pages/new/                                  s . > * * * ~ > > > . | page
POST /desk/pages/new/                                  s . > ~ ~ ~ ~ > > > .
POST /desk/pages/{page_draft}/edit/                    s . > * * * > > > > . | page
POST /desk/pages/{page_draft}/do/propose/              s . ! * * * ! ! ! ! .
POST /desk/pages/{page_waiting}/do/decide/             s . ! * * ! ! ! ! ! . | page_decide
POST /desk/pages/{page_public}/do/withdraw/            s . ! * * ! ! ! ! ! . | note=@
POST /desk/pages/{page_public}/do/unknown/             s . . . . . . . . . .

# Consultations (C4.2)                                 a a d o e l o l d i n
#                                                      n d u f d d t g l n o
GET  /desk/consultations/                              s . + + + + + + + + .
GET  /desk/consultations/new/                          s . > + + + + > > > .
GET  /desk/consultations/{asking}/                     s . + + + + + + + + .
GET  /desk/consultations/{consult_draft}/edit/         s . > + + + > > > > .
POST /desk/consultations/new/                          s . > * * * ~ > > > . | consult
POST /desk/consultations/{consult_draft}/edit/         s . > * * * > > > > . | consult
POST /desk/consultations/{asking}/edit/                s . > ! ! ! > > > > . | consult
POST /desk/consultations/{consult_draft}/do/propose/   s . ! * * * ! ! ! ! .
POST /desk/consultations/{consult_draft}/do/drop/      s . ! * * * ! ! ! ! . | reason=@
POST /desk/consultations/{asking}/do/drop/             s . ! ! ! ! ! ! ! ! . | reason=@
POST /desk/consultations/{consult_waiting}/do/decide/  s . ! * ! ! ! ! * ! . | consult_decide
POST /desk/consultations/{asking}/sort/                s . ! * * * ! ! ! ! . | sort
POST /desk/consultations/{asking}/do/propose_result/   s . ! ! ! ! ! ! ! ! . | words=@
POST /desk/consultations/{asking}/do/decide_result/    s . ! ! ! ! ! ! ! ! . | agree=yes sha256=x

# Corrections and deletions that people ask for (§6.2) a a d o e l o l d i n
#                                                      n d u f d d t g l n o
GET  /desk/personal-data/                              s . . + . . . . + + .
GET  /desk/personal-data/personal-data.docx            s . . + . . . . + + .
GET  /desk/personal-data/personal-data.txt             s . . + . . . . + + .
GET  /desk/personal-data/personal-data.pdf             s . . . . . . . . . .
GET  /desk/requests/                                   s . . + . . . . + + .
GET  /desk/requests/{wish}/                            s . . + . . . . + + .
POST /desk/requests/{wish}/do/decide/                  s . . * . . . . ! ! . | decision=granted reason=@

# The same over REST                                    a a d o e l o l d i n
#                                                      n d u f d d t g l n o
GET  /api/pages                                        u . + + + + + + + + .
POST /api/pages                                        u . ! # # # ! ! ! ! . | api_page
POST /api/pages/{page_draft}                           u . ! # # # ! ! ! ! . | api_page
POST /api/pages/{page_draft}/propose                   u . ! # # # ! ! ! ! .
POST /api/pages/{page_waiting}/decide                  u . ! # # ! ! ! ! ! . | api_page_decide
POST /api/pages/{page_public}/withdraw                 u . ! # # ! ! ! ! ! . | note=@
POST /api/pages/0/withdraw                             u . . . . . . . . . . | note=@
GET  /api/consultations                                u . + + + + + + + + .
POST /api/consultations                                u . ! # # # ! ! ! ! . | api_consult
POST /api/consultations/{consult_draft}                u . ! # # # ! ! ! ! . | api_consult
POST /api/consultations/{consult_draft}/propose        u . ! # # # ! ! ! ! .
POST /api/consultations/{consult_waiting}/decide       u . ! # ! ! ! ! # ! . | api_consult_decide
POST /api/consultations/{consult_draft}/drop           u . ! # # # ! ! ! ! . | reason=@
POST /api/consultations/{asking}/sort                  u . ! # # # ! ! ! ! . | api_sort
POST /api/consultations/{asking}/propose-result        u . ! ! ! ! ! ! ! ! . | words=@
POST /api/consultations/{asking}/decide-result         u . ! ! ! ! ! ! ! ! . | agree=true sha256=x
POST /api/consultations/0/propose                      u . . . . . . . . . .
GET  /api/requests                                     u . . + . . . . + + .
POST /api/requests/{wish}/decide                       u . . # . . . . ! ! . | decision=granted reason=@
POST /api/requests/0/decide                            u . . . . . . . . . . | decision=granted reason=@
GET  /api/channels                                     u . + + . . . . + + .
POST /api/cases/{asked}/uphold                         u . ! ! ! ! . ! ! ! . | reason=@

# The public site                                      a a d o e l o l d i n
#                                                      n d u f d d t g l n o
GET  /hot/                                             + + + + + + + + + + +
GET  /hot/{page_address}/                              . . . . . . . . . . .
GET  /faq/                                             + + + + + + + + + + +
GET  /faq/{page_address}/                              + + + + + + + + + + +
GET  /clarified/                                       + + + + + + + + + + +
GET  /clarified/2026-999/                              . . . . . . . . . . .
GET  /search/?q=故障                                   + + + + + + + + + + +
GET  /conferences/                                     + + + + + + + + + + +
GET  /conferences/999/                                 . . . . . . . . . . .
GET  /figures/                                         + + + + + + + + + + +
GET  /figures.json                                     + + + + + + + + + + +
GET  /figures.csv                                      + + + + + + + + + + +
GET  /rules/                                           + + + + + + + + + + +
GET  /calendar.ics                                     + + + + + + + + + + +
GET  /follow/                                          + + + + + + + + + + +
GET  /follow/asked/                                    + + + + + + + + + + +
GET  /follow/confirm/{follow_link}/                    + + + + + + + + + + +
GET  /follow/end/0-x/                                  . . . . . . . . . . .
POST /follow/                                          ! ! ! ! ! ! ! ! ! ! ! | address=reader@example.cn
POST /follow/                                          ~ ~ ~ ~ ~ ~ ~ ~ ~ ~ ~
POST /follow/confirm/{follow_link}/                    # # # # # # # # # # #
POST /follow/confirm/0-x/                              . . . . . . . . . . .
POST /follow/end/0-x/                                  . . . . . . . . . . .
GET  /consultations/                                   + + + + + + + + + + +
GET  /consultations/{asking_address}/                  + + + + + + + + + + +
GET  /consultations/{consult_address}/                 . . . . . . . . . . .
GET  /consultations/{asking_address}/say/              + + + + + + + + + + +
GET  /consultations/{asking_address}/received/         + + + + + + + + + + +
POST /consultations/{asking_address}/say/              * * * * * * * * * * * | text=@
POST /consultations/{consult_address}/say/             . . . . . . . . . . . | text=@
GET  /privacy/                                         + + + + + + + + + + +
GET  /rights/                                          + + + + + + + + + + +
GET  /rights/received/                                 + + + + + + + + + + +
GET  /rights/status/                                   + + + + + + + + + + +
POST /rights/                                          * * * * * * * * * * * | kind=correction text=@
POST /rights/                                          ~ ~ ~ ~ ~ ~ ~ ~ ~ ~ ~
POST /rights/status/                                   + + + + + + + + + + + | number={wish_number} code={wish_code}
POST /rights/copy/                                     . . . . . . . . . . . | number={wish_number} code={wish_code}
POST /rights/copy/                                     ~ ~ ~ ~ ~ ~ ~ ~ ~ ~ ~
POST /rights/status/                                   . . . . . . . . . . . | number={wish_number} code=AAAA-AAAA
GET  /type/large/                                      > > > > > > > > > > >
GET  /type/huge/                                       . . . . . . . . . . .
"""


def world(cast: Cast, names: dict[str, Any]) -> dict[str, Any]:
    """Pages and consultations in each state, a follower who has not confirmed, a request that waits."""
    draft, waiting, public = (_page(cast, n) for n in "一二三")
    for page in (waiting, public):
        pages.propose_page(page, cast.tech_liaison)
    told: dict[str, Any] = {"approve": True, "comment": "", "secrecy": True, "personal_data": True}
    sha = public.texts.get().manifest_sha256
    pages.decide_page(public, manifest_sha256=sha, actor=cast.editor, **told)
    rough, proposed, asking = (_consultation(cast, n) for n in "一二三")
    for row in (proposed, asking):
        consulting.propose_consultation(row, cast.editor)
    asking.refresh_from_db()
    consulting.decide_consultation(
        asking, approve=True, sha256=consulting.draft_sha256(asking), comment="", actor=cast.office
    )
    opinion = consulting.send_opinion(asking, "建议三天内退还保证金", {})
    assert opinion is not None
    proposed.refresh_from_db()
    wish = dialogue.ask_request("correction", "第二段的日期写错了，请改正。")
    follower = Subscription.objects.create(sealed_address=b"sealed", topic="", language="zh-hans", made_at=clock.now())
    return {
        "ZXX": cast.department("Z-XX").pk,
        "page_draft": draft.pk,
        "page_waiting": waiting.pk,
        "page_sha": waiting.texts.get().manifest_sha256,
        "page_public": public.pk,
        "page_address": public.address,
        "consult_draft": rough.pk,
        "consult_waiting": proposed.pk,
        "consult_address": proposed.address,
        "consult_sha": consulting.draft_sha256(proposed),
        "asking": asking.pk,
        "asking_address": asking.address,
        "opinion": opinion.pk,
        "wish": PersonalRequest.objects.get(number=wish.number).pk,
        "wish_number": wish.number,
        "wish_code": wish.query_code,
        "follow_link": f"{follower.pk}-{dialogue.link_tag(follower, dialogue.CONFIRM)}",
    }


def _page(cast: Cast, n: str) -> TopicPage:
    row = pages.save_page(
        None, kind=TopicPage.FREQUENT, title=f"证书在哪里办之{n}", asked="证书在哪里办，要不要法人到场？",
        text="可以在网上办，也可以到大厅窗口办。", department=cast.department("Z-XX"), actor=cast.tech_liaison,
    )  # fmt: skip
    return row.page


def _consultation(cast: Cast, n: str) -> Consultation:
    return consulting.save_consultation(
        None, title=f"保证金退还办法之{n}", summary="保证金退得慢，企业反映多。", questions=[],
        text="第一条 五个工作日内退还投标保证金。", department=cast.department("Z-XX"),
        closes_at=clock.now() + dt.timedelta(days=20), actor=cast.editor,
    )  # fmt: skip
