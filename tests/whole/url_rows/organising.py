"""Rows of the URL table: training, skills, house rules （九）. The columns and letters are those of `url_table`.

{session_planned} may be opened now, {session_open} takes its code and one person is there; {rule_live} is signed,
{rule_waiting} is not.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from cast import Cast
from huiying.kernel import clock, home
from huiying.overseeing.actions import rules, training
from huiying.overseeing.models import RuleVersion, TrainingSession

FORMS: dict[str, str] = {
    "session": "title=@ abilities[]=回应引导能力 starts_at=2026-09-20T10:00 place=三楼 trainer=@ people[]={duty2}",
    "skill": "who={duty2} skill=短视频 since=2026-01-01",
    "house_rule": "title=@ text=@ effective_from=2026-09-14 expires_on=2027-09-14",
    "api_session": 'title=@ abilities=["回应引导能力"] starts_at=2026-09-20T10:00+08:00 place=三楼 trainer=@'
    ' people=["duty2"]',
    "api_skill": "holder=duty2 skill=短视频 since=2026-01-01",
}

TABLE = """
# Training (C9.6)                                      a a d o e l o l d i n
#                                                      n d u f d d t g l n o
GET  /desk/training/                                   s . + + + + + + + + .
GET  /desk/training/{training}/                        s . + + + + + + + + .
GET  /desk/training/sessions/{session_open}/           s . + + + + + + + + .
GET  /desk/drills/                                     s . + + + + + + + + .
GET  /desk/drills/{held_drill}/                        s . + + + + + + + + .
GET  /desk/drills/unknown-1/                           s . . . . . . . . . .
POST /desk/training/do/plan/                           s . ! * ! ! ! ! ! ! . | title=@ goal=@ sessions_planned=2
POST /desk/training/{training}/do/schedule/            s . ! * ! ! ! ! ! ! . | session
POST /desk/training/sessions/{session_planned}/do/open/ s . ! * ! ! ! ! ! ! .
POST /desk/training/sessions/{session_open}/do/renew/  s . ! * ! ! ! ! ! ! .
POST /desk/training/sessions/{session_open}/do/close/  s . ! * ! ! ! ! ! ! .
POST /desk/training/sessions/{session_open}/do/cancel/ s . ! * ! ! ! ! ! ! . | reason=@
POST /desk/training/sessions/{session_open}/do/unknown/ s . . . . . . . . . .
POST /desk/training/sessions/{session_open}/check-in/  s . * * * * * * * * . | code=123456
POST /desk/training/sessions/{session_open}/check-in/  s . t t t t t t t t . | code=654321
POST /desk/training/sessions/{session_open}/quiz/      s . ! ! ! ! ! ! ! ! . | q0=0

# Skills and house rules (C9.4, C9.2)                  a a d o e l o l d i n
#                                                      n d u f d d t g l n o
GET  /desk/skills/                                     s . + + + + + + + + .
POST /desk/skills/do/record/                           s . ! * ! ! ! ! ! ! . | skill
POST /desk/skills/do/end/                              s . ! * ! ! ! ! ! ! . | entry={skill_entry} reason=@
GET  /desk/rules/                                      s . + + + + + + + + .
GET  /desk/rules/{rule_live}/                          s . + + + + + + + + .
POST /desk/rules/do/draft/                             s . ! * * ! ! ! ! ! . | house_rule
POST /desk/rules/{rule_live}/do/draft/                 s . ! * * ! ! ! ! ! . | house_rule
POST /desk/rules/{rule_live}/do/read/                  s . * * * * * * * * .
POST /desk/rules/{rule_waiting}/do/sign/               s . ! ! ! ! ! ! * ! . | sha256={rule_sha}
POST /desk/rules/{rule_live}/do/end/                   s . ! ! ! ! ! ! * ! . | reason=@
POST /desk/rules/{rule_live}/do/unknown/               s . . . . . . . . . .

