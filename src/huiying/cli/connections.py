"""What a connection may cost: waitress with limits on how many there are and how long each may take.

Waitress hands a request to a thread only when all of it is there, so slow clients hold connections and no threads; but
it took a hundred connections in all, waited two minutes for the next byte, and then took nobody any more: 120 clients
that sent a header a minute kept everybody out. Here a request that does not come in its time is dropped, one address
has at most its share, and where all places are taken the one that makes the least of its place makes room.
"""

from __future__ import annotations

import contextlib
import copy
import logging
import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import MultiSocketServer, TcpWSGIServer

from huiying.cli.lanes import KnownSessions, Lanes, is_public

#: A body or an answer may go on as long as so much of it moves in each stretch of time (bytes a second).
SLOWEST: Final = 1_000
#: A head that is younger is not late: a newcomer under attack is not sent away for the next one.
_YOUNG: Final = 2.0
_MOST_HEADER_BYTES: Final = 65_536
#: Six pictures of 10 MB and a form around them; staff import files of any size.
_MOST_PUBLIC_BYTES: Final = 64 * 1024 * 1024
_FULL: Final = b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 5\r\nContent-Length: 0\r\n\r\n"


@dataclass(frozen=True)
class Limits:
    """How many connections, and for how many seconds each. `head` is for all of a request's head from its first byte
    on, and for the first request of a connection; `idle` is between two requests; `answer` is how long a client may
    leave an answer untouched.
    """

    connections: int = 512
    each: int = 256
    head: float = 10.0
    idle: float = 60.0
    answer: float = 60.0


class Parser(HTTPRequestParser):  # type: ignore[misc]  # waitress is untyped
    """As waitress's, but that the public sends no bodies of a gigabyte."""

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        if is_public(self.path):
            self.adj: Adjustments = copy.copy(self.adj)
            self.adj.max_request_body_size = _MOST_PUBLIC_BYTES


class Pace:
    """Whether enough moves. What came fast is not saved up: a megabyte at once pays for no hour of dripping."""

    def __init__(self, since: float, moved: int = 0) -> None:
        self._since = since
        self._moved = moved

    def is_lost(self, now: float, moved: int, seconds: float) -> bool:
        if moved - self._moved >= SLOWEST * seconds:
            self._since, self._moved = now, moved
        return now - self._since > seconds


class Channel(HTTPChannel):  # type: ignore[misc]  # waitress is untyped
    """A connection that knows for how long it has kept us waiting."""

    parser_class = Parser

    def __init__(self, server: Server, sock: Any, addr: Any, adj: Adjustments, map: Any = None) -> None:
        self.began = self.rested = time.monotonic()
        self.answered = False
        self._pace = Pace(self.began)
        self._sent = 0
        self._owes = False  # whether an answer of ours waits for the client
        super().__init__(server, sock, addr, adj, map=map)

    def received(self, data: bytes) -> bool:
        before = self.request
        went_on = bool(super().received(data))
        if self.request is not before:
            self.began = time.monotonic()
            self._pace = Pace(self.began)
        return went_on

    def send(self, data: bytes, do_close: bool = True) -> int:
        sent = int(super().send(data, do_close=do_close))
        self._sent += sent
        return sent

    def service(self) -> None:
        super().service()
        self.rested, self.answered = time.monotonic(), True

    def origin(self) -> str:
        """Whose request it is: the address, or what the trusted proxy says of it."""
        told = self.requests[0].headers.get("X_FORWARDED_FOR", "") if self.requests else ""
        address = str(self.addr[0])
        return told.rpartition(",")[2].strip() if told and address == self.adj.trusted_proxy else address

    def is_late(self, now: float) -> bool:
        """Whether its time is over: for a head, for a body by what came of it, for a rest, for taking an answer."""
        limits: Limits = self.server.limits
        if self.total_outbufs_len:
            if not self._owes:
                self._owes, self._pace = True, Pace(now, self._sent)
            return self._pace.is_lost(now, self._sent, limits.answer)
        self._owes = False
        if self.requests:
            return False  # our turn
        if self.request is None:
            return now - self.rested > (limits.idle if self.answered else limits.head)
        return self._pace.is_lost(now, self.request.body_bytes_received, limits.head)

    def leave(self) -> None:
        """Closed by the server's own round: a number that is free at once could be a newcomer's in the same round. Shut
        down before, since the round comes to no connection whose client takes nothing.
        """
        self.will_close = True
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)

    def dispensable(self, now: float) -> tuple[int, float] | None:
        """The smaller, the sooner it makes room for another; None while something is done for it."""
        if self.requests or self.total_outbufs_len or self.will_close:
            return None
        if self.request is None and self.answered:
            return 1, self.rested
        since = self.rested if self.request is None else self.began
        return (0, since) if now - since > _YOUNG else (2, since)


class Server(TcpWSGIServer):  # type: ignore[misc]  # waitress is untyped
    """Takes a newcomer where another can make room, and looks each second who is late."""

    limits: Limits

    def channel_class(self, server: Server, sock: Any, addr: Any, adj: Adjustments, map: Any) -> Channel:
        """Called by waitress with each connection that it accepted."""
        channel = Channel(server, sock, addr, adj, map)
        self._make_room(channel)
        return channel

    def maintenance(self, now: float) -> None:
        """Called by waitress each `cleanup_interval`."""
        here = time.monotonic()
        for channel in list(self.active_channels.values()):
            if channel.is_late(here):
                channel.leave()

    def _make_room(self, newcomer: Channel) -> None:
        others = [one for one in self._map.values() if isinstance(one, Channel) and not one.will_close]
        address = newcomer.addr[0]
        if address != self.adj.trusted_proxy:  # behind a proxy everybody comes from its address
            of_it = [one for one in others if one.addr[0] == address]
            if len(of_it) > self.limits.each and not _leave_one(of_it, newcomer):
                return
        if len(others) > self.limits.connections:
            _leave_one(others, newcomer)


def _leave_one(channels: list[Channel], newcomer: Channel) -> bool:
    """The most dispensable one leaves; the newcomer itself, with a word, where everybody else is being served."""
    now = time.monotonic()
    ranked = [(rank, one) for one in channels if one is not newcomer and (rank := one.dispensable(now)) is not None]
    if ranked:
        min(ranked, key=lambda pair: pair[0])[1].leave()
        return True
    with contextlib.suppress(OSError):
        newcomer.socket.send(_FULL)
    newcomer.will_close = True
    return False


def create(
    application: Callable[..., Iterable[bytes]],
    *,
    host: str,
    port: int,
    cookie: str,
    limits: Limits | None = None,
    **more: Any,
) -> MultiSocketServer:
    """A server as waitress's `create_server` makes it, with limits and lanes. `cookie` is the name of the session's."""
    limits = limits or Limits()
    settings = Adjustments(
        host=host,
        port=port,
        ident="huiying",
        connection_limit=limits.connections + 64,  # ours comes first: waitress would stop listening
        cleanup_interval=1,
        max_request_header_size=_MOST_HEADER_BYTES,
        asyncore_use_poll=True,  # select() ends at descriptor 1 024
        **more,
    )
    # How long a queue is in a rush is no news for each request of the rush.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    known = KnownSessions(cookie)
    lanes = Lanes(known)
    sockets: dict[int, Any] = {}
    servers = []
    for each in settings.listen:
        server = Server(known.watching(application), sockets, dispatcher=lanes, adj=settings, sockinfo=each)
        server.limits = limits
        servers.append(server)
    listening = [(server.effective_host, server.effective_port) for server in servers]
    return MultiSocketServer(sockets, settings, listening, lanes, servers[-1].log_info)
