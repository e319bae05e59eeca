"""Reviews of press releases whose time came and nobody decided: reminded, then with the deputies, named when late."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from huiying.kernel import clock as time
from huiying.people.queries import regulation_now
from huiying.people.words import display_name
from huiying.responding import turns
from huiying.responding.models import PressRelease, PressStep
from huiying.work.auditor import Finding, auditor
from huiying.work.schedule import poller


@poller("press_steps", due=lambda now: PressStep.objects.filter(next_action_at__lte=now).exists())
def press_steps(now: dt.datetime, limit: int) -> int:
    """As for the answer's steps (C9.3): whoever holds the post, from the second time on the deputies too."""
    due = PressStep.objects.filter(next_action_at__lte=now).order_by("next_action_at", "id")
    return sum(_remind(pk, release, now) for pk, release in list(due.values_list("pk", "version__release")[:limit]))


@transaction.atomic
def _remind(pk: int, release_pk: int, now: dt.datetime) -> int:
    """Under the release's lock, as every verb: a step decided at this moment rings for nobody. Safe to run twice."""
    release = PressRelease.objects.select_for_update(of=("self",)).select_related("department").get(pk=release_pk)
    step = PressStep.objects.select_related("version").get(pk=pk)
    version = step.version
    version.release = release
    if step.next_action_at is None or step.next_action_at > now:
        return 0
    if step.decision or version.voided_at is not None or release.state != PressRelease.REVIEWING:
        step.next_action_at = None
        step.save(update_fields=["next_action_at"])
        return 0
    name = display_name(regulation_now(), "review_step", step.role)
    turns.remind(
        step,
        now,
        f"{release.number} 待您审核，时间已到",
        f"{version.title}｜{name}的时间已到，还没有人审。",
        key=f"press-late:{step.pk}",
        url=f"/desk/press/steps/{step.pk}/",
    )
    return 1


@auditor("press_steps")
def late_press_steps() -> list[Finding]:
    """Steps whose turn it is and whose time is over (C8.2, C11.5)."""
    now, regulation = time.now(), regulation_now()
    rows = PressStep.objects.filter(
        decision="",
        due_at__lt=now,
        next_action_at__isnull=False,
        version__voided_at__isnull=True,
        version__release__state=PressRelease.REVIEWING,
    ).select_related("version__release")
    found = []
    for row in rows.order_by("due_at", "id"):
        number = row.version.release.number
        zh, en = (regulation.name_of("review_step", row.role, lang) for lang in ("zh", "en"))
        found.append(
            Finding(
                "press.review_late",
                "warning",
                f"新闻稿 {number} 的“{zh}”已过时间，还没有人审",
                f"Press release {number}: “{en}” is past its time.",
            )
        )
    return found
