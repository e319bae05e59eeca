"""§6.2: the sealed original stands behind a reason, for the department that has the case, and no browser keeps it."""

import pytest
from django.test import Client

from cast import Cast
from huiying.handling import actions as handling
from huiying.judging.pipeline import judge_pending
from huiying.ledger.models import LedgerEntry
from huiying.listening.actions import receive_message
from huiying.listening.models import Message
from huiying.people.models import User

PHONE = "13804120000"
TEXT = f"鞍山公共资源交易平台登录不上，保证金退不回来，请打我电话{PHONE}。"
REASON = {"reason": "核实保证金退还情况，需联系本人"}


def at(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def message(cast: Cast) -> Message:
    """A citizen's message whose case lies with 信息技术部."""
    receipt = receive_message("投诉", TEXT, PHONE)
    while judge_pending().screened:
        pass
    found = Message.objects.select_related("post").get(number=receipt.number)
    case = handling.open_case(found.post.membership.event, cast.duty)  # type: ignore[attr-defined]
    handling.route(case, cast.department("Z-XX"), [], "系统故障，由信息技术部主办", cast.duty)
    return found


def test_the_case_page_leads_there_and_shows_only_the_masked_text(cast: Cast, message: Message) -> None:
    case = message.post.membership.event.case  # type: ignore[attr-defined]
    page = at(cast.tech_head).get(f"/desk/cases/{case.number}/").content.decode()
    assert f"/desk/posts/{message.post_id}/sealed/" in page
    assert PHONE not in page


def test_asking_for_it_shows_nothing_yet(cast: Cast, message: Message) -> None:
    page = at(cast.tech_head).get(f"/desk/posts/{message.post_id}/sealed/")
    assert PHONE not in page.content.decode()
    assert not LedgerEntry.objects.filter(kind="post.unsealed").exists()


def test_a_reason_opens_it_once_and_no_cache_keeps_it(cast: Cast, message: Message) -> None:
    page = at(cast.tech_head).post(f"/desk/posts/{message.post_id}/sealed/", REASON)
    assert page.content.decode().count(PHONE) == 2  # in the text, and as the contact
    assert "no-store" in page.headers["Cache-Control"]
    assert LedgerEntry.objects.filter(kind="post.unsealed").count() == 1


@pytest.mark.parametrize("reason", ["", "看看"])
def test_without_a_reason_the_form_says_so(cast: Cast, message: Message, reason: str) -> None:
    page = at(cast.tech_head).post(f"/desk/posts/{message.post_id}/sealed/", {"reason": reason})
    assert page.status_code == 422
    assert PHONE not in page.content.decode()


@pytest.mark.parametrize("who", ["works_head", "editor", "legal", "deputy", "inspector", "admin"])
def test_for_others_the_page_is_not_there(cast: Cast, message: Message, who: str) -> None:
    assert at(cast.people[who]).get(f"/desk/posts/{message.post_id}/sealed/").status_code == 404
