"""Voices are counted, people are not followed: a tag under the event's own key, useless outside it (INV-10)."""

from __future__ import annotations

from typing import Final

from huiying.judging.models import Event
from huiying.kernel import sealing
from huiying.ledger.actions import Actor, record
from huiying.listening import door
from huiying.listening.models import Post

EVENT_KEY: Final = "event.key"


def new_sealed_key() -> bytes:
    """A fresh key for one event."""
    return sealing.seal(sealing.new_key(), EVENT_KEY)


def count(event: Event, post: Post) -> None:
    """Turn the post's sealed voice into a tag of the event. The caller destroys the voice with the same commit."""
    if post.sealed_voice is None or event.sealed_key is None:
        return
    voice = sealing.unseal(post.sealed_voice, door.VOICE).decode()
    key = sealing.unseal(event.sealed_key, EVENT_KEY)
    _tag, is_new = event.voices.get_or_create(tag=sealing.keyed_tag(key, f"{post.platform}\x00{voice}"))
    event.voices_count += is_new


def forget(event: Event) -> None:
    """The key dies with the event, and the tags with it; how many voices there were stays."""
    event.voices.all().delete()
    event.sealed_key = None
    Event.objects.filter(pk=event.pk).update(sealed_key=None)
    record(f"event:{event.number}", "event.voices_forgotten", {"voices": event.voices_count}, Actor.SYSTEM)
