"""What the API is told of the casework, and how a case comes to where it can be told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import stories
from cast import Cast
from huiying.handling.actions import relating
from huiying.handling.actions.relating import posts_to_split
from huiying.handling.models import (
    Case,
)
from huiying.judging.models import Event, EventPost
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock

As = Callable[[str], Any]
NATURE = "廉政"
WHY = "经核对确有必要，理由记录在案"
LETTER = {"body": "市公安局", "points": "是否有人冒用平台名义收费"}
CLUE = {"body": "公安机关", "facts": "有人冒用平台名义收取费用三千元", "legal_ground": "治安管理处罚法第五十一条"}


def later(hours: float = 48) -> str:
    return (clock.now() + dt.timedelta(hours=hours)).isoformat()


def task_in() -> dict[str, Any]:
    return {
        "kind": "matter",
        "title": "逐一电话告知投标人",
        "department": "Z-XX",
        "owner": "tech_liaison",
        "due_at": later(),
    }


def meeting_in() -> dict[str, Any]:
    return {
        "topic": "登录故障会商",
        "place": "三楼会议室",
        "starts_at": later(3),
        "chair": "deputy",
        "extra": ["legal"],
    }


def merged(cast: Cast) -> Case:
    loser, winner = stories.routed(cast), stories.opened(cast, text=stories.RUMOUR)
    relating.merge_cases(loser, winner, cast.office)
    return stories.again(loser)


def two_posts(cast: Cast) -> Case:
    """A case with a second post, so that one can go."""
    case = stories.opened(cast)
    other = stories.hear(stories.RUMOUR)
    EventPost.objects.filter(event=other).update(event=case.event)
    return case


def rumour(cast: Cast) -> Case:
    """Asks for 核实衔接; led by 信息技术部."""
    case = stories.routed(cast)
    Event.objects.filter(pk=case.event_id).update(concern="谣言")
    return stories.again(case)


def recurring(cast: Cast) -> Case:
    stories.opened(cast, text=stories.RUMOUR)
    clock_source().advance(dt.timedelta(hours=1))
    return stories.routed(cast)


def clock_source() -> FrozenClock:
    source = clock._source
    assert isinstance(source, FrozenClock)
    return source


def split_in(case: Case) -> dict[str, Any]:
    return {"posts": [posts_to_split(case)[0].pk], "title": "撤销传言另办", "reason": "两件不同的事"}


def earlier_in(case: Case) -> dict[str, Any]:
    return {"earlier": Case.objects.exclude(pk=case.pk).get().number, "reason": "同一类故障再次发生"}
