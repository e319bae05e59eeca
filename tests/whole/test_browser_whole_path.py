"""The whole path in Chromium, on the real server with its loop and engine, as five people and the public."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from browsing import CHROMIUM, Person, chromium, served, width_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None and os.environ.get("CI") != "true", reason="Chromium is not installed"),
]
POST = "鞍山公共资源交易平台今早全崩了，八点半到现在登录不上，我们九点半开标，解密超时算谁的？"
TITLE = "关于9月14日系统登录故障的说明"
ANSWER = "登录服务于上午中断七十分钟，现已恢复。受影响的两个标段开标顺延，解密时间重新计算。"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(tmp_path_factory.mktemp("browser")) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def test_a_post_becomes_a_public_answer_by_the_hands_of_five_people(address: str, browser: Browser) -> None:
    path = _heard_and_routed(browser, address)
    _facts_by_the_department(browser, address, path)
    _drafted(browser, address, path)
    for username in ("tech_head", "secrecy", "office", "deputy"):
        _reviewed_on_a_phone(browser, address, username)
    _released(browser, address, path)
    _read_by_the_public(browser, address)


def _heard_and_routed(browser: Browser, address: str) -> str:
    """值班员: paste, judge, open the case, hand it to the department. Returns the case's path."""
    duty = Person(browser, address, "duty")
    duty.page.fill("textarea[name=text]", POST)
    duty.page.click("form.paste button[type=submit]")
    duty.open("/desk/events/")
    duty.page.get_by_role("link", name="鞍山公共资源交易平台今早全崩了").first.click()
    duty.do("open_case", level="L2", reason="开标受阻，按系统故障底线定为较大。")
    expect(duty.page.locator("main")).to_contain_text("较大")
    expect(duty.page.locator(".clocks")).to_contain_text("剩")
    path = duty.page.url.removeprefix(address).split("#")[0]
    assert "/desk/cases/" in path
    duty.open(f"{path}route/")
    duty.page.locator("[name=department]").select_option(label="交易中心信息技术部")
    duty.page.locator("[name=reason]").fill("系统故障，由信息技术部主办")
    duty.press(duty.page.locator("main form:has([name=department]) button[type=submit]"))
    expect(duty.page.locator("main")).to_contain_text("交易中心信息技术部")
    duty.done()
    return path


def _facts_by_the_department(browser: Browser, address: str, path: str) -> None:
    """处室负责人: accept, facts, disposal."""
    head = Person(browser, address, "tech_head")
    head.open(path)
    head.page.get_by_role("button", name="签收").first.click()
    head.do("find", facts="登录服务中断七十分钟。", cause="证书到期未续。", impact="两个标段开标推迟。")
    head.do("dispose", actions="已续证书，开标顺延，逐一电话告知。", settled="on")
    expect(head.page.locator("main")).to_contain_text("已续证书")
    head.done()


def _drafted(browser: Browser, address: str, path: str) -> None:
    """采编: draft and submit; what can not be done says why."""
    editor = Person(browser, address, "editor")
    editor.open(f"{path}answer/")
    expect(editor.page.locator("details.not").first).to_contain_text("还没有文稿")
    editor.open(f"{path}draft/")
    editor.page.fill("[name=title]", TITLE)
    editor.page.fill("[name=question]", "群众反映交易系统登录不上，担心开标解密超时受影响。")
    editor.page.fill("[name=facts]", "上午登录服务中断七十分钟，两个标段开标顺延。")
    editor.page.fill("[name=basis]", "《招标投标法实施条例》")
    editor.page.fill("[name=rendition_portal]", ANSWER)
    editor.press(editor.page.locator("#draft .thumb button[type=submit]").first)
    editor.open(f"{path}answer/")
    editor.page.locator("#actions form[action$='/do/submit/'] button").click()
    expect(editor.page.locator("main")).to_contain_text("审核中")
    editor.done()


def _reviewed_on_a_phone(browser: Browser, address: str, username: str) -> None:
    """Each reviewer on a phone: read, tick the checks of this step, approve with the thumb."""
    reviewer = Person(browser, address, username, phone=True)
    reviewer.open("/desk/reviews/")
    reviewer.page.get_by_role("link", name=TITLE).first.click()
    expect(reviewer.page.locator("main")).to_contain_text(ANSWER)
    wide = width_of(reviewer.page)
    assert wide <= 390, f"the review page is {wide} px wide on a phone"
    for check in ("secrecy", "personal_data"):
        box = reviewer.page.locator(f"[name={check}]")
        if box.count():
            box.check()
    reviewer.page.get_by_role("button", name="同意", exact=True).click()
    reviewer.open("/desk/reviews/")
    expect(reviewer.page.locator("main")).not_to_contain_text(TITLE)
    reviewer.done()


def _released(browser: Browser, address: str, path: str) -> None:
    office = Person(browser, address, "office")
    office.open(f"{path}answer/")
    office.do("release", channels="portal")
    end = time.monotonic() + 30
    while "已公开回应" not in office.page.locator("main header").inner_text():
        assert time.monotonic() < end, "the loop did not publish within 30 s"
        office.open(path)
    office.open("/desk/ledger/")
    expect(office.page.locator("h1")).to_be_visible()
    office.done()


def _read_by_the_public(browser: Browser, address: str) -> None:
    """Without an account and without scripts."""
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{address}/")
    page.get_by_role("link", name=TITLE).first.click()
    expect(page.locator("main")).to_contain_text(ANSWER)
    expect(page.locator("main")).to_contain_text("交易中心信息技术部")
    assert POST not in page.content()
    context.close()


def test_a_citizen_asks_without_an_account_and_follows_the_message(address: str, browser: Browser) -> None:
    """C4.3: no account, no name, a number and a code, and the state in plain words."""
    context = browser.new_context(java_script_enabled=False, locale="zh-CN", viewport={"width": 320, "height": 568})
    page = context.new_page()
    page.goto(f"{address}/ask/")
    page.locator("[name=kind]").first.check()
    page.fill("[name=text]", "请问外地企业参加鞍山的投标，CA证书在哪里办理？")
    page.locator("main form button[type=submit]").first.click()
    received = page.locator("main").inner_text()
    assert width_of(page) <= 320
    number = page.locator("main").get_by_text("2", exact=False).all_inner_texts()
    assert number
    assert "查询码" in received
    context.close()
