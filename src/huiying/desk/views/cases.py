"""办件: the list, and the page that answers what, how grave, by when, who has it, what next, then the evidence; and
效果.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import F, Prefetch, prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from huiying.desk import timeline
from huiying.desk.bar import build, form_for
from huiying.desk.case_verbs import CASE_VERBS
from huiying.desk.dispatch import perform, perform_verb
from huiying.desk.forms import VerbForm
from huiying.desk.gate import StaffRequest, staff
from huiying.desk.rows import case_rows
from huiying.desk.subjects import (
    accounts,
    answer_formats,
    asking,
    calling,
    drafting,
    following,
    liaison,
    meetings,
    routing,
    work,
)
from huiying.desk.subjects.following import context_of
from huiying.desk.templatetags.desk import actor
from huiying.desk.views.events import page_of, posts_of
from huiying.handling import available_actions
from huiying.handling.access import get_case
from huiying.handling.actions import mark_seen
from huiying.handling.actions.sensitive import KINDS
from huiying.handling.actions.work import acknowledge_call, see_reports, unseen_reports
from huiying.handling.models import Case, Escalation, Finding
from huiying.handling.process import LIVE, PROCESS
from huiying.handling.queries import cases_for, shown_clocks, with_next_due
from huiying.judging.access import without_words
from huiying.judging.queries import open_rumour
from huiying.ledger.queries import timeline as ledger_timeline
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.people.queries import regulation_of, standing
from huiying.responding import following as after
from huiying.responding.available_actions import main as case_actions
from huiying.responding.models import Evidence, Publication, ReviewRound, Revision
from huiying.responding.turns import turn_of

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
    """Its way to the answer: what it is, how grave, by when, who has it, what next, then the evidence."""
    found = get_case(request.user, number)
    own = standing(request.user).departments
    unread = (
        row for row in found.departments.all() if row.role == "lead" and row.until is None and row.seen_at is None
    )
    if any(row.department.code in own for row in unread):
        mark_seen(found, request.user)
    # 同步报送 is read by opening the case: no second list has to be ticked off (C10.7).
    if may(request.user, "report.see") and unseen_reports(found):
        see_reports(found, request.user)
    return show(request, found)


@staff()
def together(request: StaffRequest, number: str) -> HttpResponse:
    """What the departments do together: facts, tasks, the room, who was told (C7.3, C7.4, C10.7)."""
    return show(request, get_case(request.user, number), available_actions.TOGETHER)


@staff()
def outside(request: StaffRequest, number: str) -> HttpResponse:
    """Letters to other bodies, clues, the joint meeting (C5.15, C10.1)."""
    return show(request, get_case(request.user, number), available_actions.OUTSIDE)


@staff()
def answer(request: StaffRequest, number: str) -> HttpResponse:
    """From the draft to what comes after the answer （八）: texts, review, accounts, forms, effect."""
    return show(request, get_case(request.user, number), case_actions.ANSWER)


PAGES = {
    available_actions.MAIN: "desk:case",
    case_actions.ANSWER: "desk:case_answer",
    available_actions.TOGETHER: "desk:case_together",
    available_actions.OUTSIDE: "desk:case_outside",
}


def part_of(verb: str) -> str:
    """The page on which a verb stands."""
    of_part = {offer.name: part for part, found in case_actions.parts().items() for offer in found}
    return of_part.get(verb, available_actions.MAIN)


def show(
    request: StaffRequest, found: Case, part: str = available_actions.MAIN, bound: dict[str, VerbForm] | None = None
) -> HttpResponse:
    # Read once for the page, the strong button and what a verb allows.
    found_out = Finding.objects.select_related("department").prefetch_related("disposals")
    prefetch_related_objects([found], Prefetch("findings", found_out))
    departments = [row for row in found.departments.all() if row.until is None]
    draft, slip, to_answer = (
        reverse(page, args=[found.number]) for page in ("desk:draft", "desk:route_case", "desk:case_answer")
    )
    context: dict[str, Any] = {
        "case": found,
        "label": KINDS.get(found.event.sensitive),
        "part": part,
        "clocks": shown_clocks(found),
        "sees_event": may(request.user, "event.view").allowed,
        "rumour_waits": open_rumour(found.event),
        "turn": turn_of(found, standing(request.user).regulation),
        "lead": next((row for row in departments if row.role == "lead"), None),
        "joint": [row for row in departments if row.role == "joint"],
        "bar": build(
            case_actions.actions_for(request.user, found, part),
            CASE_VERBS,
            found,
            request.user,
            base=reverse("desk:case", args=[found.number]) + "do/",
            pages={
                "draft": draft,
                "save_revision": draft,
                "route": slip,
                "decide_return": slip,
                "to_answer": to_answer,
                "to_hold": f"{to_answer}#do-hold_statement",
            },
            bound=bound,
            forward=FORWARD[part](found) if part in FORWARD else (),
        ),
        **SECTIONS[part](request.user, found),
    }
    if part == case_actions.ANSWER:
        context["forms_bar"] = answer_formats.own_bar(context["bar"])
    return render(request, f"desk/case_{part}.html", context)


def _way(user: User, found: Case) -> dict[str, Any]:
    entries = without_words(found.event, ledger_timeline([f"case:{found.number}"]))
    named = {str(proof) for entry in entries if (proof := (entry.data or {}).get("evidence"))}
    evidence = Evidence.objects.filter(case=found, sha256__in=named)
    return {
        **calling.section(found, user),
        **routing.section(found, user),
        **asking.section(found, user),
        "posts": posts_of(found.event),
        "may_unmask": found.event.masked and may(user, "post.unmask").allowed,
        "findings": found.findings.all(),
        "knowledge": found.knowledge.order_by("known_at"),
        **_answer(found),
        "entries": timeline.runs(
            timeline.lines(
                entries,
                regulation_of(found.regulation),
                actor,
                {row.sha256: reverse("desk:evidence", args=[row.pk]) for row in evidence},
            ),
            newest_first=found.state in LIVE,
        ),
    }


SECTIONS: dict[str, Callable[[User, Case], dict[str, Any]]] = {
    available_actions.MAIN: _way,
    case_actions.ANSWER: lambda user, found: _answering(user, found),
    available_actions.TOGETHER: lambda user, found: {**work.plan_section(found, user), **work.section(found, user)},
    available_actions.OUTSIDE: lambda user, found: {**liaison.section(found, user), **meetings.section(found, user)},
}


def _answering(user: User, found: Case) -> dict[str, Any]:
    return {
        **_answer(found),
        "confirmations": found.confirmations.select_related("revision", "proof"),
        **drafting.section(found, user),
        **accounts.section(found, user),
        **answer_formats.section(found, user),
        **following.section(found, user),
    }


def forward_answer(found: Case) -> tuple[str, ...]:
    """What carries the answer on."""
    by_state = {
        "handling": ("second_withhold", "submit", "draft"),
        "approved": ("release",),
        "answered": ("submit", "draft"),
    }
    return by_state.get(found.state, ("second_withhold",))


def forward(found: Case) -> tuple[str, ...]:
    """What carries this case on from where it stands, the best first; shown as the one strong button."""
    seconds = ("second_lower",)
    by_state = {
        "registered": ("confirm_level",) if found.is_provisional else ("route",),
        "assigned": ("accept",),
        "returned": ("decide_return",),
        "handling": ("to_answer",) if found.findings.all() else ("find",),
        "reviewing": ("to_answer",),
        "approved": ("to_answer",),
        "answered": ("close", "dispose"),
        "declined": ("close",),
    }
    return (*seconds, *by_state.get(found.state, ()))


FORWARD: dict[str, Callable[[Case], tuple[str, ...]]] = {
    available_actions.MAIN: forward,
    case_actions.ANSWER: forward_answer,
}


def _answer(found: Case) -> dict[str, Any]:
    """Where the answer stands: the current text, its last round step by step, each channel."""
    round_ = ReviewRound.objects.filter(case=found, track=Revision.ANSWER).prefetch_related("steps").last()
    return {
        "revision": Revision.objects.filter(case=found, track=Revision.ANSWER).last(),
        "round": round_,
        "publications": Publication.objects.filter(case=found).select_related("evidence", "revision", "platform"),
    }


@staff("POST")
def do(request: StaffRequest, number: str, verb: str) -> HttpResponse:
    found = get_case(request.user, number)
    part = part_of(verb)

    def after(_result: Any) -> str:
        """Whoever says that a matter is 敏感 may be one of those who then know no more of it."""
        if verb == "label" and not cases_for(request.user).filter(pk=found.pk).exists():
            return reverse("desk:home")
        return reverse(PAGES[part], args=[found.number])

    return perform_verb(
        request, CASE_VERBS, verb, found, to=after, again=lambda bound: show(request, found, part, bound)
    )


# 知悉: one press by whoever was called (C10.6).


@staff("POST")
def acknowledge(request: StaffRequest, pk: int) -> HttpResponse:
    call = get_object_or_404(Escalation.objects.select_related("case"), pk=pk)
    get_case(request.user, call.case.number)
    return perform(
        request,
        lambda: acknowledge_call(call, request.user),
        done=_("已知悉，不再催这一次。"),
        to=reverse("desk:case", args=[call.case.number]),
    )


@staff()
def effect(request: StaffRequest, number: str) -> HttpResponse:
    case = get_case(request.user, number)
    reviews = list(case.effect_reviews.select_related("publication", "case__event"))
    releases = list(case.publications.filter(state=Publication.LIVE).order_by("published_at", "pk"))
    verdict = may(request.user, "effect.judge", case)
    verb = CASE_VERBS["judge_effect"]
    context = {
        "case": case,
        **context_of(reviews, releases, regulation_of(case.regulation).zone),
        "required": after.effect_is_required(case),
        "post": reverse("desk:case_do", args=[case.number, "judge_effect"]),
        "form": form_for(verb, "judge_effect", case, request.user) if verdict and case.state in LIVE else None,
        "why_not": "" if verdict else verdict.why,
    }
    return render(request, "desk/effect.html", context)
