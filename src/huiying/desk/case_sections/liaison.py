"""核实衔接 and clues on the case page (`desk/parts/case_liaison.html`)."""

from __future__ import annotations

from typing import Any

from huiying.handling.actions.liaison import needs_liaison
from huiying.handling.models import Case, LiaisonExemption
from huiying.people.models import User


def section(case: Case, user: User) -> dict[str, Any]:
    """Three queries, whatever their number."""
    rows = list(case.liaisons.all())
    needed = needs_liaison(case)
    exemption = LiaisonExemption.objects.filter(case=case).first() if needed else None
    sent = any(row.sent_at is not None for row in rows)
    return {
        "liaison_rows": rows,
        "liaison_needed": needed,
        "liaison_missing": bool(needed) and not sent and exemption is None,
        "liaison_exemption": exemption,
        "liaison_clues": list(case.clues.all()),
    }
