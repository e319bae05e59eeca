"""What turns that change hands, and the leading group, need to be told （五）C5.1."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.desk.forms import VerbForm, long_text
from huiying.desk.forms_meetings import PersonField, person_called
from huiying.desk.templatetags.desk import clock_time, local
from huiying.kernel import clock
from huiying.people.models import Appointment, DutyShift, GroupSeat, User
from huiying.people.queries import able
from huiying.people.roster import upcoming


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
