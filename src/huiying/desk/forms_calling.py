"""What the verbs about calls, acts, splits and un-merging need to be told."""

from __future__ import annotations

from typing import cast

from django import forms
from django.utils.translation import gettext_lazy as _

from huiying.desk.forms import ReasonForm, VerbForm, long_text
from huiying.desk.language import lang
from huiying.handling.actions.splitting import posts_to_split
from huiying.handling.models import CaseAct
from huiying.handling.process import LIVE

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
        cast(forms.MultipleChoiceField, self.fields["posts"]).choices = choices


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"


class UnmergeForm(ReasonForm):
    def prepare(self) -> None:
        self.fields["reason"].label = _("为什么不是一件事")
        self.fields["reason"].help_text = _("此件回到并案之前的状态，原来的时限照旧；另一件已提前的时限不变。")
