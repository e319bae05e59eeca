"""Reads of cases: who has them, what is due next, how much time is left; and whose tasks wait, and which are late."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Min, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils.translation import get_language, gettext as _, ngettext

from huiying.handling.clocks import STATUTORY, live
from huiying.handling.models import Case, CaseDepartment, Clock, Task
from huiying.handling.process import LIVE
from huiying.judging.models import Event
from huiying.kernel import clock as time
from huiying.people.models import Department, User
from huiying.people.predicates import integrity_departments
from huiying.people.standing import Standing, standing
from huiying.people.versions import zone


@dataclass(frozen=True)
class Countdown:
    """What is left of a deadline: `seconds` negative when overdue, `text` for people, `title` how it was computed."""

    act: str
    due_at: dt.datetime
    seconds: int
    overdue: bool
    text: str
    title: str
    source: str
    provisional: bool


def lead_of(case: Case) -> Department | None:
    row = lead_row(case)
    return row.department if row else None


def lead_row(case: Case) -> CaseDepartment | None:
    return case.departments.filter(role=CaseDepartment.LEAD, until__isnull=True).select_related("department").first()


def joint_of(case: Case) -> list[Department]:
    rows = case.departments.filter(role=CaseDepartment.JOINT, until__isnull=True).select_related("department")
    return [row.department for row in rows]


def with_departments() -> Prefetch[Any]:
    """For `prefetch_related`: who has a case, the departments themselves included, oldest first."""
    return Prefetch("departments", CaseDepartment.objects.select_related("department").order_by("id"))


def with_next_due(cases: QuerySet[Case]) -> QuerySet[Any]:
    """Each case with `next_due`: the earliest live legal deadline, or None."""
    earliest = (
        Clock.objects.filter(case=OuterRef("pk"), is_legal=True, stopped_at__isnull=True, superseded_at__isnull=True)
        .values("case")
        .annotate(due=Min("due_at"))
        .values("due")
    )
    return cases.annotate(next_due=Subquery(earliest))


def cases_for(user: User) -> QuerySet[Case]:
    """The cases that a person may see: the rule of `access.get_case` as a query, labels included (§6.1 S8, §6.2)."""
    who = standing(user)
    cases = Case.objects.select_related("event")
    if who.can("office") or who.can("lead_bureau"):
        return cases
    reporter = Q(event__sensitive=Event.REPORTER)
    return cases.filter((~reporter & _of_others(who)) | (reporter & _of_reporters(who)))


def _of_others(who: Standing) -> Q:
    if who.can("duty"):
        return Q()
    had = CaseDepartment.objects.filter(department__code__in=who.departments)
    own = Q(pk__in=had.values("case"))
    has_now = Q(pk__in=had.filter(until__isnull=True).values("case"))
    harmless = Q(event__life_safety=False, event__sensitive="")
    if who.can("review_all"):
        return harmless | has_now | Q(state="reviewing")
    if who.can("audit"):
        return harmless | has_now
    return own & harmless | has_now if who.held else NOTHING


def _of_reporters(who: Standing) -> Q:
    """`predicates.who_knows_the_reporter` as a query."""
    handled = {held.department for held in who.held if who.can_in("handle", {held.department})}
    if handled & integrity_departments(who.regulation):
        return Q()
    led = CaseDepartment.objects.filter(role=CaseDepartment.LEAD, until__isnull=True, department__code__in=handled)
    reviewed = Q(state="reviewing") if who.can("review_all") else NOTHING
    return reviewed | Q(pk__in=led.values("case"))


NOTHING = Q(pk__in=())


def open_cases_for(user: User) -> QuerySet[Any]:
    """What is due next, first: the duty desk's list."""
    return with_next_due(cases_for(user).filter(state__in=LIVE)).order_by(
        F("next_due").asc(nulls_last=True), "opened_at"
    )


def department_cases(user: User) -> QuerySet[Case]:
    """Cases whose live lead is one of the user's departments and that wait for it."""
    codes = standing(user).departments
    mine = CaseDepartment.objects.filter(until__isnull=True, role=CaseDepartment.LEAD, department__code__in=codes)
    return with_next_due(
        cases_for(user).filter(pk__in=mine.values("case"), state__in=("assigned", "handling", "approved", "answered"))
    ).order_by(F("next_due").asc(nulls_last=True))


