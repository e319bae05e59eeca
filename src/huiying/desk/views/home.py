"""值班台: what is due next, what is new, what waits for me."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _, ngettext

from huiying.desk.context import Everywhere, of
from huiying.desk.decisions import waiting_for
from huiying.desk.dispatch import perform
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.queue import queue
from huiying.desk.rows import case_rows
from huiying.desk.subjects import following
from huiying.desk.views.events import page_of
from huiying.handling import queries as handling
from huiying.handling.access import opens
from huiying.handling.queries import case_of_event
from huiying.judging import actions as judge, queries as judging
from huiying.judging.access import in_sight
from huiying.judging.models import Event, UrgentCall, Warning
from huiying.kernel.keepable import number_of
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.people.queries import roles_of
from huiying.people.versions import department_name
from huiying.responding import queries as responding, turns
from huiying.responding.models import Publication
from huiying.responding.releasing import my_press_steps
from huiying.work import notify as notices

SHOWN = 8
MINE = 20  # of one's own turns without a click; the rest is folded below them


@staff()
def home(request: StaffRequest) -> HttpResponse:
    return render(request, "desk/home.html", what_waits(request.user, of(request)))


def what_waits(user: User, here: Everywhere) -> dict[str, Any]:
    """Only what this person may act on; each list costs one query and is left out for whom it is not."""
    urgent = list(judging.urgent_calls()) if here.urgent and may(user, "urgent.view") else []
    warnings = {row.event_id: row for row in judging.open_warnings(user)}
    cases = turns.open_cases(user) if roles_of(user) else []
    clocks = sorted((case for case in cases if case.next_due is not None), key=lambda case: case.next_due)
    events = to_judge(user)
    after = following.waiting(user, here.after_answers)
    lists = {
        **after,
        "press_steps": my_press_steps(user) if here.press_waits and may(user, "press.view") else [],
        "posting": posting(user),
    }
    waiting = queue(user, cases, events, warnings, lists)
    return {
        "urgent": urgent,
        "turns": waiting[:MINE],
        "more_turns": waiting[MINE:],
        "rows": case_rows(clocks[:SHOWN]),
        "more": len(clocks) > SHOWN,
        "suspects": here.suspects if may(user, "suspect.clear") else 0,
        "may_import": may(user, "import.bring").allowed,
        "may_take_in": may(user, "post.take_in").allowed,
        "count": len(urgent) + len(warnings),
        "missed": after["missed"],
    }


def to_judge(user: User) -> list[Event]:
    """The events that wait for a level, the gravest first."""
    if not may(user, "event.confirm_level"):
        return []
    events = list(judging.events_to_do().filter(in_sight(user)).defer("grade", "reasons", "reasons_en"))
    return sorted(events, key=lambda event: event.suggested_level, reverse=True)


def posting(user: User) -> list[Publication]:
    """What is to be posted by hand, and what waits for a second person who is not the poster."""
    may_do = {
        Publication.TO_DO: may(user, "release.publish").allowed,
        Publication.TO_VERIFY: may(user, "release.verify").allowed,
    }
    if not any(may_do.values()):
        return []
    return [row for row in responding.by_hand_to_do(user) if may_do[row.state]][:SHOWN]


@staff("POST")
def take_in(request: StaffRequest) -> HttpResponse:
    """The paste box (C5.13). What is known already answers with its number and who has it."""
    try:
        taken = judge.take_in(request.POST.get("text", ""), title=request.POST.get("title", ""), actor=request.user)
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("desk:home")
    return tell_taken(request, taken)


def tell_taken(request: StaffRequest, taken: judge.Taken) -> HttpResponse:
    """Say what became of what a person brought, and lead to it where there is something to do."""
    if taken.event is None:
        messages.info(request, _("已录入。机器看不出与本局有关，放在“待辨”里等人看一眼。"))
    elif (taken.event.life_safety and not may(request.user, "urgent.view")) or knows_no_more(request.user, taken.event):
        # Who must act is being called; neither its number nor its whereabouts go further (Life first).
        messages.success(request, _("已录入，值班人员正在处理。"))
    elif taken.is_known:
        messages.info(request, _known_already(taken.event))
    else:
        messages.success(request, _("已录入，形成事件 %(number)s。") % {"number": taken.event.number})
        if may(request.user, "event.view"):
            return redirect("desk:event", taken.event.number)
    return redirect("desk:home")


def knows_no_more(user: User, event: Event) -> bool:
    """Whether the matter bears the label 敏感 and this person is none of those who may know of it (§6.1 S8)."""
    case = case_of_event(event.pk) if event.sensitive else None
    return bool(event.sensitive) and (case is None or not opens(user, case)) and not may(user, "event.view", event)


def _known_already(event: Event) -> str:
    case = case_of_event(event.pk)
    if case is None:
        return _("已在第 %(number)s 号事件，还没有立案。") % {"number": event.number}
    lead = handling.lead_of(case)
    return _("已在第 %(number)s 号，由%(department)s办理。") % {
        "number": case.number,
        "department": department_name(lead.name) if lead else _("统筹部门"),
    }


@staff("POST")
def acknowledge_warning(request: StaffRequest, pk: int) -> HttpResponse:
    or_404(request.user, "warning.acknowledge")
    warning = get_object_or_404(Warning, pk=pk)
    return _tell(request, lambda: judge.acknowledge_warning(warning, request.user), _("已知悉，不再继续叫人。"))


@staff("POST")
def acknowledge_urgent(request: StaffRequest, pk: int) -> HttpResponse:
    or_404(request.user, "urgent.acknowledge")
    call = get_object_or_404(UrgentCall, pk=pk)
    done = request.POST.get("what_was_done", "").strip()
    return _tell(request, lambda: judge.acknowledge_urgent(call, done, request.user), _("已接手，系统停止叫人。"))


def _tell(request: StaffRequest, verb: Any, done: str) -> HttpResponse:
    return perform(request, verb, done=done, to="desk:home")


# 待决: what a leader decides today (C10.2).


@staff()
def decisions(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "decisions.view")
    rows = waiting_for(request.user)
    return render(request, "desk/decisions.html", {"rows": rows, "late": sum(row.late for row in rows)})


# 消息: what this person was told, newest first; opening one marks it as read and leads to its page.


@staff()
def inbox(request: StaffRequest) -> HttpResponse:
    only_unread = request.GET.get("only") == "unread"
    rows = (notices.unread if only_unread else notices.inbox)(request.user.username)
    page = page_of(request, rows)
    context = {"page": page, "only_unread": only_unread, "newest": max((row.pk for row in page), default=0)}
    return render(request, "desk/inbox.html", context)


@staff()
def opened(request: StaffRequest, pk: int) -> HttpResponse:
    notice = notices.opened(request.user.username, pk)
    if notice is None:
        raise Http404
    # A notice leads to a page of this desk and to nowhere else, whoever wrote its address.
    if notice.url.startswith("/") and url_has_allowed_host_and_scheme(notice.url, allowed_hosts=None):
        return redirect(notice.url)
    return redirect("desk:inbox")


@staff("POST")
def read_all(request: StaffRequest) -> HttpResponse:
    newest = request.POST.get("newest", "")
    done = notices.read_all(request.user.username, number_of(newest))
    messages.success(request, ngettext("%(n)d 条消息已标为已读。", "%(n)d 条消息已标为已读。", done) % {"n": done})
    return redirect("desk:inbox")
