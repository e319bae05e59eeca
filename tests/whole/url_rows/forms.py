"""Rows of the URL table: forms. The columns and letters are those of `url_table`."""

from __future__ import annotations

from typing import Any

from cast import Cast
from forms_of import planned, speaker
from huiying.handling.models import Case
from huiying.kernel import clock
from huiying.responding.actions.following import record_filing
from huiying.responding.actions.forms import plan_conference, plan_expert, plan_interview
from huiying.responding.actions.speaking import authorise, record_inquiry

FORMS: dict[str, str] = {
    "plan_expert": "name=钱教授 field=电子招投标 employer=某大学 topic=@",
    "conference": "topic=@ starts_at=2026-09-16T10:00 place=一楼发布厅 outlets=鞍山日报",
    "api_conference": "topic=@ starts_at=2026-09-16T10:00+08:00 place=一楼发布厅",
    "inquiry": "outlet=鞍山日报 question=@ asked_at=2026-09-14T09:00",
    "api_inquiry": "outlet=鞍山日报 question=@ asked_at=2026-09-14T09:00+08:00",
    "filing": "channel=petition reference=信访〔2026〕77号 filed_at=2026-09-14T09:00",
    "api_filing": "channel=petition reference=信访〔2026〕77号 filed_at=2026-09-14T09:00+08:00",
    "answer_inquiry": "row={inquiry} voice=department:交易中心信息技术部 answer=@",
    "spoken": "spoken_by=department:交易中心信息技术部 answer=@",
}

