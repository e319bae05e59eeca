"""Loads what only the first post would load: the screening model and the compiled kernels, seconds of work."""

from __future__ import annotations

from typing import Final

from huiying.engine.post import Post
from huiying.engine.stream import EventStream, StreamSettings

#: Two, because the second is looked up among the first. They go nowhere.
POSTS: Final = tuple(Post(native_id=name, text=f"没有人说过的话，第{name}遍") for name in "12")


def warm_stream() -> None:
    stream = EventStream(StreamSettings(window=1 << 10, live=1 << 8))
    for post in POSTS:
        stream.observe(post)
