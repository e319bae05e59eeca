"""What the ledger does by itself: an anchor every hour, and its words in `huiying check`."""

from __future__ import annotations

from django.db import connection

from huiying.ledger import actions, append_only, queries
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


_TRIGGERS = {
    "gone": ("不见了", "is gone"),
    "changed": ("被改过或停用", "was changed or switched off"),
    "foreign": ("不是本系统的，有人另加", "is not this program's; somebody added it"),
}


@auditor("triggers")
def records_cannot_be_edited() -> list[Finding]:
    """INV-8: the database itself refuses to edit what was recorded, as long as nobody took its triggers away."""
    return [
        Finding(
            "ledger.trigger",
            "error",
            f"数据库里表 {one.table} 的触发器 {one.name} {_TRIGGERS[one.what][0]}：它不许改动已有的记录。"
            "请查明是谁动了数据库，再运行 huiying ledger guard 装回来",
            f"Trigger {one.name} of table {one.table} {_TRIGGERS[one.what][1]}. Find out who changed the database, "
            "then run `huiying ledger guard`.",
        )
        for one in append_only.faults(connection)
    ]
