"""任务: mine and my department's, the page of one, and the files of a case."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _t

from huiying.desk.dispatch import perform
from huiying.desk.downloads import download
from huiying.desk.forms_work import TASK_WORDS, DoneForm, DropForm
from huiying.desk.gate import StaffRequest, staff
from huiying.desk.views.events import page_of
from huiying.handling.access import get_case
from huiying.handling.actions.room import content_of
from huiying.handling.actions.tasks import drop_task, finish_task
from huiying.handling.models import Attachment, Case, Task
from huiying.handling.worklist import late_tasks, own_tasks, tasks_for
from huiying.kernel import clock, store
from huiying.people.models import User
from huiying.people.permissions import may

FORMS: dict[str, type[forms.Form]] = {"done": DoneForm, "drop": DropForm}
PERMISSIONS = {"done": "task.finish", "drop": "task.drop"}


@staff()
def tasks(request: StaffRequest) -> HttpResponse:
    """What waits for this person; `?whose=all` what they may finish for others too; `?late=1` what is late."""
    whose, late = request.GET.get("whose", ""), bool(request.GET.get("late"))
    found = tasks_for(request.user) if whose == "all" else own_tasks(request.user)
    if late:
        found = found.filter(pk__in=late_tasks().values("pk"))
    page = page_of(request, found)
    context = {"page": page, "rows": shown(list(page)), "whose": whose, "late": late, "filtered": bool(whose or late)}
    return render(request, "desk/tasks.html", context)


def shown(rows: list[Task]) -> list[Task]:
    """The tasks with the word for their kind and whether they are late, for a template."""
    now = clock.now()
    for row in rows:
        row.word = TASK_WORDS[row.kind]  # type: ignore[attr-defined]
        row.over = row.done_at is not None or row.dropped_at is not None  # type: ignore[attr-defined]
        row.late = (row.done_at or now) > row.due_at and row.dropped_at is None  # type: ignore[attr-defined]
    return rows


def _get(user: User, pk: int) -> tuple[Task, Case | None]:
    """The task, and its case where the person may see that too. A stranger to both gets 404."""
    row = get_object_or_404(Task.objects.select_related("case__event", "department", "owner"), pk=pk)
    try:
        return row, get_case(user, row.case.number)
    except Http404:
        if row.case.event.reserved and row.owner_id != user.pk:
            raise
        if not may(user, "task.finish", row):
            raise
    return row, None


@staff()
def task(request: StaffRequest, pk: int) -> HttpResponse:
    row, case = _get(request.user, pk)
    return _show(request, row, case)


def _offered(request: StaffRequest, row: Task, bound: dict[str, forms.Form]) -> dict[str, forms.Form]:
    open_ = row.done_at is None and row.dropped_at is None
    return {
        name: bound.get(name) or form(label_suffix="", auto_id=f"{name}-%s")
        for name, form in FORMS.items()
        if open_ and may(request.user, PERMISSIONS[name], row)
    }


def _show(
    request: StaffRequest, row: Task, case: Case | None, bound: dict[str, forms.Form] | None = None
) -> HttpResponse:
    offered = _offered(request, row, bound or {})
    context = {"task": shown([row])[0], "case": case, "done": offered.get("done"), "drop": offered.get("drop")}
    return render(request, "desk/task.html", context)


@staff("POST")
def task_do(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    row, case = _get(request.user, pk)
    if verb not in FORMS:
        raise Http404
    form = FORMS[verb](request.POST, label_suffix="", auto_id=f"{verb}-%s")

    def call() -> Task:
        if verb == "done":
            return finish_task(row, form.cleaned_data["note"], request.user)
        return drop_task(row, form.cleaned_data["reason"], request.user)

    def again(status: int) -> HttpResponse:
        if verb not in _offered(request, row, {}):  # nowhere to show it on the page
            for sentence in form.non_field_errors():
                messages.error(request, str(sentence))
        response = _show(request, row, case, {verb: form})
        response.status_code = status
        return response

    done = _t("任务已办结。") if verb == "done" else _t("已记为不再需要。")
    return perform(request, call, done=done, to=reverse("desk:task", args=[row.pk]), form=form, again=again)


@staff()
def attachment(request: StaffRequest, pk: int) -> HttpResponseBase:
    """A file of a case, as it was kept and always as a download: nothing from outside is ever a page of ours."""
    row = get_object_or_404(Attachment.objects.select_related("case"), pk=pk)
    get_case(request.user, row.case.number)
    kind = store.SERVED_AS.get(row.media_type, row.media_type)
    return download(content_of(row), row.name, kind)
