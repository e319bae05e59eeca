"""Patrol, coverage, the emergency watch and the hand-over （五）; lists from outside (C5.16) and packages (C5.18):
forms, verbs, sentences. None is a case's.
"""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _t, gettext_lazy as _

from huiying.desk.bar import Cleaned, NothingForm, Verb
from huiying.desk.fields import DayField, DepartmentField, PersonField, day, long_text
from huiying.desk.forms import VerbForm
from huiying.desk.language import lang
from huiying.handling import handover
from huiying.handling.actions.reconciling import take_list
from huiying.judging.actions.sharing import share
from huiying.listening.actions import patrolling as acts
from huiying.listening.models import EmergencyWatch
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.queries import able, departments

_BETWEEN = re.compile(r"[\n、，,；;]+")


class DeclareForm(VerbForm):
    what = forms.CharField(label=_("发生了什么"), max_length=300)
    words = forms.CharField(
        label=_("扩大监测的词（可以不填）"),
        widget=long_text(),
        required=False,
        help_text=_("一行一个。本地来文里有其中一个词，就进待辨，直到有人解除。"),
    )
    every_minutes = forms.IntegerField(label=_("每隔多少分钟巡查一遍"), min_value=5, max_value=1440)

    def prepare(self) -> None:
        self.fields["every_minutes"].initial = self.regulation.monitor.patrol.emergency.per_source_every_minutes

    def clean_words(self) -> list[str]:
        return [word.strip() for word in _BETWEEN.split(self.cleaned_data["words"]) if word.strip()]


class EndForm(VerbForm):
    why = forms.CharField(label=_("为什么可以解除"), widget=long_text(), max_length=300)


class _ClassForm(VerbForm):
    channel_class = forms.ChoiceField(label=_("渠道类"))

    def prepare(self) -> None:
        names = self.regulation.channel_classes
        self.choose("channel_class").choices = [(name, self.regulation.name_of("word", name, lang())) for name in names]


class PointForm(_ClassForm):
    name = forms.CharField(label=_("名称"), max_length=100)
    url = forms.URLField(label=_("网址（可以不填）"), max_length=500, required=False, assume_scheme="https")
    what = forms.CharField(label=_("看什么（可以不填）"), max_length=200, required=False)
    owner = DepartmentField(label=_("责任部门"), queryset=departments(), empty_label=None)
    backup = DepartmentField(label=_("后备部门"), queryset=departments(), empty_label=None)

    field_order = ("name", "channel_class", "url", "what", "owner", "backup")


class ClassNoteForm(_ClassForm):
    reason = forms.CharField(
        label=_("理由"), widget=long_text(), max_length=300, help_text=_("这一类仍会留在覆盖表里，显示为红色。")
    )


class RetireForm(VerbForm):
    why = forms.CharField(label=_("停用的理由"), widget=long_text(), max_length=300)


class BeginHandoverForm(VerbForm):
    incoming = PersonField(label=_("交给谁"), queryset=User.objects.none(), empty_label=None)

    def prepare(self) -> None:
        people = [user.pk for user in able("duty") if user.pk != self.user.pk]
        self.fields["incoming"].queryset = User.objects.filter(pk__in=people)  # type: ignore[attr-defined]


class GiveForm(VerbForm):
    remarks = forms.CharField(
        label=_("设备、账号和特别关注（可以不填）"), widget=long_text(), required=False, max_length=2000
    )

    def prepare(self) -> None:
        self.fields["remarks"].help_text = _t("其余各项由系统按台账写好，确认后不再变动。")


class OutsideListForm(VerbForm):
    """A list of another body: 12345, 宣传部, the press."""

    body = forms.CharField(label=_("清单来自"), max_length=100, help_text=_("例如：12345、市委宣传部通报、日报"))
    period_from = DayField(label=_("从哪一天"), widget=day())
    period_to = DayField(label=_("到哪一天"), widget=day())
    text = forms.CharField(label=_("清单"), widget=long_text(tall=True), help_text=_("一行一件，可以带网址。"))


class ShareForm(VerbForm):
    """To whom and for what (§6.3-8: an export carries its purpose)."""

    body = forms.CharField(label=_("共享给"), max_length=100)
    purpose = forms.CharField(
        label=_("用途"),
        max_length=300,
        help_text=_("个人信息会自动遮盖；留言人的原话不给外单位看。链接七天有效，可以随时收回。"),
    )


