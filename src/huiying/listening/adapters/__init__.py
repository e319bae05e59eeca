"""Kinds of sources, registered here and nowhere else. The order is that of detection: the most particular first."""

from __future__ import annotations

from typing import Final

from huiying.listening.adapters.base import (
    Adapter as Adapter,
    Document as Document,
    Found as Found,
    Item as Item,
    Reading as Reading,
)
from huiying.listening.adapters.feeds import Feeds, Sitemap
from huiying.listening.adapters.html_list import HtmlList
from huiying.listening.adapters.json_list import ByHand, ChangeDetection, JsonList, Miniflux, NewsNow
from huiying.listening.adapters.mailbox import Mailbox

_ALL: Final[tuple[Adapter, ...]] = (
    NewsNow(), Feeds(), Sitemap(), JsonList(), HtmlList(), Mailbox(), ChangeDetection(), Miniflux(),
    ByHand(),
)  # fmt: skip
ADAPTERS: Final[dict[str, Adapter]] = {adapter.kind: adapter for adapter in _ALL}
BY_HAND: Final = ByHand.kind
MAILBOX: Final = Mailbox.kind
#: Kinds that send to an address of ours, with a secret.
HOOKS: Final = frozenset({ChangeDetection.kind, Miniflux.kind})


def detect(document: Document) -> Found | None:
    """How the document would be read; None where no adapter knows it. Raises outcomes.Failed for a trap."""
    for adapter in _ALL:
        found = adapter.detect(document)
        if found is not None:
            return found
    return None
