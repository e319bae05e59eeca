"""Indicators of asking and being answered （四）C4.1–C4.3, C4.5. Reads the ledger, nothing else (INV-12).

A message counts as accepted when a person dealt with it: opened a case on its event, decided that there is nothing to
answer, or set it aside; one that joins a case that is open counts from the moment it came. Shares without a base: None.
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from huiying.overseeing.history.entries import Payload
from huiying.overseeing.indicators import Frame, share
from huiying.overseeing.periods import Period

MINUTE = dt.timedelta(minutes=1)


@dataclass
class Asked:
    messages: list[tuple[dt.datetime, int]] = field(default_factory=list)  # when, post
    inlets: list[tuple[dt.datetime, dict[str, int]]] = field(default_factory=list)
    event_of: dict[int, str] = field(default_factory=dict)  # post → event
    merged: dict[str, str] = field(default_factory=dict)
    dealt_with: dict[str, list[dt.datetime]] = field(default_factory=dict)  # event → cases opened, dismissals
    cleared: dict[int, dt.datetime] = field(default_factory=dict)  # post → set aside
    ratings: list[tuple[dt.datetime, bool]] = field(default_factory=list)
    again: dict[str, dt.datetime] = field(default_factory=dict)  # message → taken up again
    again_ended: set[str] = field(default_factory=set)
    outside: list[tuple[dt.datetime, bool]] = field(default_factory=list)  # lines of lists from outside: heard by us
    digests: list[dt.datetime] = field(default_factory=list)

    def take(self, chain: str, kind: str, payload: Payload, at: dt.datetime) -> None:
        if chain.startswith("event:"):
            self._of_an_event(chain.removeprefix("event:"), kind, payload, at)
        elif kind == "message.received":
            self.messages.append((at, int(payload.get("post", 0))))
        elif kind == "posts.received" and payload.get("inlets"):
            self.inlets.append((at, {str(code): int(n) for code, n in payload["inlets"].items()}))
        elif kind == "suspect.cleared" and payload.get("decision") == "out":
            self.cleared[int(payload.get("post", 0))] = at
        elif kind == "reconcile.decided" and payload.get("state") in ("heard", "missed"):
            self.outside.append((at, payload["state"] == "heard"))
        elif kind == "digest.issued":
            self.digests.append(at)
        else:
            self._of_a_case(kind, payload, at)

    def _of_an_event(self, event: str, kind: str, payload: Payload, at: dt.datetime) -> None:
        if kind == "event.opened":
            self.event_of[int(payload.get("post") or 0)] = event
        elif kind == "event.joined":
            self.event_of.update({int(post): event for post in payload.get("messages", ())})
        elif kind == "event.merged":
            self.merged[event] = str(payload.get("into", ""))
        elif kind == "event.dismissed":
            self.dealt_with.setdefault(event, []).append(at)

    def _of_a_case(self, kind: str, payload: Payload, at: dt.datetime) -> None:
        if kind == "case.opened":
            self.dealt_with.setdefault(str(payload.get("event", "")), []).append(at)
        elif kind == "case.rated":
            self.ratings.append((at, bool(payload.get("good"))))
        elif kind == "case.asked_again":
            self.again[str(payload.get("message", ""))] = at
        elif kind == "case.asker_answered":
            self.again_ended.add(str(payload.get("message", "")))

    def _accepted(self, post: int, received: dt.datetime) -> dt.datetime | None:
        """When a person first dealt with it, never before it came."""
        moments = [self.cleared[post]] if post in self.cleared else []
        event, seen = self.event_of.get(post, ""), set[str]()
        while event and event not in seen:
            seen.add(event)
            moments += self.dealt_with.get(event, ())
            event = self.merged.get(event, "")
        return max(min(moments), received) if moments else None

    def figures(self, wanted: Period, frame: Frame) -> dict[str, Any]:
        zone = frame.norms.zone
        regulation = frame.norms.of("")
        channels = regulation.asking.channels if regulation else {}
        own: Counter[str] = Counter()
        for at, counts in self.inlets:
            if wanted.holds(at, zone):
                own.update(counts)
        mine = [(at, post) for at, post in self.messages if wanted.holds(at, zone)]
        accepted = [(at, self._accepted(post, at)) for at, post in mine]
        minutes = [(moment - at) / MINUTE for at, moment in accepted if moment is not None]
        rated = [good for at, good in self.ratings if wanted.holds(at, zone)]
        again = [message in self.again_ended for message, at in self.again.items() if wanted.holds(at, zone)]
        return {
            "channels_registered": len(channels),
            "channels_heard": sum(own[code] > 0 for code in channels),
            "messages_by_channel": {code: own[code] for code in channels},
            "messages_of_no_channel": sum(n for code, n in own.items() if code not in channels),
            "via_intake_share": share([heard for at, heard in self.outside if wanted.holds(at, zone)]),
            # Whoever takes a matter up again has the receipt of the first message.
            "receipt_share": round(min((len(mine) + len(again)) / own.total(), 1.0), 4) if own.total() else None,
            "messages_accepted_share": share([moment is not None for _at, moment in accepted]),
            "median_minutes_to_acceptance": round(statistics.median(minutes), 1) if minutes else None,
            "ratings": len(rated),
            "satisfied_share": share(rated),
            "asked_again": len(again),
            "asked_again_answered_share": share(again),
            "digests_issued": sum(wanted.holds(at, zone) for at in self.digests),
        }
