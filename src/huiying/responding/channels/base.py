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


@dataclass(frozen=True)
class Channel:
    """`publish` puts the approved rendition out and may run twice; None where a person posts by hand."""

    kind: str
    name: str | Promise
    first_state: str
    publish: Callable[[Publication], Outcome] | None
