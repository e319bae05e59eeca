"""The suspect tray and the weekly sample in Chromium: one key a post, by phone, without scripts too (C5.14, C5.16)."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from browsing import CHROMIUM, PASSWORD, Person, chromium, served

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None and os.environ.get("CI") != "true", reason="Chromium is not installed"),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("screening")
    with served(home) as found:
        environment = {**os.environ, "HUIYING_HOME": str(home), "HUIYING_DATABASE_URL": ""}
        script = Path(__file__).parent / "set_up_sample.py"
        subprocess.run([sys.executable, str(script)], env=environment, check=True)
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def test_a_person_clears_the_tray_and_the_sample_with_one_key_a_post(address: str, browser: Browser) -> None:
    duty = Person(browser, address, "duty")
    page = duty.open("/desk/suspects/")
    expect(page.locator("[data-row]")).to_have_count(3)
    page.keyboard.press("n")
    expect(page.locator("[data-row]")).to_have_count(2)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("y")
    expect(page.locator("[data-row]")).to_have_count(1)
    expect(page.get_by_text("已定相关").first).to_be_visible()
    page.get_by_role("link", name="抽检").click()
    expect(page.locator("[data-row]")).to_have_count(3)
    expect(page.get_by_text("还没有人看过")).to_be_visible()
    page.keyboard.press("n")
    expect(page.get_by_text("看过 1 条，其中 0 条其实相关")).to_be_visible()
    page.keyboard.press("y")
    expect(page.get_by_text("看过 2 条，其中 1 条其实相关")).to_be_visible()
    duty.done()


def test_on_a_phone_nothing_runs_over_the_edge(address: str, browser: Browser) -> None:
    office = Person(browser, address, "office", phone=True)
    for path in ("/desk/suspects/", "/desk/suspects/sample/"):
        page = office.open(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.get_by_role("button", name="撤回这次调整")).to_be_visible()
    office.done()


def test_without_scripts_a_press_does_the_same(address: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{address}/desk/sign-in/")
    page.fill("[name=username]", "duty2")
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.goto(f"{address}/desk/suspects/sample/")
    before = page.locator("[data-row]").count()
    page.get_by_role("button", name="不相关").first.click()
    expect(page.locator("[data-row]")).to_have_count(before - 1)
    context.close()
