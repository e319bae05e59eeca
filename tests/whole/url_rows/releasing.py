"""Rows of the URL table: releasing. The columns and letters are those of `url_table`.

{pressed} is a press release in draft, {press_review} waits for its review, {press_ok} is approved, {press_out} public
at /news/{news}/; {owed}, {gap} and {account} are with 信息技术部; {push} waits to be sent, {push_sent} for its reply.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import releasing_told as told
from cast import Cast
from huiying.kernel import clock
from huiying.people.actions.registers import add_partner, add_platform
from huiying.people.models import Spokesperson
from huiying.responding.actions.partners import mark_sent, push
from huiying.responding.actions.releasing import make_gap, plan_disclosure
from huiying.responding.actions.speaking import authorise_for_press
from huiying.responding.models import Publication
from huiying.responding.models.releasing import address_of

FORMS: dict[str, str] = {
    "press": "title=新闻稿的题目 facts=@ basis=@ department={ZXX} rendition_portal=@",
    "api_press": "title=新闻稿的题目 facts=@ basis=@ department=Z-XX",
    "press_decide": "decision=approve manifest_sha256={press_sha} secrecy=on personal_data=on",
    "api_press_decide": "decision=approve manifest_sha256={press_sha} secrecy=true personal_data=true",
    "disclosure": "title=第三季度数据 kind=statistics department={ZXX} due_on=2026-10-20 repeats=monthly",
    "api_disclosure": "title=第三季度数据 kind=statistics department=Z-XX due_on=2026-10-20 repeats=monthly",
    "edit_disclosure": "title=第三季度全部数据 kind=statistics due_on=2026-10-20",
    "gap": "question=@ department={ZXX} owner={liaison_of_lead} due_at=2026-09-20T10:00",
    "api_gap": "question=@ department=Z-XX owner=tech_liaison due_at=2026-09-20T10:00+08:00",
    "platform": "name=新的账号 family=政务微博 department={ZXX} dormant_days=14",
    "api_platform": "name=新的账号 family=政务微博 owner=Z-XX",
    "partner": "name=鞍山发布 contact_name=编辑 contact_phone=0412-5550000",
    "edit_partner": "contact_name=编辑 contact_phone=0412-5551111",
    "api_partner": "name=鞍山发布 liaison_name=编辑 liaison_phone=0412-5550000",
    "api_edit_partner": "liaison_name=编辑 liaison_phone=0412-5551111",
}

TABLE = """
# Press releases                                       a a d o e l o l d i n
#                                                      n d u f d d t g l n o
GET  /desk/press/                                      s . + + + + + + + + .
GET  /desk/press/?state=draft                          s . + + + + + + + + .
GET  /desk/press/new/                                  s . . + + + + . . . .
GET  /desk/press/{pressed}/                            s . + + + + + + + + .
GET  /desk/press/0/                                    s . . . . . . . . . .
GET  /desk/press/{pressed}/draft/                      s . . + + + + . . . .
GET  /desk/press/steps/{press_step}/                   s . + + + + + + + + .
GET  /desk/press/steps/0/                              s . . . . . . . . . .
POST /desk/press/new/                                  s . . * * * ~ . . . . | press
POST /desk/press/new/                                  s . . ~ ~ ~ ~ . . . .
POST /desk/press/{pressed}/draft/                      s . . * * * ~ . . . . | press
POST /desk/press/steps/{press_step}/                   s . ! * ! ! ! ! ! ! . | press_decide
POST /desk/press/steps/{press_step}/                   s . ~ ~ ~ ~ ~ ~ ~ ~ .
POST /desk/press/{pressed}/do/submit/                  s . ! * * * ! ! ! ! .
POST /desk/press/{press_review}/do/submit/             s . ! ! ! ! ! ! ! ! .
POST /desk/press/{press_ok}/do/publish/                s . ! * * ! ! ! ! ! . | channels[]=portal
POST /desk/press/{press_ok}/do/publish/                s . ~ ~ ~ ~ ~ ~ ~ ~ .
POST /desk/press/{pressed}/do/drop/                    s . ! * * * ! ! ! ! . | reason=@
POST /desk/press/{press_out}/do/drop/                  s . ! ! ! ! ! ! ! ! . | reason=@
POST /desk/press/{press_out}/do/authorise/             s . ! ! ! ! ! ! * ! . | speaker={speaker} statement=@
POST /desk/press/{press_out}/do/authorise/             s . ~ ~ ~ ~ ~ ~ ~ ~ .
POST /desk/press/{press_out}/do/revoke/                s . ! ! ! ! ! ! * ! . | row={press_word} why=@
POST /desk/press/{pressed}/do/unknown/                 s . . . . . . . . . .
GET  /desk/publications/{to_post}/paste/               s . + + + + . + + + .
GET  /desk/publications/{press_place}/paste/           s . + + + + + + + + .
GET  /desk/publications/{press_place}/paste/?as=html   s . + + + + + + + + .
GET  /desk/publications/{press_place}/                 s . + + + + + + + + .
POST /desk/publications/{press_place}/                 s . ! * * ! ! ! ! ! . | publications
GET  /news/                                            + + + + + + + + + + +
GET  /news/{news}/                                     + + + + + + + + + + +
GET  /news/2026-99/                                    . . . . . . . . . . .
GET  /news/unknown/                                    . . . . . . . . . . .

