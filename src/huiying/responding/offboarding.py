"""What a leaver holds of the answers (§6.1 S5, C9.3, C6.14)."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiying.people.models import User
from huiying.people.offboarding import Kind, Thing, day, passes, register
from huiying.people.queries import holders, regulation_now, roles_of
from huiying.responding.models import InfoGap, PressRelease, PressStep, ReviewRound, ReviewStep


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
