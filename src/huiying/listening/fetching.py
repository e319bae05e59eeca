"""One request to the outside, contained: time, size, redirects, addresses, compression. No database is touched here.

Whatever a hostile server does ends in a `Fetched` with an outcome that names it; nothing is raised. Every hop passes
the address guard; a redirect to another host is not followed but handed back, so that the other host's robots.txt and
rate are respected too.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urljoin, urlsplit

import httpx

from huiying.kernel import clock
from huiying.kernel.addresses import AddressRefused, HostUnknown, Resolver, check_url, resolve
from huiying.kernel.guarded import GuardedTransport
from huiying.kernel.timed import TimedTransport
from huiying.listening import outcomes
from huiying.listening.outcomes import Failed

AGENT: Final = "Huiying"  # the name that a robots.txt may speak to
USER_AGENT: Final = "Huiying/0.1 (public feeds and pages; respects robots.txt)"
OK: Final = "ok"
UNCHANGED: Final = "unchanged"
NO_CONTENT: Final = b""
LONGEST_RETRY_AFTER: Final = 24 * 3600
#: A text hardly ever packs better than this; a bomb packs a thousandfold.
PACKED_AT_MOST: Final = 200
_SMALL: Final = 1_000_000
_ACCEPT: Final = "application/feed+json, application/rss+xml, application/atom+xml, text/html;q=0.9, */*;q=0.8"


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds and bytes that one fetch may take. `packed` counts bytes on the wire, `unpacked` the body."""

    seconds: float = 30.0
    idle: float = 10.0
    packed: int = 12_000_000
    unpacked: int = 24_000_000
    redirects: int = 5


LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True)
class Order:
    """What to fetch. With `etag` or `last_modified` an unchanged page costs the other side nothing."""

    url: str
    etag: str = ""
    last_modified: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of it. `outcome` is OK, UNCHANGED, `outcomes.MOVED` (with `moved_to`) or a failure.

    `body` is unpacked, `wire` as it was sent; `retry_after` in seconds where the server named it.
    """

    url: str
    outcome: str
    detail: str = ""
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = NO_CONTENT
    wire: bytes = NO_CONTENT
    moved_to: str = ""
    retry_after: float | None = None
    seconds: float = 0.0

    def header(self, name: str) -> str:
        """The first header of that name; "" for none."""
        return next((value for key, value in self.headers if key.lower() == name), "")


Transport = Callable[[Limits], httpx.BaseTransport]


def guarded(limits: Limits, resolver: Resolver = resolve) -> httpx.BaseTransport:
    """The transport of real fetches: addresses judged and pinned, one deadline for everything."""
    return GuardedTransport(resolver, TimedTransport(limits.seconds, limits.idle))


class Fetcher:
    """Stateless but for its transport: may be used from several threads."""

    def __init__(
        self,
        transport: Transport = guarded,
        limits: Limits = LIMITS,
        judge: Callable[[str], object] = check_url,
    ) -> None:
        """`judge` raises AddressRefused for an address that a redirect must not lead to."""
        self._transport, self._limits, self._judge = transport, limits, judge

    @property
    def limits(self) -> Limits:
        return self._limits

    def fetch(self, order: Order) -> Fetched:
        """Fetch `order`; never raises."""
        begun = time.monotonic()
        try:
            with httpx.Client(transport=self._transport(self._limits), trust_env=False) as client:
                found = self._follow(client, order, begun)
        except Failed as failed:
            found = Fetched(order.url, failed.outcome, failed.detail)
        except httpx.TimeoutException as error:
            over = time.monotonic() - begun >= self._limits.seconds * 0.99
            connecting = isinstance(error, httpx.ConnectTimeout)
            found = Fetched(
                order.url,
                outcomes.UNREACHABLE if connecting else outcomes.TOO_SLOW if over else outcomes.TIMEOUT,
                f"{time.monotonic() - begun:.0f} s",
            )
        except Exception as error:
            found = Fetched(order.url, *_named(error))
        return replace(found, seconds=time.monotonic() - begun)

    def _follow(self, client: httpx.Client, order: Order, begun: float) -> Fetched:
        url, seen, walls = order.url, {order.url}, False
        for _hop in range(self._limits.redirects + 1):
            answer = self._once(client, order, url, begun)
            if not (300 <= answer.status < 400 and answer.status != 304 and answer.header("location")):
                return answer
            walls = walls or bool(answer.header("set-cookie"))
            target = urljoin(url, answer.header("location")).partition("#")[0]
            if host_of(target) != host_of(url):
                self._judge(target)
                return Fetched(url, outcomes.MOVED, status=answer.status, moved_to=target)
            if target in seen:
                break
            seen.add(target)
            url = target
        if walls:
            raise Failed(outcomes.COOKIE_WALL, url[:200])
        raise Failed(outcomes.REDIRECTS, f"{len(seen)}：{url[:200]}")

    def _once(self, client: httpx.Client, order: Order, url: str, begun: float) -> Fetched:
        headers = {"User-Agent": USER_AGENT, "Accept": _ACCEPT, "Accept-Encoding": "gzip, deflate", **order.headers}
        if order.etag:
            headers["If-None-Match"] = order.etag
        if order.last_modified:
            headers["If-Modified-Since"] = order.last_modified
        request = client.build_request("GET", url, headers=headers)
        request.headers.pop("cookie", None)
        answer = client.send(request, stream=True)
        try:
            wire, body = self._read(answer, begun)
        finally:
            answer.close()
        found = Fetched(
            url=url,
            outcome=_judged(answer.status_code),
            status=answer.status_code,
            headers=tuple(answer.headers.multi_items()),
            body=body,
            wire=wire,
        )
        return found if found.outcome in (OK, UNCHANGED) else _refused(found)

    def _read(self, answer: httpx.Response, begun: float) -> tuple[bytes, bytes]:
        stated = answer.headers.get("content-length", "")
        if stated.isascii() and stated.isdigit() and int(stated) > self._limits.packed:
            raise Failed(outcomes.TOO_LARGE, f"{int(stated)} B")
        unpack = Unpacker(answer.headers.get("content-encoding", ""), self._limits.unpacked)
        wire = bytearray()
        for chunk in answer.iter_raw():
            wire += chunk
            if len(wire) > self._limits.packed:
                raise Failed(outcomes.TOO_LARGE, f"> {self._limits.packed} B")
            unpack.feed(chunk)
            if time.monotonic() - begun > self._limits.seconds:
                raise Failed(outcomes.TOO_SLOW, f"{len(wire)} B / {self._limits.seconds:g} s")
        return bytes(wire), unpack.finish()


class Unpacker:
    """gzip and deflate, never more than `limit` bytes out. Raises Failed for a bomb and for damage."""

    def __init__(self, encoding: str, limit: int) -> None:
        self._limit, self._packed, self._out = limit, 0, bytearray()
        names = [name.strip().lower() for name in encoding.split(",") if name.strip() not in ("", "identity")]
        if len(names) > 1 or (names and names[0] not in ("gzip", "x-gzip", "deflate")):
            raise Failed(outcomes.DAMAGED, encoding[:60])
        self._unzip = zlib.decompressobj(47) if names and names[0] != "deflate" else None
        self._raw_deflate = bool(names) and names[0] == "deflate"

    def feed(self, chunk: bytes) -> None:
        self._packed += len(chunk)
        if self._raw_deflate and self._unzip is None:
            # Both kinds are sent under this name: zlib's header is CM=8 and divisible by 31.
            zlib_head = len(chunk) > 1 and chunk[0] & 15 == 8 and (chunk[0] << 8 | chunk[1]) % 31 == 0
            self._unzip = zlib.decompressobj(zlib.MAX_WBITS if zlib_head else -zlib.MAX_WBITS)
        if self._unzip is None:
            self._out += chunk
            if len(self._out) > self._limit:
                raise Failed(outcomes.TOO_LARGE, f"> {self._limit} B")
            return
        try:
            self._out += self._unzip.decompress(chunk, self._limit + 1 - len(self._out))
        except zlib.error as error:
            raise Failed(outcomes.DAMAGED, str(error)[:200]) from error
        if len(self._out) > self._limit or self._looks_like_a_bomb():
            raise Failed(outcomes.BOMB, f"{self._packed} B → > {len(self._out)} B")

    def finish(self) -> bytes:
        if self._unzip is not None and self._packed and not self._unzip.eof:
            raise Failed(outcomes.DAMAGED, f"{self._packed} B")
        return bytes(self._out)

    def _looks_like_a_bomb(self) -> bool:
        return len(self._out) > _SMALL and len(self._out) > PACKED_AT_MOST * self._packed


def host_of(url: str) -> str:
    """Host and, where it is not the scheme's own, port: the unit of politeness. "" where there is none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    host = (parts.hostname or "").rstrip(".").lower()[:250]
    return f"{host}:{port}" if host and port and port != {"http": 80, "https": 443}.get(parts.scheme) else host


