"""Rows of the URL table: sources （五）. The columns and letters are those of `url_table`.

{source} is a feed, {box} a mail box, {by_hand} is looked at by people, {paused} is put aside, {captured} is evidence of
a post that has no case, {article} a post with an address.
"""

from __future__ import annotations

from typing import Any

from cast import Cast
from huiying.kernel import clock
from huiying.listening import collected
from huiying.listening.actions import sources
from huiying.listening.adapters import Item
from huiying.listening.evidence import capture
from huiying.listening.fetching import Fetched
from huiying.listening.models import Evidence, Source

FORMS: dict[str, str] = {
    "by_hand": "name=某报 adapter=by_hand channel_class=传统媒体 owner=role:duty_officer backup=role:shift_leader"
    " min_minutes=10 max_minutes=240",
    "edit_source": "name=换了名字 adapter=by_hand channel_class=论坛 owner=role:duty_officer backup=role:shift_leader"
    " min_minutes=10 max_minutes=240",
    "box": "host=93.184.216.34 port=993 tls=on account=u password=p folder=INBOX since=2026-09-01 name=信箱 act=unseen"
    " channel_class=论坛 owner=role:duty_officer backup=role:shift_leader min_minutes=10 max_minutes=240",
    "edit_box": "host=93.184.216.34 port=993 tls=on account=wang folder=INBOX since=2026-09-01 name=换了名字"
    " channel_class=论坛 owner=role:duty_officer backup=role:shift_leader min_minutes=10 max_minutes=240",
    "api_box": "adapter=mailbox url=imaps://u@93.184.216.34/ password=p name=信箱 channel_class=论坛",
    "inside": "url=http://10.0.0.1/feed channel_class=论坛 owner=role:duty_officer backup=role:shift_leader"
    " min_minutes=10 max_minutes=240 act=preview",
    "api_by_hand": "name=某报 adapter=by_hand channel_class=传统媒体",
    "api_inside": "url=http://10.0.0.1/feed channel_class=论坛",
}

