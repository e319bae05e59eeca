"""What happens to a text at the door, before anything is stored: danger to life is looked for in what was really
written, then personal data is masked and names in `//@name` chains become 用户A (§6.2, INV-10).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from huiying.engine import chains, post as engine_post
from huiying.kernel import canonical, clock, masking, sealing
from huiying.listening.models import Post
from huiying.listening.watching import in_danger

VOICE = "voice"  # purposes under which the door seals; each opens only what it closed
ORIGINAL = "post.original"
TITLE_CHARS = 500


def sha256_of(post: engine_post.Post) -> str:
    """The identity of what was said: title and text as received, the border between them counted."""
    return canonical.sha256(post.title, "\x00", post.text)


def key_of(post: engine_post.Post) -> tuple[str, str, str]:
    """Platform, kind and native id as stored: the identity of a post whatever its text.

    A platform may count its posts and its comments apart, so that the same number is two things.
    """
    return post.platform[:60], post.kind[:20], _fitted(post.native_id, 200)


def admit(post: engine_post.Post, *, how: str, batch: str, version: int) -> Post:
    """The row to store for `post`, unsaved. The original is sealed only where the stored text differs from it."""
    title, text = readable(post.title), readable(post.text)
    if len(title) > TITLE_CHARS:
        title, text = f"{title[: TITLE_CHARS - 1]}…", f"{title}\n\n{text}"
    changed = (title, text) != (post.title, post.text)
    platform, kind, native_id = key_of(post)
    return Post(
        platform=platform,
        kind=kind,
        native_id=native_id,
        version=version,
        title=title,
        text=text,
        text_sha256=sha256_of(post),
        sealed_text=_sealed_original(post) if changed else None,
        sealed_voice=sealing.seal(post.voice, VOICE) if post.voice else None,
        received_at=clock.now(),
        received_how=how,
        batch=batch,
        life_safety=in_danger(post),
        **_circumstances(post),
    )


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


def original_of(row: Post) -> tuple[str, str]:
    """Title and text as received. The caller has checked the permission and recorded the reason (§6.2)."""
    if row.sealed_text is None:
        return row.title, row.text
    kept = json.loads(sealing.unseal(row.sealed_text, ORIGINAL))
    return kept["title"], kept["text"]


def _sealed_original(post: engine_post.Post) -> bytes:
    return sealing.seal(json.dumps({"title": post.title, "text": post.text}, ensure_ascii=False), ORIGINAL)


def _circumstances(post: engine_post.Post) -> dict[str, Any]:
    return {
        "channel_class": post.channel_class[:20],
        "parent_id": _fitted(post.parent_id or "", 200),
        "root_id": _fitted(post.root_id or "", 200),
        "url": (post.url or "")[:2000],
        "outlet": (post.outlet or "")[:100],
        "outlet_tier": post.outlet_tier,
        "own_channel": post.own_channel,
        "region": (post.region or "")[:60],
        "published_at": post.published_at,
        "time_confidence": _confidence(post)[:20],
        "seen_at": post.seen_at,
        "metrics": dict(post.metrics),
        "metrics_at": post.seen_at,
        "extra": readable_extra(post.extra),
    }


def _confidence(post: engine_post.Post) -> str:
    """A time that has not come yet is no time: told so at the door, it moves neither the stream nor an event's age."""
    if post.published_at is not None and post.published_at - clock.now() > engine_post.FUTURE_TOLERANCE:
        return "future"
    return post.time_confidence


def _fitted(native_id: str, length: int) -> str:
    """Two long ids that differ only at the end stay two: the cut part is kept as a hash."""
    if len(native_id) <= length:
        return native_id
    digest = canonical.sha256(native_id)
    return f"{native_id[: length - len(digest) - 1]}#{digest}"
