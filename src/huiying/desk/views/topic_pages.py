"""热点回应、常见问题、澄清 （四）C4.4: what was asked often, the pages, each with its second person."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.desk.bar import build
from huiying.desk.dispatch import perform, perform_verb
from huiying.desk.forms import VerbForm
from huiying.desk.forms_dialogue import PageForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.offers import State, offered
from huiying.desk.verbs.dialogue import PAGE_VERBS
from huiying.desk.views.events import page_of
from huiying.people.models import Department, User
from huiying.people.permissions import may
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
def new(request: StaffRequest) -> HttpResponse:
    """`?subject=` begins with a suggestion: its events go with the page, no word of what anybody wrote."""
    or_404(request.user, "page.view")
    return _write(request, None)


@staff("GET", "HEAD", "POST")
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    return _write(request, _get(request.user, pk))


def _write(request: StaffRequest, page: TopicPage | None) -> HttpResponse:
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


def _get(user: User, pk: int) -> TopicPage:
    or_404(user, "page.view")
    return get_object_or_404(TopicPage.objects.select_related("department"), pk=pk)


@staff()
def page(request: StaffRequest, pk: int) -> HttpResponse:
    return _show(request, _get(request.user, pk))


@staff("POST")
def do(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    found = _get(request.user, pk)
    page = reverse("desk:page", args=[found.pk])
    return perform_verb(request, PAGE_VERBS, verb, found, to=page, again=partial(_show, request, found))


def _show(request: StaffRequest, found: TopicPage, bound: dict[str, VerbForm] | None = None) -> HttpResponse:
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
            _states(request.user, found, row),
            PAGE_VERBS,
            found,
            request.user,
            base=f"{reverse('desk:page', args=[found.pk])}do/",
            bound=bound,
            forward=("decide", "propose"),
        ),
    }
    return render(request, "desk/topic_page.html", context)


def _states(user: User, found: TopicPage, row: TopicText | None) -> list[State]:
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
