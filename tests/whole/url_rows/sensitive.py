"""敏感 (§6.1 S8): said at once by who acts on the case, taken away by the office or a leader, never by who set it."""

from __future__ import annotations

from typing import Any

from cast import Cast
from huiying.handling.actions.sensitive import label_event
from huiying.judging.models import Event
from huiying.kernel import clock

#                                                             an ad du of ed ld ot lg dl in no
TABLE = """
POST /desk/cases/{work}/do/label/                      s . * * ! * . ! * ! . | kind=minor reason=@
POST /desk/cases/{work}/do/unlabel/                    s . ! ! ! ! . ! ! ! . | reason=@
POST /api/cases/{work}/label                           u . # # ! # . ! # ! . | kind=minor reason=@
POST /api/cases/{work}/unlabel                         u . ! ! ! ! . ! ! ! . | reason=@
POST /desk/events/{event}/do/label/                    s . * * . . . ! * ! . | kind=minor reason=@
POST /desk/events/{event}/do/label/                    s . ~ ~ . . . ~ ~ ~ . | kind=secret reason=@
POST /desk/events/{named}/do/unlabel/                  s . ! * . . . . * . . | reason=@
POST /api/events/{event}/label                         u . # # . . . ! # ! . | kind=minor reason=@
POST /api/events/{named}/unlabel                       u . ! # . . . . # . . | reason=@
"""
FORMS: dict[str, dict[str, object]] = {}


def world(cast: Cast, _there: dict[str, Any]) -> dict[str, Any]:
    """An event without a case that the desk's other officer has labelled."""
    now = clock.now()
    event = Event.objects.create(
        number="E20260914-990", stream_no=990, title="样衣照片里拍着孩子", opened_at=now, last_post_at=now,
        first_known_at=now, suggested_level="L2", lead="Z-XX", concern="投诉", posts_count=1, platforms_count=1,
    )  # fmt: skip
    label_event(event, Event.MINOR, "照片里有孩子", cast.people["duty2"])
    return {"named": event.number}
