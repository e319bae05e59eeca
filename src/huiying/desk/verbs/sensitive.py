"""敏感: said by one person, taken away by another (§6.1 S8)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from huiying.desk import forms_sensitive as forms
from huiying.desk.bar import Verb
from huiying.handling.actions.sensitive import label, label_event, unlabel, unlabel_event


def _verbs(form: type[forms.LabelForm], say: Callable[..., Any], lift: Callable[..., Any]) -> dict[str, Verb]:
    return {
        "label": Verb(
            form,
            lambda matter, data, user: say(matter, data["kind"], data["reason"], user),
            _("已标为敏感，只有办理人能看到。"),
        ),
        "unlabel": Verb(
            forms.UnlabelForm, lambda matter, data, user: lift(matter, data["reason"], user), _("已取消敏感标记。")
        ),
    }


VERBS: dict[str, Verb] = _verbs(forms.LabelForm, label, unlabel)
EVENT_VERBS: dict[str, Verb] = _verbs(forms.EventLabelForm, label_event, unlabel_event)
