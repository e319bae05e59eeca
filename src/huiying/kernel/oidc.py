"""Who somebody is by the word of an identity service: OpenID Connect, authorization code with PKCE (§6.1 S1, S4).

The service is one that the administrator named. What it says counts only when it is signed with one of its keys, for
us, now, in answer to what this very browser was sent away with. Accounts are not this module's business.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from authlib.common.security import generate_token
from authlib.oauth2.client import OAuth2Client
from authlib.oauth2.rfc6749.parameters import prepare_token_request
from authlib.oidc.core import CodeIDToken
from django.conf import settings
from joserfc import jwk, jwt
from joserfc.errors import JoseError

from huiying.kernel import addresses, clock, guarded

# Asymmetric ones only: with `none` or a shared secret anybody, or anybody who reads our settings, could sign.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
KINDS_OF_KEYS = frozenset({"RSA", "EC"})
LEEWAY = 60  # seconds that two clocks may differ
SECONDS = 5.0
KEPT_FOR = dt.timedelta(minutes=10)  # what the service says of itself; pressing the button asks it once
MOST_BYTES = 500_000
LONGEST_SUBJECT = 255
_FORM = "application/x-www-form-urlencoded;charset=UTF-8"


class NotProved(Exception):
    """The service said nothing that counts. The reason is for the log, never for the page."""


class Unreachable(Exception):
    """The service can not be asked now, or the address guard refused one of its addresses."""


@dataclass(frozen=True)
class Provider:
    issuer: str
    client_id: str
    client_secret: str
    label: str = ""
    counts: frozenset[str] = frozenset()  # "acr=…", "amr=…": which of its words are a second factor


@dataclass(frozen=True)
class SignInRequest:
    """What the browser's session keeps while the person is away at the service."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Identity:
    """Whom the service vouches for. `name` is for the eyes of the person who binds it, nothing is decided by it."""

    issuer: str
    subject: str
    name: str
    second_factor: bool


_said: dict[str, tuple[dt.datetime, dict[str, Any]]] = {}


def configured() -> Provider | None:
    return Provider(**settings.OIDC) if settings.OIDC and not settings.DEMO else None


def ask(provider: Provider, back: str, *, with_name: bool = False) -> tuple[str, SignInRequest]:
    """Where the browser is sent, and what must be kept until it comes back. Raises Unreachable, NotProved."""
    asked = SignInRequest(generate_token(43), generate_token(43), generate_token(64))
    url, _state = _client(provider, back).create_authorization_url(
        _endpoint(_metadata(provider), "authorization_endpoint"),
        state=asked.state,
        code_verifier=asked.verifier,
        nonce=asked.nonce,
        max_age=max_age(),
        scope="openid profile" if with_name else "openid",
    )
    return str(url), asked


def prove(provider: Provider, asked: SignInRequest, code: str, back: str) -> Identity:
    """Exchange the code and look at what comes for it. Raises Unreachable, or NotProved for whatever does not hold."""
    found = _metadata(provider)
    told = _exchange(provider, found, asked, code, back)
    token = _verified(told.get("id_token"), _json("GET", _endpoint(found, "jwks_uri")))
    return believed(provider, asked, token.claims, token.header, told.get("access_token"))


def believed(
    provider: Provider, asked: SignInRequest, said: dict[str, Any], header: dict[str, Any], access_token: object
) -> Identity:
    """Of a token whose signature is right: is it for us, for now, and for this browser? Raises NotProved."""
    options = {
        "iss": {"essential": True, "value": provider.issuer},
        "aud": {"essential": True, "value": provider.client_id},
    }
    params = {
        "nonce": asked.nonce, "client_id": provider.client_id, "access_token": access_token, "max_age": max_age(),
    }  # fmt: skip
    claims = CodeIDToken(said, header, options, params)
    now = int(clock.now().timestamp())
    try:
        claims.validate(now=now, leeway=LEEWAY)
        marks = _marks(claims)
    except (JoseError, TypeError, ValueError, AttributeError) as error:
        raise NotProved(f"claims: {type(error).__name__} {error}") from None
    # A service that still remembers a browser would otherwise open what the idle lock has closed (S2).
    if not now - claims["auth_time"] <= max_age() + LEEWAY:
        raise NotProved("auth_time: too long ago")
    subject = claims["sub"]
    if not subject or len(subject) > LONGEST_SUBJECT or "\x00" in subject:
        raise NotProved("sub: empty or too long")
    name = claims.get("preferred_username") or claims.get("name")
    return Identity(provider.issuer, subject, str(name or subject)[:100], bool(marks & provider.counts))


