"""C8.9, C11.2: accounts on the case page, the page of a publication that failed, and the connection of an account."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from cast import Cast
from desk_helpers import text_of
from huiying.handling.models import Case
from huiying.kernel.clock import FrozenClock
from huiying.people.models import Platform, User
from huiying.responding import actions, sending
from huiying.responding.actions import accounts, publishing
from huiying.responding.channels.base import Outcome
from huiying.responding.models import Publication
from stories import DRAFT, again, approved, do_what_is_due, opened

Browser = Callable[[User], Client]
SETTINGS = {"endpoint": "https://1.1.1.1/hook", "secret": "sixteen-letters-and-more"}
FACTS = str(DRAFT["facts"])
TEXTS = {"portal": f"致歉。{FACTS}", "website": "另一种说法。", "weibo": FACTS}
PAGE = "/desk/platforms/website/connection/"


@pytest.fixture
def website(cast: Cast) -> Platform:
    row = Platform.objects.get(code="website")
    accounts.connect_platform(row, SETTINGS, cast.admin, channel="website")
    return accounts.change_channel(row, "website", cast.office)


@pytest.fixture
def ready(cast: Cast, website: Platform) -> Case:
    return approved(cast, renditions=TEXTS)


@pytest.fixture
def case(cast: Cast, ready: Case) -> Case:
    """Public on the portal, failed on the website, to be done by hand on the microblog."""
    actions.release(ready, ["portal", "website", "weibo"], cast.office)
    sending.fail(Publication.objects.get(target="website"), "对方拒绝了（422）：栏目已关闭")
    do_what_is_due()
    return again(ready)


def row(target: str = "website") -> Publication:
    return Publication.objects.get(target=target)


def test_the_checklist_says_of_each_account_how_it_stands(cast: Cast, browser: Browser, case: Case) -> None:
    page = browser(cast.office).get(f"/desk/cases/{case.number}/answer/")
    text = text_of(page)
    assert "首发（第 1 稿）" in text
    assert "发布失败：对方拒绝了（422）：栏目已关闭" in text
    assert "待人工发布" in text
    assert "取回核对：与审定的一致" in text
    assert text.count("事实一致") == 2
    assert text.count("事实另作表述") == 2, "the account and the note"
    assert "再发一次" in text
    assert "改为人工发布" in text


def test_who_does_not_publish_sees_it_without_the_buttons(cast: Cast, browser: Browser, case: Case) -> None:
    text = text_of(browser(cast.duty).get(f"/desk/cases/{case.number}/answer/"))
    assert "发布失败" in text
    assert "再发一次" not in text


def test_the_skew_is_said_in_words_and_drawn(cast: Cast, browser: Browser, case: Case, frozen: FrozenClock) -> None:
    frozen.advance(dt.timedelta(minutes=50))
    page = browser(cast.office).get(f"/desk/cases/{case.number}/answer/")
    assert "已过 50 分钟，还有 1 个没有公开；规定先后不超过 2 小时" in re.sub(
        r"(\d) 小时 00 分", r"\1 小时", text_of(page)
    )
    assert "1 个发布失败" in text_of(page)
    assert page.content.decode().count("<circle") == 1
    frozen.advance(dt.timedelta(hours=3))
    assert 'class="small bad"' in browser(cast.office).get(f"/desk/cases/{case.number}/answer/").content.decode()


def test_what_the_level_asks_for_is_said(cast: Cast, browser: Browser, website: Platform) -> None:
    made = approved(cast, renditions={"portal": "致歉。"})
    text = text_of(browser(cast.office).get(f"/desk/cases/{made.number}/answer/"))
    assert "较大要在 2 类渠道联动发布，现有 1 类" in text


def test_a_case_without_a_draft_shows_no_accounts(cast: Cast, browser: Browser, event: Any) -> None:
    made = opened(cast)
    assert 'id="accounts"' not in browser(cast.office).get(f"/desk/cases/{made.number}/answer/").content.decode()


@pytest.mark.parametrize(("verb", "state"), [("retry", Publication.QUEUED), ("by_hand", Publication.TO_DO)])
def test_one_press_takes_it_on(cast: Cast, browser: Browser, case: Case, verb: str, state: str) -> None:
    client = browser(cast.office)
    response = client.post(f"/desk/publications/{row().pk}/do/{verb}/", follow=True)
    assert response.redirect_chain[-1][0] == f"/desk/cases/{case.number}/answer/"
    assert row().state == state
    again_ = client.post(f"/desk/publications/{row().pk}/do/{verb}/", follow=True)
    assert "只有发布失败的才能再发" in text_of(again_) or "这一条不能改为人工发布" in text_of(again_)
    assert row().state == state


def test_others_may_not_and_outsiders_find_nothing(cast: Cast, browser: Browser, case: Case) -> None:
    assert "须由" in text_of(browser(cast.duty).post(f"/desk/publications/{row().pk}/do/retry/", follow=True))
    assert row().state == Publication.FAILED
    for verb in ("retry", "by_hand"):
        address = f"/desk/publications/{row().pk}/do/{verb}/"
        assert browser(cast.works_liaison).post(address).status_code == 404
        assert browser(cast.office).get(address).status_code == 405
    assert browser(cast.office).post(f"/desk/publications/{row().pk}/do/delete/").status_code == 404


def test_a_failed_publication_has_its_page_and_no_form_for_a_screenshot(
    cast: Cast, browser: Browser, case: Case
) -> None:
    page = browser(cast.office).get(f"/desk/publications/{row().pk}/")
    text = text_of(page)
    assert "发布到政府网站" in text
    assert "栏目已关闭" in text
    assert 'type="file"' not in page.content.decode()


def test_what_a_program_put_out_and_differs_is_compared_by_a_person(cast: Cast, browser: Browser, case: Case) -> None:
    Publication.objects.filter(target="website").update(state=Publication.SENDING, error="")
    publishing.stands(
        publishing.locked_publication(row().pk),
        Outcome("https://www.example.gov.cn/1", b"<p>x</p>", "text/html", False, 0.87),
    )
    text = text_of(browser(cast.duty).get(f"/desk/publications/{row().pk}/"))
    assert "相同 87%" in text
    assert "取回的网页" in text
    browser(cast.duty).post(f"/desk/publications/{row().pk}/", {"ok": "yes"})
    assert row().state == Publication.LIVE


def test_the_form_of_release_says_how_each_goes_out_and_the_button_to_how_many(
    cast: Cast, browser: Browser, ready: Case
) -> None:
    page = browser(cast.office).get(f"/desk/cases/{ready.number}/answer/")
    text = text_of(page)
    assert "门户网站（马上公开）" in text
    assert "政府网站（自动发出，取回核对）" in text
    assert "政务微博（人工发布，另一人核对）" in text
    assert "发布到 3 个渠道" in text
    assert 'data-says-of="channels"' in page.content.decode()


def test_only_the_office_writes_why_no_more_are_needed(cast: Cast, browser: Browser, case: Case) -> None:
    address = f"/desk/cases/{case.number}/do/excuse_linked/"
    told = {"reason": "只影响本市两个标段，门户已足够"}
    assert browser(cast.office).post(address, {}).status_code == 422
    assert browser(cast.editor).post(address, told).status_code == 409
    assert browser(cast.works_head).post(address, told).status_code == 404
    assert browser(cast.office).post(address, {"reason": "不用"}).status_code == 409
    assert browser(cast.office).post(address, told).status_code == 302
    text = text_of(browser(cast.duty).get(f"/desk/cases/{case.number}/answer/"))
    assert "还差" not in text
    assert "写明不用更多渠道" in text
    assert browser(cast.office).post(address, told).status_code == 409


# --- the connection ---------------------------------------------------------------------------------------------------


def test_the_administrator_connects_and_nobody_reads_the_secret_again(cast: Cast, browser: Browser) -> None:
    client = browser(cast.admin)
    assert "没有接上" in text_of(client.get(PAGE))
    assert client.post(f"{PAGE}connect_website/", {}).status_code == 422
    assert client.post(f"{PAGE}connect_website/", SETTINGS).status_code == 302
    page = client.get(PAGE)
    assert "已接上：网站接口" in text_of(page)
    assert SETTINGS["secret"] not in page.content.decode()
    assert SETTINGS["endpoint"] in page.content.decode()
    assert SETTINGS["endpoint"] not in browser(cast.office).get(PAGE).content.decode()


def test_a_secret_left_empty_stays(cast: Cast, browser: Browser, website: Platform) -> None:
    told = {"endpoint": "https://1.1.1.1/other", "secret": ""}
    assert browser(cast.admin).post(f"{PAGE}connect_website/", told).status_code == 302
    assert sending.opened(Platform.objects.get(code="website")) == (
        "website",
        {"endpoint": "https://1.1.1.1/other", "secret": SETTINGS["secret"]},
    )


def test_a_wrong_address_is_said_and_what_was_typed_stays_but_the_secret(cast: Cast, browser: Browser) -> None:
    page = browser(cast.admin).post(f"{PAGE}connect_website/", SETTINGS | {"endpoint": "https://10.0.0.1/hook"})
    assert page.status_code == 409
    assert "内部或保留地址" in text_of(page)
    assert SETTINGS["secret"] not in page.content.decode()


@pytest.mark.parametrize("who", ["office", "duty", "top", "works_head"])
def test_staff_see_how_it_goes_out_and_may_not_connect(
    cast: Cast, browser: Browser, website: Platform, who: str
) -> None:
    client = browser(cast.people[who])
    assert client.get(PAGE).status_code == 200
    assert client.post(f"{PAGE}connect_website/", SETTINGS).status_code == 409
    assert client.post(f"{PAGE}disconnect/").status_code == 409
    assert client.post(f"{PAGE}test/").status_code == 409


def test_the_office_decides_how_it_goes_out(cast: Cast, browser: Browser, website: Platform) -> None:
    client = browser(cast.office)
    assert client.post(f"{PAGE}change_channel/", {}).status_code == 422
    assert client.post(f"{PAGE}change_channel/", {"channel": "by_hand"}).status_code == 302
    assert Platform.objects.get(code="website").channel == "by_hand"
    assert client.post(f"{PAGE}change_channel/", {"channel": "wechat"}).status_code == 422


def test_the_administrator_finds_the_connections_from_the_people_page(cast: Cast, browser: Browser) -> None:
    assert PAGE in browser(cast.admin).get("/desk/people/").content.decode()


def test_settings_that_can_not_be_opened_leave_a_page_that_says_so(
    cast: Cast, browser: Browser, website: Platform
) -> None:
    Platform.objects.filter(code="website").update(sealed_settings=b"HY1" + b"0" * 60)
    page = browser(cast.admin).get(PAGE)
    assert page.status_code == 200
    assert "密钥" in text_of(page)


def test_a_guest_without_a_post_finds_no_account(cast: Cast, browser: Browser) -> None:
    guest = User.objects.create_user("guest", "新来的小何", None, joined_at=dt.datetime(2026, 9, 1, tzinfo=dt.UTC))
    assert browser(guest).get(PAGE).status_code == 404
    assert browser(guest).post(f"{PAGE}test/").status_code == 404
