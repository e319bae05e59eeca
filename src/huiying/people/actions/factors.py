"""How a person proves who they are §6.1 S1, S4: an authenticator, security keys (WebAuthn) beside it, and an identity
of the service. No code counts twice; wrong ones wait.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import Any

import pyotp
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from huiying.kernel import clock, sealing, tokens
from huiying.ledger.actions import record
from huiying.ledger.kept import Gone
from huiying.people.errors import Refused
from huiying.people.models import Identity, SecondFactor, SecurityKey, User
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


MOST_KEYS = 5
LONGEST_ANSWER = 20_000


@dataclass(frozen=True)
class Place:
    """The house under whose name a key answers: a key made for one name is silent at every other."""

    host: str
    origin: str


def key_to_be(user: User, place: Place) -> tuple[str, str]:
    """What the browser is told in order to make one (JSON), and the challenge to keep until it answers."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers import bytes_to_base64url
    from webauthn.helpers.structs import AuthenticatorSelectionCriteria, UserVerificationRequirement

    options = generate_registration_options(
        rp_id=place.host,
        rp_name="Huiying",
        user_name=user.username,
        user_id=hashlib.sha256(f"huiying:{user.pk}".encode()).digest(),
        user_display_name=user.name,
        authenticator_selection=AuthenticatorSelectionCriteria(user_verification=UserVerificationRequirement.REQUIRED),
        exclude_credentials=_descriptors(user),
    )
    return options_to_json(options), bytes_to_base64url(options.challenge)


def add_key(user: User, name: str, answer: str, challenge: str, place: Place) -> None:
    """The caller has asked for a code, if the last is old. Whoever lacks an authenticator binds that first."""
    from webauthn import verify_registration_response
    from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

    factor = SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).first()
    if factor is None:
        raise Refused(_("这个账号还没有绑定验证器。"), code="no_factor")
    if factor.keys.count() >= MOST_KEYS:
        raise Refused(_("最多 %(n)d 个密钥。请先移除不用的。") % {"n": MOST_KEYS}, code="too_many_keys")
    try:
        found = verify_registration_response(
            credential=_key_told(answer),
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=place.host,
            expected_origin=place.origin,
            require_user_verification=True,
        )
    except _key_wrong() as error:
        raise Refused(_("密钥没有添加成功，请再试一次。"), code="wrong_key") from error
    try:
        with transaction.atomic():
            made = SecurityKey.objects.create(
                factor=factor,
                name=name,
                credential=bytes_to_base64url(found.credential_id),
                public_key=found.credential_public_key,
                counter=found.sign_count,
                added_at=clock.now(),
            )
            record("system", "key.added", {"name": user.name, "key": name}, actor_of(user), rows=[made])
    except IntegrityError:
        raise Refused(_("这个密钥已经添加过。"), code="key_taken") from None


def key_question(user: User, place: Place) -> tuple[str, str]:
    """What the browser is told in order to ask one of the keys (JSON), and the challenge to keep."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers import bytes_to_base64url
    from webauthn.helpers.structs import UserVerificationRequirement

    options = generate_authentication_options(
        rp_id=place.host,
        allow_credentials=_descriptors(user),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options), bytes_to_base64url(options.challenge)


def check_key(user: User, answer: str, challenge: str, place: Place) -> None:
    """Raises Refused unless one of the person's own keys signed this challenge for this house, asking for its PIN."""
    with transaction.atomic():
        refused = _key_tried(user, answer, challenge, place)
    if refused is not None:  # after the transaction: what the ledger learnt of a copied key stays
        raise refused


def _key_tried(user: User, answer: str, challenge: str, place: Place) -> Refused | None:
    from webauthn import verify_authentication_response
    from webauthn.helpers import base64url_to_bytes

    wrong = Refused(_("密钥验证没有通过，请再试一次，或输验证码。"), code="wrong_key")
    try:
        told = _key_told(answer)
        own = SecurityKey.objects.select_for_update(of=("self",)).filter(factor__user=user)
        row = own.filter(factor__confirmed_at__isnull=False, credential=str(told.get("id"))).first()
        if row is None:
            return wrong
        found = verify_authentication_response(
            credential=told,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=place.host,
            expected_origin=place.origin,
            credential_public_key=bytes(row.public_key),
            credential_current_sign_count=0,  # judged below, where the ledger learns of it
            require_user_verification=True,
        )
    except _key_wrong():
        return wrong
    if (row.counter or found.new_sign_count) and found.new_sign_count <= row.counter:
        record("system", "key.counter", {"name": user.name, "key": row.name}, actor_of(user))
        return wrong
    row.counter, row.used_at = found.new_sign_count, clock.now()
    row.save(update_fields=["counter", "used_at"])
    return None


@transaction.atomic
def remove_key(user: User, pk: int) -> None:
    """Their own; all of a person's go with the authenticator when that is taken away."""
    row = SecurityKey.objects.filter(pk=pk, factor__user=user).first()
    if row is None:
        raise Refused(_("没有这个密钥。"), code="no_key")
    gone = Gone(SecurityKey, row.pk)
    row.delete()
    record("system", "key.removed", {"name": user.name, "key": row.name}, actor_of(user), rows=[gone])


def _descriptors(user: User) -> list[Any]:
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    ids = SecurityKey.objects.filter(factor__user=user).values_list("credential", flat=True)
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in ids]


def _key_told(answer: str) -> dict[str, Any]:
    if len(answer) > LONGEST_ANSWER:
        raise ValueError("too long")
    told = json.loads(answer)
    if not isinstance(told, dict) or "\x00" in str(told.get("id")):
        raise ValueError("no credential")
    return told


def _key_wrong() -> tuple[type[Exception], ...]:
    """Whatever bytes a browser sends: the library's own errors, and what Python says to a wrong shape."""
    from webauthn.helpers.exceptions import WebAuthnException

    return (WebAuthnException, ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError)


def bind_identity(user: User, issuer: str, subject: str) -> None:
    """The caller has asked for the password (and the code) of `user`, and has the word of the service."""
    if Identity.objects.filter(user=user).exists():
        raise Refused(_("您已经绑定了统一认证账号。要换一个，请先解除。"), code="has_identity")
    try:
        with transaction.atomic():
            made = Identity.objects.create(user=user, issuer=issuer, subject=subject, bound_at=clock.now())
            record("system", "identity.bound", {"name": user.name}, actor_of(user), rows=[made])
    except IntegrityError:
        raise Refused(_("这个统一认证账号不能绑定给您。"), code="identity_taken") from None


@transaction.atomic
def unbind_identity(user: User) -> None:
    gone = _gone(user)
    record("system", "identity.unbound", {"name": user.name}, actor_of(user), rows=gone)


@transaction.atomic
def remove_identity(user: User, actor: User) -> None:
    """An identity in wrong hands: whoever unbinds authenticators takes it away too, and the ledger knows."""
    require(actor, "people.unbind")
    gone = _gone(user)
    record("system", "identity.removed", {"name": user.name}, actor_of(actor), rows=gone)


def without_identity(user: User) -> list[Gone]:
    """Delete what binds `user` to the service; for the ledger, which rows are gone."""
    rows = Identity.objects.select_for_update().filter(user=user)
    gone = [Gone(Identity, pk) for pk in rows.values_list("pk", flat=True)]
    Identity.objects.filter(pk__in=[row.pk for row in gone]).delete()
    return gone


def _gone(user: User) -> list[Gone]:
    gone = without_identity(user)
    if not gone:
        raise Refused(_("这个账号没有绑定统一认证账号。"), code="no_identity")
    return gone
