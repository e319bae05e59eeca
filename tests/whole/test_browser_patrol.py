"""Patrol on a phone, coverage and hand-over in Chromium: nothing wider than the screen, one press a look (C5.8)."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from browsing import CHROMIUM, Person, chromium, served, waited

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None and os.environ.get("CI") != "true", reason="Chromium is not installed"),
]
FOUND = "鞍山公共资源交易中心的系统又登不上了，明天上午开标怎么办"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(tmp_path_factory.mktemp("patrol")) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def test_the_office_fills_the_coverage_and_the_duty_desk_walks_it_on_a_phone(address: str, browser: Browser) -> None:
    office = Person(browser, address, "office")
    page = office.open("/desk/coverage/")
    expect(page.locator("main")).to_contain_text("没有来源")
    office.press(page.locator("form[action$='/do/adopt/'] button"))
    expect(page.locator("main")).to_contain_text("6 类渠道都有人看")
    office.done()

    duty = Person(browser, address, "duty", phone=True)
    page = duty.open("/desk/patrol/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    due = page.locator(".looks > li").count()
    assert due == 12, "one a class"
    duty.press(page.get_by_role("button", name="未见异常").first)
    expect(page.locator(".looks > li")).to_have_count(due - 1)
    page.locator(".looks summary", has_text="发现情况").first.click()
    page.locator(".looks textarea[name=text]").first.fill(FOUND)
    duty.press(page.get_by_role("button", name="录入并记录").first)
    expect(page.locator(".looks > li")).to_have_count(due - 2)
    expect(page.locator("main")).to_contain_text("发现情况，已录入")
    duty.open("/desk/")
    waited(page, "系统又登不上了")
    duty.done()


def test_a_hand_over_between_two_phones(address: str, browser: Browser) -> None:
    going = Person(browser, address, "duty", phone=True)
    page = going.open("/desk/handover/")
    going.do("begin", incoming="值班员小吴 · 局办公室")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.locator("main")).to_contain_text("未结清单")
    going.do("give", remarks="值班手机一部，钥匙两把")
    path = page.url.removeprefix(address)
    going.done()
    coming = Person(browser, address, "duty2", phone=True)
    page = coming.open(path)
    expect(page.locator("main")).to_contain_text("值班手机一部")
    coming.press(page.locator("form[action$='/do/take/'] button"))
    expect(page.locator("main")).not_to_contain_text("还没有确认")
    coming.done()
