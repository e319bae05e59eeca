"""A post as it may be stored: personal data masked, names in `//@name` chains turned into 用户A, every field within its
column (§6.2, INV-10).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from huiying.engine import chains
from huiying.engine.post import FUTURE_TOLERANCE, Post
from huiying.kernel import canonical, masking

TITLE_CHARS: Final = 500
_ID_CHARS: Final = 200


def storable(post: Post, now: datetime) -> Post:
    """The post to store and to judge by; `now` is when it came. Its voice stays with what was given."""
    title, text = readable(post.title), readable(post.text)
    if len(title) > TITLE_CHARS:
        title, text = f"{title[: TITLE_CHARS - 1]}…", f"{title}\n\n{text}"
    return fitted(post, title, text, readable_extra(post.extra), now)


def fitted(post: Post, title: str, text: str, extra: Mapping[str, Any], now: datetime) -> Post:
    """The post with these words, as `storable` has it, where they were made readable before."""
    platform, kind, native_id = key_of(post)
    return Post(
        native_id=native_id,
        text=text,
        title=title,
        platform=platform,
        channel_class=post.channel_class[:20],
        kind=kind,
        parent_id=_fitted(post.parent_id) if post.parent_id else None,
        root_id=_fitted(post.root_id) if post.root_id else None,
        url=post.url[:2000] if post.url else None,
        outlet=post.outlet[:100] if post.outlet else None,
        outlet_tier=post.outlet_tier,
        own_channel=post.own_channel,
        region=post.region[:60] if post.region else None,
        published_at=post.published_at,
        time_confidence=_confidence(post, now)[:20],
        seen_at=post.seen_at,
        metrics=dict(post.metrics),
        extra=extra,
    )


def sha256_of(post: Post) -> str:
    """The identity of what was said: title and text as received, the border between them counted."""
    return canonical.sha256(post.title, "\x00", post.text)


def key_of(post: Post) -> tuple[str, str, str]:
    """Platform, kind and native id as stored: the identity of a post whatever its text.

    A platform may count its posts and its comments apart, so that the same number is two things.
    """
    return post.platform[:60], post.kind[:20], _fitted(post.native_id)


def readable(text: str) -> str:
    """`text` as it may be stored and shown: chain names replaced first, so that no mask can break a chain."""
    return masking.mask_personal(chains.anonymise(text)).text if text else text


def readable_extra(value: Any) -> Any:
    """Additional fields with the same masks as the text: a telephone number may stand in any column."""
    if isinstance(value, str):
        return readable(value)
    if isinstance(value, Mapping):
        return {key: readable_extra(item) for key, item in value.items()}
    return [readable_extra(item) for item in value] if isinstance(value, list | tuple) else value


def _confidence(post: Post, now: datetime) -> str:
    """A time that has not come yet is no time: told so at the door, it moves neither the stream nor an event's age."""
    if post.published_at is not None and post.published_at - now > FUTURE_TOLERANCE:
        return "future"
    return post.time_confidence


def _fitted(native_id: str) -> str:
    """Two long ids that differ only at the end stay two: the cut part is kept as a hash."""
    if len(native_id) <= _ID_CHARS:
        return native_id
    digest = canonical.sha256(native_id)
    return f"{native_id[: _ID_CHARS - len(digest) - 1]}#{digest}"
