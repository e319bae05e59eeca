"""What happens later of consultations C4.2, of policies before their day C6.1 and of their plans C6.8; and what a
leaver holds of the risks §6.1 S5, C6.6.
"""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy

from huiying.foreseeing import actions, policies, queries
from huiying.foreseeing.actions import planning, policies as policy_verbs
from huiying.foreseeing.actions.planning import with_contacts
from huiying.foreseeing.actions.policies import note
from huiying.foreseeing.models import Consultation, Plan, Policy, Risk
from huiying.kernel import clock as time
from huiying.people.models import User
from huiying.people.offboarding import Kind, Thing, day, passes, register
from huiying.people.queries import zone
from huiying.people.standing import actor_of
from huiying.work.auditor import Finding, auditor
from huiying.work.schedule import every, poller


def _due(now: dt.datetime) -> bool:
    return Consultation.objects.filter(next_action_at__lte=now).exists()


@poller("consultations", due=_due)
def remind(now: dt.datetime, limit: int) -> int:
    return actions.remind(now, limit)


@every("opinions.purge", 86400)
def forget_opinions() -> None:
    actions.purge_opinions(time.now())


@auditor("consultations")
def results_are_published() -> list[Finding]:
    """C4.2: collecting opinions with no published result must be impossible. Past the end it is a warning, past the
    day of the result an error.
    """
    now = time.now()
    found = []
    for row in queries.ended_without_result(now):
        late = row.result_due_at is not None and row.result_due_at < now
        state = "overdue" if late else "not public yet"
        found.append(
            Finding(
                "consultation.overdue" if late else "consultation.ended",
                "error" if late else "warning",
                f"意见征集“{row.title}”已截止，结果{'超期' if late else '还'}没有公布。",
                f"The consultation “{row.title}” has ended and its result is {state}.",
            )
        )
    return found


def _policies_due(now: dt.datetime) -> bool:
    return Policy.objects.filter(next_action_at__lte=now).exists()


@poller("policies", due=_policies_due)
def remind_of_policies(now: dt.datetime, limit: int) -> int:
    return policy_verbs.remind(now, limit)


def _plans_behind(_now: dt.datetime) -> bool:
    """An idle house asks twice and writes nothing."""
    looked = Plan.objects.filter(active=True).order_by("looked_at").values_list("looked_at", flat=True).first()
    newest = planning.newest_move() if looked is not None else None
    return looked is not None and newest is not None and newest > looked


@poller("plans", due=_plans_behind)
def plans_look(now: dt.datetime, limit: int) -> int:
    return planning.look(now, limit)


@every("plans.drills", 3600)
def plans_are_drilled() -> None:
    planning.remind_drills(time.now())


@auditor("policies")
def policies_are_assessed() -> list[Finding]:
    """C6.1: the day of issue has come and the gate is shut. Whoever issues it all the same breaks the regulation."""
    return [
        Finding(
            "policy.unassessed",
            "warning",
            f"政策“{row.title}”计划出台的日子已到：{policies.why_not_issue(row)}",
            f"The day has come on which the policy “{row.title}” was to be issued, and its assessment is not approved.",
        )
        for row in policies.ungated(time.now().astimezone(zone()).date())
    ]


def _risks(user: User) -> list[Thing]:
    rows = Risk.objects.filter(watcher=user, dropped_at__isnull=True).exclude(assessment__policy__state=Policy.SHELVED)
    return [Thing(row.pk, day(row.at)) for row in rows]


def _plans(user: User) -> list[Thing]:
    return [Thing(row.pk, day(row.at)) for row in Plan.objects.filter(contacts=user)]


def _give_plan(pk: int, leaver: User, to: User, actor: User) -> None:
    """Whoever is called when the plan is set off (C6.8)."""
    plan = Plan.objects.select_for_update().get(pk=pk)
    people = list(plan.contacts.exclude(pk__in=[leaver.pk, to.pk]).order_by("pk"))
    rows = with_contacts(plan, [*people, to])
    told = {"n": plan.assessment.n, "name": leaver.name, "to_name": to.name}
    note(plan.assessment.policy, "plan.contact_changed", told, actor_of(actor), rows)


register(Kind("plan", gettext_lazy("应对预案的联系人"), _plans, _give_plan))
register(Kind("risk", gettext_lazy("盯着的政策风险"), _risks, passes(Risk, "watcher")))