# The same over REST                                   a a d o e l o l d i n
#                                                      n d u f d d t g l n o
GET  /api/training                                     u . + + + + + + + + .
POST /api/training                                     u . ! # ! ! ! ! ! ! . | title=@ goal=@ sessions_planned=2
POST /api/training/{training}/sessions                 u . ! # ! ! ! ! ! ! . | api_session
GET  /api/training/sessions/{session_open}             u . + + + + + + + + .
POST /api/training/sessions/{session_planned}/open     u . ! # ! ! ! ! ! ! .
POST /api/training/sessions/{session_open}/renew       u . ! # ! ! ! ! ! ! .
POST /api/training/sessions/{session_open}/check-in    u . # # # # # # # # . | code=123456
POST /api/training/sessions/{session_open}/quiz        u . ! ! ! ! ! ! ! ! . | answers=[0]
POST /api/training/sessions/{session_open}/close       u . ! # ! ! ! ! ! ! .
POST /api/training/sessions/{session_open}/cancel      u . ! # ! ! ! ! ! ! . | reason=@
POST /api/training/sessions/0/close                    u . . . . . . . . . .
GET  /api/skills                                       u . + + + + + + + + .
POST /api/skills                                       u . ! # ! ! ! ! ! ! . | api_skill
POST /api/skills/{skill_entry}/end                     u . ! # ! ! ! ! ! ! . | reason=@
GET  /api/rules                                        u . + + + + + + + + .
POST /api/rules                                        u . ! # # ! ! ! ! ! . | house_rule
POST /api/rules/{rule_live}                            u . ! # # ! ! ! ! ! . | house_rule
POST /api/rules/{rule_live}/read                       u . # # # # # # # # .
POST /api/rules/{rule_waiting}/read                    u . . . . . . . . . .
POST /api/rules/{rule_waiting}/sign                    u . ! ! ! ! ! ! # ! . | sha256={rule_sha}
POST /api/rules/{rule_live}/end                        u . ! ! ! ! ! ! # ! . | reason=@
"""


def world(cast: Cast, names: dict[str, Any]) -> dict[str, Any]:
    plan = training.plan_training(title="三季度培训", goal="会研判会回应", sessions_planned=2, actor=cast.office)
    planned, open_ = _session(cast, plan), _session(cast, plan)
    training.open_check_in(open_, cast.office)
    TrainingSession.objects.filter(pk=open_.pk).update(code="123456")
    training.check_in(open_, "123456", cast.works_head)
    entry = training.record_skill(
        user=cast.editor, skill="数据分析", note="", backup=None, since=dt.date(2026, 1, 1), actor=cast.office
    )
    live, waiting = _rule(cast, "值班制度"), _rule(cast, "核查制度")
    rules.sign_rule(live, live.sha256, cast.top)
    (home.home() / "drills" / "unfinished-1").mkdir(parents=True, exist_ok=True)
    return {
        "held_drill": "unfinished-1",
        "training": plan.pk,
        "session_planned": planned.pk,
        "session_open": open_.pk,
        "skill_entry": entry.pk,
        "rule_live": live.rule_id,
        "rule_waiting": waiting.rule_id,
        "rule_sha": waiting.sha256,
        "duty2": cast.duty2.pk,
    }


def _session(cast: Cast, plan: Any) -> TrainingSession:
    return training.schedule_session(
        plan, title="怎样写第一份回应", abilities=["回应引导能力"], starts_at=clock.now() + dt.timedelta(minutes=15),
        place="三楼", trainer="办公室主任", material="", people=[cast.works_head, cast.works_liaison],
        questions=[{"text": "较大级多少小时内回应", "options": ["24", "48"], "right": 1}], actor=cast.office,
    )  # fmt: skip


def _rule(cast: Cast, title: str) -> RuleVersion:
    today = clock.now().date()
    return rules.draft_rule(
        None, title=title, text="第一条 二十四小时有人值班。", effective_from=today,
        expires_on=today + dt.timedelta(days=365), actor=cast.office,
    )  # fmt: skip
