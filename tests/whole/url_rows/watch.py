"""Rows of the URL table: watch rules. The columns and letters are those of `url_table`."""

from __future__ import annotations

from typing import Any

from cast import Cast
from huiying.judging.actions.watching import Draft, propose
from huiying.judging.models import WatchHit

FORMS: dict[str, str] = {
    "watch_new": "rule=B001 name=唱双簧 group=工程 expression=唱双簧 sensitivity=3 lead=JDC reason=@",
    "watch_words": "words=唱双簧 numbering=TR group=导入 sensitivity=2 lead=JDC reason=@",
    "watch_propose": "words=唱双簧 numbering=TR group=导入 sensitivity=2 lead=JDC reason=@ do=propose",
}

TABLE = """
# Watch rules                                          a a d o e l o l d i n
#                                                      n d u f d d t g l n o
GET  /desk/watch/                                      s . + + . . . + + + .
GET  /desk/watch/?show=silent                          s . + + . . . + + + .
GET  /desk/watch/rules/K010/                           s . + + . . . + + + .
GET  /desk/watch/rules/K999/                           s . . . . . . . . . .
GET  /desk/watch/try/                                  s . + + . . . + + + .
POST /desk/watch/try/                                  s . + + . . . + + + . | texts=有人围标 rule=K010
POST /desk/watch/try/                                  s . ~ ~ . . . ~ ~ ~ .
GET  /desk/watch/import/                               s . + + . . . . . . .
POST /desk/watch/import/                               s . + + . . . . . . . | watch_words
POST /desk/watch/import/                               s . * * . . . . . . . | watch_propose
POST /desk/watch/import/                               s . ~ ~ . . . . . . .
GET  /desk/watch/rules/new/                            s . + + . . . . . . .
POST /desk/watch/rules/new/                            s . * * . . . . . . . | watch_new
POST /desk/watch/rules/new/                            s . ~ ~ . . . . . . .
GET  /desk/watch/rules/K010/change/                    s . + + . . . . . . .
POST /desk/watch/rules/K010/change/                    s . * * . . . . . . . | watch_new
POST /desk/watch/rules/K999/change/                    s . . . . . . . . . .
GET  /desk/watch/rules/K010/remove/                    s . + + . . . . . . .
POST /desk/watch/rules/K010/remove/                    s . * * . . . . . . . | reason=@
POST /desk/watch/rules/K010/remove/                    s . ~ ~ . . . . . . .
POST /desk/watch/rules/K067/reviewed/                  s . * * . . . > > > . | note=@
GET  /desk/watch/proposals/{watch_proposal}/           s . + + . . . + + + .
GET  /desk/watch/proposals/999999/                     s . . . . . . . . . .
POST /desk/watch/proposals/{watch_proposal}/agree/     s . . * . . . . * . .
POST /desk/watch/proposals/{watch_proposal}/refuse/    s . . * . . . . * . . | note=@
POST /desk/watch/proposals/{watch_proposal}/withdraw/  s . * > . . . . . . .
POST /desk/watch/proposals/{watch_proposal}/unknown/   s . . . . . . . . . .
POST /desk/watch/posts/{watch_post}/irrelevant/        s . * * . . . . . . . | rule=K010
POST /desk/watch/posts/{watch_post}/relevant/          s . * * . . . . . . .
POST /desk/watch/posts/{watch_post}/unknown/           s . . . . . . . . . .
GET  /api/watch/rules                                  u . + + . . . + + + .
GET  /api/watch/rules/K010                             u . + + . . . + + + .
GET  /api/watch/rules/K999                             u . . . . . . . . . .
POST /api/watch/rules/K067/reviewed                    u . # # . . . ! ! ! . | note=@
POST /api/watch/try                                    u . + + . . . + + + . | texts[]=有人围标 rule=K010
POST /api/watch/try                                    u ~ ~ ~ ~ ~ ~ ~ ~ ~ ~
POST /api/watch/words                                  u . + + . . . + + + . | words=唱双簧
GET  /api/watch/proposals                              u . + + . . . + + + .
POST /api/watch/proposals                              u ~ ~ ~ ~ ~ ~ ~ ~ ~ ~
POST /api/watch/proposals/{watch_proposal}/agree       u . ! # . . . ! # ! .
POST /api/watch/proposals/{watch_proposal}/refuse      u . ! # . . . ! # ! . | note=@
POST /api/watch/proposals/{watch_proposal}/withdraw    u . # ! . . . ! ! ! .
POST /api/watch/posts/{watch_post}/verdict             u . # # . . . ! ! ! . | relevant=false
"""


def world(cast: Cast, names: dict[str, Any]) -> dict[str, Any]:
    """A proposal of the duty officer that waits, and a post which a rule hit."""
    made = propose([Draft("K038", "remove")], "近来只见误报，先停一段看看", cast.duty)
    hit = WatchHit.objects.filter(post__life_safety=False).order_by("id").first()
    assert hit is not None
    return {"watch_proposal": made.pk, "watch_post": hit.post_id}
