"""办件: the list, and the page that answers what, how grave, by when, who has it, what next, then the evidence."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from huiying.desk import timeline
from huiying.desk.bar import Verb, build
from huiying.desk.case_verbs import CASE_VERBS
from huiying.desk.dispatch import perform
from huiying.desk.forms import VerbForm
from huiying.desk.gate import StaffRequest, staff
from huiying.desk.rows import case_rows
from huiying.desk.templatetags.desk import actor
from huiying.desk.views.events import page_of, posts_of
from huiying.handling.access import get_case
from huiying.handling.actions import mark_seen
from huiying.handling.models import Case
from huiying.handling.process import LIVE, PROCESS
from huiying.handling.queries import cases_for, shown_clocks, with_next_due
from huiying.ledger.queries import timeline as ledger_timeline
from huiying.people.permissions import may
from huiying.people.queries import regulation_of, standing
from huiying.responding import offers
from huiying.responding.models import Evidence, Publication, ReviewRound, Revision

STATES = tuple(state for state in PROCESS if state)


@staff()
def cases(request: StaffRequest) -> HttpResponse:
    chosen = {name: request.GET.get(name, "") for name in ("state", "level", "q")}
    found = cases_for(request.user)
    if chosen["state"]:
        found = found.filter(state=chosen["state"])
    elif not chosen["q"]:
        found = found.filter(state__in=LIVE)
    if chosen["level"]:
        found = found.filter(level=chosen["level"])
    for word in chosen["q"].split():
        found = found.filter(title__icontains=word)
    page = page_of(request, with_next_due(found).order_by(F("next_due").asc(nulls_last=True), "-opened_at"))
    context = {
        "page": page,
        "rows": case_rows(page),
        "chosen": chosen,
        "filtered": any(chosen.values()),
        "levels": standing(request.user).regulation.levels,
        "states": STATES,
    }
    return render(request, "desk/cases.html", context)


@staff()
def case(request: StaffRequest, number: str) -> HttpResponse:
    found = get_case(request.user, number)
    if any(row.role == "lead" and row.until is None and row.seen_at is None for row in found.departments.all()):
        mark_seen(found, request.user)
    return show(request, found)


def show(request: StaffRequest, found: Case, bound: dict[str, VerbForm] | None = None) -> HttpResponse:
    regulation = regulation_of(found.regulation)
    base = reverse("desk:case", args=[found.number]) + "do/"
    draft = reverse("desk:draft", args=[found.number])
    evidence = list(Evidence.objects.filter(case=found))
    departments = [row for row in found.departments.all() if row.until is None]
    context = {
        "case": found,
        "clocks": shown_clocks(found),
        "posts": posts_of(found.event),
        "sees_event": may(request.user, "event.view").allowed,
        "lead": next((row for row in departments if row.role == "lead"), None),
        "joint": [row for row in departments if row.role == "joint"],
        "bar": build(
            offers.actions_for(request.user, found),
            CASE_VERBS,
            found,
            request.user,
            base=base,
            pages={"draft": draft, "save_revision": draft},
            bound=bound,
            forward=forward(found),
        ),
        "findings": found.findings.select_related("department").prefetch_related("disposals"),
        "knowledge": found.knowledge.order_by("known_at"),
        "confirmations": found.confirmations.select_related("revision"),
        **_answer(found),
        "entries": timeline.lines(
            ledger_timeline([f"case:{found.number}"]),
            regulation,
            actor,
            {row.sha256: reverse("desk:evidence", args=[row.pk]) for row in evidence},
        ),
    }
    return render(request, "desk/case.html", context)


def forward(found: Case) -> tuple[str, ...]:
    """What carries this case on from where it stands, the best first; shown as the one strong button."""
    seconds = ("second_lower", "second_withhold")
    by_state = {
        "registered": ("confirm_level",) if found.is_provisional else ("route",),
        "assigned": ("accept",),
        "returned": ("decide_return",),
        "handling": ("submit", "draft") if found.findings.exists() else ("find",),
        "approved": ("release",),
        "answered": ("close", "dispose"),
        "declined": ("close",),
    }
    return (*seconds, *by_state.get(found.state, ()))


def _answer(found: Case) -> dict[str, Any]:
    """Where the answer stands: the current text, its last round step by step, each channel."""
    round_ = ReviewRound.objects.filter(case=found).prefetch_related("steps").last()
    return {
        "revision": Revision.objects.filter(case=found).last(),
        "round": round_,
        "publications": Publication.objects.filter(case=found).select_related("evidence", "revision"),
    }


@staff("POST")
def do(request: StaffRequest, number: str, verb: str) -> HttpResponse:
    found = get_case(request.user, number)

    def after(_verb: Verb, _result: Any) -> str:
        return reverse("desk:case", args=[found.number])

    return perform(request, CASE_VERBS, verb, found, after=after, again=lambda bound: show(request, found, bound))
