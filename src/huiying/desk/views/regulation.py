"""制度: the regulation in force as data: levels, clocks, review steps, each with its basis (（十三）)."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from huiying.desk.gate import StaffRequest, staff
from huiying.desk.language import lang
from huiying.people.models import RegulationVersion
from huiying.people.permissions import may
from huiying.people.queries import standing
from huiying.regulation import Regulation

KINDS = {
    "text": gettext_noop("条文"),
    "interpretation": gettext_noop("解释"),
    "superior": gettext_noop("上位规定"),
    "default": gettext_noop("默认"),
}


@dataclass(frozen=True)
class LevelRow:
    code: str
    within: str
    basis: str
    steps: str
    confirmed_by: str


@staff()
def regulation(request: StaffRequest) -> HttpResponse:
    found = standing(request.user).regulation
    context = {
        "regulation": found,
        "title": found.meta.title_en if lang() == "en" and found.meta.title_en else found.meta.title,
        "levels": [_level(found, level.code) for level in found.levels],
        "overlays": found.overlays,
        "principles": found.principles.values(),
        "interpretations": found.interpretations(),
        "may_watch": may(request.user, "watch.view").allowed,
        "versions": RegulationVersion.objects.defer("text").order_by("-effective_from", "-adopted_at"),
    }
    return render(request, "desk/regulation.html", context)


def _level(found: Regulation, code: str) -> LevelRow:
    def name(role: str) -> str:
        return found.name_of("review_step", role, lang())

    basis = found.basis_of(found.clocks.respond_within[code].path)
    rule = found.clocks.respond_within[code]
    groups = [" + ".join(name(role) for role in group) for group in found.review_steps(code)]
    return LevelRow(
        code=code,
        within=span(rule.within.text),
        basis=f"{_(KINDS[basis.kind])} {basis.words}".strip(),
        steps=" → ".join(groups),
        confirmed_by=_("、").join(found.name_of("role", role, lang()) for role in found.confirmers(code)),
    )


def span(text: str) -> str:
    """A limit of the file in words; natural hours as hours, because that is how the text counts."""
    for unit, words in (
        ("WD", _("%s 个工作日")),
        ("WH", _("%s 个工作小时")),
        ("H", _("%s 小时")),
        ("M", _("%s 分钟")),
        ("D", _("%s 天")),
    ):
        if text.endswith(unit) and text.removesuffix(unit).removeprefix("PT").removeprefix("P").isdigit():
            return words % text.removesuffix(unit).removeprefix("PT").removeprefix("P")
    return text
