"""What a channel is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from huiying.responding.models import Publication


@dataclass(frozen=True)
class Outcome:
    """A public act: where it stands, and the bytes that prove what stands there."""

    url: str
    snapshot: bytes
    media_type: str


# The first public word is a response and, where a superior norm asks for one, the first authoritative release.
ANSWER = ("respond", "first_authoritative_release")


@dataclass(frozen=True)
class Channel:
    """`publish` puts the approved rendition out and may run twice; None where a person posts by hand.

    `acts` are the duties that a public act on this channel fulfils: their clocks stop by its evidence.
    """

    kind: str
    name: str | Promise
    first_state: str
    publish: Callable[[Publication], Outcome] | None
    acts: tuple[str, ...] = ANSWER
