"""Rows of the URL table: patrol, coverage, the emergency watch, hand-over. The columns and letters are `url_table`'s.

{place} is a patrol point and {look} its card of now; {handover} waits for 值班员 to give, {taking} for 值班员 to take.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from cast import Cast
from huiying.handling import handover
from huiying.handling.actions.reconciling import take_list
from huiying.judging.actions.sharing import open_package, share
from huiying.judging.models import Event
from huiying.kernel import clock
from huiying.listening.actions import patrolling as patrol_actions

FORMS: dict[str, str] = {
    "place": "name=本地贴吧 channel_class=论坛 owner={wgc} backup={bgs}",
    "api_place": "name=本地贴吧 channel_class=论坛 owner=WGC backup=BGS",
    "outside": "body=12345 period_from=2026-09-07 period_to=2026-09-13 text=平台登录不上没人管",
    "emergency": "what=开标系统大面积中断 every_minutes=10",
}

TABLE = """
GET  /desk/patrol/                                     s . + + + + + + + + .
POST /desk/patrol/cards/{look}/nil/                    s . * * > > > > > > .
POST /desk/patrol/cards/{look}/found/                  s . * * > > > > > > . | text=鞍山公共资源交易中心系统登不上
POST /desk/patrol/cards/{look}/unreachable/            s . > > > > > > > > .
POST /desk/patrol/cards/{look}/all/                    s . > > > > > > > > .
POST /desk/patrol/cards/0/nil/                         s . . . . . . . . . .
POST /desk/patrol/emergency/declare/                   s . * * ! ! ! ! * ! . | emergency
POST /desk/patrol/emergency/declare/                   s . ~ ~ ~ ~ ~ ~ ~ ~ .
POST /desk/patrol/emergency/end/                       s . ! ! ! ! ! ! ! ! . | why=@
POST /desk/patrol/emergency/unknown/                   s . . . . . . . . . .
GET  /desk/patrol/points/{place}/                      s . + + + + + + + + .
GET  /desk/patrol/points/0/                            s . . . . . . . . . .
POST /desk/patrol/points/{place}/do/retire/            s . ! * ! ! ! ! ! ! . | why=@
POST /desk/patrol/points/{place}/do/unknown/           s . . . . . . . . . .
GET  /desk/coverage/                                   s . + + + + + + + + .
POST /desk/coverage/do/add_point/                      s . ! * ! ! ! ! ! ! . | place
POST /desk/coverage/do/add_point/                      s . ~ ~ ~ ~ ~ ~ ~ ~ .
POST /desk/coverage/do/note_class/                     s . ! * ! ! ! ! ! ! . | channel_class=博客 reason=@
POST /desk/coverage/do/adopt/                          s . ! * ! ! ! ! ! ! .
POST /desk/coverage/do/unknown/                        s . . . . . . . . . .
GET  /desk/coverage/topics/                            s . + + + + + + + + .
GET  /desk/latency/                                    s . + + + + + + + + .
GET  /api/coverage/topics                              u . + + + + + + + + .
GET  /api/latency                                      u . + + + + + + + + .
GET  /desk/handover/                                   s . + + . . . . + + .
POST /desk/handover/do/begin/                          s . * ! . . . . ! ! . | incoming={duty2}
POST /desk/handover/do/unknown/                        s . . . . . . . . . .
GET  /desk/handover/{handover}/                        s . + + . . . . + + .
GET  /desk/handover/0/                                 s . . . . . . . . . .
POST /desk/handover/{handover}/do/give/                s . * ! . . . . ! ! .
POST /desk/handover/{taking}/do/take/                  s . * ! . . . . ! ! .
POST /desk/handover/{handover}/do/unknown/             s . . . . . . . . . .
GET  /desk/reconcile/                                  s . + + . . . . . . .
POST /desk/reconcile/do/take/                          s . * * . . . . . . . | outside
POST /desk/reconcile/do/take/                          s . ~ ~ . . . . . . .
GET  /desk/reconcile/{outside}/                        s . + + . . . . . . .
GET  /desk/reconcile/0/                                s . . . . . . . . . .
POST /desk/reconcile/lines/{line}/not_ours/            s . * * . . . . . . . | cause=@
POST /desk/reconcile/lines/{line}/missed/              s . > > . . . . . . .
POST /desk/reconcile/lines/0/missed/                   s . . . . . . . . . .
GET  /desk/events/{event}/shares/                      s . + + . . . + + + .
GET  /desk/events/{life_event}/shares/                 s . + + . . . . + . .
POST /desk/events/{event}/shares/do/share/             s . * * . . . ! ! ! . | body=市大数据局 purpose=@
POST /desk/events/{event}/shares/do/share/             s . ~ ~ . . . ~ ~ ~ .
POST /desk/events/{event}/shares/do/unknown/           s . . . . . . . . . .
POST /desk/shares/{share}/revoke/                      s . * * . . . . . . .
GET  /desk/shares/{share}/export.json                  s . + + . . . + + + .
GET  /desk/shares/0/export.json                        s . . . . . . . . . .
GET  /shared/{share_link}/                             + + + + + + + + + + +
GET  /shared/{share_link}/file.json                    + + + + + + + + + + +
GET  /shared/nothing/                                  . . . . . . . . . . .
GET  /shared/nothing/file.json                         . . . . . . . . . . .
POST /shared/{share_link}/                             * * * * * * * * * * * | name=总值班室 text=@
POST /shared/{share_link}/                             ! ! ! ! ! ! ! ! ! ! !
GET  /api/events/{event}/shares                        u . + + . . . + + + .
POST /api/events/{event}/shares                        u . # # . . . ! ! ! . | body=市大数据局 purpose=@
POST /api/shares/{share}/revoke                        u . # # . . . ! ! ! .

