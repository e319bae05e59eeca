"""Sentences for a draft out of what the case knows, each with where it comes from （八）（九）. No model, no invention.

The same case gives the same sentences in the same order. A sentence with personal data is not offered (C8.2).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from huiying.handling.models import Case, Liaison
from huiying.kernel.masking import mask_personal
from huiying.people.queries import regulation_of
from huiying.people.words import department_name, display_name
from huiying.responding.models import BodyConfirmation, Revision
from huiying.responding.templates import CaseValues, said_at

MOST = 40
_SENTENCE = re.compile(r"[^。！？\n]+[。！？]?")


@dataclass(frozen=True)
class Suggestion:
    """`text` is in the bureau's language, `source` in the reader's; `link` leads to where it was written."""

    text: str
    source: str
    link: str


def suggestions(case: Case, known: CaseValues | None = None) -> list[Suggestion]:
    """What may be said, the agreed facts first: what was found and done, who confirmed it, where to turn, by when."""
    seen: set[str] = set()
    found: list[Suggestion] = []
    for text, source, link in _sources(case, known or CaseValues(case)):
        for sentence in _sentences(text):
            if sentence in seen or mask_personal(sentence).changed:
                continue
            seen.add(sentence)
            found.append(Suggestion(sentence, source, link))
    return found[:MOST]


def _sentences(text: str) -> list[str]:
    """Each sentence as it stands, with its full stop."""
    found = (part[0].strip() for part in _SENTENCE.finditer(text))
    return [one if one[-1] in "。！？" else f"{one.rstrip('；;，,')}。" for one in found if len(one) > 3]


def _sources(case: Case, known: CaseValues) -> Iterator[tuple[str, str, str]]:
    page = f"/desk/cases/{case.number}/"
    together, outside, answer = f"{page}together/", f"{page}outside/", f"{page}answer/"
    if known.sheet is not None:
        yield known.sheet.text, _("口径第 %(version)d 版") % {"version": known.sheet.version}, f"{together}#facts"
    for finding in known.findings:
        told = {"department": department_name(finding.department.name)}
        yield finding.facts, _("%(department)s报的核实情况") % told, page
        yield _led("原因是", finding.cause), _("%(department)s报的原因") % told, page
        yield _led("影响是", finding.impact), _("%(department)s报的影响") % told, page
    for disposal in known.disposals:
        told = {"department": department_name(disposal.finding.department.name)}
        yield disposal.actions, _("%(department)s报的处置") % told, page
    for letter in Liaison.objects.filter(case=case, answered_at__isnull=False).exclude(finding="unknown"):
        yield (
            _led(f"经向{letter.body}核实，", letter.answer),
            _("%(body)s的答复，函 %(number)s") % {"body": letter.body, "number": letter.number},
            outside,
        )
    yield from _confirmed(case, known.revision, answer)
    regulation = regulation_of(case.regulation)
    for code in known.mentioned:
        channel = regulation.response.statutory_channels[code]
        name = display_name(regulation, "statutory", code)
        yield channel.notice, _("来文提到%(name)s；%(norm)s") % {"name": name, "norm": channel.source}, page
    clock = known.limit_clock if case.answered_at is None else None
    if clock is not None:
        until = said_at(clock.due_at, known.zone)
        yield f"结果最晚在{until}公布。", _("法定时限：%(why)s") % {"why": clock.explanation}, page


def _confirmed(case: Case, revision: Revision | None, link: str) -> Iterator[tuple[str, str, str]]:
    if revision is None:
        return
    rows = BodyConfirmation.objects.filter(case=case, manifest_sha256=revision.manifest_sha256, answer="agree")
    for body in dict.fromkeys(row.body for row in rows.order_by("id")):
        yield f"以上情况已与{body}核对。", _("%(body)s已确认这一稿") % {"body": body}, link


def _led(by: str, text: str) -> str:
    """The text with a beginning that lets it stand alone, unless it has one."""
    text = text.strip()
    return text if not text or text.startswith(by[:2]) else f"{by}{text}"
