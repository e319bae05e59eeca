"""When a session is locked and when it ends (§6.1 S2): by the server's clock, whatever the browser holds."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib.auth.models import update_last_login
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from huiying.kernel import clock
from huiying.people.models import User

BEGAN, SEEN = "began_at", "seen_at"
# Activity is written down once a minute, oftener where the idle time is short: each page would otherwise cost a write.
KEPT_FOR = dt.timedelta(minutes=1)


def are_wanted() -> bool:
    """The demonstration has no passwords: nobody could unlock it."""
    return bool(settings.SESSION_ENDS) and not settings.DEMO


def begin(session: SessionBase) -> None:
    session[BEGAN] = session[SEEN] = clock.now().isoformat()


def is_over(session: SessionBase) -> bool:
    """After the absolute time, and where nobody knows when it began."""
    return _since(session, BEGAN) > settings.SESSION_ABSOLUTE


def is_locked(session: SessionBase) -> bool:
    return _since(session, SEEN) > settings.SESSION_IDLE


def touch(session: SessionBase) -> None:
    """Somebody did something. Never called for a poll, nor while it is locked."""
    if _since(session, SEEN) >= min(KEPT_FOR, settings.SESSION_IDLE / 4):
        session[SEEN] = clock.now().isoformat()


def unlock(session: SessionBase, began: str) -> None:
    """Asked for the password, the same person goes on; the absolute end stays where it was."""
    session[BEGAN], session[SEEN] = began, clock.now().isoformat()


def _since(session: SessionBase, mark: str) -> dt.timedelta:
    told = session.get(mark)
    return clock.now() - dt.datetime.fromisoformat(told) if told else dt.timedelta.max


def _came_in(sender: Any, request: HttpRequest, user: User, **_more: Any) -> None:
    begin(request.session)
    request.came_in = user  # type: ignore[attr-defined]
    user.last_login = clock.now()
    user.save(update_fields=["last_login"])


def watch_sign_ins() -> None:
    """Each sign-in begins a session and is when the person was last here (S5), by our clock and not by Django's."""
    user_logged_in.disconnect(update_last_login, dispatch_uid="update_last_login")
    user_logged_in.connect(_came_in, dispatch_uid="huiying_came_in")
