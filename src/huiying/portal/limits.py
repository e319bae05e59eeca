"""How often one reader may send. The buckets lie in the database: all processes share them, a restart forgets none.

An honest asker is never locked out for long: a bucket fills up evenly, so the next message may go after minutes, and
the page says when (C4.3).
"""

from __future__ import annotations

import datetime as dt
import math
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from huiying.kernel import clock
from huiying.portal.templatetags.plain import when
from huiying.work import limits
from huiying.work.limits import place_of

HOUR, TEN_MINUTES = timedelta(hours=1), timedelta(minutes=10)
# All askers together: what a duty desk can look through, so that a flood from many places drowns nobody's message.
FROM_ALL = 600


def ask_wait(request: HttpRequest) -> timedelta:
    """Ten messages an hour from one place: a hall or an office may share an address. Nothing where one may go now."""
    own = limits.wait(f"portal.ask:{place_of(request)}", HOUR, 10)
    return own or limits.wait("portal.ask", HOUR, FROM_ALL)


def danger_wait(request: HttpRequest) -> timedelta:
    """A message about a danger to life goes past the others' limit; only a machine sends sixty of them in an hour."""
    return limits.wait(f"portal.danger:{place_of(request)}", HOUR, 60)


def upload_wait(request: HttpRequest) -> timedelta:
    """Thirty files an hour from one place, sent or not: what waits for a message fills a disk."""
    return limits.wait(f"portal.upload:{place_of(request)}", HOUR, 30)


def look_up_wait(request: HttpRequest) -> timedelta:
    """Thirty look-ups in ten minutes: a query code has 39 bits, so guessing stays hopeless."""
    return limits.wait(f"portal.status:{place_of(request)}", TEN_MINUTES, 30)


def may_confirm(request: HttpRequest) -> bool:
    return limits.allow(f"portal.confirm:{place_of(request)}", TEN_MINUTES, 20)


def later(wait: timedelta) -> dict[str, object]:
    """「请在 6 分钟后（10:06 以后）再发送」: the words of a wait for a sentence."""
    minutes = max(math.ceil(wait / timedelta(minutes=1)), 1)
    at: dt.datetime = clock.now() + timedelta(minutes=minutes)
    return {"minutes": minutes, "at": when(at)}


def too_many_messages(wait: timedelta) -> str:
    return _(
        "这个网络刚才发来的留言比较多，要等 %(minutes)s 分钟，请在 %(at)s 以后再发送。写好的内容还在，不会丢。"
    ) % (later(wait))


def too_often(request: HttpRequest, wait: timedelta) -> HttpResponse:
    """The page of whoever searches faster than people read; what can be read without a search is a link away."""
    answer = render(request, "portal/too_often.html", later(wait), status=429)
    answer.headers["Retry-After"] = str(math.ceil(wait.total_seconds()))
    return answer


def may_say(request: HttpRequest) -> bool:
    """Ten opinions or requests an hour from one place: a hall or an office may share an address."""
    return limits.allow(f"portal.say:{place_of(request)}", timedelta(hours=1), 10)


def may_follow(request: HttpRequest) -> bool:
    """Five letters an hour: nobody fills another's mailbox from here."""
    return limits.allow(f"portal.follow:{place_of(request)}", timedelta(hours=1), 5)
