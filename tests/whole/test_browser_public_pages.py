"""Every public page in Chromium （四）: WCAG 2.2 AA by axe in both languages, 400 % zoom, the keyboard, no scripts, no
cookie, nothing from elsewhere, a small first page.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from browsing import CHROMIUM, PASSWORD, chromium, faults_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None and os.environ.get("CI") != "true", reason="Chromium is not installed"),
]
# Pages that a link leads to are found by walking; these are reached by a form, a letter or a mistake.
BESIDE = ("/ask/received/", "/rights/received/", "/follow/asked/", "/consultations/2026-2/received/", "/no/such/page/",
          "/search/?q=证书", "/answers/?topic=PT", "/follow/end/0-x/", "/follow/confirm/0-x/")  # fmt: skip
FIRST_PAGE_MOST = 60_000


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The site as it stands after a fortnight; only its web part runs."""
    home = tmp_path_factory.mktemp("public")
    here = {**os.environ, "HUIYING_HOME": str(home), "HUIYING_DATABASE_URL": ""}
    script = Path(__file__).with_name("set_up_public.py")
    subprocess.run([sys.executable, str(script), PASSWORD], env=here, check=True)
    serve = Path(__file__).with_name("serve_public.py")
    process = subprocess.Popen([sys.executable, str(serve)], env=here, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def reader(browser: Browser, language: str = "zh-CN", width: int = 1280, **how: object) -> BrowserContext:
    return browser.new_context(viewport={"width": width, "height": 900}, locale=language, **how)  # type: ignore[arg-type]


def walked(page: Page, address: str) -> list[str]:
    """Every public page that links lead to, once each; forms of staff and choices of the reader left out."""
    seen: list[str] = []
    waiting = ["/"]
    while waiting:
        path = waiting.pop(0)
        if path in seen or path.startswith(("/desk/", "/static/", "/language/", "/type/")) or path.endswith(FILES):
            continue
        seen.append(path)
        page.goto(f"{address}{path}")
        found = page.eval_on_selector_all("a[href^='/']", "nodes => nodes.map(node => node.getAttribute('href'))")
        waiting += [link.partition("#")[0] for link in found if "feed.xml" not in link and link.partition("#")[0]]
    return seen


FILES = (".xml", ".json", ".csv", ".ics", ".txt")


@pytest.fixture(scope="module")
def pages(address: str, browser: Browser) -> list[str]:
    context = reader(browser)
    found = walked(context.new_page(), address)
    context.close()
    return [*found, *BESIDE]


def test_the_walk_reaches_every_kind_of_page(pages: list[str]) -> None:
    kinds = {path.split("/")[1] for path in pages}
    assert kinds >= {
        "", "answers", "hot", "faq", "clarified", "news", "conferences", "consultations", "figures", "rules", "follow",
        "privacy", "rights", "search", "ask", "status", "about", "corrections",
    }  # fmt: skip
    assert "/consultations/2026-2/say/" in pages


@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_axe_finds_nothing_on_any_public_page_wcag_2_2_aa(
    address: str, browser: Browser, pages: list[str], language: str
) -> None:
    context = reader(browser, language, bypass_csp=True)
    page = context.new_page()
    found: list[str] = []
    for path in pages:
        page.goto(f"{address}{path}")
        found += faults_of(page)
    context.close()
    assert found == [], "\n" + "\n".join(found)


@pytest.mark.parametrize("large", [False, True])
def test_at_400_per_cent_nothing_moves_sideways(address: str, browser: Browser, pages: list[str], large: bool) -> None:
    """WCAG 1.4.10: 320 CSS px wide; with the reader's larger type too."""
    context = reader(browser, width=320)
    page = context.new_page()
    if large:
        page.goto(f"{address}/type/large/")
    wide = []
    for path in pages:
        page.goto(f"{address}{path}")
        if page.evaluate("document.documentElement.scrollWidth") > 320:
            wide.append(path)
    context.close()
    assert wide == []


def test_the_keyboard_reaches_everything_in_order_and_what_has_it_is_seen(address: str, browser: Browser) -> None:
    context = reader(browser)
    page = context.new_page()
    page.goto(f"{address}/answers/")
    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    reached = []
    for _n in range(40):
        page.keyboard.press("Tab")
        what = page.evaluate(
            "() => [document.activeElement.tagName, document.activeElement.id || document.activeElement.textContent,"
            " getComputedStyle(document.activeElement).outlineStyle]"
        )
        if what[0] == "BODY":
            break
        assert what[2] != "none", what
        reached.append(what[1])
    assert reached[:4] == ["q", "topic", "from", "from"] or reached[:3] == ["q", "topic", "from"]
    assert any("交易系统登录故障" in name for name in reached)
    context.close()


def test_landmarks_one_heading_and_a_language_stand_on_every_page(
    address: str, browser: Browser, pages: list[str]
) -> None:
    context = reader(browser)
    page = context.new_page()
    for path in pages:
        page.goto(f"{address}{path}")
        for landmark in ("header[role=banner]", "nav", "main", "footer[role=contentinfo]", "h1"):
            assert page.locator(landmark).count() >= 1, (path, landmark)
        assert page.locator("h1").count() == 1, path
        assert page.locator("html").get_attribute("lang") == "zh-Hans", path
        assert page.title().endswith("回应 · 测试公共资源交易管理局"), path
    context.close()


def test_a_reader_without_scripts_reads_searches_says_and_asks(address: str, browser: Browser) -> None:
    context = reader(browser, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/")
    page.fill("#q", "保证金")
    page.locator("form[role=search] button").click()
    expect(page.locator("main")).to_contain_text("投标保证金五个工作日内退还")
    page.goto(f"{address}/consultations/2026-2/")
    page.get_by_role("link", name="我要提意见").first.click()
    page.fill("#text", "建议三天内退")
    page.check("#q0-1")
    page.locator("main form button").click()
    expect(page.locator("h1")).to_have_text("意见已经收到，谢谢")
    page.goto(f"{address}/rights/")
    page.check("#kind-1")
    page.fill("#text", "第二段的日期写错了")
    page.locator("main form button").click()
    expect(page.locator("h1")).to_have_text("已收到您的请求")
    context.close()


def test_a_reader_gets_no_cookie_and_nothing_from_elsewhere(address: str, browser: Browser, pages: list[str]) -> None:
    """§6.2: only forms set one, against forged sending; whoever only reads has none."""
    context = reader(browser)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    forms = ("/ask/", "/follow/", "/rights/", "/consultations/2026-2/say/")
    for path in pages:
        if not path.startswith(forms):
            page.goto(f"{address}{path}")
            assert context.cookies() == [], path
    for path in forms:
        page.goto(f"{address}{path}")
    assert [url for url in asked if not url.startswith((address, "data:"))] == []
    context.close()


def test_the_first_page_is_small_and_asks_for_one_thing_after_its_style(address: str, browser: Browser) -> None:
    context = reader(browser)
    page = context.new_page()
    sizes: dict[str, int] = {}

    def note(request: Request) -> None:
        response = request.response()
        assert response is not None
        sizes[request.url.removeprefix(address)] = len(response.body())

    page.on("requestfinished", note)
    page.goto(f"{address}/", wait_until="networkidle")
    context.close()
    assert sum(sizes.values()) < FIRST_PAGE_MOST, sizes
    after = [path for path in sizes if path != "/" and not path.endswith(".css")]
    assert len(after) <= 1, sizes


def test_a_page_prints_without_its_navigation_and_with_everything_that_was_folded(
    address: str, browser: Browser
) -> None:
    context = reader(browser)
    page = context.new_page()
    page.goto(f"{address}/answers/C0001/")
    page.emulate_media(media="print")
    expect(page.locator("header nav")).to_be_hidden()
    expect(page.locator("h1")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    context.close()
