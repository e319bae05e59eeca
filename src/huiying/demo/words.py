"""The texts that the demonstration's people write, by story, and the story's event and case."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import yaml

from huiying.demo import tail
from huiying.handling.models import Case
from huiying.handling.queries import case_of_event
from huiying.judging import merging
from huiying.judging.models import Event, EventPost
from huiying.kernel import canonical
from huiying.listening.models import Post

PREFIX = "demo-"


class NothingThere(LookupError):
    """The script speaks of something that is not there: a visitor was quicker, or it went another way."""


@cache
def _recorded() -> dict[str, Any]:
    text = (resources.files("huiying.demo") / "words.yaml").read_text("utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def words_of(story: str) -> Mapping[str, Any]:
    """`{"message", "find", "dispose", "drafts"}` as far as the story has them. Raises NothingThere."""
    found = _recorded().get(story) or tail.words_of(story)
    if found is None:
        raise NothingThere(f"故事 {story} 没有文字")
    return found


def stories() -> list[str]:
    """The recorded stories that have texts."""
    return list(_recorded())


def posts_of(story: str) -> list[int]:
    """Row ids of the story's posts in the order in which they came; a post's own name is a story of one post."""
    message = _recorded().get(story, {}).get("message")
    if message is not None:
        rows = Post.objects.filter(text_sha256=canonical.sha256("", "\x00", message["text"]))
    else:
        rows = Post.objects.filter(native_id__startswith=f"{PREFIX}{story}-") | Post.objects.filter(
            native_id=f"{PREFIX}{story}"
        )
    return list(rows.order_by("id").values_list("pk", flat=True))


def events_of(story: str) -> list[Event]:
    """Live events in which the story's posts stand, the one of its first post first."""
    places = EventPost.objects.filter(post__in=posts_of(story), withdrawn_at__isnull=True).select_related("event")
    found = {merging.live(place.event).pk: merging.live(place.event) for place in places.order_by("post")}
    return list(found.values())


def event_of(story: str) -> Event:
    events = events_of(story)
    if not events:
        raise NothingThere(f"故事 {story} 还没有事件")
    return events[0]


def case_of(story: str) -> Case:
    case = case_of_event(event_of(story).pk)
    if case is None:
        raise NothingThere(f"故事 {story} 还没有立案")
    return case
