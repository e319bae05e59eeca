"""起草 and 模板 （八）（九）: the facts that are the same everywhere, one text a place, and what answers begin with.

What helps to write is put in by a press; without scripts the press is a request that saves nothing and gives the form
back with the text in it.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _t

from huiying.desk.dispatch import perform
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.subjects.draft_form import PREFIX, DraftForm, initial
from huiying.desk.subjects.drafting import TemplateForm
from huiying.handling.access import get_case
from huiying.handling.actions.work import current_facts
from huiying.handling.models import Case, FactSheet
from huiying.kernel.keepable import number_of
from huiying.people.errors import Refused
from huiying.people.permissions import may
from huiying.people.queries import standing
from huiying.responding import actions, queries, templates as answer_templates, templates as answers, tone
from huiying.responding.actions import writing_aids
from huiying.responding.actions.confirming import named_in
from huiying.responding.actions.writing_aids import ask_machine, retire_template, save_template
from huiying.responding.models import AnswerTemplate, Revision
from huiying.responding.queries import Piece, difference
from huiying.responding.readiness import open_blanks, why_not_submit
from huiying.responding.targets import target_names
from huiying.responding.templates import suggestions
from huiying.responding.tone import look_at

TEMPLATES_SHOWN = 5
FACTS = "facts"

STAGES = (
    Revision.FIRST,
    Revision.FOLLOW_UP,
    Revision.FINAL,
    Revision.CORRECTION,
    Revision.WITHDRAWAL,
    Revision.HOLDING,
)


@staff("GET", "HEAD", "POST")
def draft(request: StaffRequest, number: str) -> HttpResponse:
    case = get_case(request.user, number)
    or_404(request.user, "case.draft", case)
    revision = queries.current_revision(case)
    if revision is not None:
        revision.case = case  # known already: not fetched again
    sheet = current_facts(case)
    form = DraftForm(request.POST or None, case=case, revision=revision, initial=initial(revision, case, sheet))
    status = 200
    changed: list[Piece] = difference(revision.facts, sheet.text) if _is_old(revision, sheet) else []  # type: ignore[union-attr]
    if request.method == "POST" and ("insert" in request.POST or "propose" in request.POST):
        form = _with_more(request, case, form, revision)
    elif request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                saved = actions.save_revision(case, **form.told(), actor=request.user)
            except Refused as refused:
                if refused.code == "stale_facts" and (sheet := current_facts(case)) is not None:
                    changed = difference(form.cleaned_data["facts"], sheet.text)
                    form = _with_new_facts(form, sheet, revision)
                form.add_error(None, refused.sentence)
                status = 409
            else:
                messages.success(request, _saved_words(saved, revision))
                return redirect("desk:draft", number)
    context = {**_context(request, case, form, revision, sheet), "sheet": sheet, "facts_changed": changed}
    return render(request, "desk/draft.html", context, status=status)


def _is_old(revision: Revision | None, sheet: FactSheet | None) -> bool:
    return revision is not None and sheet is not None and revision.fact_sheet != sheet.version


def _with_new_facts(form: DraftForm, sheet: FactSheet, revision: Revision | None) -> DraftForm:
    """The form as it was filled in, with the newest facts; what was typed there is shown beside it, word by word."""
    data = form.data.copy()  # type: ignore[attr-defined]
    data["facts"], data["quotes"] = sheet.text, str(sheet.version)
    made = DraftForm(data, case=form.case, revision=revision)
    made.is_valid()
    return made


# --- what helps to write ----------------------------------------------------------------------------------------------


def _with_more(request: StaffRequest, case: Case, form: DraftForm, revision: Revision | None) -> DraftForm:
    """The form as it stood, with a template, a sentence or a proposal put in. Nothing is saved."""
    told = {name: field.widget.value_from_datadict(form.data, form.files, name) for name, field in form.fields.items()}
    into = str(request.POST.get("into", "portal"))
    if into != FACTS and into not in form.codes:
        into = "portal"
    what, _colon, which = str(request.POST.get("insert", "")).partition(":")
    text = ""
    if "propose" in request.POST:
        stage = str(told.get("stage"))
        try:
            ask_machine(
                case,
                into if into != FACTS else "portal",
                request.user,
                stage if stage in STAGES else "",
            )
        except Refused as refused:
            messages.error(request, refused.sentence)
        else:
            messages.success(request, _t("本地模型的建议稿在右边。它未经人改动不能送审。"))
    elif what == "template" and (found := answer_templates.template(form.regulation, which)) is not None:
        text = answer_templates.fill(found.text, case)
        told["template"] = found.code
    elif what == "sentence" and which.isdecimal():
        text = "".join(one.text for one in suggestions(case)[number_of(which) : number_of(which) + 1])
    elif what == "machine" and which.isdecimal():
        row = case.machine_drafts.filter(pk=number_of(which)).first()
        text = row.text if row else ""
        told["machine"] = row.pk if row else None
    name = FACTS if into == FACTS else f"{PREFIX}{into}"
    before = str(told.get(name) or "").rstrip()
    if text:
        told[name] = f"{before}\n{text}" if before else text
    return DraftForm(case=case, revision=revision, initial=told)


def _help(case: Case, form: DraftForm, revision: Revision | None, sheet: FactSheet | None) -> dict[str, Any]:
    """Templates a place, sentences, proposals: everything that can be put in."""
    picker = answer_templates.Picker(case, form.places)
    known = answer_templates.CaseValues(case, revision=revision, sheet=sheet, mentioned=form.mentioned)
    model = writing_aids.configured()
    asked = str(form["stage"].value())
    stage = asked if asked in STAGES else Revision.FIRST
    names = _names(form)
    offered = []
    for code in form.codes:
        found = picker.pick(stage, code)[:TEMPLATES_SHOWN]
        rows = [(one, answer_templates.fill(one.template.text, case, known)) for one in found]
        offered.append((code, names[code], rows))
    return {
        "offered": offered,
        "places": [(FACTS, _t("事实")), *names.items()],
        "into": "portal" if "portal" in names else FACTS,
        "sentences": suggestions(case, known),
        "endpoint": model,
        "proposals": list(case.machine_drafts.order_by("-id")[:3]) if model else [],
    }


def _names(form: DraftForm) -> dict[str, str]:
    return {code: place.name for code, place in form.places.items()}


def _said(form: DraftForm) -> dict[str, str]:
    """The texts as the form shows them now, saved or not."""
    return {code: str(form[f"{PREFIX}{code}"].value() or "") for code in form.codes}


def _advice(case: Case, form: DraftForm, revision: Revision | None) -> dict[str, Any]:
    """Hints, how it reads, and the blanks that stand open: about what the form shows."""
    texts = {code: text for code, text in _said(form).items() if text.strip()}
    names = _names(form)
    hints = [
        (names[code], tone.look_at(text, code, short=tone.is_short(code, form.places)), tone.reading(text))
        for code, text in texts.items()
    ]
    rest = [str(form[name].value() or "") for name in ("title", "question", "facts", "basis")]
    return {
        "hints": hints,
        "form_hints": tone.form(case, revision) if revision else [],
        "blanks": open_blanks("\n".join([*rest, *texts.values()])),
        "detected": named_in("\n".join([*rest[:3], *texts.values()])),
    }


# --- the page ---------------------------------------------------------------------------------------------------------


def _saved_words(saved: Revision, before: Revision | None) -> str:
    if before is not None and saved.pk == before.pk:
        return _t("没有改动，仍是第 %(number)s 稿。") % {"number": saved.number}
    return _t("已存为第 %(number)s 稿。") % {"number": saved.number}


def _context(
    request: StaffRequest, case: Case, form: DraftForm, revision: Revision | None, sheet: FactSheet | None
) -> dict[str, Any]:
    submitted = queries.reviewed_before(revision) if revision else None
    missing = why_not_submit(case, revision) if revision and case.state in ("handling", "answered") else []
    return {
        "case": case,
        "form": form,
        "revision": revision,
        "submitted": submitted,
        "changes": changes(submitted, revision) if submitted and revision else [],
        "missing": missing,
        "may_submit": revision is not None
        and case.state in ("handling", "answered")
        and not missing
        and may(request.user, "case.submit", case).allowed,
        "confirmations": queries.confirmations_of(revision).items() if revision else [],
        "personal": queries.personal_data_in(revision) if revision else [],
        "in_review": case.state in ("reviewing", "approved"),
        **_help(case, form, revision, sheet),
        **_advice(case, form, revision),
    }


def changes(old: Revision, new: Revision) -> list[tuple[str, list[tuple[str, str]]]]:
    """Field by field what was changed, in words; only fields that differ."""
    pairs = [
        (_t("标题"), old.title, new.title),
        (_t("群众关心什么"), old.question, new.question),
        (_t("事实"), old.facts, new.facts),
        (_t("依据"), old.basis, new.basis),
        (_t("更正说明"), old.correction_note, new.correction_note),
        (_t("谁来说"), old.department, new.department),
        (_t("哪一部分不公开"), old.openness_left_out, new.openness_left_out),
        (_t("涉及的其他机关"), "、".join(old.bodies), "、".join(new.bodies)),
    ]
    for code, name in target_names({**old.renditions, **new.renditions}).items():
        pairs.append((name, old.renditions.get(code, ""), new.renditions.get(code, "")))
    return [(label, difference(before, after)) for label, before, after in pairs if before != after]


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
