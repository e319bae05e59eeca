"""Slow and greedy clients take neither the site nor the threads that staff need (connections, lanes)."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from huiying.cli import connections, lanes
from huiying.cli.connections import Limits
from huiying.cli.serving import behind
from served import serving

HEAD = b"GET / HTTP/1.1\r\nHost: x\r\n"
PATIENCE = 10.0
Start = Callable[..., "Site"]


class Site:
    """A server of `huiying run` around a small application, on loopback; `let_go` ends what hangs in `/slow/`."""

    def __init__(self, limits: Limits, *, proxy: bool = False) -> None:
        self.let_go = threading.Event()
        self.server = connections.create(
            self._answer, host="127.0.0.1", port=0, cookie="s", limits=limits, **behind(proxy)
        )
        self.port = int(self.server.effective_listen[0][1])
        self._thread = threading.Thread(target=self.server.run, daemon=True)
        self._thread.start()

    def _answer(self, environ: dict[str, Any], start: Callable[..., object]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if "slow" in path:
            self.let_go.wait(PATIENCE)
        if path == "/desk/in/":
            environ[lanes.SIGNED_IN] = True
        if path == "/big/":
            start("200 OK", [("Content-Length", "40000000")])
            return (b"x" * 1_000_000 for _ in range(40))
        body = environ["wsgi.input"].read()[:3] or b"ok"
        start("200 OK", [("Content-Length", str(len(body)))])
        return [body]

    def connect(self, sent: bytes = b"") -> socket.socket:
        opened = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        opened.sendall(sent)
        return opened

    def get(self, path: str, **headers: str) -> int:
        return httpx.get(f"http://127.0.0.1:{self.port}{path}", headers=headers, trust_env=False, timeout=5).status_code

    def ask_and_leave_waiting(self, path: str, count: int) -> list[socket.socket]:
        return [self.connect(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()) for _ in range(count)]

    def end(self) -> None:
        self.let_go.set()
        self.server.close()


@pytest.fixture
def start() -> Iterator[Start]:
    sites = []

    def started(proxy: bool = False, **limits: float) -> Site:
        sites.append(Site(Limits(**limits), proxy=proxy))  # type: ignore[arg-type]
        return sites[-1]

    yield started
    for site in sites:
        site.end()


def is_closed_within(client: socket.socket, seconds: float, drip: bytes = b"") -> bool:
    """Whether the server ends the connection in `seconds`, though `drip` comes ten times a second."""
    client.settimeout(0.1)
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        try:
            if drip:
                client.sendall(drip)
            if client.recv(65536) == b"":
                return True
        except TimeoutError:
            continue
        except OSError:
            return True
    return False


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        HEAD + b"X-Long: ",
        b"POST /ask/ HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n",
        b"POST /ask/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfffff\r\n",
    ],
    ids=["silent", "head", "body", "chunks"],
)
def test_a_request_that_does_not_come_in_its_time_is_dropped_though_bytes_keep_coming(
    start: Start, begun: bytes
) -> None:
    site = start(head=0.5)
    with closing(site.connect(begun)) as client:
        assert is_closed_within(client, 5, drip=b"a" if begun else b"")


def test_empty_lines_do_not_keep_a_connection(start: Start) -> None:
    site = start(head=0.5)
    with closing(site.connect()) as client:
        assert is_closed_within(client, 5, drip=b"\r\n\r\n")


def test_a_body_that_flows_may_take_longer(start: Start) -> None:
    site = start(head=1)
    with closing(site.connect(b"POST /ask/ HTTP/1.1\r\nHost: x\r\nContent-Length: 90000\r\n\r\n")) as client:
        for _ in range(30):
            client.sendall(b"abc" * 1000)
            threading.Event().wait(0.08)
        assert client.recv(1000).startswith(b"HTTP/1.1 200")


def test_a_connection_that_rests_between_two_requests_is_closed_later_than_a_head_may_take(start: Start) -> None:
    site = start(head=1, idle=4)
    with closing(site.connect(HEAD + b"\r\n")) as client:
        told = b""
        while not told.endswith(b"ok"):  # head and body may come apart
            told += client.recv(1000)
        assert not is_closed_within(client, 2.5)
        assert is_closed_within(client, 8)


def test_an_answer_that_nobody_takes_gives_its_thread_back(start: Start) -> None:
    site = start(answer=0.5)
    held = site.ask_and_leave_waiting("/big/", lanes.LANES["public"] + 1)  # the last waits for a thread
    assert site.get("/") == 200
    assert all(never_gets_all(client) for client in held[:-1])


def never_gets_all(client: socket.socket) -> bool:
    """What had been sent may be read; the rest of the 40 MB never comes."""
    client.settimeout(PATIENCE)
    total = 0
    try:
        while total < 40_000_000 and (piece := client.recv(1 << 20)):
            total += len(piece)
    except ConnectionError:
        pass
    return total < 40_000_000


def test_where_an_address_has_its_share_its_slowest_connection_makes_room(start: Start) -> None:
    site = start(each=4, head=60)
    slow = [site.connect(HEAD) for _ in range(4)]
    assert [site.get("/") for _ in range(3)] == [200, 200, 200]
    assert sum(is_closed_within(client, 0.3) for client in slow) >= 1
    for client in slow:
        client.close()


def test_where_all_places_are_taken_the_slowest_of_all_makes_room(start: Start) -> None:
    site = start(connections=4, head=60)
    slow = [site.connect(HEAD) for _ in range(12)]
    assert site.get("/") == 200
    for client in slow:
        client.close()


def test_where_everybody_is_being_served_the_newcomer_is_told_to_come_again(start: Start) -> None:
    site = start(each=2)
    held = site.ask_and_leave_waiting("/slow/", 2)
    wait_until(lambda: len(busy(site)) == 2)
    with closing(site.connect()) as client:
        assert client.recv(1000).startswith(b"HTTP/1.1 503")
    site.let_go.set()
    assert all(client.recv(1000).startswith(b"HTTP/1.1 200") for client in held)


def busy(site: Site) -> list[connections.Channel]:
    """Connections for which something is being done."""
    return [one for one in list(site.server.map.values()) if isinstance(one, connections.Channel) and one.requests]


def wait_until(what: Callable[[], object]) -> None:
    ends = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < ends
        threading.Event().wait(0.02)


def test_behind_a_proxy_an_address_has_no_share_since_all_come_from_the_proxys(start: Start) -> None:
    site = start(proxy=True, each=2)
    held = site.ask_and_leave_waiting("/slow/", 5)
    wait_until(lambda: len(busy(site)) == 5)
    site.let_go.set()
    assert all(client.recv(1000).startswith(b"HTTP/1.1 200") for client in held)


def test_behind_a_proxy_turns_are_of_the_address_that_the_proxy_tells(start: Start) -> None:
    def origin(site: Site) -> str:
        client = site.connect(b"GET /slow/ HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 6.6.6.6, 10.1.2.3\r\n\r\n")
        found: list[connections.Channel] = []
        wait_until(lambda: found.extend(one for one in busy(site) if one not in found) or found)
        told = found[0].origin()
        site.let_go.set()
        client.close()
        return told

    assert origin(start(proxy=True)) == "10.1.2.3"
    assert origin(start()) == "127.0.0.1"


def test_public_pages_cannot_take_the_threads_of_the_desk(start: Start) -> None:
    site = start()
    held = site.ask_and_leave_waiting("/slow/", 30)
    assert site.get("/desk/sign-in/") == 200
    for client in held:
        client.close()


def test_whoever_stands_at_the_door_cannot_take_the_threads_of_who_is_signed_in(start: Start) -> None:
    """Asking for the desk's pages makes nobody staff; a view that found the session signed in does."""
    site = start()
    assert site.get("/desk/in/", Cookie="other=1; s=known") == 200
    held = site.ask_and_leave_waiting("/desk/slow/", 30) + site.ask_and_leave_waiting("/slow/", 30)
    assert site.get("/desk/", Cookie="s=known") == 200
    assert site.get("/", Cookie="s=known") == 200
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(f"http://127.0.0.1:{site.port}/desk/", headers={"Cookie": "s=guessed"}, trust_env=False, timeout=0.5)
    for client in held:
        client.close()


