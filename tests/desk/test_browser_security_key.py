"""A security key in Chromium (§6.1 S4): its virtual authenticator is added to a bound account, then opens the door.

No server: what the browser asks for is asked of Django's test client, so the test costs a browser and no bureau.
"""

from __future__ import annotations

import datetime as dt
import os
from typing import Any
from urllib.parse import urlsplit

import pyotp
import pytest
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client
from playwright.sync_api import Route, expect

from browsing import CHROMIUM, chromium
from cast import Cast
from huiying.kernel import clock
from huiying.people import actions
from huiying.people.models import SecurityKey

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None and os.environ.get("CI") != "true", reason="Chromium is not installed"),
]
PASSWORD = "夜里两点的值班台-7"
KEY = {"protocol": "ctap2", "transport": "usb", "hasUserVerification": True, "isUserVerified": True,
       "automaticPresenceSimulation": True}  # fmt: skip
HOUSE = "http://localhost"  # a number is no name that a key could answer to
SHOTS = os.environ.get("HUIYING_SCREENSHOTS", "")


def asked_of(client: Client, mine: BaseDatabaseWrapper) -> Any:
    """A route: the browser's requests go to the test client, which holds the cookies and follows redirects."""

    def answer(route: Route) -> None:
        connections["default"] = mine
        request, url = route.request, urlsplit(route.request.url)
        path = f"{url.path}?{url.query}" if url.query else url.path
        told = {"data": request.post_data_buffer or b"", "content_type": request.headers.get("content-type", "")}
        sent = client.post if request.method == "POST" else client.get
        found = sent(path, **(told if request.method == "POST" else {}), follow=True)
        body = b"".join(found.streaming_content) if found.streaming else found.content
        route.fulfill(status=found.status_code, headers=dict(found.headers.items()), body=body)

    return answer


def test_a_key_is_added_and_opens_the_door(
    cast: Cast, frozen: clock.FrozenClock, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright keeps an event loop in this thread
    settings.SECOND_FACTOR = True
    cast.duty.set_password(PASSWORD)
    cast.duty.save()
    secret = actions.begin_factor(cast.duty)
    actions.confirm_factor(cast.duty, pyotp.TOTP(secret).at(clock.now()))
    frozen.advance(dt.timedelta(seconds=30))
    client = Client(SERVER_NAME="localhost")
    client.force_login(cast.duty)
    mine = connections["default"]
    with chromium() as browser:
        connections["default"] = mine  # inside Playwright's event loop Django would open another one
        page = browser.new_context(locale="zh-CN", viewport={"width": 390, "height": 844}).new_page()
        page.route("**/*", asked_of(client, mine))
        session = page.context.new_cdp_session(page)
        session.send("WebAuthn.enable")
        key = session.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})["authenticatorId"]

        page.goto(f"{HOUSE}/desk/second-factor/keys/")
        page.fill("[name=name]", "备用")
        page.fill("[name=code]", pyotp.TOTP(secret).at(clock.now()))
        page.click("[data-key-add]")
        expect(page.get_by_text("备用", exact=True)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/keys.png", full_page=True)

        client.post("/desk/sign-out/")
        client.post("/desk/sign-in/", {"username": "duty", "password": PASSWORD, "next": "/desk/regulation/"})
        page.goto(f"{HOUSE}/desk/sign-in/code/")
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/code.png", full_page=True)
        session.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": False})
        page.get_by_role("button", name="用安全密钥").click()
        expect(page.get_by_text("密钥没有通过")).to_be_visible()
        assert "_auth_user_id" not in client.session
        session.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": True})
        page.get_by_role("button", name="用安全密钥").click()
        page.wait_for_url("**/desk/regulation/")
        assert client.session["_auth_user_id"] == str(cast.duty.pk)
        assert SecurityKey.objects.get().used_at == clock.now()
