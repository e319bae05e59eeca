"""`huiying run` and `demo` as processes: they answer, can be set up once, and leave nothing behind when told to end."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pyotp
import pytest

from served import end, press_ctrl_c, serving, wait_for


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
        wait_for(server.engines)
        assert "Traceback" not in press_ctrl_c(server)
    assert (home / "demo" / "huiying.sqlite3").is_file()
    assert not (home / "huiying.sqlite3").exists()
