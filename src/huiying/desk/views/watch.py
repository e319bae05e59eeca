"""监测规则: what the desk listens for, how often each rule was right, and which have long been silent (C5.11)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _t

from huiying.desk.dispatch import perform
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.language import lang
from huiying.desk.subjects.watch import ImportForm, RemoveForm, RuleForm, TryForm
from huiying.engine.importing_rules import LOST, Read, read_frequency_words
from huiying.engine.rules import ExpressionError, RuleError, RuleSet, TermHit
from huiying.judging import watchbook
from huiying.judging.actions import watching
from huiying.judging.actions.watching import Draft
from huiying.judging.models import Event, WatchChange, WatchHit, WatchProposal
from huiying.judging.watchbook import RuleFigures, Tried
from huiying.kernel.wording import Piece, difference
from huiying.listening.models import Post
from huiying.listening.queries import as_engine_post
from huiying.listening.reserved import without_sensitive
from huiying.people.errors import Refused
from huiying.people.permissions import may

SHOWN = ("silent", "own")
VERDICTS = {"relevant": True, "irrelevant": False}
#: What of a rule a person reads, in this order.
FIELDS = ("name", "group", "expression", "sensitivity", "lead", "co_leads", "confirm_with", "priority", "note")


@dataclass(frozen=True)
class Field:
    """One field of a rule that changed, word by word."""

    name: str
    parts: list[Piece]


@dataclass(frozen=True)
class HitShown:
    """A post that a rule hit, its words marked: pieces are ("new" where the rule found a word, else "same", text)."""

    post: Post
    parts: list[Piece]
    version: str
    verdict: bool | None


@staff()
def rules(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "watch.view")
    lines = watchbook.lines()
    shown = request.GET.get("show", "")
    context = {
        "lines": [line for line in lines if _is_shown(line, shown)],
        "shown": shown if shown in SHOWN else "",
        "count": len(lines),
        "silent": sum(line.to_review for line in lines),
        "own": sum(line.is_own for line in lines),
        "since": watchbook.counted_since(),
        "proposals": list(watchbook.open_proposals()),
        "may_propose": may(request.user, "watch.propose").allowed,
    }
    return render(request, "desk/watch.html", context)


def _is_shown(line: RuleFigures, shown: str) -> bool:
    return line.to_review if shown == "silent" else line.is_own if shown == "own" else True


@staff()
def rule(request: StaffRequest, code: str) -> HttpResponse:
    or_404(request.user, "watch.view")
    line = next((one for one in watchbook.lines() if one.id == code), None)
    versions = watchbook.versions(code)
    if line is None and not versions:
        raise Http404
    context = {
        "code": code,
        "line": line,
        "versions": [(one, changed(one)) for one in versions],
        "waits": next((one.proposal for one in versions if one.proposal.state == "open"), None),
        "hits": [_shown(hit) for hit in watchbook.recent_hits(code)],
        "may_propose": may(request.user, "watch.propose").allowed,
        "may_judge": may(request.user, "watch.judge").allowed,
    }
    return render(request, "desk/watch_rule.html", context)


def changed(change: WatchChange) -> list[Field]:
    """The fields in which a change differs from what was, word by word."""
    return [
        Field(name, difference(before, after))
        for name in FIELDS
        if (before := _plain(change.was, name)) != (after := _plain(change.body, name))
    ]


def _plain(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name, "")
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)


def _shown(hit: WatchHit) -> HitShown:
    verdict = getattr(hit.post, "watch_verdict", None)
    text = as_engine_post(hit.post).full_text
    spans = [(start, end) for _clause, start, end in hit.places]
    return HitShown(hit.post, pieces(text, spans), hit.version, None if verdict is None else verdict.relevant)


def pieces(text: str, spans: Iterable[tuple[int, int]]) -> list[Piece]:
    """`text` cut so that what the spans cover stands in pieces of its own ("new"); spans may overlap."""
    found: list[Piece] = []
    done = 0
    for start, end in sorted(spans):
        if end <= done:
            continue
        start = max(start, done)
        found += [("same", text[done:start]), ("new", text[start:end])]
        done = end
    return [piece for piece in [*found, ("same", text[done:])] if piece[1]]


@staff("POST")
def reviewed(request: StaffRequest, code: str) -> HttpResponse:
    or_404(request.user, "watch.view")
    note, page = request.POST.get("note", ""), reverse("desk:watch_rule", args=[code])
    done = _t("已记录复核，九十天后再提醒。")
    return perform(request, lambda: watching.review_silent(code, note, request.user), done=done, to=page)


@staff("POST")
def verdict(request: StaffRequest, pk: int, verdict: str) -> HttpResponse:
    """「相关」 or 「不相关」 of a post that rules hit; back to the rule or the event from which it was said."""
    or_404(request.user, "watch.judge")
    post = get_object_or_404(without_sensitive(Post.objects.filter(life_safety=False)), pk=pk)
    if verdict not in VERDICTS:
        raise Http404
    return perform(
        request,
        lambda: watching.judge_hit(post, VERDICTS[verdict], request.user),
        done=_t("已记下，会算进规则的准确程度；来文仍在原处。"),
        to=_whence(request, post),
    )


def _whence(request: StaffRequest, post: Post) -> str:
    if event := Event.objects.filter(number=request.POST.get("event", ""), members__post=post).first():
        return reverse("desk:event", args=[event.number])
    code = request.POST.get("rule", "")
    return reverse("desk:watch_rule", args=[code]) if code in watchbook.rows_now() else reverse("desk:watch")


# Changing a watch rule: one person writes it down, another sees what it would change and agrees (C5.11, C5.16).

METHODS = ("GET", "HEAD", "POST")
SHOWN_CHANGES = 50


@staff(*METHODS)
def new(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "watch.propose")
    return _written(request, "", {})


@staff(*METHODS)
def change(request: StaffRequest, code: str) -> HttpResponse:
    or_404(request.user, "watch.propose")
    row = watchbook.rows_now().get(code)
    if row is None:
        raise Http404
    return _written(request, code, watchbook.body_of(row))


def _written(request: StaffRequest, code: str, was: Mapping[str, Any]) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = RuleForm(data, initial=was, departments=watchbook.rules_now().departments, is_new=not code)

    def draft() -> Draft:
        return Draft(code or form.cleaned_data["rule"], "change" if code else "add", {**was, **form.body})

    return _propose(request, form, draft, {"form": form, "code": code})


@staff(*METHODS)
def remove(request: StaffRequest, code: str) -> HttpResponse:
    or_404(request.user, "watch.propose")
    row = watchbook.rows_now().get(code)
    if row is None:
        raise Http404
    form = RemoveForm(request.POST if request.method == "POST" else None)
    return _propose(request, form, lambda: Draft(code, "remove"), {"form": form, "code": code, "removes": row})


def _propose(
    request: StaffRequest, form: RuleForm | RemoveForm, draft: Callable[[], Draft], context: dict[str, Any]
) -> HttpResponse:
    return perform(
        request,
        lambda: watching.propose([draft()], form.cleaned_data["reason"], request.user),
        done=_t("已提议，等另一人同意后生效。"),
        to=lambda made: reverse("desk:watch_proposal", args=[made.pk]),
        form=form,
        again=lambda status: render(request, "desk/watch_change.html", context, status=status),
    )


@staff()
def proposal(request: StaffRequest, pk: int) -> HttpResponse:
    or_404(request.user, "watch.view")
    found = get_object_or_404(WatchProposal, pk=pk)
    changes = list(found.changes.all())
    is_open = found.state == WatchProposal.OPEN
    is_own = found.proposed_user == request.user.pk
    context = {
        "proposal": found,
        "changes": [(one, changed(one)) for one in changes[:SHOWN_CHANGES]],
        "more": max(len(changes) - SHOWN_CHANGES, 0),
        "difference": watchbook.change_of(found) if is_open else None,
        "is_own": is_own,
        "may_agree": is_open and not is_own and may(request.user, "watch.agree").allowed,
        "may_withdraw": is_open and is_own,
    }
    return render(request, "desk/watch_proposal.html", context)


@staff("POST")
def decide(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    or_404(request.user, "watch.propose" if verb == "withdraw" else "watch.agree")
    found = get_object_or_404(WatchProposal, pk=pk)
    user, page, note = request.user, reverse("desk:watch_proposal", args=[pk]), request.POST.get("note", "")
    if verb == "agree":
        done = _t("已同意，规则现在就照新的听。")
        return perform(request, lambda: watching.agree(found, user), done=done, to=page)
    if verb == "refuse":
        done = _t("已记录不同意，规则不变。")
        return perform(request, lambda: watching.refuse(found, note, user), done=done, to=page)
    if verb == "withdraw":
        return perform(request, lambda: watching.withdraw(found, user), done=_t("已撤回，规则不变。"), to=page)
    raise Http404


# Trying rules on texts, and bringing in another tool's list of words: nothing is stored before it is proposed.

METHODS_WATCH_TRYING = ("GET", "HEAD", "POST")
SHOWN_RULES = 100


@dataclass(frozen=True)
class Shown:
    """A tried text with what the rules found in it marked."""

    tried: Tried
    parts: list[Piece]


@staff(*METHODS_WATCH_TRYING)
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
    found = watchbook.try_texts(form.lines, rules, code)
    context |= {"found": [Shown(one, pieces(one.text, _spans(one))) for one in found], "code": code}
    context["hit"] = sum(bool(one.hits) for one in found)
    if code and expression:
        context["difference"] = watchbook.what_would_change([code], rules)
    return render(request, "desk/watch_try.html", context)


def _asked(form: TryForm, code: str, expression: str, rows: dict[str, dict[str, Any]]) -> RuleSet:
    """The rules in force, or with the chosen one read as the form says."""
    if not code or not expression:
        return watchbook.rules_now()
    return watchbook.rules_with(code, {**watchbook.body_of(rows[code]), "expression": expression})


def _spans(tried: Tried) -> Iterator[tuple[int, int]]:
    terms: list[TermHit] = [term for hit in tried.hits for term in hit.terms]
    if tried.explained is not None:
        terms = [term for clause in tried.explained.clauses for term in clause.terms]
    return ((term.start, term.end) for term in terms)


@staff(*METHODS_WATCH_TRYING)
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
        made = watching.propose(_drafts(form, read), form.cleaned_data["reason"], request.user, origin=ORIGIN)
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
