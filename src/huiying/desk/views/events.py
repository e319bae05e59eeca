"""Events: the list, the page that says what one is, how grave, and what to decide; 预警 (C6.11, C6.12) and 共享
(C5.18).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, gettext as _t

from huiying.desk import event_page, second_factor, timeline
from huiying.desk.bar import build, offered
from huiying.desk.context import of
from huiying.desk.dispatch import perform, perform_verb
from huiying.desk.event_page import posts_of as posts_of, why as why
from huiying.desk.forms import VerbForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.language import twin
from huiying.desk.subjects.events import EVENT_VERBS, states_for
from huiying.desk.subjects.patrol import SHARE_VERBS
from huiying.desk.templatetags.desk import actor
from huiying.desk.views.stream import choices, read
from huiying.handling.actions.sensitive import KINDS
from huiying.handling.models import Case
from huiying.judging import access, alarming, queries as judging, stream, warnings as acts, warnings as judging_warnings
from huiying.judging.access import without_words
from huiying.judging.actions import sharing
from huiying.judging.models import Alarm, Dismissal, Event, SharePackage, Warning
from huiying.judging.stream import EVENT_SORTS, Filters, Silence
from huiying.kernel import clock
from huiying.ledger.queries import timeline as ledger_timeline
from huiying.people import access_log
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
        "entries": timeline.runs(
            timeline.lines(
                without_words(found, ledger_timeline([f"event:{found.number}"])),
                standing(request.user).regulation,
                actor,
            ),
            newest_first=found.state == Event.OPEN,
        ),
        "label": KINDS.get(found.sensitive),
    }
    return render(request, "desk/event.html", context)


@staff("POST")
def event_do(request: StaffRequest, number: str, verb: str) -> HttpResponse:
    found = get_event(request.user, number)

    def after(result: Any) -> str:
        """Whoever says that a matter is 敏感 may be one of those who then know no more of it."""
        if isinstance(result, Case):
            return reverse("desk:case", args=[result.number])
        if verb == "label" and not may(request.user, "event.view", Event.objects.get(pk=found.pk)):
            return reverse("desk:home")
        return reverse("desk:event", args=[found.number])

    return perform_verb(request, EVENT_VERBS, verb, found, to=after, again=partial(_page, request, found))


ALARMS_SHOWN = 20


@staff()
def warnings(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "event.view")
    state = request.GET.get("state", "")
    page, now = page_of(request, judging_warnings.warnings_for(request.user, state)), clock.now()
    alarms = judging_warnings.alarms_for(request.user)[:ALARMS_SHOWN]
    context = {
        "page": page,
        "rows": [
            {
                "warning": row,
                "state": judging_warnings.state_of(row),
                "waited": judging_warnings.time_to_acknowledge(row),
                "late": judging_warnings.is_late(row, now),
            }
            for row in page
        ],
        "state": state,
        "alarms": [{"alarm": row, "words": twin(row.words, row.words_en)} for row in alarms],
        "bars": alarming.bars(),
        "may_acknowledge": may(request.user, "warning.acknowledge").allowed,
        "may_cancel": may(request.user, "warning.cancel").allowed,
        "may_judge": may(request.user, "alarm.judge").allowed,
        "may_budget": may(request.user, "alarm.budget").allowed,
    }
    return render(request, "desk/warnings.html", context)


@staff("POST")
def cancel(request: StaffRequest, pk: int) -> HttpResponse:
    or_404(request.user, "warning.cancel")
    found = get_object_or_404(judging_warnings.warnings_for(request.user), pk=pk)
    return _tell(request, lambda: acts.cancel(found, request.POST.get("reason", ""), request.user), _t("预警已取消。"))


@staff("POST")
def verdict(request: StaffRequest, pk: int, verdict: str) -> HttpResponse:
    or_404(request.user, "alarm.judge")
    if verdict not in (Alarm.REAL, Alarm.FALSE):
        raise Http404
    found = get_object_or_404(judging_warnings.alarms_for(request.user), pk=pk)
    return _tell(request, lambda: alarming.judge_alarm(found, verdict, request.user), _t("已记下，今后的报警会参照。"))


@staff("POST")
def budget(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "alarm.budget")
    try:
        wanted = float(request.POST.get("budget", ""))
    except ValueError:
        wanted = 0.0
    return _tell(request, lambda: alarming.set_budget(wanted, request.user), _t("误报上限已改，报警线随之调整。"))


def _tell(request: StaffRequest, verb: Callable[[], Warning | Alarm | object], done: str) -> HttpResponse:
    return perform(request, verb, done=done, to="desk:warnings")


@staff()
def shares(request: StaffRequest, number: str) -> HttpResponse:
    return _share_page(request, get_event(request.user, number))


def _share_page(request: StaffRequest, event: Event, bound: dict[str, VerbForm] | None = None) -> HttpResponse:
    rows = SharePackage.objects.filter(event=event).prefetch_related("replies")
    why = may(request.user, "event.share").why
    context = {
        "event": event,
        "rows": rows,
        "now": clock.now(),
        "may_share": not why,
        "bar": build(
            offered([("share", _t("打包共享"), why)]),
            SHARE_VERBS,
            event,
            request.user,
            base=reverse("desk:shares", args=[event.number]) + "do/",
            bound=bound,
        ),
    }
    return render(request, "desk/shares.html", context)


@staff("POST")
def share_do(request: StaffRequest, number: str, verb: str) -> HttpResponse:
    event = get_event(request.user, number)

    def made(result: tuple[SharePackage, str]) -> str:
        """The link is shown once: only its hash is kept."""
        link = request.build_absolute_uri(reverse("portal:shared", args=[result[1]]))
        return _t("已打包。把这个链接交给对方，它只显示这一次，七天有效：%(link)s") % {"link": link}

    verbs = {name: replace(one, done=made) for name, one in SHARE_VERBS.items()}
    page = reverse("desk:shares", args=[event.number])
    return perform_verb(request, verbs, verb, event, to=page, again=partial(_share_page, request, event))


@staff("POST")
def revoke(request: StaffRequest, pk: int) -> HttpResponse:
    found = _share(request.user, pk)
    or_404(request.user, "event.share")
    if found.revoked_at is None:
        sharing.revoke_share(found, request.user)
    return redirect("desk:shares", found.event.number)


@second_factor.before_it_leaves
@staff()
def export(request: StaffRequest, pk: int) -> HttpResponse:
    """The package as a signed file, to be taken along where no link can go."""
    found = _share(request.user, pk)
    access_log.note_taken(request.user, f"share:{found.event.number}-{found.pk}", "json", found.purpose)
    response = JsonResponse(sharing.signed(found), json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = f'attachment; filename="share-{found.event.number}-{found.pk}.json"'
    return response


def _share(user: User, pk: int) -> SharePackage:
    found = SharePackage.objects.select_related("event").filter(pk=pk).first()
    if found is None:
        raise Http404
    get_event(user, found.event.number)
    return found
