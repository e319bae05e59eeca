"""Rows of the URL table: importing and entries by hand. The columns and letters are those of `url_table`."""

from __future__ import annotations

from typing import Any

from cast import Cast
from huiying.kernel import clock
from huiying.listening.models import HandEntry, Import, PictureReading, Post, PostAttachment

FORMS: dict[str, str] = {
    "take_up": "url=http://listed.example/rss channel_class=论坛 owner=role:duty_officer backup=role:shift_leader"
    " min_minutes=10 max_minutes=240",
    "api_take_up": "channel_class=论坛",
    "call": "kind=call text=@",
    "newspaper": "kind=newspaper medium=鞍山日报 place=三版 text=@",
}

TABLE = """
# Files handed in, entries by hand                     a a d o e l o l d i n
#                                                      n d u f d d t g l n o
GET  /desk/imports/                                    s . + + . . . . . . .
POST /desk/imports/                                    s . ~ ~ . . . . . . .
POST /desk/imports/                                    s . ! ! . . . . . . . | file=x
GET  /desk/imports/{imported}/                         s . + + . . . . . . .
GET  /desk/imports/{imported}/rejected.csv             s . + + . . . . . . .
POST /desk/imports/{imported}/do/begin/                s . ! ! . . . . . . .
POST /desk/imports/{imported}/do/nothing/              s . . . . . . . . . .
POST /desk/imports/{proposed_import}/do/begin/         s . * * . . . . . . .
POST /desk/imports/{proposed_import}/do/correct/       s . * * . . . . . . . | format=open
POST /desk/imports/{proposed_import}/do/cancel/        s . * * . . . . . . .
POST /desk/imports/{list}/sources/                     s . * * . . . . . . . | take_up
POST /desk/imports/{list}/sources/                     s . ~ ~ . . . . . . .
POST /desk/imports/{imported}/sources/                 s . . . . . . . . . . | take_up
GET  /desk/enter/                                      s . + + + + + + + + .
POST /desk/enter/                                      s . * * * * * * * * . | call
POST /desk/enter/                                      s . * * * * * * * * . | newspaper
POST /desk/enter/                                      s . ~ ~ ~ ~ ~ ~ ~ ~ .
POST /desk/enter/                                      s . ~ ~ ~ ~ ~ ~ ~ ~ . | read=1
GET  /desk/enter/?reading={reading}                    s . + > > > > > > > .
GET  /desk/enter/reading/{reading}/                    s . + . . . . . . . .
GET  /desk/originals/{original}/                       s . + + . + + . . . .
POST /desk/originals/{original}/                       s . > > . > > . . . .
GET  /api/imports                                      u . + + . . . . . . .
POST /api/imports                                      u ~ ~ ~ ~ ~ ~ ~ ~ ~ ~
GET  /api/imports/{imported}                           u . + + . . . . . . .
GET  /api/imports/{imported}/preview                   u . . . . . . . . . .
GET  /api/imports/{imported}/rejected                  u . + + . . . . . . .
POST /api/imports/{proposed_import}/begin              u . # # . . . . . . .
POST /api/imports/{proposed_import}/correct            u . # # . . . . . . . | format=open
POST /api/imports/{proposed_import}/cancel             u . # # . . . . . . .
POST /api/imports/{list}/sources                       u . # # . . . . . . . | api_take_up
POST /api/imports/{list}/sources                       u ~ ~ ~ ~ ~ ~ ~ ~ ~ ~
POST /api/imports/{imported}/begin                     u . ! ! . . . . . . .
"""


def world(cast: Cast, names: dict[str, Any]) -> dict[str, Any]:
    """A file that was imported, one that waits for its answer, a photo of a letter, and one that could not be read."""
    now = clock.now()
    told = {"how": Import.UPLOAD, "modified_at": now, "asked_by": "值班员", "asked_at": now, "format": "open"}
    done = Import.objects.create(batch="upload-1", name="a.jsonl", state=Import.DONE, **told)
    waits = Import.objects.create(batch="upload-2", name="b.jsonl", state=Import.PREVIEW, **told)
    feeds = [{"title": "日报", "url": "http://listed.example/rss", "site": "", "folder": "", "file": "l", "line": 2}]
    listed = Import.objects.create(batch="upload-3", name="l.opml", state=Import.DONE, sources=feeds, **told)
    post = Post.objects.get(pk=names["heard_post"])
    entry = HandEntry.objects.create(post=post, kind=HandEntry.LETTER, by="值班员", at=now)
    picture = PostAttachment.objects.create(
        entry=entry, sha256="0" * 64, stored="0" * 64, media_type="image/png", size=1, at=now
    )
    kept = {"sha256": "1" * 64, "stored": "1" * 64, "media_type": "image/png", "size": 1, "problem": "nothing"}
    read = PictureReading.objects.create(user=cast.duty, asked_at=now, state=PictureReading.FAILED, pictures=[kept])
    mine = {"imported": done.pk, "proposed_import": waits.pk, "list": listed.pk}
    return mine | {"original": picture.pk, "reading": read.pk}