GET  /api/reconcile                                    u . + + . . . . . . .
POST /api/reconcile                                    u . # # . . . . . . . | outside
GET  /api/reconcile/{outside}                          u . + + . . . . . . .
POST /api/reconcile/lines/{line}/decide                u . # # . . . . . . . | state=not_ours cause=@
GET  /api/patrol                                       u . + + + + + + + + .
POST /api/patrol/{look}/tick                           u . # # ! ! ! ! ! ! . | result=nil
POST /api/patrol/0/tick                                u . . . . . . . . . . | result=nil
GET  /api/coverage                                     u . + + + + + + + + .
POST /api/patrol/points                                u . ! # ! ! ! ! ! ! . | api_place
POST /api/patrol/points/{place}/retire                 u . ! # ! ! ! ! ! ! . | why=@
POST /api/patrol/emergency                             u . # # ! ! ! ! # ! . | what=@
POST /api/patrol/emergency/end                         u . . . . . . . . . . | why=@
GET  /api/handovers                                    u . + + . . . . + + .
POST /api/handovers                                    u . # ! . . . . ! ! . | incoming=duty2
POST /api/handovers/{handover}/give                    u . # ! . . . . ! ! .
POST /api/handovers/{taking}/take                      u . # ! . . . . ! ! .
"""


def world(cast: Cast, names: dict[str, Any]) -> dict[str, Any]:
    """What the rows' braces name beside `url_world`'s names, made with the verbs that people use."""
    place = patrol_actions.add_point(
        name="本地论坛", channel_class="论坛", url="", what="", owner=cast.department("WGC"),
        backup=cast.department("BGS"), actor=cast.office2,
    )  # fmt: skip
    now = clock.now()
    taking = handover.prepare_handover(now - dt.timedelta(hours=1), cast.duty2, cast.duty)
    handover.give(taking, "", cast.duty2)
    outside = take_list("12345", dt.date(2026, 9, 7), dt.date(2026, 9, 13), "保证金退得慢", cast.office2)
    package, link = share(Event.objects.get(number=names["event"]), "市大数据局", "请协助核实", cast.office2)
    open_package(link)
    return {
        "share": package.pk,
        "share_link": link,
        "outside": outside.pk,
        "line": outside.items.get().pk,
        "place": place.pk,
        "look": place.cards.latest("opens_at").pk,
        "handover": handover.prepare_handover(now, cast.duty, cast.duty2).pk,
        "taking": taking.pk,
        "wgc": cast.department("WGC").pk,
        "bgs": cast.department("BGS").pk,
    }
