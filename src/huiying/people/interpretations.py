"""Reads of the interpretation register （十三） and of the regulation's versions （十四）."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from huiying.kernel import clock
from huiying.people.models import Interpretation
from huiying.people.versions import regulation_now, zone
from huiying.regulation.differing import in_words
from huiying.regulation.gaps import GAPS, Gap, answers
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