def test_origins_take_turns_and_keep_their_own_order() -> None:
    class Task:
        def __init__(self, words: str) -> None:
            self.words = words

        def origin(self) -> str:
            return self.words[0]

    turns = lanes.Turns()
    for words in ("a1", "a2", "a3", "b1", "c1", "c2"):
        turns.append(Task(words))
    assert len(turns) == 6
    assert [turns.popleft().words for _ in range(6)] == ["a1", "b1", "c1", "a2", "c2", "a3"]
    assert not turns


def test_a_session_is_forgotten_after_a_shift_and_the_oldest_of_too_many() -> None:
    now = [0.0]
    known = lanes.KnownSessions("s", lambda: now[0])

    def visit(key: str) -> None:
        def view(environ: dict[str, Any], _start: object) -> list[bytes]:
            environ[lanes.SIGNED_IN] = True
            return []

        known.watching(view)({"HTTP_COOKIE": f"s={key}"}, None)

    visit("first")
    assert known.has("x=1; s=first")
    assert not known.has("x=first")
    now[0] = 13 * 3600.0
    assert not known.has("s=first")
    for number in range(2001):
        visit(str(number))
    assert not known.has("s=0")
    assert known.has("s=2000")


def test_what_a_client_writes_never_says_that_it_is_signed_in(start: Start) -> None:
    """Only the view's own word in the environment counts, and each request begins without it."""
    known = lanes.KnownSessions("s")
    known.watching(lambda _environ, _start: [])({"HTTP_COOKIE": "s=1", lanes.SIGNED_IN: True}, None)
    assert not known.has("s=1")


def test_the_public_sends_no_bodies_of_a_gigabyte(start: Start) -> None:
    site = start()

    def told(path: str) -> bytes:
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\nConnection: close\r\n\r\n"
        with closing(site.connect(head.encode())) as client:
            client.settimeout(0.7)
            try:
                return client.recv(1000)[:12]
            except TimeoutError:
                return b""

    assert told("/ask/") == b"HTTP/1.1 413"
    assert told("/desk/imports/") == b""  # goes on to wait for it


def test_staff_are_answered_while_a_hundred_and_fifty_slow_clients_hold_on(tmp_path: Path) -> None:
    with serving("run", tmp_path / "home", HUIYING_REQUEST_SECONDS="30") as server:
        port = int(server.address.rpartition(":")[2])
        slow = []
        for number in range(150):
            client = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
            client.sendall(HEAD if number % 2 else b"POST /ask/ HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\na")
            slow.append(client)
        assert httpx.get(f"{server.address}/desk/sign-in/", timeout=20, trust_env=False).status_code == 200
        for client in slow:
            client.close()
