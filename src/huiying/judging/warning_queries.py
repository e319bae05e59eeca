"""Reads of warnings and alarms, for pages, REST and the loop (C6.11, C6.12)."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.db.models import QuerySet

from huiying.judging.labels import in_sight
from huiying.judging.models import Alarm, Warning
from huiying.people.models import User
from huiying.people.permissions import may

OPEN, ACKNOWLEDGED, CANCELLED = "open", "acknowledged", "cancelled"
STATES: Final = (OPEN, ACKNOWLEDGED, CANCELLED)


def warnings_for(user: User, state: str = "") -> QuerySet[Warning]:
    """Warnings whose events the person may see, the newest first. Danger to life only for those who act on it."""
    if not may(user, "event.view"):
        return Warning.objects.none()
    rows = Warning.objects.filter(in_sight(user, "event__")).select_related("event").order_by("-at", "-id")
    if state == OPEN:
        return rows.filter(acknowledged_at__isnull=True)
    if state == ACKNOWLEDGED:
        return rows.filter(acknowledged_at__isnull=False, cancelled_at__isnull=True)
    return rows.filter(cancelled_at__isnull=False) if state == CANCELLED else rows


def state_of(warning: Warning) -> str:
    """`open`, `acknowledged` or `cancelled`."""
    if warning.cancelled_at is not None:
        return CANCELLED
    return OPEN if warning.acknowledged_at is None else ACKNOWLEDGED


def time_to_acknowledge(warning: Warning) -> dt.timedelta | None:
    """How long it waited; None while it waits."""
    return None if warning.acknowledged_at is None else warning.acknowledged_at - warning.at


def is_late(warning: Warning, now: dt.datetime) -> bool:
    """Whether the first step's time passed before anybody acknowledged."""
    return warning.due_at is not None and (warning.acknowledged_at or now) > warning.due_at


def alarms_for(user: User, *, only_open: bool = False) -> QuerySet[Alarm]:
    """Alarms, the newest first; danger to life raises none."""
    if not may(user, "event.view"):
        return Alarm.objects.none()
    rows = (
        Alarm.objects.filter(event__life_safety=False, event__sensitive="")
        .select_related("event")
        .order_by("-at", "-id")
    )
    return rows.filter(ended_at__isnull=True) if only_open else rows
