"""Rows of the URL table: the weekly sample and what clearances taught. The columns are those of `url_table`."""

from __future__ import annotations

import datetime as dt
from typing import Any

from cast import Cast
from huiying.judging.models import SampledPost, SampleDraw, ScreenAdjustment, Screening
from huiying.kernel import clock
from stream_of import bring

FORMS: dict[str, str] = {}

TABLE = """
# The weekly sample and the lessons: pages              a a d o e l o l d i n
#                                                      n d u f d d t g l n o
GET  /desk/suspects/sample/                            s . + + . . . . . . .
POST /desk/suspects/sample/{sampled}/hit/              s . * * . . . . . . .
POST /desk/suspects/sample/{sampled}/out/              s . * * . . . . . . .
POST /desk/suspects/sample/{sampled}/unknown/          s . . . . . . . . . .
POST /desk/suspects/sample/{suspect}/out/              s . . . . . . . . . .
POST /desk/suspects/lessons/{lesson}/withdraw/         s . . * . . . . . . .
POST /desk/suspects/lessons/{refused}/withdraw/        s . . > . . . . . . .

# The weekly sample and the lessons: the API            a a d o e l o l d i n
#                                                      n d u f d d t g l n o
GET  /api/suspects                                     u . + + . . . . . . .
GET  /api/suspects/sample                              u . + + . . . . . . .
GET  /api/suspects/sample/estimate                     u . + + . . . . . . .
GET  /api/screening/lessons                            u . + + . . . . . . .
POST /api/suspects/{suspect}/decide                    u . # # . . . . . . . | decision=hit
POST /api/suspects/{sampled}/decide                    u . # # . . . . . . . | decision=out
POST /api/suspects/{cleared}/decide                    u . # # . . . . . . . | decision=undo
POST /api/suspects/999999/decide                       u . . . . . . . . . . | decision=out
POST /api/screening/lessons/{lesson}/withdraw          u . . # . . . . . . .
POST /api/screening/lessons/{refused}/withdraw         u . . ! . . . . . . .
"""


def world(cast: Cast, names: dict[str, Any]) -> dict[str, Any]:
    """A sampled post that waits, a lesson in force and one that was refused."""
    (post,) = bring("公园里的花开得真好，周末都来看看")
    Screening.objects.filter(post=post).update(band=Screening.OUT, cleared="")
    row = Screening.objects.get(post=post)
    now = clock.now()
    week = dt.date(2026, 9, 7)
    draw = SampleDraw.objects.create(week=week, seed="out:2026-09-07", population=1, reached=0, size=1, drawn_at=now)
    SampledPost.objects.create(draw=draw, screening=row, place=0)
    told = {"weights": {}, "learned_from": 80, "held_back": 40, "model": "2", "at": now}
    refused = ScreenAdjustment.objects.create(state="refused", loss_before=0.5, loss_after=0.6, **told)
    lesson = ScreenAdjustment.objects.create(state="applied", loss_before=0.5, loss_after=0.4, **told)
    return {"sampled": row.pk, "lesson": lesson.pk, "refused": refused.pk}
