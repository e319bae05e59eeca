"""`huiying run` and `demo` as processes: they answer, can be set up once, and leave nothing behind when told to end."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pyotp
import pytest

KEPT = ("HUIYING_", "PORT", "DJANGO_")
PATIENCE = 60.0


@dataclass
class Server:
    """A running `huiying`; `said` is what it printed so far."""

    process: subprocess.Popen[str]
    address: str
    said: list[str] = field(default_factory=list)

    def link(self) -> str | None:
        found = re.search(r"http://\S+/desk/set-up/\S+", "".join(self.said))
        return found[0] if found else None

    def engines(self) -> list[int]:
        """Process ids of its engine children."""
        return [pid for pid in children(self.process.pid) if b"huiying.engine.child" in command_of(pid)]


def command_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def children(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(words[1]) == parent:
                found.append(int(entry.name))
    return found


def wait_for(what: Callable[[], object], seconds: float = PATIENCE) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "waited in vain"
        threading.Event().wait(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(command: str, home: Path) -> Iterator[Server]:
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(KEPT)}
    process = subprocess.Popen(
        [sys.executable, "-m", "huiying", command],
        env={**kept, "HUIYING_HOME": str(home), "PORT": str(port)},
        stdout=subprocess.PIPE,
        stderr=(home.parent / f"{command}.err").open("w"),
        text=True,
    )
    server = Server(process, f"http://127.0.0.1:{port}")
    assert process.stdout is not None
    reader = threading.Thread(target=lambda: server.said.extend(iter(process.stdout.readline, "")), daemon=True)
    reader.start()
    try:
        wait_for(lambda: process.poll() is not None or "回应已启动" in "".join(server.said))
        assert process.poll() is None, (home.parent / f"{command}.err").read_text()
        yield server
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def end(server: Server) -> None:
    """SIGTERM: it ends within ten seconds, status 0, and its engine with it."""
    engines = server.engines()
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(timeout=10) == 0
    wait_for(lambda: not any(b"huiying.engine.child" in command_of(pid) for pid in engines), 5)


def form_of(page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def secret_on(page: str) -> str:
    found = re.search(r'class="mono">([A-Z2-7 ]+)<', page)
    assert found is not None
    return found[1].replace(" ", "")


def send(browser: httpx.Client, path: str, **values: str) -> httpx.Response:
    token = form_of(browser.get(path).text)
    return browser.post(path, data={"csrfmiddlewaretoken": token, **values}, headers={"Referer": str(browser.base_url)})


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


SET_UP = {
    "bureau_name": "某某公共资源交易管理局",
    "name": "管理员老王",
    "username": "guanli",
    "password": "松花江上-七盏-渔灯-夜",
    "again": "松花江上-七盏-渔灯-夜",
}


def test_run_serves_is_set_up_once_and_ends_with_its_engine(home: Path) -> None:
    with serving("run", home) as server, httpx.Client(base_url=server.address, timeout=20) as browser:
        front = browser.get("/")
        assert (front.status_code, "回应" in front.text) == (200, True)
        desk = browser.get("/desk/")
        assert desk.status_code == 302
        assert desk.headers["location"].startswith("/desk/sign-in/")
        wait_for(server.link)
        link = (server.link() or "").removeprefix(server.address)
        assert browser.get(link).status_code == 200
        assert send(browser, link, **SET_UP | {"password": "123", "again": "123"}).status_code == 422
        assert send(browser, link, **SET_UP).headers["location"] == "/desk/sign-in/bind/"
        assert browser.get("/desk/people/").status_code == 302  # half way in opens nothing
        secret = secret_on(browser.get("/desk/sign-in/bind/").text)
        bound = send(browser, "/desk/sign-in/bind/", code=pyotp.TOTP(secret).now())
        assert 'href="/desk/people/"' in bound.text
        assert browser.get("/desk/people/").status_code == 200
        again = browser.get(link)
        assert again.status_code == 404
        assert "已经用过" in again.text
        asked = send(browser, "/ask/", kind="投诉", text="鞍山公共资源交易中心的保证金三个月不退，打电话没人接")
        assert asked.status_code == 302
        wait_for(server.engines)  # the loop judges the message with the engine in a process of its own
        end(server)
    assert (home / "huiying.sqlite3").is_file()
    # The bureau is set up now: `start` runs it, offers no further link, and knows what it knew.
    with serving("start", home) as server:
        assert "演示" not in httpx.get(server.address, timeout=30).text
        assert server.link() is None
        end(server)


def test_start_without_a_bureau_is_the_demonstration_in_a_home_of_its_own(home: Path) -> None:
    with serving("start", home) as server:
        front = httpx.get(server.address, timeout=20)
        assert (front.status_code, "回应" in front.text, "演示" in front.text) == (200, True, True)
        assert server.link() is None
        end(server)
    assert (home / "demo" / "huiying.sqlite3").is_file()
    assert not (home / "huiying.sqlite3").exists()