TABLE = """
# Sources
GET  /desk/sources/                                    s . + + + + + + + + .
GET  /desk/sources/?state=failed                       s . + + + + + + + + .
GET  /desk/sources/?all=1                              s . + + + + + + + + .
GET  /desk/sources/add/                                s . + + > > > > > > .
GET  /desk/sources/{source}/                           s . + + + + + + + + .
GET  /desk/sources/{by_hand}/                          s . + + + + + + + + .
GET  /desk/sources/0/                                  s . . . . . . . . . .
GET  /desk/sources/evidence/{captured}/                s . + + . . . . . . .
GET  /desk/sources/evidence/0/                         s . . . . . . . . . .
POST /desk/sources/add/                                s . * * ! ! ! ! ! ! . | by_hand
POST /desk/sources/add/                                s . ! ! ! ! ! ! ! ! . | inside
POST /desk/sources/add/                                s . ~ ~ ! ! ! ! ! ! .
GET  /desk/sources/add/mailbox/                        s . + + > > > > > > .
POST /desk/sources/add/mailbox/                        s . * * ! ! ! ! ! ! . | box
POST /desk/sources/add/mailbox/                        s . ~ ~ ! ! ! ! ! ! .
GET  /desk/sources/{box}/                              s . + + + + + + + + .
POST /desk/sources/{box}/do/edit/                      s . * * ! ! ! ! ! ! . | edit_box
POST /desk/sources/{source}/do/look/                   s . > > ! ! ! ! ! ! .
POST /desk/sources/{by_hand}/do/look/                  s . ! ! ! ! ! ! ! ! .
POST /desk/sources/{by_hand}/do/looked/                s . * * * ! ! ! ! ! . | found=0
POST /desk/sources/{by_hand}/do/looked/                s . ~ ~ ~ ~ ~ ~ ~ ~ .
POST /desk/sources/{by_hand}/do/edit/                  s . * * ! ! ! ! ! ! . | edit_source
POST /desk/sources/{source}/do/pause/                  s . * * ! ! ! ! ! ! . | reason=@
POST /desk/sources/{paused}/do/resume/                 s . * * ! ! ! ! ! ! .
POST /desk/sources/{source}/do/resume/                 s . ! ! ! ! ! ! ! ! .
POST /desk/sources/{source}/do/retire/                 s . * * ! ! ! ! ! ! . | reason=@
POST /desk/sources/{source}/do/unknown/                s . . . . . . . . . .
POST /desk/sources/evidence/{captured}/                s . # # . . . . . . . | reason=@
POST /desk/sources/evidence/{captured}/                s . ~ ~ . . . . . . .
POST /desk/posts/{article}/watch/                      s . * * * > > > > > .
POST /desk/posts/0/watch/                              s . . . . . . . . . .

# Sources over REST
GET  /api/sources                                      u . + + + + + + + + .
GET  /api/sources/{source}                             u . + + + + + + + + .
GET  /api/sources/0                                    u . . . . . . . . . .
GET  /api/sources/{source}/checks                      u . + + + + + + + + .
POST /api/sources                                      u . # # ! ! ! ! ! ! . | api_by_hand
POST /api/sources                                      u . # # ! ! ! ! ! ! . | api_box
POST /api/sources                                      u . ! ! ! ! ! ! ! ! . | api_inside
POST /api/sources                                      u ~ ~ ~ ~ ~ ~ ~ ~ ~ ~
POST /api/sources/{by_hand}/edit                       u . # # ! ! ! ! ! ! . | api_by_hand
POST /api/sources/{source}/look                        u . + + ! ! ! ! ! ! .
POST /api/sources/{by_hand}/looked                     u . # # # ! ! ! ! ! . | found=2
POST /api/sources/{source}/pause                       u . # # ! ! ! ! ! ! . | reason=@
POST /api/sources/{paused}/resume                      u . # # ! ! ! ! ! ! .
POST /api/sources/{source}/retire                      u . # # ! ! ! ! ! ! . | reason=@
POST /api/posts/{article}/watch                        u . # # # ! ! ! ! ! .
POST /api/posts/0/watch                                u . . . . . . . . . .
POST /api/hooks/0/unknown                              . . . . . . . . . . .
"""


def world(cast: Cast, names: dict[str, Any]) -> dict[str, Any]:
    """What the rows' braces name, made with the verbs that people use."""
    roles = {"owner_role": "duty_officer", "backup_role": "shift_leader"}
    feed = sources.SourceData(
        name="中心网站", channel_class="门户网站", adapter="feed", url="http://93.184.216.34/feed.xml", **roles
    )
    by_hand = sources.SourceData(name="晨报", channel_class="传统媒体", adapter="by_hand", **roles)
    aside = sources.SourceData(name="停刊的报", channel_class="传统媒体", adapter="by_hand", **roles)
    box = sources.SourceData(
        name="信箱",
        channel_class="局长信箱",
        adapter="mailbox",
        url="imaps://wang@93.184.216.34/",
        password="p",
        **roles,
    )
    source = sources.add_source(feed, cast.duty).source
    return {
        "source": source.pk,
        "by_hand": sources.add_source(by_hand, cast.duty).source.pk,
        "box": sources.add_source(box, cast.duty).source.pk,
        "paused": sources.pause_source(sources.add_source(aside, cast.duty).source, "停刊了不用看", cast.duty).pk,
        "captured": _captured(source).pk,
        "article": source.posts.get().pk,
    }


def _captured(source: Source) -> Evidence:
    """What the collector does with a page that it read."""
    item = Item("n1", "http://93.184.216.34/a/1.html", "市里的体育新闻", "与本局无关的一条新闻。")
    fetched = Fetched(item.url, "ok", status=200, body=b"<html>", wire=b"<html>")
    posts, _left_out = collected.engine_posts(source, [item], clock.now())
    collected.take(source, posts, capture(fetched, clock.now()))
    return Evidence.objects.get()
