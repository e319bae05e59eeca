"""The dialogue with the public （四）C4.1–C4.5: pages that gather answers, 意见征集, channels and 民意月报."""

from __future__ import annotations

import datetime as dt
import re
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _t, gettext_lazy as _

from huiying.desk.bar import State, build, offered
from huiying.desk.dispatch import perform, perform_verb
from huiying.desk.forms import VerbForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.subjects.dialogue import CONSULTATION_VERBS, PAGE_VERBS, ConsultationForm, GroupForm, PageForm
from huiying.desk.views.events import page_of
from huiying.foreseeing import queries
from huiying.foreseeing.actions import save_consultation, save_group
from huiying.foreseeing.models import Consultation, OpinionGroup
from huiying.kernel import clock
from huiying.kernel.keepable import number_of
from huiying.listening.coverage import inlet_flows
from huiying.overseeing.digest import digest, issued_at, last_month
from huiying.overseeing.history.norms import Period, period
from huiying.people.models import Department, User
from huiying.people.permissions import may
from huiying.people.queries import regulation_now
from huiying.responding import pages as reading
from huiying.responding.actions.pages import personal_data_in, save_page
from huiying.responding.models import TopicPage, TopicText


@staff()
def pages(request: StaffRequest) -> HttpResponse:
    """What is suggested, what waits for its second person, every page."""
    or_404(request.user, "page.view")
    shown = page_of(request, TopicPage.objects.select_related("department").order_by("-id"))
    context = {
        "page": shown,
        "rows": [(row, reading.newest(row), reading.KINDS[row.kind]) for row in shown],
        "suggested": reading.suggestions(),
        "waiting": list(reading.waiting()),
        "sees_events": may(request.user, "event.view").allowed,
        "may_draft": may(request.user, "page.draft").allowed,
    }
    return render(request, "desk/topic_pages.html", context)


@staff("GET", "HEAD", "POST")
def page_new(request: StaffRequest) -> HttpResponse:
    """`?subject=` begins with a suggestion: its events go with the page, no word of what anybody wrote."""
    or_404(request.user, "page.view")
    return _write_page(request, None)


@staff("GET", "HEAD", "POST")
def page_edit(request: StaffRequest, pk: int) -> HttpResponse:
    return _write_page(request, _topic_page(request.user, pk))


def _write_page(request: StaffRequest, page: TopicPage | None) -> HttpResponse:
    if why := may(request.user, "page.draft", page).why:
        messages.error(request, why)
        return redirect("desk:pages")
    named = request.POST.get("subject", "") or request.GET.get("subject", "")
    found = next((row for row in reading.suggestions() if row.subject == named), None) if named else None
    form = (
        PageForm(request.POST, page=page, user=request.user)
        if request.method == "POST"
        else PageForm(page=page, user=request.user, initial=_suggested(found))
    )
    of = {"subject": found.subject, "events": found.events} if found is not None and page is None else {}
    return perform(
        request,
        lambda: save_page(page, **form.told() | of, actor=request.user),
        done=_t("已保存。看过以后送另一人审核。"),
        to=lambda saved: reverse("desk:page", args=[saved.page_id]),
        form=form,
        again=partial(_form, request, page, form),
    )


def _suggested(row: reading.Suggested | None) -> dict[str, Any]:
    if row is None:
        return {"kind": TopicPage.FREQUENT}
    kind = TopicPage.CLARIFICATION if row.clarifies else TopicPage.FREQUENT
    department = Department.objects.filter(code=row.department).first()
    return {"kind": kind, "subject": row.subject, "department": department, "answers": " ".join(row.answers)}


def _form(request: StaffRequest, page: TopicPage | None, form: PageForm, status: int) -> HttpResponse:
    return render(request, "desk/topic_page_edit.html", {"shown": page, "form": form}, status=status)


def _topic_page(user: User, pk: int) -> TopicPage:
    or_404(user, "page.view")
    return get_object_or_404(TopicPage.objects.select_related("department"), pk=pk)


@staff()
def page(request: StaffRequest, pk: int) -> HttpResponse:
    return _show_page(request, _topic_page(request.user, pk))


