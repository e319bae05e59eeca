"""What happens later: whoever has to review is told, and told again; what is late is named (C8.2, C8.4, C9.3)."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from huiying.handling.actions.base import locked
from huiying.kernel import clock as time
from huiying.people.queries import regulation_of
from huiying.people.words import display_name
from huiying.responding import turns
from huiying.responding.actions.confirming import unheard
from huiying.responding.models import ReviewRound, ReviewStep
from huiying.work.auditor import Finding, auditor
from huiying.work.schedule import poller


def _some_step_is_due(now: dt.datetime) -> bool:
    return ReviewStep.objects.filter(next_action_at__lte=now).exists()


@poller("review_steps", due=_some_step_is_due)
def review_steps(now: dt.datetime, limit: int) -> int:
    """A step's time came and nobody decided: its reviewers hear of it, from the second time on their deputies too."""
    due = ReviewStep.objects.filter(next_action_at__lte=now).order_by("next_action_at", "id")
    found = list(due.values_list("pk", "round__case_id")[:limit])
    reminded = 0
    for pk, _case in sorted(found, key=lambda pair: pair[1]):
        reminded += _remind(pk, now)
    return reminded


@transaction.atomic
def _remind(pk: int, now: dt.datetime) -> int:
    """Under the case's lock, as every verb: a step decided at this moment rings for nobody. Safe to run twice."""
    step = ReviewStep.objects.select_related("round__case__event", "round__revision").get(pk=pk)
    case = locked(step.round.case)
    step = ReviewStep.objects.select_related("round__revision").get(pk=pk)
    round_ = step.round
    round_.case = case
    if step.next_action_at is None or step.next_action_at > now:
        return 0
    if round_.state != ReviewRound.OPEN or step.decision:
        step.next_action_at = None
        step.save(update_fields=["next_action_at"])
        return 0
    regulation = regulation_of(case.regulation)
    what = "" if case.event.reserved else f"{round_.revision.title}｜"
    turns.remind(
        step,
        now,
        f"{case.number} 待您审核，时间已到",
        f"{what}{display_name(regulation, 'review_step', step.role)}"
        f"应在{turns.said(step, regulation)}前完成，还没有人审。",
        key=f"review:{step.pk}",
        url=f"/desk/reviews/{step.pk}/",
        grave=turns.is_grave(round_.level, regulation),
    )
    return 1


@auditor("review_steps")
def late_steps() -> list[Finding]:
    """Steps whose turn it is and whose time is over (C8.2): the approver may be asleep."""
    now = time.now()
    rows = ReviewStep.objects.filter(
        round__state=ReviewRound.OPEN, decision="", due_at__lt=now, next_action_at__isnull=False
    ).select_related("round__case__regulation")
    found = []
    for row in rows.order_by("due_at", "id"):
        minutes = max(1, int((now - row.due_at).total_seconds() // 60)) if row.due_at else 0
        regulation = regulation_of(row.round.case.regulation)
        number = row.round.case.number
        found.append(
            Finding(
                "review.late",
                "error",
                f"案件 {number} 的“{regulation.name_of('review_step', row.role)}”已超时 {minutes} 分钟，还没有人审",
                f"Case {number}: “{regulation.name_of('review_step', row.role, 'en')}” is {minutes} min late.",
            )
        )
    return found


@auditor("confirmations")
def unheard_bodies() -> list[Finding]:
    """A leader went on without a body, and it was not heard afterwards in the time that the regulation gives (C8.4)."""
    return [
        Finding(
            "confirmation.unheard",
            "error",
            f"案件 {row.case.number} 没有等{row.body}就发布，补听意见的时间已过",
            f"Case {row.case.number} went out without {row.body}; the time to hear it afterwards is over.",
        )
        for row in unheard(time.now())
    ]
