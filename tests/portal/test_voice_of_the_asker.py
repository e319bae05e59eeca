"""The progress page after the answer: by whom and how fast, one rating, one second chance (C4.2, C4.3)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from asking_of import asked, asked_and_answered, asked_and_closed
from cast import Cast
from huiying.handling import actions
from huiying.handling.models import AskedAgain, Satisfaction
from huiying.listening.actions import Receipt
from huiying.portal import caching

STILL = "保证金还是没有退，柜台说没有收到通知。"


@pytest.fixture(autouse=True)
def empty_shelf() -> None:
    caching.shelf.clear()


def told(client: Client, receipt: Receipt) -> str:
    return look(client, receipt).content.decode()


def look(client: Client, receipt: Receipt):
    return client.post("/status/", {"number": receipt.number, "code": receipt.query_code})


def say(client: Client, what: str, receipt: Receipt, **more: str):
    return client.post(f"/status/{what}/", {"number": receipt.number, "code": receipt.query_code} | more)


def test_c4_3_the_answer_says_by_whom_and_how_fast(cast: Cast, client: Client) -> None:
    receipt, case = asked_and_answered(cast)
    page = told(client, receipt)
    assert "<dt>由谁答复</dt>" in page
    assert "交易中心信息技术部" in page
    assert "<dt>用时多少</dt>" in page
    assert f'href="/answers/{case.number}/"' in page


def test_before_the_answer_nothing_is_asked_back(cast: Cast, client: Client) -> None:
    page = told(client, asked())
    assert "满意吗" not in page
    assert "再提一次" not in page


def test_c4_2_one_question_answered_once(cast: Cast, client: Client) -> None:
    receipt, _case = asked_and_answered(cast)
    page = told(client, receipt)
    for grade in ("satisfied", "partly", "unsatisfied"):
        assert f'value="{grade}"' in page
    thanks = say(client, "rate", receipt, grade="partly").content.decode()
    assert "评价已经记下" in thanks
    assert "满意吗" not in thanks
    assert Satisfaction.objects.get().grade == "partly"
    again = say(client, "rate", receipt, grade="satisfied")
    assert again.status_code == 409
    assert Satisfaction.objects.get().grade == "partly"


def test_c4_3_an_unsolved_matter_goes_back_and_the_page_says_so(cast: Cast, client: Client) -> None:
    receipt, case = asked_and_closed(cast)
    page = say(client, "again", receipt, text=STILL).content.decode()
    assert "已经收到" in page
    assert "<h1>正在核实</h1>" in page
    assert "9月19日 10:00" in page  # 48 hours by the file's own nudge, not the deadline that is over
    assert STILL not in page
    assert AskedAgain.objects.get().case == case
    assert "再提一次，交回" not in told(client, receipt)


def test_what_was_typed_is_not_lost_when_it_cannot_be_taken(cast: Cast, client: Client) -> None:
    receipt, _case = asked_and_closed(cast)
    refused = say(client, "again", receipt, text="没退")
    assert refused.status_code == 409
    page = refused.content.decode()
    assert ">\n没退</textarea>" in page
    assert 'aria-invalid="true"' in page


def test_an_upheld_answer_is_told_without_the_staff_s_reason(cast: Cast, client: Client) -> None:
    """What staff wrote for the record was reviewed by nobody: it is not public (INV-4)."""
    receipt, case = asked_and_answered(cast)
    say(client, "again", receipt, text=STILL)
    actions.uphold(case, "内部：与原来反映的相同，没有新的事实。", cast.office)
    page = told(client, receipt)
    assert "已经看过，答复不变" in page
    assert "没有新的事实" not in page
    assert "<h1>已答复</h1>" in page


def test_life_first_a_danger_in_it_shows_the_numbers_at_once(cast: Cast, client: Client) -> None:
    receipt, _case = asked_and_answered(cast)
    page = say(client, "again", receipt, text="没人管，我真的活不下去了，想从楼上跳下去。").content.decode()
    assert 'href="tel:120"' in page
    assert page.index("tel:120") < page.index("<h1")


def test_a_wrong_code_is_told_nothing(cast: Cast, client: Client) -> None:
    receipt, _case = asked_and_answered(cast)
    guessed = Receipt(receipt.number, "AAAAAAAA", False)
    for what, more in (("rate", {"grade": "satisfied"}), ("again", {"text": STILL})):
        response = say(client, what, guessed, **more)
        assert response.status_code == 404
        assert "没有找到" in response.content.decode()
    assert Satisfaction.objects.count() == AskedAgain.objects.count() == 0


def test_both_forms_need_their_token_and_a_post(cast: Cast) -> None:
    receipt, _case = asked_and_answered(cast)
    strict = Client(enforce_csrf_checks=True)
    assert say(strict, "rate", receipt, grade="satisfied").status_code == 403
    assert say(strict, "again", receipt, text=STILL).status_code == 403
    assert Client().get("/status/rate/").status_code == 405


def test_the_second_chance_names_its_last_day(cast: Cast, client: Client, frozen) -> None:
    receipt, _case = asked_and_closed(cast)
    assert "10月17日 10:00 以前可以再提一次" in told(client, receipt)
    frozen.advance(dt.timedelta(days=31))
    assert "再提一次" not in told(client, receipt)


def test_in_english_every_word_of_it_is_english(cast: Cast, client: Client) -> None:
    receipt, _case = asked_and_answered(cast)
    client.cookies["django_language"] = "en"
    page = told(client, receipt)
    for words in ("Are you satisfied", "Partly satisfied", "Answered by", "Time taken", "Raise it again"):
        assert words in page


# --- the loop on the desk ---------------------------------------------------------------------------------------------


def test_c4_2_staff_see_the_loop_on_the_case(cast: Cast, client: Client) -> None:
    receipt, case = asked_and_answered(cast)
    say(client, "rate", receipt, grade="unsatisfied")
    say(client, "again", receipt, text=STILL)
    client.force_login(cast.tech_head)
    page = client.get(f"/desk/cases/{case.number}/").content.decode()
    assert receipt.number in page
    assert "评价：不满意" in page
    assert STILL in page
    assert "还没有答复" in page
    assert f"留言 {receipt.number} 的提问人再次提出" in page


def test_the_office_upholds_it_from_the_case_page(cast: Cast, client: Client) -> None:
    receipt, case = asked_and_answered(cast)
    say(client, "again", receipt, text=STILL)
    client.force_login(cast.office)
    assert "维持原答复" in client.get(f"/desk/cases/{case.number}/").content.decode()
    client.post(f"/desk/cases/{case.number}/do/uphold/", {"reason": "与原来反映的相同，没有新的事实。"})
    assert AskedAgain.objects.get().outcome == AskedAgain.UPHELD


def test_the_original_of_the_second_word_opens_for_the_department_of_the_case(cast: Cast, client: Client) -> None:
    receipt, _case = asked_and_answered(cast)
    say(client, "again", receipt, text="还是没退，打13841234567没人接")
    post = AskedAgain.objects.get().post
    client.force_login(cast.tech_head)
    page = client.post(f"/desk/posts/{post.pk}/sealed/", {"reason": "联系本人核实退款账户"}).content.decode()
    assert "13841234567" in page
    client.force_login(cast.works_head)
    assert client.get(f"/desk/posts/{post.pk}/sealed/").status_code == 404
