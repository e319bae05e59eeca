"""What the entries of one case's chain say about its answer （八）; read by `answer_indicators`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from huiying.overseeing.casebook import moment

Payload = Mapping[str, Any]
FORMS = ("press_conference", "expert", "interview")
HOLDING, WITHDRAWAL = "holding", "withdrawal"


@dataclass
class Text:
    """One manifest: who wrote, checked and released it, and what it says of itself."""

    basis: bool | None = None  # None where the entry does not tell
    bodies: frozenset[str] = frozenset()
    agreed: set[str] = field(default_factory=set)
    people: set[str] = field(default_factory=set)
    writers: set[str] = field(default_factory=set)
    approvers: set[str] = field(default_factory=set)
    approved: bool = False
    secrecy: bool = False
    personal_data: bool = False


@dataclass(frozen=True)
class Release:
    """A public act, at the receipt of its evidence."""

    at: dt.datetime
    stage: str
    manifest: str
    channel: str
    family: str
    evidence: bool
    corrects: bool
    strange_voice: bool | None  # neither lead, disposer nor authorised; None where the office holds the case

    @property
    def is_answer(self) -> bool:
        return self.stage not in (HOLDING, WITHDRAWAL)


@dataclass(frozen=True)
class Look:
    """An effect review that was begun: when it falls due, and what became of it."""

    hours: int
    due_at: dt.datetime


@dataclass
class AnswerWork:
    """One case. Whatever was erased is not guessed."""

    holder: str | None = None
    disposers: set[str] = field(default_factory=set)
    authorised: bool = False
    texts: dict[str, Text] = field(default_factory=dict)
    releases: list[Release] = field(default_factory=list)
    grounds: list[str] = field(default_factory=list)  # of withholdings that two persons agreed on
    asked_at: list[dt.datetime] = field(default_factory=list)
    media_answered: int = 0
    looks: list[Look] = field(default_factory=list)
    verdicts: list[tuple[int, str, dt.datetime]] = field(default_factory=list)
    peak_at: dt.datetime | None = None
    decided_sustained: bool = False

    @property
    def four_eyes(self) -> list[bool]:
        """Of each approved text: whether nobody who wrote it approved it (C9.5, INV-4)."""
        return [
            not text.writers & text.approvers
            for text in self.texts.values()
            if text.approved and text.writers and text.approvers
        ]

    def take(self, kind: str, payload: Payload, at: dt.datetime, who: str) -> None:
        reader = _READERS.get(kind)
        if reader is not None:
            reader(self, payload, at, who)

    @property
    def answers(self) -> list[Release]:
        return [row for row in self.releases if row.is_answer]

    @property
    def first_word_at(self) -> dt.datetime | None:
        """The first official word in public, 「正在核实」 included (C1.4)."""
        return min((row.at for row in self.releases), default=None)

    @property
    def first_answer_at(self) -> dt.datetime | None:
        return min((row.at for row in self.answers), default=None)

    @property
    def before_the_media(self) -> bool | None:
        """C1.4: the bureau spoke before a medium asked. None where none asked."""
        if not self.asked_at:
            return None
        return self.first_word_at is not None and self.first_word_at <= min(self.asked_at)

    @property
    def before_the_peak(self) -> bool | None:
        """C1.4: answered no later than the hour in which most was said. None where nobody measured."""
        if self.peak_at is None or self.first_answer_at is None:
            return None
        return self.first_answer_at < self.peak_at + dt.timedelta(hours=1)

    @property
    def answered_texts(self) -> list[tuple[Release, Text]]:
        """Each manifest that became an answer, once, with its first release."""
        found: dict[str, tuple[Release, Text]] = {}
        for row in sorted(self.answers, key=lambda row: row.at):
            found.setdefault(row.manifest, (row, self.texts.get(row.manifest, Text())))
        return list(found.values())

    @property
    def families(self) -> set[str]:
        return {row.family for row in self.answers if row.family}

    @property
    def skew(self) -> dt.timedelta | None:
        """C8.9: between the first and the last linked channel of one text, the widest of the case."""
        times: dict[str, dict[str, dt.datetime]] = {}
        for row in self.answers:
            if row.family:
                seen = times.setdefault(row.manifest, {})
                seen[row.family] = min(seen.get(row.family, row.at), row.at)
        spans = [max(seen.values()) - min(seen.values()) for seen in times.values() if len(seen) > 1]
        return max(spans, default=None)

    @property
    def second_wave(self) -> bool | None:
        return any(verdict == "second_wave" for _hours, verdict, _at in self.verdicts) if self.verdicts else None

    def looks_done(self, cut_off: dt.datetime) -> list[bool]:
        """Of each look at the effect whose time has come: whether a person judged it (C3.2)."""
        left = list(self.verdicts)
        done = []
        for look in sorted(self.looks, key=lambda look: look.due_at):
            if look.due_at > cut_off:
                continue
            found = next((row for row in left if row[0] == look.hours and row[2] >= look.due_at), None)
            if found is not None:
                left.remove(found)
            done.append(found is not None)
        return done


def _text(work: AnswerWork, payload: Payload) -> Text:
    return work.texts.setdefault(str(payload.get("manifest", "")), Text())


def _routed(work: AnswerWork, payload: Payload, at: dt.datetime, who: str) -> None:
    work.holder = str(payload.get("lead") or "") or None


def _back(work: AnswerWork, payload: Payload, at: dt.datetime, who: str) -> None:
    work.holder = None


def _worked(work: AnswerWork, payload: Payload, at: dt.datetime, who: str) -> None:
    if payload.get("department"):
        work.disposers.add(str(payload["department"]))


def _authorised(work: AnswerWork, payload: Payload, at: dt.datetime, who: str) -> None:
    work.authorised = True


def _saved(work: AnswerWork, payload: Payload, at: dt.datetime, who: str) -> None:
    text = _text(work, payload)
    text.bodies = frozenset(str(body) for body in payload.get("bodies") or ())
    text.people |= {who} - {""}
    text.writers |= {who} - {""}
    if "basis" in payload:
        text.basis = bool(payload["basis"])


def _decided(work: AnswerWork, payload: Payload, at: dt.datetime, who: str) -> None:
    if payload.get("decision") == "approved":
        text = _text(work, payload)
        text.people |= {who} - {""}
        text.approvers |= {who} - {""}
        text.secrecy = text.secrecy or bool(payload.get("secrecy_checked"))
        text.personal_data = text.personal_data or bool(payload.get("personal_data_checked"))


def _approved(work: AnswerWork, payload: Payload, at: dt.datetime, who: str) -> None:
    _text(work, payload).approved = True


def _voided(work: AnswerWork, payload: Payload, at: dt.datetime, who: str) -> None:
    _text(work, payload).approved = False


def _confirmed(work: AnswerWork, payload: Payload, at: dt.datetime, who: str) -> None:
    if payload.get("answer") == "agree":
        _text(work, payload).agreed.add(str(payload.get("body", "")))


def _made(work: AnswerWork, payload: Payload, at: dt.datetime, who: str) -> None:
    text = _text(work, payload)
    text.people |= {who} - {""}


def _live(work: AnswerWork, payload: Payload, at: dt.datetime, who: str) -> None:
    department = str(payload.get("department") or "")
    strange: bool | None = None
    if work.holder is not None and department:
        strange = department not in {work.holder, *work.disposers} and not work.authorised
    work.releases.append(
        Release(
            at=moment(payload.get("at")) or at,
            stage=str(payload.get("stage") or "first"),
            manifest=str(payload.get("manifest", "")),
            channel=str(payload.get("channel", "")),
            family=str(payload.get("family") or ""),
            evidence=bool(payload.get("evidence")),
            corrects=payload.get("corrects") is not None,
            strange_voice=strange,
        )
    )


def _withheld(work: AnswerWork, payload: Payload, at: dt.datetime, who: str) -> None:
    if payload.get("agreed"):
        work.grounds.append(str(payload.get("ground") or "").strip())


def _asked(work: AnswerWork, payload: Payload, at: dt.datetime, who: str) -> None:
    work.asked_at.append(moment(payload.get("asked_at")) or at)


def _media_answered(work: AnswerWork, payload: Payload, at: dt.datetime, who: str) -> None:
    work.media_answered += 1


def _begun(work: AnswerWork, payload: Payload, at: dt.datetime, who: str) -> None:
    start = moment(payload.get("at")) or at
    for hours in payload.get("hours") or ():
        work.looks.append(Look(int(hours), start + dt.timedelta(hours=int(hours))))


def _judged(work: AnswerWork, payload: Payload, at: dt.datetime, who: str) -> None:
    work.verdicts.append((int(payload.get("hours") or 0), str(payload.get("verdict", "")), at))
    work.peak_at = moment(payload.get("peak_at")) or work.peak_at


def _sustained(work: AnswerWork, payload: Payload, at: dt.datetime, who: str) -> None:
    work.decided_sustained = True


_READERS: dict[str, Callable[[AnswerWork, Payload, dt.datetime, str], None]] = {
    "case.routed": _routed,
    "case.route_undone": _back,
    "case.returned": _back,
    "case.found": _worked,
    "case.sustained": _sustained,
    "speaker.authorised": _authorised,
    "draft.saved": _saved,
    "review.decided": _decided,
    "review.approved": _approved,
    "review.voided": _voided,
    "confirmation.answered": _confirmed,
    "release.made": _made,
    "release.live": _live,
    "withholding.decided": _withheld,
    "media.asked": _asked,
    "media.answered": _media_answered,
    "effect.begun": _begun,
    "effect.judged": _judged,
}
