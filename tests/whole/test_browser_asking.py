"""A citizen asks on a telephone, is answered by staff, follows, rates and raises it again; once more without scripts.

Acceptance 1 of the public side, and scenario 14 of the domain: no name, a code, the status, the answer, the contact
purged (C4.2, C4.3, §6.2).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from asking_of import jpeg
from browsing import CHROMIUM, Person, chromium, faults_of, served, width_of
from whole.test_browser_whole_path import (
    ANSWER,
    TITLE,
    _drafted,
    _facts_by_the_department,
    _released,
    _reviewed_on_a_phone,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None and os.environ.get("CI") != "true", reason="Chromium is not installed"),
]
ASKED = "鞍山公共资源交易平台今早全崩了，八点半到现在登录不上，我们九点半开标，解密超时算谁的？"
STILL = "保证金还是交不进去，柜台说没有收到通知。"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(tmp_path_factory.mktemp("asking")) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photo") / "hall.jpg"
    path.write_bytes(jpeg(turn=6))
    return path


def telephone(browser: Browser, *, scripts: bool, locale: str = "zh-CN") -> tuple[BrowserContext, Page]:
    context = browser.new_context(
        viewport={"width": 360, "height": 640},
        locale=locale,
        java_script_enabled=scripts,
        has_touch=True,
        bypass_csp=scripts,  # axe is a script
    )
    return context, context.new_page()


def test_asked_answered_followed_rated_and_raised_again(address: str, browser: Browser, photo: Path) -> None:
    with_scripts, page = telephone(browser, scripts=True)
    without, plain = telephone(browser, scripts=False)
    mine = _asks(page, address, photo)
    other = _asks(plain, address, photo)
    assert mine != other
    path = _opened(browser, address)
    _routed(browser, address, path)
    _facts_by_the_department(browser, address, path)
    _drafted(browser, address, path)
    for username in ("tech_head", "secrecy", "office", "deputy"):
        _reviewed_on_a_phone(browser, address, username)
    _released(browser, address, path)
    for one, receipt in ((page, mine), (plain, other)):
        _follows_and_speaks(one, address, receipt, scripts=one is page)
    _seen_by_staff(browser, address, path, mine)
    with_scripts.close()
    without.close()


def _asks(page: Page, address: str, photo: Path) -> tuple[str, str]:
    """One mistake on the way: the file that was chosen is still there when the form comes back."""
    page.goto(f"{address}/ask/")
    page.set_input_files("[name=files]", photo)
    page.click("#send button")
    expect(page.locator(".error-summary")).to_contain_text("请写下您要说的事")
    expect(page.locator("main")).to_contain_text("已经收下，不用再选")
    page.locator("[name=kind][value=投诉]").check()
    page.fill("[name=text]", ASKED)
    page.fill("[name=contact]", "13841234567")
    assert width_of(page) <= 360
    page.click("#send button")
    expect(page.locator("h1")).to_have_text("已收到您的留言")
    assert width_of(page) <= 360
    expect(page.locator(".qr img")).to_be_visible()
    number, code = (page.locator(".codes dd").nth(n).inner_text() for n in range(2))
    assert re.fullmatch(r"\d{8}-\d{4}-\d{2}", number)
    page.get_by_role("link", name="现在就看进度").click()
    expect(page.locator("h1")).to_have_text("已收到")
    assert ASKED not in page.content()
    return number, code


def _opened(browser: Browser, address: str) -> str:
    duty = Person(browser, address, "duty")
    duty.open("/desk/events/")
    for _try in range(30):  # the loop judges what came in
        if duty.page.get_by_role("link", name="鞍山公共资源交易平台今早全崩了").count():
            break
        duty.page.wait_for_timeout(500)
        duty.open("/desk/events/")
    duty.page.get_by_role("link", name="鞍山公共资源交易平台今早全崩了").first.click()
    duty.do("open_case", level="L2", reason="开标受阻，按系统故障底线定为较大。")
    expect(duty.page.locator("#asked")).to_contain_text("附件 1")
    path = duty.page.url.removeprefix(address).split("#")[0]
    duty.done()
    return path


def _routed(browser: Browser, address: str, path: str) -> None:
    duty = Person(browser, address, "duty")
    duty.open(f"{path}route/")
    duty.page.locator("[name=department]").select_option(label="交易中心信息技术部")
    duty.page.locator("[name=reason]").fill("系统故障，由信息技术部主办")
    duty.press(duty.page.locator("main form:has([name=department]) button[type=submit]"))
    expect(duty.page.locator("main")).to_contain_text("交易中心信息技术部")
    duty.done()


def _follows_and_speaks(page: Page, address: str, receipt: tuple[str, str], *, scripts: bool) -> None:
    page.goto(f"{address}/status/")
    page.fill("main [name=number]", receipt[0])
    page.fill("main [name=code]", receipt[1])
    page.locator("main form button").first.click()
    expect(page.locator("h1")).to_have_text("已答复")
    expect(page.locator("main")).to_contain_text("由谁答复")
    expect(page.locator("main")).to_contain_text("交易中心信息技术部")
    expect(page.locator("main")).to_contain_text("用时多少")
    assert width_of(page) <= 360
    assert not scripts or faults_of(page) == []
    page.get_by_role("link", name="看答复").click()
    expect(page.locator("main")).to_contain_text(ANSWER)
    page.goto(f"{address}/status/?number={receipt[0]}&code={receipt[1]}")
    page.get_by_role("button", name="基本满意").click()
    expect(page.locator("main")).to_contain_text("评价已经记下")
    assert not scripts or faults_of(page) == []
    page.fill("[name=text]", STILL)
    page.get_by_role("button", name="再提一次，交回主管部门").click()
    expect(page.locator("main")).to_contain_text("重新交给主管部门")
    expect(page.locator("h1")).to_have_text("正在核实")
    expect(page.get_by_role("button", name="再提一次，交回主管部门")).to_have_count(0)


def _seen_by_staff(browser: Browser, address: str, path: str, receipt: tuple[str, str]) -> None:
    """问题—答复—满意度—改进 on the case page; a department's head reads it on a telephone."""
    head = Person(browser, address, "tech_head", phone=True)
    head.open(path)
    asked = head.page.locator("#asked")
    expect(asked).to_contain_text(receipt[0])
    expect(asked).to_contain_text("评价：基本满意")
    expect(asked).to_contain_text(STILL)
    expect(asked).to_contain_text("还没有答复")
    assert width_of(head.page) <= 390
    head.done()
    office = Person(browser, address, "office")
    office.open("/desk/channels/")
    expect(office.page.locator("main")).to_contain_text("门户留言")
    office.open("/desk/digest/")
    expect(office.page.locator("h1")).to_contain_text("民意月报")
    office.done()


