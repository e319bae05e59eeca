"""Sources looked at on the spot, for `huiying source check`: the collector's own way, without waiting for the loop."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from huiying.kernel import clock
from huiying.ledger.actions import Actor
from huiying.listening.actions.sources import look_now
from huiying.listening.adapters import ADAPTERS
from huiying.listening.collecting import Collector, Inline
from huiying.listening.fetching import Fetcher
from huiying.listening.models import Source

PATIENCE: Final = 60.0  # seconds for all, beside the fetches themselves: hosts have their pauses


def check_now(ids: Sequence[int], fetcher: Fetcher | None = None, patience: float = PATIENCE) -> list[Source]:
    """Look at these sources, or at all that the system fetches; returns them as they are now.

    Raises LookupError with the first id that is no active source. Hosts keep their pace, so a host with many sources
    may not be through when the patience ends; what is left the loop does.
    """
    rows = Source.objects.filter(state=Source.ACTIVE).order_by("pk")
    known = {source.pk: source for source in rows}
    for pk in ids:
        if pk not in known:
            raise LookupError(pk)
    wanted = [known[pk] for pk in ids] if ids else list(known.values())
    polled = [source.pk for source in wanted if ADAPTERS[source.adapter].polled]
    for pk in polled:
        look_now(known[pk], Actor.SYSTEM)
    begun, until = clock.now(), time.monotonic() + patience
    collector = Collector(Inline(fetcher or Fetcher()))
    while time.monotonic() < until and _waiting(polled, begun):
        if not collector.tick():
            time.sleep(0.2)
    collector.tick()
    return list(Source.objects.select_related("owner", "backup").filter(pk__in=[s.pk for s in wanted]).order_by("pk"))


def _waiting(polled: Sequence[int], begun: object) -> bool:
    """Whether one of them has not been looked at since."""
    looked = Source.objects.filter(pk__in=polled, last_checked_at__gte=begun).count()
    return looked < len(polled)
