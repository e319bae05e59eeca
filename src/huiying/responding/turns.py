"""Whose turn it is in a review: told at once, for the first group and for each that follows, and reminded (C9.3)."""

from __future__ import annotations

import datetime as dt

from huiying.handling.models import Case
from huiying.kernel import clock as time
from huiying.people.queries import regulation_of
from huiying.regulation import Regulation
from huiying.regulation.quiet import quiet_until
from huiying.responding.models import ReviewDecision, ReviewRound, ReviewStep, Revision
from huiying.work import notify
from huiying.work.models import Notice

GRAVE = 2  # the two gravest levels wake people up
REPEAT = dt.timedelta(minutes=30)  # of a file that has no ladder of its own


def is_grave(level: str, regulation: Regulation) -> bool:
    """Of such a level an internal word about a review knows no quiet hours."""
    return regulation.rank(level) >= len(regulation.levels) - GRAVE


def tell(case: Case, round_: ReviewRound) -> None:
    """Everybody who may decide one of the steps whose turn it is, never the drafter; each once a step."""
    regulation = regulation_of(case.regulation)
    now = time.now()
    for step in round_.open_steps():
        title = "“正在核实”待您审核" if round_.track == Revision.HOLDING else "文稿待您审核"
        notify.send(
            f"{case.number} {title}",
            ("" if case.event.reserved else f"{round_.revision.title}｜") + _until(step, regulation),
            [user.username for user in step.own_deciders(now)],
            "warning" if is_grave(round_.level, regulation) else "info",
            key=f"turn:{step.pk}",
            url=f"/desk/reviews/{step.pk}/",
            not_before=None if is_grave(round_.level, regulation) else quiet_until(regulation, now),
        )


def remind(
    step: ReviewDecision, now: dt.datetime, title: str, text: str, *, key: str, url: str, grave: bool = False
) -> None:
    """A step's time is over and nobody decided: say so, and set when it is said again.

    The first time its holders hear of it, from the second time on whoever stands in for them too.
    """
    regulation = step.reviewed.regulation_of_review()
    first = f"{key}:first"
    again = Notice.objects.filter(key=first).exists()
    notify.send(
        title,
        text,
        [user.username for user in step.to_remind(now, again=again)],
        "warning",
        key=f"{key}:{int(now.timestamp())}" if again else first,
        url=url,
        not_before=None if grave else quiet_until(regulation, now),
    )
    ladder = regulation.clocks.escalation
    step.next_action_at = now + (ladder.repeat_every.elapsed if ladder is not None else REPEAT)
    step.save(update_fields=["next_action_at"])


def said(step: ReviewStep, regulation: Regulation) -> str:
    """「9月14日14:00」, when the step's share of the time is over."""
    local = (step.due_at or time.now()).astimezone(regulation.zone)
    return f"{local.month}月{local.day}日{local:%H:%M}"


def _until(step: ReviewStep, regulation: Regulation) -> str:
    return f"请在{said(step, regulation)}前审核。" if step.due_at is not None else "请尽早审核。"
