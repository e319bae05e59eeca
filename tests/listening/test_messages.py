"""A citizen's message: number and code, no account, nothing printed, nothing lost (C4.1, C4.3)."""

import re

import pytest

from cast import Cast
from huiying.kernel import sealing
from huiying.ledger.models import LedgerEntry
from huiying.ledger.queries import entries
from huiying.listening import queries
from huiying.listening.actions import receive_message
from huiying.listening.actions.receiving import CONTACT
from huiying.listening.models import Message, Post
from huiying.people.errors import Refused

TEXT = "保证金一个多月没有退，请问什么时候到账？"


def test_a_message_gets_a_number_of_the_local_day_and_a_code(staff: Cast):
    receipt = receive_message("投诉", TEXT, "13800001111")
    assert re.fullmatch(r"20260914-0001-\d{2}", receipt.number)
    assert len(receipt.query_code) == 8
    assert not receipt.life_safety


def test_numbers_run_on_without_gaps_and_the_check_catches_a_wrong_digit(staff: Cast):
    numbers = [receive_message("咨询", f"{TEXT}{n}", "").number for n in range(3)]
    assert [number.split("-")[1] for number in numbers] == ["0001", "0002", "0003"]
    for number in numbers:
        assert int(number.replace("-", "")) % 97 == 1
        assert int(number.replace("0001", "0091").replace("-", "")) % 97 != 1 or "0001" not in number


def test_the_message_is_a_post_of_an_own_channel(staff: Cast):
    receipt = receive_message("投诉", f"{TEXT} 我的电话 13812345678", "")
    post = Post.objects.get()
    assert (post.own_channel, post.kind, post.platform, post.native_id) == (True, "message", "门户留言", receipt.number)
    assert "13812345678" not in post.text


def test_contact_and_code_are_never_stored_in_the_clear(staff: Cast):
    receipt = receive_message("投诉", TEXT, "13800001111")
    row = Message.objects.get()
    assert sealing.unseal(row.sealed_contact or b"", CONTACT) == b"13800001111"
    assert b"13800001111" not in bytes(row.sealed_contact or b"")
    assert receipt.query_code not in row.query_code_hash
    payloads = "".join(filter(None, LedgerEntry.objects.values_list("payload", flat=True)))
    assert "13800001111" not in payloads
    assert TEXT not in payloads


def test_the_ledger_chain_of_the_message_begins(staff: Cast):
    receipt = receive_message("投诉", TEXT, "")
    (entry,) = entries(f"message:{receipt.number}")
    assert entry.kind == "message.received"
    assert entry.data is not None
    assert entry.data["sha256"] == Post.objects.get().text_sha256


def test_number_and_code_find_it_however_they_are_typed(staff: Cast):
    receipt = receive_message("投诉", TEXT, "")
    typed = receipt.number.replace("-", " "), receipt.query_code.lower()
    status = queries.message_status(*typed)
    assert status is not None
    assert (status["number"], status["kind"]) == (receipt.number, "投诉")
    assert TEXT not in str(status)


def test_a_wrong_code_and_an_unknown_number_get_the_same_answer(staff: Cast):
    receipt = receive_message("投诉", TEXT, "")
    assert queries.message_status(receipt.number, "AAAAAAAA") is None
    assert queries.message_status("20260914-9999-00", receipt.query_code) is None
    assert queries.message_status("", "") is None


@pytest.mark.parametrize(
    ("kind", "text", "contact", "word"),
    [
        ("投诉", "  \n ", "", "还没有写内容"),
        ("投诉", "字" * 5001, "", "最多 5000 字"),
        ("别的", TEXT, "", "留言类型"),
        ("投诉", TEXT, "1" * 201, "联系方式"),
        ("投诉", "\x00\x01", "", "没有能读的文字"),
    ],
)
def test_what_cannot_be_taken_is_refused_kindly_and_leaves_nothing(
    staff: Cast, kind: str, text: str, contact: str, word: str
):
    with pytest.raises(Refused, match=word):
        receive_message(kind, text, contact)
    assert (Post.objects.count(), Message.objects.count()) == (0, 0)


def test_the_same_words_from_two_citizens_are_two_messages(staff: Cast):
    assert receive_message("投诉", TEXT, "").number != receive_message("投诉", TEXT, "").number
    assert Message.objects.count() == 2


def test_danger_to_life_shows_on_the_receipt(staff: Cast):
    assert receive_message("投诉", "真的活不下去了，想跳楼", "").life_safety
