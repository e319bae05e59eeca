"""A source that fails or falls silent alarms its owner, then the backup, then whoever is on duty （五）C5.2, C5.12."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.db.models import Q
from django.utils import timezone

from huiying.kernel import clock
from huiying.listening import outcomes, rhythm
from huiying.listening.models import Source
from huiying.people.models import User
from huiying.people.queries import holders, on_duty
from huiying.work import notify

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
