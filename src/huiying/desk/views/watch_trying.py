"""Trying rules on texts, and bringing in another tool's list of words: nothing is stored before it is proposed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _t

from huiying.desk.forms_watch import ImportForm, TryForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.language import lang
from huiying.desk.views.watch import pieces
from huiying.engine.importing_rules import LOST, Read, read_frequency_words
from huiying.engine.rules import ExpressionError, RuleError, RuleSet, TermHit
from huiying.judging import watch_queries, watchbook
from huiying.judging.actions import watch_changes
from huiying.judging.actions.watch_changes import Draft
from huiying.judging.watch_queries import Tried
from huiying.kernel.wording import Piece
from huiying.people.errors import Refused

METHODS = ("GET", "HEAD", "POST")
SHOWN_RULES = 100


@dataclass(frozen=True)
class Shown:
    """A tried text with what the rules found in it marked."""

    tried: Tried
    parts: list[Piece]


@staff(*METHODS)
def trying(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "watch.view")
    rows = watchbook.rows_now()
    names = {code: f"{code} {row.get('name', '')}" for code, row in rows.items()}
    if request.method != "POST":
        form = TryForm(rules=names, initial={"rule": request.GET.get("rule", "")})
        return render(request, "desk/watch_try.html", {"form": form})
    form = TryForm(request.POST, rules=names)
    context: dict[str, Any] = {"form": form}
    if not form.is_valid():
        return render(request, "desk/watch_try.html", context, status=422)
    code, expression = form.cleaned_data["rule"], form.cleaned_data["expression"].strip()
    try:
        rules = _asked(form, code, expression, rows)
    except (RuleError, ExpressionError) as error:
        form.add_error("expression", str(error))
        return render(request, "desk/watch_try.html", context, status=422)
    found = watch_queries.try_texts(form.lines, rules, code)
    context |= {"found": [Shown(one, pieces(one.text, _spans(one))) for one in found], "code": code}
    context["hit"] = sum(bool(one.hits) for one in found)
    if code and expression:
        context["difference"] = watch_queries.what_would_change([code], rules)
    return render(request, "desk/watch_try.html", context)


def _asked(form: TryForm, code: str, expression: str, rows: dict[str, dict[str, Any]]) -> RuleSet:
    """The rules in force, or with the chosen one read as the form says."""
    if not code or not expression:
        return watchbook.rules_now()
    return watch_queries.rules_with(code, {**watchbook.body_of(rows[code]), "expression": expression})


def _spans(tried: Tried) -> Iterator[tuple[int, int]]:
    terms: list[TermHit] = [term for hit in tried.hits for term in hit.terms]
    if tried.explained is not None:
        terms = [term for clause in tried.explained.clauses for term in clause.terms]
    return ((term.start, term.end) for term in terms)


@staff(*METHODS)
def importing(request: StaffRequest) -> HttpResponse:
    """First shown what the file would become, line by line what it loses; then proposed as one change."""
    or_404(request.user, "watch.propose")
    departments = watchbook.rules_now().departments
    if request.method != "POST":
        return render(request, "desk/watch_import.html", {"form": ImportForm(departments=departments)})
    form = ImportForm(request.POST, departments=departments)
    context: dict[str, Any] = {"form": form}
    if not form.is_valid():
        return render(request, "desk/watch_import.html", context, status=422)
    read = read_frequency_words(form.cleaned_data["words"], prefix=form.cleaned_data["numbering"])
    context |= _preview(read)
    if request.POST.get("do") != "propose":
        return render(request, "desk/watch_import.html", context)
    try:
        made = watch_changes.propose(_drafts(form, read), form.cleaned_data["reason"], request.user, origin=ORIGIN)
    except Refused as refused:
        form.add_error(None, refused.sentence)
        return render(request, "desk/watch_import.html", context, status=409)
    messages.success(request, _t("已提议，等另一人同意后生效。"))
    return redirect("desk:watch_proposal", made.pk)


ORIGIN = "frequency_words"


def _preview(read: Read) -> dict[str, Any]:
    notes = [(note, note.said.en if lang() == "en" else note.said.zh) for note in read.notes]
    return {
        "read": read,
        "rules": read.rules[:SHOWN_RULES],
        "more": max(len(read.rules) - SHOWN_RULES, 0),
        "notes": notes,
        "lost": sum(note.kind == LOST for note in read.notes),
    }


def _drafts(form: ImportForm, read: Read) -> list[Draft]:
    return [Draft(one.id, "add", {**form.common, "name": one.name, "expression": one.expression}) for one in read.rules]
