"""同源复发 (C2.2): the same root again. A later case points at the earlier one."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from huiying.handling.access import opens
from huiying.handling.actions.base import locked, require_text
from huiying.handling.models import Case, Recurrence
from huiying.kernel import clock as time
from huiying.kernel.tokenise import tokenise
from huiying.ledger.actions import record, together
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.standing import actor_of

LOOKED_AT, SHOWN = 300, 3
LIKE = 0.2  # share of common words below which two titles are about different things


def suggest(case: Case) -> list[Case]:
    """Earlier cases of the same category or lead with a title like this one's, the likest first: 建议, never a link.

    Danger to life is on no such list (Life first).
    """
    lead = case.departments.filter(role="lead", until__isnull=True).values("department")
    same = Q(departments__department__in=lead, departments__role="lead")
    if case.category:
        same |= Q(category=case.category)
    earlier = (
        Case.objects.filter(same, opened_at__lt=case.opened_at, event__life_safety=False, event__sensitive="")
        .exclude(pk=case.pk)
        .exclude(state__in=("merged", "voided"))
        .exclude(pk__in=case.recurrences.values("earlier"))
        .distinct()
        .order_by("-opened_at")[:LOOKED_AT]
    )
    words = set(tokenise(case.title))
    scored = [(_likeness(words, set(tokenise(other.title))), other) for other in earlier]
    best = sorted((pair for pair in scored if pair[0] >= LIKE), key=lambda pair: -pair[0])
    return [other for _score, other in best[:SHOWN]]


def _likeness(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other) if one and other else 0.0


@transaction.atomic
@together()
def link_recurrence(case: Case, earlier: Case, reason: str, actor: User) -> Recurrence:
    """A person says that it is the same root (C2.2). From then on the case ends only with something put right."""
    case = locked(case)
    require(actor, "case.recurrence", case)
    if not opens(actor, earlier):
        raise Refused(_("没有编号为“%(number)s”的办件，请核对。") % {"number": earlier.number}, code="unknown_case")
    if earlier.pk == case.pk or earlier.opened_at > case.opened_at:
        raise Refused(_("请选择比本件更早的一件。"), code="not_earlier")
    if Recurrence.objects.filter(case=case, earlier=earlier).exists():
        raise Refused(_("这两件已经关联。"), code="linked_already")
    row = Recurrence.objects.create(
        case=case, earlier=earlier, reason=require_text(reason, 4, _("理由"))[:300], by=actor.name, at=time.now()
    )
    told = {"earlier": earlier.number, "reason": row.reason}
    record(f"case:{case.number}", "case.recurred", told, actor_of(actor), rows=[row])
    return row
