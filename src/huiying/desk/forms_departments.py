"""What the roster and a department's agenda need to be told."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from huiying.desk.forms import long_text
from huiying.desk.moments import DayField, MomentField
from huiying.handling.actions.agenda import quarter_of
from huiying.people.models import User


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
