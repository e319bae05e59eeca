"""One case as its chain tells it: who led it, its levels, deadlines, texts, approvals, publications （七）（八）.

Indicators, open figures, audits, the ladder of sanctions, papers and the review of a drill read this and no entry of a
case themselves, so that all of them have one idea of who leads and when it was answered (INV-9). `reading` fills it.
Whatever was erased is not guessed: it accuses nobody.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from huiying.handling.process import LIVE
from huiying.overseeing.history.norms import Norms
from huiying.regulation.deadlines import RESPOND

HOLDING, WITHDRAWAL = "holding", "withdrawal"  # stages of a release that are no answer (G4)
DEADLINE_MISSED, SECOND_WAVE, STALE_FACTS = "deadline_missed", "second_wave_after_response", "wrong_facts_published"


@dataclass(frozen=True)
class Route:
    department: str
    at: dt.datetime
    followed: bool | None  # whether it followed the routing table's row; None where the table was not asked


@dataclass(frozen=True)
class Accepted:
    department: str
    at: dt.datetime
    routed_at: dt.datetime | None
    level: str


@dataclass
class Task:
    kind: str
    department: str
    due_at: dt.datetime | None
    done: bool = False
    on_time: bool = True
    dropped: bool = False

    def overdue(self, cut_off: dt.datetime) -> bool:
        if self.done:
            return not self.on_time
        return not self.dropped and self.due_at is not None and self.due_at < cut_off


@dataclass
class Report:
    node: str
    department: str
    at: dt.datetime
    level: str
    seen_at: dt.datetime | None = None


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
    fact_sheet: int  # the version that it quotes; 0 where it names none
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
class Limit:
    """A time limit of the regulation. It runs until one of its act is stopped (C8.5); `stopped_at`: its own stop."""

    act: str
    due_at: dt.datetime | None
    provisional: bool
    runs: bool = True
    stopped_at: dt.datetime | None = None


@dataclass(frozen=True)
class Breach:
    """A duty that was missed. One that does not count came of a late upgrade and stands in no score (C9.7)."""

    clock: int
    act: str
    due_at: dt.datetime
    counts: bool
    cause: str


@dataclass(frozen=True)
class Fault:
    """What the ladder of sanctions may speak of, and who led the case at that moment (C12.4)."""

    at: dt.datetime
    code: str  # as the regulation's triggers name it
    department: str  # "" where the office held the case


@dataclass
class CaseHistory:
    event: str = ""
    title: str = ""
    state: str = ""
    regulation: str = ""
    level: str = ""
    level_name: str = ""
    confirmed: bool = False
    first_known_at: dt.datetime | None = None
    opened_at: dt.datetime | None = None
    known_at_opening: dt.datetime | None = None  # earlier knowledge found later opens no other book (C14.1)
    holder: str | None = None  # the lead that a routing named; None while the office holds the case
    last_lead: str = ""  # as the last routing named it, whether or not the case came back since
    lead_is_sure: bool = False  # no longer where cases were joined, parted or voided since
    joint: tuple[str, ...] = ()
    category: str = ""
    awaits_routing: bool = False  # a department gave it back
    wrong_lead: bool = False
    routes: list[Route] = field(default_factory=list)
    returned_by: list[str] = field(default_factory=list)
    accepted: list[Accepted] = field(default_factory=list)
    found: bool = False
    disposed: bool = False
    settled: bool = False
    closed: bool = False
    declined: bool = False  # 不予公开 by decision, closed since or not; taken up again it is so no more (C1.1)
    root_cause: str | None = None  # None while nobody closed it
    erased: bool = False  # something of it, by decision
    recurred: bool = False
    tasks: dict[Any, Task] = field(default_factory=dict)
    facts: list[tuple[dt.datetime, int]] = field(default_factory=list)
    liaison_sent_at: dt.datetime | None = None
    exempted: bool = False
    feedback: Counter[str] = field(default_factory=Counter)
    meetings: list[tuple[int, int]] = field(default_factory=list)  # present, invited
    slips: list[bool] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    silent: bool = False
    limits: dict[int, Limit] = field(default_factory=dict)
    missed: list[Breach] = field(default_factory=list)  # of every duty
    faults: list[Fault] = field(default_factory=list)
    overridden: int = 0  # confirmations that nobody waited for
    clues: int = 0
    acts: set[str] = field(default_factory=set)  # of the level's own, as somebody noted them (§4.3)
    helped: bool = False  # other departments were named beside the lead (C10.4)
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

    def judged_by_its_time(self, norms: Norms) -> bool | None:
        """C14.1: under the version in force at its first knowledge; None where the ledger names no version."""
        if not self.regulation or self.first_known_at is None or self.opened_at is None:
            return None
        return self.regulation in norms.in_force(self.known_at_opening or self.first_known_at, self.opened_at)

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def breaches(self) -> list[Breach]:
        """Of the duty to respond."""
        return [breach for breach in self.missed if breach.act == RESPOND]

    def due(self, act: str = RESPOND) -> dt.datetime | None:
        """The deadline of an act: of the confirmed limits the earliest, of provisional ones only where nothing else."""
        running = [limit for limit in self.limits.values() if limit.runs and limit.act == act]
        sure = [limit for limit in running if not limit.provisional]
        return min((limit.due_at for limit in sure or running if limit.due_at), default=None)

    @property
    def next_due(self) -> tuple[dt.datetime, str] | None:
        """The nearest deadline of all acts, and the act."""
        acts = {limit.act for limit in self.limits.values() if limit.runs}
        return min(((due, act) for act in acts if (due := self.due(act)) is not None), default=None)

    @property
    def first_route_right(self) -> bool | None:
        """C7.1: the first routing held. None where the case was never routed."""
        if not self.routes:
            return None
        return not self.returned_by and len({row.department for row in self.routes}) == 1

    @property
    def conflicting(self) -> int:
        """C7.4: public acts that quoted a fact sheet older than the newest one of that moment."""
        return sum(
            any(version > row.fact_sheet > 0 for agreed_at, version in self.facts if agreed_at <= row.at)
            for row in self.releases
        )

    @property
    def quick_corrections(self) -> int:
        """C9.7 宽容失误: corrections that came within 24 hours of the statement they correct."""
        return sum(row.corrects and self._soon_after(row) for row in self.releases)

    def _soon_after(self, release: Release) -> bool:
        earlier = [row for row in self.releases if row.at < release.at]
        same = [row.at for row in earlier if row.channel == release.channel] or [row.at for row in earlier]
        return bool(same) and release.at - max(same) <= dt.timedelta(hours=24)

    @property
    def silent_at_deadline(self) -> bool:
        """C1.3: a deadline of its own passed with no public act before it; a reasoned no is no silence."""
        spoke = self.first_word_at
        missed = [breach.due_at for breach in self.breaches if breach.counts]
        return not self.declined and any(spoke is None or spoke > due for due in missed)

    @property
    def late(self) -> bool:
        """A breach of the duty to respond that counts."""
        return any(breach.counts for breach in self.breaches)

    @property
    def was_late(self) -> bool | None:
        """None while it is neither answered nor late."""
        return self.late if self.first_answer_at or self.late else None

    @property
    def upgraded_late(self) -> bool:
        """Cause 升级: counts in no score (C9.7)."""
        return any(not breach.counts for breach in self.breaches)

    @property
    def four_eyes(self) -> list[bool]:
        """Of each approved text: whether nobody who wrote it approved it (C9.5, INV-4)."""
        return [
            not text.writers & text.approvers
            for text in self.texts.values()
            if text.approved and text.writers and text.approvers
        ]

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