def max_age() -> int:
    """How old a sign-in at the service may be: no older than a session that nobody used and that is still open."""
    return int(settings.SESSION_IDLE.total_seconds())


def _exchange(
    provider: Provider, found: Mapping[str, Any], asked: SignInRequest, code: str, back: str
) -> dict[str, Any]:
    url = _endpoint(found, "token_endpoint")
    body = prepare_token_request("authorization_code", code=code, redirect_uri=back, code_verifier=asked.verifier)
    methods = found.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    method = "client_secret_basic" if "client_secret_basic" in methods else "client_secret_post"
    headers = {"Content-Type": _FORM, "Accept": "application/json"}
    auth = _client(provider, back).client_auth(method)
    url, headers, body = auth.prepare("POST", url, headers, body)
    return _json("POST", url, content=body, headers=headers)


def _client(provider: Provider, back: str) -> OAuth2Client:
    """It writes requests and never sends one: what goes out goes through the address guard."""
    return OAuth2Client(
        None, provider.client_id, provider.client_secret, redirect_uri=back, code_challenge_method="S256"
    )


def _metadata(provider: Provider) -> dict[str, Any]:
    at, found = _said.get(provider.issuer, (None, {}))
    if at is not None and dt.timedelta(0) <= clock.now() - at < KEPT_FOR:
        return found
    found = _json("GET", provider.issuer.rstrip("/") + "/.well-known/openid-configuration")
    if found.get("issuer") != provider.issuer:
        raise NotProved("discovery: another issuer")
    _said[provider.issuer] = clock.now(), found
    return found


def _endpoint(found: Mapping[str, Any], name: str) -> str:
    url = found.get(name)
    if not isinstance(url, str):
        raise NotProved(f"discovery: no {name}")
    _judge(url)
    return url


def _judge(url: str) -> None:
    """Guarded, and without TLS only inside the house: in a network that the administrator opened."""
    try:
        target = addresses.check_url(url)
    except addresses.AddressRefused as error:
        raise Unreachable(str(error)) from None
    if not url.lower().startswith("https://") and not addresses.is_opened(target):
        raise Unreachable(f"no TLS: {target.host}")


def _json(method: str, url: str, **sent: Any) -> dict[str, Any]:
    """One answer, no redirects, bounded."""
    _judge(url)
    try:
        with guarded.client(timeout=SECONDS) as web, web.stream(method, url, **sent) as answer:
            status, body = answer.status_code, bytearray()
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > MOST_BYTES:
                    raise NotProved("answer: too long")
    except (httpx.HTTPError, httpx.InvalidURL, addresses.AddressRefused) as error:
        raise Unreachable(f"{type(error).__name__}: {error}") from None
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise Unreachable(f"answer: {status}")
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise NotProved(f"answer: {status}, no JSON") from None
    if status != httpx.codes.OK or not isinstance(found, dict):
        raise NotProved(f"answer: {status}")
    return found


def _verified(token: Any, keys: Mapping[str, Any]) -> jwt.Token:
    if not isinstance(token, str):
        raise NotProved("token: none came")
    rows = keys.get("keys")
    usable = [
        row
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, dict) and row.get("kty") in KINDS_OF_KEYS
    ]
    try:
        return jwt.decode(token, jwk.KeySet.import_key_set({"keys": usable}), list(ALGORITHMS))
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise NotProved(f"token: {type(error).__name__}") from None


def _marks(claims: Mapping[str, Any]) -> frozenset[str]:
    amr = claims.get("amr") or []
    return frozenset([f"acr={claims.get('acr')}", *(f"amr={one}" for one in amr)])
