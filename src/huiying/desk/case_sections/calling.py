"""What the level asks for, who is being called, and the cases this one came from or went into
(`desk/parts/case_calling.html`).
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db.models import Q

from huiying.handling.actions.acts import may_acknowledge
from huiying.handling.calling import open_calls
from huiying.handling.models import Case
from huiying.handling.process import LIVE
from huiying.handling.required import NOT_ASKED, required_acts
from huiying.people.models import User


def section(case: Case, user: User) -> dict[str, Any]:
    """Six queries, whatever their number."""
    asked = required_acts(case) if case.state in LIVE or case.state == "closed" else []
    calls = list(open_calls(case))
    near = Case.objects.filter(
        Q(merged_into=case) | Q(split_from=case) | Q(pk__in=[case.merged_into_id or 0, case.split_from_id or 0])
    )
    others = list(near.only("pk", "number", "title", "merged_into_id", "split_from_id"))
    asked = [row for row in asked if row.state != NOT_ASKED]
    common = Counter(row.basis for row in asked).most_common(1)
    return {
        "calling_required": asked,
        "calling_basis": common[0][0] if common and common[0][1] > 1 else "",
        "calling_calls": [(call, may_acknowledge(call, user)) for call in calls],
        "calling_into": next((one for one in others if one.pk == case.merged_into_id), None),
        "calling_from": next((one for one in others if one.pk == case.split_from_id), None),
        "calling_merged": [one for one in others if one.merged_into_id == case.pk],
        "calling_split": [one for one in others if one.split_from_id == case.pk],
    }
