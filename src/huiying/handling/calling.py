"""Who is called about a case, again and again until somebody says that they heard （五）（六）（十）.

A clock's ladder of posts was frozen when the clock started; who holds those posts is looked up when the call is made.
Legal calls know no quiet hours; internal nudges wait for their end (C5.12).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from huiying.handling.models import Case, CaseDepartment, Clock, Escalation
from huiying.handling.process import LIVE
from huiying.kernel import clock as time
from huiying.ledger.actions import Actor, record
from huiying.ledger.models import LedgerEntry
from huiying.people.models import Appointment, User
from huiying.people.queries import regulation_of
from huiying.people.roster import on_shift
from huiying.people.standing import capabilities
from huiying.regulation.deadlines import quiet_until
from huiying.regulation.regulation import Regulation
from huiying.work import notify

NOBODY = "无人在岗"
REPEAT = dt.timedelta(minutes=30)  # of a file that has no ladder of its own
# The ladder of a file that has none: duty desk, heads, leaders.
LADDER: tuple[tuple[float, tuple[str, ...]], ...] = (
    (0.5, ("duty_officer", "informant")),
    (0.75, ("division_head", "office_head")),
    (0.9, ("deputy_leader",)),
    (1.0, ("top_leader", "deputy_leader")),
)
# Duties that are done inside one department: their holders are rung only where that department has the case (C2.1).
IN_A_DEPARTMENT = {"division_head", "dept_head", "informant"}
# Nudges that the department in charge answers for; every other one is the office's and the duty desk's.
OF_THE_LEAD = ("accept_transfer", "dept_disposal_opinion")

Chain = list[list[Any]]
_OPEN: dict[str, Any] = {"acknowledged_at__isnull": True, "closed_why": ""}


def chain_of(case: Case, regulation: Regulation) -> Chain:
    """Who is called about a clock of the case: [[ratio, [role codes], [user names]]], gentlest step first.

    The file's own ladder; where it has none, one made of the duties that its roles perform. Roles are frozen here,
    people are looked up when the call is made: whoever holds the post then is called (C10.6).
    """
    ladder = regulation.clocks.escalation
    if ladder is not None:
        steps = [[step.at, list(step.roles), []] for step in sorted(ladder.steps, key=lambda step: step.at)]
    else:
        steps = [[ratio, _acting(regulation, duties), []] for ratio, duties in LADDER]
    return [step for step in steps if step[1]]


def _acting(regulation: Regulation, duties: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(role for duty in duties for role in regulation.roles_acting_as(duty)))


class Roster:
    """Who holds which post now, and who leads which case: read once for a whole turn of the loop."""

    def __init__(self, case_ids: Iterable[int] = (), regulation: Regulation | None = None) -> None:
        rows = Appointment.objects.current(time.now()).filter(user__is_active=True)
        self._held: dict[str, list[tuple[str, User]]] = {}
        for row in rows.select_related("user", "department").order_by("is_deputy", "id"):
            self._held.setdefault(row.role, []).append((row.department.code if row.department else "", row.user))
        self._shift = {user.pk for user in on_shift(regulation=regulation)}
        self._regulations: dict[int, Regulation] = {}
        leads = CaseDepartment.objects.filter(role=CaseDepartment.LEAD, until__isnull=True, case__in=list(case_ids))
        self._leads: dict[int, str] = dict(leads.values_list("case_id", "department__code"))

        self._open: dict[int, Escalation] | None = None

    def read_open(self, clock_ids: Iterable[int]) -> None:
        """The calls of these clocks that nobody has answered, in one look."""
        rows = Escalation.objects.filter(clock__in=list(clock_ids), kind=Escalation.CLOCK, **_OPEN)
        self._open = {row.clock_id: row for row in rows if row.clock_id is not None}

    def open_call(self, clock: Clock) -> Escalation | None:
        if self._open is None:
            return Escalation.objects.filter(clock=clock, kind=Escalation.CLOCK, **_OPEN).first()
        return self._open.get(clock.pk)

    def regulation(self, case: Case) -> Regulation:
        if case.regulation_id not in self._regulations:
            self._regulations[case.regulation_id] = regulation_of(case.regulation)
        return self._regulations[case.regulation_id]

    def lead(self, case: Case) -> str:
        if case.pk not in self._leads:
            leads = (row for row in case.departments.all() if row.role == CaseDepartment.LEAD and row.until is None)
            self._leads[case.pk] = next((row.department.code for row in leads), "")
        return self._leads[case.pk]

    def people(self, case: Case, roles: Iterable[str]) -> list[User]:
        """Holders of the posts, deputies behind them; with none of them in post, whoever sits at the duty desk or in
        the office: a call is never made to nobody while anybody is there (C6.12).
        """
        roles = list(roles)
        found = [user for role in roles for user in self._of(case, role)]
        if not found:
            known = self.regulation(case).roles
            deputies = [code for role in roles if role in known for code in known[role].deputies]
            found = [user for code in deputies for user in self._of(case, code)]
        return list(dict.fromkeys(found or self.desk(case)))

    def desk(self, case: Case) -> list[User]:
        """The duty desk, the shift of this hour where a roster is kept, and the office."""
        return self.able(case, "duty") + self.able(case, "office")

    def lead_people(self, case: Case) -> list[User]:
        return self.able(case, "handle")

    def able(self, case: Case, capability: str) -> list[User]:
        roles = [role.code for role in self.regulation(case).roles.values() if capability in capabilities(role)]
        return [user for role in roles for user in self._of(case, role)]

    def _of(self, case: Case, code: str) -> list[User]:
        """Holders of one post. A post inside a department is rung only in the one that has the case (C2.1)."""
        held = self._held.get(code, [])
        role = self.regulation(case).roles.get(code)
        if role is not None and set(role.acts_as or (code,)) <= IN_A_DEPARTMENT:
            lead = self.lead(case)
            return [user for department, user in held if department == lead]
        users = [user for _department, user in held]
        if role is not None and "duty" in capabilities(role):
            return [user for user in users if user.pk in self._shift] or users
        return users


def names(people: Sequence[User]) -> list[str]:
    """Copied names; with nobody in post that is said instead, so that a call never has no recipient (C6.12)."""
    return [user.name for user in people] or [NOBODY]


def step_at(chain: Chain, ratio: float) -> int | None:
    """The last step of the ladder that this share of the clock has reached."""
    reached = [index for index, step in enumerate(chain) if step[0] <= ratio + 1e-9]
    return reached[-1] if reached else None


def call(clock: Clock, step: int, roster: Roster | None = None) -> Escalation:
    """Ring for a step of the clock's ladder: a call that nobody has answered is raised and rings again (C10.6)."""
    roster = roster or Roster()
    case = clock.case
    row = roster.open_call(clock)
    if row is None:
        chain = clock.chain or chain_of(case, roster.regulation(case))
        row = Escalation(case=case, clock=clock, kind=Escalation.CLOCK, chain=chain, at=time.now(), times=0)
    row.step, row.case, row.clock = step, case, clock
    people = _ring(row, roster)
    _record(row, clock.act, people)
    return row


