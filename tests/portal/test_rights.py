"""The privacy notice, and requests for a correction or a deletion （四）§6.2."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from huiying.ledger.models import LedgerEntry
from huiying.listening.actions import receive_message
from huiying.listening.models import Message
from huiying.people.errors import Refused
from huiying.responding.actions.dialogue import ask_request, decide_request
from huiying.responding.models import PersonalRequest
from huiying.responding.tasks import releasing


def asked(client: Client, **fields: str) -> tuple[str, str]:
    """Number and query code of a request that was sent through the form."""
    given = {"kind": "correction", "text": "第二段的日期写错了，请改正。"} | fields
    page = client.post("/rights/", given, follow=True).content.decode()
    number, code = re.findall(r"<dd>([^<]+)</dd>", page)[:2]
    return number, code


def test_a_request_needs_no_name_and_gives_a_number_and_a_code_once(desk, client: Client) -> None:
    number, code = asked(client)
    row = PersonalRequest.objects.get()
    assert row.number == number
    assert code not in row.query_code_hash
    assert "回执已经显示过" in client.get("/rights/received/").content.decode()
    page = client.post("/rights/status/", {"number": number.lower(), "code": f" {code.lower()}"}).content.decode()
    assert "正在办理" in page
    assert "9月29日" in page  # fifteen days, as the regulation says


def test_wrong_codes_and_unknown_numbers_get_the_same_sentence(desk, client: Client) -> None:
    number, code = asked(client)
    wrong = client.post("/rights/status/", {"number": number, "code": "AAAAAAAA"})
    unknown = client.post("/rights/status/", {"number": "Q20260914-999", "code": code})
    assert wrong.status_code == unknown.status_code == 404
    assert "没有找到。请核对编号和查询码" in wrong.content.decode()
    assert "没有找到。请核对编号和查询码" in unknown.content.decode()


def test_about_a_message_only_with_its_own_query_code(desk, client: Client) -> None:
    receipt = receive_message("投诉", "开标大厅排队太久", "0412-1234567")
    told = {"kind": "deletion", "text": "请删除我留的电话", "number": receipt.number}
    assert client.post("/rights/", told | {"code": "AAAAAAAA"}).status_code == 409
    assert PersonalRequest.objects.count() == 0
    asked(client, **told, code=receipt.query_code)
    assert PersonalRequest.objects.get().message == receipt.number


def test_the_decision_and_its_reason_are_on_the_ledger_and_told_to_the_asker(desk, client: Client) -> None:
    number, code = asked(client)
    row = decide_request(
        PersonalRequest.objects.get(), "granted", "日期确实写错，已发布更正。", False, desk.cast.office
    )
    page = client.post("/rights/status/", {"number": number, "code": code}).content.decode()
    assert "已经照办" in page
    assert "日期确实写错，已发布更正。" in page
    kinds = list(LedgerEntry.objects.filter(chain=f"request:{row.number}").values_list("kind", flat=True))
    assert kinds == ["personal_request.received", "personal_request.decided"]


def test_a_granted_deletion_destroys_the_contact_that_was_left(desk, client: Client) -> None:
    receipt = receive_message("投诉", "开标大厅排队太久", "0412-1234567")
    ask_request("deletion", "请删除我留的电话", message=receipt.number, code=receipt.query_code)
    row = PersonalRequest.objects.get()
    with pytest.raises(Refused):
        decide_request(row, "refused", "还在办理，先不删除", True, desk.cast.office)
    decide_request(row, "granted", "已经删除", True, desk.cast.office)
    message = Message.objects.get(number=receipt.number)
    assert message.sealed_contact is None
    assert message.contact_purged_at is not None


def test_no_decision_without_a_reason_nor_twice_nor_by_anybody_else(desk) -> None:
    ask_request("correction", "第二段的日期写错了，请改正。")
    row = PersonalRequest.objects.get()
    for decision, reason, actor, code in (
        ("granted", "", desk.cast.office, "too_short"),
        ("maybe", "理由写在这里", desk.cast.office, "decision"),
        ("granted", "对方电话 13900001234 已经核实", desk.cast.office, "personal_data"),
        ("granted", "理由写在这里", desk.cast.inspector, "not_permitted"),
    ):
        with pytest.raises(Refused) as caught:
            decide_request(row, decision, reason, False, actor)
        assert caught.value.code == code
    with pytest.raises(IntegrityError), transaction.atomic():
        PersonalRequest.objects.update(decided_at=dt.datetime.now(tz=dt.UTC))
    decide_request(row, "refused", "日期没有写错，见原公告。", False, desk.cast.office)
    with pytest.raises(Refused):
        decide_request(row, "granted", "理由写在这里", False, desk.cast.office)


def test_what_was_written_is_masked_and_never_on_the_ledger(desk) -> None:
    ask_request("deletion", "答复里有我的电话 13900001234，请删除")
    row = PersonalRequest.objects.get()
    assert "13900001234" not in row.text
    assert row.sealed_text is not None
    assert not any("答复里有我的" in (entry.payload or "") for entry in LedgerEntry.objects.all())


def test_a_late_request_shows_to_the_auditor(desk, frozen) -> None:
    ask_request("correction", "第二段的日期写错了，请改正。")
    assert releasing.late_requests() == []
    frozen.advance(dt.timedelta(days=15, minutes=1))
    assert [found.code for found in releasing.late_requests()] == ["personal_request.late"]


def test_what_is_wrong_with_the_form_is_said_and_nothing_typed_is_lost(desk, client: Client) -> None:
    response = client.post("/rights/", {"kind": "", "text": "第二段的日期写错了"})
    assert response.status_code == 422
    assert "第二段的日期写错了" in response.content.decode()
    response = client.post("/rights/", {"kind": "correction", "text": "日期写错了", "answer": "没有这件"})
    assert response.status_code == 409
    assert "没有编号是" in response.content.decode()


def test_floods_are_slowed_and_told_why(desk, client: Client) -> None:
    codes = [
        client.post("/rights/", {"kind": "correction", "text": "日期写错了，请改"}).status_code for _n in range(11)
    ]
    assert codes == [302] * 10 + [429]


def test_the_notice_says_what_is_kept_why_and_how_long_out_of_the_regulation(desk, client: Client) -> None:
    page = client.get("/privacy/").content.decode()
    for words in ("保存 10年", "最多 1年", "公布结果后 1年", "2天后删", "15天内答复", "第三十四条", "没有 Cookie"):
        assert words in page, words


def test_an_opinion_is_sent_without_an_account_and_its_flood_slowed_c4_2(desk, client: Client) -> None:
    from portal.public_world import opened

    row = opened(desk.cast)
    address = f"/consultations/{row.address}/say/"
    assert client.post(address, {"text": ""}).status_code == 409
    assert client.post(address, {"text": "建议三天内退", "q0": "9"}).status_code == 422
    assert client.post(address, {"text": "建议三天内退", "website": "x"}).status_code == 422
    response = client.post(address, {"text": "建议三天内退", "q0": "1"}, follow=True)
    assert "意见已经收到，谢谢" in response.content.decode()
    assert row.opinions.count() == 1
    codes = [client.post(address, {"text": f"第{n}条意见"}).status_code for n in range(10)]
    assert codes.count(429) >= 1
    assert "建议三天内退" not in client.get(f"/consultations/{row.address}/").content.decode()
