"""The acceptance scenarios of DOMAIN.md about what comes after the answer, by number."""

from __future__ import annotations

import pytest

from cast import Cast
from huiying.handling import actions as handling
from huiying.people.errors import Refused
from huiying.responding.actions.following import decide_sustained
from stories import again, answered, effects_seen

ROOT = "证书管理没有到期提醒"


@pytest.mark.django_db
def test_scenario_18_the_gravest_case_is_not_closed_without_a_decision_on_going_on(cast: Cast) -> None:
    """C8.8: 特别重大 closing without decision → refused; decided either way it closes."""
    case = effects_seen(cast, answered(cast, "特别重大"))
    with pytest.raises(Refused) as refusal:
        handling.close(case, ROOT, cast.office)
    assert "C8.8" in refusal.value.sentence
    assert again(case).state == "answered"
    row = decide_sustained(case, True, "一周后通报整改结果", 168, cast.deputy)
    assert row.next_due_at is not None
    handling.close(again(case), ROOT, cast.office)
    assert again(case).state == "closed"
