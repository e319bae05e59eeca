"""不公开为例外 （一）: a ground from the law's list, a reason, a review date and two persons (C1.1)."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.handling import actions as handling
from huiying.handling import clocks
from huiying.handling.models import Case
from huiying.handling.process import step
from huiying.kernel import clock as time
from huiying.ledger.actions import record
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import zone
from huiying.people.standing import actor_of
from huiying.responding.grounds import GROUNDS
from huiying.responding.models import Withholding


@transaction.atomic
def propose_withhold(case: Case, ground: str, reason: str, review_on: dt.date, actor: User) -> Withholding:
    require(actor, "case.withhold", case)
    case = handling.locked(case)
    step(case.state, "withhold")
    if ground not in GROUNDS:
        raise Refused(_("请从法定理由中选择一项；只写文字说明不能作为不公开的理由。"), code="no_ground")
    reason = handling.require_text(reason, 10, _("不予公开的理由"))
    if review_on <= time.now().astimezone(zone()).date():
        raise Refused(_("请写明今后的复核日期：不公开须到期复核。"), code="review_date")
    if case.withholdings.filter(agreed__isnull=True).exists():
        raise Refused(_("已有一份不予公开的提议待第二人决定。"), code="already_proposed")
    made = Withholding.objects.create(
        case=case,
        ground=ground,
        reason=reason,
        review_on=review_on,
        proposed_by=actor.name,
        proposed_user=actor.pk,
        proposed_at=time.now(),
    )
    record(
        f"case:{case.number}",
        "withholding.proposed",
        {"ground": ground, "reason": reason, "review_on": review_on.isoformat()},
        actor_of(actor),
        rows=[made],
    )
    return made


@transaction.atomic
def second_withhold(row: Withholding, agree: bool, actor: User) -> Withholding:
    """The second person. Agreed, the decision ends the clock: a reasoned no is an answer, silence is not."""
    require(actor, "case.withhold", row)
    row = Withholding.objects.select_for_update(of=("self",)).select_related("case").get(pk=row.pk)
    if row.agreed is not None:
        raise Refused(_("这份提议已有决定。"), code="already_decided")
    if row.proposed_user == actor.pk:
        raise Refused(_("须由另一个人决定。"), code="second_person")
    case = handling.locked(row.case)
    step(case.state, "withhold")  # a text in review, or out, is decided about first
    row.agreed, row.seconded_by, row.seconded_user, row.seconded_at = agree, actor.name, actor.pk, time.now()
    row.save()
    who = actor_of(actor)
    told = {"agreed": agree, "ground": row.ground}
    record(f"case:{case.number}", "withholding.decided", told, who, rows=[row])
    if agree:
        handling.move(case, "withhold", who, str(GROUNDS[row.ground]))
        for act in ("respond", "first_authoritative_release", "press_conference"):
            clocks.stop(case, act, "不予公开的决定", who)
    return row
