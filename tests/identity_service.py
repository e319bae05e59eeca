"""An identity service of the suite's own, on loopback: it signs what a test tells it to sign, honest or not."""

from __future__ import annotations

import base64
import hashlib
import http.server
import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwk, jwt

from huiying.kernel import clock

CLIENT, SECRET = "huiying", "a-secret-of-the-service"
BACK = "http://testserver/desk/sign-in/identity/back/"


@cache
def key(name: str) -> jwk.ECKey:
    """A signing key of that name, made once for the whole run."""
    return jwk.ECKey.generate_key("P-256", {"kid": name, "use": "sig", "alg": "ES256"})


def unsigned(claims: dict[str, Any], header: dict[str, Any]) -> str:
    """A token that says of itself that it needs no signature."""
    parts = (base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=").decode() for one in (header, claims))
    return ".".join(parts) + "."


@dataclass
class Service:
    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=dict)  # put over the honest ones; None takes a claim away
    metadata: dict[str, Any] = field(default_factory=dict)  # put over the honest ones
    signed_with: str = "first"
    offers: list[dict[str, Any]] | None = None  # the keys it shows, if not its own
    token: Any = None  # sent instead of a signed one: a string, or a function of the claims
    subject: str = "staff-7"
    raw: dict[str, Any] = field(default_factory=dict)  # path → bytes or status, instead of the answer
    asked: Counter[str] = field(default_factory=Counter)
    waiting: dict[str, dict[str, str]] = field(default_factory=dict)  # code → what the browser was sent with
    last: dict[str, str] = field(default_factory=dict)

    def settings(self, **more: Any) -> dict[str, Any]:
        told = {"issuer": self.issuer, "client_id": CLIENT, "client_secret": SECRET, "label": "", "counts": frozenset()}
        return told | more

    def agrees(self, url: str) -> str:
        """The person signs in there: the address to which the service sends the browser back."""
        asked = {name: some[0] for name, some in parse_qs(urlsplit(url).query).items()}
        self.last = asked
        code = f"code-{len(self.waiting)}"
        self.waiting[code] = asked
        return f"{asked['redirect_uri']}?code={code}&state={asked['state']}"

    def answer(self, path: str, headers: dict[str, str], body: str) -> tuple[int, bytes]:
        self.asked[path] += 1
        if path in self.raw:
            told = self.raw[path]
            return told if isinstance(told, tuple) else (200, told)
        if path == "/.well-known/openid-configuration":
            return 200, json.dumps(self._about()).encode()
        if path == "/keys":
            own = [key("first").as_dict(private=False)]
            return 200, json.dumps({"keys": own if self.offers is None else self.offers}).encode()
        return self._exchange(headers, {name: some[0] for name, some in parse_qs(body).items()})

    def _about(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        } | self.metadata

    def _exchange(self, headers: dict[str, str], told: dict[str, str]) -> tuple[int, bytes]:
        """As RFC 6749 and 7636 say: a code counts once, for whoever holds the verifier, the secret and the address."""
        asked = self.waiting.pop(told.get("code", ""), None)
        basic = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        known = headers.get("Authorization") == basic or told.get("client_secret") == SECRET
        made = base64.urlsafe_b64encode(hashlib.sha256(told.get("code_verifier", "").encode()).digest()).rstrip(b"=")
        if (
            asked is None
            or not known
            or asked["code_challenge_method"] != "S256"
            or asked["code_challenge"] != made.decode()
            or asked["redirect_uri"] != told.get("redirect_uri")
        ):
            return 400, b'{"error": "invalid_grant"}'
        now = int(clock.now().timestamp())
        honest = {"iss": self.issuer, "sub": self.subject, "aud": CLIENT, "iat": now, "exp": now + 300,
                  "auth_time": now, "nonce": asked["nonce"]}  # fmt: skip
        claims = {name: value for name, value in {**honest, **self.claims}.items() if value is not None}
        token = self.token(claims) if callable(self.token) else self.token
        if token is None:
            token = jwt.encode({"alg": "ES256", "kid": self.signed_with}, claims, key(self.signed_with), ["ES256"])
        return 200, json.dumps({"access_token": "t", "token_type": "Bearer", "id_token": token}).encode()


@contextmanager
def serving() -> Iterator[Service]:
    service = Service()

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            status, body = service.answer(self.path, dict(self.headers.items()), self.rfile.read(length).decode())
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *_arguments: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    service.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
