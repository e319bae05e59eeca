"""What a racer does to events: a batch of posts is judged, and stops where a person may come between."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

import stories
from cast import Cast
from huiying.engine.post import parse_post
from huiying.handling import actions as handling
from huiying.handling.actions.sensitive import label
from huiying.handling.models import Case
from huiying.judging import actions as judging, pipeline, warnings
from huiying.judging.models import Event, Warning
from huiying.ledger.actions import Actor
from huiying.ledger.models import LedgerEntry
from huiying.listening.actions import receive
from huiying.people.models import User

LONGEST_PAUSE = 0.5
WHY = "经核实涉及未成年人信息"


def heard(order: dict[str, str]) -> str:
    """An event of one post, on the desk."""
    return stories.hear(order["text"], native_id=order["post"]).number


def came(order: dict[str, str]) -> str:
    """A reply to that post came in and waits to be judged."""
    post = {
        "native_id": f"{order['post']}-r", "platform": "本地论坛", "channel_class": "论坛", "kind": "comment",
        "parent_id": order["post"], "text": f"{order['text']}同问",
    }  # fmt: skip
    receive([parse_post(post)], how="import", actor=Actor.SYSTEM)
    return "came"


def judged(order: dict[str, str]) -> int:
    """The batch. Once it has read its events it says so; it goes on when the other is done or after half a second."""
    there, done = Path(order["there"]), Path(order["done"])
    settle = pipeline.settle

    def slowly(*given: object) -> None:
        there.touch()
        until = time.monotonic() + LONGEST_PAUSE
        while not done.exists() and time.monotonic() < until:
            time.sleep(0.005)
        settle(*given)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "settle", slowly)
        return pipeline.judge_pending().screened


def stands(order: dict[str, str]) -> dict[str, object]:
    """What the tables and the ledger say of the event."""
    event = Event.objects.get(number=order["event"])
    case = Case.objects.filter(event=event).first()
    kinds = list(LedgerEntry.objects.filter(chain=f"event:{event.number}").values_list("kind", flat=True))
    return {
        "state": event.state,
        "posts": event.posts_count,
        "confirm": event.confirm_by is not None,
        "concern": event.concern,
        "offline": event.offline_risk,
        "sensitive": event.sensitive,
        "title": event.title,
        "case": case.number if case else "",
        "waiting": Warning.objects.filter(event=event, acknowledged_at__isnull=True).count(),
        "joined": kinds.count("event.joined"),
    }


def acknowledge(event: Event, who: User) -> None:
    judging.acknowledge_warning(Warning.objects.filter(event=event).latest("id"), who)


ACTS: dict[str, Callable[[Event, User], object]] = {
    "open": handling.open_case,
    "confirm": lambda event, who: handling.open_case(event, who, level="L3", reason="按实际影响"),
    "concern": lambda event, who: judging.set_concern(event, "投诉", who),
    "offline": lambda event, who: judging.set_offline_risk(event, 2, who),
    "acknowledge": acknowledge,
    "label": lambda event, who: label(Case.objects.get(event=event), Event.MINOR, WHY, who),
    "close_warning": lambda event, who: warnings.cancel(
        Warning.objects.filter(event=event).latest("id"), "同一事项已由另一件预警", who
    ),
}


def event_act(order: dict[str, str], people: Cast) -> object:
    """One of the acts above, None where the order is another's."""
    verb = order["verb"]
    if verb in (told := {"heard": heard, "came": came, "judged": judged, "stands": stands}):
        return told[verb](order)
    if verb not in ACTS:
        return None
    ACTS[verb](Event.objects.get(number=order["event"]), people.people[order["who"]])
    if "done" in order:
        Path(order["done"]).touch()
    return "done"
