"""README, "Large mode", as it stands there: two terminals, two bureaus, and the demonstration runs on it."""

from __future__ import annotations

import http.cookiejar
import os
import re
import shutil
import socket
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

import province_running as running
from huiying.hub import broker
from huiying.hub.hubfile import load
from province_running import asked, until

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("README.md", "README.zh-CN.md")


def commands(page: str) -> list[str]:
    """The lines of the code block that names large mode."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / page).read_text("utf-8"), re.DOTALL)
    (block,) = [block for block in blocks if "make large" in block]
    return [line.partition("#")[0].strip() for line in block.splitlines()]


@dataclass
class Shown:
    """The demonstration as it runs: an opener with cookies, and the two bureaus' addresses."""

    mark: str
    addresses: dict[str, str]
    browser: urllib.request.OpenerDirector

    def read(self, code: str, path: str, **form: str) -> str:
        data = urllib.parse.urlencode(form).encode() if form else None
        with self.browser.open(f"{self.addresses[code]}{path}", data, timeout=60) as answer:
            return str(answer.read().decode())

    def count(self, code: str, sql: str) -> int:
        return int(str(asked(f"{self.mark}_{code}", sql) or 0))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def hub_file(folder: Path, mark: str) -> Path:
    """The demonstration's own hub file, with databases, homes, ports and queues of this test."""
    text = (ROOT / "deploy" / "hub-demo.yaml").read_text("utf-8")
    for old, new in (
        ("hub: demo\n", f"hub: {mark}\n"),
        ("../var/hub-demo", str(folder)),
        ("huiying_demo_", f"{mark}_"),
        ("port: 8001", f"port: {free_port()}"),
        ("port: 8002", f"port: {free_port()}"),
    ):
        assert old in text
        text = text.replace(old, new)
    path = folder / "hub.yaml"
    path.write_text(text, "utf-8")
    return path


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    running.require_services()
    folder, mark = tmp_path_factory.mktemp("hub"), f"d{uuid4().hex[:8]}"
    path = hub_file(folder, mark)
    hub = load(path)
    log = (folder / "log.txt").open("ab")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("HUIYING_", "DJANGO_"))}
    environment["HUIYING_DEMO_SPEED"] = "100"
    # What is installed already is taken as it is; everything else is what the page says.
    as_installed = ["-o", ".venv/.large", f"BIN={Path(sys.executable).parent}", f"HUB={path}"]
    terminals = []
    for line in commands("README.md"):
        words = [*line.split(), *as_installed]
        terminals.append(
            subprocess.Popen(words, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True)
        )
    jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    addresses = {one.code: f"http://127.0.0.1:{one.port}" for one in hub.bureaus}
    try:
        yield Shown(mark, addresses, urllib.request.build_opener(jar))
    except BaseException:
        print((folder / "log.txt").read_text("utf-8")[-6000:])
        raise
    finally:
        for terminal in terminals:
            os.killpg(terminal.pid, 15)
        for terminal in terminals:
            terminal.wait(timeout=60)
        log.close()
        until(lambda: not _of(path), 30, "everything that was started has ended")
        _forget(hub.name, [one.code for one in hub.bureaus])


def _of(path: Path) -> list[str]:
    """Processes that were started for this hub file."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            told = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:
            continue
        if str(path).encode() in told and int(process.name) != os.getpid():
            found.append(process.name)
    return found


def _forget(name: str, codes: list[str]) -> None:
    with broker.connection("amqp://guest:guest@127.0.0.1:5672//") as connection:
        queues = [broker.intake_queue(name)]
        for code in codes:
            queues += [broker.posts_queue(name, code), broker.rules_queue(name, code), f"huiying.{name}.{code}.work"]
        for queue in queues:
            connection.default_channel.queue_delete(queue)
    with ThreadPoolExecutor(len(codes)) as pool:
        list(pool.map(running.drop, [f"{name}_{code}" for code in codes]))


def test_both_readmes_say_the_same_two_commands() -> None:
    assert commands(PAGES[0]) == commands(PAGES[1]) == ["make large", "make large-web"]


@pytest.mark.skipif(shutil.which("make") is None, reason="no make")
def test_two_terminals_bring_up_two_bureaus_on_which_the_demonstration_runs(shown: Shown) -> None:
    def is_up() -> bool:
        try:
            return all("回应" in shown.read(code, "/") for code in shown.addresses)
        except OSError:
            return False

    until(is_up, 180, "both bureaus' public pages are there")
    cards = shown.read("sixian", "/desk/sign-in/")
    assert "泗县" in cards
    assert "值守员（演示）" in cards
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', shown.read("anshan", "/desk/sign-in/"))
    assert token is not None
    desk = shown.read("anshan", "/desk/sign-in/demo/", csrfmiddlewaretoken=token[1], username="zhoulan")
    assert "演示" in desk
    until(lambda: shown.count("anshan", "SELECT count(*) FROM judging_event") >= 2, 120, "the course goes on")
    until(lambda: shown.count("anshan", "SELECT count(*) FROM handling_case") >= 1, 120, "the people of the course act")
    # Its posts came the way of a hub's: fed, screened, and taken by number.
    taken = "SELECT value FROM work_counter WHERE name = 'hub:taken'"
    until(lambda: min(shown.count(code, taken) for code in shown.addresses) >= 2, 60, "both bureaus take batches")
    assert shown.count("anshan", "SELECT count(*) FROM listening_post WHERE received_how = 'demo'") >= 2
