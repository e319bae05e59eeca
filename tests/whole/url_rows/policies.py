"""Rows of the URL table: risk before policy （六）. The columns and letters are those of `url_table`.

Policies of 信息技术部: {policy_new} registered, {policy_excused} screened as "no" by its liaison, {policy_major}
screened as "yes", {policy_open} with everything but the word that sends it up, {policy_waiting} sent up,
{policy_done} approved a day ago, with an event ({policy_hit}) that met its plan's trigger.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import risk_told as told
from cast import Cast
from huiying.foreseeing.actions import evidencing, policies
from huiying.foreseeing.models import Assessment, PlanHit, Policy
from huiying.judging.models import Event
from huiying.kernel import clock

FORMS: dict[str, str] = {
    "policy": "title=@ summary=@ department={ZXX}",
    "track": "words=保证金 since=2026-09-01 until=2026-09-14 finding=@",
    "policy_survey": "title=@ frame=@ drawn=open questions=多久退还合适\n三天\n五天",
    "policy_paper": "survey={policy_survey} sheets=1 counts=1",
    "policy_visit": "visited_on=2026-09-14 whom=@ views=@",
    "policy_meeting": "held_on=2026-09-14 topic=@ chair={chair} present[]={chair} minutes=@",
    "policy_risk": "title=@ affected=@ likelihood=3 impact=3 signs=@ owner={ZXX} watcher={chair}",
    "policy_plan": "questions=为什么\n因为 steps=@ speaker={policy_speaker} channels[]=portal contacts[]={chair}"
    " drill_on=2026-10-01 words_0=保证金 posts_0=1",
    "policy_decide": "agree=yes sha256={policy_sha}",
    "api_policy": "title=@ summary=@ department=Z-XX",
    "api_screen": "major=true reason=@",
    "api_policy_decide": "agree=true sha256={policy_sha}",
    "api_survey": 'title=@ frame=@ drawn=open questions=[{{"text":"多久退还合适","options":["三天","五天"]}}]',
    "api_deliberate": 'held_on=2026-09-14 topic=@ chair=tech_head present=["tech_head","legal"] minutes=@',
    "api_risk": "title=@ affected=@ likelihood=3 impact=3 signs=@ owner=Z-XX watcher=tech_head",
    "api_plan": 'questions=[{{"q":"为什么","a":"因为"}}] steps=@ speaker={policy_speaker_name} channels=["portal"]'
    ' to_call=["tech_head"] drill_on=2026-10-01 triggers=[{{"words":["保证金"]}}]',
}

TABLE = """
# Policies and their gate (C6.1)                       a a d o e l o l d i n
#                                                      n d u f d d t g l n o
GET  /desk/policies/                                   s . + + + + + + + + .
GET  /desk/policies/?all=1                             s . + + + + + + + + .
GET  /desk/policies/new/                               s . > + + + + > > > .
GET  /desk/policies/{policy_new}/                      s . + + + + + + + + .
GET  /desk/policies/{policy_new}/edit/                 s . > + + + > > > > .
GET  /desk/policies/{policy_open}/methods/             s . + + + + + + + + .
GET  /desk/policies/{policy_open}/voices/              s . + + + + + + + + .
GET  /desk/policies/{policy_open}/risks/               s . + + + + + + + + .
GET  /desk/policies/{policy_done}/plan/                s . + + + + + + + + .
GET  /desk/policies/{policy_open}/plan/edit/           s . > + + + > > > > .
GET  /desk/policies/{policy_done}/plan/edit/           s . > > > > > > > > .
POST /desk/policies/new/                               s . > * * * ~ > > > . | policy
POST /desk/policies/{policy_new}/edit/                 s . > * * * > > > > . | policy
POST /desk/policies/{policy_done}/edit/                s . > ! ! ! > > > > . | policy
POST /desk/policies/{policy_new}/do/screen/            s . ! * * * ! ! ! ! . | major=yes reason=@
POST /desk/policies/{policy_excused}/do/second/        s . ! * ! ! ! ! * ! . | agree=yes
POST /desk/policies/{policy_major}/do/begin/           s . ! * * * ! ! ! ! . | visits_planned=1
POST /desk/policies/{policy_new}/do/begin/             s . ! ! ! ! ! ! ! ! . | visits_planned=1
POST /desk/policies/{policy_open}/do/propose/          s . ! * * * ! ! ! ! . | conclusion=@
POST /desk/policies/{policy_waiting}/do/decide/        s . ! * ! ! ! ! * ! . | policy_decide
POST /desk/policies/{policy_waiting}/do/issue/         s . ! ! ! ! ! ! ! ! . | issued_at=2026-09-14T09:30
POST /desk/policies/{policy_done}/do/issue/            s . ! * ! * ! ! ! ! . | issued_at=2026-09-14T09:30
POST /desk/policies/{policy_new}/do/shelve/            s . ! * * * ! ! ! ! . | reason=@
POST /desk/policies/{policy_new}/do/unknown/           s . . . . . . . . . .

