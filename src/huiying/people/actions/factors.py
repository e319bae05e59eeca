"""第二道验证 (§6.1 S4): an authenticator is set up, asked, taken away. No code counts twice; wrong ones wait."""

from __future__ import annotations

import datetime as dt
import secrets

import pyotp
from django.db import transaction
from django.utils.translation import gettext as _

from huiying.kernel import clock, sealing, tokens
from huiying.ledger.actions import record
from huiying.ledger.kept import Gone
from huiying.people.errors import Refused
from huiying.people.models import SecondFactor, SecurityKey, User
from huiying.people.permissions import require
from huiying.people.standing import actor_of
from huiying.work import limits

HALF_MINUTE = 30
WRONG_IN_A_ROW = 5
WAIT = dt.timedelta(minutes=15)
RECOVERY_CODES = 8
_CODE_LENGTH = 10
_PURPOSE = "second_factor"


@transaction.atomic
def begin_factor(user: User) -> str:
    """The secret to be scanned (base32). Asked again it is the same one, until a code from it was accepted."""
    found = SecondFactor.objects.select_for_update().filter(user=user).first()
    if found is not None and found.confirmed_at is not None:
        raise Refused(_("您已经绑定了验证器。换手机请系统管理员先解除。"), code="has_factor")
    if found is None:
        secret = pyotp.random_base32()
        made = SecondFactor.objects.create(user=user, secret=sealing.seal(secret, _PURPOSE), made_at=clock.now())
        record("system", "factor.begun", {"name": user.name}, actor_of(user), rows=[made])
        return secret
    return _secret(found)


def address_of(user: User, secret: str) -> str:
    """What the QR code says to an authenticator."""
    return pyotp.TOTP(secret).provisioning_uri(name=user.username, issuer_name="Huiying")


def confirm_factor(user: User, code: str) -> list[str]:
    """The first code from it binds the authenticator. Returns the recovery codes: they are shown this once."""
    found = SecondFactor.objects.filter(user=user, confirmed_at__isnull=True).first()
    if found is None:
        raise Refused(_("请先扫码。"), code="no_factor")
    _accept(found, code)
    return _bound(found)


@transaction.atomic
def _bound(found: SecondFactor) -> list[str]:
    codes = _renew(found)
    found.confirmed_at = clock.now()
    found.save(update_fields=["confirmed_at"])
    record("system", "factor.bound", {"name": found.user.name}, actor_of(found.user), rows=[found])
    return codes


def check_factor(user: User, code: str, apart: str = "") -> None:
    """Raises Refused unless `code` is the authenticator's of this moment, or a recovery code nobody used yet.

    `apart` names a session or a browser that is known to be the person's: its wrong codes are counted for itself, or a
    stranger who knows no more than the password would keep the person's own codes waiting for good.
    """
    found = SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).first()
    if found is None:
        raise Refused(_("这个账号还没有绑定验证器。"), code="no_factor")
    _accept(found, code, apart)


@transaction.atomic
def renew_recovery_codes(user: User) -> list[str]:
    """New ones; the old ones open nothing any more."""
    found = SecondFactor.objects.select_for_update().filter(user=user, confirmed_at__isnull=False).first()
    if found is None:
        raise Refused(_("这个账号还没有绑定验证器。"), code="no_factor")
    codes = _renew(found)
    record("system", "factor.codes_renewed", {"name": user.name}, actor_of(user), rows=[found])
    return codes


def give_up_factor(user: User, code: str, apart: str = "") -> None:
    """A new telephone: a code of the old one, or a recovery code, ends it, and the new one is bound next."""
    check_factor(user, code, apart)
    with transaction.atomic():
        record("system", "factor.given_up", {"name": user.name}, actor_of(user), rows=without_factor(user))


@transaction.atomic
def remove_factor(user: User, actor: User) -> None:
    """A lost telephone: the administrator takes the authenticator away, never their own, and the ledger knows."""
    require(actor, "people.unbind")
    if user.pk == actor.pk:
        raise Refused(_("不能解除自己的验证器，请用恢复码。"), code="own_account")
    gone = without_factor(user)
    if not gone:
        raise Refused(_("这个账号还没有绑定验证器。"), code="no_factor")
    record("system", "factor.removed", {"name": user.name}, actor_of(actor), rows=gone)


def without_factor(user: User) -> list[Gone]:
    """Delete the authenticator of `user` and its keys; for the ledger, which rows are gone."""
    factors = list(SecondFactor.objects.select_for_update().filter(user=user).values_list("pk", flat=True))
    keys = SecurityKey.objects.filter(factor__in=factors).values_list("pk", flat=True)
    gone = [Gone(SecurityKey, pk) for pk in keys] + [Gone(SecondFactor, pk) for pk in factors]
    SecondFactor.objects.filter(pk__in=factors).delete()
    return gone


def _accept(found: SecondFactor, code: str, apart: str = "") -> None:
    """What was tried is kept whatever comes of it, so the refusal is raised after the transaction."""
    bucket = (f"factor:{apart}:{found.user_id}", WAIT, WRONG_IN_A_ROW) if apart else None
    if bucket and limits.wait(*bucket):
        raise Refused(_("连续输错多次，请过十五分钟再试。"), code="wait")
    with transaction.atomic():
        row = SecondFactor.objects.select_for_update().get(pk=found.pk)
        codes = len(row.recovery)
        refused = _tried(row, "".join(code.split()).replace("-", "").upper(), counted=not apart)
        row.save(update_fields=["last_step", "failures", "wait_until", "recovery"])
        if len(row.recovery) < codes:
            told = {"name": row.user.name, "left": len(row.recovery)}
            record("system", "factor.recovery_used", told, actor_of(row.user), rows=[row])
    if refused is not None:
        raise refused
    if bucket:
        limits.give_back(*bucket)


def _tried(row: SecondFactor, code: str, counted: bool) -> Refused | None:
    now = clock.now()
    if counted and row.wait_until is not None and now < row.wait_until:
        return Refused(_("连续输错多次，请过十五分钟再试。"), code="wait")
    step = _step_of(row, code, now)
    spent = tokens.hash_token(code) if step is None else ""
    if step is None and not any(secrets.compare_digest(spent, one) for one in row.recovery):
        row.failures += counted
        if row.failures >= WRONG_IN_A_ROW:
            row.failures, row.wait_until = 0, now + WAIT
        return Refused(_("验证码不对，或已经用过。请等下一个。"), code="wrong_code")
    if counted:
        row.failures, row.wait_until = 0, None
    if step is not None:
        row.last_step = step
    else:
        row.recovery = [one for one in row.recovery if one != spent]
    return None


def _step_of(row: SecondFactor, code: str, now: dt.datetime) -> int | None:
    """The half minute of which `code` is, of this one, the last, or the next: clocks of telephones differ."""
    totp = pyotp.TOTP(_secret(row))
    this = int(now.timestamp()) // HALF_MINUTE
    for step in (this - 1, this, this + 1):
        if step > row.last_step and secrets.compare_digest(totp.generate_otp(step).encode(), code.encode()):
            return step
    return None


def _secret(row: SecondFactor) -> str:
    return sealing.unseal(row.secret, _PURPOSE).decode()


def _renew(row: SecondFactor) -> list[str]:
    codes = [
        "".join(secrets.choice(tokens.CODE_ALPHABET) for _n in range(_CODE_LENGTH)) for _n in range(RECOVERY_CODES)
    ]
    row.recovery = [tokens.hash_token(code) for code in codes]
    row.save(update_fields=["recovery"])
    return codes
