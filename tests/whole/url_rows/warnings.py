"""Rows of the URL table: warnings, alarms, learning. The columns and letters are those of `url_table`."""

from __future__ import annotations

from typing import Any

from cast import Cast
from huiying.judging.models import Alarm, ConcernSample, Event, LearningRun
from huiying.kernel import clock

FORMS: dict[str, str] = {}

TABLE = """
# Warnings, alarms, what was learned                   a a d o e l o l d i n
#                                                      n d u f d d t g l n o
GET  /desk/warnings/                                   s . + + . . . + + + .
POST /desk/warnings/{warning}/cancel/                  s . * * . . . . * . . | reason=@
POST /desk/warnings/{warning}/cancel/                  s . > > . . . . > . .
POST /desk/alarms/budget/                              s . . * . . . . * . . | budget=2
POST /desk/alarms/budget/                              s . . > . . . . > . . | budget=0
POST /desk/alarms/{alarm}/real/                        s . * * . . . . . . .
POST /desk/alarms/{alarm}/perhaps/                     s . . . . . . . . . .
GET  /desk/learning/                                   s . + + . . . . + + .
POST /desk/learning/concern/roll-back/                 s . . * . . . . * . . | reason=@
POST /desk/learning/lead/roll-back/                    s . . > . . . . > . . | reason=@
GET  /desk/agreement/                                  s . + + . . . . . . .
POST /desk/agreement/{sample}/                         s . * * . . . . . . . | concern=疑虑
POST /desk/agreement/{sample}/                         s . > > . . . . . . . | concern=x
GET  /api/warnings                                     u . + + . . . + + + .
POST /api/warnings/{warning}/acknowledge               u . # # . . . ! # ! .
POST /api/warnings/{warning}/cancel                    u . # # . . . ! # ! . | reason=@
GET  /api/alarms                                       u . + + . . . + + + .
POST /api/alarms/{alarm}/verdict                       u . # # . . . ! ! ! . | verdict=real
GET  /api/alarm-budget                                 u . + + . . . + + + .
POST /api/alarm-budget                                 u . ! # . . . ! # ! . | budget=2
POST /api/events/{event}/concern                       u . # # . . . ! ! ! . | concern=疑虑
POST /api/events/{event}/concern                       u . ! ! . . . ! ! ! . | concern=谣言
POST /api/events/{life_event}/concern                  u . # # . . . . ! . . | concern=疑虑
POST /api/events/{doubtful}/second-concern             u . # # . . . ! ! ! . | agree=true
POST /api/events/{event}/second-concern                u . . . . . . . . . . | agree=true
GET  /api/learning                                     u . + + . . . . + + .
POST /api/learning/concern/roll-back                   u . ! # . . . . # ! . | reason=@
GET  /api/concern-samples                              u . + + . . . . . . .
POST /api/concern-samples/{sample}                     u . # # . . . . . . . | concern=疑虑
"""


def world(cast: Cast, names: dict[str, Any]) -> dict[str, Any]:
    """An alarm that nobody has judged, a model in force, a sample that nobody has labelled."""
    event, now = Event.objects.get(number=names["event"]), clock.now()
    alarm = Alarm.objects.create(
        event=event, level="watch", at=now, posts=12, score=0.4, threshold=0.1, words="十二条", words_en="12 posts"
    )
    run = LearningRun.objects.create(
        target="concern", decision="adopted", at=now, by="系统", reason="学到了", sha256="0" * 64, corrections=90
    )
    LearningRun.objects.filter(pk=run.pk).update(in_force=run)
    sample = ConcernSample.objects.create(post_id=int(names["heard_post"]), drawn_at=now)
    return {"alarm": alarm.pk, "sample": sample.pk}
