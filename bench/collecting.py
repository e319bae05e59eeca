"""The collector: looks a second through the real fetcher, guard, pace, evidence and store, at feeds on loopback.

Sources stand two on a host, each host a name that a resolver of the bench's own leads to 127.0.0.1, so the address
guard, robots.txt and the pace of each host play their part. A host's pause is not waited for: when nothing else is to
do, the clock of the program jumps over it, so that the figure is of the machine and not of politeness. Two rounds:
the first look, at which every item is new, and the next one: six sources in ten answer 304, three send the same body
again, one has a new item. The third row is that round as the program's loop drives it, with its rests.

The floor, in the same run: the same addresses fetched by plain httpx with as many threads and the same conditions,
each changed body parsed by fastfeedparser; no guard, no pace, no evidence, no database. Requests go to this machine
only; the server ends with the pipe that it was started with. `HUIYING_BENCH_SOURCES` sets how many sources there are.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, process_time, sleep
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent))
from _homes import measured

SOURCES: Final = int(os.environ.get("HUIYING_BENCH_SOURCES", "0")) or (
    2_000 if os.environ.get("HUIYING_BENCH_FULL") else 400
)
ON_A_HOST: Final = 2
ITEMS: Final = 20
LONGEST: Final = 100.0  # seconds that a round may take
_TEXT: Final = "鞍山公共资源交易平台今天登录不上，九点半就要开标，解密超时算谁的？打电话没有人接，盼回复。" * 4


def run() -> list[dict[str, Any]]:
    """`collecting_first`, `collecting_again` in fetches/s and per CPU-second beside their floors, and by the loop."""
    found = measured("sqlite", __file__)
    rows = []
    for name in ("first", "again"):
        for per, unit in (("rate", "fetches/s"), ("cpu_rate", "fetches/CPU-s")):
            end = "" if per == "rate" else "_cpu"
            rows.append(_row(f"{name}{end}", found[name][per], unit, found[f"floor_{name}"][per]))
    return [*rows, _row("loop", found["loop"]["rate"], "fetches/s", found["floor_again"]["rate"])]


def _row(name: str, figure: float, unit: str, floor: float) -> dict[str, Any]:
    return {
        "name": f"collecting_{name}_{SOURCES}", "figure": round(figure, 1), "unit": unit,
        "peer_or_floor": round(floor, 1), "ratio": round(figure / floor, 4), "goal": None, "met": None,
    }  # fmt: skip


# --- the server: in a process of its own, so that it shares no interpreter with what is measured ------------------


def feed(number: int, news: int) -> bytes:
    """Feed `number` with its items and as many new ones on top."""
    items = "".join(
        f"<item><title>来源{number}第{n}条：平台登录不上</title><link>http://n{number}.bench/a/{n}.html</link>"
        f"<description>{_TEXT}</description><pubDate>Mon, 14 Sep 2026 01:{n % 60:02d}:00 GMT</pubDate></item>"
        for n in range(ITEMS + news, news, -1)
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>{items}</channel></rss>'.encode()


def serve() -> None:
    """Answer on a free port of 127.0.0.1, which is printed, until standard input is closed."""
    asked: Counter[str] = Counter()

    def answer(path: str, head: str) -> tuple[str, bytes, str]:
        if path == "/robots.txt":
            return "200 OK", b"User-agent: *\nAllow: /\n", ""
        number, kind = int(path.rpartition("/f")[2]), int(path[-1])
        if kind < 6:
            tag = f'"{number}"'
            if f"if-none-match: {tag}" in head:
                return "304 Not Modified", b"", f"ETag: {tag}\r\n"
            return "200 OK", feed(number, 0), f"ETag: {tag}\r\n"
        asked[path] += 1
        return "200 OK", feed(number, asked[path] - 1 if kind == 9 else 0), ""

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status, body, more = answer(head.split(" ", 2)[1], head.lower())
        told = f"HTTP/1.1 {status}\r\nContent-Type: text/xml\r\nContent-Length: {len(body)}\r\n{more}"
        writer.write(f"{told}Connection: close\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()

    async def main() -> None:
        server = await asyncio.start_server(one, "127.0.0.1", 0, backlog=512)
        sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
        sys.stdout.flush()
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        server.close()

    asyncio.run(main())


@contextmanager
def serving() -> Iterator[int]:
    """The server's port, for the length of a block."""
    command = [sys.executable, str(Path(__file__).resolve()), "serve"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        try:
            yield int(server.stdout.readline())
        finally:
            server.stdin.close()


# --- the floor ----------------------------------------------------------------------------------------------------


class Plain:
    """Fetches and parses, and keeps nothing but what makes the next request conditional."""

    def __init__(self, port: int, threads: int) -> None:
        import httpx

        self._at, self._threads = f"http://127.0.0.1:{port}", threads
        self._client = httpx.Client(trust_env=False, timeout=30)
        self._tags: dict[str, str] = {}
        self._bodies: dict[str, bytes] = {}

    def round(self, paths: list[str]) -> int:
        with ThreadPoolExecutor(self._threads) as pool:
            return sum(1 for _ in pool.map(self._one, paths))

    def _one(self, path: str) -> None:
        import fastfeedparser

        tag = self._tags.get(path)
        answer = self._client.get(f"{self._at}{path}", headers={"If-None-Match": tag} if tag else {})
        if answer.status_code != 200 or path == "/robots.txt" or self._bodies.get(path) == answer.content:
            return
        self._tags[path], self._bodies[path] = answer.headers.get("etag", ""), answer.content
        parsed = fastfeedparser.parse(answer.content, include_media=False, include_enclosures=False, include_tags=False)
        assert len(parsed.entries) == ITEMS


# --- what is measured ---------------------------------------------------------------------------------------------


class Jumping:
    """The machine's clock, and what was jumped over."""

    def __init__(self) -> None:
        self._jumped = dt.timedelta()

    def __call__(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + self._jumped

    def jump(self, seconds: float) -> None:
        self._jumped += dt.timedelta(seconds=seconds)


def measure(port: int) -> dict[str, dict[str, float]]:
    """Both rounds, the floor's and the collector's, and the round of the loop."""
    os.environ["HUIYING_ALLOWED_NETWORKS"] = "127.0.0.0/8"
    from huiying.kernel import clock
    from huiying.listening import collecting, fetching

    class Counted(collecting.Threads):
        made = 0

        def finished(self) -> list[Any]:
            done = super().finished()
            self.made += len(done)
            return done

    def transport(limits: fetching.Limits) -> Any:
        return fetching.guarded(limits, lambda _host, _port: ["127.0.0.1"])

    paths = [f"/plain/f{number}" for number in range(SOURCES)]
    robots = ["/robots.txt"] * (-(-SOURCES // ON_A_HOST))
    plain = Plain(port, collecting.THREADS)
    found = {"floor_first": _timed(lambda: plain.round(robots + paths))}
    found["floor_again"] = _timed(lambda: plain.round(paths))

    with clock.use(Jumping()) as jumping:
        pool = Counted(fetching.Fetcher(transport, judge=lambda _url: None))
        collector = collecting.Collector(pool)
        _build(port)

        def through() -> int:
            before, until = pool.made, perf_counter() + LONGEST
            while _waiting():
                if not collector.tick():
                    if pool.room() == collecting.THREADS:
                        jumping.jump(1.0)
                    else:
                        sleep(0.0005)
                if perf_counter() > until:
                    sys.exit("bench collecting: a round took too long")
            return pool.made - before

        found["first"] = _timed(through)
        _check(SOURCES * ITEMS)
        _all_due()
        found["again"] = _timed(through)
        _check(SOURCES * ITEMS + _with_news())
        _judge()
        _all_due()
        found["loop"] = _timed(lambda: _by_the_loop(collector, pool, jumping))
        _check(SOURCES * ITEMS + 2 * _with_news())
    return found


def _timed(work: Callable[[], int]) -> dict[str, float]:
    begun, working = perf_counter(), process_time()
    made = work()
    return {"rate": made / (perf_counter() - begun), "cpu_rate": made / (process_time() - working)}


def _by_the_loop(collector: Any, pool: Any, jumping: Jumping) -> int:
    """The loop of the program with all that it does, in a thread of its own as in `huiying run`."""
    from django.db import connection

    from huiying.listening import collecting
    from huiying.work.loop import Loop

    collecting._running = collector
    before, until, stop = pool.made, perf_counter() + LONGEST, threading.Event()
    thread = threading.Thread(target=Loop("bench").run, args=(stop,))
    thread.start()
    try:
        while _waiting():
            sleep(0.05)
            if pool.room() == collecting.THREADS and not collecting.due(jumping()):
                jumping.jump(1.0)
            if perf_counter() > until:
                sys.exit("bench collecting: the loop took too long")
    finally:
        stop.set()
        thread.join()
        connection.close()
    return int(pool.made - before)


def _build(port: int) -> None:
    from huiying.kernel import clock
    from huiying.listening.models import Source, SourceHost

    now = clock.now()
    names = [f"h{number // ON_A_HOST}.bench:{port}" for number in range(SOURCES)]
    SourceHost.objects.bulk_create([SourceHost(name=name, free_at=now) for name in dict.fromkeys(names)])
    Source.objects.bulk_create(
        Source(
            name=f"来源{number}", channel_class="论坛", platform=f"来源{number}", adapter="feed", host_id=name,
            url=f"http://{name}/f{number}", owner_role="duty_officer", backup_role="shift_leader", added_by="bench",
            added_at=now, next_action_at=now, min_minutes=600, max_minutes=1_200, interval_seconds=36_000,
        )
        for number, name in enumerate(names)
    )  # fmt: skip


def _judge() -> None:
    """Rules are compiled and what came before is judged: the loop's round has to judge what it brings, no more."""
    from huiying.judging import engines
    from huiying.judging.pipeline import judge_pending
    from huiying.listening.models import Post

    engines.use_in_process()
    judge_pending(50)
    Post.objects.update(screened=True)


def _all_due() -> None:
    from huiying.kernel import clock
    from huiying.listening.models import Source

    Source.objects.update(next_action_at=clock.now())


def _waiting() -> bool:
    """Whether a source has not been looked at in this round: the next look is ten hours away."""
    from huiying.kernel import clock
    from huiying.listening.models import Source

    return Source.objects.filter(next_action_at__lt=clock.now() + dt.timedelta(hours=1)).exists()


def _with_news() -> int:
    return len(range(9, SOURCES, 10))


def _check(posts: int) -> None:
    """The same answers before any figure: every source read, every item stored once, nothing failed."""
    from huiying.listening.models import Post, Source

    failed = list(Source.objects.filter(failures__gt=0).values_list("name", "last_outcome", "last_detail")[:3])
    if failed or Post.objects.count() != posts:
        sys.exit(f"bench collecting: {Post.objects.count()} posts instead of {posts}; failed: {failed}")


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        serve()
    else:
        from _homes import opened

        opened()
        with serving() as free_port:
            print(json.dumps(measure(free_port)))
