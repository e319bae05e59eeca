"""Voices are counted, people are not followed: a tag under the event's own key, useless outside it (INV-10)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from huiying.judging.models import Event, VoiceTag
from huiying.kernel import sealing
from huiying.ledger.actions import Actor, record
from huiying.listening import ingest_masking
from huiying.listening.models import Post
from huiying.work.rows import insert

EVENT_KEY: Final = "event.key"


def new_sealed_key() -> bytes:
    """A fresh key for one event."""
    return sealing.seal(sealing.new_key(), EVENT_KEY)


def count(placed: Sequence[tuple[Event, Post]], opened: Collection[int]) -> None:
    """Turn the posts' sealed voices into tags of their events; the caller destroys them with the same commit.

    `opened` are the events (by id) that have no tags yet.
    """
    found: dict[tuple[int, str], Event] = {}
    keys: dict[int, bytes] = {}
    for event, post in placed:
        if post.sealed_voice is None or event.sealed_key is None:
            continue
        if event.pk not in keys:
            keys[event.pk] = sealing.unseal(event.sealed_key, EVENT_KEY)
        voice = sealing.unseal(post.sealed_voice, ingest_masking.VOICE).decode()
        found.setdefault((event.pk, sealing.keyed_tag(keys[event.pk], f"{post.platform}\x00{voice}")), event)
    older = {event for event, _tag in found} - set(opened)
    if older:
        tags = [tag for event, tag in found if event in older]
        for known in VoiceTag.objects.filter(event__in=older, tag__in=tags).values_list("event_id", "tag"):
            found.pop(known, None)
    insert([VoiceTag(event=event, tag=tag) for (_pk, tag), event in found.items()])
    for event in found.values():
        event.voices_count += 1


def forget(event: Event) -> None:
    """The key dies with the event, and the tags with it; how many voices there were stays."""
    event.voices.all().delete()
    event.sealed_key = None
    Event.objects.filter(pk=event.pk).update(sealed_key=None)
    told = {"voices": event.voices_count}
    record(f"event:{event.number}", "event.voices_forgotten", told, Actor.SYSTEM, rows=[event])
