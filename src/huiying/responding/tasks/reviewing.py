"""Reviews of drafts and press releases: reminded, then with the deputies, named when late (C8.2, C8.4, C9.3); and what
a leaver holds of them (§6.1 S5, C6.14).
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _, gettext_lazy

from huiying.handling.actions.base import locked
from huiying.kernel import clock as time
from huiying.people.models import User
from huiying.people.offboarding import Kind, Thing, day, passes, register
from huiying.people.queries import holders, regulation_now, regulation_of, roles_of
from huiying.people.versions import display_name
from huiying.responding.actions import reviewing
from huiying.responding.actions.confirming import unheard
from huiying.responding.models import InfoGap, PressRelease, PressStep, ReviewRound, ReviewStep
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
    reviewing.remind(
        step,
        now,
        f"{case.number} 待您审核，时间已到",
        f"{what}{display_name(regulation, 'review_step', step.role)}"
        f"应在{reviewing.said(step, regulation)}前完成，还没有人审。",
        key=f"review:{step.pk}",
        url=f"/desk/reviews/{step.pk}/",
        grave=reviewing.is_grave(round_.level, regulation),
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


@poller("press_steps", due=lambda now: PressStep.objects.filter(next_action_at__lte=now).exists())
def press_steps(now: dt.datetime, limit: int) -> int:
    """As for the answer's steps (C9.3): whoever holds the post, from the second time on the deputies too."""
    due = PressStep.objects.filter(next_action_at__lte=now).order_by("next_action_at", "id")
    return sum(
        _remind_press(pk, release, now) for pk, release in list(due.values_list("pk", "version__release")[:limit])
    )


@transaction.atomic
def _remind_press(pk: int, release_pk: int, now: dt.datetime) -> int:
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
    reviewing.remind(
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


def _reviews(user: User) -> list[Thing]:
    """Steps that wait for a post which nobody else holds, neither as its holder nor as one who stands in."""
    law = regulation_now()
    alone = [
        role
        for role in sorted(roles_of(user))
        if {person for code in (role, *law.role(role).deputies) for person in holders(code)} <= {user}
    ]
    steps = ReviewStep.objects.filter(role__in=alone, decision="", round__state=ReviewRound.OPEN)
    press = PressStep.objects.filter(role__in=alone, decision="", version__release__state=PressRelease.REVIEWING)
    words = _("待审的文稿")
    return [Thing(pk, words) for pk in (*steps.values_list("pk", flat=True), *press.values_list("pk", flat=True))]


def _gaps(user: User) -> list[Thing]:
    rows = InfoGap.objects.filter(owner=user, done_at__isnull=True, dropped_at__isnull=True)
    return [Thing(row.pk, _("%(day)s到期") % {"day": day(row.due_at)}) for row in rows]


register(
    Kind(
        "review",
        gettext_lazy("只有这一位能审的文稿"),
        _reviews,
        how=gettext_lazy("请先审完，或在人员页任命接替的人。"),
    ),
    Kind("gap", gettext_lazy("要补的信息缺口"), _gaps, passes(InfoGap, "owner", name="owner_name")),
)
