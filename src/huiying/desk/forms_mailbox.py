"""What a mail box needs to be told （五）C5.2. Its password is written here and shown nowhere again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from huiying.desk.forms import VerbForm
from huiying.desk.forms_sources import FactsForm
from huiying.desk.moments import DayField
from huiying.kernel import clock
from huiying.listening.actions.sources import BOX_LOOKS_BACK, PASSWORD_CHARS, SourceData
from huiying.listening.adapters import MAILBOX
from huiying.listening.mail_address import INBOX, LONGEST, TLS_PORT, MailAddress, WrongAddress, parse
from huiying.listening.models import Source
from huiying.listening.source_secrets import SINCE
from huiying.people.models import User


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
        max_length=LONGEST,
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
    folder = forms.CharField(label=_("文件夹"), max_length=LONGEST, initial=INBOX)
    since = DayField(label=_("从哪一天的信读起"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    field_order = ("host", "port", "tls", "account", "password", "folder", "since")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True
        self.fields["since"].initial = clock.now().date() - BOX_LOOKS_BACK
        self.fields["own_channel"].help_text = _("写给本局的信（如局长信箱）要勾上；媒体摘要、别的工具的提醒不勾。")

    @staticmethod
    def as_it_stands(source: Source) -> dict[str, Any]:
        address = parse(source.url)
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
