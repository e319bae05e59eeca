"""Indicators of the dialogue with the public （四）: consultations and their reasons (C4.2), hot topics with a page
(C4.4), requests about personal data (§6.2). From the ledger alone (INV-12); a share without a base is None.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from huiying.overseeing.history.entries import Payload, moment
from huiying.overseeing.indicators import Frame, share
from huiying.overseeing.periods import Period

ADOPTED = ("adopted", "partly")


@dataclass
class _Consultation:
    opened_at: dt.datetime | None = None
    due_at: dt.datetime | None = None
    published_at: dt.datetime | None = None
    groups: list[tuple[str, bool]] = field(default_factory=list)  # what was decided, whether with a reason


def _in_time(row: _Consultation) -> bool:
    return row.published_at is not None and row.due_at is not None and row.published_at <= row.due_at


@dataclass
class _Request:
    received_at: dt.datetime
    on_time: bool | None = None


@dataclass
class Dialogue:
    """Read from every chain but the cases'."""

    consultations: dict[str, _Consultation] = field(default_factory=dict)
    opinions: list[dt.datetime] = field(default_factory=list)
    pages: dict[str, tuple[str, dt.datetime]] = field(default_factory=dict)  # chain → kind, when first public
    covers: dict[str, set[str]] = field(default_factory=dict)  # chain of a page that stands → events it answers
    messages: set[int] = field(default_factory=set)  # posts that were written to the bureau
    arrived: dict[str, list[tuple[dt.datetime, int]]] = field(default_factory=dict)  # event → when, post
    merged: dict[str, str] = field(default_factory=dict)  # event → the one that goes on
    dismissed: set[str] = field(default_factory=set)
    rumours: dict[str, dt.datetime] = field(default_factory=dict)  # event → when two persons said so, on proof
    requests: dict[str, _Request] = field(default_factory=dict)

    def take(self, chain: str, kind: str, payload: Payload, at: dt.datetime) -> None:
        if chain.startswith("consultation:"):
            self._consultation(self.consultations.setdefault(chain, _Consultation()), kind, payload, at)
        elif kind == "page.published":
            self.pages.setdefault(chain, (str(payload.get("kind", "")), at))
            self.covers.setdefault(chain, set()).update(str(number) for number in payload.get("events", ()))
        elif kind == "page.withdrawn":
            self.pages.pop(chain, None)
            self.covers.pop(chain, None)
        elif kind == "message.received":
            self.messages.add(int(payload.get("post") or 0))
        elif kind == "concern.decided":
            self._concern(chain.removeprefix("event:"), payload, at)
        elif chain.startswith("event:"):
            self._event(chain.removeprefix("event:"), kind, payload, at)
        elif kind == "personal_request.received":
            self.requests[chain] = _Request(at)
        elif kind == "personal_request.decided" and chain in self.requests:
            self.requests[chain].on_time = bool(payload.get("on_time"))

    def _consultation(self, row: _Consultation, kind: str, payload: Payload, at: dt.datetime) -> None:
        if kind == "consultation.opened":
            row.opened_at, row.due_at = at, moment(payload.get("result_due_at"))
        elif kind == "opinion.received":
            if payload.get("opinion") is not None:
                self.opinions.append(at)
        elif kind == "consultation.published":
            row.published_at = at
            row.groups = [
                (str(group.get("decision", "")), bool(group.get("has_reason"))) for group in payload.get("groups", ())
            ]

    def _event(self, event: str, kind: str, payload: Payload, at: dt.datetime) -> None:
        if kind == "event.opened":
            self.arrived.setdefault(event, []).append((at, int(payload.get("post") or 0)))
        elif kind == "event.joined":
            self.arrived.setdefault(event, []).extend((at, int(post)) for post in payload.get("messages", ()))
        elif kind == "event.merged":
            self.merged[event] = str(payload.get("into", ""))
        elif kind == "event.dismissed":
            self.dismissed.add(event)

    def _goes_on_as(self, event: str) -> str:
        seen = {event}
        while (into := self.merged.get(event, "")) and into not in seen:
            seen.add(event := into)
        return event

    def _hot(self, least: int) -> dict[str, dt.datetime]:
        """Event → when the same question came for the `least`-th time: from then on it is a hot topic (C4.4)."""
        asked: dict[str, list[dt.datetime]] = {}
        for event, rows in self.arrived.items():
            moments = [at for at, post in rows if post in self.messages]
            asked.setdefault(self._goes_on_as(event), []).extend(moments)
        return {
            event: sorted(moments)[least - 1]
            for event, moments in asked.items()
            if event not in self.dismissed and len(moments) >= least
        }

    def _concern(self, event: str, payload: Payload, at: dt.datetime) -> None:
        """A later decision takes the place of an earlier one: what turned out true needs no clarification."""
        if payload.get("claim") and payload.get("proof"):
            self.rumours[event] = at
        else:
            self.rumours.pop(event, None)

    def figures(self, wanted: Period, frame: Frame) -> dict[str, Any]:
        """A consultation counts in the period in which it was opened, a page in that of its first publication."""
        zone, cut_off, regulation = frame.norms.zone, frame.cut_off, frame.norms.of("")
        covered = {self._goes_on_as(event) for events in self.covers.values() for event in events}
        hot = self._hot(regulation.dialogue.same_question) if regulation else {}
        topics = [event for event, at in hot.items() if wanted.holds(at, zone)]
        opened = [row for row in self.consultations.values() if row.opened_at and wanted.holds(row.opened_at, zone)]
        groups = [group for row in opened for group in row.groups]
        due = [row for row in opened if row.due_at and (row.published_at or (cut_off and row.due_at < cut_off))]
        kinds = [kind for kind, at in self.pages.values() if wanted.holds(at, zone)]
        rumours = [event for event, at in self.rumours.items() if wanted.holds(at, zone)]
        asked = [row for row in self.requests.values() if wanted.holds(row.received_at, zone)]
        return {
            "consultations_opened": len(opened),
            "opinions_received": sum(wanted.holds(at, zone) for at in self.opinions),
            "suggestions_adopted": sum(decision in ADOPTED for decision, _reason in groups),
            "suggestions_with_reason_share": share([reason for _decision, reason in groups]),
            "consultation_results_on_time_share": share([_in_time(row) for row in due]),
            "consultations_overdue": sum(row.published_at is None for row in due),
            "hot_pages": kinds.count("hot"),
            "frequent_pages": kinds.count("faq"),
            "clarification_pages": kinds.count("clarified"),
            "rumours_clarified_share": share([self._goes_on_as(event) in covered for event in rumours]),
            "hot_topics": len(topics),
            "hot_topics_with_page_share": share([event in covered for event in topics]),
            "personal_requests": len(asked),
            "personal_requests_on_time_share": share([row.on_time for row in asked if row.on_time is not None]),
        }
