"""What happens later of （九）: house rules that run out, and what the auditor says of them (C9.2)."""

from __future__ import annotations

from huiying.kernel import clock
from huiying.overseeing import organising
from huiying.overseeing.actions.rules import remind_expiring
from huiying.work.auditor import Finding, auditor
from huiying.work.schedule import every


@every("rules.expiring", 86400)
def rules_run_out() -> None:
    remind_expiring(clock.now())


@auditor("house_rules")
def rules_hold() -> list[Finding]:
    """C9.2: running with an unsigned or expired rule must be impossible: it is an error until a signed one holds."""
    return [
        Finding(
            "rule.lapsed",
            "error",
            f"内部制度“{held.rule.title}”没有签发、或已过失效日期，现在没有有效的版本。",
            f"The house rule “{held.rule.title}” has no signed version that holds today.",
        )
        for held in organising.rules()
        if held.lapsed
    ]
