"""Releasing before being asked: press releases, the calendar, what is missing, partners （十一）. None is a case's."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.desk import forms_registers as registers
from huiying.desk import forms_releasing as forms
from huiying.desk.bar import Cleaned, NothingForm, Verb
from huiying.people.actions import partners as people_partners
from huiying.people.actions import registers as platforms
from huiying.people.models import Partner, Spokesperson, User
from huiying.responding.actions import disclosure, gaps, partners, press, speaking
from huiying.responding.models import PartnerPush

VERBS: dict[str, Verb] = {}

PRESS_VERBS: dict[str, Verb] = {
    "submit": Verb(
        NothingForm, lambda release, data, user: press.submit_press(release, user), _("已送审，已通知第一步审核的人。")
    ),
    "publish": Verb(
        forms.PublishForm,
        lambda release, data, user: press.publish_press(release, data["channels"], user),
        lambda rows: _t("已交付 %(n)d 个账号，下面能看到各自到哪一步。") % {"n": len(rows)},
        asks_again=True,
    ),
    "authorise": Verb(
        forms.AuthorisePressForm,
        lambda release, data, user: speaking.authorise_for_press(
            release, Spokesperson.objects.get(pk=data["speaker"]), data["statement"], user
        ),
        lambda row: _t("已授权%(name)s就这份新闻稿发言。") % {"name": row.speaker_name},
    ),
    "revoke": Verb(
        forms.RevokePressForm,
        lambda release, data, user: speaking.revoke(release.authorisations.get(pk=data["row"]), data["why"], user),
        _("授权已撤销。"),
    ),
    "drop": Verb(
        forms.WhyForm,
        lambda release, data, user: press.drop_press(release, data["reason"], user),
        _("新闻稿已撤销，理由已记录。"),
    ),
}

DISCLOSURE_VERBS: dict[str, Verb] = {
    "finish": Verb(
        forms.FinishDisclosureForm,
        lambda item, data, user: disclosure.finish_disclosure(item, data["url"], data["release"], user),
        _("已登记公开，以服务器时间为准。"),
    ),
    "edit": Verb(
        forms.EditDisclosureForm,
        lambda item, data, user: disclosure.edit_disclosure(item, **data, actor=user),
        _("已改。"),
    ),
    "drop": Verb(
        forms.DropDisclosureForm,
        lambda item, data, user: disclosure.drop_disclosure(item, data["reason"], bool(data.get("whole_series")), user),
        _("已撤销，理由已记录。"),
    ),
}

GAP_VERBS: dict[str, Verb] = {
    "finish": Verb(
        forms.UrlForm, lambda gap, data, user: gaps.finish_gap(gap, data["url"], user), _("已补上，网址已记录。")
    ),
    "drop": Verb(
        forms.WhyForm,
        lambda gap, data, user: gaps.drop_gap(gap, data["reason"], user),
        _("已记为不再需要。"),
    ),
}

PLATFORM_VERBS: dict[str, Verb] = {
    "edit": Verb(
        registers.EditPlatformForm,
        lambda platform, data, user: platforms.edit_platform(platform, **registers.owned(data), actor=user),
        _("登记已更新。"),
    ),
    "posted": Verb(
        registers.LastPostForm,
        lambda platform, data, user: platforms.note_last_post(platform, data["at"], user),
        _("最近发布时间已登记。"),
    ),
    "counted": Verb(
        registers.CountForm,
        lambda platform, data, user: platforms.note_unanswered(platform, data["count"], user),
        _("未答复的留言数已登记，以现在的服务器时间为准。"),
    ),
    "checked": Verb(
        registers.CheckedForm,
        lambda platform, data, user: platforms.note_security_check(platform, data["on"], user),
        _("安全检查已登记。"),
    ),
    "close": Verb(
        registers.CloseForm,
        lambda platform, data, user: platforms.close_platform(platform, data["reason"], user),
        _("账号已停用，不会再往上发布任何内容。"),
    ),
}


def _push(partner: Partner, data: Cleaned, user: User) -> PartnerPush:
    return partners.push(data["publication"], partner, user)


def _pushed(row: PartnerPush) -> str:
    if row.means == "email":
        return _t("已交给邮件服务器发送，送到后这里会写明。")
    return _t("没有配置邮件或对方没有邮箱：请打开这一次推送，复制全文自己发给对方，再登记“已经送到”。")


def _test(partner: Partner, data: Cleaned, user: User) -> Any:
    return people_partners.test_partner(partner, data["reached"] == "yes", data["note"], user)


PARTNER_VERBS: dict[str, Verb] = {
    "push": Verb(registers.PushForm, _push, _pushed),
    "test": Verb(registers.ContactTestForm, _test, _("抽查结果已记录。")),
    "edit": Verb(
        registers.EditPartnerForm,
        lambda partner, data, user: people_partners.edit_partner(partner, **data, actor=user),
        _("登记已更新。"),
    ),
    "end": Verb(
        forms.WhyForm,
        lambda partner, data, user: people_partners.end_partner(partner, data["reason"], user),
        _("合作已结束，往来记录都留着。"),
    ),
}

PUSH_VERBS: dict[str, Verb] = {
    "sent": Verb(NothingForm, lambda row, data, user: partners.mark_sent(row, user), _("已登记送到。")),
    "again": Verb(NothingForm, lambda row, data, user: partners.send_again(row, user), _("已重新交给邮件服务器发送。")),
    "reply": Verb(
        registers.ReplyForm,
        lambda row, data, user: partners.record_reply(row, data["reply"], data["url"], data["reply_note"], user),
        _("对方的答复已登记。"),
    ),
}
