"""INV-1, §6.2: words of the ledger go by a recorded decision of two persons; the entry stays, the chain is whole."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

import stories
from cast import Cast
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.ledger.queries import verify
from huiying.overseeing.actions.erasing import propose_erasure, settle_erasure
from huiying.overseeing.models import ErasureProposal
from huiying.people.errors import Refused
from overseeing.oversight_of import lies, overdue

WHY = "法院判决要求删除这一条里的姓名"


@pytest.fixture
def chain(cast: Cast) -> str:
    return f"case:{stories.opened(cast).number}"


def proposed(cast: Cast, chain: str, seq: int = 1) -> ErasureProposal:
    return propose_erasure(chain, seq, "鞍公管〔2026〕3号", WHY, cast.office)


def test_nothing_is_gone_before_the_second_person_agreed(cast: Cast, chain: str) -> None:
    row = proposed(cast, chain)
    assert LedgerEntry.objects.get(chain=chain, seq=1).payload is not None
    told = LedgerEntry.objects.get(kind="erasure.proposed")
    assert told.data == {"chain": chain, "seq": 1, "decision": row.decision, "reason": WHY}


def test_agreed_the_words_are_gone_the_entry_stays_and_the_ledger_verifies(cast: Cast, chain: str) -> None:
    before = LedgerEntry.objects.get(chain=chain, seq=1)
    settle_erasure(proposed(cast, chain), True, cast.deputy)
    after = LedgerEntry.objects.get(chain=chain, seq=1)
    assert (after.payload, after.salt) == (None, None)
    assert (after.hash, after.kind, after.at) == (before.hash, before.kind, before.at)
    report = verify()
    assert report.ok
    assert [(one.chain, one.seq) for one in report.erased] == [(chain, 1)]
    told = LedgerEntry.objects.get(kind="ledger.erased").data
    assert told is not None
    assert told["decided_by"]["name"] == cast.office.name
    assert told["second_person"]["name"] == cast.deputy.name


def test_refused_it_stays_and_that_is_on_record(cast: Cast, chain: str) -> None:
    settle_erasure(proposed(cast, chain), False, cast.deputy)
    assert LedgerEntry.objects.get(chain=chain, seq=1).payload is not None
    assert LedgerEntry.objects.filter(kind="erasure.refused").count() == 1
    assert proposed(cast, chain).agreed is None, "it may be proposed again"


def test_nobody_agrees_to_their_own_nor_twice_nor_without_the_post(cast: Cast, chain: str) -> None:
    row = proposed(cast, chain)
    for nobody in (cast.office, cast.duty, cast.inspector, cast.admin, cast.tech_head):
        with pytest.raises(Refused):
            settle_erasure(row, True, nobody)
    settle_erasure(row, True, cast.office2)
    with pytest.raises(Refused, match="已有结果"):
        settle_erasure(row, True, cast.deputy)


def test_what_is_not_there_erased_or_itself_a_record_of_an_erasure_is_refused(cast: Cast, chain: str) -> None:
    with pytest.raises(Refused, match="没有这一条"):
        proposed(cast, chain, 999)
    with pytest.raises(Refused, match="没有这一条"):
        proposed(cast, "case:none")
    row = proposed(cast, chain)
    with pytest.raises(Refused, match="已有人提议"):
        proposed(cast, chain)
    settle_erasure(row, True, cast.deputy)
    with pytest.raises(Refused, match="没有这一条"):
        proposed(cast, chain)
    record = LedgerEntry.objects.get(kind="ledger.erased")
    with pytest.raises(Refused, match="没有这一条"):
        proposed(cast, record.chain, record.seq)


def test_the_reason_that_stays_for_ever_names_nobody(cast: Cast, chain: str) -> None:
    with pytest.raises(Refused, match="个人信息"):
        propose_erasure(chain, 1, "三号决定", "删去电话13912345678的记录", cast.office)
    for who in (cast.duty, cast.deputy, cast.inspector, cast.admin):
        with pytest.raises(Refused):
            propose_erasure(chain, 1, "三号决定", WHY, who)


def test_the_database_wants_two_persons_too(cast: Cast, chain: str) -> None:
    row = proposed(cast, chain)
    with pytest.raises(IntegrityError), transaction.atomic():
        ErasureProposal.objects.filter(pk=row.pk).update(agreed=True, settled_user=row.by_user, settled_at=clock.now())


def test_it_is_done_on_the_desk_by_two(cast: Cast, chain: str) -> None:
    office, deputy = Client(), Client()
    office.force_login(cast.office, backend="django.contrib.auth.backends.ModelBackend")
    deputy.force_login(cast.deputy, backend="django.contrib.auth.backends.ModelBackend")
    form = {"chain": chain, "seq": "1", "decision": "三号决定", "reason": WHY}
    assert office.post("/desk/ledger/erasures/", form | {"seq": "999"}).status_code == 409
    assert office.post("/desk/ledger/erasures/", form | {"seq": "x"}).status_code == 422
    assert office.post("/desk/ledger/erasures/", form).status_code == 302
    row = ErasureProposal.objects.get()
    assert "请另一人决定" in office.get("/desk/ledger/erasures/").content.decode()
    assert "同意删除" in deputy.get("/desk/ledger/erasures/").content.decode()
    deputy.post(f"/desk/ledger/erasures/{row.pk}/settle/", {"agree": "yes"})
    assert LedgerEntry.objects.get(chain=chain, seq=1).payload is None
    assert "已删除" in office.get("/desk/ledger/erasures/").content.decode()
    assert office.get("/desk/ledger/").status_code == 200


@pytest.mark.parametrize("kind", ["case.opened", "case.moved", "clock.started", "clock.breached"])
def test_an_entry_that_was_erased_accuses_nobody(cast: Cast, frozen: FrozenClock, kind: str) -> None:
    case = overdue(cast, frozen)
    for seq in LedgerEntry.objects.filter(chain=f"case:{case.number}", kind=kind).values_list("seq", flat=True):
        settle_erasure(proposed(cast, f"case:{case.number}", seq), True, cast.deputy)
    assert LedgerEntry.objects.filter(kind=kind, payload=None).exists()
    assert lies() == []
