"""意见征集 （四）C4.2: drafted, opened by a second person, sorted, and never without a published result."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.desk.bar import build
from huiying.desk.dispatch import perform, perform_verb
from huiying.desk.forms import VerbForm
from huiying.desk.forms_dialogue import ConsultationForm, GroupForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.offers import State, offered
from huiying.desk.verbs.dialogue import CONSULTATION_VERBS
from huiying.desk.views.events import page_of
from huiying.foreseeing import queries
from huiying.foreseeing.actions import save_consultation, save_group
from huiying.foreseeing.models import Consultation, OpinionGroup
from huiying.kernel import clock
from huiying.kernel.keepable import number_of
from huiying.people.models import User
from huiying.people.permissions import may

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
def new(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "page.view")
    return _write(request, None)


@staff("GET", "HEAD", "POST")
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    return _write(request, _get(request.user, pk))


def _write(request: StaffRequest, row: Consultation | None) -> HttpResponse:
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


def _get(user: User, pk: int) -> Consultation:
    or_404(user, "page.view")
    return get_object_or_404(Consultation.objects.select_related("department"), pk=pk)


@staff()
def consultation(request: StaffRequest, pk: int) -> HttpResponse:
    return _show(request, _get(request.user, pk))


@staff("POST")
def sort(request: StaffRequest, pk: int) -> HttpResponse:
    """Put the ticked opinions into a group; whoever chooses an old one changes its words only by writing new ones."""
    found = _get(request.user, pk)
    form = GroupForm(request.POST, row=found)
    return perform(
        request,
        lambda: _save_group(request, found, form.cleaned_data),
        done=_t("已归类。"),
        to=reverse("desk:consultation", args=[found.pk]),
        form=form,
        again=lambda status: _show(request, found, group_form=form, status=status),
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
def do(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    found = _get(request.user, pk)
    page = reverse("desk:consultation", args=[found.pk])
    return perform_verb(request, CONSULTATION_VERBS, verb, found, to=page, again=partial(_show, request, found))


def _show(
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
            _states(user, found),
            CONSULTATION_VERBS,
            found,
            user,
            base=f"{reverse('desk:consultation', args=[found.pk])}do/",
            bound=bound,
            forward=("decide", "decide_result", "propose_result", "propose"),
        ),
    }
    return render(request, "desk/consultation.html", context, status=status)


def _states(user: User, found: Consultation) -> list[State]:
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
