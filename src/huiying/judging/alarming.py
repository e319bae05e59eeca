"""Early alarms (C6.11, C6.12): 观察 and 预警 from the shape of an event's first posts and the gravity of its rules.

Little churn: a level once reached holds while posts come, and ends when a day has passed without one. How easily an
alarm rises follows from the false alarms a week that the bureau puts up with, and from what it said of past ones.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.engine.alarms import ALERT, LEAST_POSTS, MODEL, WATCH, Heard, bar_for, rushes, shape_of, words_for
from huiying.engine.said import Said
from huiying.judging import warnings
from huiying.judging.batch import locked_event, locked_events
from huiying.judging.models import Alarm, AlarmSetting, Event, EventPost
from huiying.kernel import clock
from huiying.ledger.actions import Actor, record
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import actor_of

#: [D] A bureau's large event is smaller than a large cascade of a whole platform, so its bars begin lower.
USUAL_ALERT: Final = -0.3
BETWEEN: Final = 0.9  # how much earlier 观察 begins
USUAL_BUDGET: Final = 3.0  # false alarms a week
MOST_BUDGET: Final = 100.0
#: [D] What each step of the rules' sensitivity (0–5) adds: a grave matter is called earlier.
PER_SENSITIVITY: Final = 0.25
_SLOPE: Final = 0.2
_AGAIN: Final = 0.3  # an event that was called before must speak louder to be called again
MOST_POSTS: Final = 2_000
QUIET: Final = dt.timedelta(hours=24)
LOOK_BACK: Final = dt.timedelta(weeks=8)
_MOVED: Final = 0.05

RANK: Final = {"": 0, WATCH: 1, ALERT: 2}
RUSH: Final = Said("十分钟内来了十条", "ten posts within ten minutes")


@dataclass(frozen=True)
class Bars:
    """What has to speak for an alarm at sixty posts, and the budget that it follows from."""

    watch: float
    alert: float
    budget: float


USUAL: Final = Bars(USUAL_ALERT - BETWEEN, USUAL_ALERT, USUAL_BUDGET)


def bars() -> Bars:
    """The bars in force: those of the last setting, else the usual ones."""
    row = AlarmSetting.objects.last()
    return Bars(row.watch, row.alert, row.budget) if row else USUAL


def wants_a_look(event: Event, members: int) -> bool:
    """Whether the shape may still raise something: early alarms are about first posts, and a look reads all."""
    return LEAST_POSTS <= members <= MOST_POSTS and event.alarm != ALERT and not event.reserved


def look(event: Event, members: Sequence[EventPost], now: dt.datetime, desk: list[User] | None = None) -> None:
    """Raise an alarm where the posts ask for one. The caller saves the event; danger to life has a path of its own."""
    if event.reserved or event.state in (Event.MERGED, Event.DISMISSED) or len(members) < LEAST_POSTS:
        return
    heard = _heard(event, members)
    score = MODEL.logit(shape_of(heard)) + PER_SENSITIVITY * max(row.post.screening.sensitivity for row in members)
    leveled = score - _SLOPE * math.log(len(heard) / 60)
    event.alarm_peak = max(leveled, event.alarm_peak if event.alarm_peak is not None else leveled)
    in_force, rush = bars(), rushes(heard)
    again = _AGAIN if not event.alarm and Alarm.objects.filter(event=event).exists() else 0.0
    level = ALERT if leveled >= in_force.alert + again else WATCH if rush or leveled >= in_force.watch + again else ""
    if RANK[level] <= RANK[event.alarm]:
        return
    platforms = len({row.post.platform for row in members})
    said = words_for(heard, platforms)
    bar = in_force.alert if level == ALERT else in_force.watch
    if level == WATCH and leveled < bar + again:
        said = Said(f"{RUSH.zh}；{said.zh}", f"{RUSH.en}; {said.en}")
    _raise(event, level, said, (len(heard), leveled, bar), now)
    if level == ALERT:
        warnings.warn_of_spread(event, said.zh, now, desk)


def _raise(event: Event, level: str, said: Said, figures: tuple[int, float, float], now: dt.datetime) -> None:
    posts, score, threshold = figures
    open_ones = Alarm.objects.filter(event=event, ended_at__isnull=True)
    ended = list(open_ones)
    open_ones.update(ended_at=now)
    alarm = Alarm.objects.create(
        event=event,
        level=level,
        at=now,
        posts=posts,
        score=round(score, 4),
        threshold=round(threshold, 4),
        words=said.zh[:300],
        words_en=said.en[:300],
    )
    event.alarm = level
    payload = {"alarm": alarm.pk, "level": level, "posts": posts, "words": alarm.words, "words_en": alarm.words_en}
    record(f"event:{event.number}", "alarm.raised", payload, Actor.SYSTEM, rows=[*ended, alarm])


def _heard(event: Event, members: Sequence[EventPost]) -> list[Heard]:
    """What alarms look at, oldest first. Which post had which voice is not kept, only how many there were (INV-10)."""
    first = f"#{members[0].post_id}"
    timed = sorted((_moment(row).timestamp(), "root" if row.parent == first else row.parent) for row in members)
    voices = min(event.voices_count, len(timed))
    return [Heard(at, str(n % voices) if voices else None, parent) for n, (at, parent) in enumerate(timed)]


def _moment(row: EventPost) -> dt.datetime:
    published = row.post.published_at
    return row.post.received_at if published is None or row.post.time_confidence == "future" else published


def settle_quiet(now: dt.datetime) -> int:
    """End alarms of events that were quiet for a day. Returns how many."""
    loud = Alarm.objects.filter(ended_at__isnull=True)
    events = locked_events(Event.objects.filter(pk__in=loud.values("event"), last_post_at__lte=now - QUIET))
    by_key = {event.pk: event for event in events}
    quiet = list(loud.select_for_update().filter(event__in=by_key).order_by("id"))
    for alarm in quiet:
        alarm.ended_at = now
        alarm.save(update_fields=["ended_at"])
        Event.objects.filter(pk=alarm.event_id).update(alarm="")
        payload = {"alarm": alarm.pk, "level": alarm.level}
        record(f"event:{by_key[alarm.event_id].number}", "alarm.ended", payload, Actor.SYSTEM, [alarm])
    return len(quiet)


@transaction.atomic
def judge_alarm(alarm: Alarm, verdict: str, actor: User) -> Alarm:
    """Say whether an alarm was real or false; the bars learn from it. Said once. Raises Refused."""
    require(actor, "alarm.judge")
    event = locked_event(alarm.event_id)
    alarm = Alarm.objects.select_for_update().get(pk=alarm.pk)
    if verdict not in (Alarm.REAL, Alarm.FALSE):
        raise Refused(_("请选择“属实”或“误报”。"), code="unknown_verdict")
    if alarm.verdict:
        if alarm.verdict == verdict:
            return alarm
        raise Refused(_("%(name)s已作过判断。") % {"name": alarm.verdict_by}, code="decided")
    alarm.verdict, alarm.verdict_by, alarm.verdict_at = verdict, actor.name, clock.now()
    alarm.save(update_fields=["verdict", "verdict_by", "verdict_at"])
    payload = {"alarm": alarm.pk, "level": alarm.level, "real": verdict == Alarm.REAL}
    record(f"event:{event.number}", "alarm.judged", payload, actor_of(actor), rows=[alarm])
    return alarm


@transaction.atomic
def set_budget(budget: float, actor: User) -> AlarmSetting:
    """How many false alarms a week the bureau puts up with; the bars follow at once. Raises Refused."""
    require(actor, "alarm.budget")
    if not 0 < budget <= MOST_BUDGET:
        raise Refused(_("每周误报上限应大于 0，不超过 100。"), code="bad_value")
    row = _set(budget, actor.name)
    payload = {"budget": budget, "watch": row.watch, "alert": row.alert}
    record("system", "alarm.budget_set", payload, actor_of(actor), rows=[row])
    return row


@transaction.atomic
def follow_feedback() -> AlarmSetting | None:
    """Move the bars to what was said of past alarms since; None where they stay. The budget is the bureau's."""
    now, in_force = clock.now(), bars()
    wanted, _figures = _bars_for(in_force.budget, now)
    if abs(wanted - in_force.alert) < _MOVED:
        return None
    row = _set(in_force.budget, Actor.SYSTEM.name)
    payload = {"was": in_force.alert, "watch": row.watch, "alert": row.alert, "budget": row.budget}
    record("system", "alarm.bars_moved", payload, Actor.SYSTEM, rows=[row])
    return row


