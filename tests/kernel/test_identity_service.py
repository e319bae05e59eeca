"""OpenID Connect (§6.1 S1, S4): what a service says counts only signed, for us, now, and in answer to this browser."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, strategies as st
from joserfc import jwk, jwt

from huiying.kernel import clock, oidc
from identity_service import BACK, CLIENT, SECRET, Service, key, serving, unsigned

ABOUT = "/.well-known/openid-configuration"
HOUR = 3600


@pytest.fixture(scope="module")
def _server() -> Iterator[Service]:
    with serving() as service:
        yield service


@pytest.fixture
def service(_server: Service, frozen: clock.FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Service:
    """The same loopback server for the file, honest again for each test."""
    monkeypatch.setenv("HUIYING_ALLOWED_NETWORKS", "127.0.0.0/8")
    monkeypatch.setattr(oidc, "_said", {})
    issuer = _server.issuer
    _server.__init__()  # type: ignore[misc]
    _server.issuer = issuer
    return _server


def provider(service: Service, **more: Any) -> oidc.Provider:
    return oidc.Provider(**service.settings(**more))


def proved(service: Service, **more: Any) -> oidc.Identity:
    """There and back, as a browser goes."""
    url, asked = oidc.ask(provider(service, **more), BACK)
    code = parse_qs(urlsplit(service.agrees(url)).query)["code"][0]
    return oidc.prove(provider(service, **more), asked, code, BACK)


def now() -> int:
    return int(clock.now().timestamp())


# --- what holds -------------------------------------------------------------------------------------------------------


def test_an_honest_answer_names_the_subject_of_the_issuer(service: Service) -> None:
    service.claims = {"preferred_username": "zhou"}
    assert proved(service) == oidc.Identity(service.issuer, "staff-7", "zhou", second_factor=False)


def test_the_browser_is_sent_with_state_nonce_and_a_challenge_and_never_with_the_secret(service: Service) -> None:
    url, asked = oidc.ask(provider(service), BACK)
    told = {name: some[0] for name, some in parse_qs(urlsplit(url).query).items()}
    assert (told["state"], told["nonce"]) == (asked.state, asked.nonce)
    assert (told["response_type"], told["scope"], told["redirect_uri"]) == ("code", "openid", BACK)
    assert told["code_challenge_method"] == "S256"
    assert told["max_age"] == "900"
    assert asked.verifier not in url
    assert SECRET not in url


def test_no_two_browsers_are_sent_with_the_same(service: Service) -> None:
    found = [oidc.ask(provider(service), BACK)[1] for _n in range(20)]
    assert len({value for one in found for value in (one.state, one.nonce, one.verifier)}) == 60


def test_a_name_is_asked_for_only_where_somebody_reads_it(service: Service) -> None:
    url, _asked = oidc.ask(provider(service), BACK, with_name=True)
    assert parse_qs(urlsplit(url).query)["scope"] == ["openid profile"]


def test_pressing_the_button_asks_the_service_about_itself_once(service: Service, frozen: clock.FrozenClock) -> None:
    for _n in range(5):
        oidc.ask(provider(service), BACK)
    assert service.asked[ABOUT] == 1
    frozen.advance(oidc.KEPT_FOR)
    oidc.ask(provider(service), BACK)
    assert service.asked[ABOUT] == 2


def test_a_service_that_takes_the_secret_in_the_body_gets_it_there(service: Service) -> None:
    service.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    assert proved(service).subject == "staff-7"


def test_keys_are_changed_without_a_restart(service: Service) -> None:
    assert proved(service).subject == "staff-7"
    service.signed_with, service.offers = "next", [key(one).as_dict(private=False) for one in ("first", "next")]
    assert proved(service).subject == "staff-7"


def test_a_key_of_a_kind_nobody_here_knows_does_not_spoil_the_others(service: Service) -> None:
    service.offers = [{"kty": "SM2", "kid": "sm"}, key("first").as_dict(private=False)]
    assert proved(service).subject == "staff-7"


@pytest.mark.parametrize(
    ("said", "counts", "second"),
    [
        ({"amr": ["pwd", "otp"]}, {"amr=otp"}, True),
        ({"acr": "urn:gov:loa3"}, {"amr=otp", "acr=urn:gov:loa3"}, True),
        ({"amr": ["pwd", "otp"]}, set(), False),
        ({"amr": ["pwd"], "acr": "0"}, {"amr=otp", "acr=urn:gov:loa3"}, False),
        ({"amr": ["acr=x"]}, {"acr=x"}, False),
        ({}, {"acr=1"}, False),
    ],
)
def test_its_second_factor_counts_only_by_the_values_that_the_house_named_s4(
    service: Service, said: dict[str, Any], counts: set[str], second: bool
) -> None:
    service.claims = said
    assert proved(service, counts=frozenset(counts)).second_factor is second


# --- what does not ----------------------------------------------------------------------------------------------------

WRONG: dict[str, dict[str, Any]] = {
    "wrong nonce": {"nonce": "of-another-browser"},
    "no nonce": {"nonce": None},
    "wrong audience": {"aud": "another-program"},
    "no audience": {"aud": None},
    "two audiences, nobody named": {"aud": [CLIENT, "another-program"], "azp": "another-program"},
    "other issuer": {"iss": "https://elsewhere.example"},
    "no issuer": {"iss": None},
    "no end": {"exp": None},
    "an end that is no number": {"exp": "never"},
    "no subject": {"sub": None},
    "an empty subject": {"sub": ""},
    "a subject that is a number": {"sub": 7},
    "a subject too long to keep": {"sub": "x" * 256},
    "a subject that PostgreSQL can not keep": {"sub": "a\x00b"},
    "amr that is no list": {"amr": "otp"},
    "no time of the sign-in there": {"auth_time": None},
    "a time of the sign-in that is no number": {"auth_time": "now"},
    "a time of the sign-in that compares with nothing": {"auth_time": float("nan")},
    "another access token": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
}


@pytest.mark.parametrize("claims", WRONG.values(), ids=WRONG.keys())
def test_a_claim_that_does_not_hold_proves_nothing(service: Service, claims: dict[str, Any]) -> None:
    service.claims = claims
    with pytest.raises(oidc.NotProved):
        proved(service)


@pytest.mark.parametrize(
    "claims",
    [{"exp": -oidc.LEEWAY}, {"iat": oidc.LEEWAY + 1}, {"nbf": oidc.LEEWAY + 1}, {"auth_time": -900 - oidc.LEEWAY - 1}],
    ids=["expired", "issued to come", "not yet", "signed in there too long ago"],
)
def test_what_is_over_or_to_come_proves_nothing(service: Service, claims: dict[str, int]) -> None:
    service.claims = {name: now() + seconds for name, seconds in claims.items()}
    with pytest.raises(oidc.NotProved):
        proved(service)


def test_clocks_may_differ_by_a_minute(service: Service) -> None:
    service.claims = {"exp": now() - oidc.LEEWAY + 1, "iat": now() + oidc.LEEWAY - 1, "auth_time": now() - 900}
    assert proved(service).subject == "staff-7"


def _none(claims: dict[str, Any]) -> str:
    return unsigned(claims, {"alg": "none"})


def _by_our_secret(claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "HS256"}, claims, jwk.OctKey.import_key(SECRET.ljust(32, "x")), ["HS256"])


def _by_its_public_key(claims: dict[str, Any]) -> str:
    """The public key taken for a shared secret: everybody knows it."""
    public = json.dumps(key("first").as_dict(private=False))
    return jwt.encode({"alg": "HS256", "kid": "first"}, claims, jwk.OctKey.import_key(public), ["HS256"])


def _by_a_stranger(claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "ES256", "kid": "first"}, claims, key("stranger"), ["ES256"])


def _with_its_own_key(claims: dict[str, Any]) -> str:
    header = {"alg": "ES256", "kid": "first", "jwk": key("stranger").as_dict(private=False)}
    return jwt.encode(header, claims, key("stranger"), ["ES256"])


def _changed(claims: dict[str, Any]) -> str:
    good = jwt.encode({"alg": "ES256", "kid": "first"}, claims, key("first"), ["ES256"]).split(".")
    other = jwt.encode({"alg": "ES256"}, {**claims, "sub": "boss"}, key("first"), ["ES256"]).split(".")
    return ".".join([good[0], other[1], good[2]])


@pytest.mark.parametrize(
    "token",
    [_none, _by_our_secret, _by_its_public_key, _by_a_stranger, _with_its_own_key, _changed, "", "a.b.c", 7, ["x"]],
)
def test_a_token_that_the_service_did_not_sign_proves_nothing(
    service: Service, token: Callable[[dict[str, Any]], str] | str
) -> None:
    service.token = token
    with pytest.raises(oidc.NotProved):
        proved(service)


def test_a_shared_secret_among_its_keys_signs_nothing(service: Service) -> None:
    shared = jwk.OctKey.import_key("x" * 32, {"kid": "oct"})
    service.offers = [shared.as_dict(), key("first").as_dict(private=False)]
    service.token = lambda claims: jwt.encode({"alg": "HS256", "kid": "oct"}, claims, shared, ["HS256"])
    with pytest.raises(oidc.NotProved):
        proved(service)


def test_a_code_counts_once(service: Service) -> None:
    url, asked = oidc.ask(provider(service), BACK)
    code = parse_qs(urlsplit(service.agrees(url)).query)["code"][0]
    oidc.prove(provider(service), asked, code, BACK)
    with pytest.raises(oidc.NotProved):
        oidc.prove(provider(service), asked, code, BACK)


def test_a_code_of_another_browser_is_not_exchanged(service: Service) -> None:
    url, _theirs = oidc.ask(provider(service), BACK)
    code = parse_qs(urlsplit(service.agrees(url)).query)["code"][0]
    _url, mine = oidc.ask(provider(service), BACK)
    with pytest.raises(oidc.NotProved):
        oidc.prove(provider(service), mine, code, BACK)


def test_a_wrong_secret_is_not_believed_there(service: Service) -> None:
    with pytest.raises(oidc.NotProved):
        proved(service, client_secret="wrong")


# --- where it is ------------------------------------------------------------------------------------------------------


def test_a_service_that_calls_itself_otherwise_is_not_asked_further(service: Service) -> None:
    service.metadata = {"issuer": "https://elsewhere.example"}
    with pytest.raises(oidc.NotProved):
        oidc.ask(provider(service), BACK)


def test_an_address_inside_the_house_is_asked_only_where_the_network_was_opened_s12(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HUIYING_ALLOWED_NETWORKS")
    with pytest.raises(oidc.Unreachable):
        oidc.ask(provider(service), BACK)
    assert service.asked == {}


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize(
    "address", ["http://10.1.2.3/x", "http://169.254.169.254/latest", "file:///etc/passwd", "http://1.1.1.1/x", 7, None]
)
def test_no_address_that_it_names_leads_past_the_guard_nor_without_tls_outside_s12(
    service: Service, name: str, address: Any
) -> None:
    service.metadata = {name: address}
    with pytest.raises((oidc.Unreachable, oidc.NotProved)):
        proved(service)


def test_it_leads_nowhere_else_by_a_redirect(service: Service) -> None:
    service.raw = {"/token": (307, b"")}
    with pytest.raises(oidc.NotProved):
        proved(service)
    assert service.asked["/elsewhere"] == 0


@pytest.mark.parametrize("path", [ABOUT, "/token", "/keys"])
@pytest.mark.parametrize(
    "answer",
    [b"", b"<html>", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, (404, b"{}"), (200, b" " * (oidc.MOST_BYTES + 1))],
    ids=["empty", "html", "list", "null", "bytes", "deep", "404", "too long"],
)
def test_an_answer_that_is_none_proves_nothing(service: Service, path: str, answer: Any) -> None:
    service.raw = {path: answer}
    with pytest.raises(oidc.NotProved):
        proved(service)


@pytest.mark.parametrize("path", [ABOUT, "/token", "/keys"])
def test_a_service_that_is_ill_is_told_apart(service: Service, path: str) -> None:
    service.raw = {path: (503, b"")}
    with pytest.raises(oidc.Unreachable):
        proved(service)


def test_a_service_that_is_not_there_is_told_apart(service: Service) -> None:
    gone = oidc.Provider("http://127.0.0.1:1", CLIENT, SECRET)
    with pytest.raises(oidc.Unreachable):
        oidc.ask(gone, BACK)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


_NAMES = ("iss", "sub", "aud", "exp", "iat", "nbf", "nonce", "auth_time", "amr", "acr", "azp", "at_hash", "name")


@given(st.sampled_from(_NAMES), _JSON)
def test_whatever_stands_in_a_signed_claim_it_is_the_same_subject_or_nothing(name: str, value: Any) -> None:
    """Without the network: only what is checked of a token. A claim of any shape never gets through as an error."""
    moment = dt.datetime(2026, 9, 14, 2, 0, tzinfo=dt.UTC)
    service, asked, at = oidc.Provider("i", CLIENT, SECRET), oidc.SignInRequest("s", "n", "v"), int(moment.timestamp())
    honest = {"iss": "i", "sub": "me", "aud": CLIENT, "iat": at, "exp": at + 60, "auth_time": at, "nonce": "n"}
    with clock.use(clock.FrozenClock(moment)):
        try:
            found = oidc.believed(service, asked, {**honest, name: value}, {"alg": "ES256"}, "t")
        except oidc.NotProved:
            return
    assert found.issuer == "i"
    assert found.subject == (value if name == "sub" else "me")
