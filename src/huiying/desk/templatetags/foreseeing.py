"""Small parts of the pages on policies: shares that can be read, the last day of a period, names of platforms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django import template
from django.utils.translation import gettext as _

from huiying.desk.templatetags.desk import local_day
from huiying.responding.targets import target_names

register = template.Library()


@register.filter
def share_words(value: float | None) -> str:
    """「12.5%」; 「—」 where there is none."""
    return "—" if value is None else f"{round(value * 100, 1):g}%"


@register.filter
def last_day(until: dt.datetime) -> str:
    """A period ends at a midnight: its last day is the one before."""
    return local_day(until - dt.timedelta(seconds=1))


@register.filter
def channel_names(codes: Iterable[str]) -> str:
    return _("、").join(str(name) for name in target_names(codes).values())
