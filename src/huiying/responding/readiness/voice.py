"""谁主管谁发声、谁处置谁发声 (C8.3): the lead, a department that handles the matter, or an authorised spokesperson."""

from __future__ import annotations

from django.utils.translation import gettext as _

from huiying.handling.models import Case
from huiying.people.queries import office
from huiying.people.words import department_name, join_names
from huiying.responding.models import Revision
from huiying.responding.statement_voices import is_valid, speaking_departments


def why(case: Case, revision: Revision) -> list[str]:
    row = revision.speaker
    if row is not None:
        if row.case_id == case.pk and is_valid(row):
            return []
        return [_("发言人的授权已经撤销或到期，请局领导重新授权（C12.1）。")]
    may = speaking_departments(case)
    if revision.track == Revision.HOLDING:  # before anybody has accepted it, the coordinating office may say so
        may = list(dict.fromkeys([*may, office().name]))
    if revision.department in may:
        return []
    return [
        _("%(department)s既不主办也没有参与处置，不能发声；可以由%(names)s发声，或由局领导授权发言人（C8.3）。")
        % {
            "department": department_name(revision.department),
            "names": join_names(department_name(name) for name in may),
        }
    ]
