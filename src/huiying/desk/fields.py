"""Fields and widgets of the forms: days, moments, departments, people, long texts.

A day or a moment that is typed must be one that every time zone and database can tell.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t

from huiying.kernel.keepable import FIRST_YEAR, LAST_YEAR, moment_fault
from huiying.people.models import Department, User
from huiying.people.queries import departments, standing
from huiying.people.versions import department_name


def within_calendar(at: dt.date) -> None:
    """Raises ValidationError for a year that was mistyped (0026) or stands for "never" (9999)."""
    if moment_fault(at):
        told = {"first": FIRST_YEAR, "last": LAST_YEAR - 1, "year": at.year}
        raise ValidationError(_t("年份应在 %(first)d 至 %(last)d 之间，这里是 %(year)d，请核对。") % told, code="year")


class DayField(forms.DateField):
    """A day of the bureau's calendar."""

    default_validators = [within_calendar]


class MomentField(forms.DateTimeField):
    """A moment in the bureau's zone."""

    default_validators = [within_calendar]


def long_text(tall: bool = False) -> forms.Textarea:
    """For what becomes a record of the bureau: written in its language, whatever the language of the page."""
    return forms.Textarea(attrs={"rows": 12 if tall else 3, "lang": "zh-Hans"})


def day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def moment() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class DepartmentField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Department) -> str:
        return department_name(obj.name)


class DepartmentsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Department) -> str:
        return department_name(obj.name)


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: User) -> str:
        return person_called(obj)


class PeopleField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: User) -> str:
        return person_called(obj)


def person_called(user: User) -> str:
    return f"{user.name} · {department_name(user.department.name)}" if user.department else user.name


def staff() -> Any:
    """Whoever works here; the administrator has no part in cases (S6)."""
    people = User.objects.filter(is_active=True, is_administrator=False, oversees=None).select_related("department")
    return people.order_by("department_id", "id")


def own_departments(user: User) -> list[Department]:
    """All for the office, else those for which the person acts."""
    person = standing(user)
    rows = list(departments())
    if person.can("office") or person.can("publish"):
        return rows
    return [row for row in rows if person.can_in("handle", {row.code})]


def choose_department(form: forms.Form, rows: list[Department], initial: Department | None = None) -> None:
    field = cast("forms.ModelChoiceField[Department]", form.fields["department"])
    field.queryset = departments().filter(pk__in=[row.pk for row in rows])
    field.choices = [("", _t("请选择")), *((row.pk, department_name(row.name)) for row in rows)]
    field.initial = initial or (rows[0] if len(rows) == 1 else None)


def blocks(text: str) -> list[list[str]]:
    """Paragraphs with their lines; a blank line, however it was typed, ends one."""
    found: list[list[str]] = [[]]
    for line in text.replace("\r\n", "\n").split("\n"):
        if line.strip():
            found[-1].append(line.strip())
        elif found[-1]:
            found.append([])
    return found
