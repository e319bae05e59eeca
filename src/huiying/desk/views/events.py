"""Events: the list, and the page that says what it is, how grave, and what to decide."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from huiying.desk import event_page, timeline
from huiying.desk.bar import build
from huiying.desk.context import of
from huiying.desk.dispatch import perform_verb
from huiying.desk.event_page import posts_of as posts_of
from huiying.desk.event_page import why as why
from huiying.desk.event_verbs import EVENT_VERBS, states_for
from huiying.desk.forms import VerbForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.templatetags.desk import actor
from huiying.desk.views.stream import choices, read
from huiying.handling.actions.sensitive import KINDS
from huiying.handling.models import Case
from huiying.judging import access, stream
from huiying.judging import queries as judging
from huiying.judging.labels import without_words
from huiying.judging.models import Dismissal, Event
from huiying.judging.stream import EVENT_SORTS, Filters, Silence
from huiying.kernel import clock
from huiying.ledger.queries import timeline as ledger_timeline
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.people.queries import standing

A_PAGE = 30


@staff()
def events(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "event.view")
    regulation, only_missed = standing(request.user).regulation, bool(request.GET.get("missed"))
    asked, sort = read(request), request.GET.get("sort", "")
    sort = sort if sort in EVENT_SORTS else "latest"
    among = judging.missed_topics(clock.now(), regulation) if only_missed else None
    page = page_of(request, stream.events(asked.filters, sort, among))
    filtered = asked.filters.narrow or only_missed
    context = {
        "page": page,
        "chosen": asked.filters,
        "sort": sort,
        "wrong": asked.wrong,
        "filtered": filtered,
        "missed": of(request).missed and not only_missed,
        "may_see_learning": may(request.user, "learning.view").allowed,
        **choices(regulation),
    }
    if not page.object_list:
        context["empty"] = _no_events(filtered=filtered)
    return render(request, "desk/events.html", context)


def _no_events(*, filtered: bool) -> str:
    """Why no event is listed: none fits, nothing was collected, or nothing of it concerns the bureau."""
    if filtered and Event.objects.filter(life_safety=False, sensitive="").exists():
        return _("没有符合条件的事件。放宽条件再看。")
    if stream.silence(Filters())[0] is Silence.NOT_COLLECTED:
        return _("还没有收进任何来文，所以没有事件：没有采集，不等于没有人说。")
    return _("还没有事件。来文经判别与本局业务有关，就归成事件列在这里。")


def page_of(request: StaffRequest, found: QuerySet[Any], size: int = A_PAGE) -> Page[Any]:
    return Paginator(found, size).get_page(request.GET.get("page"))


@staff()
def event(request: StaffRequest, number: str) -> HttpResponse:
    return _page(request, access.get_event(request.user, number, event_page.rows()))


def get_event(user: User, number: str) -> Event:
    """With what its verbs ask of it."""
    return access.get_event(user, number, Event.objects.select_related("merged_into", "dismissal"))


def _page(request: StaffRequest, found: Event, bound: dict[str, VerbForm] | None = None) -> HttpResponse:
    if not hasattr(found, "found_out"):  # a verb refused: the page asks for more than the verb did
        found = event_page.rows().filter(pk=found.pk).first() or found
    dismissal: Dismissal | None = getattr(found, "dismissal", None)
    base = reverse("desk:event", args=[found.number]) + "do/"
    context = event_page.context_of(found, request.user) | {
        "alarm": getattr(found, "open_alarm", None),
        "may_judge_hits": may(request.user, "watch.judge").allowed,
        "bar": build(
            states_for(request.user, found, dismissal),
            EVENT_VERBS,
            found,
            request.user,
            base=base,
            bound=bound,
            forward=("second_dismissal", "second_concern", "open_case"),
        ),
        "entries": timeline.lines(
            without_words(found, ledger_timeline([f"event:{found.number}"])), standing(request.user).regulation, actor
        ),
        "label": KINDS.get(found.sensitive),
    }
    return render(request, "desk/event.html", context)


@staff("POST")
def do(request: StaffRequest, number: str, verb: str) -> HttpResponse:
    found = get_event(request.user, number)

    def after(result: Any) -> str:
        """Whoever says that a matter is 敏感 may be one of those who then know no more of it."""
        if isinstance(result, Case):
            return reverse("desk:case", args=[result.number])
        if verb == "label" and not may(request.user, "event.view", Event.objects.get(pk=found.pk)):
            return reverse("desk:home")
        return reverse("desk:event", args=[found.number])

    return perform_verb(request, EVENT_VERBS, verb, found, to=after, again=partial(_page, request, found))
