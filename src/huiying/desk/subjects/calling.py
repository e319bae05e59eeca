"""Calls, the acts that a level asks for, splitting and un-merging of a case: forms, verbs, sentences of the
timeline, and the part of the case's page (`desk/parts/case_calling.html`).
"""

from __future__ import annotations

from collections import Counter
from typing import Any, cast

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _t, gettext_lazy as _

from huiying.desk.bar import Cleaned, NothingForm, Verb
from huiying.desk.fields import long_text
from huiying.desk.forms import ReasonForm, VerbForm
from huiying.desk.language import lang
from huiying.handling.actions import work
from huiying.handling.actions.relating import posts_to_split, split_case, unmerge_cases
from huiying.handling.actions.work import may_acknowledge
from huiying.handling.calling import open_calls
from huiying.handling.models import Case, CaseAct
from huiying.handling.process import LIVE
from huiying.handling.required import DONE, LATE, NOT_ASKED, required_acts
from huiying.people.errors import Refused
from huiying.people.models import User

SHOWN = 60


class ActForm(VerbForm):
    kind = forms.ChoiceField(label=_("办了什么"), widget=forms.RadioSelect)
    note = forms.CharField(label=_("看到什么、结果如何"), widget=long_text(), max_length=4000)

    def prepare(self) -> None:
        """The review comes after the end, everything else before it."""
        words = {
            CaseAct.RESCAN: self.regulation.name_of("act", "rescan", lang()),
            CaseAct.SPECIAL_REPORT: self.regulation.name_of("act", "special_report", lang()),
            CaseAct.REVIEW: self.regulation.name_of("act", "review", lang()),
        }
        over = self.subject.state not in LIVE
        self.choose("kind").choices = [(kind, said) for kind, said in words.items() if (kind == CaseAct.REVIEW) == over]
        self.fields["kind"].initial = CaseAct.REVIEW if over else CaseAct.RESCAN


class SplitForm(VerbForm):
    posts = forms.TypedMultipleChoiceField(label=_("哪些来文另立一件"), coerce=int, widget=forms.CheckboxSelectMultiple)
    title = forms.CharField(label=_("新件的标题"), max_length=200, widget=forms.TextInput(attrs={"lang": "zh-Hans"}))
    reason = forms.CharField(
        label=_("为什么是两件事"),
        widget=long_text(),
        max_length=2000,
        help_text=_("新件的首次获知时间和时限与原件相同，不会推后；由统筹部门先接着，再转办。"),
    )

    def prepare(self) -> None:
        found = posts_to_split(self.subject)
        choices = [(post.pk, f"{post.platform} {_short(post.title or post.text)}") for post in found]
        cast("forms.MultipleChoiceField", self.fields["posts"]).choices = choices


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"


class UnmergeForm(ReasonForm):
    def prepare(self) -> None:
        self.fields["reason"].label = _("为什么不是一件事")
        self.fields["reason"].help_text = _("此件回到并案之前的状态，原来的时限照旧；另一件已提前的时限不变。")


def _acknowledge(case: Case, _told: Cleaned, user: User) -> Any:
    """Every open call of the case that this person may answer: one press for all of them."""
    mine = [call for call in open_calls(case) if work.may_acknowledge(call, user)]
    if not mine:
        raise Refused(_t("现在没有等您知悉的催办。"))
    return [work.acknowledge_call(call, user) for call in mine]


VERBS: dict[str, Verb] = {
    "acknowledge_call": Verb(NothingForm, _acknowledge, _("已知悉，不再催这一次。")),
    "note_act": Verb(
        ActForm,
        lambda case, data, user: work.note_act(case, data["kind"], data["note"], user),
        _("已记录。"),
    ),
    "split": Verb(
        SplitForm,
        lambda case, data, user: split_case(case, data["posts"], data["title"], data["reason"], user),
        lambda made: _t("已拆出新件 %(number)s，由统筹部门转办。") % {"number": made.number},
    ),
    "unmerge": Verb(
        UnmergeForm,
        lambda case, data, user: unmerge_cases(case, data["reason"], user),
        _("已撤销并案，此件照原来的时限继续办理。"),
    ),
}


SENTENCES: dict[str, Any] = {
    "clock.set": _("提醒时限有变动"),
    "clock.silent": _("“%(act)s”时限过半，尚无公开动作"),
    "call.made": _("为“%(act)s”呼叫%(names)s"),
    "call.acknowledged": _("%(name)s已知悉“%(act)s”"),
    "case.unmerged": _("撤销并案：%(reason)s"),
    "case.split": _("拆出新件 %(into)s：%(reason)s"),
    "case.split_from": _("自 %(from)s 拆分而来"),
    "case.level_affirmed": _("确认级别为%(name)s"),
    "case.act_noted": _("已办“%(act)s”：%(note)s"),
}
WORDS: dict[str, Any] = {}


def section(case: Case, user: User) -> dict[str, Any]:
    """Six queries, whatever their number."""
    asked = required_acts(case) if case.state in LIVE or case.state == "closed" else []
    calls = list(open_calls(case))
    near = Case.objects.filter(
        Q(merged_into=case) | Q(split_from=case) | Q(pk__in=[case.merged_into_id or 0, case.split_from_id or 0])
    )
    others = list(near.only("pk", "number", "title", "merged_into_id", "split_from_id"))
    asked = [row for row in asked if row.state != NOT_ASKED]
    common = Counter(row.basis for row in asked).most_common(1)
    return {
        "calling_required": asked,
        "calling_done": sum(row.state == DONE for row in asked),
        "calling_late": [row for row in asked if row.state == LATE],
        "calling_basis": common[0][0] if common and common[0][1] > 1 else "",
        "calling_calls": [(call, may_acknowledge(call, user)) for call in calls],
        "calling_into": next((one for one in others if one.pk == case.merged_into_id), None),
        "calling_from": next((one for one in others if one.pk == case.split_from_id), None),
        "calling_merged": [one for one in others if one.merged_into_id == case.pk],
        "calling_split": [one for one in others if one.split_from_id == case.pk],
    }
