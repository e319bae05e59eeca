"""Times and lengths of time as a person says them, in the regulation's own zone."""

from __future__ import annotations

import datetime as dt

from django import template
from django.utils.translation import get_language, pgettext

from huiying.kernel import clock
from huiying.people import queries as people
from huiying.regulation.durations import Duration

register = template.Library()
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@register.filter
def when(at: dt.datetime) -> str:
    """「9月13日 10:00」; the year only when it is another."""
    zone = people.zone()
    local, this_year = at.astimezone(zone), clock.now().astimezone(zone).year
    if (get_language() or "").startswith("en"):
        year = "" if local.year == this_year else f" {local.year}"
        return f"{local.day} {_MONTHS[local.month - 1]}{year} {local:%H:%M}"
    year = "" if local.year == this_year else f"{local.year}年"
    return f"{year}{local.month}月{local.day}日 {local:%H:%M}"


@register.filter
def machine_time(at: dt.datetime) -> str:
    """For `datetime=` and feeds."""
    return at.astimezone(people.zone()).isoformat(timespec="seconds")


@register.filter
def lasted(length: dt.timedelta) -> str:
    """「6 小时 20 分」; from ten hours on whole hours, from three days on days."""
    minutes = max(int(length.total_seconds()) // 60, 1)
    days, hours = divmod(minutes // 60, 24)
    if minutes >= 3 * 24 * 60:
        return pgettext("length of time", "%(days)s 天 %(hours)s 小时") % {"days": days, "hours": hours}
    hours, minutes = divmod(minutes, 60)
    if hours >= 10 or (hours and not minutes):
        return pgettext("length of time", "%s 小时") % hours
    if hours:
        return pgettext("length of time", "%(hours)s 小时 %(minutes)s 分") % {"hours": hours, "minutes": minutes}
    return pgettext("length of time", "%s 分钟") % minutes


@register.filter
def words(limit: Duration) -> str:
    """A length of time as the regulation says it: 「48小时」, "1 year"."""
    return limit.en() if (get_language() or "").startswith("en") else limit.zh()


@register.simple_tag
def bureau_name() -> str:
    """The bureau of this site; before set-up, the issuer of the regulation in force."""
    bureau = people.bureau()
    if bureau is not None and bureau.name:
        return bureau.name
    meta = people.regulation_now().meta
    english = (get_language() or "").startswith("en")
    return meta.issuer_en if english and meta.issuer_en else meta.issuer
