"""What happens to letters later: a reminder at half the wait, silence at its end (C5.15)."""

from __future__ import annotations

import datetime as dt

from huiying.handling.actions.liaison import remind_or_note_silence
from huiying.handling.models import Liaison
from huiying.work.schedule import poller


def _letter_is_due(now: dt.datetime) -> bool:
    return Liaison.objects.filter(next_action_at__lte=now).exists()


@poller("liaisons", due=_letter_is_due)
def run_letters(now: dt.datetime, limit: int) -> int:
    """Act on every letter whose moment has come. Safe to run twice."""
    rows = Liaison.objects.filter(next_action_at__lte=now).select_related("case").order_by("next_action_at", "id")
    return sum(remind_or_note_silence(row, now) for row in rows[:limit])
