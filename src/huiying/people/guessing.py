"""How often a password may be guessed (§6.1 S2): by account and by address, and never so that a stranger shuts one out.

A guess takes a token of the account's bucket and of the address's; a right password gives both back. Buckets fill up
evenly, so a limit passes by itself. A browser in which the person was signed in before is asked of a bucket of its own:
whoever guesses from elsewhere empties the account's, and the person still comes in (OWASP's device cookie).
"""

from __future__ import annotations

import datetime as dt
import logging
import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import constant_time_compare, salted_hmac

from huiying.kernel import clock
from huiying.ledger.actions import Actor, lock, record
from huiying.people.models import User
from huiying.work import limits, notify

PER_ACCOUNT = (dt.timedelta(hours=1), 10)
PER_PLACE = (dt.timedelta(hours=1), 30)  # a whole bureau may stand behind one address, and all of them are new once
PER_BROWSER = (dt.timedelta(minutes=15), 5)
KNOWN_FOR = dt.timedelta(days=180)
MOST_KNOWN = 20  # people of one browser: a duty desk's
_SALT = "huiying.known"
_DAY = dt.timedelta(days=1)
log = logging.getLogger(__name__)


class Passwords(ModelBackend):
    """The password, asked as often as the buckets allow. What it refuses no other backend asks again."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        if request is None or username is None or password is None:
            return None
        taken: list[tuple[str, dt.timedelta, int]] = []
        for bucket in _buckets(request, username):
            wait = limits.wait(*bucket)
            if wait:
                _give_back(taken)
                request.guess_wait = wait  # type: ignore[attr-defined]
                _tell(bucket[0], username)
                raise PermissionDenied
            taken.append(bucket)
        user = super().authenticate(request, username=username, password=password, **kwargs)
        if not isinstance(user, User):
            raise PermissionDenied
        _give_back(taken)
        return user


def wait_of(request: HttpRequest) -> dt.timedelta | None:
    """How long whoever was just refused has to wait; None where the password was simply wrong."""
    return getattr(request, "guess_wait", None)


def client_address(request: HttpRequest) -> str:
    """The address that axes counts by: behind a proxy the one it saw, or one stranger would lock a name for all."""
    return limits.place_of(request).partition("/")[0] or "0.0.0.0"  # noqa: S104, a row wants an address


def is_known(request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
    """Whether axes leaves the request to the bucket of its browser."""
    return bool(browser_of(request, str((credentials or {}).get("username") or "")))


def _buckets(request: HttpRequest, username: str) -> list[tuple[str, dt.timedelta, int]]:
    browser, name = browser_of(request, username), username.strip().casefold()
    if browser:
        return [(f"guess.browser:{browser}:{name}", *PER_BROWSER)]
    return [(f"guess.place:{limits.place_of(request)}", *PER_PLACE), (f"guess.account:{name}", *PER_ACCOUNT)]


def _give_back(taken: list[tuple[str, dt.timedelta, int]]) -> None:
    for bucket in taken:
        limits.give_back(*bucket)


# --- browsers in which a person was signed in -------------------------------------------------------------------------


def remember_browser(request: HttpRequest, response: HttpResponseBase, user: User) -> None:
    """A signed cookie: this browser's number, and whose it is. Another password, and it knows the person no more."""
    number, people = _read(request)
    others = [[pk, mark] for pk, mark in people if pk != user.pk]
    told = [number or secrets.token_hex(16), [*others, [user.pk, _mark(user)]][-MOST_KNOWN:]]
    response.set_cookie(
        settings.KNOWN_BROWSER_COOKIE, signing.dumps(told, salt=_SALT), max_age=KNOWN_FOR, path="/desk/",
        secure=settings.HTTPS, httponly=True, samesite="Lax",
    )  # fmt: skip


def browser_of(request: HttpRequest, username: str) -> str:
    """The browser's number where the person was signed in there before, "" elsewhere."""
    number, people = _read(request)
    if not people:
        return ""
    user = User.objects.filter(username=username, is_active=True).first()
    marks = [mark for pk, mark in people if user is not None and pk == user.pk]
    return number if user is not None and any(constant_time_compare(mark, _mark(user)) for mark in marks) else ""


def _read(request: HttpRequest) -> tuple[str, list[tuple[int, str]]]:
    try:
        number, people = signing.loads(
            request.COOKIES.get(settings.KNOWN_BROWSER_COOKIE, ""), salt=_SALT, max_age=KNOWN_FOR
        )
        return str(number), [(int(pk), str(mark)) for pk, mark in people]
    except (signing.BadSignature, TypeError, ValueError):
        return "", []


def _mark(user: User) -> str:
    return salted_hmac(_SALT, user.get_session_auth_hash(), algorithm="sha256").hexdigest()[:24]


# --- who is told ------------------------------------------------------------------------------------------------------


def _tell(bucket: str, username: str) -> None:
    """Once a day: the person whose password somebody tries, and who manages accounts. No address goes into a notice."""
    if not limits.allow(f"guess.told:{bucket}", _DAY, 1):
        return
    managers = list(User.objects.filter(is_active=True, is_administrator=True).values_list("username", flat=True))
    with transaction.atomic():
        lock("system")
        if bucket.startswith("guess.place:"):
            log.warning("sign-in slowed: one address tried many accounts, see the failed attempts of axes")
            record("system", "sign_in.place_slowed", {}, Actor.SYSTEM)
            words = "同一个网络地址在一小时里连续输错密码，可能在逐个账号试探，已放慢。地址在服务器的登录失败记录里。"
            notify.send("登录被试探", words, managers, "warning", key=_key(bucket))
            return
        user = User.objects.filter(username=username, is_active=True).first()
        if user is None:
            return
        record("system", "sign_in.slowed", {"name": user.name}, Actor.SYSTEM)
        words = (
            f"{user.name}的账号在一小时里多次输错密码。陌生的浏览器要等一会儿才能再试，常用的浏览器不受影响。"
            "不是本人在试，请换一个密码：由系统管理员重新发设置链接。"
        )
        notify.send("有人在试密码", words, [*dict.fromkeys([user.username, *managers])], "warning", key=_key(bucket))


def _key(bucket: str) -> str:
    return f"guess:{salted_hmac(_SALT, bucket).hexdigest()[:16]}:{clock.now():%Y%m%d%H%M}"
