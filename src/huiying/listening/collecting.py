"""The collector: thousands of sources on the one loop （五）C5.2, C5.12.

A tick takes in what the fetching threads brought and hands them the next turns; threads only fetch and read, every
row is written here, under the loop's fence. A row's next moment moves in the transaction that stores what was found:
after kill -9 the turn is simply taken again.
"""

from __future__ import annotations

import datetime as dt
import logging
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, Protocol

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction

from huiying.engine.post import Post
from huiying.kernel import clock
from huiying.kernel.keepable import visible
from huiying.listening import collected, evidence, outcomes, politeness, rhythm
from huiying.listening.fetching import Fetcher, host_of
from huiying.listening.models import Source, SourceCheck, SourceHost, SourcePage
from huiying.listening.source_check import CheckResult, Turn, look
from huiying.work import leases, loop
from huiying.work.rows import insert, rewrite

_log = logging.getLogger(__name__)
AWAY: Final = (OperationalError, InterfaceError, leases.LeaseLost)  # no fault of what was brought

THREADS: Final = 8
A_TICK: Final = 64  # turns handed out at most
CHECKS_KEPT: Final = 100
PRUNE_EVERY: Final = 20
#: When a page that was kept is looked at again, for edits and for its end; then no more.
LOOK_AGAIN: Final = tuple(dt.timedelta(hours=hours) for hours in (1, 6, 24, 72, 168))
MISSING_AGAIN: Final = dt.timedelta(minutes=30)
GONE_AFTER: Final = 2  # 404 or 410 in a row
PAGE_TRIES: Final = 4
MOST_HOPS: Final = 4

_MEMORY: Final = (
    "host", "next_action_at", "interval_seconds", "etag", "last_modified", "body_sha256", "cursor", "hop_url", "hops",
    "last_checked_at", "last_success_at", "last_new_at", "last_outcome", "last_detail", "last_items", "last_new",
    "failures", "failing_since", "checks_made", "arrivals",
)  # fmt: skip


class Pool(Protocol):
    """Where turns are carried out."""

    def room(self) -> int: ...

    def submit(self, turn: Turn) -> None: ...

    def finished(self) -> list[CheckResult]: ...


class Inline:
    """Carries a turn out on the spot; for tests, and for a look that a person asked for."""

    def __init__(self, fetcher: Fetcher, room: int = A_TICK) -> None:
        self._fetcher, self._room, self._done = fetcher, room, list[CheckResult]()

    def room(self) -> int:
        return self._room

    def submit(self, turn: Turn) -> None:
        self._done.append(look(turn, self._fetcher))

    def finished(self) -> list[CheckResult]:
        done, self._done = self._done, []
        return done


class Threads:
    """A thread for each turn, at most `most` at a time; daemons: a hanging name server does not hold the exit."""

    def __init__(self, fetcher: Fetcher, most: int = THREADS) -> None:
        self._fetcher, self._most, self._busy = fetcher, most, 0
        self._done: queue.SimpleQueue[CheckResult] = queue.SimpleQueue()

    def room(self) -> int:
        return self._most - self._busy

    def submit(self, turn: Turn) -> None:
        self._busy += 1
        threading.Thread(target=lambda: self._done.put(look(turn, self._fetcher)), name="fetch", daemon=True).start()

    def finished(self) -> list[CheckResult]:
        done = []
        while not self._done.empty():
            done.append(self._done.get())
        self._busy -= len(done)
        return done

    @property
    def waiting(self) -> bool:
        """Whether an answer is there to be taken in."""
        return not self._done.empty()