# Evidence, risks, plan (C6.2–C6.8)                    a a d o e l o l d i n
#                                                      n d u f d d t g l n o
POST /desk/policies/{policy_open}/do/track/            s . ! * * * ! ! ! ! . | track
POST /desk/policies/{policy_open}/do/visit/            s . ! * * * ! ! ! ! . | policy_visit
POST /desk/policies/{policy_done}/do/visit/            s . ! ! ! ! ! ! ! ! . | policy_visit
POST /desk/policies/{policy_open}/do/survey/           s . ~ ~ ~ ~ ~ ~ ~ ~ . | title=@
POST /desk/policies/{policy_open}/do/paper/            s . ! ! ! ! ! ! ! ! . | policy_paper
POST /desk/policies/{policy_open}/do/deliberate/       s . ! ! ! ! ! ! ! ! . | policy_meeting
POST /desk/policies/{policy_open}/do/link_meeting/     s . ! ! ! ! ! ! ! ! . | number=x
POST /desk/policies/{policy_open}/do/sign/             s . ~ ~ ~ * ~ ~ ~ ~ . | row={policy_minutes}
POST /desk/policies/{policy_open}/do/risk/             s . ! * * * ! ! ! ! . | policy_risk
POST /desk/policies/{policy_open}/do/drop_risk/        s . ! * * * ! ! ! ! . | risk={policy_risk} reason=@
POST /desk/policies/{policy_open}/do/grade/            s . ! * * * ! ! ! ! . | level=中
POST /desk/policies/{policy_open}/do/predict/          s . ! * * * ! ! ! ! .
POST /desk/policies/{policy_open}/do/plan/             s . ~ ~ ~ ~ ~ ~ ~ ~ . | steps=@
POST /desk/policies/{policy_done}/do/take/             s . * * ! ! ! ! ! ! . | hit={policy_hit}
POST /desk/policies/{policy_done}/do/refuse/           s . * * ! ! ! ! ! ! . | hit={policy_hit} reason=@
POST /desk/policies/{policy_done}/do/set_off/          s . * * ! ! ! ! ! ! . | number={into} reason=@
POST /desk/policies/{policy_done}/do/drill/            s . ! * * * ! ! ! ! . | what=@

