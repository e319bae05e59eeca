"""The roster, turns that change hands, the leading group （五）C5.1, and a department's agenda: forms, verbs,
sentences.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _t, gettext_lazy as _

from huiying.desk.bar import NothingForm, Verb
from huiying.desk.fields import DayField, MomentField, PersonField, long_text, person_called
from huiying.desk.forms import VerbForm
from huiying.desk.templatetags.desk import clock_time, local
from huiying.handling.actions.work import quarter_of
from huiying.kernel import clock
from huiying.people.actions import roster
from huiying.people.models import Appointment, DutyShift, GroupSeat, User
from huiying.people.queries import able
from huiying.people.roster import upcoming


def _moment() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class ShiftForm(forms.Form):
    user = forms.ModelChoiceField(label=_("谁值班"), queryset=User.objects.none(), empty_label=_("请选择"))
    starts_at = MomentField(label=_("上班"), widget=_moment())
    ends_at = MomentField(label=_("下班"), widget=_moment())
    days = forms.IntegerField(
        label=_("连续几天"), initial=1, min_value=1, max_value=31, help_text=_("同一个人、同样的钟点，逐日排下去。")
    )

    def __init__(self, *args: Any, people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        field = cast("forms.ModelChoiceField[User]", self.fields["user"])
        field.queryset = User.objects.filter(pk__in=[user.pk for user in people])
        # The people are known already: the list of choices asks the database for nothing more.
        field.choices = [("", field.empty_label), *((user.pk, user.name) for user in people)]


class AgendaForm(forms.Form):
    title = forms.CharField(label=_("列入日程的事"), widget=long_text(), max_length=300)
    due_on = DayField(label=_("完成日期"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    @property
    def quarter(self) -> str:
        day: dt.date = self.cleaned_data["due_on"]
        return quarter_of(day)


class SwapForm(VerbForm):
    """`subject` is nothing: the turns to choose from are the person's own, and those of the others."""

    shift = forms.ModelChoiceField(label=_("我的哪一班"), queryset=DutyShift.objects.none(), empty_label=None)
    asked_of = PersonField(label=_("请谁值"), queryset=User.objects.none(), empty_label=None)
    in_return = forms.ModelChoiceField(
        label=_("换对方的哪一班（不换就是请对方替班）"),
        queryset=DutyShift.objects.none(),
        required=False,
        empty_label=_("不换，请对方替班"),
    )
    reason = forms.CharField(label=_("原因"), widget=long_text(), max_length=200)

    def prepare(self) -> None:
        others = [user for user in able("duty") if user.pk != self.user.pk]
        turns = upcoming(clock.now())
        self._offer("shift", [row for row in turns if row.user_id == self.user.pk], named=False)
        self._offer("in_return", [row for row in turns if row.user_id != self.user.pk], named=True)
        _choose(self.fields["asked_of"], [(user.pk, user.name) for user in others])

    def _offer(self, name: str, rows: list[DutyShift], *, named: bool) -> None:
        field: Any = self.fields[name]
        field.queryset = DutyShift.objects.filter(pk__in=[row.pk for row in rows])
        empty = [("", field.empty_label)] if field.empty_label else []
        field.choices = [*empty, *((row.pk, self._called(row, named)) for row in rows)]

    @staticmethod
    def _called(row: DutyShift, named: bool) -> str:
        span = f"{local(row.starts_at)}–{clock_time(row.ends_at)}"
        return f"{row.user.name} {span}" if named else span


def _choose(field: Any, people: list[tuple[int, str]]) -> None:
    """People that are known already: the list of choices asks the database for nothing more."""
    field.queryset = User.objects.filter(pk__in=[pk for pk, _name in people])
    field.choices = people


class SeatForm(VerbForm):
    person = PersonField(label=_("谁"), queryset=User.objects.none(), empty_label=None)
    place = forms.ChoiceField(label=_("职务"), widget=forms.RadioSelect)

    def prepare(self) -> None:
        seated = GroupSeat.objects.filter(until__isnull=True).values("user")
        held = Appointment.objects.current(clock.now()).values("user")
        staff = User.objects.filter(is_active=True, is_administrator=False, pk__in=held).exclude(pk__in=seated)
        rows = staff.select_related("department").order_by("department", "pk")
        _choose(self.fields["person"], [(user.pk, person_called(user)) for user in rows])
        self.choose("place").choices = places()
        self.fields["place"].initial = GroupSeat.MEMBER


class LeaveForm(VerbForm):
    reason = forms.CharField(label=_("退出的理由"), widget=long_text(), max_length=300)


def places() -> list[tuple[str, str]]:
    return [(GroupSeat.HEAD, _t("组长")), (GroupSeat.DEPUTY, _t("副组长")), (GroupSeat.MEMBER, _t("成员"))]


ROSTER_VERBS: dict[str, Verb] = {
    "swap": Verb(
        SwapForm,
        lambda _nothing, data, user: roster.ask_swap(
            data["shift"], data["asked_of"], data["reason"], user, in_return=data["in_return"]
        ),
        _("已请对方答复；对方同意之前，这一班仍是您的。"),
    ),
    "sign": Verb(
        NothingForm,
        lambda days, _told, user: roster.sign_roster(days[0], days[1], user),
        _("已签发。以后改动的班会标出来。"),
    ),
}
SWAP_VERBS: dict[str, Verb] = {
    "agree": Verb(
        NothingForm, lambda swap, _told, user: roster.answer_swap(swap, True, user), _("已换班，双方都已记录。")
    ),
    "refuse": Verb(
        NothingForm, lambda swap, _told, user: roster.answer_swap(swap, False, user), _("已答复不能替班，班次不变。")
    ),
    "withdraw": Verb(NothingForm, lambda swap, _told, user: roster.withdraw_swap(swap, user), _("已撤回，班次不变。")),
}
GROUP_VERBS: dict[str, Verb] = {
    "seat": Verb(
        SeatForm,
        lambda _nothing, data, user: roster.take_seat(data["person"], data["place"], user),
        _("已列入领导小组。"),
    ),
}
SEAT_VERBS: dict[str, Verb] = {
    "leave": Verb(
        LeaveForm,
        lambda seat, data, user: roster.leave_seat(seat, data["reason"], user),
        _("已退出，任期留在记录里。"),
    ),
}


SENTENCES: dict[str, Any] = {
    "shift.set": _("排%(name)s值班"),
    "shift.cancelled": _("取消%(name)s的值班"),
    "swap.asked": _("%(name)s请%(to_name)s替班：%(reason)s"),
    "swap.agreed": _("%(to_name)s同意替%(name)s值班"),
    "swap.refused": _("%(to_name)s不能替%(name)s值班"),
    "swap.withdrawn": _("%(name)s撤回请%(to_name)s替班"),
    "group.seated": _("%(name)s列入领导小组"),
    "group.left": _("%(name)s退出领导小组：%(why)s"),
    "roster.signed": _("签发值班表"),
    "agenda.planned": _("%(department)s列入日程：%(title)s"),
    "agenda.acknowledged": _("%(department)s负责人确认日程：%(title)s"),
    "agenda.done": _("%(department)s完成日程：%(title)s"),
}
WORDS: dict[str, Any] = {}
