"""A source and a mail box （五）C5.2, C5.10: forms, verbs, sentences; the sentences of imports too. The password of
a mail box is written here and shown nowhere again.
"""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _t, gettext_lazy as _

from huiying.desk.bar import NothingForm, Verb
from huiying.desk.fields import DayField, long_text, person_called, staff
from huiying.desk.forms import VerbForm
from huiying.desk.language import lang
from huiying.kernel import clock
from huiying.listening.actions import sources
from huiying.listening.actions.sources import (
    BOX_LOOKS_BACK,
    FASTEST,
    PASSWORD_CHARS,
    SLOWEST,
    SourceData,
    default_roles,
)
from huiying.listening.adapters import ADAPTERS, MAILBOX
from huiying.listening.mailbox import INBOX, LONGEST_ADDRESS, TLS_PORT, MailAddress, WrongAddress, parse_address
from huiying.listening.models import Source
from huiying.listening.source_check import SINCE
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
        cast("forms.ChoiceField", self.fields[name]).choices = choices

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


class MailboxForm(FactsForm):
    """Server, account and folder, and what every source is asked."""

    host = forms.CharField(
        label=_("收信服务器（IMAP）"),
        max_length=250,
        widget=forms.TextInput(attrs={"lang": "en", "spellcheck": "false"}),
        help_text=_("例如 imap.example.gov.cn，问管邮箱的人。"),
    )
    port = forms.IntegerField(label=_("端口"), min_value=1, max_value=65_535, initial=TLS_PORT)
    tls = forms.BooleanField(
        label=_("加密连接（不加密的只能在管理员放行的内部网络里用）"), required=False, initial=True
    )
    account = forms.CharField(
        label=_("用户名"),
        max_length=LONGEST_ADDRESS,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "lang": "en"}),
    )
    password = forms.CharField(
        label=_("密码"),
        required=False,
        strip=False,
        max_length=PASSWORD_CHARS,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("很多邮箱要用单独的授权码。加密保存，以后谁也看不到。"),
    )
    folder = forms.CharField(label=_("文件夹"), max_length=LONGEST_ADDRESS, initial=INBOX)
    since = DayField(label=_("从哪一天的信读起"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    field_order = ("host", "port", "tls", "account", "password", "folder", "since")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True
        self.fields["since"].initial = clock.now().date() - BOX_LOOKS_BACK
        self.fields["own_channel"].help_text = _("写给本局的信（如局长信箱）要勾上；媒体摘要、别的工具的提醒不勾。")

    @staticmethod
    def as_it_stands(source: Source) -> dict[str, Any]:
        address = parse_address(source.url)
        given = {name: getattr(address, name) for name in ("host", "port", "tls", "folder")}
        given |= {"account": address.user, "since": source.config.get(SINCE)}
        return FactsForm.as_it_stands(source) | given

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors:
            try:
                data["address"] = MailAddress(
                    data["host"].strip(), data["account"].strip(), data["folder"].strip(), data["port"], data["tls"]
                )
            except WrongAddress as error:
                raise forms.ValidationError(str(error)) from error
        return data

    def told(self) -> SourceData:
        """As the verb takes it."""
        data = self.cleaned_data
        config = {SINCE: data["since"].isoformat()}
        return SourceData(
            adapter=MAILBOX, url=data["address"].url, config=config, password=data["password"], **self.facts()
        )


class EditMailboxForm(VerbForm, MailboxForm):
    """The same fields, as they stand, but for the password."""

    def __init__(self, *args: Any, subject: Any, user: User, **kwargs: Any) -> None:
        self.subject, self.user = subject, user
        MailboxForm.__init__(self, *args, source=subject, **kwargs)
        self.fields["password"].help_text = _("不改就空着。服务器、用户名或文件夹改了，要重新写一遍密码。")


SOURCE_VERBS: dict[str, Verb] = {
    "look": Verb(
        NothingForm, lambda source, data, user: sources.look_now(source, user), _("已排到最前，马上去看；稍后刷新。")
    ),
    "looked": Verb(
        LookedForm,
        lambda source, data, user: sources.looked_by_hand(source, data["found"], data["note"], user),
        _("已记下：以服务器时间为准。"),
    ),
    "edit": Verb(
        EditSourceForm, lambda source, data, user: sources.edit_source(source, told_of(data), user), _("已改。")
    ),
    "pause": Verb(
        WhyForm,
        lambda source, data, user: sources.pause_source(source, data["reason"], user),
        _("已停用，理由已记录。"),
    ),
    "resume": Verb(
        NothingForm, lambda source, data, user: sources.resume_source(source, user), _("已恢复监测，马上去看。")
    ),
    "retire": Verb(
        WhyForm,
        lambda source, data, user: sources.retire_source(source, data["reason"], user),
        _("已不再使用，记录都留着。"),
    ),
}


#: A mail box is edited by a form of its own.
MAILBOX_VERBS: dict[str, Verb] = {
    **SOURCE_VERBS,
    "edit": Verb(
        EditMailboxForm,
        lambda source, data, user: sources.edit_source(source, told_of(data, MailboxForm), user),
        _("已改。"),
    ),
}


def verbs_of(source: Source) -> dict[str, Verb]:
    """What may be done with a source of its kind."""
    return MAILBOX_VERBS if source.adapter == MAILBOX else SOURCE_VERBS


def told_of(cleaned: dict[str, object], kind: type[SourceForm | MailboxForm] = SourceForm) -> sources.SourceData:
    """The cleaned fields of the form as the verb takes them."""
    form = kind()
    form.cleaned_data = dict(cleaned)
    return form.told()


SENTENCES: dict[str, Any] = {
    "source.added": _("登记来源“%(name)s”（%(channel_class)s）"),
    "source.changed": _("修改来源“%(name)s”的登记"),
    "source.paused": _("停用来源“%(name)s”：%(reason)s"),
    "source.retired": _("来源“%(name)s”不再使用：%(reason)s"),
    "source.resumed": _("恢复监测来源“%(name)s”"),
    "source.looked": _("人工查看来源“%(name)s”，新内容 %(found)s 条"),
    "evidence.kept": _("保存证据 %(evidence)s，SHA-256 %(file_sha256)s"),
    "evidence.opened": _("查看封存的证据 %(evidence)s：%(reason)s"),
    "evidence.purged": _("证据 %(evidence)s 到保存期限，已销毁"),
    "post.originals_purged": _("%(posts)s 条来文遮盖前的原话到保存期限，已销毁"),
    "post.disappeared": _("来文 %(post)s 的原网页已消失（%(status)s）"),
    "page.disappeared": _("来源 %(source)s 的一个网页没有取到就消失了（%(status)s）"),
    "pages.found": _("来源 %(source)s 列出 %(n)s 个新网页"),
    "import.handed_in": _("交来文件“%(name)s”，还没有导入"),
    "import.corrected": _("更正文件“%(name)s”的格式或栏目"),
    "import.cancelled": _("作罢，不导入“%(name)s”"),
    "import.rows_refused": _("“%(name)s”有 %(n)s 行不能收下"),
    "import.begun": _("开始导入“%(name)s”"),
    "import.finished": _("导入“%(name)s”：新 %(new)s 条，重复 %(duplicate)s 条，拒收 %(rejected)s 条"),
    "entry.made": _("人工登记一条信息"),
    "picture.reading_asked": _("请机器读照片上的文字"),
    "entry.opened": _("查看登记的原件：%(reason)s"),
}
WORDS: dict[str, Any] = {}
