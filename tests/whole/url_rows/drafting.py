"""Rows of the URL table: drafting. The columns and letters are those of `url_table`."""

from __future__ import annotations

from typing import Any

import stories
from cast import Cast
from huiying.people.models import User
from huiying.responding import actions as responding
from huiying.responding.actions.drafting import hold_statement
from huiying.responding.actions.writing_aids import save_template
from huiying.responding.models import ReviewStep

FORMS: dict[str, str] = {
    "template": "code=own-1 title=本局的写法 text=@",
    "said": "body=财政局 means=phone name=王主任 answer=agree comment=@",
    "heard": "row={went_on} means=phone name=王主任 answer=agree comment=@",
}

TABLE = """
# Drafting                                             a a d o e l o l d i n
#                                                      n d u f d d t g l n o
GET  /desk/templates/                                  s . + + + + + + + + .
GET  /desk/templates/general/                          s . + + + + + + + + .
GET  /desk/templates/new/                              s . . + + . . . . . .
GET  /desk/templates/unknown/                          s . . . . . . . . . .
POST /desk/templates/new/                              s . . * * . . . . . . | template
POST /desk/templates/new/                              s . . ~ ~ . . . . . .
POST /desk/templates/own/retire/                       s . . * * . . . . . .
POST /desk/templates/general/retire/                   s . . > > . . . . . .
POST /desk/cases/{new}/do/hold_statement/              s . * * * . . ! ! ! . | channels[]=portal
POST /desk/cases/{life}/do/hold_statement/             s . * * . . . . ! . . | channels[]=portal
POST /desk/cases/{held_case}/do/release_holding/   s . ! * * ! . ! ! ! . | channels[]=portal
POST /desk/cases/{holding_case}/do/withdraw_holding/   s . * * * * . ! ! ! .
POST /desk/cases/{work}/do/record_confirmation/        s . ! * * * . ! ! ! . | said
POST /desk/cases/{late_heard}/do/hear_after_all/       s . ! * * * . ! ! ! . | heard
POST /desk/cases/{settle}/do/escalate_conflict/        s . * * ! ! . ! ! ! . | row={objection}
GET  /desk/reviews/{held_step}/                        s . + + + + . + + + .

# Drafting: the API                                    a a d o e l o l d i n
#                                                      n d u f d d t g l n o
GET  /api/templates                                    u . + + + + + + + + .
GET  /api/cases/{work}/templates                       u . + + + + . + + + .
GET  /api/cases/{life}/templates                       u . + + . . . . + . .
GET  /api/cases/{work}/suggestions                     u . + + + + . + + + .
GET  /api/cases/{life}/suggestions                     u . + + . . . . + . .
GET  /api/cases/{work}/hints                           u . + + + + . + + + .
GET  /api/cases/{new}/hints                            u . . . . . . . . . .
GET  /api/cases/{work}/rounds                          u . + + + + . + + + .
GET  /api/cases/{work}/confirmations                   u . + + + + . + + + .
POST /api/cases/{bare}/draft                           u ~ ~ ~ ~ ~ ~ ~ ~ ~ ~
POST /api/cases/{new}/hold_statement                   u . # # # . . ! ! ! . | channels[]=portal
POST /api/cases/{work}/record_confirmation             u . ! # # # . ! ! ! . | said
POST /api/steps/{held_step}/decide                     u ~ ~ ~ ~ ~ ~ ~ ~ ~ ~ | comment=@
"""


def world(cast: Cast, names: dict[str, Any]) -> dict[str, Any]:
    """What the rows' braces name beside `url_world`'s names, made with the verbs that people use."""
    from whole import url_world as build  # it reads this file

    holding, held = build._sent(cast), build._sent(cast)
    round_ = hold_statement(holding, cast.tech_liaison, ["portal"])
    for step in (approved := hold_statement(held, cast.tech_liaison, ["portal"])).steps.all():
        _agree(step, approved.manifest_sha256, stories.reviewer(cast, step.role))
    late_heard, settle = build._worked(cast), build._worked(cast)
    went_on, _token = responding.ask_confirmation(late_heard, "财政局", "", cast.tech_liaison)
    responding.override_confirmation(went_on, build.ENOUGH, cast.deputy)
    objection, token = responding.ask_confirmation(settle, "财政局", "", cast.tech_liaison)
    responding.answer_confirmation(token, "object", "王主任", "时间有出入")
    save_template("own", "本局的", "9月14日的情况：【请填：核实情况】。", cast.office2)
    return {
        "holding_case": holding.number,
        "held_case": held.number,
        "held_step": round_.steps.get(role="office_head").pk,
        "late_heard": late_heard.number,
        "went_on": went_on.pk,
        "settle": settle.number,
        "objection": objection.pk,
    }


def _agree(step: ReviewStep, sha: str, who: User) -> None:
    responding.decide_step(
        step, approve=True, comment="", manifest_sha256=sha, secrecy=True, personal_data=True, actor=who
    )
