"""Facts, tasks, feedback, reports and the case room: forms, verbs, sentences, and the parts of the case's page
(`desk/parts/case_work.html`, and `case_plan.html` for the plan that a case was opened with, C6.8).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _t, gettext_lazy as _, pgettext_lazy

from huiying.desk.bar import Cleaned, Verb
from huiying.desk.fields import MomentField, long_text
from huiying.desk.forms import VerbForm
from huiying.foreseeing.models import PlanHit
from huiying.handling import actions as handling
from huiying.handling.access import get_case
from huiying.handling.actions.disposal import NOTHING_TO_RECTIFY, needs_rectification
from huiying.handling.actions.feedback import COUNTER, LETTER, PHONE, give_feedback, untold
from huiying.handling.actions.relating import link_recurrence, suggest_recurrence
from huiying.handling.actions.tasks import make_task
from huiying.handling.actions.work import agree_facts, attach, current_facts, say
from huiying.handling.models import Case, FactSheet, Feedback, Task
from huiying.handling.process import LIVE
from huiying.kernel import clock
from huiying.kernel.wording import difference
from huiying.people.errors import Refused
from huiying.people.models import Appointment, User
from huiying.people.permissions import may, require
from huiying.people.versions import department_name

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


def _agreed(sheet: FactSheet) -> str:
    return _t("口径已定为第 %(version)d 版。") % {"version": sheet.version}


@transaction.atomic
def _feedback(case: Case, data: Cleaned, user: User) -> Any:
    for name in data["names"]:
        give_feedback(case, Feedback.ASKER, name, data["means"], data["text"], user)


def _recurrence(case: Case, data: Cleaned, user: User) -> Any:
    """A number that this person may not see answers like one that does not exist."""
    require(user, "case.recurrence", case)
    number = data["number"].strip()
    try:
        earlier = get_case(user, number)
    except Http404:
        raise Refused(_t("没有编号为“%(number)s”的办件，请核对。") % {"number": number}) from None
    return link_recurrence(case, earlier, data["reason"], user)


VERBS: dict[str, Verb] = {
    "agree_facts": Verb(
        FactsForm,
        lambda case, data, user: agree_facts(case, data["text"], data["based_on"], data["reason"], user),
        _agreed,
    ),
    "make_task": Verb(
        TaskForm,
        lambda case, data, user: make_task(
            case,
            data["kind"],
            data["title"],
            data["owner"].department,
            data["owner"],
            data["due_at"],
            user,
            deliverable=data["deliverable"],
        ),
        _("任务已派，并已通知责任人。"),
    ),
    "say": Verb(SayForm, lambda case, data, user: say(case, data["text"], user), _("留言已记下。")),
    "attach": Verb(AttachForm, lambda case, data, user: attach(case, data["file"], user), _("附件已存。")),
    "give_feedback": Verb(FeedbackForm, _feedback, _("反馈已登记。")),
    "link_recurrence": Verb(RecurrenceForm, _recurrence, _("已关联。此件办结前须有源头整改。")),
    # Beside the root it asks, for a complaint, what is put right (C2.2).
    "close": Verb(
        CloseForm, lambda case, data, user: handling.close(case, data["root_cause"], user), _("此件已办结。")
    ),
}


SENTENCES: dict[str, Any] = {
    "facts.agreed": _("口径定为第 %(version)s 版"),
    "case.answered": _("记下首次公开回应的时间"),
    "task.made": _("派%(kind)s任务给%(department)s %(owner)s：%(title)s"),
    "task.handed_over": _("%(name)s的任务交给%(to_name)s"),
    "task.done": _("%(kind)s任务办结：%(title)s"),
    "task.dropped": _("任务不再需要：%(title)s"),
    "note.made": pgettext_lazy("ledger", "在本件里留言"),
    "attachment.added": _("加附件 %(name)s"),
    "report.made": _("同步报送“%(node)s”"),
    "report.seen": _("统筹部门已阅同步报送"),
    "report.credited": _("%(department)s %(by)s报来一条来文"),
    "feedback.given": _("已反馈给%(to)s %(name)s（%(means)s）"),
    "case.recurred": _("与以前的 %(earlier)s 同源"),
}
WORDS: dict[str, Any] = {
    "matter": _("线下事项"),
    "decision": _("议定事项"),
    "rectify": _("源头整改"),
    "help": _("请求协助"),
    "accepted": pgettext_lazy("node", "签收"),
    "facts_found": pgettext_lazy("node", "核实情况"),
    "disposed": pgettext_lazy("node", "处置情况"),
    "published": pgettext_lazy("node", "公开回应"),
    "closed": pgettext_lazy("node", "办结"),
    "asker": _("提问人"),
    "reporter": _("报告人"),
    "office": _("统筹部门"),
    "leader": _("局领导"),
    "phone": _("电话"),
    "counter": _("当面"),
    "letter": _("书信"),
    "notice": _("站内通知"),
}


MEANS = {**WORDS, "portal": _("凭查询码自查")}


def shown(rows: list[Task]) -> list[Task]:
    """The tasks with the word for their kind and whether they are late, for a template."""
    now = clock.now()
    for row in rows:
        row.word = TASK_WORDS[row.kind]  # type: ignore[attr-defined]
        row.over = row.done_at is not None or row.dropped_at is not None  # type: ignore[attr-defined]
        row.late = (row.done_at or now) > row.due_at and row.dropped_at is None  # type: ignore[attr-defined]
    return rows


def section(case: Case, user: User) -> dict[str, Any]:
    """One query each for facts, tasks, notes, files, reports, feedback and recurrences, whatever their number."""
    sheets = list(case.fact_sheets.all())
    reports = list(case.node_reports.all())
    told = list(case.feedback.all())
    for report in reports:
        report.word = WORDS.get(report.node, report.node)  # type: ignore[attr-defined]
    for row in told:
        row.to_word = WORDS.get(row.to, row.to)  # type: ignore[attr-defined]
        row.means_word = MEANS.get(row.means, row.means)  # type: ignore[attr-defined]
    ended = case.state in ("answered", "declined")
    links = list(case.recurrences.select_related("earlier"))
    links_may = case.state in ("registered", "assigned", "handling") and may(user, "case.recurrence", case).allowed
    return {
        "work_facts": sheets[-1] if sheets else None,
        "work_facts_change": difference(sheets[-2].text, sheets[-1].text) if len(sheets) > 1 else [],
        "work_tasks": shown(list(Task.objects.filter(case=case).select_related("department"))),
        "work_notes": list(case.notes.all()),
        "work_attachments": list(case.attachments.all()),
        "work_reports": reports,
        "work_told": told,
        "work_untold": untold(case) if ended else [],
        "work_recurrences": links,
        "work_like": [other for other in suggest_recurrence(case) if may(user, "case.view", other)]
        if links_may
        else [],
    }


def plan_section(case: Case, _user: User) -> dict[str, Any]:
    """One query where no plan was set off."""
    rows = PlanHit.objects.filter(case=case, state=PlanHit.TAKEN).select_related("plan__assessment__policy")
    return {"plans": [(hit, hit.plan, hit.plan.assessment.policy, list(hit.plan.contacts.all())) for hit in rows]}
