"""Sources in Chromium: a local feed is looked at, registered, heard within its interval, and proved (issue 6, C5.2).

The officer sees what would come before registering; the running house then collects a new item by itself, the item
stands on the source's page and on the duty desk, and the evidence verifies.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from browsing import CHROMIUM, Person, chromium, served, waited
from local_web import Web, rss, serving, status

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None and os.environ.get("CI") != "true", reason="Chromium is not installed"),
]
OUTAGE = "鞍山公共资源交易平台今早登录不上，开标解密超时"
SHOTS = os.environ.get("HUIYING_SCREENSHOTS", "")


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with serving() as found:
        found.pages["/feed"] = rss("天气预报", "市里的体育新闻", site=found.url(""))
        found.pages["/gone"] = status(403)
        yield found


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sources")


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    with served(home, HUIYING_ALLOWED_NETWORKS="127.0.0.0/8") as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def test_a_feed_is_seen_before_registered_then_heard_and_proved(
    address: str, browser: Browser, web: Web, home: Path
) -> None:
    duty = Person(browser, address, "duty")
    page = duty.open("/desk/sources/")
    expect(page.get_by_text("还没有登记来源")).to_be_visible()
    page.get_by_role("link", name="登记一个来源").click()
    page.fill("[name=url]", web.url("/feed"))
    page.fill("[name=min_minutes]", "1")
    page.fill("[name=max_minutes]", "1")
    shot(page, "add")
    page.get_by_role("button", name="看看能采到什么").click()
    expect(page.get_by_text("现在能采到 2 条")).to_be_visible()
    expect(page.get_by_text("市里的体育新闻")).to_be_visible()
    assert page.input_value("[name=name]") == "本地新闻"
    page.select_option("[name=channel_class]", label="论坛")
    shot(page, "preview")
    page.get_by_role("button", name="登记这个来源").click()
    waited(page, "有新内容")
    web.pages["/feed"] = rss(OUTAGE, "天气预报", site=web.url(""))
    waited(page, OUTAGE, seconds=150)
    shot(page, "source")
    page = duty.open("/desk/")
    waited(page, "登录不上")
    environment = {**os.environ, "HUIYING_HOME": str(home), "DJANGO_SETTINGS_MODULE": "huiying.settings"}
    command = [sys.executable, "-m", "huiying", "evidence", "verify"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, "0 份有问题" in done.stdout) == (0, True), done.stderr
    duty.done()


def test_on_a_phone_the_three_states_and_a_nil_return(address: str, browser: Browser, web: Web) -> None:
    duty = Person(browser, address, "duty", phone=True)
    page = duty.open("/desk/sources/add/")
    page.fill("[name=name]", "鞍山晚报")
    page.select_option("[name=adapter]", value="by_hand")
    page.select_option("[name=channel_class]", label="传统媒体")
    page.get_by_role("button", name="不看了，直接登记").click()
    expect(page.get_by_text("还没有查看过").first).to_be_visible()
    duty.do("looked", found="0", note="头版到四版都看了")
    expect(page.get_by_text("没有新内容").first).to_be_visible()
    expect(page.get_by_text("人工看过")).to_be_visible()
    shot(page, "phone-source")
    page = duty.open("/desk/sources/add/")
    page.fill("[name=url]", web.url("/gone"))
    page.select_option("[name=adapter]", value="feed")
    page.fill("[name=name]", "拒绝访问的论坛")
    page.get_by_role("button", name="不看了，直接登记").click()
    waited(page, "✕ 没有采到：对方拒绝访问", seconds=120)
    page = duty.open("/desk/sources/")
    shot(page, "phone-list")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390, "nothing is wider than the phone"
    duty.done()
