"""What waits for one leader's word today: one list, the most urgent first, each with its time left and one link.

A leader decides on a telephone between two meetings (UI.md): everything that needs a leader stands here, nothing else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import BooleanField, Case as Case_, Exists, OuterRef, Q, Subquery, When
from django.urls import reverse

from huiying.handling.departments import running
from huiying.handling.models import ClueHandover, Escalation, Meeting
from huiying.handling.process import LIVE
from huiying.handling.queries import cases_for, own_tasks, tasks_for, with_next_due
from huiying.judging import queries as judging
from huiying.judging.actions.deciding import BY_PERSONS
from huiying.judging.models import LevelDecision
from huiying.kernel import clock
from huiying.people.models import Appointment, User
from huiying.people.permissions import may
from huiying.people.standing import standing
from huiying.responding import queries as responding
from huiying.responding.models import BodyConfirmation, ReviewRound, ReviewStep, Withholding

SIGN_WITHIN = dt.timedelta(hours=24)  # minutes of a meeting that was held; `huiying check` counts the same day
CALLS = 200


@dataclass(frozen=True)
class Decision:
    """One thing to decide. `kind` has its words on the page; `level` is a code."""

    kind: str  # call level lower review late_review convene sign clue withhold override accept task
    title: str
    url: str
    due_at: dt.datetime | None = None
    level: str = ""
    number: str = ""
    call: int = 0  # the call that one press acknowledges

    @property
    def late(self) -> bool:
        return self.due_at is not None and self.due_at < clock.now()


def waiting_for(user: User) -> list[Decision]:
    steps = responding.my_steps(user)
    found = [
        *_calls(user),
        *_events(user),
        *_cases(user),
        *_reviews(steps),
        *_late_reviews(user, steps),
        *_meetings(user),
    ]
    far = dt.datetime.max.replace(tzinfo=dt.UTC)
    return sorted(found, key=lambda item: (item.due_at or far, item.number))


def own_work(user: User, to_accept: Iterable[Decision] = ()) -> list[Decision]:
    """What waits for somebody who is no leader: their reviews, their tasks, and what their department has to accept.

    In the office only its own tasks: those of others stand on the page of tasks.
    """
    tasks = own_tasks(user) if standing(user).can("office") else tasks_for(user)
    found = [
        *to_accept,
        *_reviews(responding.my_steps(user)),
        *(
            Decision("task", task.title, reverse("desk:task", args=[task.pk]), task.due_at, number=task.case.number)
            for task in tasks[:CALLS]
        ),
    ]
    far = dt.datetime.max.replace(tzinfo=dt.UTC)
    return sorted(found, key=lambda item: (item.due_at or far, item.number))


# What a leader decides about the answer stands on the case's page 回应.
ABOUT_THE_ANSWER = ("withhold", "override")


def _page(number: str, kind: str = "") -> str:
    return reverse("desk:case_answer" if kind in ABOUT_THE_ANSWER else "desk:case", args=[number])


def _confirms(user: User, level: str) -> bool:
    """Whether the file asks this person's own post for the level (§4.3): others may, but it waits for this one."""
    who = standing(user)
    return any(role in who.roles for role in who.regulation.confirmers(level)[:1])


def _calls(user: User) -> list[Decision]:
    """Calls that ring for this person until somebody answers (C10.6); of several about one case the most urgent."""
    rows = Escalation.objects.filter(acknowledged_at__isnull=True, closed_why="").select_related("case", "clock")
    found: dict[int, Decision] = {}
    for row in rows[:CALLS]:
        if user.username not in row.usernames:
            continue
        case, due = row.case, row.clock.due_at if row.clock else row.at
        other = found.get(case.pk)
        if other is None or other.due_at is None or due < other.due_at:
            found[case.pk] = Decision("call", case.title, _page(case.number), due, case.level, case.number, row.pk)
    return list(found.values())


def _events(user: User) -> list[Decision]:
    """Events that wait for a level which this person's post confirms (INV-7)."""
    if not may(user, "event.confirm_level"):
        return []
    rows = judging.events_to_do().defer("grade", "reasons", "reasons_en")
    return [
        Decision(
            "level",
            row.title,
            reverse("desk:event", args=[row.number]),
            row.confirm_by,
            row.suggested_level,
            row.number,
        )
        for row in rows
        if row.suggested_level and _confirms(user, row.suggested_level)
    ]


