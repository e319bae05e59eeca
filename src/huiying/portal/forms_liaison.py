"""What another body says to a letter that asks it to verify something (C5.15)."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from huiying.portal.forms import AnswererName, PlainText


class LiaisonForm(forms.Form):
    FINDINGS = (
        ("true", gettext_lazy("属实")),
        ("partly", gettext_lazy("部分属实")),
        ("false", gettext_lazy("不属实")),
        ("unknown", gettext_lazy("无法核实")),
    )
    finding = forms.ChoiceField(
        choices=FINDINGS,
        error_messages={
            "required": gettext_lazy("请选一项。"),
            "invalid_choice": gettext_lazy("请从列出的四项里选一项。"),
        },
    )
    text = PlainText(
        max_length=4000,
        error_messages={
            "required": gettext_lazy("请写明核实的情况。"),
            "max_length": gettext_lazy("核实的情况最多 4000 个字。"),
        },
    )
    name = AnswererName()