# The calendar, information gaps
GET  /desk/calendar/                                   s . + + + + + + + + .
GET  /desk/calendar/?month=2026-10                     s . + + + + + + + + .
GET  /desk/calendar/?year=2026                         s . + + + + + + + + .
GET  /desk/calendar/{owed}/                            s . + + + + + + + + .
GET  /desk/calendar/0/                                 s . . . . . . . . . .
POST /desk/calendar/plan/                              s . ! * ! * ~ ! ! ! . | disclosure
POST /desk/calendar/plan/                              s . ! ~ ! ~ ~ ! ! ! .
POST /desk/calendar/{owed}/do/finish/                  s . ! * ! * ! ! ! ! . | url=https://gov.example/8
POST /desk/calendar/{owed}/do/edit/                    s . ! * ! * ! ! ! ! . | edit_disclosure
POST /desk/calendar/{owed}/do/drop/                    s . ! * ! * ! ! ! ! . | reason=@
POST /desk/calendar/{owed}/do/drop/                    s . ~ ~ ~ ~ ~ ~ ~ ~ .
POST /desk/calendar/{owed}/do/unknown/                 s . . . . . . . . . .
GET  /desk/gaps/                                       s . + + + + + + + + .
GET  /desk/gaps/?all=1                                 s . + + + + + + + + .
GET  /desk/gaps/{gap}/                                 s . + + + + + + + + .
GET  /desk/gaps/0/                                     s . . . . . . . . . .
POST /desk/gaps/make/                                  s . ! * * * ! ! ! ! . | gap
POST /desk/gaps/make/                                  s . ! ~ ~ ~ ~ ! ! ! .
POST /desk/gaps/{gap}/do/finish/                       s . ! * * * ! ! ! ! . | url=https://gov.example/9
POST /desk/gaps/{gap}/do/drop/                         s . ! * * * ! ! ! ! . | reason=@
POST /desk/gaps/{gap}/do/unknown/                      s . . . . . . . . . .

