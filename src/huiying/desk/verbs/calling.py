"""Calls, what the level asks for, splitting and un-merging."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.desk import forms_calling as forms
from huiying.desk.bar import Cleaned, NothingForm, Verb
from huiying.handling.actions import acts
from huiying.handling.actions.merging import unmerge_cases
from huiying.handling.actions.splitting import split_case
from huiying.handling.calling import open_calls
from huiying.handling.models import Case
from huiying.people.errors import Refused
from huiying.people.models import User


def _acknowledge(case: Case, _told: Cleaned, user: User) -> Any:
    """Every open call of the case that this person may answer: one press for all of them."""
    mine = [call for call in open_calls(case) if acts.may_acknowledge(call, user)]
    if not mine:
        raise Refused(_t("现在没有等您知悉的催办。"))
    return [acts.acknowledge_call(call, user) for call in mine]


VERBS: dict[str, Verb] = {
    "acknowledge_call": Verb(NothingForm, _acknowledge, _("已知悉，不再催这一次。")),
    "note_act": Verb(
        forms.ActForm,
        lambda case, data, user: acts.note_act(case, data["kind"], data["note"], user),
        _("已记录。"),
    ),
    "split": Verb(
        forms.SplitForm,
        lambda case, data, user: split_case(case, data["posts"], data["title"], data["reason"], user),
        lambda made: _t("已拆出新件 %(number)s，由统筹部门转办。") % {"number": made.number},
    ),
    "unmerge": Verb(
        forms.UnmergeForm,
        lambda case, data, user: unmerge_cases(case, data["reason"], user),
        _("已撤销并案，此件照原来的时限继续办理。"),
    ),
}
