"""When a source is looked at again, how it is with it, what its own rhythm is, and whom its silence alarms.

A source that fails or falls silent alarms its owner, then the backup, then whoever is on duty （五）C5.2, C5.12.
"""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass
from typing import Final

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from huiying.kernel import clock
from huiying.kernel.keepable import visible
from huiying.listening import outcomes, rhythm
from huiying.listening.adapters import ADAPTERS, BY_HAND, HOOKS
from huiying.listening.models import Source
from huiying.listening.politeness import jittered
from huiying.people.models import User
from huiying.people.queries import holders, on_duty
from huiying.people.versions import regulation_now
from huiying.work import notify

PAUSED, UNCHECKED, FAILED, SILENT, NEW, NOTHING = "paused", "unchecked", "failed", "silent", "new", "nothing"
#: States in which the bureau does not hear this source: red wherever they are shown.
RED: Final = frozenset({UNCHECKED, FAILED})

OVERDUE: Final = "overdue"  # why FAILED: nobody looked within the time set; green without a check can not be (C5.2)

LONGEST_BACKOFF: Final = 6 * 3600.0
FEWEST_ARRIVALS: Final = 5  # less is no rhythm
ARRIVALS_KEPT: Final = 20
SHORTEST_SILENCE: Final = dt.timedelta(hours=24)
UNKNOWN_RHYTHM: Final = dt.timedelta(days=14)
#: A failure alarms when it has come three times or lasted two hours: one lost packet wakes nobody.
ALARM_FAILURES, ALARM_AFTER = 3, dt.timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class State:
    """`code` as above; `since` when it began, `why` an outcome code where nothing was collected ("" else)."""

    code: str
    since: dt.datetime | None = None
    why: str = ""


def state_of(source: Source, now: dt.datetime) -> State:
    """How it is with a source. Nothing found, not collected and silent are three different answers."""
    if source.state != Source.ACTIVE:
        return State(PAUSED)
    if source.last_success_at is None:
        if source.failures:
            return State(FAILED, source.failing_since, source.last_outcome)
        return State(UNCHECKED, source.added_at)
    if source.failures:
        return State(FAILED, source.failing_since, source.last_outcome)
    if source.adapter not in HOOKS and now - source.last_success_at > window(source):
        return State(FAILED, source.last_success_at + window(source), OVERDUE)
    quiet_since = source.last_new_at or source.added_at
    if now - quiet_since > silence_after(source):
        return State(SILENT, quiet_since)
    return State(NEW if source.last_new else NOTHING, source.last_success_at)


def window(source: Source) -> dt.timedelta:
    """How old the last good look may be: for people the regulation's longest gap, for the collector twice its pace."""
    if source.adapter == BY_HAND:
        return dt.timedelta(hours=regulation_now().monitor.patrol.daily.max_gap_hours)
    return dt.timedelta(minutes=2 * source.max_minutes + 30)


def silence_after(source: Source) -> dt.timedelta:
    """How long nothing new is ordinary here: as set, else twice the longest pause of its last arrivals."""
    if source.rhythm_hours:
        return dt.timedelta(hours=source.rhythm_hours)
    moments = [dt.datetime.fromisoformat(text) for text in source.arrivals]
    if len(moments) < FEWEST_ARRIVALS:
        return UNKNOWN_RHYTHM
    longest = max(later - earlier for earlier, later in itertools.pairwise(moments))
    return max(2 * longest, SHORTEST_SILENCE)


def alarming(source: Source, now: dt.datetime) -> str:
    """FAILED or SILENT where somebody must be told, "" otherwise."""
    state = state_of(source, now)
    if state.code == SILENT:
        return SILENT
    if state.code != FAILED:
        return ""
    lasted = state.since is not None and now - state.since >= ALARM_AFTER
    return FAILED if source.failures >= ALARM_FAILURES or lasted or state.why == OVERDUE else ""


def succeeded(source: Source, now: dt.datetime, items: int, new: int, outcome: str, at_least_minutes: int = 0) -> None:
    """Note a look that reached the source; the next one comes sooner after something new, later after nothing."""
    _looked(source, now, outcome, "")
    source.last_success_at, source.last_items, source.last_new = now, items, new
    source.failures, source.failing_since = 0, None
    if new:
        source.last_new_at = now
        source.arrivals = [*source.arrivals, now.isoformat()][-ARRIVALS_KEPT:]
    if not ADAPTERS[source.adapter].polled:
        return
    shortest, longest = source.min_minutes * 60, source.max_minutes * 60
    pace = source.interval_seconds * (0.5 if new else 1.4)
    floor = max(shortest, min(at_least_minutes * 60, longest))
    source.interval_seconds = int(min(max(pace, floor), longest))
    source.next_action_at = now + jittered(source.interval_seconds, f"{source.pk}:{source.checks_made}")


