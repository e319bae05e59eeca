"""What the ledger does by itself: an anchor every hour, and its word in `huiying check`."""

from __future__ import annotations

from huiying.ledger import actions, queries
from huiying.work.auditor import Finding, auditor
from huiying.work.schedule import every


@every("ledger.anchor", 3600, transactional=False)
def anchor_heads() -> None:
    """Outside a transaction of the loop, because the anchor reads committed heads only."""
    actions.anchor()


@auditor("ledger")
def broken_chain() -> list[Finding]:
    """One finding for each chain that does not verify (INV-8)."""
    return [
        Finding(
            "ledger.broken",
            "error",
            f"台账异常：{bad.sentence}",
            f"Ledger chain {bad.chain} is broken at entry {bad.seq}.",
        )
        for bad in queries.verify().bad
    ]
