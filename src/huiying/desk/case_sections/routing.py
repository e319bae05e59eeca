"""Who has the case and why, on the case page (`desk/parts/case_routing.html`)."""

from __future__ import annotations

from typing import Any

from huiying.desk.language import lang
from huiying.handling import routing_table
from huiying.handling.models import Case
from huiying.people.contacts import cards
from huiying.people.models import User
from huiying.people.queries import regulation_of, standing


def section(case: Case, user: User) -> dict[str, Any]:
    """Slips, returns, and whom to call at the lead: four queries, whatever their number."""
    lead = next((row for row in case.departments.all() if row.until is None and row.role == "lead"), None)
    keys = {name: value for name in routing_table.KEYS if (value := getattr(case, name))}
    return {
        "routing_keys": routing_table.spoken(keys, regulation_of(case.regulation), lang()),
        "routing_slips": list(case.slips.select_related("assignment__department")),
        "routing_returns": list(case.returns.select_related("department")),
        "routing_card": cards([lead.department], standing(user).regulation)[0] if lead is not None else None,
    }
