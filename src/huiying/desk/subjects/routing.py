"""Routing of a case (C7.1): its three keys, the slip's elements, a row of the table, calls to a contact: forms,
verbs, sentences, and the part of the case's page that says who has it and why (`desk/parts/case_routing.html`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t, gettext_lazy as _, pgettext_lazy

from huiying.desk.bar import Verb
from huiying.desk.fields import DepartmentField, DepartmentsField, long_text
from huiying.desk.forms import DecideReturnForm, RouteForm, VerbForm, suggestion_words
from huiying.desk.language import lang
from huiying.handling import routing_table, slips
from huiying.handling.actions.routing import set_keys
from huiying.handling.models import Case
from huiying.people.contacts import cards
from huiying.people.models import Department, User
from huiying.people.queries import departments, manned, regulation_of, standing
from huiying.people.versions import department_name
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
    widget = cast("ElementsWidget", form.fields["elements"].widget)
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
        field = cast("forms.ChoiceField", form.fields[name])
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


VERBS: dict[str, Verb] = {
    "set_keys": Verb(
        KeysForm,
        lambda case, data, user: set_keys(case, data["category"], data["nature"], data.get("trade", case.trade), user),
        _("已核定，转办建议随之更新。"),
    ),
}


SENTENCES: dict[str, Any] = {
    "case.keyed": _("核定为：%(keys)s"),
    "case.assigned": _("主办部门有变动"),
    "case.concern_followed": _("此件的性质随事件改为“%(concern)s”"),
    "slip.issued": _("开出%(number)s，%(of)s 项要素填实 %(filled)s 项"),
    "routing.proposed": _("提议转办表%(what)s一条：%(keys)s，%(lead)s主办"),
    "routing.agreed": _("第二人同意，转办表%(what)s一条：%(keys)s，%(lead)s主办"),
    "routing.refused": _("第二人不同意改转办表：%(keys)s，%(lead)s主办"),
    "contact.tested": _("通联抽查%(name)s：%(result)s"),
}
WORDS: dict[str, Any] = {
    "取消": pgettext_lazy("routing table", "取消"),
    "改为": pgettext_lazy("routing table", "改为"),
    "接通": _("接通"),
    "未接通": _("未接通"),
    "未定": _("未定"),
}


def section(case: Case, user: User) -> dict[str, Any]:
    """Slips, returns, and whom to call at the lead: four queries, whatever their number."""
    lead = next((row for row in case.departments.all() if row.until is None and row.role == "lead"), None)
    keys = {name: value for name in routing_table.KEYS if (value := getattr(case, name))}
    return {
        "routing_keys": routing_table.spoken(keys, regulation_of(case.regulation), lang()),
        "routing_slips": list(case.slips.select_related("assignment__department")),
        "routing_returns": list(case.returns.select_related("department")),
        "routing_card": cards([lead.department], standing(user).regulation)[0] if lead is not None else None,
    }
