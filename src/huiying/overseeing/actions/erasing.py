"""Erasing the words of one entry of the ledger by a recorded decision of two persons (§6.2, INV-1, INV-8). The entry
stays as a tombstone and the chain is whole: `huiying ledger verify` says 「已依决定 N 删除」.
"""

from __future__ import annotations

from dataclasses import asdict

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.kernel import clock as time
from huiying.kernel.masking import mask_personal
from huiying.ledger.actions import ERASED, SYSTEM_CHAIN, Actor, LedgerError, erase, lock, record
from huiying.ledger.models import LedgerEntry
from huiying.overseeing.models import ErasureProposal
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.standing import actor_of
from huiying.people.versions import require_text


@transaction.atomic
def propose_erasure(chain: str, seq: int, decision: str, reason: str, actor: User) -> ErasureProposal:
    """Nothing is gone yet. Raises Refused for an entry that is not there, was erased, or is a record of an erasure."""
    require(actor, "ledger.propose_erasure")
    decision, reason = require_text(decision, 2, _("决定的编号"))[:60], require_text(reason, 8, _("删除的理由"))
    if mask_personal(f"{decision} {reason}").changed:
        raise Refused(_("编号和理由会一直留在台账里，不能写个人信息，请改写。"), code="personal_data")
    lock(SYSTEM_CHAIN)
    entry = LedgerEntry.objects.filter(chain=chain.strip(), seq=seq).first()
    if entry is None or entry.payload is None or entry.kind == ERASED:
        raise Refused(_("台账里没有这一条，或者它已被删除、本身就是删除记录。"), code="no_entry")
    if ErasureProposal.objects.filter(chain=entry.chain, seq=seq, agreed__isnull=True).exists():
        raise Refused(_("这一条已有人提议删除，等另一人同意。"), code="is_open")
    who = actor_of(actor)
    row = ErasureProposal.objects.create(
        chain=entry.chain, seq=seq, decision=decision, reason=reason, by=actor.name, by_user=actor.pk,
        by_actor=asdict(who), at=time.now(),
    )  # fmt: skip
    record(SYSTEM_CHAIN, "erasure.proposed", _told(row), who, rows=[row])
    return row


@transaction.atomic
def settle_erasure(row: ErasureProposal, agree: bool, actor: User) -> ErasureProposal:
    """The second person. Agreed, payload and salt are gone at once and for ever."""
    require(actor, "ledger.settle_erasure", row)
    row = ErasureProposal.objects.select_for_update().get(pk=row.pk)
    if row.agreed is not None:
        raise Refused(_("这项提议已有结果。"), code="is_over")
    row.agreed, row.settled_by, row.settled_user, row.settled_at = agree, actor.name, actor.pk, time.now()
    row.save(update_fields=["agreed", "settled_by", "settled_user", "settled_at"])
    second = actor_of(actor)
    if not agree:
        record(SYSTEM_CHAIN, "erasure.refused", _told(row), second, rows=[row])
        return row
    try:
        erase(
            row.chain, row.seq, decision=row.decision, reason=row.reason, decided_by=Actor(**row.by_actor),
            second_person=second, rows=[row],
        )  # fmt: skip
    except LedgerError as error:
        raise Refused(str(error), code="ledger") from error
    return row


def _told(row: ErasureProposal) -> dict[str, object]:
    return {"chain": row.chain, "seq": row.seq, "decision": row.decision, "reason": row.reason}