def effective(case: Case, act: str) -> Clock | None:
    """The clock that counts for an act: the earliest live one (§2.1)."""
    return live(case).filter(act=act).first()


def legal_clocks(case: Case) -> list[Clock]:
    """All legal clocks of the case, live ones first by date, for the page."""
    rows = Clock.objects.filter(case=case, is_legal=True, superseded_at__isnull=True).select_related("breach")
    return sorted(rows, key=lambda row: (row.stopped_at is not None, row.due_at, row.pk))


def shown_clocks(case: Case) -> list[Clock]:
    """One clock an act, the one that counts; `also` holds the other layers' clocks of the same act (§2.1). Statutory
    procedures each stand for themselves.
    """
    shown: dict[str, Clock] = {}
    for row in legal_clocks(case):
        first = shown.setdefault(row.layer if row.act == STATUTORY else row.act, row)
        if first is row:
            row.also = []  # type: ignore[attr-defined]
        else:
            first.also.append(row)  # type: ignore[attr-defined]
    return list(shown.values())


def countdown(row: Clock, now: dt.datetime | None = None) -> Countdown:
    """「剩 5 小时 40 分 · 9月13日 10:00 止」, minutes only under two hours, 「已超 1 小时 05 分」 (UI.md)."""
    moment = now or time.now()
    seconds = int((row.due_at - moment).total_seconds())
    overdue = seconds < 0
    span = duration_words(abs(seconds))
    until = day_words(row.due_at, moment)
    text = (
        _("已超 %(span)s") % {"span": span}
        if overdue
        else _("剩 %(span)s · %(until)s 止") % {"span": span, "until": until}
    )
    english = (get_language() or "").startswith("en") and row.explanation_en
    return Countdown(
        act=row.act,
        due_at=row.due_at,
        seconds=seconds,
        overdue=overdue,
        text=text,
        title=row.explanation_en if english else row.explanation,
        source=row.source,
        provisional=row.provisional,
    )


def duration_words(seconds: int) -> str:
    """Hours and minutes, minutes under two hours; days only from three on."""
    minutes = seconds // 60
    if minutes < 120:
        return ngettext("%(n)d 分钟", "%(n)d 分钟", minutes) % {"n": minutes}
    hours, rest = divmod(minutes, 60)
    if hours < 72:
        return _("%(hours)d 小时 %(minutes)02d 分") % {"hours": hours, "minutes": rest}
    return _("%(days)d 天 %(hours)d 小时") % {"days": hours // 24, "hours": hours % 24}


def day_words(at: dt.datetime, now: dt.datetime | None = None) -> str:
    """「9月13日 10:00」 in the bureau's zone; the year only where it is another one."""
    local = at.astimezone(zone())
    this_year = (now or time.now()).astimezone(zone()).year
    words = {"year": local.year, "month": local.month, "day": local.day, "time": f"{local:%H:%M}"}
    if local.year == this_year:
        return _("%(month)d月%(day)d日 %(time)s") % words
    return _("%(year)d年%(month)d月%(day)d日 %(time)s") % words


def case_for_number(number: str) -> Case | None:
    return Case.objects.filter(number=number).first()


def case_of_event(event_id: int) -> Case | None:
    """The case of an event; of the case it was merged into, where it was."""
    case = Case.objects.filter(event_id=event_id).select_related("merged_into").first()
    while case is not None and case.merged_into is not None:
        case = case.merged_into
    return case


def still_open() -> QuerySet[Task]:
    """Every open task, the most urgent first."""
    rows = Task.objects.filter(done_at__isnull=True, dropped_at__isnull=True)
    return rows.select_related("case__event", "department", "owner").order_by("due_at", "id")


def tasks_for(user: User) -> QuerySet[Task]:
    """What this person may finish: their own, those of the departments they handle for, all of them in the office.

    A task of a danger to life is for its owner and for who acts on that case (§6.2).
    """
    who = standing(user)
    if who.can("office"):
        return still_open()
    handled = [code for code in who.departments if who.can_in("handle", {code})]
    harmless = Q(case__event__life_safety=False, case__event__sensitive="") | Q(case__in=cases_for(user).values("pk"))
    return still_open().filter(Q(owner=user) | (Q(department__code__in=handled) & harmless))


def own_tasks(user: User) -> QuerySet[Task]:
    return still_open().filter(owner=user)


def late_tasks() -> QuerySet[Task]:
    return still_open().filter(due_at__lte=time.now())
