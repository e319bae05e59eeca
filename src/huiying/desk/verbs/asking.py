"""What staff may do where the asker took the matter up again (C4.3)."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from huiying.desk.bar import Verb
from huiying.desk.forms import VerbForm, long_text
from huiying.handling.actions.asking import uphold


class UpholdForm(VerbForm):
    reason = forms.CharField(
        label=_("为什么答复不变"),
        widget=long_text(),
        max_length=1000,
        help_text=_("写进台账。提问人在查进度的页面看到“再次提出的情况已经看过，答复不变”。"),
    )


VERBS: dict[str, Verb] = {
    "uphold": Verb(
        UpholdForm,
        lambda case, data, user: uphold(case, data["reason"], user),
        _("已记下：维持原答复。提问人查进度时会看到。"),
    ),
}
