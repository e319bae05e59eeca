"""A web of the suite's own: servers on loopback, the hostile ones among them, and one that lives in memory."""

from __future__ import annotations

import gzip
import http.server
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from huiying.listening.fetching import LIMITS, Fetcher, Limits

Handler = Callable[[http.server.BaseHTTPRequestHandler], None]
#: For servers that are honest, or hostile in size: patient, since the machine of a test may be busy.
PATIENT = Limits(seconds=30, idle=15, packed=400_000, unpacked=800_000, redirects=5)
#: For servers that are slow on purpose.
SHORT = Limits(seconds=1.2, idle=0.5, packed=400_000, unpacked=800_000, redirects=5)
BOMB = gzip.compress(b"A" * 20_000_000)


def rss(*titles: str, site: str = "http://news.example", date: str = "Mon, 14 Sep 2026 01:30:00 GMT") -> str:
    """A feed of the suite's own making; each title is an article of its own."""
    items = "".join(
        f"<item><title>{title}</title><link>{site}/a/{abs(hash(title)) % 10**9}.html</link>"
        f"<description>{title}，正文在此。</description><pubDate>{date}</pubDate></item>"
        for title in titles
    )
    head = '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>本地新闻</title>'
    return f"{head}{items}</channel></rss>"


@dataclass
class Web:
    """A server on loopback: `pages[path]` is a body, or a function that answers as it likes."""

    port: int = 0
    pages: dict[str, Any] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    headers_of: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@contextmanager
def serving() -> Iterator[Web]:
    """A web for the length of a block; requests are answered in threads, hostile ones until the client leaves."""
    web = Web()

    class Answer(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            web.asked[self.path] += 1
            web.headers_of[self.path] = dict(self.headers.items())
            page = web.pages.get(self.path)
            try:
                if callable(page):
                    page(self)
                elif page is None:
                    send(self, b"", status=404)
                else:
                    send(self, page if isinstance(page, bytes) else page.encode())
            except OSError:
                pass  # the client had enough
            finally:
                self.close_connection = True

        def log_message(self, *_arguments: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.daemon_threads = True
    web.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield web
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


def send(answer: http.server.BaseHTTPRequestHandler, body: bytes, *, status: int = 200, **headers: str) -> None:
    """One ordinary answer; header names with underscores for hyphens."""
    answer.send_response(status)
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    told.setdefault("Content-Type", "text/html; charset=utf-8")
    told.setdefault("Content-Length", str(len(body)))
    for name, value in told.items():
        answer.send_header(name, value)
    answer.end_headers()
    answer.wfile.write(body)


# --- hostile answers --------------------------------------------------------------------------------------------------


def slow_body(answer: http.server.BaseHTTPRequestHandler) -> None:
    """One byte at a time, each quickly enough for a timeout between bytes, for ever."""
    answer.send_response(200)
    answer.send_header("Content-Type", "text/xml")
    answer.end_headers()
    _drip(answer, b"<")


def slow_head(answer: http.server.BaseHTTPRequestHandler) -> None:
    """The same in the headers, where a reader of bodies never looks."""
    answer.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    _drip(answer, b"a")


def _drip(answer: http.server.BaseHTTPRequestHandler, byte: bytes) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        answer.wfile.write(byte)
        answer.wfile.flush()
        time.sleep(0.05)


def silent(answer: http.server.BaseHTTPRequestHandler) -> None:
    """Accepts, reads, says nothing until the client leaves."""
    answer.connection.settimeout(20)
    answer.connection.recv(1)


def endless_body(answer: http.server.BaseHTTPRequestHandler) -> None:
    answer.send_response(200)
    answer.send_header("Content-Type", "text/xml")
    answer.end_headers()
    while True:
        answer.wfile.write(b"x" * 65536)


def gzip_bomb(answer: http.server.BaseHTTPRequestHandler) -> None:
    """20 MB of one letter, in 20 kB."""
    send(answer, BOMB, Content_Encoding="gzip", Content_Type="text/xml")


def lying_length(answer: http.server.BaseHTTPRequestHandler) -> None:
    """Promises more than it sends."""
    send(answer, b"<rss>", Content_Length="500")


def redirect(to: str, **headers: str) -> Handler:
    return lambda answer: send(answer, b"", status=302, Location=to, **headers)


def status(code: int, **headers: str) -> Handler:
    return lambda answer: send(answer, b"no", status=code, **headers)


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# --- a web in memory --------------------------------------------------------------------------------------------------


class _Wire(httpx.SyncByteStream):
    def __init__(self, body: bytes) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        for at in range(0, len(self._body), 16_384):
            yield self._body[at : at + 16_384]


class Memory:
    """Hosts and pages without a socket: `at(url)` is called for each request and answers, or raises as httpx would."""

    def __init__(self, at: Callable[[httpx.Request], httpx.Response]) -> None:
        self.asked: list[str] = []
        self._at = at

    def fetcher(self, limits: Limits = LIMITS) -> Fetcher:
        def answer(request: httpx.Request) -> httpx.Response:
            self.asked.append(str(request.url))
            made = self._at(request)
            # A response made of bytes counts as read already; one that comes over a wire is read piece by piece.
            return httpx.Response(made.status_code, headers=made.headers, stream=_Wire(b"".join(made.stream)))

        return Fetcher(lambda _limits: httpx.MockTransport(answer), limits, judge=lambda _url: None)


def pages(found: Mapping[str, Any]) -> Callable[[httpx.Request], httpx.Response]:
    """Answers from a table: text, bytes, a status, or a ready response; 404 for what is not in it."""

    def at(request: httpx.Request) -> httpx.Response:
        page = found.get(str(request.url))
        if callable(page):
            page = page(request)
        if isinstance(page, httpx.Response):
            return page
        if isinstance(page, int):
            return httpx.Response(page)
        if page is None:
            return httpx.Response(404)
        body = page if isinstance(page, bytes) else str(page).encode()
        return httpx.Response(200, content=body)

    return at
