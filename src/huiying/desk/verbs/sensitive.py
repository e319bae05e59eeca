"""敏感: said by one person, taken away by another (§6.1 S8)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from huiying.desk import forms_sensitive as forms
from huiying.desk.bar import Verb
from huiying.handling.actions.sensitive import label, label_event, unlabel, unlabel_event

VERBS: dict[str, Verb] = {
    "label": Verb(
        forms.LabelForm,
        lambda case, told, user: label(case, told["kind"], told["reason"], user),
        _("已标为敏感，只有办理人能看到。"),
    ),
    "unlabel": Verb(
        forms.UnlabelForm, lambda case, told, user: unlabel(case, told["reason"], user), _("已取消敏感标记。")
    ),
}
EVENT_VERBS: dict[str, Verb] = {
    "label": Verb(
        forms.EventLabelForm,
        lambda event, told, user: label_event(event, told["kind"], told["reason"], user),
        _("已标为敏感，只有办理人能看到。"),
    ),
    "unlabel": Verb(
        forms.UnlabelForm, lambda event, told, user: unlabel_event(event, told["reason"], user), _("已取消敏感标记。")
    ),
}
