"""Looking up a message by number and code: plain words, no account, no way to try numbers out (C4.3)."""

import datetime as dt

import pytest
from django.test import Client

from huiying.handling.models import Case, Clock
from huiying.judging.models import Event, EventPost, Screening
from huiying.kernel import clock
from huiying.listening.actions import Receipt, receive_message


@pytest.fixture
def receipt(desk) -> Receipt:
    return receive_message("咨询", "投标保证金什么时候退回来？", "")


def look(client: Client, number: str, code: str, **extra: str):
    return client.post("/status/", {"number": number, "code": code}, **extra)


def told(client: Client, receipt: Receipt) -> str:
    response = look(client, receipt.number, receipt.query_code)
    assert response.status_code == 200
    return response.content.decode()


def test_a_new_message_is_received_with_a_time_by_which_it_is_answered(desk, client: Client, receipt):
    page = told(client, receipt)
    assert "<h1>已收到</h1>" in page
    assert "9月16日 10:00" in page  # 48 hours from the server's receipt
    assert "局办公室" in page


def test_unknown_number_and_wrong_code_get_the_same_answer(desk, client: Client, receipt):
    """Otherwise numbers could be tried out (C4.3)."""
    wrong = look(client, receipt.number, "AAAAAAAA")
    unknown = look(client, "20260914-9999-01", "AAAAAAAA")
    assert wrong.status_code == unknown.status_code == 404
    blank = wrong.content.decode().replace(receipt.number, "#")
    assert blank == unknown.content.decode().replace("20260914-9999-01", "#")


def test_a_code_may_be_typed_in_small_letters_with_spaces(desk, client: Client, receipt):
    code = receipt.query_code
    assert look(client, f" {receipt.number} ", f"{code[:4]} {code[4:]}".lower()).status_code == 200


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("registered", "已收到"),
        ("assigned", "正在核实"),
        ("returned", "正在核实"),
        ("handling", "正在核实"),
        ("reviewing", "正在答复"),
        ("approved", "正在答复"),
        ("declined", "已处理"),
        ("closed", "已处理"),
        ("voided", "已处理"),
    ],
)
def test_each_state_of_a_case_has_its_plain_word(desk, client: Client, receipt, state: str, words: str):
    desk.case(state, desk.post_of(receipt.number))
    page = told(client, receipt)
    assert f"<h1>{words}</h1>" in page
    assert "内部标题" not in page


def test_every_state_of_the_process_is_told(desk):
    """A state that the process gains must get a word here, or an asker would be left with a wrong one."""
    from huiying.handling.process import PROCESS
    from huiying.portal.progress import TOLD

    checking = {"assigned", "returned", "handling"}
    followed = {"merged"}  # the case it was merged into speaks
    named = {step.to for steps in PROCESS.values() for step in steps}
    assert named <= set(TOLD) | checking | followed


def test_the_department_in_charge_and_the_legal_time_are_shown(desk, client: Client, receipt):
    case = desk.case("handling", desk.post_of(receipt.number))
    desk.lead(case, "Z-CW")
    now = clock.now()
    for layer, hours in (("regulation", 48), ("GBF-2016-80", 5)):
        Clock.objects.create(
            case=case, act="respond", is_legal=True, layer=layer, level="L1", policy={}, source="s", basis="b",
            explanation="e", started_at=now, due_at=now + dt.timedelta(hours=hours),
        )  # fmt: skip
    page = told(client, receipt)
    assert "交易中心财务部" in page
    assert "9月14日 15:00" in page


def test_an_overdue_answer_is_admitted(desk, client: Client, receipt, frozen):
    desk.case("handling", desk.post_of(receipt.number))
    assert "对不起" not in told(client, receipt)
    frozen.advance(dt.timedelta(hours=49))
    assert "对不起让您久等" in told(client, receipt)


def test_an_answered_message_links_to_the_answer(desk, client: Client, receipt):
    case = desk.case("approved", desk.post_of(receipt.number))
    desk.answer(case)
    page = told(client, receipt)
    assert "<h1>已答复</h1>" in page
    assert f'href="/answers/{case.number}/"' in page
    assert "最迟答复时间" not in page


def test_a_message_in_a_merged_event_follows_to_the_answer(desk, client: Client, receipt):
    loser = desk.case("voided", desk.post_of(receipt.number))
    winner = desk.answer().case
    Case.objects.filter(pk=loser.pk).update(merged_into=winner)
    assert f'href="/answers/{winner.number}/"' in told(client, receipt)
    Case.objects.filter(pk=loser.pk).update(merged_into=None)
    Event.objects.filter(pk=loser.event_id).update(merged_into=winner.event_id)
    assert f'href="/answers/{winner.number}/"' in told(client, receipt)


@pytest.mark.parametrize("state", [Event.DISMISSED, Event.NOTED])
def test_a_matter_without_a_case_ends_as_dealt_with(desk, client: Client, receipt, state: str):
    now = clock.now()
    event = Event.objects.create(
        number="E9", stream_no=999, title="t", opened_at=now, last_post_at=now, first_known_at=now, state=state
    )
    EventPost.objects.create(event=event, post=desk.post_of(receipt.number), stream_no=9, stood_at=now)
    page = told(client, receipt)
    assert "<h1>已处理</h1>" in page
    assert "最迟答复时间" not in page


def test_only_a_persons_decision_ends_a_message_that_the_machine_let_pass(desk, client: Client, receipt):
    """C4.3, must be impossible: deleting a message unread. A machine's `out` is not a decision."""
    screening = Screening.objects.create(
        post=desk.post_of(receipt.number), band="out", score=0, ruleset="r", screened_at=clock.now()
    )
    assert "<h1>已收到</h1>" in told(client, receipt)
    Screening.objects.filter(pk=screening.pk).update(cleared="out", cleared_by="值班员")
    assert "<h1>已处理</h1>" in told(client, receipt)


def test_empty_fields_are_named(desk, client: Client):
    response = client.post("/status/", {})
    assert response.status_code == 422
    assert "请填写回执上的编号。" in response.content.decode()
    assert "请填写回执上的查询码。" in response.content.decode()


def test_looking_up_is_limited_and_opens_again(desk, client: Client, receipt, frozen):
    codes = [look(client, receipt.number, "AAAAAAAA").status_code for _ in range(31)]
    assert codes == [404] * 30 + [429]
    assert look(client, receipt.number, receipt.query_code).status_code == 429
    assert look(client, receipt.number, receipt.query_code, REMOTE_ADDR="10.1.1.1").status_code == 200
    frozen.advance(dt.timedelta(minutes=11))
    assert look(client, receipt.number, receipt.query_code).status_code == 200


def test_the_look_up_on_the_front_page_works_without_a_token(desk, receipt):
    """The front page is kept for everybody, so its form carries no CSRF token; looking up changes nothing."""
    strict = Client(enforce_csrf_checks=True)
    assert look(strict, receipt.number, receipt.query_code).status_code == 200


def test_progress_is_never_kept_by_a_browser_or_an_index(desk, client: Client, receipt):
    response = look(client, receipt.number, receipt.query_code)
    assert "no-store" in response.headers["Cache-Control"]
    assert 'content="noindex"' in response.content.decode()
