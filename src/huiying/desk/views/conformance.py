"""制度落实: the whole regulation on one page, clause by clause, each with what proves it （十二）."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from huiying.desk import timeline
from huiying.desk.dispatch import perform
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.language import lang
from huiying.desk.templatetags.desk import actor
from huiying.documents.actions.proving import issue_conformance
from huiying.judging.labels import in_sight
from huiying.judging.models import Event
from huiying.kernel import clock
from huiying.ledger.models import LedgerEntry
from huiying.overseeing.clauses import CLAUSES, article
from huiying.overseeing.conformance import AMBER, GREEN, NOTHING, OFF, RED, Line, Told, computed, conformance
from huiying.overseeing.indicator_table import BY_NAME
from huiying.overseeing.periods import Period, period
from huiying.people import three
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.people.queries import regulation_now, standing
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