TABLE = """
# Forms of answer: pages                               a a d o e l o l d i n
#                                                      n d u f d d t g l n o
GET  /desk/speakers/                                   s . + + + + + + + + .
GET  /desk/conferences/{conference}/                   s . + + + + . + + + .
GET  /desk/conferences/{life_conference}/              s . + + . . . . + . .
GET  /desk/conferences/999999/                         s . . . . . . . . . .

# Forms of answer: what people do                      a a d o e l o l d i n
#                                                      n d u f d d t g l n o
POST /desk/speakers/appoint/                           s . ! * ! ! ! ! * ! . | person={duty2} scope=@ is_deputy=no
POST /desk/speakers/appoint/                           s . ~ ~ ~ ~ ~ ~ ~ ~ .
POST /desk/speakers/{speaker}/train/                   s . ! * ! ! ! ! * ! . | trained_on=2026-09-01
POST /desk/speakers/{speaker}/end/                     s . ! * ! ! ! ! * ! .
POST /desk/speakers/{speaker}/unknown/                 s . . . . . . . . . .
POST /desk/cases/{work}/do/authorise_speaker/          s . ! ! ! ! . ! * ! . | speaker={speaker} statement=@
POST /desk/cases/{work}/do/revoke_speaker/             s . ! ! ! ! . ! * ! . | row={authorisation} why=@
POST /desk/cases/{work}/do/plan_expert/                s . ! * * * . ! ! ! . | plan_expert
POST /desk/cases/{work}/do/plan_expert/                s . ~ ~ ~ ~ . ~ ~ ~ .
POST /desk/cases/{work}/do/check_expert/               s . ! * ! ! . * * ! . | row={expert} free=yes statement=@@
POST /desk/cases/{work}/do/drop_expert/                s . ! * * * . ! ! ! . | row={expert} why=@
POST /desk/cases/{work}/do/plan_conference/            s . ! * * * . ! ! ! . | conference
POST /desk/cases/{work}/do/plan_interview/             s . ! * * * . ! ! ! . | outlet=鞍山日报 outline=@@
POST /desk/cases/{work}/do/review_interview/           s . ! * ! ! . * * ! . | row={interview} ok=yes
POST /desk/cases/{work}/do/drop_interview/             s . ! * * * . ! ! ! . | row={interview} why=@
POST /desk/cases/{work}/do/record_inquiry/             s . * * * * . ! ! ! . | inquiry
POST /desk/cases/{work}/do/answer_inquiry/             s . * * * * . ! ! ! . | answer_inquiry
POST /desk/cases/{work}/do/record_filing/              s . ! * ! * . ! ! ! . | filing
POST /desk/cases/{work}/do/answer_filing/              s . ! * ! * . ! ! ! . | row={filing} reference=信访答复9号
POST /desk/cases/{life}/do/record_inquiry/             s . * * . . . . ! . . | inquiry
POST /desk/conferences/{conference}/do/edit/           s . ! * * * . ! ! ! . | conference
POST /desk/conferences/{conference}/do/edit/           s . ~ ~ ~ ~ . ~ ~ ~ .
POST /desk/conferences/{conference}/do/prepare/        s . ! * * * . ! ! ! . | question_0=@ answer_0=@
POST /desk/conferences/{conference}/do/hold/           s . ! * * * . ! ! ! . | transcript=@@ proof=png
POST /desk/conferences/{conference}/do/cancel/         s . ! * * * . ! ! ! . | why=@
POST /desk/conferences/{conference}/do/unknown/        s . . . . . . . . . .
POST /desk/conferences/{life_conference}/do/cancel/    s . ! * . . . . ! . . | why=@

# Forms of answer: the API                             a a d o e l o l d i n
#                                                      n d u f d d t g l n o
GET  /api/speakers                                     u . + + + + + + + + .
GET  /api/cases/{work}/forms                           u . + + + + . + + + .
GET  /api/cases/{life}/forms                           u . + + . . . . + . .
GET  /api/conferences/{conference}                     u . + + + + . + + + .
GET  /api/conferences/{life_conference}                u . + + . . . . + . .
POST /api/speakers                                     u . ! # ! ! ! ! # ! . | person=duty2 scope=@
POST /api/speakers/{speaker}/train                     u . ! # ! ! ! ! # ! . | trained_on=2026-09-01
POST /api/speakers/{speaker}/end                       u . ! # ! ! ! ! # ! .
POST /api/cases/{work}/let_speak                       u . ! ! ! ! . ! # ! . | speaker={speaker} statement=@
POST /api/speaking/{authorisation}/revoke              u . ! ! ! ! . ! # ! . | why=@
POST /api/cases/{work}/experts                         u . ! # # # . ! ! ! . | plan_expert
POST /api/experts/{expert}/check                       u . ! # ! ! . # # ! . | free=true statement=@@
POST /api/experts/{expert}/drop                        u . ! # # # . ! ! ! . | why=@
POST /api/cases/{work}/conferences                     u . ! # # # . ! ! ! . | api_conference
POST /api/conferences/{conference}/edit                u . ! # # # . ! ! ! . | api_conference
POST /api/conferences/{conference}/prepare             u . ! # # # . ! ! ! . | items={questions}
POST /api/conferences/{conference}/cancel              u . ! # # # . ! ! ! . | why=@
POST /api/cases/{work}/interviews                      u . ! # # # . ! ! ! . | outlet=鞍山日报 outline=@@
POST /api/interviews/{interview}/review                u . ! # ! ! . # # ! . | ok=true
POST /api/interviews/{interview}/drop                  u . ! # # # . ! ! ! . | why=@
POST /api/cases/{work}/inquiries                       u . # # # # . ! ! ! . | api_inquiry
POST /api/inquiries/{inquiry}/answer                   u . # # # # . ! ! ! . | spoken
POST /api/cases/{work}/filings                         u . ! # ! # . ! ! ! . | api_filing
POST /api/filings/{filing}/answer                      u . ! # ! # . ! ! ! . | reference=信访答复9号
POST /api/conferences/{life_conference}/cancel         u . ! # . . . . ! . . | why=@
"""


def world(cast: Cast, names: dict[str, Any]) -> dict[str, Any]:
    """What the rows' braces name beside `url_world`'s names, made with the verbs that people use."""
    case, life = (Case.objects.get(number=names[name]) for name in ("work", "life"))
    entry = speaker(cast)
    word = authorise(case, entry, "就登录故障发言", cast.top)
    who = cast.tech_liaison
    told = ("登录故障的情况说明", clock.now(), "一楼发布厅", None, ["鞍山日报"], "", cast.office2)
    return {
        "speaker": entry.pk,
        "authorisation": word.pk,
        "expert": plan_expert(case, "钱教授", "电子招投标", "某大学", "怎样顺延开标", who).pk,
        "interview": plan_interview(case, "鞍山日报", "一、中断的经过和原因。", None, who).pk,
        "conference": planned(cast, case, speaker=word).pk,
        "life_conference": plan_conference(life, *told).pk,
        "inquiry": record_inquiry(case, "鞍山日报", "受影响的有几个项目？", clock.now(), cast.duty2).pk,
        "filing": record_filing(case, "petition", "信访〔2026〕31号", clock.now(), cast.office2).pk,
        "questions": '[{"question":"怎么算？","answer":"顺延。"}]',
    }
