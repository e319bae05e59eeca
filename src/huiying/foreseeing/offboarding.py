"""What a leaver holds of the risks (§6.1 S5, C6.6)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from huiying.foreseeing.actions.planning import with_contacts
from huiying.foreseeing.actions.policies import note
from huiying.foreseeing.models import Plan, Policy, Risk
from huiying.people.models import User
from huiying.people.offboarding import Kind, Thing, day, passes, register
from huiying.people.standing import actor_of


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
