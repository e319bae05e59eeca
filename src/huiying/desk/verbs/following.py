"""What comes after the answer: effect, going on, correcting, taking back (C3.2, C8.8, C11.1)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from huiying.desk.bar import Verb
from huiying.desk.forms_following import JudgeEffectForm
from huiying.responding.actions.following import judge_effect

VERBS: dict[str, Verb] = {
    "judge_effect": Verb(
        JudgeEffectForm,
        lambda case, data, user: judge_effect(data["review"], data["verdict"], data["comment"], user),
        _("效果已认定。"),
    ),
}
