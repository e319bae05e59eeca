"""The whole path in Chromium, on the real server with its loop and engine, as five people and the public."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None and os.environ.get("CI") != "true", reason="Chromium is not installed"),
]
PASSWORD = "Yezhi-2026-baoan"
POST = "鞍山公共资源交易平台今早全崩了，八点半到现在登录不上，我们九点半开标，解密超时算谁的？"
TITLE = "关于9月14日系统登录故障的说明"
ANSWER = "登录服务于上午中断七十分钟，现已恢复。受影响的两个标段开标顺延，解密时间重新计算。"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`huiying run` on a free port, with people who have passwords."""
    home = tmp_path_factory.mktemp("browser")
    environment = {
        **os.environ,
        "HUIYING_HOME": str(home),
        "HUIYING_DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "huiying.settings",
    }
    script = Path(__file__).with_name("set_up_bureau.py")
    subprocess.run([sys.executable, str(script), PASSWORD], env=environment, check=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "huiying", "run", "--port", str(port)], env=environment)
    try:
        yield answering(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(timeout=30)


def answering(url: str) -> str:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            if httpx.get(f"{url}/", timeout=2).status_code == 200:
                return url
        except httpx.HTTPError:
            continue
    raise AssertionError("the server did not answer within a minute")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


class Person:
    """One person at one browser of their own."""

    def __init__(self, browser: Browser, address: str, username: str, *, phone: bool = False) -> None:
        size = {"width": 390, "height": 844} if phone else {"width": 1280, "height": 900}
        self.context: BrowserContext = browser.new_context(viewport=size, locale="zh-CN")  # type: ignore[arg-type]
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.errors: list[str] = []
        self.page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        self.address = address
        self.page.goto(f"{address}/desk/sign-in/")
        self.page.fill("[name=username]", username)
        self.page.fill("[name=password]", PASSWORD)
        self.page.click("main button[type=submit]")
        expect(self.page.locator("h1")).to_contain_text("值班台")

    def open(self, path: str) -> Page:
        self.page.goto(f"{self.address}{path}")
        return self.page

    def do(self, verb: str, **fields: str) -> None:
        """Open a verb's form in the action bar, fill it in, send it."""
        box = self.page.locator(f"#do-{verb}")
        box.locator("summary").click()
        for name, value in fields.items():
            field = box.locator(f"[name={name}]").first
            if field.evaluate("node => node.tagName") == "SELECT":
                field.select_option(label=value)
            elif field.get_attribute("type") == "radio":
                box.locator(f"[name={name}][value='{value}']").check()
            elif field.get_attribute("type") == "checkbox":
                box.locator(f"[name={name}]").first.check()
            else:
                field.fill(value)
        box.locator("button[type=submit]").click()
        expect(self.page.locator("h1")).to_be_visible()

    def done(self) -> None:
        assert self.errors == [], self.errors
        self.context.close()


def test_a_post_becomes_a_public_answer_by_the_hands_of_five_people(address: str, browser: Browser) -> None:
    path = _heard_and_routed(browser, address)
    _facts_by_the_department(browser, address, path)
    _drafted(browser, address, path)
    for username in ("tech_head", "office", "deputy"):
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
    duty.do("route", department="交易中心信息技术部", reason="系统故障，由信息技术部主办")
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
    editor.open(path)
    expect(editor.page.locator("details.not")).to_contain_text("还没有文稿")
    editor.open(f"{path}draft/")
    editor.page.fill("[name=title]", TITLE)
    editor.page.fill("[name=question]", "群众反映交易系统登录不上，担心开标解密超时受影响。")
    editor.page.fill("[name=facts]", "上午登录服务中断七十分钟，两个标段开标顺延。")
    editor.page.fill("[name=basis]", "《招标投标法实施条例》")
    editor.page.fill("[name=rendition_portal]", ANSWER)
    editor.page.locator("main form button[type=submit]").first.click()
    editor.open(path)
    editor.page.locator("#actions form[action$='/do/submit/'] button").click()
    expect(editor.page.locator("main")).to_contain_text("审核中")
    editor.done()


def _reviewed_on_a_phone(browser: Browser, address: str, username: str) -> None:
    """Each reviewer on a phone: read, tick the two checks, approve with the thumb."""
    reviewer = Person(browser, address, username, phone=True)
    reviewer.open("/desk/reviews/")
    reviewer.page.get_by_role("link", name=TITLE).first.click()
    expect(reviewer.page.locator("main")).to_contain_text(ANSWER)
    wide = reviewer.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390, f"the review page is {wide} px wide on a phone"
    reviewer.page.check("[name=secrecy]")
    reviewer.page.check("[name=personal_data]")
    reviewer.page.get_by_role("button", name="同意", exact=True).click()
    reviewer.open("/desk/reviews/")
    expect(reviewer.page.locator("main")).not_to_contain_text(TITLE)
    reviewer.done()


def _released(browser: Browser, address: str, path: str) -> None:
    office = Person(browser, address, "office")
    office.open(path)
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
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    number = page.locator("main").get_by_text("2", exact=False).all_inner_texts()
    assert number
    assert "查询码" in received
    context.close()
