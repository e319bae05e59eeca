"""The regulation as the public reads it: in our own words, out of its data, with how it is kept (C1.1, C3.1)."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from huiying.handling.models import Case
from huiying.people.words import display_name, in_english
from huiying.portal.progress import longest_wait
from huiying.regulation import Regulation
from huiying.responding.grounds import GROUNDS
from huiying.responding.models import Withholding
from huiying.responding.public import every_course

# Why an answer came late, for people outside: the ledger's own words name a level, which says nothing to them.
CAUSES: dict[str, str | Promise] = {"未按时": _("没有在时限内答复"), "升级": _("事情变急，时限随之缩短")}


def cause_words(cause: str) -> str:
    return str(CAUSES.get(cause, cause))


def openness() -> dict[str, Any]:
    """Of what was settled: answered in public, withheld on a legal ground (which), neither (C1.1)."""
    settled = Case.objects.filter(state__in=("closed", "declined"))
    public = set(every_course()) | set(settled.filter(answered_at__isnull=False).values_list("pk", flat=True))
    grounds: dict[str, int] = {}
    withheld: set[int] = set()
    rows = Withholding.objects.filter(agreed=True, case__in=settled).values_list("case", "ground", "review_on")
    for case, ground, _review in rows:
        if case not in public and case not in withheld:
            withheld.add(case)
            grounds[ground] = grounds.get(ground, 0) + 1
    every = set(settled.values_list("pk", flat=True))
    answered = len(every & public)
    return {
        "settled": len(every),
        "answered": answered,
        "withheld": len(withheld),
        "neither": len(every) - answered - len(withheld),
        "share": answered / len(every) if every else None,
        "grounds": [(GROUNDS.get(ground, ground), n) for ground, n in sorted(grounds.items())],
    }


def told(regulation: Regulation) -> dict[str, Any]:
    """What the page says, each line out of the data in force."""
    kept = regulation.retention
    return {
        "principles": [(called_principle(item), list(item.motto)) for item in regulation.principles.values()],
        "wait": longest_wait(),
        "shortest": min(
            (rule.within for rule in regulation.clocks.respond_within.values()), key=lambda limit: limit.weight
        ),
        "people": regulation.workflow.minimum_people,
        "channels": [
            (display_name(regulation, "statutory", code), item.notice, item.source, item.answer_within)
            for code, item in regulation.response.statutory_channels.items()
        ],
        "dialogue": regulation.dialogue,
        "kept": kept,
        "openness": openness(),
        "grounds": list(GROUNDS.values()),
        "bodies": _bodies(regulation),
    }


def called_principle(item: Any) -> str:
    """A principle by its name; in English by its English one."""
    return str(item.en if in_english() and item.en else item.name)


def _bodies(regulation: Regulation) -> list[tuple[str, str]]:
    """Who answers for what: 业务范畴 and its department (C2.3)."""
    found = []
    for code, item in regulation.routing.categories.items():
        department = regulation.department(item.owner).name
        found.append((display_name(regulation, "category", code), department))
    return found
