"""The regulation as the public reads it, out of its data, with how it is kept (C1.1); and 法定渠道 (C3.1, C4.3): who
writes of an objection, a complaint, a petition is told where that is filed by law, before sending, and never kept from
sending.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy as _

from huiying.handling.models import Case
from huiying.people.queries import regulation_now
from huiying.people.versions import display_name, in_english
from huiying.portal.progress import longest_wait
from huiying.regulation import Regulation
from huiying.regulation.calendar import Duration
from huiying.regulation.schema_blocks import StatutoryChannel
from huiying.responding.models import Withholding
from huiying.responding.public import every_course
from huiying.responding.readiness import GROUNDS

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


@dataclass(frozen=True)
class Lawful:
    """One lawful channel in the reader's language."""

    code: str
    name: str
    notice: str
    where: str
    within: Duration
    source: str
    is_foreign: bool  # an English page that has to say it in Chinese


def channels_for(codes: list[str]) -> list[Lawful]:
    """In the order of the regulation; codes that it does not know (any more) are left out."""
    channels = regulation_now().response.statutory_channels
    return [_told(channel) for code, channel in channels.items() if code in codes]


def mentioned(text: str) -> list[str]:
    return regulation_now().statutory_in(text)


def _told(channel: StatutoryChannel) -> Lawful:
    english = (get_language() or "").startswith("en")
    return Lawful(
        code=channel.code,
        name=(channel.en if english else "") or channel.name,
        notice=(channel.notice_en if english else "") or channel.notice,
        where=(channel.where_en if english else "") or channel.where,
        within=channel.answer_within,
        source=channel.source,
        is_foreign=english and not channel.notice_en,
    )
