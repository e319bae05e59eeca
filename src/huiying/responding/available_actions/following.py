"""What comes after the answer: effect, going on, correcting, taking back (C3.2, C8.8, C11.1)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.handling.available_actions import AvailableAction
from huiying.handling.process import LIVE
from huiying.kernel import clock as time


def _waits(now: Any) -> bool:
    """An answer is public, and somebody has yet to say what came of it."""
    if now.state not in LIVE or now.case.answered_at is None:
        return False
    return bool(now.case.effect_reviews.filter(verdict="").exists())


def _too_early(now: Any) -> str:
    first = now.case.effect_reviews.filter(verdict="").order_by("due_at").first()
    if first is None or first.due_at <= time.now():
        return ""
    return _t("回应后满 %(hours)d 小时才看效果，现在还早（C3.2）。") % {"hours": first.hours}


OFFERS: tuple[AvailableAction, ...] = (
    AvailableAction("judge_effect", _("认定回应效果"), "effect.judge", _waits, _too_early),
)
