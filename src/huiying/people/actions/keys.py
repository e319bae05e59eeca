"""Security keys (WebAuthn, §6.1 S4): added, asked, removed. Each beside the authenticator, never instead of it.

The library takes long to read in, so only whoever has or adds a key waits for it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from huiying.kernel import clock
from huiying.ledger.actions import record
from huiying.ledger.kept import Gone
from huiying.people.errors import Refused
from huiying.people.models import SecondFactor, SecurityKey, User
from huiying.people.standing import actor_of

MOST = 5
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
    if factor.keys.count() >= MOST:
        raise Refused(_("最多 %(n)d 个密钥。请先移除不用的。") % {"n": MOST}, code="too_many_keys")
    try:
        found = verify_registration_response(
            credential=_told(answer),
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=place.host,
            expected_origin=place.origin,
            require_user_verification=True,
        )
    except _wrong() as error:
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
        refused = _tried(user, answer, challenge, place)
    if refused is not None:  # after the transaction: what the ledger learnt of a copied key stays
        raise refused


def _tried(user: User, answer: str, challenge: str, place: Place) -> Refused | None:
    from webauthn import verify_authentication_response
    from webauthn.helpers import base64url_to_bytes

    wrong = Refused(_("密钥验证没有通过，请再试一次，或输验证码。"), code="wrong_key")
    try:
        told = _told(answer)
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
    except _wrong():
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


def _told(answer: str) -> dict[str, Any]:
    if len(answer) > LONGEST_ANSWER:
        raise ValueError("too long")
    told = json.loads(answer)
    if not isinstance(told, dict) or "\x00" in str(told.get("id")):
        raise ValueError("no credential")
    return told


def _wrong() -> tuple[type[Exception], ...]:
    """Whatever bytes a browser sends: the library's own errors, and what Python says to a wrong shape."""
    from webauthn.helpers.exceptions import WebAuthnException

    return (WebAuthnException, ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError)