# The same over REST                                   a a d o e l o l d i n
#                                                      n d u f d d t g l n o
GET  /api/policies                                     u . + + + + + + + + .
POST /api/policies                                     u . ! # # # ! ! ! ! . | api_policy
POST /api/policies/{policy_new}                        u . ! # # # ! ! ! ! . | api_policy
POST /api/policies/{policy_new}/screen                 u . ! # # # ! ! ! ! . | api_screen
POST /api/policies/{policy_excused}/second             u . ! # ! ! ! ! # ! . | agree=true
POST /api/policies/{policy_major}/begin                u . ! # # # ! ! ! ! . | visits_planned=1
POST /api/policies/{policy_done}/issue                 u . ! # ! # ! ! ! ! . | issued_at=2026-09-14T09:30+08:00
POST /api/policies/{policy_new}/issue                  u . ! ! ! ! ! ! ! ! . | issued_at=2026-09-14T09:30+08:00
POST /api/policies/{policy_new}/shelve                 u . ! # # # ! ! ! ! . | reason=@
POST /api/policies/{policy_open}/track                 u . ! # # # ! ! ! ! . | track
POST /api/policies/{policy_new}/track                  u . ! ! ! ! ! ! ! ! . | track
POST /api/policies/{policy_open}/surveys               u . ! # # # ! ! ! ! . | api_survey
POST /api/policies/{policy_open}/surveys/{policy_survey}/paper u . ! # # # ! ! ! ! . | sheets=1 counts=[[1,0,0]]
POST /api/policies/{policy_open}/visits                u . ! # # # ! ! ! ! . | policy_visit
POST /api/policies/{policy_open}/deliberations         u . ! # # # ! ! ! ! . | api_deliberate
POST /api/policies/{policy_open}/deliberations/link    u . ! ! ! ! ! ! ! ! . | number=x
POST /api/policies/{policy_open}/deliberations/{policy_minutes}/sign u . ! ! ! # ! ! ! ! .
POST /api/policies/{policy_open}/risks                 u . ! # # # ! ! ! ! . | api_risk
POST /api/policies/{policy_open}/risks/{policy_risk}/drop u . ! # # # ! ! ! ! . | reason=@
POST /api/policies/{policy_open}/predict               u . ! # # # ! ! ! ! .
POST /api/policies/{policy_open}/level                 u . ! # # # ! ! ! ! . | level=中
POST /api/policies/{policy_open}/propose               u . ! # # # ! ! ! ! . | conclusion=@
POST /api/policies/{policy_waiting}/decide             u . ! # ! ! ! ! # ! . | api_policy_decide
POST /api/policies/{policy_open}/plan                  u . ! # # # ! ! ! ! . | api_plan
POST /api/policies/{policy_done}/plan/drill            u . ! # # # ! ! ! ! . | what=@
POST /api/policies/{policy_done}/plan/set-off          u . # # ! ! ! ! ! ! . | event={into} reason=@
POST /api/policies/{policy_done}/hits/{policy_hit}/take u . # # ! ! ! ! ! ! . | reason=@
POST /api/policies/{policy_done}/hits/{policy_hit}/refuse u . # # ! ! ! ! ! ! . | reason=@
POST /api/policies/0/predict                           u . . . . . . . . . .
"""


def world(cast: Cast, names: dict[str, Any]) -> dict[str, Any]:
    """A policy in each state."""
    new, major = told.registered(cast, title="办法之一，刚登记"), told.screened(cast, title="办法之二，须评估")
    excused = told.registered(cast, title="办法之三，内部流程")
    policies.screen_policy(excused, major=False, reason="只改内部流程。", actor=cast.tech_liaison)
    row = _prepared(cast, "办法之四，正在评估")
    survey = told.surveyed(cast, row)
    evidencing.enter_paper(survey, sheets=3, counts=[[1, 1, 1]], actor=cast.tech_liaison)
    minutes = told.deliberated(cast, row, sign=False)
    waiting = told.proposed(cast, _prepared(cast, "办法之五，待批准"))
    done = told.agreed(cast, told.proposed(cast, _prepared(cast, "办法之六，已批准")))
    a_day_ago = clock.now() - dt.timedelta(days=1)
    Assessment.objects.filter(pk=done.pk).update(approved_at=a_day_ago)
    Policy.objects.filter(pk=done.policy_id).update(assessed_at=a_day_ago)
    hit = PlanHit.objects.create(
        plan=done.plan, event=Event.objects.get(number=names["event"]), words=["保证金"], found_at=clock.now()
    )
    speaker = told.speaker(cast)
    return {
        "policy_new": new.pk,
        "policy_major": major.pk,
        "policy_excused": excused.pk,
        "policy_open": row.policy_id,
        "policy_survey": survey.pk,
        "policy_minutes": minutes.pk,
        "policy_risk": row.risks.get().pk,
        "policy_waiting": waiting.policy_id,
        "policy_sha": waiting.sha256,
        "policy_done": done.policy_id,
        "approved_risk": done.pk,
        "policy_hit": hit.pk,
        "policy_speaker": speaker.pk,
        "policy_speaker_name": speaker.user.username,
        "chair": cast.tech_head.pk,
    }


def _prepared(cast: Cast, title: str) -> Assessment:
    row = told.begun(cast, title=title)
    told.tracked(cast, row)
    told.visited(cast, row)
    told.risky(cast, row)
    told.graded(cast, row)
    told.planned(cast, row)
    return told.again(row)
