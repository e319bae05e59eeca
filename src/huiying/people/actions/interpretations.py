"""Signing an interpretation （十三）, and bringing a new version of the regulation （十四）. Neither reaches back."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.kernel import clock
from huiying.ledger.actions import record
from huiying.people.actions.base import adopt_regulation
from huiying.people.errors import Refused
from huiying.people.models import Interpretation, RegulationVersion, User
from huiying.people.permissions import require
from huiying.people.standing import actor_of
from huiying.people.versions import parsed, version_at
from huiying.people.words import require_text
from huiying.regulation.errors import RegulationError
from huiying.regulation.gaps import GAPS, answers


@transaction.atomic
def sign_interpretation(gap: str, ruling: str, effective_from: dt.date, actor: User) -> Interpretation:
    """签署: from today at the earliest. What was decided before it stands as it was decided (C13.1)."""
    require(actor, "interpretation.sign")
    if gap not in GAPS:
        raise Refused(_("没有这个待解释的问题，应为 G1 到 G16。"), code="unknown_gap")
    now = clock.now()
    version = version_at(now)
    if version is None:
        raise Refused(_("还没有采用制度文件，先采用制度再解释。"), code="no_regulation")
    law = parsed(RegulationVersion.objects.values_list("text", flat=True).get(pk=version.pk))
    today = now.astimezone(law.zone).date()
    if effective_from < today:
        raise Refused(_("解释不溯及既往：施行日期最早是今天。"), code="retroactive")
    asked = GAPS[gap]
    made = Interpretation.objects.create(
        gap=gap,
        clause=asked.clause,
        question=asked.zh,
        ruling=require_text(ruling, 2, _("解释的内容"))[:2000],
        effect=answers(law, asked),
        regulation_sha256=law.sha256,
        effective_from=effective_from,
        signed_on=today,
        signed_by=actor.name,
        signed_user=actor.pk,
        signed_at=now,
    )
    record("system", "interpretation.signed", told(made), actor_of(actor), rows=[made])
    return made


def told(row: Interpretation) -> dict[str, object]:
    """What the ledger keeps of it: all but the time, which the entry has itself."""
    return {
        "interpretation": row.pk,
        "gap": row.gap,
        "clause": row.clause,
        "ruling": row.ruling,
        "effect": row.effect,
        "regulation": row.regulation_sha256,
        "effective_from": row.effective_from.isoformat(),
    }


@transaction.atomic
def bring_regulation(text: str, actor: User) -> RegulationVersion:
    """采用新版本: a file of the bureau's own, in force from its date on, which may not lie before today (C14.1).

    The very first of a bureau that has opened no case may bear an earlier date: there is nothing yet to judge by it.
    """
    require(actor, "regulation.bring")
    try:
        law = parsed(text)
    except RegulationError as error:
        raise Refused("\n".join(str(problem) for problem in error.problems[:20]), code="not_valid") from error
    if RegulationVersion.objects.filter(sha256=law.sha256).exists():
        raise Refused(_("这份制度文件已经采用过。"), code="is_adopted")
    if law.meta.effective_from < clock.now().astimezone(law.zone).date():
        raise Refused(
            _("新版本不能管以前的事：请把文件里的施行日期（effective_from）改成今天或以后。"), code="retroactive"
        )
    return adopt_regulation(text, actor)
