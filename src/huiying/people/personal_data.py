"""Every kind of personal data that the house holds: where it comes in, where it lies, who reads it, how long it stays
and what ends it (§6.2; PIPL art. 6, 47, 55).

The jobs that destroy ask `kept` for their period, and the page for the impact assessment is this table. A model's field
that holds sealed bytes or the way to reach a person must stand here or in NOT_PERSONAL (tests/whole).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from huiying.people.versions import regulation_now
from huiying.regulation import Regulation
from huiying.regulation.calendar import Duration

Words = str | Promise
Period = Callable[[Regulation], Duration]


@dataclass(frozen=True)
class Kind:
    """`kept`: by the regulation, or fixed where no regulation says it. `job`: what destroys it by itself, by its name
    in `work.schedule`; "" where a person or the end of the matter does.
    """

    code: str
    name: Words
    enters: Words
    ground: Words
    fields: tuple[str, ...]  # app.Model.field
    sealed: bool
    readers: Words
    ends: Words
    kept: Period | Duration
    job: str = ""


_DUTY = _("履行法定职责（《个人信息保护法》第十三条第三项、第三十四条）")
_PUBLIC = _("已公开的信息，在合理范围内（《个人信息保护法》第二十七条）")
_STAFF = _("人事管理和办公所必需（《个人信息保护法》第十三条）")
_SAFETY = _("网络安全法要求的日志")

KINDS: tuple[Kind, ...] = (
    Kind(
        "original", _("帖子和留言的原话（遮盖前）"), _("采集、导入、人工录入、网上留言"), _PUBLIC,
        ("listening.Post.sealed_text",), True, _("有案件的人说明理由后打开，每次留痕"),
        _("没有立案的，自收到起；立了案的随案卷保存；留言随留言保存"),
        lambda law: law.retention.evidence_without_case, "originals.purge",
    ),
    Kind(
        "voice", _("导入文件里的账号（只用来数有几个人在说）"), _("导入"), _PUBLIC,
        ("listening.Post.sealed_voice",), True, _("没有人能看"),
        _("归入事件时变成只在该事件内有效的记号并销毁；没归入的到期销毁"), Duration.parse("P14D"), "voices",
    ),
    Kind(
        "on_the_way", _("多单位共用筛查时在路上的帖子"), _("省级汇集点"), _PUBLIC, ("hub.Batch.body",), True,
        _("没有人能看，只有程序能开"), _("自送出起"), Duration.parse("P3D"), "hub.forget",
    ),
    Kind(
        "contact", _("留言人留的电话或邮箱（可以不留）"), _("网上留言"), _DUTY,
        ("listening.Message.sealed_contact",), True,
        _("值班和办理的人说明理由后打开，每次留痕"), _("自办结起；本人要求的，决定后立即"),
        lambda law: law.retention.personal_fields, "contacts.purge",
    ),
    Kind(
        "snapshot", _("网页快照（WARC）"), _("采集"), _PUBLIC, ("listening.Evidence.file",), True,
        _("局办公室等说明理由后打开，每次留痕"), _("没有立案的，自采集起；立了案的随案卷保存"),
        lambda law: law.retention.evidence_without_case, "evidence.purge",
    ),
    Kind(
        "attachment", _("留言人和值班员附的照片、PDF"), _("网上留言、人工录入"), _DUTY,
        ("listening.PostAttachment.stored",), True, _("办理的人说明理由后打开，每次留痕"),
        _("随案卷保存；选了没有提交的两小时后删"),
        lambda law: law.retention.cases, "",
    ),
    Kind(
        "reading", _("截图识别的草稿"), _("值班员上传的截图"), _PUBLIC,
        ("listening.PictureReading.sealed_form", "listening.PictureReading.sealed_draft"), True, _("上传的人自己"),
        _("自上传起"), Duration.parse("P1D"), "readings.sweep",
    ),
    Kind(
        "opinion", _("征集的意见原话"), _("意见征集页"), _DUTY, ("foreseeing.Opinion.sealed_text",), True,
        _("没有人能看，只看遮盖后的"), _("自公布结果起"), lambda law: law.dialogue.opinions_kept, "opinions.purge",
    ),
    Kind(
        "follower", _("订阅的邮箱"), _("订阅页"), _("本人同意（《个人信息保护法》第十三条第一项）"),
        ("responding.Subscription.sealed_address",), True, _("没有人能看，只用来寄信"),
        _("退订即删；没有确认的到期删"), lambda law: law.dialogue.follower_unconfirmed, "followers.purge",
    ),
    Kind(
        "request", _("更正、删除请求的原话"), _("要求更正或删除页"), _DUTY,
        ("responding.PersonalRequest.sealed_text",), True,
        _("没有人能看，只看遮盖后的"), _("自办结起"), lambda law: law.retention.personal_fields, "requests.purge",
    ),
    Kind(
        "partner", _("联动单位、确认单位、联系函的联系人"), _("局办公室登记"), _DUTY,
        ("people.Partner.contact_name", "people.Partner.contact_phone", "people.Partner.contact_email",
         "handling.Liaison.contact", "responding.BodyConfirmation.contact"),
        False, _("局办公室和办理的人"), _("换人时改；随登记和案卷保存"), lambda law: law.retention.cases, "",
    ),
    Kind(
        "staff", _("本单位人员的姓名、电话"), _("系统管理员登记"), _STAFF,
        ("people.User.name", "people.User.username", "people.User.phone", "people.Identity.subject"), False,
        _("本单位登录的人"),
        _("离任后停用；台账里的署名随台账保存"), lambda law: law.retention.cases, "",
    ),
    Kind(
        "sign_in", _("登录失败记录里的网络地址和浏览器"), _("登录页"), _SAFETY,
        ("axes.AccessAttempt.ip_address", "axes.AccessAttempt.user_agent", "axes.AccessAttempt.username",
         "axes.AccessFailureLog.ip_address", "axes.AccessFailureLog.user_agent", "axes.AccessFailureLog.username",
         "axes.AccessLog.ip_address", "axes.AccessLog.user_agent", "axes.AccessLog.username"),
        False, _("管服务器的人，界面上看不到"), _("自登录起"), lambda law: law.retention.access_log, "keeping.residue",
    ),
    Kind(
        "place", _("防止大量发送用的记号（由网络地址算出，不能还原）"), _("留言、查询、订阅等公开的表单"), _SAFETY,
        ("work.RateBucket.key",), False, _("没有人能看"), _("自最后一次使用起"), Duration.parse("P1D"),
        "work.forget_rate_buckets",
    ),
)  # fmt: skip
BY_CODE = {kind.code: kind for kind in KINDS}
# Sealed, and about no person: keys and secrets of the house itself.
NOT_PERSONAL = {
    "judging.Event.sealed_key": "keys an event's voice tags; dies with the event",
    "listening.Source.sealed_secret": "the password of a mail box of ours, the key of a hook",
    "people.Platform.sealed_settings": "the secrets of our own account's programming interface",
    "people.SecondFactor.secret": "the authenticator's secret of a member of staff",
    "people.SecurityKey.public_key": "the open half of a key: it opens nothing and reaches nobody",
}


def kept(code: str, regulation: Regulation | None = None) -> Duration:
    """How long a kind of data stays. Only for kinds that have a period."""
    period = BY_CODE[code].kept
    return period if isinstance(period, Duration) else period(regulation or regulation_now())


def fixed(code: str) -> dt.timedelta:
    """The same for kinds whose period no regulation changes."""
    period = BY_CODE[code].kept
    assert isinstance(period, Duration)
    return period.elapsed
