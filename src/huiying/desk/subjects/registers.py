"""The registers of our accounts and of the partners who carry our word on （十一）C11.2, C11.3: forms and verbs. No
field here orders comments or pays for anything (C8.10).
"""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _t, gettext_lazy as _

from huiying.desk.bar import Cleaned, NothingForm, Verb
from huiying.desk.fields import (
    DayField,
    DepartmentField,
    MomentField,
    PersonField,
    choose_department,
    day,
    long_text,
    moment,
    staff,
)
from huiying.desk.forms import VerbForm
from huiying.desk.language import lang
from huiying.desk.subjects.releasing import WhyForm
from huiying.people import registers
from huiying.people.actions import registers as people_partners, registers as platforms
from huiying.people.models import Department, Partner, Platform, User
from huiying.people.queries import departments, regulation_now
from huiying.responding import partners
from huiying.responding.actions import partners as pushing
from huiying.responding.models import PartnerPush, Publication


class PlatformForm(forms.Form):
    name = forms.CharField(label=_("平台名称"), max_length=60)
    name_en = forms.CharField(label=_("英文名称（可以不写）"), required=False, max_length=100)
    family = forms.ChoiceField(label=_("属于哪一类"))
    account = forms.CharField(label=_("账号"), required=False, max_length=100, help_text=_("公众看到的账号名或号码。"))
    url = forms.URLField(label=_("网址"), required=False, max_length=490, assume_scheme="https")
    department = DepartmentField(label=_("责任部门"), queryset=Department.objects.none(), empty_label=_("请选择"))
    administrator = PersonField(
        label=_("管理员"), queryset=User.objects.none(), required=False, empty_label=_("还没有")
    )
    backup = PersonField(label=_("备用管理员"), queryset=User.objects.none(), required=False, empty_label=_("还没有"))
    opened_on = DayField(label=_("开通日期"), required=False, widget=day())
    dormant_days = forms.IntegerField(label=_("多少天不发布算停更"), min_value=1, max_value=365, initial=14)

    def __init__(self, *args: Any, platform: Platform | None = None, **kwargs: Any) -> None:
        initial = {} if platform is None else {name: getattr(platform, name) for name in PLAIN}
        super().__init__(*args, **{"label_suffix": "", "initial": initial, **kwargs})
        regulation = regulation_now()
        family = cast("forms.ChoiceField", self.fields["family"])
        family.choices = [(word, regulation.name_of("word", word, lang())) for word in registers.families(regulation)]
        choose_department(self, list(departments()), platform.owner if platform is not None else None)
        for name in ("administrator", "backup"):
            person = cast("forms.ModelChoiceField[User]", self.fields[name])
            person.queryset = staff()
            person.widget.attrs["lang"] = "zh-Hans"

    def told(self) -> dict[str, Any]:
        return owned(self.cleaned_data)


def owned(told: dict[str, Any]) -> dict[str, Any]:
    """The fields by the names of the register."""
    return {"owner" if name == "department" else name: value for name, value in told.items()}


PLAIN = ("name", "name_en", "family", "account", "url", "administrator", "backup", "opened_on", "dormant_days")


class EditPlatformForm(VerbForm, PlatformForm):
    """The same fields as when it was entered, as they stand."""

    def __init__(self, *args: Any, subject: Any, user: User, **kwargs: Any) -> None:
        self.subject, self.user = subject, user
        PlatformForm.__init__(self, *args, platform=subject, **kwargs)


class LastPostForm(VerbForm):
    at = MomentField(label=_("最近一次发布（自报时间）"), widget=moment(), help_text=_("只能比现在记录的更晚。"))


class CountForm(VerbForm):
    count = forms.IntegerField(label=_("现在有多少条留言没有答复"), min_value=0, max_value=1_000_000)


class CheckedForm(VerbForm):
    on = DayField(label=_("哪天检查的"), widget=day(), help_text=_("查过：密码、谁能发布、绑定的手机。"))


class CloseForm(VerbForm):
    reason = forms.CharField(
        label=_("停用的理由"),
        widget=long_text(),
        max_length=300,
        help_text=_("停用后再也不能往上发布；已发布的和登记都留着。"),
    )


class PartnerForm(forms.Form):
    name = forms.CharField(label=_("合作账号的名称"), max_length=60)
    operator = forms.CharField(label=_("由哪个单位运营"), required=False, max_length=100)
    contact_name = forms.CharField(label=_("联系人"), max_length=60)
    contact_phone = forms.CharField(label=_("联系电话"), required=False, max_length=40)
    contact_email = forms.EmailField(label=_("电子邮箱"), required=False, max_length=200)
    agreement = forms.CharField(label=_("怎样约定的（可以不写）"), required=False, widget=long_text(), max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})


