"""The duty desk of the demonstration （五）: every place in every window, one look at a time (C5.8, C5.13), and the
hand-over from shift to shift (C5.1).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from huiying.demo.script import Act, minute
from huiying.handling import handover
from huiying.handling.models import Handover
from huiying.kernel import clock
from huiying.listening.actions import patrolling as patrol_actions, sources
from huiying.listening.adapters import BY_HAND
from huiying.listening.models import PatrolCard, Source
from huiying.people.models import User

ROUNDS: Final = (("06:20", "dingning"), ("10:18", "zhoulan"), ("19:20", "wufan"))
#: The window that is open when the demonstration begins.
FIRST_ROUND: Final = ("07:35", "zhoulan")
#: Minutes between two places of one round.
STEP: Final = 2
#: The classes in the order of a round, the bureau's own counters last.
PLACES: Final = (
    "门户网站", "论坛", "博客", "微博客", "新闻跟帖", "传统媒体", "微信公众号", "短视频", "问答社区",
    "12345热线", "局长信箱", "大厅来电来访",
)  # fmt: skip
#: Left for the visitor on the morning of the third day, and looked at in its afternoon.
LEFT: Final = PLACES[-3:]
LATER: Final = {(3, "10:18", name): ("15:20", "wufan") for name in LEFT}
#: Both confirm as the one goes and the other comes; whoever they are, the roster has said.
HAND_OVERS: Final = (("07:34", "zhoulan"), ("21:36", "dingning"))
BROKEN: Final = {(2, "10:18", "博客"): "网页打开报错，过半小时再看仍报错"}


def desk_of(day: int) -> list[Act]:
    """The looks of one day, counted from 1, and its hand-overs; comment sections are looked at after each round."""
    hands = [Act(minute(f"{day} {at}"), who, "hand", "") for at, who in HAND_OVERS]
    return sorted([*_rounds(day), *hands], key=lambda act: act.minute)


def _rounds(day: int) -> Iterator[Act]:
    begins = [FIRST_ROUND, *ROUNDS[1:]] if day == 1 else list(ROUNDS)
    for at, who in begins:
        for place, name in enumerate(PLACES):
            when, person = LATER.get((day, at, name), (at, who))
            note = BROKEN.get((day, at, name), "")
            result = PatrolCard.UNREACHABLE if note else PatrolCard.NIL
            yield Act(minute(f"{day} {when}") + STEP * place, person, "tick", "", (name, result, note))
        yield Act(minute(f"{day} {at}") + STEP * len(PLACES), who, "comments", "")


def tick(act: Act, who: User) -> None:
    """`words`: the class, what was seen, and why it could not be seen."""
    name, result, note = act.words
    now = clock.now()
    cards = PatrolCard.objects.filter(point__channel_class=name, opens_at__lte=now, due_at__gt=now, result="")
    patrol_actions.tick(cards.earliest("opens_at"), result, who, note=note)


def hand(_act: Act, _who: User) -> None:
    """Each waiting sheet is confirmed by the person who goes, then by the one who comes."""
    for row in Handover.objects.filter(took_at__isnull=True, changes_at__lte=clock.now()).order_by("changes_at"):
        given = row if row.gave_at else handover.give(row, "值班手机一部，账号未变。", row.outgoing)
        handover.take(given, row.incoming)


def comments(_act: Act, who: User) -> None:
    """The comment sections that people look at: an article in the news opened each of them."""
    for source in Source.objects.filter(state=Source.ACTIVE, adapter=BY_HAND).order_by("pk"):
        sources.looked_by_hand(source, 0, "", who)
