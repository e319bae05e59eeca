"""Publishing on the bureau's accounts (C8.9, C11.3): how one is connected and goes out, why a case needs no more of
them. Forms, verbs, sentences, and 联动发布 on the case's page (`desk/parts/case_accounts.html`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _t, gettext_lazy as _

from huiying.desk.bar import Cleaned, NothingForm, Verb
from huiying.desk.forms import ReasonForm, VerbForm
from huiying.handling.models import Case
from huiying.people.models import Platform, User
from huiying.people.permissions import may
from huiying.people.queries import regulation_of
from huiying.people.versions import display_name
from huiying.responding import sending, targets
from huiying.responding.actions import accounts
from huiying.responding.channels.base import Channel
from huiying.responding.channels.in_house import BY_HAND
from huiying.responding.channels.registry import SENDING
from huiying.responding.models import Publication
from huiying.responding.queries import current_revision
from huiying.responding.readiness import missing_families
from huiying.responding.targets import place_name


class ExcuseForm(ReasonForm):
    def prepare(self) -> None:
        self.fields["reason"].help_text = _t("至少 8 个字。写明以后，渠道少于制度要求也可以办结。")


class ConnectForm(VerbForm):
    """The settings of one interface. A secret is never shown again; left empty it stays as it is."""

    interface: Channel

    def prepare(self) -> None:
        platform: Platform = self.subject
        kept = sending.opened(platform)
        before = kept[1] if kept is not None and kept[0] == self.interface.kind else {}
        for item in self.interface.settings:
            given = bool(before.get(item.name))
            widget: Any = forms.PasswordInput(attrs={"autocomplete": "off"}) if item.secret else forms.TextInput()
            self.fields[item.name] = forms.CharField(
                label=str(item.label),
                widget=widget,
                required=not (item.optional or item.default or (item.secret and given)),
                initial="" if item.secret else before.get(item.name, item.default),
                help_text=_t("已经存有，留空就不改。") if item.secret and given else str(item.help),
                max_length=2000,
            )


class WebsiteForm(ConnectForm):
    interface = SENDING["website"]


class WechatForm(ConnectForm):
    interface = SENDING["wechat"]


class WeiboForm(ConnectForm):
    interface = SENDING["weibo"]


class ChannelForm(VerbForm):
    channel = forms.ChoiceField(label=_("怎样发布"), widget=forms.RadioSelect)

    def prepare(self) -> None:
        platform: Platform = self.subject
        connected = sending.channel_of(platform)
        choices = [(BY_HAND.kind, _t("人工发布：人发、截图、另一人核对"))]
        if connected is not None:
            choices.append((connected.kind, _t("自动发布：由%(name)s发出并取回核对") % {"name": connected.name}))
        self.choose("channel").choices = choices
        self.fields["channel"].initial = platform.channel


VERBS: dict[str, Verb] = {
    "excuse_linked": Verb(
        ExcuseForm, lambda case, data, user: targets.excuse(case, data["reason"], user), _("理由已记录。")
    ),
}


def _connect(form: type[ConnectForm]) -> Verb:
    kind = form.interface.kind

    def call(platform: Platform, data: Cleaned, user: User) -> Any:
        return accounts.connect_platform(platform, data, user, channel=kind)

    return Verb(form, call, _("接口设置已封存。请试一下，再由统筹部门改成自动发布。"))


# The verbs of one account, on the page of its connection.
ACCOUNT_VERBS: dict[str, Verb] = {
    "connect_website": _connect(WebsiteForm),
    "connect_wechat": _connect(WechatForm),
    "connect_weibo": _connect(WeiboForm),
    "test": Verb(
        NothingForm, lambda platform, data, user: accounts.test_connection(platform, user), lambda said: str(said)
    ),
    "change_channel": Verb(
        ChannelForm,
        lambda platform, data, user: accounts.change_channel(platform, data["channel"], user),
        _("发布方式已改，以后发布的按它办。"),
    ),
    "disconnect": Verb(
        NothingForm,
        lambda platform, data, user: accounts.disconnect_platform(platform, user),
        _("接口已断开，密钥已删除，以后人工发布。"),
    ),
}

# The verbs of one publication that a program sends.
PUBLICATION_VERBS: dict[str, Verb] = {
    "retry": Verb(
        NothingForm,
        lambda row, data, user: accounts.retry_publication(row, user),
        _("已排队再发，先查对方有没有收到。"),
    ),
    "by_hand": Verb(
        NothingForm,
        lambda row, data, user: accounts.post_by_hand_instead(row, user),
        _("已改为人工发布，请发布后登记网址和截图。"),
    ),
}


SENTENCES: dict[str, Any] = {
    "release.failed": _("在“%(place)s”没有发出"),
    "release.called_back": _("“%(place)s”上的不再发布：%(why)s"),
    "release.retried": _("再次发往“%(place)s”"),
    "release.by_hand_instead": _("“%(place)s”改为人工发布"),
    "linked.excused": _("写明为什么不用更多渠道"),
    "platform.connected": _("“%(name)s”接上接口（只记改了哪几项设置）"),
    "platform.disconnected": _("“%(name)s”断开接口，密钥已删除"),
    "platform.channel_changed": _("“%(name)s”的发布方式改为“%(channel)s”"),
    "platform.tested": _("试“%(name)s”的接口：%(result)s"),
}
WORDS: dict[str, Any] = {
    "website": _("网站接口"),
    "wechat": _("微信公众号接口"),
    "weibo": _("微博接口"),
    "by_hand": _("人工发布"),
    "连得上": _("连得上"),
    "连不上": _("连不上"),
}


WIDE = 240


@dataclass(frozen=True)
class Line:
    """One account of a release, and what may be done about it."""

    row: Publication
    carries_facts: bool
    by_program: bool
    can_retry: bool
    can_by_hand: bool


@dataclass(frozen=True)
class Meter:
    """The skew drawn to scale: a dot for each account, a stroke where the allowed time ends."""

    skew: targets.Skew
    dots: list[tuple[float, str]]
    limit_at: float
    first: str
    last: str


@dataclass(frozen=True)
class Shown:
    release: targets.Release
    stage: str
    lines: list[Line]
    meter: Meter | None


def section(case: Case, user: User) -> dict[str, Any]:
    """A handful of queries, whatever the number of releases and accounts."""
    regulation = regulation_of(case.regulation)
    publishes = may(user, "release.publish").allowed
    shown = []
    for release in targets.releases(case):
        lines = [line_of(row, release.carries_facts[row.target], publishes) for row in release.rows]
        stage = display_name(regulation, "stage", release.revision.stage)
        shown.append(Shown(release, stage, lines, _meter(release)))
    return {
        "accounts_shown": shown,
        "accounts_missing": _missing(case),
        "accounts_excuse": targets.excuse_of(case),
    }


def _missing(case: Case) -> str:
    """While it is written: which texts are wanting. Once it is answered: where it is not public yet (C8.9)."""
    if case.state == "answered":
        return " ".join(targets.why_not_linked(case))
    revision = current_revision(case) if case.state in ("handling", "reviewing", "approved") else None
    return missing_families(case, revision) if revision is not None else ""


def line_of(row: Publication, carries_facts: bool, publishes: bool) -> Line:
    by_program = row.channel in SENDING
    failed = row.state == Publication.FAILED
    queued = row.state == Publication.QUEUED
    return Line(
        row,
        carries_facts,
        by_program,
        can_retry=publishes and by_program and failed,
        can_by_hand=publishes and by_program and (failed or queued),
    )


def _meter(release: targets.Release) -> Meter | None:
    skew = release.skew
    if skew is None or len(skew.marks) + skew.waiting + skew.failed < 2:
        return None
    whole = max(skew.length, skew.limit).total_seconds() or 1.0
    names = {row.target: place_name(row) for row in release.rows}
    dots = [((at - skew.first).total_seconds() / whole * WIDE, names[target]) for target, at in skew.marks]
    return Meter(
        skew,
        [(round(x, 1), name) for x, name in dots],
        round(skew.limit.total_seconds() / whole * WIDE, 1),
        names[skew.marks[0][0]],
        names[skew.marks[-1][0]],
    )
