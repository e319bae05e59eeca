"""People at browsers of their own, on the real server with its loop and engine."""

from __future__ import annotations

import atexit
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import httpx
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium")
PASSWORD = "Yezhi-2026-baoan"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@contextmanager
def served(home: Path, **more: str) -> Iterator[str]:
    """`huiying run` on a free port, with people who have passwords; `more` goes to its environment.

    They sign in by password alone: the second factor has tests of its own.
    """
    environment = {
        **os.environ,
        "HUIYING_SECOND_FACTOR": "off",
        "HUIYING_HOME": str(home),
        "HUIYING_DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "huiying.settings",
        **more,
    }
    shutil.copytree(_set_up(), home, dirs_exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "huiying", "run", "--port", str(port)], env=environment)
    try:
        yield answering(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(timeout=30)


@cache
def _set_up() -> Path:
    """A home with its schema and its people, made once in a process: a fresh one costs half a minute."""
    home = Path(tempfile.mkdtemp(prefix="huiying-bureau-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    environment = {
        **os.environ,
        "HUIYING_HOME": str(home),
        "HUIYING_DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "huiying.settings",
    }
    script = Path(__file__).parent / "whole" / "set_up_bureau.py"
    subprocess.run([sys.executable, str(script), PASSWORD], env=environment, check=True)
    return home


def answering(url: str) -> str:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            if httpx.get(f"{url}/", timeout=2).status_code == 200:
                return url
        except httpx.HTTPError:
            continue
    raise AssertionError("the server did not answer within a minute")


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        expect.set_options(timeout=20_000)  # a machine under load, and a first start, are slow
        yield started
        started.close()


WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def faults_of(page: Page) -> list[str]:
    """What axe finds on the page as it stands; its context must have been opened with `bypass_csp`."""
    results = Axe().run(page, options=WCAG)
    return [
        f"{page.url} {rule['id']}: {node['html'][:150]}"
        for rule in results.response["violations"]
        for node in rule["nodes"]
    ]


def width_of(page: Page) -> int:
    """CSS px of the whole document: a click returns as soon as the next one has begun, so its end is waited for."""
    page.wait_for_load_state("load")
    return int(page.evaluate("document.documentElement.scrollWidth"))


class Person:
    """One person at one browser of their own."""

    def __init__(self, browser: Browser, address: str, username: str, *, phone: bool = False) -> None:
        size = {"width": 390, "height": 844} if phone else {"width": 1280, "height": 900}
        self.context: BrowserContext = browser.new_context(viewport=size, locale="zh-CN")  # type: ignore[arg-type]
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(30_000)
        self.errors: list[str] = []
        self.page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        self.address = address
        self.actions = 1  # what the person sent; signing in is the first
        self.page.goto(f"{address}/desk/sign-in/")
        self.page.fill("[name=username]", username)
        self.page.fill("[name=password]", PASSWORD)
        self.page.click("main button[type=submit]")
        expect(self.page.locator("h1")).to_be_visible()
        expect(self.page.locator("[name=password]")).to_have_count(0)

    def open(self, path: str) -> Page:
        self.page.goto(f"{self.address}{path}")
        return self.page

    def do(self, verb: str, **fields: str) -> None:
        """Open a verb's form in the action bar, fill it in, send it."""
        self.actions += 1
        box = self.page.locator(f"#do-{verb}")
        rest = self.page.locator(f"details.rest:not([open]):has(#do-{verb}) > summary")
        if rest.count():
            rest.click()
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

    def press(self, button: Locator) -> None:
        """Send something that is ready as it stands."""
        self.actions += 1
        button.click()
        expect(self.page.locator("h1")).to_be_visible()


def waited(page: Page, words: str, seconds: int = 60) -> None:
    """Until the page, loaded again and again as a person would, shows the words."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if page.get_by_text(words).count():
            return
        time.sleep(0.5)
        page.reload()
    raise AssertionError(f"“{words}” did not come within {seconds} s: {page.locator('main').inner_text()}")
