"""What the verbs of the work on a case need to be told."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.desk.forms import VerbForm, long_text
from huiying.desk.moments import MomentField
from huiying.handling.actions.disposal import NOTHING_TO_RECTIFY, needs_rectification
from huiying.handling.actions.facts import current_facts
from huiying.handling.actions.feedback import COUNTER, LETTER, PHONE, untold
from huiying.handling.models import Task
from huiying.handling.process import LIVE
from huiying.kernel import clock
from huiying.people.models import Appointment, User
from huiying.people.words import department_name

TASK_WORDS = {
    Task.MATTER: _("线下事项"),
    Task.RECTIFY: _("源头整改"),
    Task.HELP: _("请求协助"),
    Task.DECISION: _("议定事项"),
}
MEANS_WORDS = {PHONE: _("电话"), COUNTER: _("当面"), LETTER: _("书信")}


class FactsForm(VerbForm):
    text = forms.CharField(
        label=_("口径（各部门、各渠道一字不差）"),
        widget=long_text(tall=True),
        help_text=_("查清了什么，怎么办，什么时候办好。"),
    )
    reason = forms.CharField(label=_("为什么改（第一版可以不写）"), required=False, max_length=300)
    based_on = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def prepare(self) -> None:
        newest = current_facts(self.subject)
        self.fields["based_on"].initial = newest.version if newest else 0
        if newest is not None:
            self.fields["text"].initial = newest.text
        elif (finding := self.subject.findings.last()) is not None:
            self.fields["text"].initial = finding.facts  # what the department found is not typed again


class OwnerField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: User) -> str:
        return f"{department_name(obj.department.name) if obj.department else ''} {obj.name}"


class TaskForm(VerbForm):
    kind = forms.ChoiceField(
        label=_("哪一类"),
        choices=[(kind, TASK_WORDS[kind]) for kind in (Task.MATTER, Task.RECTIFY, Task.HELP)],
        help_text=_("线下事项没有办完，此件不能办结；源头整改可以在办结之后继续。"),
    )
    title = forms.CharField(label=_("做什么"), max_length=300)
    owner = OwnerField(label=_("责任人"), queryset=User.objects.none(), empty_label=_("请选择"))
    due_at = MomentField(
        label=_("期限"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    deliverable = forms.CharField(label=_("交付什么（可以不写）"), required=False, max_length=300)

    def prepare(self) -> None:
        if self.subject.state not in LIVE:  # what is put right goes on after the end, a matter of the case does not
            kind = self.choose("kind")
            kind.choices, kind.help_text = [(Task.RECTIFY, TASK_WORDS[Task.RECTIFY])], ""
        in_post = Appointment.objects.current(clock.now()).values("user")
        people = User.objects.filter(pk__in=in_post, is_active=True, department__isnull=False)
        owner = self.fields["owner"]
        assert isinstance(owner, OwnerField)
        owner.queryset = people.select_related("department").order_by("department__id", "id")
        self.fields["due_at"].initial = clock.now() + dt.timedelta(days=2)


class SayForm(VerbForm):
    text = forms.CharField(
        label=_("说什么"),
        widget=long_text(),
        max_length=2000,
        help_text=_("@后面写同事的名字，就会通知到他；只有看得到此件的人能叫到。"),
    )


class AttachForm(VerbForm):
    file = forms.FileField(label=_("附件"), help_text=_("图片、PDF、纯文本、docx 或 xlsx，不超过 10 MB。"))


class FeedbackForm(VerbForm):
    names = forms.MultipleChoiceField(label=_("反馈给谁（留言或来电编号）"), widget=forms.CheckboxSelectMultiple)
    means = forms.ChoiceField(label=_("怎样反馈的"), choices=list(MEANS_WORDS.items()))
    text = forms.CharField(
        label=_("说了什么"), widget=long_text(), max_length=2000, help_text=_("不写对方的姓名、电话、住址。")
    )

    def prepare(self) -> None:
        names = self.fields["names"]
        assert isinstance(names, forms.MultipleChoiceField)
        names.choices = [(name, name) for name in untold(self.subject)]


class RecurrenceForm(VerbForm):
    number = forms.CharField(label=_("以前的哪一件（编号）"), max_length=30)
    reason = forms.CharField(label=_("为什么说是同一个根子"), widget=long_text(), max_length=300)


class CloseForm(VerbForm):
    """Ends the case; for a complaint or a recurrence it also asks what is put right (C2.2)."""

    root_cause = forms.CharField(
        label=_("根子在哪里，怎样不再发生"),
        widget=long_text(),
        max_length=4000,
        help_text=_("源头治理：没有这一句不能办结。只写“已回应”不算。"),
    )
    no_rectify = forms.CharField(label=_("不派源头整改任务的理由"), widget=long_text(), required=False, max_length=1000)

    def prepare(self) -> None:
        planned = self.subject.tasks.filter(kind=Task.RECTIFY, dropped_at__isnull=True).exists()
        if planned or not needs_rectification(self.subject):
            del self.fields["no_rectify"]
            return
        self.fields["no_rectify"].help_text = _t("投诉或再次发生的事：先派一项源头整改任务，或在这里写明为什么不需要。")

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        why = str(told.get("no_rectify") or "").strip()
        if why and told.get("root_cause"):
            told["root_cause"] = f"{told['root_cause'].strip()}\n{NOTHING_TO_RECTIFY}{why}"
        return told


class DoneForm(forms.Form):
    note = forms.CharField(label=_("做了什么，结果怎样"), widget=long_text(), max_length=2000)


class DropForm(forms.Form):
    reason = forms.CharField(label=_("为什么不再需要"), widget=long_text(), max_length=1000)