# The registers of accounts and of partners
GET  /desk/platforms/                                  s . + + + + + + + + .
GET  /desk/platforms/?all=1                            s . + + + + + + + + .
GET  /desk/platforms/{account}/                        s . + + + + + + + + .
GET  /desk/platforms/portal/                           s . + + + + + + + + .
GET  /desk/platforms/unknown/                          s . . . . . . . . . .
POST /desk/platforms/add/                              s . ! * ! ! ! ! ! ! . | platform
POST /desk/platforms/add/                              s . ! ~ ! ! ! ! ! ! .
POST /desk/platforms/{account}/do/edit/                s . ! * ! * ! ! ! ! . | platform
POST /desk/platforms/{account}/do/posted/              s . ! * ! * ! ! ! ! . | at=2026-09-13T10:00
POST /desk/platforms/{account}/do/counted/             s . ! * ! * ! ! ! ! . | count=3
POST /desk/platforms/{account}/do/checked/             s . ! * ! * ! ! ! ! . | on=2026-09-10
POST /desk/platforms/{account}/do/close/               s . ! * ! * ! ! ! ! . | reason=@
POST /desk/platforms/portal/do/close/                  s . ! ! ! ! ! ! ! ! . | reason=@
POST /desk/platforms/{account}/do/unknown/             s . . . . . . . . . .
GET  /desk/partners/                                   s . + + + + + + + + .
GET  /desk/partners/?all=1                             s . + + + + + + + + .
GET  /desk/partners/{partner}/                         s . + + + + + + + + .
GET  /desk/partners/0/                                 s . . . . . . . . . .
POST /desk/partners/add/                               s . ! * ! ! ! ! ! ! . | partner
POST /desk/partners/add/                               s . ! ~ ! ! ! ! ! ! .
POST /desk/partners/{partner}/do/push/                 s . ! * * ! ! ! ! ! . | publication={news_row}
POST /desk/partners/{partner}/do/push/                 s . ~ ~ ~ ~ ~ ~ ~ ~ . | publication={to_post}
POST /desk/partners/{partner}/do/test/                 s . ! * ! ! ! ! ! ! . | reached=yes
POST /desk/partners/{partner}/do/edit/                 s . ! * ! ! ! ! ! ! . | edit_partner
POST /desk/partners/{partner}/do/end/                  s . ! * ! ! ! ! ! ! . | reason=@
POST /desk/partners/{partner}/do/unknown/              s . . . . . . . . . .
GET  /desk/pushes/{push}/                              s . + + + + + + + + .
GET  /desk/pushes/0/                                   s . . . . . . . . . .
POST /desk/pushes/{push}/do/sent/                      s . ! * * ! ! ! ! ! .
POST /desk/pushes/{push}/do/again/                     s . ! ! ! ! ! ! ! ! .
POST /desk/pushes/{push_sent}/do/reply/                s . ! * * ! ! ! ! ! . | reply=declined
POST /desk/pushes/{push_sent}/do/reply/                s . ~ ~ ~ ~ ~ ~ ~ ~ .
POST /desk/pushes/{push}/do/unknown/                   s . . . . . . . . . .

