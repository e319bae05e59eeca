"""起草: the question in our words, the facts that are the same everywhere, one text a channel （八）（九）."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.desk.forms import long_text
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.handling.access import get_case
from huiying.handling.models import Case
from huiying.people.errors import Refused
from huiying.responding import actions, queries
from huiying.responding.channels.registry import CHANNELS
from huiying.responding.difference import difference
from huiying.responding.models import Publication, Revision

PREFIX = "rendition_"


class DraftForm(forms.Form):
    title = forms.CharField(label=_("标题"), max_length=200)
    question = forms.CharField(
        label=_("群众关心什么"),
        widget=long_text(),
        help_text=_("用我们自己的话概括。绝不照抄来信原文，不写任何人的姓名、电话、住址。"),
    )
    facts = forms.CharField(
        label=_("事实"), widget=long_text(), help_text=_("各渠道一字不差的那一段：查清了什么，怎么办，什么时候办好。")
    )
    basis = forms.CharField(label=_("依据"), widget=long_text(), help_text=_("法律法规条款，或公告文号。"))
    bodies = forms.CharField(
        label=_("涉及的其他机关"),
        required=False,
        help_text=_("用顿号隔开。文中提到的会自动加上；每一个都要先沟通确认才能发布。"),
    )
    correction_note = forms.CharField(
        label=_("更正说明（只在更正已发布内容时填写）"), required=False, max_length=500, widget=long_text()
    )

    def __init__(self, *args: Any, revision: Revision | None, published: Publication | None, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        renditions = revision.renditions if revision else {}
        for kind, channel in CHANNELS.items():
            self.fields[f"{PREFIX}{kind}"] = forms.CharField(
                label=_t("%(channel)s的文稿") % {"channel": channel.name},
                widget=long_text(tall=True),
                required=kind == "portal",
                initial=renditions.get(kind, ""),
            )
        if published is None:
            del self.fields["correction_note"]

    def renditions(self) -> dict[str, str]:
        return {kind: self.cleaned_data[f"{PREFIX}{kind}"] for kind in CHANNELS}


@staff("GET", "HEAD", "POST")
def draft(request: StaffRequest, number: str) -> HttpResponse:
    case = get_case(request.user, number)
    or_404(request.user, "case.draft", case)
    revision = queries.current_revision(case)
    if revision is not None:
        revision.case = case  # known already: not fetched again
    published = Publication.objects.filter(case=case, state=Publication.LIVE).order_by("published_at").last()
    form = DraftForm(request.POST or None, revision=revision, published=published, initial=_initial(revision, case))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                saved = _save(case, form, published, request)
            except Refused as refused:
                form.add_error(None, refused.sentence)
                status = 409
            else:
                messages.success(request, _saved_words(saved, revision))
                return redirect("desk:draft", number)
    return render(request, "desk/draft.html", _context(case, form, revision), status=status)


def _save(case: Case, form: DraftForm, published: Publication | None, request: StaffRequest) -> Revision:
    told = form.cleaned_data
    note = told.get("correction_note", "")
    return actions.save_revision(
        case,
        title=told["title"],
        question=told["question"],
        facts=told["facts"],
        renditions=form.renditions(),
        basis=told["basis"],
        bodies=[body.strip() for body in re.split("[、，,]", told["bodies"]) if body.strip()],
        corrects=published if note.strip() else None,
        correction_note=note,
        actor=request.user,
    )


def _saved_words(saved: Revision, before: Revision | None) -> str:
    if before is not None and saved.pk == before.pk:
        return _t("没有改动，仍是第 %(number)s 稿。") % {"number": saved.number}
    return _t("已存为第 %(number)s 稿。") % {"number": saved.number}


def _initial(revision: Revision | None, case: Case) -> dict[str, str]:
    """The verified facts are not typed twice: the first draft begins with the department's finding."""
    if revision is not None:
        return {
            "title": revision.title,
            "question": revision.question,
            "facts": revision.facts,
            "basis": revision.basis,
            "bodies": "、".join(revision.bodies),
        }
    finding = case.findings.last()
    return {"title": _t("关于%(title)s的回应") % {"title": case.title}, "facts": finding.facts if finding else ""}


def _context(case: Case, form: DraftForm, revision: Revision | None) -> dict[str, Any]:
    submitted = queries.reviewed_before(revision) if revision else None
    return {
        "case": case,
        "form": form,
        "revision": revision,
        "submitted": submitted,
        "changes": changes(submitted, revision) if submitted and revision else [],
        "missing": queries.why_not_submit(case, revision) if revision and case.state == "handling" else [],
        "personal": queries.personal_data_in(revision) if revision else [],
        "in_review": case.state in ("reviewing", "approved"),
    }


def changes(old: Revision, new: Revision) -> list[tuple[str, list[tuple[str, str]]]]:
    """Field by field what was changed, in words; only fields that differ."""
    pairs = [
        (_t("标题"), old.title, new.title),
        (_t("群众关心什么"), old.question, new.question),
        (_t("事实"), old.facts, new.facts),
        (_t("依据"), old.basis, new.basis),
    ]
    for kind, channel in CHANNELS.items():
        pairs.append((str(channel.name), old.renditions.get(kind, ""), new.renditions.get(kind, "")))
    return [(label, difference(before, after)) for label, before, after in pairs if before != after]
