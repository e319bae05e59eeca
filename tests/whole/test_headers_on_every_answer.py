"""S3, S12: what every answer tells the browser, also when it refuses, fails, or hands out a file; and the cookies.

`test_every_url_by_role.py` asks the same of every address by every visitor; here are the answers that it never gets.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponseBase
from django.test import Client

from cast import Cast
from huiying.kernel.web import ALWAYS
from huiying.portal.views import pages

SRC = Path(__file__).resolve().parents[2] / "src"
GUARDS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    **ALWAYS,
}


def lacking(response: HttpResponseBase) -> list[str]:
    found = [name for name, value in GUARDS.items() if response.headers.get(name) != value]
    policy = response.headers.get("Content-Security-Policy", "")
    return found + ([] if "default-src" in policy else ["Content-Security-Policy"])


def test_the_policy_lets_no_script_or_style_stand_in_a_page(cast: Cast) -> None:
    """S12: what a post smuggles into a page as markup would still not run."""
    policy = Client().get("/").headers["Content-Security-Policy"]
    told = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    assert told["script-src"] == told["style-src"] == told["default-src"] == "'self'"
    assert told.pop("img-src") == "'self' data:"
    assert told["object-src"] == told["base-uri"] == told["frame-ancestors"] == "'none'"
    assert told["form-action"] == "'self'"
    assert not re.search(r"unsafe|nonce|\*|data:|http:|https:", " ".join(told.values()))


def test_answers_that_refuse_or_fail_are_guarded_too(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_told: object) -> None:
        raise RuntimeError("planted")

    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(cast.duty, backend="django.contrib.auth.backends.ModelBackend")
    answers: dict[str, Any] = {
        "404": client.get("/nowhere/"),
        "400": client.get("/", HTTP_HOST="evil.example"),
        "403": client.post("/ask/", {"text": "x"}),
        "405": Client().delete("/about/"),
        "file": client.get("/static/desk/desk.js"),
        "404 of a file": client.get("/static/nothing.js"),
        "API": client.get("/api/cases"),
        "API 404": client.get("/api/cases/nothing"),
        "API stranger": Client().get("/api/cases"),
        "API 422": client.get("/api/cases?offset=x"),
        "health": client.get("/healthz"),
        "robots": client.get("/robots.txt"),
    }
    with monkeypatch.context() as broken:
        broken.setattr(pages, "render", fails)
        answers["500"] = client.get("/about/")
    codes = {name: answer.status_code for name, answer in answers.items()}
    assert {name: code for name, code in codes.items() if name[:3].isdigit() and str(code) != name[:3]} == {}
    assert codes["file"] == 200
    assert {name: lack for name, answer in answers.items() if (lack := lacking(answer))} == {}
    assert b"planted" not in answers["500"].content, "an error tells nobody how it came about"


def test_a_page_names_no_script_or_style_of_its_own(cast: Cast) -> None:
    """No `style=`, no `on…=`, no `<script>` without an address in any template of the house."""
    bad = re.compile(
        r"\sstyle=[\"']|\son[a-z]+=[\"']|<style[\s>]|<script(?![^>]*\ssrc=)|javascript:|hx-on", re.IGNORECASE
    )
    templates = list(SRC.rglob("templates/**/*.html"))
    assert len(templates) > 150
    assert [path.name for path in templates if bad.search(path.read_text("utf-8"))] == []


def test_behind_tls_the_browser_is_told_to_stay_there(cast: Cast, settings: Any) -> None:
    settings.SECURE_HSTS_SECONDS = 31536000
    assert Client().get("/", secure=True).headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "Strict-Transport-Security" not in Client().get("/").headers


def as_configured(**environ: str) -> dict[str, Any]:
    """The real settings of a process with these variables."""
    wanted = (
        "SESSION_COOKIE_SECURE SESSION_COOKIE_HTTPONLY SESSION_COOKIE_SAMESITE CSRF_COOKIE_SECURE CSRF_COOKIE_SAMESITE "
        "SECURE_HSTS_SECONDS SECURE_PROXY_SSL_HEADER DEBUG"
    )
    told = (
        f"import json; from huiying import settings as s; print(json.dumps([getattr(s, n) for n in {wanted.split()}]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", told],
        env=os.environ | environ | {"PYTHONPATH": str(SRC)},
        capture_output=True,
        check=True,
    )
    return dict(zip(wanted.split(), json.loads(done.stdout), strict=True))


def test_one_setting_makes_cookies_secure_and_no_setting_makes_the_program_talkative(tmp_path: Path) -> None:
    """S3: HUIYING_HTTPS is all an administrator sets; nothing in the environment turns on Django's debug pages."""
    told = as_configured(HUIYING_HOME=str(tmp_path), HUIYING_HTTPS="1", DEBUG="1", HUIYING_DEBUG="1", DJANGO_DEBUG="1")
    assert told == {
        "SESSION_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "CSRF_COOKIE_SECURE": True,
        "CSRF_COOKIE_SAMESITE": "Lax",
        "SECURE_HSTS_SECONDS": 31536000,
        "SECURE_PROXY_SSL_HEADER": ["HTTP_X_FORWARDED_PROTO", "https"],
        "DEBUG": False,
    }


def test_the_cookie_of_a_session_is_out_of_reach_of_scripts_and_other_sites(cast: Cast) -> None:
    cast.duty.set_password("ein langes Passwort")
    cast.duty.save()
    client = Client()
    client.post("/desk/sign-in/", {"username": "duty", "password": "ein langes Passwort"})
    morsel = client.cookies[settings.SESSION_COOKIE_NAME]
    assert morsel["httponly"]
    assert morsel["samesite"] == "Lax"
    assert client.get("/language/en/").cookies["django_language"]["httponly"]
