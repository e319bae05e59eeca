"""How far a house has come from nothing to running （十四）: read from what is there, ticked by nobody.

Every step looks at rows that the work itself leaves behind, so that the list can not say more than is true (INV-9).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, Q, QuerySet, Subquery, Value

from huiying.judging.models import WatchProposal
from huiying.listening.models import Message, PatrolCard
from huiying.listening.patrol import uncovered_classes, watched_classes
from huiying.overseeing.drills import drills
from huiying.people.interpretations import unsigned
from huiying.people.models import Appointment, Bureau, Department, DutyShift, GroupSeat, Platform
from huiying.people.roster import SOON, holes_ahead
from huiying.people.standing import capabilities
from huiying.regulation import Regulation


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
