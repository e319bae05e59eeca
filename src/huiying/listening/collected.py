"""From what was read, or was sent to us, to what is kept: posts, pages to follow, evidence （五）C5.2.

One transaction for each look that brought something; a crash before its commit leaves everything to be looked at
again, and nothing twice (INV-1). Miniflux signs what it sends, changedetection.io carries its secret in the address.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.engine import post as engine_post
from huiying.kernel import clock
from huiying.kernel.keepable import is_link, visible
from huiying.ledger.actions import Actor, lock, record
from huiying.listening import collected, evidence, ingest_masking, outcomes, rhythm
from huiying.listening.actions import CHAIN, Received, receive
from huiying.listening.adapters import ADAPTERS, HOOKS, Item
from huiying.listening.adapters.base import SEEN
from huiying.listening.fetching import Fetched, host_of
from huiying.listening.models import Post, Source, SourceCheck, SourcePage
from huiying.listening.outcomes import Failed
from huiying.listening.politeness import host_row
from huiying.listening.source_check import CheckResult, document_of, secret_of
from huiying.work.limits import allow

HOW: Final = "source"
#: A page that never stops changing (a counter in its text) is not kept for ever.
MOST_VERSIONS: Final = 20
#: Of the articles that stood on a list before it was listened to, so many are fetched; the others are old.
FIRST_FOLLOWED: Final = 20
URL_CHARS: Final = 2000


def engine_posts(source: Source, items: Iterable[Item], seen_at: dt.datetime) -> tuple[list[engine_post.Post], str]:
    """Items as posts; one that is no post (empty, too long, not storable) is left out, and why is told in words."""
    found, refused = list[engine_post.Post](), list[str]()
    for item in items:
        try:
            found.append(engine_post.parse_post(_row(source, item, seen_at)))
        except engine_post.PostError as error:
            refused.append(str(error))
    return found, left_out(refused)


def left_out(refused: Sequence[str]) -> str:
    """What a look says of items that were not taken; "" where all were."""
    return _("有 %(n)d 条没有收：%(why)s") % {"n": len(refused), "why": refused[0]} if refused else ""


def _row(source: Source, item: Item, seen_at: dt.datetime) -> dict[str, Any]:
    article = source.article
    return {
        "native_id": item.native_id,
        "platform": source.platform,
        "channel_class": source.channel_class,
        "kind": item.kind or source.kind,
        "url": item.url[:2000],
        "title": item.title,
        "text": item.text,
        "parent_id": article.native_id if article else None,
        "root_id": article.native_id if article else None,
        "outlet": source.outlet or None,
        "outlet_tier": source.outlet_tier,
        "own_channel": source.own_channel,
        "region": source.region or None,
        "published_at": (item.published_at or seen_at).isoformat(),
        "time_confidence": item.time_confidence if item.published_at else SEEN,
        "seen_at": seen_at.isoformat(),
        "metrics": dict(item.metrics),
        "extra": dict(item.extra),
        "voice": item.voice or None,
    }


def fresh(posts: Sequence[engine_post.Post]) -> list[engine_post.Post]:
    """Those that are not stored yet as they are; without the tenth variant of what changes at every look."""
    known: dict[tuple[str, str, str], set[str]] = {}
    platforms, kinds, ids = (
        (set(column) for column in zip(*map(ingest_masking.key_of, posts), strict=True)) if posts else ((),) * 3
    )
    stored = Post.objects.filter(platform__in=platforms, kind__in=kinds, native_id__in=ids)
    for platform, kind, native_id, sha256 in stored.values_list("platform", "kind", "native_id", "text_sha256"):
        known.setdefault((platform, kind, native_id), set()).add(sha256)
    return [
        post
        for post in posts
        if ingest_masking.sha256_of(post) not in (seen := known.get(ingest_masking.key_of(post), set()))
        and len(seen) < MOST_VERSIONS
    ]


def take(source: Source, posts: Sequence[engine_post.Post], captured: evidence.Captured | None) -> Received:
    """Store posts of a source with their evidence, inside the caller's transaction."""
    received = receive(posts, how=HOW, actor=Actor.SYSTEM, source=source)
    if captured is not None:
        evidence.keep(captured, source, received.post_ids)
    return received


def pages_of(source: Source, items: Sequence[Item], now: dt.datetime) -> list[SourcePage]:
    """Pages that a list names for the first time, unsaved: to be fetched, or old where the list is new to us."""
    # A page is fetched by its address: what is none, or is longer than the column, is no page to follow.
    named = {_name(item): item for item in reversed(items) if is_link(item.url) and len(item.url) <= URL_CHARS}
    stored = SourcePage.objects.filter(source=source, native_id__in=list(named))
    known = set(stored.values_list("native_id", flat=True))
    unknown = [item for item in items if named.get(name := _name(item)) is item and name not in known]
    followed = FIRST_FOLLOWED if source.last_success_at is None else len(unknown)
    pages = []
    for place, item in enumerate(unknown):
        waits = place < followed
        pages.append(
            SourcePage(
                source=source,
                native_id=_name(item),
                url=item.url,
                title=visible(item.title)[:500],
                published_at=item.published_at,
                time_confidence=item.time_confidence,
                first_seen_at=now,
                state=SourcePage.WAITING if waits else SourcePage.OLD,
                host=host_row(host_of(item.url), now),
                next_action_at=now if waits else None,
            )
        )
    return pages


def _name(item: Item) -> str:
    """The identity of a page within its source, as stored."""
    return visible(item.native_id)[:200]


