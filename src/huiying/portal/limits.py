"""How often one reader may send. The buckets lie in the database, so all processes share them (C4.3)."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest

from huiying.work import limits


def may_ask(request: HttpRequest) -> bool:
    """Ten messages an hour from one place: a hall or an office may share an address."""
    return limits.allow(f"portal.ask:{_place(request)}", timedelta(hours=1), 10)


def may_look_up(request: HttpRequest) -> bool:
    """Thirty look-ups in ten minutes: a query code has 39 bits, so guessing stays hopeless."""
    return limits.allow(f"portal.status:{_place(request)}", timedelta(minutes=10), 30)


def may_confirm(request: HttpRequest) -> bool:
    return limits.allow(f"portal.confirm:{_place(request)}", timedelta(minutes=10), 20)


def may_say(request: HttpRequest) -> bool:
    """Ten opinions or requests an hour from one place: a hall or an office may share an address."""
    return limits.allow(f"portal.say:{_place(request)}", timedelta(hours=1), 10)


def may_follow(request: HttpRequest) -> bool:
    """Five letters an hour: nobody fills another's mailbox from here."""
    return limits.allow(f"portal.follow:{_place(request)}", timedelta(hours=1), 5)


def _place(request: HttpRequest) -> str:
    """Where the request came from. Only a keyed hash of it is stored, for a day (INV-10)."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    if settings.HTTPS:
        # A proxy stands in front and appends the address it saw; what stands before that can be forged.
        address = request.headers.get("X-Forwarded-For", address).rsplit(",", 1)[-1].strip()
    return address