def first_notice(clock: Clock, confirmed_by: User | None) -> Escalation | None:
    """首次报告: who confirms such a level and the leaders hear of it, until one of them says so (§4.3).

    Whoever confirmed it has heard. None where nobody else is left to be told.
    """
    roster = Roster()
    case = clock.case
    regulation = roster.regulation(case)
    confirmer = regulation.grading.confirm_by.by_level[case.level]
    roles = list(dict.fromkeys([confirmer, *_acting(regulation, ("deputy_leader", "top_leader"))]))
    others = [user for user in roster.people(case, roles) if confirmed_by is None or user.pk != confirmed_by.pk]
    if not others:
        return None
    waiting = Escalation.objects.filter(case=case, kind=Escalation.FIRST_NOTICE, **_OPEN)
    waiting.update(closed_why="级别上调，另行报告", next_action_at=None)
    row = Escalation(
        case=case, clock=clock, kind=Escalation.FIRST_NOTICE, chain=[[0.0, roles, []]], at=time.now(), times=0
    )
    people = _ring(row, roster, but=confirmed_by)
    _record(row, clock.act, people)
    return row


def open_calls(case: Case) -> QuerySet[Escalation]:
    return Escalation.objects.filter(case=case, **_OPEN).select_related("clock").order_by("id")


def hush(clocks: Iterable[Clock], why: str) -> None:
    """The clock runs no more: its open call ends without a word."""
    pks = [row.pk for row in clocks]
    if pks:
        Escalation.objects.filter(clock__in=pks, **_OPEN).update(closed_why=why[:100], next_action_at=None)


def poll(now: dt.datetime, limit: int) -> int:
    """Ring again for every call that nobody has answered in time. Safe to run twice."""
    due = Escalation.objects.filter(next_action_at__lte=now, **_OPEN)
    found = list(due.order_by("next_action_at", "id").values_list("pk", "case_id")[:limit])
    if not found:
        return 0
    roster = Roster(case for _pk, case in found)
    with transaction.atomic():
        cases = lock_free(case for _pk, case in found)
        rows = due.select_for_update(of=("self",)).select_related("clock").filter(case__in=cases)
        rung = 0
        for row in rows.filter(pk__in=[pk for pk, _case in found]).order_by("next_action_at", "id"):
            row.case = cases[row.case_id]
            _again(row, roster)
            rung += 1
    return rung


def lock_free(pks: Iterable[int]) -> dict[int, Case]:
    """The cases, locked in the order of their keys, without those that a verb has in hand at this moment."""
    rows = Case.objects.select_for_update(of=("self",), skip_locked=True).select_related("event")
    return {row.pk: row for row in rows.filter(pk__in=set(pks)).order_by("pk")}


