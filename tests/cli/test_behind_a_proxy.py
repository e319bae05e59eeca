"""S3, S13: whose word the server takes for where a visitor comes from and whether he came by TLS."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import httpx
import pytest
from waitress.server import create_server

from huiying.cli.serving import behind

FORWARDED = {"X-Forwarded-For": "6.6.6.6, 10.1.2.3", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"}
Ask = Callable[[bool, dict[str, str]], dict[str, Any]]


def told(environ: dict[str, Any], start: Callable[..., object]) -> Iterable[bytes]:
    names = ("REMOTE_ADDR", "wsgi.url_scheme", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_HOST")
    start("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({name: environ.get(name) for name in names}).encode()]


@pytest.fixture
def ask() -> Iterator[Ask]:
    """A server with the options of `huiying run`; gives what the program gets to see of a request."""
    servers = []

    def asked(proxy: bool, headers: dict[str, str]) -> dict[str, Any]:
        server = create_server(told, host="127.0.0.1", port=0, threads=1, **behind(proxy))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        servers.append((server, thread))
        port = server.effective_port
        found: dict[str, Any] = httpx.get(f"http://127.0.0.1:{port}/", headers=headers, trust_env=False).json()
        return found

    yield asked
    for server, _thread in servers:
        server.close()


def test_the_proxys_word_counts_where_one_was_announced(ask: Ask) -> None:
    """Only the last address is the proxy's word; the one before it anybody may have written."""
    found = ask(True, FORWARDED)
    assert (found["REMOTE_ADDR"], found["wsgi.url_scheme"]) == ("10.1.2.3", "https")
    assert found["HTTP_X_FORWARDED_HOST"] is None


def test_without_a_proxy_nobody_is_believed(ask: Ask) -> None:
    found = ask(False, FORWARDED)
    assert (found["REMOTE_ADDR"], found["wsgi.url_scheme"]) == ("127.0.0.1", "http")


def test_a_proxy_that_nobody_announced_is_still_seen(ask: Ask) -> None:
    """`/metrics` is for this machine: a request with such a header is not from it."""
    assert ask(False, FORWARDED)["HTTP_X_FORWARDED_FOR"] == FORWARDED["X-Forwarded-For"]
    assert ask(False, {})["HTTP_X_FORWARDED_FOR"] is None
