"""The drills that were held on this machine, as their reviews tell （九）C9.6, files only; and how far a house has
come from nothing to running （十四）: read from what is there, ticked by nobody.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from django.db.models import Count, Exists, Q, QuerySet, Subquery, Value

from huiying.judging.models import WatchProposal
from huiying.kernel import home
from huiying.listening.models import Message, PatrolCard
from huiying.listening.patrol import uncovered_classes, watched_classes
from huiying.people.actions.interpretations import unsigned
from huiying.people.models import Appointment, Bureau, Department, DutyShift, GroupSeat, Platform
from huiying.people.roster import SOON, holes_ahead
from huiying.people.standing import capabilities
from huiying.regulation import Regulation

FOLDER, RECORDED, REVIEW = "drills", "recorded", "review.json"
NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,49}")
LONGEST: Final = 4_000_000  # bytes of a review that is read
# The steps of a case in their order, as the review names them.
STEPS: Final = ("opened_at", "decided_at", "routed_at", "accepted_at", "found_at", "answered_at")
VERDICTS: Final = ("on_time", "late", "overdue", "running", "declined")


@dataclass(frozen=True)
class Told:
    """One case of a drill. Minutes are from the first knowledge; `due` too, None where no limit was set."""

    number: str
    level: str
    verdict: str
    minutes: Mapping[str, int]
    due: int | None
    breaches: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Drill:
    """One drill. Without a review it is still running, or was broken off."""

    name: str
    title: str = ""
    speed: float = 0.0
    began_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    median: Mapping[str, float | None] = field(default_factory=dict)
    cases: tuple[Told, ...] = ()
    whole: bool = False  # the drill's own ledger verified
    made_at: dt.datetime | None = None  # when the file was written, by the machine's clock
    wrong: bool = False  # there is a review and it can not be read

    @property
    def over(self) -> bool:
        return self.ended_at is not None


def drills() -> list[Drill]:
    """All drills of this home, the latest first."""
    found = [_drill(path) for path in _folders()]
    begin = dt.datetime.min.replace(tzinfo=dt.UTC)
    return sorted(found, key=lambda one: (one.made_at or begin, one.name), reverse=True)


def drill(name: str) -> Drill | None:
    """By its name; only a folder that is there answers, never a path."""
    return next((_drill(path) for path in _folders() if path.name == name), None)


def recorded() -> list[str]:
    """The storms that were made of own past events and can be drilled."""
    folder = _root() / RECORDED
    if not folder.is_dir():
        return []
    return sorted(path.stem for path in folder.glob("*.jsonl") if NAME.fullmatch(path.stem))


def _root() -> Path:
    return home.home() / FOLDER


def _folders() -> Iterator[Path]:
    root = _root()
    if not root.is_dir():
        return
    for path in root.iterdir():
        if path.name != RECORDED and NAME.fullmatch(path.name) and path.is_dir() and not path.is_symlink():
            yield path


def _drill(folder: Path) -> Drill:
    file = folder / REVIEW
    if not file.is_file():
        return Drill(folder.name)
    made_at = dt.datetime.fromtimestamp(file.stat().st_mtime, dt.UTC)
    try:
        if file.stat().st_size > LONGEST:
            raise ValueError("too long")
        return _read(folder.name, json.loads(file.read_text("utf-8")), made_at)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Drill(folder.name, made_at=made_at, wrong=True)


def _read(name: str, told: Mapping[str, Any], made_at: dt.datetime) -> Drill:
    counted = (
        "events", "warnings", "warnings_signed", "cases", "answered", "on_time", "late", "overdue", "running",
        "breaches",
    )  # fmt: skip
    return Drill(
        name=name,
        title=str(told["title"]),
        speed=float(told["speed"]),
        began_at=_moment(told["began_at"]),
        ended_at=_moment(told["ended_at"]),
        counts={key: int(told[key]) for key in counted},
        median={step: told["median_minutes"].get(step) for step in STEPS},
        cases=tuple(_case(row) for row in told["by_case"]),
        whole=bool(told["ledger_whole"]),
        made_at=made_at,
    )


def _case(row: Mapping[str, Any]) -> Told:
    known = _moment(row["first_known_at"])
    due = _moment(row["due_at"]) if row["due_at"] else None
    return Told(
        number=str(row["number"]),
        level=str(row["level"]),
        verdict=str(row["verdict"]) if row["verdict"] in VERDICTS else "running",
        minutes={step: int(row["minutes"][step]) for step in STEPS if step in row["minutes"]},
        due=round((due - known).total_seconds() / 60) if due else None,
        breaches=tuple(dict(one) for one in row["breaches"]),
    )


def _moment(text: Any) -> dt.datetime:
    found = dt.datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


@dataclass(frozen=True)
class Begun:
    """What there is. `done` names the steps that are."""

    departments: int
    manned: int  # of them, those with somebody who accepts
    posts_without: tuple[str, ...]  # codes of roles that nobody holds
    seats: int
    turns: int
    covered: bool  # no hole in the coming day
    open_gaps: int
    classes_without: tuple[str, ...]
    rule_changes: int
    accounts: int
    unmanned: int  # of them, those without an administrator or a backup (C11.2)
    message: bool
    look: bool
    drills: int

    @property
    def done(self) -> dict[str, bool]:
        """In the order in which they are done; the regulation was there before the first person (C14.1)."""
        return {
            "regulation": True,
            "people": self.manned >= self.departments and not self.posts_without,
            "group": self.seats > 0,
            "roster": self.turns > 0 and self.covered,
            "interpretations": not self.open_gaps,
            "sources": not self.classes_without,
            "watch": self.rule_changes > 0,
            "platforms": self.accounts > 0 and not self.unmanned,
            "portal": self.message,
            "patrol": self.look,
            "drill": self.drills > 0,
        }


def begun(law: Regulation, now: dt.datetime) -> Begun:
    """Five queries and a look at the folder of drills."""
    handling = {code for code, role in law.roles.items() if "handle" in capabilities(role)}
    must = [role.code for role in law.roles.values() if role.kind != "body"]
    rows = Appointment.objects.current(now).filter(user__is_active=True)
    posts = set(rows.values_list("role", "department", "department__is_active"))
    held = {role for role, _department, _active in posts}
    counts = _counts(now)
    return Begun(
        departments=counts.get("departments") or 0,
        manned=len({pk for role, pk, active in posts if active and role in handling}),
        posts_without=tuple(code for code in must if code not in held),
        seats=counts.get("seats") or 0,
        turns=counts.get("turns") or 0,
        covered=not any(hole.starts_at < now + SOON for hole in holes_ahead(now)),
        open_gaps=len(unsigned()),
        classes_without=tuple(uncovered_classes(law, watched_classes())),
        rule_changes=counts.get("rule_changes") or 0,
        accounts=counts.get("accounts") or 0,
        unmanned=counts.get("unmanned") or 0,
        message=bool(counts.get("message")),
        look=bool(counts.get("look")),
        drills=sum(drill.over for drill in drills()),
    )


def _counts(now: dt.datetime) -> dict[str, Any]:
    """All that is only counted, in one query on the bureau's row."""
    accounts = Platform.objects.filter(closed_at__isnull=True)
    found = Bureau.objects.filter(pk=1).values(
        departments=_number(Department.objects.filter(is_active=True)),
        seats=_number(GroupSeat.objects.filter(until__isnull=True)),
        turns=_number(DutyShift.objects.filter(ends_at__gt=now, cancelled_at__isnull=True)),
        rule_changes=_number(WatchProposal.objects.filter(state=WatchProposal.AGREED)),
        accounts=_number(accounts),
        unmanned=_number(accounts.filter(Q(administrator__isnull=True) | Q(backup__isnull=True))),
        message=Exists(Message.objects.all()),
        look=Exists(PatrolCard.objects.exclude(result="")),
    )
    return dict(found.first() or {})


def _number(rows: QuerySet[Any]) -> Subquery:
    # Grouped by a constant: a count that may stand inside another query.
    return Subquery(rows.order_by().annotate(one=Value(1)).values("one").annotate(n=Count("pk")).values("n"))