class EditPartnerForm(VerbForm, PartnerForm):
    def __init__(self, *args: Any, subject: Partner, user: User, **kwargs: Any) -> None:
        self.subject, self.user = subject, user
        initial = {name: getattr(subject, name) for name in PartnerForm.base_fields}
        PartnerForm.__init__(self, *args, **{"initial": initial, **kwargs})
        del self.fields["name"]


class PublicField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Publication) -> str:
        return obj.title


class PushForm(VerbForm):
    publication = PublicField(
        label=_("推送哪一篇"),
        queryset=Publication.objects.none(),
        empty_label=_("请选择"),
        help_text=_("只有已经公开的内容。同一篇不会给同一个账号推送两次。"),
    )

    def prepare(self) -> None:
        sent = set(self.subject.pushes.values_list("publication", flat=True))
        rows = [row for row in partners.offered() if row.pk not in sent]
        field = cast("forms.ModelChoiceField[Publication]", self.fields["publication"])
        field.widget.attrs["lang"] = "zh-Hans"
        field.queryset = Publication.objects.filter(pk__in=[row.pk for row in rows])
        field.choices = [("", _t("请选择")), *((row.pk, row.title) for row in rows)]


class ContactTestForm(VerbForm):
    reached = forms.ChoiceField(
        label=_("打通了吗"), widget=forms.RadioSelect, choices=[("yes", _("接通")), ("no", _("未接通"))]
    )
    note = forms.CharField(label=_("情况（没有接通时必写）"), required=False, max_length=200)


class ReplyForm(VerbForm):
    reply = forms.ChoiceField(
        label=_("对方怎么答复"),
        widget=forms.RadioSelect,
        choices=[(partners.REPOSTED, _("已转载")), (partners.DECLINED, _("不转载"))],
    )
    url = forms.URLField(label=_("转载后的网址"), required=False, max_length=490, assume_scheme="https")
    reply_note = forms.CharField(label=_("对方说了什么（可以不写）"), required=False, max_length=300)


PLATFORM_VERBS: dict[str, Verb] = {
    "edit": Verb(
        EditPlatformForm,
        lambda platform, data, user: platforms.edit_platform(platform, **owned(data), actor=user),
        _("登记已更新。"),
    ),
    "posted": Verb(
        LastPostForm,
        lambda platform, data, user: platforms.note_last_post(platform, data["at"], user),
        _("最近发布时间已登记。"),
    ),
    "counted": Verb(
        CountForm,
        lambda platform, data, user: platforms.note_unanswered(platform, data["count"], user),
        _("未答复的留言数已登记，以现在的服务器时间为准。"),
    ),
    "checked": Verb(
        CheckedForm,
        lambda platform, data, user: platforms.note_security_check(platform, data["on"], user),
        _("安全检查已登记。"),
    ),
    "close": Verb(
        CloseForm,
        lambda platform, data, user: platforms.close_platform(platform, data["reason"], user),
        _("账号已停用，不会再往上发布任何内容。"),
    ),
}


def _push(partner: Partner, data: Cleaned, user: User) -> PartnerPush:
    return pushing.push(data["publication"], partner, user)


def _pushed(row: PartnerPush) -> str:
    if row.means == "email":
        return _t("已交给邮件服务器发送，送到后这里会写明。")
    return _t("没有配置邮件或对方没有邮箱：请打开这一次推送，复制全文自己发给对方，再登记“已经送到”。")


def _test(partner: Partner, data: Cleaned, user: User) -> Any:
    return people_partners.test_partner(partner, data["reached"] == "yes", data["note"], user)


PARTNER_VERBS: dict[str, Verb] = {
    "push": Verb(PushForm, _push, _pushed),
    "test": Verb(ContactTestForm, _test, _("抽查结果已记录。")),
    "edit": Verb(
        EditPartnerForm,
        lambda partner, data, user: people_partners.edit_partner(partner, **data, actor=user),
        _("登记已更新。"),
    ),
    "end": Verb(
        WhyForm,
        lambda partner, data, user: people_partners.end_partner(partner, data["reason"], user),
        _("合作已结束，往来记录都留着。"),
    ),
}

PUSH_VERBS: dict[str, Verb] = {
    "sent": Verb(NothingForm, lambda row, data, user: pushing.mark_sent(row, user), _("已登记送到。")),
    "again": Verb(NothingForm, lambda row, data, user: pushing.send_again(row, user), _("已重新交给邮件服务器发送。")),
    "reply": Verb(
        ReplyForm,
        lambda row, data, user: pushing.record_reply(row, data["reply"], data["url"], data["reply_note"], user),
        _("对方的答复已登记。"),
    ),
}
