"""Days and moments in forms: what is typed must be one that every time zone and database can tell."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from huiying.kernel.keepable import FIRST_YEAR, LAST_YEAR, moment_fault


def within_calendar(at: dt.date) -> None:
    """Raises ValidationError for a year that was mistyped (0026) or stands for "never" (9999)."""
    if moment_fault(at):
        told = {"first": FIRST_YEAR, "last": LAST_YEAR - 1, "year": at.year}
        raise ValidationError(_("年份应在 %(first)d 至 %(last)d 之间，这里是 %(year)d，请核对。") % told, code="year")


class DayField(forms.DateField):
    """A day of the bureau's calendar."""

    default_validators = [within_calendar]


class MomentField(forms.DateTimeField):
    """A moment in the bureau's zone."""

    default_validators = [within_calendar]
