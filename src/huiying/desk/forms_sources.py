"""What a source needs to be told （五）C5.2, C5.10."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.desk.forms import VerbForm, long_text
from huiying.desk.forms_meetings import person_called, staff
from huiying.desk.language import lang
from huiying.listening.actions.sources import FASTEST, SLOWEST, SourceData, default_roles
from huiying.listening.adapters import ADAPTERS, MAILBOX
from huiying.listening.models import Source
from huiying.people.models import User
from huiying.people.versions import regulation_now

AUTOMATIC = ""
TIERS = (
    (4, _("中央媒体")),
    (3, _("省级媒体")),
    (2, _("市级媒体")),
    (1, _("县区媒体、行业媒体")),
    (0, _("个人，或不是媒体")),
)


class FactsForm(forms.Form):
    """What every source is asked. Owner and backup are a person or a post: `user:7` or `role:duty_officer`."""

    name = forms.CharField(label=_("名称"), required=False, max_length=100)
    channel_class = forms.ChoiceField(label=_("渠道类别"))
    owner = forms.ChoiceField(label=_("责任人（没有采到或沉默时通知）"))
    backup = forms.ChoiceField(label=_("备用责任人"))
    region = forms.CharField(label=_("地域（可以不写）"), required=False, max_length=60)
    outlet = forms.CharField(label=_("媒体名称（只写机构，可以不写）"), required=False, max_length=100)
    outlet_tier = forms.TypedChoiceField(label=_("媒体层级"), required=False, coerce=int, empty_value=None)
    own_channel = forms.BooleanField(label=_("是本局自己的渠道"), required=False)
    rhythm_hours = forms.IntegerField(
        label=_("超过多少小时没有新内容算沉默（不写则按它自己的规律）"), required=False, min_value=1, max_value=8760
    )
    min_minutes = forms.IntegerField(label=_("最短多少分钟看一次"), min_value=FASTEST, max_value=SLOWEST, initial=10)
    max_minutes = forms.IntegerField(label=_("最长多少分钟看一次"), min_value=FASTEST, max_value=SLOWEST, initial=240)

    def __init__(self, *args: Any, source: Source | None = None, **kwargs: Any) -> None:
        initial = self.as_it_stands(source) if source is not None else owners_by_default()
        super().__init__(*args, **{"label_suffix": "", "initial": initial, **kwargs})
        regulation = regulation_now()
        self._choose("channel_class", [(c, regulation.name_of("word", c, lang())) for c in regulation.channel_classes])
        for name in ("owner", "backup"):
            self._choose(name, answering())
        self._choose("outlet_tier", [("", _("不知道")), *TIERS])

    def _choose(self, name: str, choices: Any) -> None:
        cast(forms.ChoiceField, self.fields[name]).choices = choices

    @staticmethod
    def as_it_stands(source: Source) -> dict[str, Any]:
        """The fields of a source as the form shows them."""
        plain = ("name", "channel_class", "region", "outlet", "outlet_tier", "own_channel",
                 "rhythm_hours", "min_minutes", "max_minutes")  # fmt: skip
        return {
            **{name: getattr(source, name) for name in plain},
            "owner": f"user:{source.owner_id}" if source.owner_id else f"role:{source.owner_role}",
            "backup": f"user:{source.backup_id}" if source.backup_id else f"role:{source.backup_role}",
        }

    def facts(self) -> dict[str, Any]:
        """The common fields as the verb takes them."""
        data = {name: self.cleaned_data[name] for name in FactsForm.base_fields if name in self.cleaned_data}
        owner, owner_role = who(data.pop("owner"))
        backup, backup_role = who(data.pop("backup"))
        return data | {"owner": owner, "owner_role": owner_role, "backup": backup, "backup_role": backup_role}


class SourceForm(FactsForm):
    """A source with an address on the web, one that sends to us, or one that people look at."""

    url = forms.CharField(
        label=_("网址"),
        required=False,
        max_length=2000,
        widget=forms.URLInput(attrs={"inputmode": "url"}),
        help_text=_("订阅源、网站地图、接口，或列着文章的网页。人工查看的可以不写。"),
    )
    adapter = forms.ChoiceField(label=_("采集方式"), required=False)
    settings = forms.CharField(
        label=_("采集设置（自动找到，一般不用改）"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2, "lang": "en"}),
        help_text=_("一行一项，例如 links = ul.news > li > a。写 follow = 1，则打开每条的网页取全文。"),
    )
    field_order = ("url", "adapter", "settings")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choose("adapter", [(AUTOMATIC, _("自动识别")), *ways()])

    @staticmethod
    def as_it_stands(source: Source) -> dict[str, Any]:
        given = {"url": source.url, "adapter": source.adapter, "settings": in_lines(source.config)}
        return FactsForm.as_it_stands(source) | given

    def clean_settings(self) -> dict[str, str]:
        pairs = [line.partition("=") for line in str(self.cleaned_data["settings"]).splitlines() if line.strip()]
        if any(not equals or not key.strip() for key, equals, _value in pairs):
            raise forms.ValidationError(_t("每行应写成“名称 = 值”。"))
        return {key.strip(): value.strip() for key, _equals, value in pairs}

    def told(self) -> SourceData:
        """As the verb takes it."""
        data = self.cleaned_data
        return SourceData(url=data["url"], adapter=data["adapter"], config=data["settings"], **self.facts())


class ListForm(FactsForm):
    """What is the same for all sources of a list."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("name", "outlet", "outlet_tier", "own_channel", "rhythm_hours"):
            del self.fields[name]

    def told(self) -> SourceData:
        """As the verb takes it; each row brings its name and address."""
        return SourceData(name="", adapter="", **self.facts())


