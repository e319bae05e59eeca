"""Rows of the URL table: what the asker says of the answer, and what staff see of it （四）. Columns: `url_table`.

{told} is a message whose case was answered, {again} one that was taken up again; nobody answered {message}.
"""

from __future__ import annotations

from typing import Any

from cast import Cast
from huiying.handling.models import AskedAgain, Case
from huiying.judging.models import EventPost
from huiying.kernel import clock
from huiying.listening.actions import Receipt, receive_message
from huiying.listening.models import Message, Post, PostAttachment

FORMS: dict[str, str] = {
    "rated": "number={told} code={told_code} grade=satisfied",
    "rated_oddly": "number={told} code={told_code} grade=no",
    "guessed": "number={told} code=AAAA-AAAA grade=satisfied",
}

TABLE = """
# Asked, answered, said of it                          a a d o e l o l d i n
#                                                      n d u f d d t g l n o
GET  /status/?number={message}&code={code}             + + + + + + + + + + +
GET  /status/?number={message}&code=AAAA-AAAA          . . . . . . . . . . .
POST /status/rate/                                     # # # # # # # # # # # | rated
POST /status/rate/                                     ! ! ! ! ! ! ! ! ! ! ! | rated_oddly
POST /status/rate/                                     . . . . . . . . . . . | guessed
POST /status/again/                                    # # # # # # # # # # # | number={told} code={told_code} text=@
POST /status/again/                                    ! ! ! ! ! ! ! ! ! ! ! | number={message} code={code} text=@
POST /status/again/                                    ~ ~ ~ ~ ~ ~ ~ ~ ~ ~ ~
POST /desk/cases/{done}/do/uphold/                     s . ! * ! ! . ! ! ! . | reason=@@
POST /desk/cases/{life}/do/uphold/                     s . ! ! . . . . ! . . | reason=@@
GET  /desk/channels/                                   s . + + . . . . + + .
GET  /desk/digest/                                     s . > > . . . . > > .
GET  /desk/digest/2026-09/                             s . + + . . . . + + .
GET  /desk/digest/2026-13/                             s . . . . . . . . . .
GET  /desk/digest/2099-01/                             s . . . . . . . . . .
GET  /desk/originals/{sent_along}/                     s . + + . + . . . . .
"""


def world(cast: Cast, names: dict[str, Any]) -> dict[str, Any]:
    """Two messages of the answered case; one has a file and was taken up again."""
    case = Case.objects.get(number=names["done"])
    told, again = (_asked(case, text) for text in ("登录不上怎么办，几点恢复", "开标顺延到什么时候，会通知吗"))
    message = Message.objects.get(number=again.number)
    more = receive_message("咨询", "还是没有说几点恢复", "")
    now = clock.now()
    AskedAgain.objects.create(message=message, case=case, post=_post(more), at=now)
    sent = PostAttachment.objects.create(
        message=message, sha256="2" * 64, stored="2" * 64, media_type="image/png", size=1, at=now
    )
    return {"told": told.number, "told_code": told.query_code, "sent_along": sent.pk}


def _asked(case: Case, text: str) -> Receipt:
    receipt = receive_message("咨询", text, "")
    EventPost.objects.create(
        event=case.event, post=_post(receipt), stream_no=case.event.stream_no, stood_at=clock.now()
    )
    return receipt


def _post(receipt: Receipt) -> Post:
    Post.objects.filter(message__number=receipt.number).update(screened=True)
    return Post.objects.get(message__number=receipt.number)
