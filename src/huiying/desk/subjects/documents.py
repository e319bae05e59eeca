"""Documents （六）: which place, which words, who acts on them by when. Forms, verbs, sentences, and a document's
blocks as the page shows them, each source a numbered link to where it was read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _t, gettext_lazy as _

from huiying.desk.bar import Cleaned, NothingForm, Verb
from huiying.desk.fields import MomentField, long_text, moment
from huiying.desk.forms import VerbForm
from huiying.documents import actions
from huiying.documents.actions import issued, issuing
from huiying.documents.actions.issued import later_ones
from huiying.documents.kinds import places_of
from huiying.documents.models import Instruction, IssuedDocument
from huiying.handling.models import Case
from huiying.paper.document import Document, Fields, Heading, Note, Paragraph, References, Sources, Table, said_of
from huiying.people.models import User
from huiying.people.queries import holders_by_role
from huiying.people.standing import capabilities


def staff_for(form: VerbForm) -> list[User]:
    """Everybody who works here, read once for all the forms of a page."""
    found: list[User] | None = getattr(form.subject, "_staff", None)
    if found is None:
        people = User.objects.filter(is_active=True, is_administrator=False, oversees=None).select_related("department")
        found = form.subject._staff = list(people.order_by("department__id", "id"))
    return found


def _choices(people: Iterable[User]) -> list[tuple[str, str]]:
    return [
        (str(user.pk), f"{user.name}（{user.department.name}）" if user.department else user.name) for user in people
    ]


def _chosen(form: VerbForm, numbers: Iterable[str]) -> list[User]:
    by_number = {str(user.pk): user for user in staff_for(form)}
    return [by_number[number] for number in numbers]


class SignForm(VerbForm):
    """`sha256` is of what the page shows: who signs signs that."""

    place = forms.ChoiceField(label=_("签在哪一栏"), widget=forms.RadioSelect)
    sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def prepare(self) -> None:
        taken = {row.place for row in self.subject.signatures.all()}
        free = [place for place in places_of(self.subject.kind, self.subject.rules) if place not in taken]
        self.choose("place").choices = [(place, place) for place in free]
        if len(free) == 1:
            self.fields["place"].initial = free[0]
        self.fields["sha256"].initial = self.subject.sha256


class AddendForm(VerbForm):
    text = forms.CharField(
        label=_("补记"), widget=long_text(), max_length=2000, help_text=_("文书本身不改；补记写上您的名字和时间。")
    )


class CirculateForm(VerbForm):
    people = forms.MultipleChoiceField(label=_("发给"), widget=forms.CheckboxSelectMultiple)

    def prepare(self) -> None:
        known = {row.user_id for row in self.subject.circulations.all()}
        self.choose("people").choices = _choices(user for user in staff_for(self) if user.pk not in known)

    def clean_people(self) -> list[User]:
        return _chosen(self, self.cleaned_data["people"])


class InstructForm(VerbForm):
    words = forms.CharField(label=_("批示"), widget=long_text(), max_length=2000)
    leader = forms.ChoiceField(label=_("批示的领导"))
    owner = forms.ChoiceField(label=_("承办人"))
    due_at = MomentField(label=_("什么时候办结"), widget=moment())

    def prepare(self) -> None:
        roles = [one.code for one in self.regulation.roles.values() if "lead_bureau" in capabilities(one)]
        numbers = {user.pk for user in holders_by_role(roles)}
        own = self.user.pk in numbers  # a leader writes only their own
        leaders = [user for user in staff_for(self) if user.pk in numbers and (not own or user == self.user)]
        self.choose("leader").choices = _choices(leaders)
        self.choose("owner").choices = [("", _t("请选择")), *_choices(staff_for(self))]

    def clean_leader(self) -> User:
        return _chosen(self, [self.cleaned_data["leader"]])[0]

    def clean_owner(self) -> User:
        return _chosen(self, [self.cleaned_data["owner"]])[0]


class WithdrawForm(VerbForm):
    reason = forms.CharField(label=_("为什么撤回"), widget=long_text(), max_length=2000)
    replaced_by = forms.ChoiceField(label=_("由哪一份替代"), required=False)

    def prepare(self) -> None:
        self.later = {str(one.pk): one for one in later_ones(self.subject)}
        self.choose("replaced_by").choices = [
            ("", _t("没有替代，只撤回")),
            *((pk, one.number) for pk, one in self.later.items()),
        ]

    def clean_replaced_by(self) -> IssuedDocument | None:
        return self.later.get(self.cleaned_data["replaced_by"])


class ResultForm(VerbForm):
    result = forms.CharField(label=_("办理结果"), widget=long_text(), max_length=2000)


class CloseForm(VerbForm):
    agree = forms.ChoiceField(
        label=_("您的意见"), widget=forms.RadioSelect, choices=[("yes", _("已办结")), ("no", _("退回承办人"))]
    )
    comment = forms.CharField(label=_("意见（退回必填）"), widget=long_text(), required=False, max_length=2000)


class ReportForm(VerbForm):
    """Only 核心判断 and 建议 are written by hand; every line becomes a sentence that cites its own entry (C6.10)."""

    judgement = forms.CharField(
        label=_("核心判断（可以不写）"), widget=long_text(), required=False, max_length=2000, help_text=_("一行一句。")
    )
    advice = forms.CharField(
        label=_("建议（可以不写）"), widget=long_text(), required=False, max_length=2000, help_text=_("一行一句。")
    )
    to = forms.CharField(label=_("报送范围"), required=False, max_length=200)

    def prepare(self) -> None:
        self.fields["to"].initial = _t("局领导")


def _instruct(row: IssuedDocument, data: Cleaned, user: User) -> Instruction:
    return actions.instruct(
        row, words=data["words"], leader=data["leader"], owner=data["owner"], due_at=data["due_at"], actor=user
    )


DOCUMENT_VERBS: dict[str, Verb] = {
    "sign": Verb(
        SignForm,
        lambda row, data, user: actions.sign(row, data["place"], data["sha256"], user),
        _("已签字。"),
    ),
    "read": Verb(NothingForm, lambda row, data, user: actions.read(row, user), _("已记下您阅过。")),
    "addend": Verb(
        AddendForm, lambda row, data, user: actions.addend(row, data["text"], user), _("补记已写在文书后面。")
    ),
    "withdraw": Verb(
        WithdrawForm,
        lambda row, data, user: issued.withdraw(row, **data, actor=user),
        _("已撤回，收到过的人会得到通知。"),
    ),
    "circulate": Verb(
        CirculateForm, lambda row, data, user: actions.circulate(row, data["people"], user), _("已发出传阅。")
    ),
    "instruct": Verb(InstructForm, _instruct, _("批示已记下，承办人会收到消息，到期没有办结会再提醒。")),
}


def _close(row: Instruction, data: Cleaned, user: User) -> Instruction:
    return actions.close_instruction(row, done=data["agree"] == "yes", comment=data["comment"], actor=user)


def _closed(row: Instruction) -> str:
    return _t("批示已办结。") if row.state == Instruction.CLOSED else _t("已退回承办人。")


INSTRUCTION_VERBS: dict[str, Verb] = {
    "report": Verb(
        ResultForm,
        lambda row, data, user: actions.report_instruction(row, data["result"], user),
        _("结果已报，等另一人认定办结。"),
    ),
    "close": Verb(CloseForm, _close, _closed),
}


def _report(case: Case, data: Cleaned, user: User) -> IssuedDocument:
    return issuing.issue_special_report(case, user, judgement=data["judgement"], advice=data["advice"], to=data["to"])


def _note(kind: str) -> Any:
    return lambda case, data, user: issuing.issue_of_case(kind, case, user)


_MADE = _("已成文，有编号和校验码。")
CASE_DOCUMENT_VERBS: dict[str, Verb] = {
    "report": Verb(ReportForm, _report, _MADE),
    **{kind: Verb(NothingForm, _note(kind), _MADE) for kind in ("quick", "follow", "final", "feedback", "pack")},
}


SENTENCES: dict[str, Any] = {
    "document.material": _("%(report)s 所用的来文已固定"),
    "document.remarked": _("为%(report)s写下判断和建议"),
    "document.issued": _("出具%(name)s %(number)s"),
    "document.signed": _("%(number)s “%(place)s”一栏已签字"),
    "document.addended": _("%(number)s 补记 %(addendum)s：%(text)s"),
    "document.withdrawn": _("%(number)s 已撤回：%(reason)s"),
    "document.superseded": _("%(number)s 由 %(instead)s 替代：%(reason)s"),
    "document.circulated": _("%(number)s 发给 %(to)s 传阅"),
    "document.read": _("%(name)s已阅 %(number)s"),
    "document.instructed": _("%(leader)s在 %(number)s 上批示，%(owner)s办：%(words)s"),
    "document.instruction_reported": _("%(number)s 的批示报办理结果：%(result)s"),
    "document.instruction_returned": _("%(number)s 的批示办理结果退回：%(reason)s"),
    "document.instruction_closed": _("%(number)s 的批示办结"),
}
WORDS: dict[str, Any] = {}


@dataclass(frozen=True)
class Mark:
    number: int
    source: str


@dataclass(frozen=True)
class Source:
    number: int
    words: str
    url: str


def blocks_of(document: Document) -> tuple[list[dict[str, Any]], list[Source]]:
    """What the template walks through, and the list of sources at the foot."""
    references = References()

    def marks(sources: Sources) -> list[Mark]:
        return [Mark(number, source) for number, source in zip(references.numbers(sources), sources, strict=True)]

    found: list[dict[str, Any]] = []
    for block in document.blocks:
        match block:
            case Heading(text, level):
                found.append({"kind": "heading", "text": text, "level": level})
            case Paragraph(text, sources):
                found.append({"kind": "paragraph", "text": text, "marks": marks(sources)})
            case Note(text):
                found.append({"kind": "note", "text": text})
            case Fields(rows):
                told = [(row.label, row.value, marks(row.sources)) for row in rows]
                found.append({"kind": "fields", "rows": told})
            case Table(header, rows, _, empty):
                lines = [(row.cells[:-1], row.cells[-1], marks(row.sources)) for row in rows]
                found.append({"kind": "table", "header": header, "rows": lines, "empty": empty})
    foot = [Source(n, said_of(source), link_of(source)) for n, source in enumerate(references.order, 1)]
    return found, foot


def link_of(source: str) -> str:
    """Where a source is read on the desk; "" for a text, which is read on its event's page."""
    kind, _, rest = source.partition(":")
    number = rest.partition("#")[0]
    if kind == "post":
        return ""
    if kind == "case":
        return reverse("desk:case", args=[number])
    if kind == "event":
        return reverse("desk:event", args=[number])
    return f"{reverse('desk:ledger')}?chain={quote(source.rpartition('#')[0])}"
