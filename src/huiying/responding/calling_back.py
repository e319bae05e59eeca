"""Publications that were released and never go out: the facts, the account or the speaker changed (C7.4, C12.1)."""

from __future__ import annotations

from collections.abc import Iterable

from huiying.ledger.actions import Actor, record
from huiying.responding.models import Publication
from huiying.responding.targets import place_written

# Released and not on its way to another host: that can no longer be called back (SENDING).
STILL_HERE = (Publication.QUEUED, Publication.TO_DO, Publication.REJECTED)


def chain_of(row: Publication) -> str:
    """The ledger chain of what the publication belongs to."""
    if row.press is not None:
        return f"press:{row.press.release.number}"
    assert row.case is not None
    return f"case:{row.case.number}"


def call_back(rows: Iterable[Publication], why: str, who: Actor) -> int:
    """End each of `rows` and say so in the ledger; returns how many. `why` is what people read on the publication."""
    found = list(rows)
    for row in found:
        row.state, row.error = Publication.FAILED, why
        row.save(update_fields=["state", "error"])
        told = {"channel": row.channel, "target": row.target, "place": place_written(row), "why": why}
        record(chain_of(row), "release.called_back", told, who, rows=[row])
    return len(found)
