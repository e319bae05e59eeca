"""What releasing before being asked needs to be told: press releases, the calendar, what is missing （十一）."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.desk.forms import DepartmentField, VerbForm, long_text
from huiying.desk.forms_meetings import PersonField, moment
from huiying.desk.moments import DayField, MomentField
from huiying.kernel import clock
from huiying.people.models import Department, User
from huiying.people.queries import departments, standing
from huiying.people.speakers import in_force
from huiying.people.words import department_name
from huiying.responding import disclosure, press
from huiying.responding.models import PressRelease, Publication
from huiying.responding.targets import target_names, targets

PREFIX = "rendition_"
REPEAT_WORDS = {
    "": _("只这一次"),
    "monthly": _("每月"),
    "quarterly": _("每季度"),
    "yearly": _("每年"),
}


def day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def own_departments(user: User) -> list[Department]:
    """All for the office, else those for which the person acts."""
    person = standing(user)
    rows = list(departments())
    if person.can("office") or person.can("publish"):
        return rows
    return [row for row in rows if person.can_in("handle", {row.code})]


def choose_department(form: forms.Form, rows: list[Department], initial: Department | None = None) -> None:
    field = cast("forms.ModelChoiceField[Department]", form.fields["department"])
    field.queryset = departments().filter(pk__in=[row.pk for row in rows])
    field.choices = [("", _t("请选择")), *((row.pk, department_name(row.name)) for row in rows)]
    field.initial = initial or (rows[0] if len(rows) == 1 else None)


class PressForm(forms.Form):
    """One text an account; the facts are the same on each."""

    title = forms.CharField(label=_("标题"), max_length=200)
    facts = forms.CharField(
        label=_("事实"), required=False, widget=long_text(), help_text=_("各账号一字不差的那一段。")
    )
    basis = forms.CharField(
        label=_("依据"), required=False, widget=long_text(), help_text=_("法律法规条款，或公告文号；没有依据不能送审。")
    )
    department = DepartmentField(label=_("发布部门"), queryset=Department.objects.none(), empty_label=_("请选择"))
    planned_at = MomentField(
        label=_("计划发布时间（可以不写）"), required=False, widget=moment(), help_text=_("写了就列入发布日历。")
    )
    correction_note = forms.CharField(
        label=_("更正说明"),
        required=False,
        max_length=500,
        widget=long_text(),
        help_text=_("这份稿已经公开：改了什么、为什么改，读者会看到。"),
    )

    def __init__(self, *args: Any, release: PressRelease | None, user: User, **kwargs: Any) -> None:
        version = press.current_version(release) if release is not None else None
        initial = _as_it_stands(release, version) if release is not None else {}
        super().__init__(*args, **{"label_suffix": "", "initial": initial, **kwargs})
        choose_department(self, own_departments(user), release.department if release is not None else user.department)
        self.codes = [target.code for target in targets().values() if target.platform is not None]
        written = version.renditions if version is not None else {}
        for code, name in target_names(self.codes).items():
            self.fields[f"{PREFIX}{code}"] = forms.CharField(
                label=_t("%(channel)s的文稿") % {"channel": name},
                widget=long_text(tall=True),
                required=False,
                initial=written.get(code, ""),
            )
        if release is None or press.public_of(release) is None:
            del self.fields["correction_note"]
        else:
            del self.fields["planned_at"]

    def told(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "title": given["title"],
            "facts": given["facts"],
            "basis": given["basis"],
            "department": given["department"],
            "correction_note": given.get("correction_note", ""),
            "renditions": {code: given[f"{PREFIX}{code}"] for code in self.codes},
        }


def _as_it_stands(release: PressRelease, version: Any) -> dict[str, Any]:
    told = {"planned_at": release.planned_at, "title": release.title}
    if version is not None:
        told |= {"title": version.title, "facts": version.facts, "basis": version.basis}
        told["correction_note"] = version.correction_note if release.state != PressRelease.PUBLISHED else ""
    return told


class PublishForm(VerbForm):
    channels = forms.MultipleChoiceField(label=_("发布到"), widget=forms.CheckboxSelectMultiple)

    def prepare(self) -> None:
        version = press.current_version(self.subject)
        written = version.renditions if version is not None else {}
        sent = set(Publication.objects.filter(press=version).values_list("target", flat=True))
        choices = list(target_names(code for code in written if code not in sent).items())
        field = cast(forms.MultipleChoiceField, self.fields["channels"])
        field.choices = choices
        field.initial = [code for code, _name in choices]


class PressDecisionForm(forms.Form):
    """`manifest_sha256` is what the reviewer saw: a text that changed meanwhile is refused (INV-4)."""

    manifest_sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)
    secrecy = forms.BooleanField(label=_("保密审查：不涉及国家秘密和工作秘密"), required=False)
    personal_data = forms.BooleanField(label=_("个人信息审查：没有可识别个人的内容"), required=False)
    comment = forms.CharField(
        label=_("意见（退回时必须写明原因）"), required=False, widget=long_text(), max_length=2000
    )
    decision = forms.ChoiceField(choices=[("approve", ""), ("reject", "")], widget=forms.HiddenInput)


class DisclosureForm(forms.Form):
    title = forms.CharField(label=_("公开什么"), max_length=200)
    kind = forms.ChoiceField(label=_("类别"), choices=list(disclosure.KINDS.items()))
    department = DepartmentField(label=_("责任部门"), queryset=Department.objects.none(), empty_label=_("请选择"))
    due_on = DayField(label=_("最迟哪天公开"), widget=day())
    repeats = forms.ChoiceField(
        label=_("多久一次"),
        choices=list(REPEAT_WORDS.items()),
        required=False,
        help_text=_("到期或公开后，下一期自动列出。"),
    )
    ground = forms.CharField(label=_("依据（可以不写）"), required=False, max_length=200)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        choose_department(self, own_departments(user), user.department)


class EditDisclosureForm(VerbForm):
    title = forms.CharField(label=_("公开什么"), max_length=200)
    kind = forms.ChoiceField(label=_("类别"), choices=list(disclosure.KINDS.items()))
    due_on = DayField(label=_("最迟哪天公开"), widget=day())
    repeats = forms.ChoiceField(label=_("多久一次"), choices=list(REPEAT_WORDS.items()), required=False)
    ground = forms.CharField(label=_("依据（可以不写）"), required=False, max_length=200)

    def prepare(self) -> None:
        for name in self.fields:
            self.fields[name].initial = getattr(self.subject, name)


class ReleaseField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: PressRelease) -> str:
        return f"{obj.number} {obj.title}"


class FinishDisclosureForm(VerbForm):
    url = forms.URLField(label=_("公开后的网址"), required=False, max_length=490, assume_scheme="https")
    release = ReleaseField(
        label=_("或由哪份新闻稿公开"), required=False, queryset=PressRelease.objects.none(), empty_label=_("没有")
    )

    def prepare(self) -> None:
        field = cast("forms.ModelChoiceField[PressRelease]", self.fields["release"])
        field.widget.attrs["lang"] = "zh-Hans"
        field.queryset = PressRelease.objects.filter(published_at__isnull=False)


class DropDisclosureForm(VerbForm):
    reason = forms.CharField(label=_("理由"), widget=long_text(), max_length=300)
    whole_series = forms.BooleanField(label=_("以后各期也不再公开"), required=False)

    def prepare(self) -> None:
        if not self.subject.repeats:
            del self.fields["whole_series"]


class GapForm(forms.Form):
    question = forms.CharField(
        label=_("缺什么信息"),
        max_length=300,
        widget=long_text(),
        help_text=_("用我们自己的话写：大家想知道什么，网上应当写明什么。不写任何人的姓名。"),
    )
    department = DepartmentField(label=_("责任部门"), queryset=Department.objects.none(), empty_label=_("请选择"))
    owner = PersonField(label=_("责任人"), queryset=User.objects.none(), empty_label=_("请选择"))
    due_at = MomentField(label=_("期限"), widget=moment())
    topic = forms.CharField(widget=forms.HiddenInput, required=False, max_length=60)

    def __init__(self, *args: Any, user: User, initial: dict[str, Any] | None = None, **kwargs: Any) -> None:
        begun = {"due_at": clock.now() + dt.timedelta(days=5), **(initial or {})}
        super().__init__(*args, **{"label_suffix": "", "initial": begun, **kwargs})
        choose_department(self, list(departments()), begun.get("department"))
        owner = cast("forms.ModelChoiceField[User]", self.fields["owner"])
        owner.widget.attrs["lang"] = "zh-Hans"
        people = User.objects.filter(is_active=True, is_administrator=False, oversees=None, department__isnull=False)
        owner.queryset = people.select_related("department").order_by("department__id", "id")


class UrlForm(VerbForm):
    url = forms.CharField(label=_("公开后的网址"), max_length=490)


class WhyForm(VerbForm):
    reason = forms.CharField(label=_("理由"), widget=long_text(), max_length=300)


class AuthorisePressForm(VerbForm):
    """发言授权 (C12.1): who answers the media about this press release."""

    speaker = forms.ChoiceField(label=_("授权哪位发言人"), widget=forms.RadioSelect)
    statement = forms.CharField(
        label=_("就什么发言"), max_length=300, help_text=_("一次授权只对这一件、这一次发言有效。")
    )

    def prepare(self) -> None:
        entries = in_force().exclude(user=self.user.pk)
        self.choose("speaker").choices = [(str(row.pk), f"{row.user.name} · {row.scope}") for row in entries]
        self.fields["statement"].initial = self.subject.title


class RevokePressForm(VerbForm):
    row = forms.ChoiceField(label=_("撤销哪一份授权"), widget=forms.RadioSelect)
    why = forms.CharField(label=_("理由"), widget=long_text(), max_length=300)

    def prepare(self) -> None:
        rows = press.speakers_of(self.subject)
        self.choose("row").choices = [(str(row.pk), f"{row.speaker_name} · {row.statement}") for row in rows]
