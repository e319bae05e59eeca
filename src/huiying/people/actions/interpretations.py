"""The register of interpretations （十三） and the regulation's versions （十四）: what was signed and adopted, and
signing or bringing a new one. Neither reaches back.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.kernel import clock
from huiying.ledger.actions import record
from huiying.people.actions.base import adopt_regulation
from huiying.people.errors import Refused
from huiying.people.models import Interpretation, RegulationVersion, User
from huiying.people.permissions import require
from huiying.people.standing import actor_of
from huiying.people.versions import parsed, regulation_now, require_text, version_at, zone
from huiying.regulation.differing import GAPS, Gap, answers, in_words
from huiying.regulation.errors import RegulationError
from huiying.regulation.regulation import Regulation


@dataclass(frozen=True)
class OpenQuestion:
    """One open question: how the file answers it now, and what was signed (None: nothing yet)."""

    gap: Gap
    draft: dict[str, str]  # key path → value
    signed: Interpretation | None
    next: Interpretation | None  # signed, in force later

    @property
    def prefilled(self) -> str:
        return "；".join(self.draft.values())


def interpretations_at(at: dt.datetime) -> dict[str, Interpretation]:
    """Gap → the ruling in force on that local day; a case is judged by those of its first knowledge (C13.1, C14.1)."""
    day = at.astimezone(zone()).date()
    rows = Interpretation.objects.filter(effective_from__lte=day).order_by("effective_from", "id")
    return {row.gap: row for row in rows}


def questions() -> list[OpenQuestion]:
    """The sixteen, in their order."""
    law, now = regulation_now(), clock.now()
    day = now.astimezone(law.zone).date()
    in_force: dict[str, Interpretation] = {}
    later: dict[str, Interpretation] = {}
    for row in Interpretation.objects.order_by("effective_from", "id"):
        if row.effective_from <= day:
            in_force[row.gap] = row
        else:
            later.setdefault(row.gap, row)
    return [OpenQuestion(gap, _spoken(law, gap), in_force.get(gap.id), later.get(gap.id)) for gap in GAPS.values()]


def _spoken(law: Regulation, gap: Gap) -> dict[str, str]:
    """What is signed is read by people: names, not the codes of the file."""
    return {path: in_words(value, law) for path, value in answers(law, gap).items()}


def unsigned() -> list[str]:
    """Gaps without any ruling: none may be left before the bureau goes to work (C13.1)."""
    signed = set(Interpretation.objects.values_list("gap", flat=True))
    return [gap for gap in GAPS if gap not in signed]


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
