"""What routing needs to be told: the three keys, the slip's elements, a row of the table, a call to a contact."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.desk.forms import (
    DecideReturnForm,
    DepartmentField,
    DepartmentsField,
    RouteForm,
    VerbForm,
    long_text,
    suggestion_words,
)
from huiying.desk.language import lang
from huiying.handling import routing_table, slips
from huiying.people.models import Department
from huiying.people.queries import departments, manned, regulation_of
from huiying.people.words import department_name
from huiying.regulation import Regulation


class ElementsWidget(forms.Widget):
    """One text for each element of the slip, as the regulation lists them."""

    names: tuple[str, ...] = ()
    labels: Mapping[str, str] = {}

    def name_of(self, name: str, index: int) -> str:
        return f"{name}-{index}"

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> dict[str, str] | None:
        """None where the form did not carry them: the slip is then filled from the record."""
        found = {element: str(data.get(self.name_of(name, index), "")) for index, element in enumerate(self.names)}
        carried = any(self.name_of(name, index) in data for index in range(len(self.names)))
        return found if carried else None

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        rows = [
            {
                "name": self.name_of(name, index),
                "label": self.labels.get(element, element),
                "value": (value or {}).get(element, ""),
            }
            for index, element in enumerate(self.names)
        ]
        first = (attrs or {}).get("id", f"id_{name}")
        return SafeString(render_to_string("desk/parts/slip_elements.html", {"rows": rows, "first": first}))


class ElementsField(forms.Field):
    widget = ElementsWidget

    def clean(self, value: Any) -> dict[str, dict[str, str]] | None:
        return None if value is None else {name: slips.told(text) for name, text in value.items()}


def fill_slip(form: VerbForm, keys: Mapping[str, str]) -> None:
    """The elements as the record has them, and what is asked of the department, ready to be corrected."""
    regulation = regulation_of(form.subject.regulation)
    widget = cast(ElementsWidget, form.fields["elements"].widget)
    widget.names = regulation.transfer.required_fields
    widget.labels = {name: regulation.name_of("word", name, lang()) for name in widget.names}
    if form.is_bound:
        return
    found = slips.elements_of(form.subject, keys)
    form.fields["elements"].initial = {name: slips.written(element) for name, element in found.items()}
    form.fields["requirements"].initial = slips.requirements_for(form.subject)


ELEMENTS_HELP = _("已按记录填好，请核对。确实不掌握的，写“未掌握：”和原因；空着的转不出去。")


class SlipForm(RouteForm):
    """The routing with its slip, on a page of its own."""

    elements = ElementsField(label=_("转办单要素"), required=False, help_text=ELEMENTS_HELP)
    requirements = forms.CharField(label=_("办理要求"), widget=long_text(), required=False, max_length=2000)

    def prepare(self) -> None:
        super().prepare()
        fill_slip(self, self.suggested.keys)


class DecideSlipForm(DecideReturnForm):
    elements = ElementsField(label=_("转办单要素"), required=False, help_text=ELEMENTS_HELP)
    requirements = forms.CharField(label=_("办理要求"), widget=long_text(), required=False, max_length=2000)

    def prepare(self) -> None:
        super().prepare()
        suggested = routing_table.suggest(self.subject, self.regulation)
        returned = self.subject.returns.select_related("department").last()
        self.fields["department"].help_text = (
            _t("转办表写的正是退回的%(name)s；认为退得不对，也可以仍指定它。")
            % {"name": department_name(returned.department.name)}
            if returned is not None and returned.department.code == suggested.lead
            else suggestion_words(suggested, self.regulation, manned())
        )
        fill_slip(self, suggested.keys)


def any_or(choices: list[tuple[str, str]], word: str) -> list[tuple[str, str]]:
    return [("", word), *choices]


def key_choices(regulation: Regulation) -> dict[str, list[tuple[str, str]]]:
    """What each key may be, by the regulation's own words."""
    words = routing_table.value_word
    return {
        "category": [(code, words("category", code, regulation, lang())) for code in regulation.routing.categories],
        "nature": [(code, words("nature", code, regulation, lang())) for code in regulation.routing.natures],
        "trade": [(code, words("trade", code, regulation, lang())) for code in routing_table.trades(regulation)],
    }


def offer_keys(form: forms.Form, regulation: Regulation, empty: str) -> None:
    for name, choices in key_choices(regulation).items():
        field = cast(forms.ChoiceField, form.fields[name])
        field.label = routing_table.key_word(name, regulation, lang())
        field.choices = any_or(choices, empty)
        if not choices:
            del form.fields[name]


class KeysForm(VerbForm):
    """What the matter is; the table's word on who leads follows from it."""

    category = forms.ChoiceField(required=False)
    nature = forms.ChoiceField(required=False)
    trade = forms.ChoiceField(required=False)

    def prepare(self) -> None:
        offer_keys(self, self.regulation, _t("未定"))
        suggested = routing_table.keys_of(self.subject, self.regulation)
        for name in self.fields:
            self.fields[name].initial = getattr(self.subject, name) or suggested.get(name, "")


class RuleForm(forms.Form):
    """One row of the routing table."""

    category = forms.ChoiceField(required=False)
    nature = forms.ChoiceField(required=False)
    trade = forms.ChoiceField(required=False)
    lead = DepartmentField(label=_("主办部门"), queryset=Department.objects.none(), empty_label=_("请选择"))
    joint = DepartmentsField(
        label=_("协办部门（可以不选）"),
        queryset=Department.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    reason = forms.CharField(label=_("理由"), widget=long_text(), max_length=300)

    def __init__(self, *args: Any, regulation: Regulation, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        offer_keys(self, regulation, _t("不限"))
        for name in ("lead", "joint"):
            cast("forms.ModelChoiceField[Department]", self.fields[name]).queryset = departments()

    def told(self) -> dict[str, Any]:
        found = {"category": "", "nature": "", "trade": ""} | self.cleaned_data
        return found | {"joint": list(found["joint"])}


class PhoneTestForm(forms.Form):
    reached = forms.ChoiceField(choices=[("yes", _("接通")), ("no", _("未接通"))])
    note = forms.CharField(required=False, max_length=200)


__all__ = ["DecideSlipForm", "KeysForm", "PhoneTestForm", "RuleForm", "SlipForm"]
