"""The joint meetings on the case page (`desk/parts/case_meetings.html`)."""

from __future__ import annotations

from typing import Any

from huiying.desk.views.meetings import STATES
from huiying.handling.models import Case, Meeting
from huiying.people.models import User
from huiying.people.queries import regulation_of


def section(case: Case, user: User) -> dict[str, Any]:
    """One query. `meetings_missing`: the level asks for one and none stands (§4.3)."""
    rows = list(case.meetings.all())
    stands = any(row.state != Meeting.CANCELLED for row in rows)
    required = regulation_of(case.regulation).level_actions.by_level[case.level].meeting == "required"
    return {
        "meetings_rows": [(row, STATES[row.state]) for row in rows],
        "meetings_missing": required and not stands,
    }
