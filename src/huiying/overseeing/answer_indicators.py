"""Indicators of the public answer, clause by clause. Reads `CaseHistory`, nothing else (INV-12).

A share without a base is None, never zero: zero per cent would be an accusation.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from huiying.overseeing import norms
from huiying.overseeing.history.case import WITHDRAWAL, CaseHistory
from huiying.overseeing.history.entries import Payload, moment
from huiying.overseeing.indicators import Frame, share
from huiying.overseeing.periods import Period

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
