"""The demonstration's course: on each tick of the loop it hands over the posts and does the acts whose moment has come.

What was done is a number in two counters, moved in the same transaction as the act: a restart, even after a kill, does
nothing twice and leaves nothing out. Until the first phase is over the clock jumps from moment to moment, afterwards
it runs at its own speed.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache
from importlib import resources
from itertools import takewhile
from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction

from huiying.demo import acting, clock, words
from huiying.demo.patrolling import desk_of
from huiying.demo.script import ACTS, FIRST_PHASE, Act
from huiying.demo.words import NothingThere
from huiying.engine.lines import read_objects
from huiying.engine.post import Post, parse_post
from huiying.ledger.actions import Actor
from huiying.listening.actions import receive
from huiying.listening.queries import unscreened
from huiying.people.errors import Refused
from huiying.work.models import Counter
from huiying.work.rows import locked
from huiying.work.schedule import poller

CHAPTER, ITEM = "demo:chapter", "demo:item"
# Clocks, warnings and calls are to act near their own moments too, so a jump is never longer than this.
LONGEST_JUMP = dt.timedelta(minutes=10)
POSTED_BEFORE = dt.timedelta(minutes=2)
BATCH = 50

Item = tuple[int, dict[str, Any] | Act]

_log = logging.getLogger(__name__)


@cache
def recorded() -> list[dict[str, Any]]:
    """The recorded stream: rows of huiying.post/1 with `at`, minutes after the demonstration's beginning."""
    rows = []
    with resources.as_file(resources.files("huiying.demo") / "stream.jsonl") as path:
        for found in read_objects(path):
            if not isinstance(found, tuple):
                raise ValueError(str(found))
            rows.append(dict(found[1]))
    return rows


def _recorded_acts() -> list[Act]:
    looks = [act for day in range(1, words.RECORDED_DAYS + 1) for act in desk_of(day)]
    return sorted([*ACTS, *looks], key=lambda act: act.minute)


@lru_cache(maxsize=2)
def chapter(number: int) -> Sequence[Item]:
    """All that happens in a chapter, in order: 0 is the recorded days, each later one a day that is made up."""
    posts: Sequence[dict[str, Any]]
    acts: Sequence[Act]
    if _course:
        posts, acts = (_course if number == 0 else ()), ()
    else:
        posts, acts = (recorded(), _recorded_acts()) if number == 0 else words.day(number)
    items: list[Item] = [*((int(row["at"]), row) for row in posts), *((act.minute, act) for act in acts)]
    return sorted(items, key=lambda item: (item[0], isinstance(item[1], Act)))


def play_instead(rows: Sequence[dict[str, Any]]) -> None:
    """A drill's own storm instead of the demonstration's: posts alone, nobody of the script has a part in it."""
    _course.extend(rows)


_course: list[dict[str, Any]] = []


def moment(minute: int) -> dt.datetime:
    return clock.BEGINS + dt.timedelta(minutes=minute)


Take = Callable[[Sequence[Post]], object]
_take: Take = lambda posts: receive(posts, how="demo", actor=Actor.SYSTEM)  # noqa: E731
_has_arrived: Callable[[], bool] = lambda: True  # noqa: E731
_stands_aside = False


def hand_over_to(take: Take, has_arrived: Callable[[], bool]) -> None:
    """In large mode posts go another way than into this process: `has_arrived` says whether all of them are here."""
    global _take, _has_arrived
    _take, _has_arrived = take, has_arrived


def stand_aside() -> None:
    """Another bureau's demonstration plays, this one only receives."""
    global _stands_aside
    _stands_aside = True


@poller("demo", due=lambda _now: bool(settings.DEMO) and not _stands_aside)
def play(now: dt.datetime, limit: int) -> int:
    """One step: a batch of posts or one act; where nothing is due yet in the first phase, a jump of the clock."""
    if unscreened().exists() or not _has_arrived():
        return 0  # people act on what has been judged
    number, item = locked(Counter, CHAPTER), locked(Counter, ITEM)
    items = chapter(number.value)
    if item.value >= len(items):
        number.value, item.value = number.value + 1, 0
        number.save(update_fields=["value"])
        item.save(update_fields=["value"])
        items = chapter(number.value)
    if not items:
        return 0  # a drill's own storm is over
    ahead = items[item.value : item.value + min(limit, BATCH)]
    due = [one for at, one in ahead if moment(at) <= now]
    if not due:
        return _jump(now, ahead[0][0])
    done = _receive(due) if isinstance(due[0], dict) else _act(due[0])
    item.value += done
    item.save(update_fields=["value"])
    return done


def is_behind(at: dt.datetime) -> bool:
    """Whether something whose moment came before `at` is still to be done."""
    kept = dict(Counter.objects.filter(name__in=(CHAPTER, ITEM)).values_list("name", "value"))
    ahead = chapter(kept.get(CHAPTER, 0))[kept.get(ITEM, 0) :]
    return unscreened().exists() or bool(ahead and moment(ahead[0][0]) <= at)


def _jump(now: dt.datetime, to: int) -> int:
    """In the first phase, on to the next moment; the clock of the program is told, other clocks stand as they are."""
    source, end = clock.current(), moment(FIRST_PHASE)
    if source is None or now >= end:
        return 0
    source.fast_forward(min(moment(to), now + LONGEST_JUMP, end))
    return 1


def _receive(due: Sequence[dict[str, Any] | Act]) -> int:
    rows = [row for row in takewhile(lambda one: isinstance(one, dict), due) if isinstance(row, dict)]
    posts = [parse_post(_dated(row)) for row in rows]
    _take(posts)
    return len(rows)


def _dated(row: dict[str, Any]) -> dict[str, Any]:
    at = moment(int(row["at"]))
    kept = {key: value for key, value in row.items() if key != "at"}
    return {**kept, "published_at": (at - POSTED_BEFORE).isoformat(), "seen_at": at.isoformat()}


def leave_to_people(usernames: Iterable[str]) -> None:
    """In a drill somebody of flesh and blood sits in for these: the script no longer acts for them."""
    _left.update(usernames)


_left: set[str] = set()


def _act(act: Act) -> int:
    """Do it, or note that it can no longer be done: a visitor was there first."""
    if act.who in _left:
        return 1
    try:
        with transaction.atomic():
            acting.perform(act)
    except (Refused, NothingThere, ObjectDoesNotExist) as why:
        _log.info("demonstration: %s %s %s skipped: %s", act.who, act.verb, act.story, why)
    return 1