def failed(source: Source, now: dt.datetime, outcome: str, detail: str, retry_after: float | None = None) -> None:
    """Note a look that collected nothing; the next one comes later each time, and not before the host allows it."""
    _looked(source, now, outcome, detail)
    source.failures += 1
    source.failing_since = source.failing_since or now
    source.last_new = 0
    backoff = min(source.min_minutes * 60 * 2.0 ** min(source.failures - 1, 10), LONGEST_BACKOFF)
    wait = jittered(backoff, f"{source.pk}:{source.checks_made}")
    source.next_action_at = now + max(wait, dt.timedelta(seconds=retry_after or 0.0))


def _looked(source: Source, now: dt.datetime, outcome: str, detail: str) -> None:
    source.last_checked_at, source.last_outcome, source.last_detail = now, outcome, visible(detail)[:300]
    source.checks_made += 1
    source.hop_url, source.hops = "", 0


def in_words(state: State) -> str:
    """The reason of a FAILED state as a sentence."""
    if state.why == OVERDUE:
        return _("到时间没有查看")
    return str(outcomes.WORDS.get(state.why, state.why))


#: How long each is given before the next is told: the owner, the backup, whoever is on duty.
PATIENCE: Final = (dt.timedelta(hours=2), dt.timedelta(hours=4))
#: A silent source is not an emergency: it is told by day, in the digest.
STEPS: Final = 3


def poll(now: dt.datetime, limit: int) -> int:
    """Look at what may alarm, inside the loop's transaction; returns how many sources were told of or cleared."""
    looked = _candidates(now)[:limit]
    acted = sum(_look(source, now) for source in looked)
    Source.objects.bulk_update(looked, ["alarm", "alarm_steps", "alarm_since", "alarm_next_at"])
    return acted


def due(now: dt.datetime) -> bool:
    return Source.objects.filter(_may_alarm(now)).exists()


def _may_alarm(now: dt.datetime) -> Q:
    """Rows whose alarm moment has come. Every source gets one a minute after it was looked at or added."""
    return Q(state=Source.ACTIVE) & (Q(alarm_next_at__lte=now) | Q(alarm_next_at__isnull=True))


def _candidates(now: dt.datetime) -> list[Source]:
    rows = Source.objects.select_for_update(of=("self",)).filter(_may_alarm(now))
    return list(rows.select_related("owner", "backup").order_by("alarm_next_at", "pk")[:500])


LOOK_EVERY: Final = dt.timedelta(minutes=5)


def _look(source: Source, now: dt.datetime) -> int:
    found = rhythm.alarming(source, now)
    acted = 0
    if found != source.alarm:
        acted = 1
        if not found:
            _tell_recovered(source)
        source.alarm, source.alarm_steps, source.alarm_since = found, 0, now if found else None
    if found and _step_is_due(source, now):
        _tell(source, found, source.alarm_steps, now)
        source.alarm_steps += 1
        acted = 1
    source.alarm_next_at = now + LOOK_EVERY
    return acted


def _step_is_due(source: Source, now: dt.datetime) -> bool:
    if source.alarm_steps >= STEPS or source.alarm_since is None:
        return False
    waited = sum(PATIENCE[: source.alarm_steps], dt.timedelta(0))
    return now - source.alarm_since >= waited


def _recipients(source: Source, step: int) -> list[str]:
    chosen = [
        _people(source.owner, source.owner_role),
        _people(source.backup, source.backup_role),
        on_duty(),
    ]
    # A person who has left answers for nothing any more: the next one is told at once.
    for people in chosen[min(step, STEPS - 1) :]:
        if people:
            return [user.username for user in people]
    return [user.username for user in on_duty()]


def _people(person: User | None, role: str) -> list[User]:
    if person is not None and person.is_active:
        return [person]
    return holders(role)[:3] if role else []


def _tell(source: Source, found: str, step: int, now: dt.datetime) -> None:
    state = rhythm.state_of(source, now)
    if found == rhythm.SILENT:
        title = f"来源沉默：{source.name}"
        since = _local(state.since)
        body = f"从 {since} 起没有任何新内容，比它平常的间隔长。请打开看看：是真的没有，还是改版、搬家了。"
    else:
        title = f"没有采到：{source.name}"
        last = _local(source.last_success_at) if source.last_success_at else "还没有采到过"
        words = outcomes.WORDS.get(state.why, "到时间没有查看")
        detail = f"（{source.last_detail}）" if source.last_detail else ""
        body = f"原因：{words}{detail}。上次采到：{last}。请人工查看，并修好或换一种采法。"
    notify.send(
        title[:200],
        body,
        _recipients(source, step),
        "warning",
        key=f"source:{source.pk}:{found}:{source.alarm_since:%Y%m%d%H%M}:{step}",
        url=f"/desk/sources/{source.pk}/",
        digest=found == rhythm.SILENT,
    )


def _tell_recovered(source: Source) -> None:
    notify.send(
        f"已恢复：{source.name}",
        "这个来源又能采到新内容了。",
        _recipients(source, 0),
        "info",
        key=f"source:{source.pk}:recovered:{clock.now():%Y%m%d%H%M}",
        url=f"/desk/sources/{source.pk}/",
        digest=True,
    )


def _local(at: dt.datetime | None) -> str:
    return f"{timezone.localtime(at):%m-%d %H:%M}" if at else ""
