"""Releasing before being asked （十一）: press releases, the calendar, what is missing. Forms, verbs, sentences;
none is a case's. The sentences of partners and platforms stand here too.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _t, gettext_lazy as _, pgettext_lazy

from huiying.desk.bar import NothingForm, Verb
from huiying.desk.fields import (
    DayField,
    DepartmentField,
    MomentField,
    PersonField,
    choose_department,
    day,
    long_text,
    moment,
    own_departments,
)
from huiying.desk.forms import VerbForm
from huiying.kernel import clock
from huiying.people.models import Department, Spokesperson, User
from huiying.people.queries import departments
from huiying.people.registers import speakers_in_force
from huiying.responding import releasing
from huiying.responding.actions import press as press_acts, releasing as calendar_acts, speaking
from huiying.responding.models import PressRelease, Publication
from huiying.responding.targets import target_names, targets

PREFIX = "rendition_"
REPEAT_WORDS = {
    "": _("只这一次"),
    "monthly": _("每月"),
    "quarterly": _("每季度"),
    "yearly": _("每年"),
}


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
        version = releasing.current_version(release) if release is not None else None
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
        if release is None or releasing.public_of(release) is None:
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
        version = releasing.current_version(self.subject)
        written = version.renditions if version is not None else {}
        sent = set(Publication.objects.filter(press=version).values_list("target", flat=True))
        choices = list(target_names(code for code in written if code not in sent).items())
        field = cast("forms.MultipleChoiceField", self.fields["channels"])
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
    kind = forms.ChoiceField(label=_("类别"), choices=list(releasing.KINDS.items()))
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
    kind = forms.ChoiceField(label=_("类别"), choices=list(releasing.KINDS.items()))
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
        entries = speakers_in_force().exclude(user=self.user.pk)
        self.choose("speaker").choices = [(str(row.pk), f"{row.user.name} · {row.scope}") for row in entries]
        self.fields["statement"].initial = self.subject.title


class RevokePressForm(VerbForm):
    row = forms.ChoiceField(label=_("撤销哪一份授权"), widget=forms.RadioSelect)
    why = forms.CharField(label=_("理由"), widget=long_text(), max_length=300)

    def prepare(self) -> None:
        rows = releasing.speakers_of(self.subject)
        self.choose("row").choices = [(str(row.pk), f"{row.speaker_name} · {row.statement}") for row in rows]


PRESS_VERBS: dict[str, Verb] = {
    "submit": Verb(
        NothingForm,
        lambda release, data, user: press_acts.submit_press(release, user),
        _("已送审，已通知第一步审核的人。"),
    ),
    "publish": Verb(
        PublishForm,
        lambda release, data, user: press_acts.publish_press(release, data["channels"], user),
        lambda rows: _t("已交付 %(n)d 个账号，下面能看到各自到哪一步。") % {"n": len(rows)},
        asks_again=True,
    ),
    "authorise": Verb(
        AuthorisePressForm,
        lambda release, data, user: speaking.authorise_for_press(
            release, Spokesperson.objects.get(pk=data["speaker"]), data["statement"], user
        ),
        lambda row: _t("已授权%(name)s就这份新闻稿发言。") % {"name": row.speaker_name},
    ),
    "revoke": Verb(
        RevokePressForm,
        lambda release, data, user: speaking.revoke(release.authorisations.get(pk=data["row"]), data["why"], user),
        _("授权已撤销。"),
    ),
    "drop": Verb(
        WhyForm,
        lambda release, data, user: press_acts.drop_press(release, data["reason"], user),
        _("新闻稿已撤销，理由已记录。"),
    ),
}

DISCLOSURE_VERBS: dict[str, Verb] = {
    "finish": Verb(
        FinishDisclosureForm,
        lambda item, data, user: calendar_acts.finish_disclosure(item, data["url"], data["release"], user),
        _("已登记公开，以服务器时间为准。"),
    ),
    "edit": Verb(
        EditDisclosureForm,
        lambda item, data, user: calendar_acts.edit_disclosure(item, **data, actor=user),
        _("已改。"),
    ),
    "drop": Verb(
        DropDisclosureForm,
        lambda item, data, user: calendar_acts.drop_disclosure(
            item, data["reason"], bool(data.get("whole_series")), user
        ),
        _("已撤销，理由已记录。"),
    ),
}

GAP_VERBS: dict[str, Verb] = {
    "finish": Verb(
        UrlForm, lambda gap, data, user: calendar_acts.finish_gap(gap, data["url"], user), _("已补上，网址已记录。")
    ),
    "drop": Verb(
        WhyForm,
        lambda gap, data, user: calendar_acts.drop_gap(gap, data["reason"], user),
        _("已记为不再需要。"),
    ),
}


SENTENCES: dict[str, Any] = {
    "press.saved": _("保存新闻稿 %(press)s 第 %(revision)s 稿：%(title)s"),
    "press.planned": _("改新闻稿 %(press)s 的计划发布时间"),
    "press.voided": _("新闻稿 %(press)s 有改动，原审核作废"),
    "press.submitted": _("新闻稿 %(press)s 第 %(revision)s 稿送审"),
    "press.decided": _("新闻稿 %(press)s，%(role)s审核：%(decision)s"),
    "press.approved": _("新闻稿 %(press)s 第 %(revision)s 稿审定"),
    "press.dropped": _("撤销新闻稿 %(press)s"),
    "release.altered": _("文稿与审定的不一致，没有发布：%(what)s"),
    "disclosure.planned": _("列入发布日历：%(title)s，%(due_on)s 前公开"),
    "disclosure.changed": _("修改发布日历：%(title)s，%(due_on)s 前公开"),
    "disclosure.done": _("已主动公开：%(title)s"),
    "disclosure.dropped": _("撤销主动公开事项：%(title)s"),
    "gap.made": _("派补信息任务给%(owner)s：%(question)s"),
    "gap.done": _("信息已补上：%(question)s"),
    "gap.dropped": _("补信息任务不再需要：%(question)s"),
    "platform.added": _("登记平台“%(name)s”"),
    "platform.changed": _("修改平台“%(name)s”的登记"),
    "platform.closed": _("停用平台“%(name)s”"),
    "platform.posted": _("登记平台“%(name)s”最近一次发布"),
    "platform.counted": _("登记平台“%(name)s”未答复留言 %(unanswered)s 条"),
    "platform.checked": _("平台“%(name)s”做过安全检查"),
    "partner.added": _("登记合作账号“%(name)s”"),
    "partner.changed": _("修改合作账号“%(name)s”的登记"),
    "partner.ended": _("结束与“%(name)s”的合作"),
    "partner.tested": _("抽查合作账号“%(name)s”的联系人：%(result)s"),
    "partner.pushed": _("推送给“%(partner)s”：%(title)s"),
    "partner.pushed_again": _("再次推送给“%(partner)s”：%(title)s"),
    "partner.sent": _("已送到“%(partner)s”：%(title)s"),
    "partner.replied": _("“%(partner)s”答复：%(reply)s"),
}
WORDS: dict[str, Any] = {
    "reposted": pgettext_lazy("partner", "已转载"),
    "declined": pgettext_lazy("partner", "不转载"),
}
