"""What the entries of one case's chain say about the work on it; read by `indicators`."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from huiying.overseeing.norms import Norms

Payload = Mapping[str, Any]


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


@dataclass(frozen=True)
class Live:
    """A public act, at the receipt of its evidence."""

    at: dt.datetime
    channel: str
    corrects: bool
    fact_sheet: int | None


@dataclass
class Work:
    """One case. Whatever was erased is not guessed: it accuses nobody."""

    event: str = ""
    regulation: str = ""
    level: str = ""
    confirmed: bool = False
    first_known_at: dt.datetime | None = None
    opened_at: dt.datetime | None = None
    known_at_opening: dt.datetime | None = None  # earlier knowledge found later opens no other book (C14.1)
    holder: str | None = None  # the lead that a routing named; None while the office holds the case
    wrong_lead: bool = False
    routes: list[Route] = field(default_factory=list)
    returned_by: list[str] = field(default_factory=list)
    accepted: list[Accepted] = field(default_factory=list)
    found: bool = False
    disposed: bool = False
    settled: bool = False
    closed: bool = False
    declined: bool = False
    root_cause: bool = False
    recurred: bool = False
    tasks: dict[Any, Task] = field(default_factory=dict)
    facts: list[tuple[dt.datetime, int]] = field(default_factory=list)
    lives: list[Live] = field(default_factory=list)
    liaison_sent_at: dt.datetime | None = None
    exempted: bool = False
    feedback: Counter[str] = field(default_factory=Counter)
    meetings: list[tuple[int, int]] = field(default_factory=list)  # present, invited
    slips: list[bool] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    silent: bool = False
    missed: list[dt.datetime] = field(default_factory=list)  # respond deadlines of counting breaches
    clues: int = 0
    acts: set[str] = field(default_factory=set)  # of the level's own, as somebody noted them (§4.3)
    helped: bool = False  # other departments were named beside the lead (C10.4)

    def take(self, kind: str, payload: Payload, at: dt.datetime) -> None:
        reader = _READERS.get(kind)
        if reader is not None:
            reader(self, payload, at)

    def judged_by_its_time(self, norms: Norms) -> bool | None:
        """C14.1: under the version in force at its first knowledge; None where the ledger names no version."""
        if not self.regulation or self.first_known_at is None or self.opened_at is None:
            return None
        return self.regulation in norms.in_force(self.known_at_opening or self.first_known_at, self.opened_at)

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
            live.fact_sheet is not None
            and any(version > live.fact_sheet for agreed_at, version in self.facts if agreed_at <= live.at)
            for live in self.lives
        )

    @property
    def quick_corrections(self) -> int:
        """C9.7 宽容失误: corrections that came within 24 hours of the statement they correct."""
        return sum(live.corrects and self._soon_after(live) for live in self.lives)

    def _soon_after(self, live: Live) -> bool:
        earlier = [row for row in self.lives if row.at < live.at]
        same = [row.at for row in earlier if row.channel == live.channel] or [row.at for row in earlier]
        return bool(same) and live.at - max(same) <= dt.timedelta(hours=24)

    @property
    def silent_at_deadline(self) -> bool:
        """C1.3: a deadline of its own passed with no public act before it; a reasoned no is no silence."""
        spoke = min((live.at for live in self.lives), default=None)
        return not self.declined and any(spoke is None or spoke > due for due in self.missed)


def moment(words: Any) -> dt.datetime | None:
    return dt.datetime.fromisoformat(words) if isinstance(words, str) else None


def count(value: Any) -> int:
    """A number, or how many names a list holds."""
    return len(value) if isinstance(value, list) else int(value or 0)


def _opened(work: Work, payload: Payload, at: dt.datetime) -> None:
    work.event = str(payload.get("event", ""))
    work.regulation = str(payload.get("regulation", ""))
    if not work.confirmed:  # a case that was voided and opened again keeps the level that a person gave it
        work.level = str(payload.get("suggested_level", ""))
    work.first_known_at = work.known_at_opening = moment(payload.get("first_known_at")) or at
    work.opened_at = at


def _known_earlier(work: Work, payload: Payload, at: dt.datetime) -> None:
    work.first_known_at = moment(payload.get("known_at")) or work.first_known_at


def _graded(work: Work, payload: Payload, at: dt.datetime) -> None:
    work.level = str(payload.get("to", "")) or work.level
    work.confirmed = True


def _routed(work: Work, payload: Payload, at: dt.datetime) -> None:
    lead = payload.get("lead", "")
    work.wrong_lead = work.wrong_lead or ("lead" in payload and not (isinstance(lead, str) and lead.strip()))
    work.holder = lead if isinstance(lead, str) and lead else None
    work.helped = work.helped or bool(payload.get("joint"))
    work.routes.append(Route(work.holder or "", at, payload.get("followed")))


def _route_undone(work: Work, payload: Payload, at: dt.datetime) -> None:
    """Taken back before anybody saw it: as if it had not been routed."""
    work.holder = None
    if work.routes:
        work.routes.pop()


def _returned(work: Work, payload: Payload, at: dt.datetime) -> None:
    work.returned_by.append(str(payload.get("department") or work.holder or ""))
    work.holder = None


def _accepted(work: Work, payload: Payload, at: dt.datetime) -> None:
    department = str(payload.get("department") or work.holder or "")
    # Accepted by a department that does not lead: for that moment two of them held the case (C2.1).
    work.wrong_lead = work.wrong_lead or bool(work.holder and department != work.holder)
    routed_at = work.routes[-1].at if work.routes else None
    work.accepted.append(Accepted(department, at, routed_at, work.level))


def _found(work: Work, payload: Payload, at: dt.datetime) -> None:
    work.found = True


def _disposed(work: Work, payload: Payload, at: dt.datetime) -> None:
    work.disposed = True
    work.settled = work.settled or bool(payload.get("settled"))


def _closed(work: Work, payload: Payload, at: dt.datetime) -> None:
    work.closed = True
    work.root_cause = bool(str(payload.get("root_cause", "")).strip())


def _moved(work: Work, payload: Payload, at: dt.datetime) -> None:
    was, to = payload.get("from"), payload.get("to")
    work.closed = work.closed and was != "closed"
    work.declined = to == "declined" or (work.declined and to == "closed")


def _recurred(work: Work, payload: Payload, at: dt.datetime) -> None:
    work.recurred = True


def _task_made(work: Work, payload: Payload, at: dt.datetime) -> None:
    department, due_at = str(payload.get("department", "")), moment(payload.get("due_at"))
    work.tasks[payload.get("task")] = Task(str(payload.get("kind", "")), department, due_at)


def _task_done(work: Work, payload: Payload, at: dt.datetime) -> None:
    task = work.tasks.get(payload.get("task"))
    if task is not None:
        task.done, task.on_time = True, bool(payload.get("on_time", True))


def _task_dropped(work: Work, payload: Payload, at: dt.datetime) -> None:
    task = work.tasks.get(payload.get("task"))
    if task is not None:
        task.dropped = True


def _facts(work: Work, payload: Payload, at: dt.datetime) -> None:
    if "version" in payload:
        work.facts.append((at, int(payload["version"])))


def _live(work: Work, payload: Payload, at: dt.datetime) -> None:
    corrects = payload.get("corrects") is not None
    work.lives.append(
        Live(moment(payload.get("at")) or at, str(payload.get("channel", "")), corrects, payload.get("facts") or None)
    )


def _liaison_sent(work: Work, payload: Payload, at: dt.datetime) -> None:
    work.liaison_sent_at = min(work.liaison_sent_at or at, at)


def _exempted(work: Work, payload: Payload, at: dt.datetime) -> None:
    work.exempted = True


def _feedback(work: Work, payload: Payload, at: dt.datetime) -> None:
    work.feedback[str(payload.get("to", ""))] += 1


def _held(work: Work, payload: Payload, at: dt.datetime) -> None:
    work.meetings.append((count(payload.get("present")), count(payload.get("invited"))))


def _slip(work: Work, payload: Payload, at: dt.datetime) -> None:
    work.slips.append(bool(payload.get("complete")))


def _reported(work: Work, payload: Payload, at: dt.datetime) -> None:
    work.reports.append(Report(str(payload.get("node", "")), str(payload.get("department", "")), at, work.level))


def _seen(work: Work, payload: Payload, at: dt.datetime) -> None:
    nodes = payload.get("nodes") or ()
    for row in work.reports:
        if row.seen_at is None and row.node in nodes:
            row.seen_at = at


def _silent(work: Work, payload: Payload, at: dt.datetime) -> None:
    work.silent = work.silent or payload.get("act", "respond") == "respond"


def _breached(work: Work, payload: Payload, at: dt.datetime) -> None:
    if payload.get("act") == "respond" and payload.get("counts"):
        work.missed.append(moment(payload.get("due_at")) or at)


def _clue(work: Work, payload: Payload, at: dt.datetime) -> None:
    work.clues += bool(payload.get("signed"))


def _act(work: Work, payload: Payload, at: dt.datetime) -> None:
    work.acts.add(str(payload.get("act", "")))


_READERS: dict[str, Callable[[Work, Payload, dt.datetime], None]] = {
    "case.opened": _opened,
    "case.known_earlier": _known_earlier,
    "case.graded": _graded,
    "case.routed": _routed,
    "case.route_undone": _route_undone,
    "case.returned": _returned,
    "case.accepted": _accepted,
    "case.found": _found,
    "case.disposed": _disposed,
    "case.closed": _closed,
    "case.moved": _moved,
    "case.recurred": _recurred,
    "task.made": _task_made,
    "task.done": _task_done,
    "task.dropped": _task_dropped,
    "facts.agreed": _facts,
    "release.live": _live,
    "liaison.sent": _liaison_sent,
    "liaison.exempted": _exempted,
    "feedback.given": _feedback,
    "meeting.held": _held,
    "slip.issued": _slip,
    "report.made": _reported,
    "report.seen": _seen,
    "clock.silent": _silent,
    "clock.breached": _breached,
    "clue.signed": _clue,
    "case.act_noted": _act,
}
