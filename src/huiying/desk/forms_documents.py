"""What documents need to be told: which place, which words, who acts on it by when （六）."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.desk.forms import VerbForm, long_text
from huiying.desk.forms_meetings import moment
from huiying.documents.kinds import KINDS
from huiying.people.models import User
from huiying.people.queries import able


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: User) -> str:
        return f"{obj.name}（{obj.department.name}）" if obj.department else obj.name


class PeopleField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: User) -> str:
        return f"{obj.name}（{obj.department.name}）" if obj.department else obj.name


def _staff() -> Any:
    people = User.objects.filter(is_active=True, is_administrator=False)
    return people.select_related("department").order_by("department__id", "id")


class SignForm(VerbForm):
    """`sha256` is of what the page shows: who signs signs that."""

    place = forms.ChoiceField(label=_("签在哪一栏"), widget=forms.RadioSelect)
    sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def prepare(self) -> None:
        taken = {row.place for row in self.subject.signatures.all()}
        free = [place for place, _may in KINDS[self.subject.kind].places if place not in taken]
        self.choose("place").choices = [(place, place) for place in free]
        if len(free) == 1:
            self.fields["place"].initial = free[0]
        self.fields["sha256"].initial = self.subject.sha256


class AddendForm(VerbForm):
    text = forms.CharField(
        label=_("补记"), widget=long_text(), max_length=2000, help_text=_("文书本身不改；补记写上您的名字和时间。")
    )


class CirculateForm(VerbForm):
    people = PeopleField(label=_("发给"), queryset=User.objects.none(), widget=forms.CheckboxSelectMultiple)

    def prepare(self) -> None:
        known = [row.user_id for row in self.subject.circulations.all()]
        cast("forms.ModelMultipleChoiceField[User]", self.fields["people"]).queryset = _staff().exclude(pk__in=known)


class InstructForm(VerbForm):
    words = forms.CharField(label=_("批示"), widget=long_text(), max_length=2000)
    leader = PersonField(label=_("批示的领导"), queryset=User.objects.none())
    owner = PersonField(label=_("承办人"), queryset=User.objects.none())
    due_at = forms.DateTimeField(label=_("什么时候办结"), widget=moment())

    def prepare(self) -> None:
        leaders = [user.pk for user in able("lead_bureau")]
        own = self.user.pk in leaders
        leader = cast("forms.ModelChoiceField[User]", self.fields["leader"])
        leader.queryset = _staff().filter(pk__in=[self.user.pk] if own else leaders)
        if own:
            leader.initial = self.user.pk
        cast("forms.ModelChoiceField[User]", self.fields["owner"]).queryset = _staff()


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