def ways() -> list[tuple[str, Any]]:
    """The kinds that this form can tell; a mail box has a form of its own."""
    return [(kind, adapter.name) for kind, adapter in ADAPTERS.items() if kind != MAILBOX]


def answering() -> list[Any]:
    """Who may answer for a source: posts, then people."""
    regulation = regulation_now()
    roles = [(f"role:{role.code}", regulation.name_of("role", role.code, lang())) for role in _roles()]
    return [(_t("岗位"), roles), (_t("人员"), [(f"user:{user.pk}", person_called(user)) for user in staff()])]


def in_lines(config: dict[str, Any]) -> str:
    """Settings as the form shows them."""
    return "\n".join(f"{key} = {value}" for key, value in config.items())


def _roles() -> list[Any]:
    return [role for role in regulation_now().roles.values() if role.kind != "body"]


def owners_by_default() -> dict[str, Any]:
    owner, backup = default_roles()
    return {"owner": f"role:{owner}", "backup": f"role:{backup}"}


def who(value: str) -> tuple[User | None, str]:
    """A choice of `answering` as a person or a post."""
    kind, _colon, key = value.partition(":")
    return (User.objects.get(pk=int(key)), "") if kind == "user" else (None, key)


class EditSourceForm(VerbForm, SourceForm):
    """The same fields, as they stand."""

    def __init__(self, *args: Any, subject: Any, user: User, **kwargs: Any) -> None:
        self.subject, self.user = subject, user
        SourceForm.__init__(self, *args, source=subject, **kwargs)
        self._choose("adapter", ways())
        self.fields["adapter"].required = self.fields["name"].required = True


class LookedForm(VerbForm):
    found = forms.IntegerField(
        label=_("看到几条新的（没有就写 0，也是记录）"), min_value=0, max_value=10_000, initial=0
    )
    note = forms.CharField(label=_("说明（可以不写）"), required=False, max_length=300)


class WhyForm(VerbForm):
    reason = forms.CharField(label=_("理由"), widget=long_text(), max_length=300)
