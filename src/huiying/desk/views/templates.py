"""模板: what answers begin with; the office lays its own over the built-in ones （八）（九）."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _t

from huiying.desk.dispatch import perform
from huiying.desk.forms_drafting import TemplateForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.people.permissions import may
from huiying.people.queries import standing
from huiying.responding import templates as answers
from huiying.responding.actions.templating import retire_template, save_template
from huiying.responding.models import AnswerTemplate
from huiying.responding.plain import look_at
from huiying.responding.readiness.blanks import open_blanks

NEW = "new"


@staff()
def templates(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "board.view")
    rows = answers.all_templates(standing(request.user).regulation)
    context = {
        "rows": [(row, open_blanks(row.text)) for row in rows],
        "may_edit": may(request.user, "template.edit").allowed,
    }
    return render(request, "desk/templates.html", context)


@staff("GET", "HEAD", "POST")
def template(request: StaffRequest, code: str) -> HttpResponse:
    """One template: what it says and, for whoever may, how to change it. `new` begins another."""
    or_404(request.user, "board.view")
    may_edit = may(request.user, "template.edit").allowed
    regulation = standing(request.user).regulation
    found = answers.template(regulation, code)
    if (found is None and code != NEW) or ((request.method == "POST" or code == NEW) and not may_edit):
        raise Http404
    form = TemplateForm(request.POST or None, regulation=regulation, initial=_initial(found))

    def save() -> object:
        data = form.cleaned_data
        more = {name: data[name] for name in ("levels", "concerns", "targets", "stage")}
        return save_template(data["code"], data["title"], data["text"], request.user, **more)

    return perform(
        request,
        save,
        done=_t("模板已存，从现在起用它。"),
        to="desk:templates",
        form=form,
        again=lambda status: _page(request, code, found, form if may_edit else None, status),
    )


def _page(
    request: StaffRequest, code: str, found: answers.Template | None, form: TemplateForm | None, status: int
) -> HttpResponse:
    rows = AnswerTemplate.objects.filter(code=code).order_by("-id")
    context = {
        "found": found,
        "form": form,
        # What a template still leaves open, such as a date, the draft is asked for.
        "hints": [hint for hint in look_at(found.text) if hint.quote] if found else [],
        "past": [row for row in rows if row.until is not None],
        "ours": any(row.until is None for row in rows),
    }
    return render(request, "desk/template.html", context, status=status)


def _initial(found: answers.Template | None) -> dict[str, object]:
    if found is None:
        return {}
    names = ("code", "title", "text", "stage", "levels", "concerns")
    return {name: getattr(found, name) for name in names} | {"targets": found.channels}


@staff("POST")
def retire(request: StaffRequest, code: str) -> HttpResponse:
    or_404(request.user, "template.edit")
    return perform(
        request, lambda: retire_template(code, request.user), done=_t("本局的改动已停用。"), to="desk:templates"
    )