@staff("POST")
def page_do(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    found = _topic_page(request.user, pk)
    page = reverse("desk:page", args=[found.pk])
    return perform_verb(request, PAGE_VERBS, verb, found, to=page, again=partial(_show_page, request, found))


def _show_page(request: StaffRequest, found: TopicPage, bound: dict[str, VerbForm] | None = None) -> HttpResponse:
    row = reading.newest(found)
    public = found.published_at is not None
    context = {
        "shown": found,
        "kind": reading.KINDS[found.kind],
        "text": row,
        "texts": found.texts.order_by("-number"),
        "hints": personal_data_in(row) if row is not None else [],
        "address": reverse(f"portal:{found.kind}_item", args=[found.address]) if public else "",
        "may_draft": may(request.user, "page.draft", found).allowed and found.withdrawn_at is None,
        "sees_events": may(request.user, "event.view").allowed,
        "bar": build(
            _page_states(request.user, found, row),
            PAGE_VERBS,
            found,
            request.user,
            base=f"{reverse('desk:page', args=[found.pk])}do/",
            bound=bound,
            forward=("decide", "propose"),
        ),
    }
    return render(request, "desk/topic_page.html", context)


def _page_states(user: User, found: TopicPage, row: TopicText | None) -> list[State]:
    if found.withdrawn_at is not None or row is None:
        return []
    rows: list[tuple[str, Any, str]] = []
    if row.proposed_at is None:
        rows.append(("propose", _("送另一人审核"), may(user, "page.draft", found).why))
    elif not row.decision:
        own = _t("起草人不能审自己的文稿，请另一人审核。") if row.drafter_user == user.pk else ""
        rows.append(("decide", _("审核"), may(user, "page.publish").why or own))
    if found.published_at is not None:
        rows.append(("withdraw", _("撤下"), may(user, "page.publish").why))
    return offered(rows)


SHOWN = 200
DECISIONS: dict[str, str | Promise] = {
    OpinionGroup.ADOPTED: _("采纳"),
    OpinionGroup.PARTLY: _("部分采纳"),
    OpinionGroup.NOT: _("不采纳"),
}


def state_words(row: Consultation) -> str:
    """Where it stands, as people say it."""
    now = clock.now()
    if row.state in queries.RUNNING and row.closes_at <= now:
        late = row.result_due_at is not None and row.result_due_at < now
        if late:
            return _t("结果超期未公布")
        return _t("结果待审") if row.state == Consultation.RESULT else _t("待整理")
    words: dict[str, str | Promise] = {
        Consultation.DRAFT: _("起草中"),
        Consultation.PROPOSED: _("待同意公开"),
        Consultation.OPEN: _("正在征集"),
        Consultation.RESULT: _("结果待审"),
        Consultation.DONE: _("已公布结果"),
        Consultation.DROPPED: _("不办了"),
    }
    return str(words[row.state])


def _is_late(row: Consultation) -> bool:
    return row.state in queries.RUNNING and row.result_due_at is not None and row.result_due_at < clock.now()


@staff()
def consultations(request: StaffRequest) -> HttpResponse:
    """What goes on, the overdue in red; `?all=1` every one."""
    or_404(request.user, "page.view")
    every = request.GET.get("all") == "1"
    page = page_of(request, queries.staff_list(every))
    context = {
        "page": page,
        "rows": [(row, state_words(row), _is_late(row)) for row in page],
        "every": every,
        "may_draft": may(request.user, "consultation.draft").allowed,
    }
    return render(request, "desk/consultations.html", context)


@staff("GET", "HEAD", "POST")
def consultation_new(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "page.view")
    return _write_consultation(request, None)


@staff("GET", "HEAD", "POST")
def consultation_edit(request: StaffRequest, pk: int) -> HttpResponse:
    return _write_consultation(request, _consultation(request.user, pk))


def _write_consultation(request: StaffRequest, row: Consultation | None) -> HttpResponse:
    if why := may(request.user, "consultation.draft", row).why:
        messages.error(request, why)
        return redirect("desk:consultations")
    form = ConsultationForm(request.POST if request.method == "POST" else None, row=row, user=request.user)
    return perform(
        request,
        lambda: save_consultation(row, **form.told(), actor=request.user),
        done=_t("已保存。看过以后送另一人审核。"),
        to=lambda saved: reverse("desk:consultation", args=[saved.pk]),
        form=form,
        again=lambda status: render(
            request, "desk/consultation_edit.html", {"shown": row, "form": form}, status=status
        ),
    )


def _consultation(user: User, pk: int) -> Consultation:
    or_404(user, "page.view")
    return get_object_or_404(Consultation.objects.select_related("department"), pk=pk)


@staff()
def consultation(request: StaffRequest, pk: int) -> HttpResponse:
    return _show_consultation(request, _consultation(request.user, pk))


@staff("POST")
def sort(request: StaffRequest, pk: int) -> HttpResponse:
    """Put the ticked opinions into a group; whoever chooses an old one changes its words only by writing new ones."""
    found = _consultation(request.user, pk)
    form = GroupForm(request.POST, row=found)
    return perform(
        request,
        lambda: _save_group(request, found, form.cleaned_data),
        done=_t("已归类。"),
        to=reverse("desk:consultation", args=[found.pk]),
        form=form,
        again=lambda status: _show_consultation(request, found, group_form=form, status=status),
    )


def _save_group(request: StaffRequest, found: Consultation, data: dict[str, Any]) -> None:
    group = found.groups.filter(pk=data["group"]).first() if data["group"] else None
    save_group(
        found,
        group,
        summary=data["summary"] or (group.summary if group else ""),
        decision=data["decision"] or (group.decision if group else ""),
        reason=data["reason"] or (group.reason if group else ""),
        opinions=[number for one in request.POST.getlist("opinion") if (number := number_of(one))],
        actor=request.user,
    )


@staff("POST")
def consultation_do(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    found = _consultation(request.user, pk)
    page = reverse("desk:consultation", args=[found.pk])
    return perform_verb(
        request, CONSULTATION_VERBS, verb, found, to=page, again=partial(_show_consultation, request, found)
    )


def _show_consultation(
    request: StaffRequest,
    found: Consultation,
    bound: dict[str, VerbForm] | None = None,
    group_form: GroupForm | None = None,
    status: int = 200,
) -> HttpResponse:
    user = request.user
    may_sort = may(user, "consultation.sort", found).allowed and found.state in queries.RUNNING
    reads = may(user, "consultation.sort", found).allowed or may(user, "consultation.decide").allowed
    context = {
        "shown": found,
        "state": state_words(found),
        "late": _is_late(found),
        "groups": [(group, DECISIONS[group.decision]) for group in queries.groups(found)],
        "unsorted": list(queries.unsorted(found)[:SHOWN]) if reads else [],
        "left": queries.unsorted(found).count(),
        "opinions": found.opinions.count(),
        "survey": queries.survey(found),
        "group_form": (group_form or GroupForm(row=found)) if may_sort else None,
        "may_edit": may(user, "consultation.draft", found).allowed
        and found.state in (Consultation.DRAFT, Consultation.PROPOSED),
        "bar": build(
            _consultation_states(user, found),
            CONSULTATION_VERBS,
            found,
            user,
            base=f"{reverse('desk:consultation', args=[found.pk])}do/",
            bound=bound,
            forward=("decide", "decide_result", "propose_result", "propose"),
        ),
    }
    return render(request, "desk/consultation.html", context, status=status)


def _consultation_states(user: User, found: Consultation) -> list[State]:
    drafts, decides = may(user, "consultation.draft", found).why, may(user, "consultation.decide").why
    rows: list[tuple[str, Any, str]] = []
    if found.state == Consultation.DRAFT:
        rows.append(("propose", _("送另一人审核"), drafts))
    if found.state == Consultation.PROPOSED:
        own = _t("起草人不能审自己的文稿，请另一人审核。") if found.drafter_user == user.pk else ""
        rows.append(("decide", _("审核"), decides or own))
    if found.state in (Consultation.DRAFT, Consultation.PROPOSED):
        rows.append(("drop", _("不办了"), drafts))
    if found.state == Consultation.OPEN:
        rows.append(("propose_result", _("送审结果"), may(user, "consultation.sort", found).why or _not_yet(found)))
    if found.state == Consultation.RESULT:
        own = _t("整理结果的人不能自己同意公布，请另一人审核。") if found.result_user == user.pk else ""
        rows.append(("decide_result", _("审核结果"), decides or own))
    return offered(rows)


def _not_yet(found: Consultation) -> str:
    if found.closes_at > clock.now():
        return _t("征集还没有截止，不能公布结果。")
    left = queries.unsorted(found).count()
    return _t("还有 %(n)d 条意见没有归类：每一条都要有采纳或不采纳的理由。") % {"n": left} if left else ""


DAYS = 30
WAYS = {
    "portal": _("网上留言"),
    "paste": _("人工登记"),
    "import": _("导入"),
    "history": _("历史资料"),
    "source": _("自动采集"),
    "demo": _("演示"),
}


@staff()
def channels(request: StaffRequest) -> HttpResponse:
    """Each channel with its counts, when something last came, and whether it reaches the ledger (C4.1)."""
    or_404(request.user, "channels.view")
    rows = inlet_flows(clock.now() - dt.timedelta(days=DAYS))
    for row in rows:
        row.told = [(WAYS.get(way, way), n) for way, n in row.ways.most_common()]  # type: ignore[attr-defined]
    lately = sum(row.lately for row in rows)
    context = {
        "rows": rows,
        "days": DAYS,
        "lately": lately,
        "in_ledger": sum(min(row.in_ledger, row.lately) for row in rows),
        "bad": sum(row.is_bad for row in rows),
        "registered": sum(row.inlet is not None for row in rows),
    }
    return render(request, "desk/channels.html", context)


@staff()
def latest(request: StaffRequest) -> HttpResponse:
    """The last month that is whole."""
    or_404(request.user, "digest.view")
    return redirect("desk:digest_of", last_month(clock.now()).words)


@staff()
def digest_of(request: StaffRequest, month: str) -> HttpResponse:
    or_404(request.user, "digest.view")
    if not re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])", month):
        raise Http404
    wanted = period(month)
    today = clock.now().astimezone(regulation_now().zone).date()
    if wanted.first > today:
        raise Http404
    context = {
        "found": digest(wanted),
        "month": wanted.first,
        "is_whole": wanted.after <= today,
        "issued_at": issued_at(month),
        "before": _month(wanted, -1),
        "after": _month(wanted, 1) if wanted.after <= today else "",
        "sees_events": may(request.user, "event.view").allowed,
    }
    return render(request, "desk/digest.html", context)


def _month(wanted: Period, step: int) -> str:
    day = wanted.after if step > 0 else wanted.first - dt.timedelta(days=1)
    return f"{day:%Y-%m}"
