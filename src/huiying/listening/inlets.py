"""政民互动渠道 (C4.1): every channel over which people reach the bureau, and whether its messages get here.

The list is the regulation's. What is counted is the posts of own channels, whichever way they came in: the portal, a
mailbox, a list that was imported, a person at the telephone. One whose messages never come stands in red.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field

from django.db.models import Count, Max, Q

from huiying.kernel import clock
from huiying.ledger.models import LedgerEntry
from huiying.listening.actions import CHAIN
from huiying.listening.models import Post
from huiying.people.queries import regulation_now
from huiying.regulation import Regulation
from huiying.regulation.schema_asking import Inlet

NEVER, QUIET, HEARD = "never", "quiet", "heard"
UNKNOWN = ""


@dataclass
class Flow:
    """One channel: what came over it in all and since `since`, by which ways, and what the ledger has of that."""

    code: str
    inlet: Inlet | None  # None: messages that were sent to us over a channel that nobody registered
    total: int = 0
    lately: int = 0
    in_ledger: int = 0
    last_at: dt.datetime | None = None
    ways: Counter[str] = field(default_factory=Counter)  # how they were received, of `lately`
    state: str = NEVER

    @property
    def missing(self) -> int:
        """Messages of late that the ledger does not have: there must be none."""
        return max(self.lately - self.in_ledger, 0)

    @property
    def is_bad(self) -> bool:
        return self.state != HEARD or self.missing > 0 or self.inlet is None


def flows(since: dt.datetime) -> list[Flow]:
    """Every registered channel in the regulation's order, then what came over none of them."""
    regulation = regulation_now()
    found = {code: Flow(code, inlet) for code, inlet in regulation.asking.channels.items()}
    rows = (
        Post.objects.filter(own_channel=True)
        .values("platform", "channel_class", "received_how")
        .annotate(n=Count("pk"), late=Count("pk", filter=Q(received_at__gte=since)), last=Max("received_at"))
        .order_by()
    )
    for row in rows:
        code = regulation.inlet_of(row["platform"], row["channel_class"])
        flow = found.setdefault(code, Flow(code, None))
        flow.total += row["n"]
        flow.lately += row["late"]
        flow.last_at = max(filter(None, (flow.last_at, row["last"])))
        if row["late"]:
            flow.ways[row["received_how"]] += row["late"]
    for code, n in _in_the_ledger(since).items():
        if code in found:
            found[code].in_ledger = n
    for flow in found.values():
        flow.state = _state(flow, regulation)
    return list(found.values())


def _in_the_ledger(since: dt.datetime) -> Counter[str]:
    """What the ledger says it took in over each channel: counted apart from the posts, so that the two can differ."""
    counted: Counter[str] = Counter()
    entries = LedgerEntry.objects.filter(
        chain=CHAIN, kind="posts.received", at__gte=since, payload__contains='"inlets"'
    )
    for entry in entries.only("payload").iterator(chunk_size=500):
        counted.update((entry.data or {}).get("inlets", {}))
    return counted


def _state(flow: Flow, regulation: Regulation) -> str:
    if flow.last_at is None:
        return NEVER
    quiet_after = flow.inlet.quiet_after if flow.inlet else None
    if quiet_after is not None and regulation.work_calendar.add(flow.last_at, quiet_after) < clock.now():
        return QUIET
    return HEARD
