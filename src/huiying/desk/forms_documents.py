"""What documents need to be told: which place, which words, who acts on it by when （六）."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.desk.forms import VerbForm, long_text
from huiying.desk.forms_meetings import moment
from huiying.desk.moments import MomentField
from huiying.documents.actions.withdrawing import later_ones
from huiying.documents.kinds import places_of
from huiying.documents.models import IssuedDocument
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
