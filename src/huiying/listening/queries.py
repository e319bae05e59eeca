"""Reads of what was heard. Posts about a danger to life are kept off every list here (Life first)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Min, Q, QuerySet

from huiying.engine import post as engine_post
from huiying.kernel import tokens
from huiying.listening.models import Message, Post
from huiying.listening.reserved import without_sensitive
from huiying.listening.searching import search as search

_NOBODY = "0" * 64


def recent(limit: int = 50) -> list[Post]:
    """The latest posts."""
    return list(_public().order_by("-id")[:limit])


def _public() -> QuerySet[Post]:
    return without_sensitive(Post.objects.filter(life_safety=False))


def by_native_ids(keys: Iterable[tuple[str, str]]) -> QuerySet[Post]:
    """Posts under (platform, native id), every version. Asked platform by platform, as the index is built."""
    names: dict[str, set[str]] = {}
    for platform, native_id in keys:
        names.setdefault(platform, set()).add(native_id)
    if not names:
        return Post.objects.none()
    wanted = [Q(platform=platform, native_id__in=found) for platform, found in names.items()]
    return Post.objects.filter(reduce(or_, wanted))


def unscreened() -> QuerySet[Post]:
    """Posts that wait for the screen, in the order in which they will be judged."""
    return Post.objects.filter(screened=False).order_by("id")


def waiting_since() -> dt.datetime | None:
    """When the oldest unscreened post came in; None when nothing waits."""
    oldest: dt.datetime | None = unscreened().order_by().aggregate(oldest=Min("received_at"))["oldest"]
    return oldest


def message_by_code(number: str, code: str) -> Message | None:
    """The message, or None; an unknown number and a wrong code cannot be told apart, not even by time (C4.3)."""
    found = Message.objects.select_related("post").filter(number=_clean_number(number)).first()
    matches = tokens.code_matches(code, found.query_code_hash if found else _NOBODY)
    return found if matches else None


def message_status(number: str, code: str) -> dict[str, Any] | None:
    """`{"number", "kind", "received_at", "post_id"}` for the public site; never a word of the text."""
    found = message_by_code(number, code)
    if found is None:
        return None
    return {
        "number": found.number,
        "kind": found.kind,
        "received_at": found.received_at,
        "post_id": found.post_id,
    }


def _clean_number(number: str) -> str:
    """Digits as a citizen types them: full-width, spaced or without the strokes."""
    digits = "".join(str(int(char)) for char in number if char.isdecimal())
    return f"{digits[:8]}-{digits[8:-2]}-{digits[-2:]}" if 12 <= len(digits) <= 28 else ""


def as_engine_post(row: Post) -> engine_post.Post:
    """The stored post as the engine reads it. `voice` is not handed over: the engine never needs it."""
    return engine_post.Post(
        native_id=row.native_id,
        text=row.text,
        title=row.title,
        platform=row.platform,
        channel_class=row.channel_class,
        kind=row.kind,
        parent_id=row.parent_id or None,
        root_id=row.root_id or None,
        url=row.url or None,
        outlet=row.outlet or None,
        outlet_tier=row.outlet_tier,
        own_channel=row.own_channel,
        region=row.region or None,
        published_at=row.published_at,
        time_confidence=row.time_confidence or "unknown",
        seen_at=row.seen_at,
        metrics=row.metrics,
        extra=row.extra,
    )