# REST
GET  /api/press                                        u . + + + + + + + + .
GET  /api/press/{pressed}                              u . + + + + + + + + .
GET  /api/press/0                                      u . . . . . . . . . .
POST /api/press                                        u . ! # # # ! ! ! ! . | api_press
POST /api/press                                        u ~ ~ ~ ~ ~ ~ ~ ~ ~ ~
POST /api/press/{pressed}/save                         u . ! # # # ! ! ! ! . | api_press
POST /api/press/{pressed}/submit                       u . ! # # # ! ! ! ! .
POST /api/press/steps/{press_step}/decide              u . ! # ! ! ! ! ! ! . | api_press_decide
POST /api/press/{press_ok}/publish                     u . ! # # ! ! ! ! ! . | channels[]=portal
POST /api/press/{pressed}/drop                         u . ! # # # ! ! ! ! . | reason=@
GET  /api/press/{press_out}/speakers                   u . + + + + + + + + .
POST /api/press/{press_out}/let_speak                  u . ! ! ! ! ! ! # ! . | speaker={speaker} statement=@
POST /api/press/speaking/{press_word}/revoke           u . ! ! ! ! ! ! # ! . | why=@
GET  /api/disclosures                                  u . + + + + + + + + .
POST /api/disclosures                                  u . ! # ! # ! ! ! ! . | api_disclosure
POST /api/disclosures/{owed}/edit                      u . ! # ! # ! ! ! ! . | edit_disclosure
POST /api/disclosures/{owed}/finish                    u . ! # ! # ! ! ! ! . | url=https://gov.example/8
POST /api/disclosures/{owed}/finish                    u . ~ ~ ~ ~ ~ ~ ~ ~ . | press=0
POST /api/disclosures/{owed}/drop                      u . ! # ! # ! ! ! ! . | reason=@
GET  /api/gaps                                         u . + + + + + + + + .
GET  /api/gaps/suggestions                             u . + + + + + + + + .
POST /api/gaps                                         u . ! # # # ! ! ! ! . | api_gap
POST /api/gaps/{gap}/finish                            u . ! # # # ! ! ! ! . | url=https://gov.example/9
POST /api/gaps/{gap}/drop                              u . ! # # # ! ! ! ! . | reason=@
GET  /api/platforms                                    u . + + + + + + + + .
POST /api/platforms                                    u . ! # ! ! ! ! ! ! . | api_platform
POST /api/platforms/{account}/edit                     u . ! # ! # ! ! ! ! . | api_platform
POST /api/platforms/{account}/posted                   u . ! # ! # ! ! ! ! . | at=2026-09-13T10:00+08:00
POST /api/platforms/{account}/counted                  u . ! # ! # ! ! ! ! . | count=3
POST /api/platforms/{account}/checked                  u . ! # ! # ! ! ! ! . | on=2026-09-10
POST /api/platforms/{account}/close                    u . ! # ! # ! ! ! ! . | reason=@
POST /api/platforms/unknown/close                      u . . . . . . . . . . | reason=@
GET  /api/partners                                     u . + + + + + + + + .
GET  /api/partners/{partner}/pushes                    u . + + + + + + + + .
POST /api/partners                                     u . ! # ! ! ! ! ! ! . | api_partner
POST /api/partners/{partner}/edit                      u . ! # ! ! ! ! ! ! . | api_edit_partner
POST /api/partners/{partner}/test                      u . ! # ! ! ! ! ! ! . | reached=true
POST /api/partners/{partner}/end                       u . ! # ! ! ! ! ! ! . | reason=@
POST /api/partners/{partner}/push                      u . ! # # ! ! ! ! ! . | publication={news_row}
POST /api/partners/{partner}/push                      u . ! ! ! ! . ! ! ! . | publication={to_post}
POST /api/pushes/{push}/sent                           u . ! # # ! ! ! ! ! .
POST /api/pushes/{push}/again                          u . ! ! ! ! ! ! ! ! .
POST /api/pushes/{push_sent}/reply                     u . ! # # ! ! ! ! ! . | reply=declined
POST /api/pushes/0/sent                                u . . . . . . . . . .
"""


def world(cast: Cast, names: dict[str, Any]) -> dict[str, Any]:
    """What the rows' braces name beside `url_world`'s names, made with the verbs that people use."""
    lead = cast.department("Z-XX")
    writer = {"actor": cast.tech_liaison, "department": lead}
    review = told.submitted(cast, **writer)
    approved = told.approved(cast, renditions=told.BOTH, **writer)
    out = told.published(cast, ("portal", "weibo"), renditions=told.BOTH, **writer)
    later = {"department": lead, "owner": cast.tech_liaison, "actor": cast.office2}
    account = add_platform(
        name="信息部的账号", family="政务微博", owner=lead, administrator=None, backup=None, actor=cast.office2
    )
    partner, other = _partner(cast, "微鞍山"), _partner(cast, "鞍山日报")
    answer = Publication.objects.get(case__number=names["done"], channel="portal")
    return {
        "ZXX": lead.pk,
        "pressed": told.drafted(cast, **writer).release_id,
        "press_review": review.release_id,
        "press_step": review.steps.get(role="office_head").pk,
        "press_sha": review.manifest_sha256,
        "press_ok": approved.pk,
        "press_out": out.pk,
        "press_word": authorise_for_press(
            out, Spokesperson.objects.get(pk=names["speaker"]), "答记者问", cast.top
        ).pk,
        "press_place": Publication.objects.get(press__release=out, channel="by_hand").pk,
        "news": address_of(out.number),
        "news_row": told.live(out).pk,
        "owed": plan_disclosure(
            title="第三季度数据", kind="statistics", department=lead, due_on=dt.date(2026, 9, 30), repeats="",
            ground="", actor=cast.office2,
        ).pk,
        "gap": make_gap(question="外地企业在哪里办证书", due_at=clock.now() + dt.timedelta(days=5), **later).pk,
        "account": account.code,
        "partner": partner.pk,
        "push": push(answer, partner, cast.office2).pk,
        "push_sent": mark_sent(push(answer, other, cast.office2), cast.office2).pk,
    }  # fmt: skip


def _partner(cast: Cast, name: str) -> Any:
    return add_partner(
        name=name, operator="", contact_name="编辑", contact_phone="0412-5550000", contact_email="", agreement="",
        actor=cast.office2,
    )  # fmt: skip
