"""Whose turn it is in a review: told at once, in one place, for the first group and for each that follows (C9.3)."""

from __future__ import annotations

from huiying.handling.models import Case
from huiying.kernel import clock as time
from huiying.people.queries import regulation_of
from huiying.regulation import Regulation
from huiying.regulation.quiet import quiet_until
from huiying.responding.models import ReviewRound, ReviewStep, Revision
from huiying.work import notify

GRAVE = 2  # the two gravest levels wake people up


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


def said(step: ReviewStep, regulation: Regulation) -> str:
    """「9月14日14:00」, when the step's share of the time is over."""
    local = (step.due_at or time.now()).astimezone(regulation.zone)
    return f"{local.month}月{local.day}日{local:%H:%M}"


def _until(step: ReviewStep, regulation: Regulation) -> str:
    return f"请在{said(step, regulation)}前审核。" if step.due_at is not None else "请尽早审核。"
