"""Pictures of the demonstration: the few of the README, or every page (`--all DIR`), by Chromium.

.venv/bin/python tools/screenshots.py              writes docs/images/*.png
.venv/bin/python tools/screenshots.py --all DIR    every page at 1280 and 390 px, in Chinese and English
"""

from __future__ import annotations

import argparse
import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE, PHONE = (1280, 900), (390, 844)
LARGEST = 300_000
READY_WITHIN = 1800.0  # seconds; the first phase takes some twenty, and on a busy machine many times that
PAGE_WITHIN = 180_000  # milliseconds for one page, likewise
TOLD_EVERY = 30.0
GRAVE = "河东新区管廊工地塌方"
PUBLIC_PAGES = {"portal": "/", "answers": "/answers/", "ask": "/ask/", "status": "/status/", "about": "/about/"}
DESK_PAGES = {
    "desk": "/desk/",
    "events": "/desk/events/",
    "suspects": "/desk/suspects/",
    "cases": "/desk/cases/",
    "reviews": "/desk/reviews/",
    "search": "/desk/search/?q=解密",
    "ledger": "/desk/ledger/",
    "board": "/desk/board/",
    "department": "/desk/departments/Z-XX/",
    "tasks": "/desk/tasks/?whose=all",
    "contacts": "/desk/contacts/",
    "routing": "/desk/routing/",
    "roster": "/desk/roster/",
    "letters": "/desk/liaisons/",
    "meetings": "/desk/meetings/",
    "inbox": "/desk/inbox/",
    "regulation": "/desk/regulation/",
    "stream": "/desk/posts/",
    "warnings": "/desk/warnings/",
    "sample": "/desk/suspects/sample/",
    "learning": "/desk/learning/",
    "agreement": "/desk/agreement/",
    "watch": "/desk/watch/",
    "watch-rule": "/desk/watch/rules/K001/",
    "watch-change": "/desk/watch/rules/K001/change/",
    "watch-try": "/desk/watch/try/",
    "watch-import": "/desk/watch/import/",
    "coverage": "/desk/coverage/",
    "topics": "/desk/coverage/topics/",
    "latency": "/desk/latency/",
    "leading-group": "/desk/leading-group/",
    "patrol": "/desk/patrol/",
    "handover": "/desk/handover/",
    "reconcile": "/desk/reconcile/",
    "sources": "/desk/sources/",
    "source-add": "/desk/sources/add/",
    "source-mailbox": "/desk/sources/add/mailbox/",
    "imports": "/desk/imports/",
    "enter": "/desk/enter/",
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def demonstration() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The demonstration in a home of its own, at real pace after its first phase; yields its address and process."""
    with tempfile.TemporaryDirectory(prefix="huiying-pictures-") as home:
        port = free_port()
        environment = {name: value for name, value in os.environ.items() if name != "HUIYING_NOTIFY_URLS"}
        environment |= {"HUIYING_HOME": home, "HUIYING_DEMO_SPEED": "1", "PYTHONUTF8": "1"}
        command = [sys.executable, "-m", "huiying", "demo", "--port", str(port)]
        process = subprocess.Popen(command, env=environment, cwd=ROOT)
        try:
            yield f"http://127.0.0.1:{port}", process
        finally:
            process.terminate()
            process.wait(timeout=30)


def patiently(what: str, process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Again and again until the caller has it; says what is waited for, and gives up with a dead demonstration."""
    begun = told = time.monotonic()
    while (now := time.monotonic()) - begun < READY_WITHIN:
        if process.poll() is not None:
            raise SystemExit(f"演示已退出（{process.returncode}），没有等到{what}；它的话在上面。")
        if now - told >= TOLD_EVERY:
            told = now
            print(
                f"已等 {now - begun:.0f} 秒：{what}（机器负载 {os.getloadavg()[0]:.1f}）", file=sys.stderr, flush=True
            )
        yield
    raise SystemExit(f"{READY_WITHIN:.0f} 秒内没有等到{what}。")


def wait_until_it_answers(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in patiently("演示应答", process):
        with (
            contextlib.suppress(urllib.error.URLError, OSError),
            urllib.request.urlopen(f"{address}/", timeout=5) as page,
        ):
            if page.status == 200:
                return
        time.sleep(0.5)


def signed_in(browser: Browser, address: str, username: str, size: tuple[int, int], language: str) -> BrowserContext:
    """A browser of one person, through that person's card."""
    context = visitor(browser, size, language)
    page = context.new_page()
    page.goto(f"{address}/desk/sign-in/")
    page.locator(f"form:has(input[value='{username}']) button").click()
    page.wait_for_url("**/desk/")
    page.close()
    return context


def visitor(browser: Browser, size: tuple[int, int], language: str = "zh-CN") -> BrowserContext:
    width, height = size
    context = browser.new_context(viewport={"width": width, "height": height}, locale=language, color_scheme="light")
    context.set_default_timeout(PAGE_WITHIN)
    return context


def wait_for_life(browser: Browser, address: str, process: subprocess.Popen[bytes]) -> None:
    """Until the director's review of the grave case waits: the first phase is then over but for minutes."""
    context = signed_in(browser, address, "guchang", WIDE, "zh-CN")
    page = context.new_page()
    for _ in patiently("演示演到访客到来的时刻", process):
        page.goto(f"{address}/desk/reviews/")
        if page.locator("a", has_text=GRAVE[:4]).count():
            time.sleep(5)
            context.close()
            return
        time.sleep(1)


def link(page: Page, address: str, listing: str, words: str, under: str) -> str:
    """The address of the first object on a list page whose link holds `words`."""
    page.goto(f"{address}{listing}")
    found = page.locator(f"a[href^='{under}']:not([href='{under}']):not([href*='?'])", has_text=words).first
    return str(found.get_attribute("href"))


def take(page: Page, url: str, target: Path, *, whole: bool = False) -> None:
    page.goto(url, wait_until="networkidle")
    target.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(target), full_page=whole, animations="disabled")
    if not whole and target.stat().st_size > LARGEST:
        raise SystemExit(f"{target} 有 {target.stat().st_size} 字节，超过 {LARGEST}。")


def for_the_readme(browser: Browser, address: str, folder: Path) -> None:
    office = signed_in(browser, address, "zhoulan", WIDE, "zh-CN").new_page()
    take(office, f"{address}/desk/", folder / "desk.png")
    case = link(office, address, "/desk/cases/", GRAVE, "/desk/cases/2")
    take(office, f"{address}{case}", folder / "case.png")
    leader = signed_in(browser, address, "guchang", PHONE, "zh-CN").new_page()
    review = link(leader, address, "/desk/reviews/", GRAVE[:4], "/desk/reviews/")
    take(leader, f"{address}{review}", folder / "review-phone.png")
    take(visitor(browser, WIDE).new_page(), f"{address}/", folder / "portal.png")


def everything(browser: Browser, address: str, folder: Path) -> None:
    for language in ("zh-CN", "en"):
        for size in (WIDE, PHONE):
            tail = f"{language[:2]}-{size[0]}.png"
            public = visitor(browser, size, language).new_page()
            take(public, f"{address}/desk/sign-in/", folder / f"sign-in-{tail}", whole=True)
            for name, path in PUBLIC_PAGES.items():
                take(public, f"{address}{path}", folder / f"{name}-{tail}", whole=True)
            answer = link(public, address, "/answers/", "", "/answers/2")
            take(public, f"{address}{answer}", folder / f"answer-{tail}", whole=True)
            staff = signed_in(browser, address, "hanqiu", size, language).new_page()
            for name, path in (DESK_PAGES | objects(staff, address)).items():
                take(staff, f"{address}{path}", folder / f"{name}-{tail}", whole=True)


def objects(page: Page, address: str) -> dict[str, str]:
    """One event, case, slip, letter, meeting, draft and review, as the pages link to them."""
    case = link(page, address, "/desk/cases/", GRAVE, "/desk/cases/2")
    return {
        "case-together": f"{case}together/",
        "case-outside": f"{case}outside/",
        "group-texts": f"{case}texts/",
        "slip": link(page, address, case, "", "/desk/slips/"),
        "letter": link(page, address, "/desk/liaisons/?all=1", "", "/desk/liaisons/"),
        "meeting": link(page, address, "/desk/meetings/?all=1", "", "/desk/meetings/"),
        "event": link(page, address, "/desk/events/", GRAVE, "/desk/events/E"),
        "shares": link(page, address, "/desk/events/", GRAVE, "/desk/events/E") + "shares/",
        "case": case,
        "draft": f"{case}draft/",
        "review": link(page, address, "/desk/reviews/", "", "/desk/reviews/"),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", metavar="DIR", type=Path, default=None, help="every page into this folder")
    options = parser.parse_args()
    with demonstration() as (address, process), sync_playwright() as playwright:
        wait_until_it_answers(address, process)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        wait_for_life(browser, address, process)
        if options.all is None:
            for_the_readme(browser, address, ROOT / "docs" / "images")
        else:
            everything(browser, address, options.all)
        browser.close()


if __name__ == "__main__":
    main()
