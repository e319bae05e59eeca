"""Indicators of the dialogue with the public （四）（八）: asking and being answered C4.1–C4.3, C4.5, consultations
and their reasons C4.2, hot topics with a page, and the public answer. From the ledger alone (INV-12).
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from huiying.overseeing.history import norms
from huiying.overseeing.history.case import WITHDRAWAL, CaseHistory
from huiying.overseeing.history.entries import Payload, moment
from huiying.overseeing.history.norms import Period
from huiying.overseeing.indicators.casework import Frame, share

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


FORMS = ("press_conference", "expert", "interview")
NAMES_NEEDED = 3


def answering(led: Sequence[CaseHistory], frame: Frame) -> dict[str, Any]:
    """The figures of the answers of these cases."""
    return {
        **_openness(led),
        **_first(led),
        **_texts(led),
        **_after(led, frame),
        **_places(led),
    }


def _openness(led: Sequence[CaseHistory]) -> dict[str, Any]:
    """C1.1: closed with a public answer, or with a ground out of the law's list; an empty ground is none."""
    closed = [case for case in led if case.closed]
    return {
        "closed_open_share": share([bool(case.answers or any(case.grounds)) for case in closed]),
        "empty_grounds": sum(not ground for case in led for ground in case.grounds),
    }


def _first(led: Sequence[CaseHistory]) -> dict[str, Any]:
    """C1.4: who spoke first."""
    media = [case.before_the_media for case in led]
    peak = [case.before_the_peak for case in led]
    return {
        "media_inquiries": sum(len(case.asked_at) for case in led),
        "media_answered": sum(case.media_answered for case in led),
        "before_media_share": share([first for first in media if first is not None]),
        "before_peak_share": share([first for first in peak if first is not None]),
    }


def _texts(led: Sequence[CaseHistory]) -> dict[str, Any]:
    """C3.1, C8.2–C8.4, C9.3: what each text that became public had behind it."""
    told = [text for case in led for _release, text in case.answered_texts]
    releases = [release for case in led for release in case.releases]
    texts = [(release, case.texts.get(release.manifest)) for case in led for release in case.releases]
    chains = [text is not None and text.approved and text.secrecy and text.personal_data for _release, text in texts]
    return {
        "with_basis_share": share([text.basis for text in told if text.basis is not None]),
        "public_releases": len(releases),
        "release_chain_share": share(chains),
        "voice_mismatches": sum(bool(release.strange_voice) for release in releases),
        "bodies_confirmed_share": share([text.bodies <= text.agreed for text in told if text.bodies]),
        "three_names_share": share([len(text.people) >= NAMES_NEEDED for text in told if text.people]),
    }


def _after(led: Sequence[CaseHistory], frame: Frame) -> dict[str, Any]:
    """C3.2, C8.8, C8.10: what came of it."""
    waves = [case.second_wave for case in led]
    looks = [done for case in led for done in case.looks_done(frame.cut_off)] if frame.cut_off else []
    must = [
        case.decided_sustained
        for case in led
        if case.answers and norms.sustained_required(frame.norms.of(case.regulation), case.level)
    ]
    return {
        "effect_reviews_due": len(looks),
        "effect_reviews_done_share": share(looks),
        "second_wave_share": share([wave for wave in waves if wave is not None]),
        "sustained_required": len(must),
        "sustained_decided_share": share(must),
    }


def _places(led: Sequence[CaseHistory]) -> dict[str, Any]:
    """C8.7, C8.9, C11.1."""
    forms = [release for case in led for release in case.answers if release.channel in FORMS]
    skews = [case.skew for case in led if case.skew is not None]
    return {
        "forms_of_answer": len(forms),
        "forms_with_evidence_share": share([release.evidence for release in forms]),
        "channels_used": len({release.family or release.channel for case in led for release in case.releases}),
        "families_published": sum(len(case.families) for case in led),
        "max_skew_hours": round(max(skews) / dt.timedelta(hours=1), 2) if skews else None,
        "withdrawals": len({row.manifest for case in led for row in case.releases if row.stage == WITHDRAWAL}),
    }


@dataclass
class Unasked:
    """What the bureau says unasked, and who may speak for it: read from every chain (C11.1, C11.5, C12.1)."""

    disclosures: dict[str, tuple[dt.date, dt.date | None]] = field(default_factory=dict)  # item → due, done
    press: dict[str, dt.datetime] = field(default_factory=dict)  # press release → its first public act
    speakers: list[tuple[str, dt.datetime, dt.datetime | None]] = field(default_factory=list)

    def take(self, chain: str, kind: str, payload: Payload, at: dt.datetime) -> None:
        if kind in ("disclosure.due", "disclosure.made", "disclosure.done"):
            self._disclosure(payload)
        elif kind == "disclosure.dropped":
            self.disclosures.pop(str(payload.get("item", "")), None)
        elif kind == "press.published" or (kind == "release.live" and chain.startswith("press:")):
            name = chain if chain.startswith("press:") else f"press:{payload.get('number') or payload.get('press', '')}"
            when = moment(payload.get("at")) or at
            self.press[name] = min(self.press.get(name, when), when)
        elif kind == "speaker.appointed":
            self.speakers.append((_speaker(payload), moment(payload.get("since")) or at, moment(payload.get("until"))))
        elif kind == "speaker.ended":
            name, until = _speaker(payload), moment(payload.get("until")) or at
            self.speakers = [
                (who, since, until if who == name and (end is None or end > until) else end)
                for who, since, end in self.speakers
            ]

    def _disclosure(self, payload: Payload) -> None:
        item = str(payload.get("item", ""))
        due, done = _day(payload.get("due_on")), _day(payload.get("done_on"))
        before = self.disclosures.get(item)
        due = due or (before[0] if before else None)
        if item and due is not None:
            self.disclosures[item] = (due, done or (before[1] if before else None))

    def figures(self, wanted: Period, frame: Frame) -> dict[str, Any]:
        zone = frame.norms.zone
        today = frame.cut_off.astimezone(zone).date() if frame.cut_off else None
        rows = [row for row in self.disclosures.values() if wanted.first <= row[0] < wanted.after]
        judged = [done is not None and done <= due for due, done in rows if done is not None or (today and due < today)]
        return {
            "disclosures_due": len(rows),
            "disclosures_on_time_share": share(judged),
            "press_releases": sum(wanted.holds(at, zone) for at in self.press.values()),
            "spokesperson_days": self._days(wanted, frame, today),
        }

    def _days(self, wanted: Period, frame: Frame, today: dt.date | None) -> int:
        """Days of the period, up to the ledger's last one, on which somebody was in the register."""
        zone, held = frame.norms.zone, set[dt.date]()
        for _who, since, until in self.speakers:
            first = max(since.astimezone(zone).date(), wanted.first)
            last = wanted.after - dt.timedelta(days=1)
            for end in (until.astimezone(zone).date() if until else None, today):
                last = min(last, end) if end is not None else last
            held.update(first + dt.timedelta(days=n) for n in range((last - first).days + 1))
        return len(held)


def _speaker(payload: Payload) -> str:
    return str(payload.get("entry") or payload.get("speaker") or payload.get("name") or "")


def _day(words: Any) -> dt.date | None:
    try:
        return dt.date.fromisoformat(str(words)[:10]) if words else None
    except ValueError:
        return None
