"""§6.2, C4.1: an original and a contact are opened with a reason, on record, and forgotten when their time is over."""

import datetime as dt

import pytest

from cast import Cast
from huiying.handling import actions as handling
from huiying.handling.tasks import purge_contacts
from huiying.judging.pipeline import judge_pending
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.listening.actions import receive_message
from huiying.listening.actions.receiving import open_sealed
from huiying.listening.models import Message
from huiying.people.errors import Refused
from huiying.people.queries import regulation_now
from stories import again, hear

PHONE = "13804120000"
TEXT = f"鞍山公共资源交易平台登录不上，保证金退不回来，请打我电话{PHONE}。"
REASON = "核实保证金退还情况，需联系本人"


def received() -> Message:
    receipt = receive_message("投诉", TEXT, PHONE)
    while judge_pending().screened:
        pass
    return Message.objects.select_related("post").get(number=receipt.number)


def test_the_stored_text_is_masked_and_the_original_comes_back_with_a_reason(cast: Cast) -> None:
    message = received()
    assert PHONE not in message.post.text
    opened = open_sealed(message.post, REASON, cast.duty)
    assert opened.text == TEXT
    assert opened.contact == PHONE


def test_every_opening_stands_in_the_ledger_without_the_text(cast: Cast) -> None:
    message = received()
    open_sealed(message.post, REASON, cast.duty)
    entry = LedgerEntry.objects.get(chain=f"message:{message.number}", kind="post.unsealed")
    assert entry.data == {"post": message.post_id, "reason": REASON}
    assert "值班员小周" in entry.actor
    assert not LedgerEntry.objects.filter(payload__contains=PHONE).exists()


@pytest.mark.parametrize("reason", ["", "  ", "看看"])
def test_without_a_reason_nothing_is_opened(cast: Cast, reason: str) -> None:
    message = received()
    with pytest.raises(Refused):
        open_sealed(message.post, reason, cast.duty)
    assert not LedgerEntry.objects.filter(kind="post.unsealed").exists()


@pytest.mark.parametrize("who", ["legal", "deputy", "inspector", "editor", "admin"])
def test_who_does_not_act_on_it_does_not_open_it(cast: Cast, who: str) -> None:
    with pytest.raises(Refused):
        open_sealed(received().post, REASON, cast.people[who])


def test_an_unmasked_post_is_opened_as_it_stands(cast: Cast) -> None:
    event = hear()
    post = event.members.get().post
    assert open_sealed(post, REASON, cast.duty).contact == ""


def test_the_contact_outlives_neither_the_matter_nor_its_year(cast: Cast, frozen: FrozenClock) -> None:
    message = received()
    case = handling.open_case(message.post.membership.event, cast.duty)  # type: ignore[attr-defined]
    frozen.advance(dt.timedelta(days=500))
    purge_contacts()
    message.refresh_from_db()
    assert message.sealed_contact is not None, "the matter is still open"
    type(case).objects.filter(pk=again(case).pk).update(closed_at=clock.now())
    kept = regulation_now().retention.personal_fields
    frozen.set(regulation_now().work_calendar.add(clock.now(), kept) - dt.timedelta(minutes=1))
    purge_contacts()
    message.refresh_from_db()
    assert message.sealed_contact is not None
    frozen.advance(dt.timedelta(minutes=1))
    purge_contacts()
    message.refresh_from_db()
    assert message.sealed_contact is None
    assert message.contact_purged_at == clock.now()
    assert LedgerEntry.objects.filter(chain=f"message:{message.number}", kind="message.contact_purged").exists()
    assert open_sealed(message.post, REASON, cast.duty).contact_purged_at == clock.now()


def test_a_message_without_a_case_is_forgotten_a_year_after_it_came(cast: Cast, frozen: FrozenClock) -> None:
    message = received()
    frozen.advance(dt.timedelta(days=364))
    purge_contacts()
    message.refresh_from_db()
    assert message.sealed_contact is not None
    frozen.advance(dt.timedelta(days=3))
    purge_contacts()
    message.refresh_from_db()
    assert message.sealed_contact is None