def test_a_lawful_channel_is_told_first_and_the_message_still_goes(address: str, browser: Browser) -> None:
    """Scenario 17, without scripts: the notice, the same text still there, one more press."""
    context, page = telephone(browser, scripts=False)
    page.goto(f"{address}/ask/")
    page.locator("[name=kind][value=投诉]").check()
    page.fill("[name=text]", "评标结果不公，我要提出异议")
    page.click("#send button")
    expect(page.locator(".lawful")).to_contain_text("招标人")
    assert width_of(page) <= 360
    page.get_by_role("button", name="已经看过，仍然发送给本单位").click()
    expect(page.locator("h1")).to_have_text("已收到您的留言")
    expect(page.locator(".lawful")).to_contain_text("异议")
    assert TITLE not in page.content()
    context.close()


@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
def test_axe_finds_nothing_on_the_way_from_the_form_to_the_progress_wcag_2_2_aa(
    address: str, browser: Browser, locale: str
) -> None:
    context, page = telephone(browser, scripts=True, locale=locale)
    page.goto(f"{address}/ask/")
    page.click("#send button")
    expect(page.locator(".error-summary")).to_be_visible()
    assert faults_of(page) == []
    page.locator("[name=kind][value=投诉]").check()
    page.fill("[name=text]", "评标结果不公，我要提出异议")
    page.click("#send button")
    expect(page.locator(".lawful")).to_be_visible()
    assert faults_of(page) == []
    page.click("#send button")
    expect(page.locator(".qr img")).to_be_visible()
    assert faults_of(page) == []
    page.locator("main a[href*='/status/']").first.click()
    expect(page.locator("h1")).to_be_visible()
    assert "/status/" in page.url
    assert faults_of(page) == []
    context.close()