def _set(budget: float, by: str) -> AlarmSetting:
    now = clock.now()
    alert, figures = _bars_for(budget, now)
    return AlarmSetting.objects.create(
        budget=budget, watch=round(alert - BETWEEN, 3), alert=alert, figures=figures, by=by, at=now
    )


def _bars_for(budget: float, now: dt.datetime) -> tuple[float, dict[str, float]]:
    since = now - LOOK_BACK
    events = Event.objects.filter(last_post_at__gte=since, alarm_peak__isnull=False, life_safety=False, sensitive="")
    peaks = dict(events.values_list("pk", "alarm_peak"))
    said = {
        event: verdict == Alarm.REAL
        for event, verdict in Alarm.objects.filter(event__in=peaks)
        .exclude(verdict="")
        .order_by("id")
        .values_list("event_id", "verdict")
    }
    first = Event.objects.order_by("opened_at").values_list("opened_at", flat=True).first() or now
    weeks = min(max((now - first) / dt.timedelta(weeks=1), 1.0), LOOK_BACK / dt.timedelta(weeks=1))
    rows = [(peak, said.get(pk)) for pk, peak in sorted(peaks.items()) if peak is not None]
    figures = {
        "events": len(rows),
        "judged": len(said),
        "false": sum(not real for real in said.values()),
        "weeks": round(weeks, 2),
    }
    return bar_for(budget, rows, weeks, USUAL_ALERT), figures
