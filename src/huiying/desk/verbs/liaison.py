"""Letters to other bodies and clues."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.desk import forms_liaison as forms
from huiying.desk.bar import Cleaned, Verb
from huiying.handling.actions import clues, liaison
from huiying.handling.models import Case
from huiying.people.errors import Refused
from huiying.people.models import User


def _draft(case: Case, data: Cleaned, user: User) -> Any:
    return liaison.draft_liaison(case, data["body"], data["contact"], data["points"], "", user)


def _sign(case: Case, data: Cleaned, user: User) -> Any:
    clue = clues.waiting_clue(case)
    if clue is None:
        raise Refused(_t("现在没有待签字的线索。"))
    return clues.sign_clue(clue, data["sign"] == "yes", data["why"], user)


VERBS: dict[str, Verb] = {
    "draft_liaison": Verb(
        forms.DraftLiaisonForm,
        _draft,
        lambda row: _t("%(number)s 已拟好。在下面“核实衔接”里打开，看过再发出。") % {"number": row.number},
    ),
    "exempt_liaison": Verb(
        forms.ExemptForm,
        lambda case, data, user: liaison.exempt(case, data["reason"], user),
        _("理由已记录，此件不再要求核实衔接。"),
    ),
    "propose_clue": Verb(
        forms.ClueForm,
        lambda case, data, user: clues.propose_clue(case, data["body"], data["facts"], data["legal_ground"], user),
        _("已提议，等局领导签字。"),
    ),
    "sign_clue": Verb(forms.SignClueForm, _sign, _("决定已记录。")),
}

# The verbs of one letter, on its own page.
LETTER_VERBS: dict[str, Verb] = {
    "edit": Verb(
        forms.LetterForm,
        lambda row, data, user: liaison.edit_letter(row, data["letter"], data["contact"], user),
        _("已保存，还没有发出。"),
    ),
    "send": Verb(
        forms.SendForm,
        lambda row, data, user: liaison.send_liaison(row, data["means"], user),
        _("已登记发出，开始等答复。"),
    ),
    "record_answer": Verb(
        forms.AnswerForm,
        lambda row, data, user: liaison.record_answer(row, data["finding"], data["name"], data["text"], user),
        _("答复已登记。"),
    ),
}