def _again(row: Escalation, roster: Roster) -> None:
    over = row.clock is not None and (row.clock.stopped_at or row.clock.superseded_at)
    outlives = row.clock is not None and row.clock.act == "statutory"  # its procedure goes on without the case (§2.1)
    if over or (row.case.state not in LIVE and not outlives):
        row.closed_why, row.next_action_at = "时限已不再计算", None
        row.save(update_fields=["closed_why", "next_action_at"])
        return
    _ring(row, roster)


def _ring(row: Escalation, roster: Roster, but: User | None = None) -> list[User]:
    """Tell the people of the step, and those who were rung for earlier steps of the same call."""
    rung = [step for index, step in enumerate(row.chain) if index == row.step or step[2]]
    people = roster.people(row.case, [role for step in rung for role in step[1]])
    told = [user for user in people if but is None or user.pk != but.pk]
    if row.kind == Escalation.FIRST_NOTICE and row.usernames:  # whoever confirmed the level was not told, nor is now
        told = [user for user in people if user.username in row.usernames] or people
    now = time.now()
    row.chain = [
        [ratio, roles, names(roster.people(row.case, roles)) if index == row.step else before]
        for index, (ratio, roles, before) in enumerate(row.chain)
    ]
    row.times += 1
    row.called = list(dict.fromkeys([*row.called, *names(told)]))
    row.usernames = list(dict.fromkeys([*row.usernames, *(user.username for user in told)]))
    row.next_action_at = now + _patience(row, roster.regulation(row.case))
    row.save()
    title, body = _words(row, roster.regulation(row.case))
    ratio = row.chain[row.step][0]
    notify.send(
        title,
        body,
        [user.username for user in told],
        "urgent" if ratio >= 1 or row.kind == Escalation.FIRST_NOTICE else "warning",
        key=f"call:{row.pk}:{row.times}",
        url=page(row.case),
    )
    return told


def _patience(row: Escalation, regulation: Regulation) -> dt.timedelta:
    """How long a call waits before it rings again; a first notice no longer than it may take itself."""
    ladder = regulation.clocks.escalation
    repeat = ladder.repeat_every.elapsed if ladder is not None else REPEAT
    if row.kind != Escalation.FIRST_NOTICE or row.clock is None:
        return repeat
    return min(repeat, row.clock.due_at - row.clock.started_at)


def _words(row: Escalation, regulation: Regulation) -> tuple[str, str]:
    """Danger to life is told by its number alone (§6.2)."""
    case = row.case
    level = regulation.level(case.level).name
    what = "" if case.event.reserved else f"{case.title}｜"
    if row.kind == Escalation.FIRST_NOTICE or row.clock is None:
        return f"【{level}】{case.number} 首次报告", f"{what}级别已确认为{level}。请登录系统知悉。"
    act = regulation.name_of("act", row.clock.act)
    ratio = row.chain[row.step][0]
    how = "已逾期" if ratio >= 1 else f"时限已过{ratio:.0%}"
    said = "" if case.answered_at else ("只发布过“正在核实”。" if spoken([case]) else "尚无公开动作。")
    body = f"{what}{row.clock.explanation}。{said}请登录系统知悉。"
    return f"【{level}】{case.number} {act}{how}", body


def _record(row: Escalation, act: str, people: Sequence[User]) -> None:
    record(
        f"case:{row.case.number}",
        "call.made",
        {"kind": row.kind, "act": act, "step": row.step, "to": names(people), "names": "、".join(names(people))},
        Actor.SYSTEM,
        rows=[row],
    )


def remind(clock: Clock, roster: Roster | None = None) -> None:
    """An internal nudge is due: whoever has to act is told, after the quiet hours where it falls into them."""
    roster = roster or Roster()
    case = clock.case
    regulation = roster.regulation(case)
    to = roster.lead_people(case) + roster.desk(case) if clock.act in OF_THE_LEAD else roster.desk(case)
    what = "" if case.event.reserved else f"{case.title}｜"
    notify.send(
        f"{case.number} {regulation.name_of('act', clock.act)}到时",
        f"{what}{clock.explanation}",
        [user.username for user in to],
        "warning",
        key=f"clock:{clock.pk}:{clock.next_step}",
        url=page(case),
        not_before=quiet_until(regulation, time.now()),
    )


def spoken(cases: Iterable[Case]) -> set[int]:
    """Cases that stand somewhere in public already. Without an answer that is 「正在核实」: a word, no answer (G4)."""
    chains = {f"case:{case.number}": case.pk for case in cases}
    rows = LedgerEntry.objects.filter(chain__in=chains, kind="release.live")
    return {chains[chain] for chain in rows.values_list("chain", flat=True).distinct()}


def page(case: Case) -> str:
    return f"/desk/cases/{case.number}/"


def silent_cases() -> QuerySet[Case]:
    """Half of the time to answer was gone without a public act, and there is no answer yet (C1.3)."""
    running = Clock.objects.filter(
        act="respond", is_legal=True, stopped_at__isnull=True, superseded_at__isnull=True, events__kind="silent"
    )
    return Case.objects.filter(state__in=LIVE, answered_at__isnull=True, pk__in=running.values("case"))