class Collector:
    """`tick` from one thread only."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    def tick(self, now: dt.datetime | None = None) -> int:
        """Take in answers and hand out turns; returns how many of both."""
        moment = now or clock.now()
        done = self.pool.finished()
        settle(done)
        handed = self._hand_out(moment)
        return len(done) + handed

    def _hand_out(self, now: dt.datetime) -> int:
        room = min(self.pool.room(), A_TICK)
        if room <= 0:
            return 0
        turns, barred = claim(now, room)
        settle(barred)
        for turn in turns:
            self.pool.submit(turn)
        return len(turns) + len(barred)


def claim(now: dt.datetime, limit: int) -> tuple[list[Turn], list[CheckResult]]:
    """Occupy hosts for what is due: turns to carry out, and looks that end before a request (robots.txt)."""
    turns: list[Turn] = []
    barred: list[CheckResult] = []
    with transaction.atomic():
        leases.require(loop.current())
        chosen = politeness.choose(now, limit)
        hosts = politeness.hosts_of(host.pk for host, _row in chosen)
        for known, row in chosen:
            host = hosts[known.pk]
            if host.turn != known.turn:
                continue  # another process was quicker
            turn = politeness.turn_for(host, row, now)
            politeness.occupy(host, now)
            (turns if isinstance(turn, Turn) else barred).append(turn)  # type: ignore[arg-type]
        rewrite(list(hosts.values()), ["turn", "free_at"])
    return turns, barred


def settle(looks: Sequence[CheckResult]) -> None:
    """Write what was found. Looks that brought nothing share a transaction; each that brought something has its own."""
    quiet = [looked for looked in looks if not _brings(looked)]
    if quiet:
        with transaction.atomic():
            leases.require(loop.current())
            _settle_quietly(quiet)
    for looked in looks:
        if _brings(looked):
            try:
                _settle_one(looked)
            except AWAY:
                raise
            except Exception as error:  # one that cannot be stored must not take the other looks with it
                _log.exception("what a look at %s brought was not stored", looked.turn.host)
                _settle_broken(replace(looked, outcome=outcomes.BROKEN, detail=type(error).__name__, reading=None))


def _settle_broken(looked: CheckResult) -> None:
    """A source or page whose find could not be stored has failed like one that could not be read, and comes later."""
    if looked.turn.what == "page":
        _settle_one(replace(looked, article=None))
        return
    with transaction.atomic():
        leases.require(loop.current())
        _settle_quietly([looked])


def _brings(looked: CheckResult) -> bool:
    return looked.reading is not None or looked.turn.what == "page"


def _settle_quietly(looks: Sequence[CheckResult]) -> None:
    now = clock.now()
    hosts = politeness.hosts_of(looked.turn.host for looked in looks)
    sources = Source.objects.select_for_update().in_bulk(
        [looked.turn.pk for looked in looks if looked.turn.what == "source"]
    )
    checks: list[SourceCheck] = []
    touched: list[Source] = []
    learned: list[SourceHost] = []
    for looked in looks:
        host = hosts.get(looked.turn.host)
        if host is None or host.turn != looked.turn.fence:
            continue
        source = sources.get(looked.turn.pk) if looked.turn.what == "source" else None
        if looked.turn.what == "robots":
            politeness.learn_robots(host, looked, now)
            learned.append(host)
        elif source is not None:
            _note(source, looked, now, 0, 0)
            touched.append(source)
            if looked.outcome != outcomes.MOVED:
                checks.append(check_of(source, looked, now, 0, 0))
        politeness.release(host, looked, now, source.failures if source else 0)
    rewrite(list(hosts.values()), ["free_at"])
    rewrite(learned, ["robots", "robots_status", "robots_at", "delay_seconds"])
    rewrite(touched, _MEMORY)
    insert(checks)
    _prune(touched)


def _settle_one(looked: CheckResult) -> None:
    now = clock.now()
    prepare = _page_work if looked.turn.what == "page" else _source_work
    work = prepare(looked, now)
    with transaction.atomic():
        leases.require(loop.current())
        host = politeness.hosts_of([looked.turn.host]).get(looked.turn.host)
        if host is None or host.turn != looked.turn.fence:
            return
        failures = work()
        politeness.release(host, looked, now, failures)
        host.save(update_fields=["free_at"])


Work = Callable[[], int]


def _source_work(looked: CheckResult, now: dt.datetime) -> Work:
    """Evidence is written before the transaction; what the transaction does is handed back."""
    source = Source.objects.select_related("article", "host").get(pk=looked.turn.pk)
    assert looked.reading is not None
    follows = bool(source.config.get("follow"))
    items = looked.reading.items
    found: list[tuple[list[Post], evidence.Captured | None]] = []
    left_out: list[str] = []
    for fetched, shown in looked.parts:
        posts, refused = collected.engine_posts(
            source, [i for i in shown if not (i.follow or (follows and i.url))], now
        )
        left_out += [refused] if refused else []
        if new := collected.fresh(posts):
            found.append((new, collected.capture(fetched, now)))

    def work() -> int:
        locked = Source.objects.select_for_update().get(pk=source.pk)
        taken = [collected.take(source, new, captured) for new, captured in found]
        brought = sum(one.new for one in taken)
        left_out.extend(filter(None, (collected.left_out(list(one.refused.values())) for one in taken)))
        pages = collected.pages_of(source, [i for i in items if (i.follow or follows) and i.url], now)
        collected.keep_pages(source, pages)
        brought += sum(page.state == SourcePage.WAITING for page in pages)
        _note(locked, looked, now, len(items), brought)
        if looked.collected:
            locked.last_detail = visible("；".join(left_out))[:300]
        locked.save(update_fields=_MEMORY)
        check_of(locked, looked, now, len(items), brought).save()
        _prune([locked])
        return locked.failures

    return work


def _page_work(looked: CheckResult, now: dt.datetime) -> Work:
    page = SourcePage.objects.select_related("source__article", "host").get(pk=looked.turn.pk)
    source = page.source
    gives_up = _last_try(page, looked)
    posts: list[Post] = []
    if looked.article is not None or (gives_up and page.post_id is None):
        posts, _left_out = collected.engine_posts(source, [collected.item_of_page(page, looked)], now)
    new = collected.fresh(posts)
    captured = collected.capture(looked.fetched, now) if new and looked.article is not None else None

    def work() -> int:
        locked = SourcePage.objects.select_for_update().get(pk=page.pk)
        if new:
            locked.post_id = next(iter(collected.take(source, new, captured).post_ids[::-1]), None)
        elif posts and locked.post_id is None:
            locked.post_id = collected.already(posts[0])
        _note_page(locked, looked, now)
        locked.save()
        return locked.failures

    return work


def _last_try(page: SourcePage, looked: CheckResult) -> bool:
    if looked.collected:
        return False
    if looked.outcome == outcomes.MISSING:
        return page.missing + 1 >= GONE_AFTER
    return page.failures + 1 >= PAGE_TRIES


def _note(source: Source, looked: CheckResult, now: dt.datetime, items: int, new: int) -> None:
    if looked.outcome == outcomes.MOVED and source.hops < MOST_HOPS:
        _hop(source, looked.fetched.moved_to, now)
        return
    hopped = bool(source.hop_url)
    if looked.collected:
        outcome = outcomes.NEW if new else outcomes.NOTHING
        wait = looked.reading.at_least_minutes if looked.reading else 0
        rhythm.succeeded(source, now, items or source.last_items, new, outcome, wait)
        if looked.cursor and looked.turn.order.url == source.url:
            source.cursor = looked.cursor
            source.next_action_at = now if looked.more else source.next_action_at
        if looked.fetched.body or looked.fetched.status == 200:
            source.etag = looked.fetched.header("etag")[:300]
            source.last_modified = looked.fetched.header("last-modified")[:100]
            source.body_sha256 = looked.body_sha256
    else:
        outcome = outcomes.REDIRECTS if looked.outcome == outcomes.MOVED else looked.outcome
        rhythm.failed(source, now, outcome, looked.detail, looked.fetched.retry_after)
        source.etag = source.last_modified = source.body_sha256 = ""
    if hopped:
        source.host = politeness.host_row(host_of(source.url), now)


def _hop(source: Source, target: str, now: dt.datetime) -> None:
    """Another host has the page: it is asked in its turn, by its own robots.txt and pace."""
    source.hop_url, source.hops = target[:2000], source.hops + 1
    source.host, source.next_action_at = politeness.host_row(host_of(target), now), now


def _note_page(page: SourcePage, looked: CheckResult, now: dt.datetime) -> None:
    page.last_status = looked.fetched.status or None
    if looked.collected:
        page.state, page.failures, page.missing = SourcePage.KEPT, 0, 0
        page.etag = looked.fetched.header("etag")[:300] or page.etag
        page.last_modified = looked.fetched.header("last-modified")[:100] or page.last_modified
        again = LOOK_AGAIN[page.looks] if page.looks < len(LOOK_AGAIN) else None
        page.looks += 1
        page.next_action_at = now + politeness.jittered(again.total_seconds(), f"p{page.pk}") if again else None
    elif looked.outcome == outcomes.MISSING:
        page.missing += 1
        page.next_action_at = now + MISSING_AGAIN
        if page.missing >= GONE_AFTER:
            collected.disappeared(page)
    elif looked.outcome == outcomes.MOVED and page.failures + 1 < PAGE_TRIES:
        page.failures += 1
        page.url = looked.fetched.moved_to[:2000]
        page.host, page.next_action_at = politeness.host_row(host_of(page.url), now), now
    else:
        page.failures += 1
        tried = page.failures >= PAGE_TRIES
        page.state = SourcePage.KEPT if tried and page.post_id else page.state
        wait = max(600.0 * 2.0**page.failures, looked.fetched.retry_after or 0.0)
        page.next_action_at = None if tried else now + politeness.jittered(wait, f"p{page.pk}:{page.failures}")


def check_of(source: Source, looked: CheckResult, now: dt.datetime, items: int, new: int) -> SourceCheck:
    """The row of one look, unsaved."""
    return SourceCheck(
        source=source,
        at=now,
        outcome=source.last_outcome,
        detail=source.last_detail,
        status=looked.fetched.status or None,
        size=looked.size,
        milliseconds=int(looked.fetched.seconds * 1000),
        encoding=looked.encoding[:20],
        items=items,
        new=new,
    )


def _prune(sources: Sequence[Source]) -> None:
    """Keep the latest hundred looks of each source; counted now and then, so that most looks do not pay for it."""
    for source in sources:
        if source.checks_made % PRUNE_EVERY == 0:
            keep = source.checks.order_by("-id").values_list("id", flat=True)[CHECKS_KEPT : CHECKS_KEPT + 1]
            last = list(keep)
            if last:
                source.checks.filter(id__lte=last[0]).delete()


_running: Collector | None = None


def running() -> Collector:
    """The collector of this process, with its threads."""
    global _running
    if _running is None:
        _running = Collector(Threads(Fetcher()))
    return _running


def due(now: dt.datetime) -> bool:
    """Whether a tick has anything to do. A demonstration fetches nothing."""
    if settings.DEMO:
        return False
    pool = _running.pool if _running is not None else None
    return (isinstance(pool, Threads) and pool.waiting) or politeness.anything_due(now)