def item_of_page(page: SourcePage, looked: CheckResult | None) -> Item:
    """What a page says; its line on the list stands for it where the page cannot be had (C5.16)."""
    article = looked.article if looked is not None else None
    published, confidence = page.published_at, page.time_confidence
    # The list knows the day, the page often the minute.
    if article is not None and article.published_at is not None and (published is None or confidence != "stated"):
        published, confidence = article.published_at, article.time_confidence
    return Item(
        native_id=page.native_id,
        url=page.url,
        title=(article.title if article else "") or page.title,
        text=article.text if article else "",
        published_at=published,
        time_confidence=confidence,
    )


def capture(fetched: Fetched, now: dt.datetime) -> evidence.Captured | None:
    """The evidence of an answer that had a body."""
    return evidence.capture(fetched, now) if fetched.wire else None


def disappeared(page: SourcePage) -> None:
    """The tombstone: a page that was kept answered 404 or 410 twice. The post stays, and says so."""
    page.state, page.gone_at, page.next_action_at = SourcePage.GONE, clock.now(), None
    lock(CHAIN)
    payload: dict[str, Any] = {"post": page.post_id, "status": page.last_status, "looks": page.looks}
    if page.post_id is None:
        payload = {"page": page.pk, "source": page.source_id, "status": page.last_status}
    record(CHAIN, "post.disappeared" if page.post_id else "page.disappeared", payload, Actor.SYSTEM, rows=[page])


def keep_pages(source: Source, pages: Sequence[SourcePage]) -> None:
    """Store pages that a list named for the first time. What another process stored a moment ago stays as it is."""
    if not pages:
        return
    SourcePage.objects.bulk_create(pages, ignore_conflicts=True)
    rows = list(SourcePage.objects.filter(source=source, native_id__in=[page.native_id for page in pages]))
    record(CHAIN, "pages.found", {"source": source.pk, "n": len(rows)}, Actor.SYSTEM, rows=rows)


def already(post: engine_post.Post) -> int | None:
    """The stored post that is the same as this one, if any: another source had brought it."""
    platform, kind, native_id = ingest_masking.key_of(post)
    rows = Post.objects.filter(
        platform=platform, kind=kind, native_id=native_id, text_sha256=ingest_masking.sha256_of(post)
    )
    return rows.values_list("pk", flat=True).first()


MOST_HOOK_BYTES: Final = 4_000_000
PER, BURST = timedelta(minutes=1), 120
MINIFLUX: Final = "miniflux"


class HookRefused(Exception):
    """The caller is not who it should be, or sends too much; `status` is the HTTP answer."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


def accept_hook(pk: int, key: str, body: bytes, signature: str, media_type: str) -> int:
    """Take in what a tool sent; returns how many new posts came of it. Raises HookRefused, or Failed for nonsense.

    `key` is from the address, `signature` the header of Miniflux (HMAC-SHA256 of the body, hex). An unknown source, a
    wrong key and a missing signature look alike from outside.
    """
    source = Source.objects.select_related("article").filter(pk=pk, adapter__in=HOOKS, state=Source.ACTIVE).first()
    secret = secret_of(source) if source is not None else secrets.token_urlsafe(32)
    known = hmac.compare_digest(key.encode(), _key(secret).encode())
    if source is None or not known or not _signed(source, secret, body, signature):
        raise HookRefused(404)
    if not allow(f"hook:{pk}", PER, BURST):
        raise HookRefused(429)
    if len(body) > MOST_HOOK_BYTES:
        raise HookRefused(413)
    return _take(source, body, media_type)


def hook_address_key(source: Source) -> str:
    """The part of the hook's address that only the sending tool knows."""
    return _key(secret_of(source))


def _key(secret: str) -> str:
    """Derived, so that an address in somebody's log does not give away the secret that signs."""
    return hashlib.sha256(f"huiying hook address\x00{secret}".encode()).hexdigest()[:40]


def _signed(source: Source, secret: str, body: bytes, signature: str) -> bool:
    if source.adapter != MINIFLUX:
        return True
    right = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(right, signature.strip().lower())


def _take(source: Source, body: bytes, media_type: str) -> int:
    now = clock.now()
    fetched = Fetched(
        f"hook:{source.pk}", "ok", status=200, headers=(("Content-Type", media_type[:100]),), body=body, wire=body
    )
    try:
        reading = ADAPTERS[source.adapter].read(document_of(fetched), source.config)
    except Failed as failed:
        with transaction.atomic():
            _note(source.pk, failed.outcome, failed.detail, len(body), 0, 0)
        raise
    posts, left_out = collected.engine_posts(source, reading.items, now)
    new = collected.fresh(posts)
    captured = evidence.capture(fetched, now) if new else None
    with transaction.atomic():
        taken = collected.take(source, new, captured) if new else Received("")
        left_out = left_out or collected.left_out(list(taken.refused.values()))
        _note(source.pk, outcomes.RECEIVED, left_out, len(body), len(reading.items), taken.new)
    return taken.new


def _note(pk: int, outcome: str, detail: str, size: int, items: int, new: int) -> None:
    source = Source.objects.select_for_update().get(pk=pk)
    now = clock.now()
    if outcome in outcomes.COLLECTED:
        rhythm.succeeded(source, now, items, new, outcome)
        source.last_detail = visible(detail)[:300]
    else:
        rhythm.failed(source, now, outcome, detail)
        source.next_action_at = None
    source.save()
    SourceCheck.objects.create(
        source=source, at=now, outcome=outcome, detail=visible(detail)[:300], size=size, items=items, new=new
    )