def _judged(status: int) -> str:
    if status == 304:
        return UNCHANGED
    if 200 <= status < 400:
        return OK
    by_status = {404: outcomes.MISSING, 410: outcomes.MISSING, 429: outcomes.THROTTLED, 503: outcomes.UNAVAILABLE}
    if status in (401, 402, 403, 407, 451):
        return outcomes.FORBIDDEN
    return by_status.get(status) or (outcomes.SERVER_ERROR if status >= 500 else outcomes.STATUS)


def _refused(found: Fetched) -> Fetched:
    return Fetched(
        found.url,
        found.outcome,
        f"HTTP {found.status}",
        found.status,
        found.headers,
        retry_after=_retry_after(found.header("retry-after")),
    )


def _retry_after(text: str) -> float | None:
    """Seconds to wait, at most a day; a number or a date. None where nothing usable is said."""
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(min(int(text), LONGEST_RETRY_AFTER))
    try:
        wait = (parsedate_to_datetime(text) - clock.now()).total_seconds()
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return float(min(max(wait, 0.0), LONGEST_RETRY_AFTER))


def _named(error: Exception) -> tuple[str, str]:
    """The outcome of an exception, and a sentence for the check's row."""
    if isinstance(error, HostUnknown):
        return outcomes.UNREACHABLE, str(error)[:300]
    if isinstance(error, AddressRefused):
        return outcomes.REFUSED, str(error)[:300]
    if isinstance(error, httpx.HTTPError | httpx.InvalidURL):
        return outcomes.UNREACHABLE, f"{type(error).__name__}: {error}"[:200]
    return outcomes.BROKEN, f"{type(error).__name__}: {error}"[:200]
