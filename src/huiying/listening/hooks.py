"""What other tools send us: Miniflux signs with its secret, changedetection.io carries it in the address （五）C5.2."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Final

from django.db import transaction

from huiying.kernel import clock
from huiying.kernel.keepable import visible
from huiying.listening import collected, outcomes, rhythm
from huiying.listening.actions import Received
from huiying.listening.adapters import ADAPTERS, HOOKS
from huiying.listening.evidence import capture
from huiying.listening.fetching import Fetched
from huiying.listening.models import Source, SourceCheck
from huiying.listening.outcomes import Failed
from huiying.listening.source_check import document_of
from huiying.listening.source_secrets import secret_of
from huiying.work.limits import allow

MOST_BYTES: Final = 4_000_000
PER, BURST = timedelta(minutes=1), 120
MINIFLUX: Final = "miniflux"


class HookRefused(Exception):
    """The caller is not who it should be, or sends too much; `status` is the HTTP answer."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


def accept(pk: int, key: str, body: bytes, signature: str, media_type: str) -> int:
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
    if len(body) > MOST_BYTES:
        raise HookRefused(413)
    return _take(source, body, media_type)


def address_key(source: Source) -> str:
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
    captured = capture(fetched, now) if new else None
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