def _end(watch: EmergencyWatch | None, data: Cleaned, user: User) -> Any:
    if watch is None:
        raise Refused(_t("现在没有进行中的突发事件监测。"))
    return acts.end_emergency(watch, data["why"], user)


EMERGENCY_VERBS: dict[str, Verb] = {
    "declare": Verb(
        DeclareForm,
        lambda _watch, data, user: acts.declare_emergency(
            data["what"], data["words"], user, every_minutes=data["every_minutes"]
        ),
        _("已启动，已通知值班和带班人员。"),
    ),
    "end": Verb(EndForm, _end, _("已解除，恢复日常巡查。")),
}
COVERAGE_VERBS: dict[str, Verb] = {
    "add_point": Verb(
        PointForm,
        lambda _nothing, data, user: acts.add_point(**data, actor=user),
        _("巡查点已增加，本时段起就要看。"),
    ),
    "adopt": Verb(
        NothingForm,
        lambda _nothing, data, user: acts.adopt_points(user),
        lambda n: _t("已建立 %(n)d 个巡查点，可以逐个改。") % {"n": n},
    ),
    "note_class": Verb(
        ClassNoteForm,
        lambda _nothing, data, user: acts.note_class(data["channel_class"], data["reason"], user),
        _("理由已记录，这一类仍显示为红色。"),
    ),
}
POINT_VERBS: dict[str, Verb] = {
    "retire": Verb(
        RetireForm,
        lambda point, data, user: acts.retire_point(point, data["why"], user),
        _("已停用，以前的记录都在。"),
    ),
}
HANDOVER_VERBS: dict[str, Verb] = {
    "begin": Verb(
        BeginHandoverForm,
        lambda _nothing, data, user: handover.begin_handover(data["incoming"], user),
        _("交接表已生成，请双方确认。"),
    ),
    "give": Verb(
        GiveForm,
        lambda row, data, user: handover.give(row, data["remarks"], user),
        _("已确认交班，等接班人确认。"),
    ),
    "take": Verb(NothingForm, lambda row, data, user: handover.take(row, user), _("已确认接班。")),
}


SENTENCES: dict[str, Any] = {
    "patrol.point_added": _("增加巡查点“%(name)s”（%(class)s）"),
    "patrol.point_retired": _("停用巡查点“%(name)s”：%(why)s"),
    "patrol.class_noted": _("说明渠道类“%(class)s”为什么没有来源：%(reason)s"),
    "patrol.cards_made": _("到了巡查时间，%(n)s 处要看"),
    "patrol.ticked": _("巡查“%(point)s”"),
    "emergency_watch.declared": _("启动突发事件监测：%(what)s"),
    "emergency_watch.ended": _("解除突发事件监测：%(why)s"),
    "reconcile.listed": _("收下%(body)s的清单（%(lines)s 行）核对漏报"),
    "reconcile.decided": _("核对外来清单第 %(line)s 行"),
    "event.shared": _("共享给%(body)s，用途：%(purpose)s"),
    "event.share_opened": _("%(body)s第一次打开了共享"),
    "event.share_answered": _("%(body)s对共享有回复"),
    "event.share_revoked": _("收回给%(body)s的共享"),
    "handover.prepared": _("按值班表备好交接表"),
    "handover.begun": _("请%(to)s来接班"),
    "handover.given": _("向%(to)s交班"),
    "handover.taken": _("从%(from)s接班"),
}
WORDS: dict[str, Any] = {}


RECONCILE_VERBS: dict[str, Verb] = {
    "take": Verb(
        OutsideListForm,
        lambda _nothing, data, user: take_list(
            data["body"], data["period_from"], data["period_to"], data["text"], user
        ),
        lambda made: _t("已收下 %(n)d 行，请逐行核对。") % {"n": made.items.count()},
    ),
}
SHARE_VERBS: dict[str, Verb] = {
    "share": Verb(
        ShareForm,
        lambda event, data, user: share(event, data["body"], data["purpose"], user),
        "",  # the page says it with the link, which is shown once
    ),
}
