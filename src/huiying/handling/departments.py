"""What one department has, what is late there, and how the departments stand side by side （九）（十）C10.4."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet, Subquery

from huiying.handling.models import AgendaItem, Case, CaseDepartment, Clock, Task
from huiying.handling.process import LIVE
from huiying.handling.queries import cases_for
from huiying.kernel import clock as time
from huiying.people.contacts import HEAD, LIAISON, roles_for
from huiying.people.models import Appointment, Department, User
from huiying.people.queries import departments
from huiying.people.standing import standing
from huiying.regulation import Regulation

SOON = dt.timedelta(hours=24)
SEES_ALL = ("office", "duty", "lead_bureau", "review_all", "audit")


def may_see(user: User, code: str) -> bool:
    """A department's page is its own people's, and theirs who see every case (C7.5)."""
    who = standing(user)
    return any(who.can(capability) for capability in SEES_ALL) or (bool(who.held) and code in who.departments)


@dataclass(frozen=True)
class Has:
    """A case that a department has now."""

    case: Case
    role: str  # lead | joint
    clock: Clock | None  # the legal deadline that comes first

    @property
    def overdue(self) -> bool:
        return self.clock is not None and self.clock.due_at < time.now()


def cases_of(department: Department, user: User) -> list[Has]:
    """The department's live cases as far as the reader may see them, what is due first in front. Two queries."""
    rows = list(
        CaseDepartment.objects.filter(
            department=department,
            until__isnull=True,
            case__state__in=LIVE,
            case__in=cases_for(user).values("pk"),
        ).select_related("case__event")
    )
    clocks: dict[int, Clock] = {}
    for clock in running([row.case_id for row in rows]).order_by("due_at", "id"):
        clocks.setdefault(clock.case_id, clock)
    far = dt.datetime.max.replace(tzinfo=dt.UTC)
    found = [Has(row.case, row.role, clocks.get(row.case_id)) for row in rows]
    return sorted(found, key=lambda has: (has.clock.due_at if has.clock else far, has.case.opened_at))


def running(case_ids: Iterable[int]) -> QuerySet[Clock]:
    """Legal deadlines that still run."""
    return Clock.objects.filter(
        case__in=list(case_ids), is_legal=True, stopped_at__isnull=True, superseded_at__isnull=True
    )


def tasks_around(department: Department, cases: Iterable[Has], user: User) -> tuple[list[Task], list[Task]]:
    """Open tasks: the department's own, and those that others owe to the cases it leads. One query.

    A task of a danger to life is for those who act on that case (§6.2). Of any other the department reads its own
    piece of work, and of the case only where it may open it: `sees_case` (C7.5).
    """
    led = [has.case.pk for has in cases if has.role == CaseDepartment.LEAD]
    rows = (
        Task.objects.filter(done_at__isnull=True, dropped_at__isnull=True)
        .filter(Q(department=department) | Q(case__in=led))
        .annotate(sees_case=Exists(cases_for(user).filter(pk=OuterRef("case_id"))))
        .filter(Q(case__event__life_safety=False, case__event__sensitive="") | Q(sees_case=True) | Q(owner=user))
        .select_related("case__event", "department")
        .order_by("due_at", "id")
    )
    own: list[Task] = []
    others: list[Task] = []
    for task in rows:
        (own if task.department_id == department.pk else others).append(task)
    return own, others


def contacts_of(department: Department, regulation: Regulation) -> dict[str, list[Appointment]]:
    """负责人 and 联络人, full holders before deputies (C10.3). One query."""
    kinds = {kind: roles_for(kind, regulation) for kind in (HEAD, LIAISON)}
    rows = list(
        Appointment.objects.current(time.now())
        .filter(
            department=department, user__is_active=True, role__in=[role for some in kinds.values() for role in some]
        )
        .select_related("user")
        .order_by("is_deputy", "id")
    )
    return {kind: [row for row in rows if row.role in roles] for kind, roles in kinds.items()}


def agenda_of(department: Department, quarter: str) -> list[AgendaItem]:
    """The quarter's plan, and what an earlier quarter left undone."""
    rows = AgendaItem.objects.filter(department=department)
    return list(rows.filter(Q(quarter=quarter) | Q(quarter__lt=quarter, done_at__isnull=True)))


@dataclass
class BoardLine:
    """One department of the board. Numbers only, so it may hang where all can see it; no danger to life in them."""

    department: Department
    live: int = 0
    joint: int = 0
    to_accept: int = 0
    soon: int = 0
    late: int = 0
    tasks: int = 0
    tasks_late: int = 0
    agenda: int = 0

    @property
    def busy(self) -> bool:
        return bool(self.live or self.joint or self.tasks)


@dataclass
class Board:
    lines: list[BoardLine]
    totals: dict[str, int] = field(default_factory=dict)

    @property
    def busy(self) -> list[BoardLine]:
        return [line for line in self.lines if line.busy]

    @property
    def idle(self) -> list[BoardLine]:
        return [line for line in self.lines if not line.busy]

    @property
    def unplanned(self) -> int:
        """Departments with nothing on the quarter's agenda (C9.1)."""
        return sum(not line.agenda for line in self.lines)


def board(quarter: str) -> Board:
    """跨部门看板 (C10.4): what each has, what is due within a day, what is late. Four queries, however many cases."""
    now = time.now()
    lines = {department.pk: BoardLine(department) for department in departments()}
    due = Clock.objects.filter(
        case=OuterRef("case"), is_legal=True, stopped_at__isnull=True, superseded_at__isnull=True
    )
    earliest = due.order_by().values("case").annotate(due=Min("due_at")).values("due")
    rows = CaseDepartment.objects.filter(
        until__isnull=True, case__state__in=LIVE, case__event__life_safety=False, case__event__sensitive=""
    ).annotate(due=Subquery(earliest))
    for pk, role, state, at in rows.values_list("department", "role", F("case__state"), "due"):
        line = lines.get(pk)
        if line is None:
            continue
        if role != CaseDepartment.LEAD:
            line.joint += 1
            continue
        line.live += 1
        line.to_accept += state == "assigned"
        line.late += at is not None and at < now
        line.soon += at is not None and now <= at < now + SOON
    open_tasks = Task.objects.filter(
        done_at__isnull=True, dropped_at__isnull=True, case__event__life_safety=False, case__event__sensitive=""
    ).order_by()
    for row in open_tasks.values("department").annotate(n=Count("pk"), late=Count("pk", filter=Q(due_at__lt=now))):
        if line := lines.get(row["department"]):
            line.tasks, line.tasks_late = row["n"], row["late"]
    plans = AgendaItem.objects.filter(quarter=quarter).order_by().values("department").annotate(n=Count("pk"))
    for plan in plans:
        if line := lines.get(plan["department"]):
            line.agenda = plan["n"]
    ordered = sorted(lines.values(), key=lambda line: (-line.late, -line.soon, -line.live, -line.tasks))
    names = ("live", "joint", "to_accept", "soon", "late", "tasks", "tasks_late")
    return Board(ordered, {name: sum(getattr(line, name) for line in ordered) for name in names})
