"""What happens to a text at the door, before anything is stored: danger to life is looked for in what was really
written, then it is masked (`engine/storable.py`), and what masking took away is sealed (§6.2, INV-10).
"""

from __future__ import annotations

import json
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from huiying.engine import post as engine_post
from huiying.engine.storable import key_of as key_of, readable as readable, sha256_of as sha256_of, storable
from huiying.kernel import clock, sealing
from huiying.listening.models import Post
from huiying.listening.watching import in_danger

VOICE = "voice"  # purposes under which the door seals; each opens only what it closed
ORIGINAL = "post.original"


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a text: the post as it may be stored, whether it speaks of danger to life, and what which rules say
    of it.
    """

    post: engine_post.Post
    in_danger: bool
    found: dict[str, Any]
    rules: Hashable


def admit(post: engine_post.Post, *, how: str, batch: str, version: int, look: Look | None = None) -> Post:
    """The row to store for `post`, unsaved, by a `look` where one was taken. The original is sealed only where the
    stored text differs from it.
    """
    now = clock.now()
    kept = look.post if look is not None else storable(post, now)
    changed = (kept.title, kept.text) != (post.title, post.text)
    row = Post(
        platform=kept.platform,
        channel_class=kept.channel_class,
        kind=kept.kind,
        native_id=kept.native_id,
        version=version,
        parent_id=kept.parent_id or "",
        root_id=kept.root_id or "",
        url=kept.url or "",
        title=kept.title,
        text=kept.text,
        text_sha256=sha256_of(post),
        sealed_text=_sealed_original(post) if changed else None,
        outlet=kept.outlet or "",
        outlet_tier=kept.outlet_tier,
        own_channel=kept.own_channel,
        region=kept.region or "",
        published_at=kept.published_at,
        time_confidence=kept.time_confidence,
        seen_at=kept.seen_at,
        received_at=now,
        received_how=how,
        batch=batch,
        metrics=kept.metrics,
        metrics_at=kept.seen_at,
        extra=kept.extra,
        life_safety=look.in_danger if look is not None else in_danger(post),
    )
    row.voice, row.look = post.voice, look
    return row


def seal_voice(row: Post) -> None:
    """Keep the voice of a new row until it is counted or its time is over (INV-10)."""
    if row.voice:
        row.sealed_voice = sealing.seal(row.voice, VOICE)


def voice_of(row: Post) -> str | None:
    """Whose words they are as the source names it, while that is still known; for counting only."""
    if row.voice is None and row.sealed_voice is not None:
        return sealing.unseal(row.sealed_voice, VOICE).decode()
    return row.voice


def original_of(row: Post) -> tuple[str, str]:
    """Title and text as received. The caller has checked the permission and recorded the reason (§6.2)."""
    if row.sealed_text is None:
        return row.title, row.text
    kept = json.loads(sealing.unseal(row.sealed_text, ORIGINAL))
    return kept["title"], kept["text"]


def _sealed_original(post: engine_post.Post) -> bytes:
    return sealing.seal(json.dumps({"title": post.title, "text": post.text}, ensure_ascii=False), ORIGINAL)