def _cases(user: User) -> list[Decision]:
    """What waits on a case: its level, a lower one, a clue, a withholding, a body that kept silent. One query."""
    lowered = LevelDecision.objects.filter(
        event=OuterRef("event"), kind=LevelDecision.PROPOSED_LOWER, outcome__isnull=True
    ).exclude(by_user=user.pk)
    clue = ClueHandover.objects.filter(case=OuterRef("pk"), signed__isnull=True).exclude(proposed_user=user.pk)
    withheld = Withholding.objects.filter(case=OuterRef("pk"), agreed__isnull=True).exclude(proposed_user=user.pk)
    approved = ReviewRound.objects.filter(case=OuterRef("case"), state=ReviewRound.APPROVED)
    # Silence is never consent and an objection stands: only a leader may go on without (C8.4).
    silent = BodyConfirmation.objects.filter(
        Q(not_received_at__isnull=False) | Q(answer__in=("amend", "object")),
        case=OuterRef("pk"),
        overridden_at__isnull=True,
        manifest_sha256__in=approved.values("manifest_sha256"),
    )
    last = LevelDecision.objects.filter(event=OuterRef("event"), kind__in=BY_PERSONS).order_by("-id").values("pk")
    rows = with_next_due(cases_for(user).filter(state__in=LIVE)).annotate(
        lower=Exists(lowered),
        clue=Exists(clue),
        withhold=Exists(withheld),
        override=Exists(silent),
        decided=Subquery(last[:1]),
        set_by_others=_set_by_others(user),
    )
    waiting = (
        Q(lower=True) | Q(set_by_others=True) | Q(clue=True) | Q(withhold=True) | Q(override=True, state="approved")
    )
    found: list[Decision] = []
    for case in rows.filter(waiting | Q(is_provisional=True)):
        found += [
            Decision(
                kind, case.title, _page(case.number, kind), getattr(case, "next_due", None), case.level, case.number
            )
            for kind, stands in (
                ("level", (case.is_provisional or case.set_by_others) and _confirms(user, case.level)),
                ("lower", case.lower),
                ("clue", case.clue),
                ("withhold", case.withhold),
                ("override", case.override and case.state == "approved"),
            )
            if stands
        ]
    return found


def _set_by_others(user: User) -> Case_:
    """Whether somebody on duty set the level of the case, and this person's post has yet to confirm it (§4.3)."""
    regulation = standing(user).regulation
    mine = [level.code for level in regulation.levels if _confirms(user, level.code)]
    roles = {role for level in mine for role in regulation.confirmers(level)}
    post = Appointment.objects.filter(role__in=roles).values("user_id")
    by_post = LevelDecision.objects.filter(pk=OuterRef("decided")).filter(Q(by_user__in=post) | Q(second_user__in=post))
    waits = Q(level__in=mine, is_provisional=False, decided__isnull=False) & ~Exists(by_post)
    return Case_(When(waits, then=True), default=False, output_field=BooleanField())


def _late_reviews(user: User, own: list[ReviewStep]) -> list[Decision]:
    """Steps that nobody decided in time, of whatever post: a leader calls somebody, or has a deputy act (C9.3)."""
    late = ReviewStep.objects.filter(
        round__state=ReviewRound.OPEN,
        round__case__in=cases_for(user).values("pk"),
        decision="",
        next_action_at__isnull=False,
        due_at__lt=clock.now(),
    ).exclude(pk__in=[step.pk for step in own])
    rows = late.select_related("round__revision", "round__case").order_by("due_at", "id")
    return [
        Decision(
            "late_review",
            row.round.revision.title,
            reverse("desk:review", args=[row.pk]),
            row.due_at,
            row.round.level,
            row.round.case.number,
        )
        for row in rows[:CALLS]
    ]


def _reviews(steps: list[ReviewStep]) -> list[Decision]:
    """Reviews whose turn it is; a step without a limit of its own has the case's deadline."""
    due: dict[int, dt.datetime] = {}
    for case, at in running([step.round.case_id for step in steps]).order_by("-due_at").values_list("case", "due_at"):
        due[case] = at
    return [
        Decision(
            "review",
            step.round.revision.title,
            reverse("desk:review", args=[step.pk]),
            step.due_at or due.get(step.round.case_id),
            step.round.level,
            step.round.case.number,
        )
        for step in steps
    ]


def _meetings(user: User) -> list[Decision]:
    """Meetings to chair, and minutes to sign (C10.1)."""
    rows = Meeting.objects.filter(chair=user).select_related("case")
    return [
        Decision(
            "sign" if row.state == Meeting.HELD else "convene",
            row.topic,
            reverse("desk:meeting", args=[row.pk]),
            row.held_at + SIGN_WITHIN if row.held_at else row.starts_at,
            row.case.level,
            row.number,
        )
        for row in rows.filter(Q(state=Meeting.CONVENED) | Q(state=Meeting.HELD, minuted_at__isnull=False))
    ]
