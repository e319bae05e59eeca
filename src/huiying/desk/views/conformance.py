"""制度 and 制度落实 （十二）（十三）（十四）: the regulation in force as data, clause by clause with what proves
each, 解释登记, versions and their difference in words.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _t, gettext_lazy as _, gettext_noop

from huiying.desk import timeline
from huiying.desk.bar import build, offered
from huiying.desk.dispatch import perform, perform_verb
from huiying.desk.forms import VerbForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.language import lang
from huiying.desk.subjects.oversight import INTERPRETATION_VERBS, VERSION_VERBS
from huiying.desk.templatetags.desk import actor
from huiying.documents.actions.issuing import issue_conformance
from huiying.judging.access import in_sight
from huiying.judging.models import Event
from huiying.kernel import clock
from huiying.ledger.models import LedgerEntry
from huiying.overseeing.conformance import (
    AMBER,
    CLAUSES,
    GREEN,
    NOTHING,
    OFF,
    RED,
    Line,
    Told,
    article,
    computed,
    conformance,
)
from huiying.overseeing.history.norms import Period, period
from huiying.overseeing.indicators.table import BY_NAME
from huiying.people import three
from huiying.people.actions.interpretations import OpenQuestion, questions, unsigned
from huiying.people.models import Interpretation, RegulationVersion, User
from huiying.people.permissions import may
from huiying.people.queries import regulation_now, standing
from huiying.people.versions import parsed, version_at
from huiying.regulation import Regulation
from huiying.regulation.differing import differences, path_name, sentence
from huiying.regulation.errors import UsageError

SHOWN = 60
STATES: dict[str, str | Promise] = {
    GREEN: _("做到了"),
    AMBER: _("有欠缺"),
    RED: _("没做到"),
    NOTHING: _("还没有可算的"),
    OFF: _("未启用"),
}
WHY: dict[str, str | Promise] = {
    "not_kept": _("本系统还没有这一项的指标；有了指标，这里自动亮起。"),
    "no_class": _("现行制度没有第六类必须覆盖的渠道。"),
    "no_base": _("这个时期没有发生这类事，不算做到，也不算没做到。"),
}


def this_quarter() -> str:
    today = clock.now().astimezone(regulation_now().zone).date()
    return f"{today.year}-Q{(today.month - 1) // 3 + 1}"


def wanted(request: StaffRequest) -> Period:
    """The period asked for; what is no period is this quarter."""
    try:
        return period(request.GET.get("period", "").strip() or this_quarter())
    except UsageError:
        return period(this_quarter())


def value_of(told: Told | None, value: Any) -> str:
    """A figure as people read it: shares in per cent, a figure without a base as a dash."""
    if value is None:
        return "—"
    if told is not None and told.name.endswith("_share"):
        return f"{value * 100:.4g}%"
    return f"{value:g}" if isinstance(value, float) else str(value)


def name_of(told: Told) -> str:
    if lang() == "en":
        return BY_NAME[told.name].en if told.name in BY_NAME else told.name
    return told.words


def shown(line: Line) -> dict[str, Any]:
    clause = line.clause
    return {
        "id": clause.id,
        "duty": clause.en if lang() == "en" else clause.zh,
        "state": line.state,
        "word": STATES[line.state],
        "why": WHY.get(line.why, ""),
        "figures": [
            {"name": name_of(told), "of": told.of, "value": value_of(told, told.value), "state": told.state or ""}
            for told in line.indicators
        ],
    }


def hidden(user: User) -> list[str]:
    """Chains of labelled matters, for whoever does not act on them (§6.1 S8)."""
    labelled = Event.objects.filter(Q(life_safety=True) | Q(sensitive__gt=""))
    rows = labelled.exclude(pk__in=labelled.filter(in_sight(user))).values_list("number", "case__number")
    return [chain for event, case in rows for chain in (f"event:{event}", f"case:{case}")]


@staff("GET", "HEAD", "POST")
def whole(request: StaffRequest) -> HttpResponse:
    """POST reads the ledger again; a visit is told as of when it was read."""
    or_404(request.user, "conformance.view")
    asked = wanted(request)
    if request.method == "POST":
        computed(asked.words, anew=True)
        return redirect(f"{reverse('desk:conformance')}?period={asked.words}")
    found = computed(asked.words)
    lines = conformance(found.figures, standing(request.user).regulation)
    articles = [
        (article(number), [shown(line) for line in lines if line.clause.number == number])
        for number in sorted({line.clause.number for line in lines})
    ]
    context = {
        "three": three.named(),
        "period": asked.words,
        "as_of": found.at,
        "articles": articles,
        "counts": [(STATES[state], state, sum(line.state == state for line in lines)) for state in STATES],
        "may_print": may(request.user, "conformance.print").allowed,
        "may_assess": may(request.user, "assessment.view").allowed,
    }
    return render(request, "desk/conformance.html", context)


@staff("POST")
def paper(request: StaffRequest) -> HttpResponse:
    """The page as a document for the inspector, by the clock of now."""
    or_404(request.user, "conformance.view")
    asked = wanted(request)
    return perform(
        request,
        lambda: issue_conformance(asked.words, request.user),
        to=lambda row: reverse("desk:document", args=[row.pk]),
        back=f"{reverse('desk:conformance')}?period={asked.words}",
    )


@staff()
def clause(request: StaffRequest, name: str) -> HttpResponse:
    """One clause with its figures and the entries behind them; the last ones of the period first."""
    or_404(request.user, "conformance.view")
    if name not in CLAUSES:
        raise Http404
    asked, law = wanted(request), standing(request.user).regulation
    found = computed(asked.words)
    line = next(row for row in conformance(found.figures, law) if row.clause.id == name)
    entries = LedgerEntry.objects.filter(kind__in=line.clause.kinds).exclude(chain__in=hidden(request.user))
    may_read = may(request.user, "ledger.view").allowed
    context = {
        "period": asked.words,
        "as_of": found.at,
        "line": shown(line),
        "article": article(line.clause.number),
        "kinds": line.clause.kinds,
        "rows": [
            (entry, timeline.sentence(entry, law), actor(entry.actor, law))
            for entry in entries.order_by("-id")[:SHOWN]
            if asked.holds(entry.at, law.zone)
        ]
        if may_read
        else [],
        "may_read": may_read,
    }
    return render(request, "desk/clause.html", context)


@staff()
def register(request: StaffRequest) -> HttpResponse:
    """The sixteen questions, and every ruling that was ever signed."""
    context = {
        "rows": [(asked, _question(asked)) for asked in questions()],
        "left": len(unsigned()),
        "signed": Interpretation.objects.order_by("-id")[:100],
    }
    return render(request, "desk/interpretations.html", context)


def _question(asked: OpenQuestion) -> str:
    return asked.gap.en if lang() == "en" else asked.gap.zh


@staff()
def question(request: StaffRequest, gap: str) -> HttpResponse:
    return _question_page(request, gap)


@staff("POST")
def sign(request: StaffRequest, gap: str) -> HttpResponse:
    page = reverse("desk:interpretations")
    return perform_verb(
        request, INTERPRETATION_VERBS, "sign", _asked(gap), to=page, again=partial(_question_page, request, gap)
    )


def _asked(gap: str) -> OpenQuestion:
    found = next((asked for asked in questions() if asked.gap.id == gap), None)
    if found is None:
        raise Http404
    return found


def _question_page(request: StaffRequest, gap: str, bound: dict[str, VerbForm] | None = None) -> HttpResponse:
    asked, law = _asked(gap), standing(request.user).regulation
    numbers = [row.gap.id for row in questions()]
    place = numbers.index(gap)
    context = {
        "asked": asked,
        "question": _question(asked),
        "draft": [(path_name(path, law, lang()), words) for path, words in asked.draft.items()],
        "history": Interpretation.objects.filter(gap=gap).order_by("-id"),
        "before": numbers[place - 1] if place else "",
        "after": numbers[place + 1] if place + 1 < len(numbers) else "",
        "bar": build(
            offered([("sign", _("签署这条解释"), may(request.user, "interpretation.sign").why)]),
            INTERPRETATION_VERBS,
            asked,
            request.user,
            base=f"{reverse('desk:interpretation', args=[gap])}",
            bound=bound,
            forward=("sign",),
        ),
    }
    return render(request, "desk/interpretation.html", context)


@staff()
def versions(request: StaffRequest) -> HttpResponse:
    return _versions(request)


@staff("POST")
def bring(request: StaffRequest) -> HttpResponse:
    page = reverse("desk:versions")
    return perform_verb(request, VERSION_VERBS, "bring", None, to=page, again=partial(_versions, request))


def _versions(request: StaffRequest, bound: dict[str, VerbForm] | None = None) -> HttpResponse:
    rows = list(RegulationVersion.objects.defer("text").order_by("effective_from", "adopted_at"))
    now = version_at(clock.now())
    before, after = _pair(request, rows)
    context: dict[str, Any] = {
        "versions": rows,
        "in_force": now.pk if now else 0,
        "before": before,
        "after": after,
        "bar": build(
            offered([("bring", _("采用新版本"), may(request.user, "regulation.bring").why)]),
            VERSION_VERBS,
            None,
            request.user,
            base=reverse("desk:versions"),
            bound=bound,
        ),
    }
    if before is not None and after is not None:
        old, new = parsed(before.text), parsed(after.text)
        context["changes"] = [sentence(change, new, lang()) for change in differences(old, new)]
    return render(request, "desk/versions.html", context)


def _pair(
    request: StaffRequest, rows: list[RegulationVersion]
) -> tuple[RegulationVersion | None, RegulationVersion | None]:
    """The two versions asked for; else the last two."""
    known = {str(row.pk): row for row in rows}
    asked = known.get(request.GET.get("before", "")), known.get(request.GET.get("after", ""))
    if None not in asked:
        return asked
    return (rows[-2], rows[-1]) if len(rows) > 1 else (None, None)


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
        basis=f"{_t(KINDS[basis.kind])} {basis.words}".strip(),
        steps=" → ".join(groups),
        confirmed_by=_t("、").join(found.name_of("role", role, lang()) for role in found.confirmers(code)),
    )


def span(text: str) -> str:
    """A limit of the file in words; natural hours as hours, because that is how the text counts."""
    for unit, words in (
        ("WD", _t("%s 个工作日")),
        ("WH", _t("%s 个工作小时")),
        ("H", _t("%s 小时")),
        ("M", _t("%s 分钟")),
        ("D", _t("%s 天")),
    ):
        if text.endswith(unit) and text.removesuffix(unit).removeprefix("PT").removeprefix("P").isdigit():
            return words % text.removesuffix(unit).removeprefix("PT").removeprefix("P")
    return text
