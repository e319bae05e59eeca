"""Rows of the URL table: following. The columns and letters are those of `url_table`."""

from __future__ import annotations

from typing import Any

from cast import Cast
from huiying.kernel import clock
from huiying.responding.models import EffectReview

FORMS: dict[str, str] = {
    "effect": "review={effect_review} verdict=settled comment=@",
}

TABLE = """
# What comes after the answer                          a a d o e l o l d i n
#                                                      n d u f d d t g l n o
GET  /desk/cases/{done}/effect/                        s . + + + + . + + + .
GET  /desk/cases/{work}/effect/                        s . + + + + . + + + .
GET  /desk/cases/{life}/effect/                        s . + + . . . . + . .
GET  /desk/events/?missed=1                            s . + + . . . + + + .
POST /desk/cases/{done}/do/judge_effect/               s . ! * * * . ! ! ! . | effect
POST /desk/cases/{done}/do/judge_effect/               s . ~ ~ ~ ~ . ~ ~ ~ .
POST /desk/cases/{life}/do/judge_effect/               s . ~ ~ . . . . ~ . . | effect
GET  /api/cases/{done}/effects                         u . + + + + . + + + .
GET  /api/cases/{done}/sustain                         u . + + + + . + + + .
GET  /api/cases/{done}/history                         u . + + + + . + + + .
GET  /api/cases/{life}/effects                         u . + + . . . . + . .
GET  /api/cases/{life}/sustain                         u . + + . . . . + . .
GET  /api/cases/{life}/history                         u . + + . . . . + . .
POST /api/cases/{done}/judge_effect                    u . ! # # # . ! ! ! . | effect
POST /api/cases/{done}/sustain                         u . ! # ! ! . ! # ! . | sustained=false reason=@
POST /api/cases/{life}/sustain                         u . ! ! . . . . ! . . | sustained=false reason=@
GET  /api/answers/{done}                               + + + + + + + + + + +
GET  /api/answers/{ok}                                 . . . . . . . . . . .
GET  /corrections/                                     + + + + + + + + + + +
"""


def world(cast: Cast, names: dict[str, Any]) -> dict[str, Any]:
    """A look at the effect whose time has come, on the case that was answered."""
    review = EffectReview.objects.get(case__number=names["done"], hours=24)
    EffectReview.objects.filter(pk=review.pk).update(verdict="", comment="", at=None, due_at=clock.now())
    return {"effect_review": review.pk}
