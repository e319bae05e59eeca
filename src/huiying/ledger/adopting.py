"""After an inquiry: the rows that differ from the ledger stay as they are, and that is put on record (INV-8, INV-12).

A row that was deleted and is in no copy, or a lost key of digests, would be told by every `huiying check` for ever.
What differed stands in the entries row by row; from then on the ledger vouches for what is there now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice

from django.db import models, transaction

from huiying.ledger.actions import SYSTEM_CHAIN, Actor, LedgerError, record
from huiying.ledger.comparing import Difference, differences
from huiying.ledger.kept import TABLES, Gone

ADOPTED = "ledger.adopted"
LEAST = 8  # characters of a reason
AT_ONCE = 500  # rows of one entry


def adopt(reason: str, actor: Actor) -> int:
    """Vouch for every row that differs as it stands now; gives how many there were.

    Raises LedgerError without a reason, and for a table that can not be read: that has to be mended first.
    """
    if len(reason.strip()) < LEAST:
        raise LedgerError(f"请写明查明了什么、为什么按现状登记，至少 {LEAST} 个字")
    with transaction.atomic():
        found: dict[str, dict[str, list[Difference]]] = defaultdict(lambda: defaultdict(list))
        for one in differences():
            if one.what == "unreadable":
                raise LedgerError(f"表 {one.kept.table} 读不出来，不能登记；请先从备份恢复数据库")
            found[one.kept.table][one.pk].append(one)
        for table, rows in found.items():
            for part in _parts(rows):
                told = [[pk, one.column, one.what] for pk in part for one in rows[pk]]
                payload = {"table": table, "count": len(part), "reason": reason.strip()[:500], "differed": told}
                record(SYSTEM_CHAIN, ADOPTED, payload, actor, rows=_as_they_are(TABLES[table].model, part))
    return sum(len(rows) for rows in found.values())


def _parts(rows: dict[str, list[Difference]]) -> Iterator[list[str]]:
    names = iter(rows)
    while part := list(islice(names, AT_ONCE)):
        yield part


def _as_they_are(model: type[models.Model], pks: list[str]) -> list[models.Model | Gone]:
    there = {str(row.pk): row for row in model._base_manager.filter(pk__in=pks)}
    return [there.get(pk) or Gone(model, pk) for pk in pks]
