"""Times and lengths of time as a person says them, in the regulation's own zone."""

from __future__ import annotations

import datetime as dt

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, pgettext

from huiying.kernel import clock
from huiying.people import queries as people
from huiying.portal.rules import cause_words
from huiying.regulation.calendar import Duration

register = template.Library()
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@register.filter
def when(at: dt.datetime) -> str:
    """「9月13日 10:00」; the year only when it is another."""
    zone = people.zone()
    local, this_year = at.astimezone(zone), clock.now().astimezone(zone).year
    if _english():
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
def day(on: dt.date) -> str:
    """「9月13日」; the year only when it is another."""
    this_year = clock.now().astimezone(people.zone()).year
    if _english():
        return f"{on.day} {_MONTHS[on.month - 1]}" + ("" if on.year == this_year else f" {on.year}")
    return ("" if on.year == this_year else f"{on.year}年") + f"{on.month}月{on.day}日"


@register.filter
def month(code: str) -> str:
    """「2026年9月」 for 2026-09."""
    year, number = code.split("-")
    return f"{_MONTHS[int(number) - 1]} {year}" if _english() else f"{year}年{int(number)}月"


@register.filter
def percent(share: float) -> str:
    """Whole per cents; never 100 where something is missing, never 0 where something is there."""
    rounded = round(share * 100)
    if share < 1:
        rounded = min(rounded, 99)
    return f"{max(rounded, 1) if share > 0 else 0}%"


@register.filter
def cause_called(cause: str) -> str:
    """Why an answer came late, for people outside."""
    return cause_words(cause)


@register.filter
def topic_called(code: str) -> str:
    """A 业务范畴 by its name; one that the regulation in force no longer knows has none."""
    regulation = people.regulation_now()
    if code not in regulation.routing.categories:
        return ""
    return regulation.name_of("category", code, get_language() or "")


@register.filter
def words(limit: Duration) -> str:
    """A length of time as the regulation says it: 「48小时」, "1 year"."""
    return limit.en() if _english() else limit.zh()


@register.simple_tag
def bureau_name(plain: bool = False) -> str:
    """The bureau of this site; before set-up, the issuer of the regulation in force. `plain`: for a title or a feed."""
    bureau = people.bureau()
    name = bureau.name if bureau is not None and bureau.name else people.regulation_now().meta.issuer
    return _in_words(name) if plain else named(name)


@register.filter
def named(name: str) -> SafeString:
    """A bureau or a department by its English name on an English page; one that has none, marked as Chinese."""
    found = _in_words(name)
    if found.isascii() or not _english():
        return conditional_escape(found)
    return format_html('<span lang="zh-Hans">{}</span>', found)


@register.filter
def as_typed(text: str) -> SafeString:
    """What a reader or another body typed, in a sentence of ours: on an English page marked as Chinese."""
    if not _english() or text.isascii():
        return conditional_escape(text)
    return format_html('<span lang="zh-Hans">{}</span>', text)


def _in_words(name: str) -> str:
    return people.regulation_now().english_of(name) if _english() else name


def _english() -> bool:
    return (get_language() or "").startswith("en")
