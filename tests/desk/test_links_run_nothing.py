"""A stored address becomes a link only where it is http or https: `javascript:` is not left to the page's policy.

Each template is read: an attribute that a browser follows begins with our own words, or goes through `address`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.template import Context, Template
from django.test import Client

import huiying
from cast import Cast
from desk_helpers import text_of
from huiying.desk.templatetags.desk import address, outside
from huiying.judging import pipeline
from huiying.judging.models import Event
from huiying.listening.models import Post
from stream_of import COMPLAINT, LIFE, bring

FOLLOWED = re.compile(
    r"""\b(?:href|src|action|formaction|poster|data|xlink:href|hx-(?:get|post|put))\s*=\s*["']?\s*\{\{\s*([^}]*?)\s*\}\}"""
)
#: Addresses that the program itself makes, by `reverse` or as a picture of its own.
OURS = {
    "desk/base.html": {"place.url"}, "desk/decisions.html": {"row.url"},
    "desk/document.html": {"source.url", "address"},
    "desk/effect.html": {"post"}, "desk/event.html": {"case_url", "into_url"}, "desk/factor_bind.html": {"image"},
    "desk/factor_codes.html": {"place"}, "desk/measures.html": {"one.url"},
    "desk/overview.html": {"more_waits", "row.url"},
    "desk/parts/action.html": {"action.url", "action.post"},
    "desk/parts/draft_help.html": {"one.link"},
    "desk/parts/lookups.html": {"url"}, "desk/parts/policy_head.html": {"url"},
    "desk/parts/timeline_run.html": {"run.last.evidence_url", "line.evidence_url"},
    "desk/parts/turn_row.html": {"item.url", "item.post"}, "desk/start.html": {"next.url", "step.url"},
    "desk/topic_page.html": {"address"}, "portal/clarified.html": {"item.url"}, "portal/face_list.html": {"item.url"},
    "portal/feed.xml": {"root"}, "portal/frequent.html": {"item.url"}, "portal/receipt.html": {"qr", "address"},
    "portal/search.html": {"item.url"},
}  # fmt: skip
RUNS = (
    "javascript:alert(1)", "JavaScript:alert(1)", " javascript:alert(1)", "java\nscript:alert(1)", "vbscript:msgbox(1)",
    "data:text/html;base64,PHNjcmlwdD4=", "//evil.example/", "/\\evil.example", "file:///etc/passwd", "http:evil",
)  # fmt: skip


def templates() -> dict[str, str]:
    root = Path(huiying.__file__).parent
    found = {
        path.as_posix().split("/templates/")[1]: path.read_text("utf-8") for path in root.rglob("templates/**/*.*")
    }
    assert len(found) > 250
    return found


def test_no_template_makes_a_link_of_a_stored_address_as_it_is() -> None:
    raw = []
    for name, text in templates().items():
        for expression in FOLLOWED.findall(text):
            if not expression.endswith("|address") and expression not in OURS.get(name, set()):
                raw.append(f"{name}: {expression}")
    assert not raw, "write {% outside … %}, or …|address\n" + "\n".join(raw)


def test_the_list_of_our_own_addresses_names_only_what_is_there() -> None:
    known = templates()
    assert not [(name, one) for name, ours in OURS.items() for one in ours - set(FOLLOWED.findall(known.get(name, "")))]


@pytest.mark.parametrize(
    "line", ["<a href='{{ post.url }}'>", '<a href="{{ a.b }}"', "<form action={{ x }}>", '<img src="{{ y|safe }}">']
)
def test_a_raw_one_would_be_seen(line: str) -> None:
    assert FOLLOWED.findall(line)


@pytest.mark.parametrize("url", RUNS)
def test_what_would_run_is_text_or_nothing(url: str) -> None:
    assert address(url) == ""
    assert "<a" not in outside(url)
    assert outside(url, "原文") == ""
    assert "<" not in Template("{% load desk %}{% outside url %}").render(Context({"url": url + "<b>"}))


@pytest.mark.parametrize("url", ["http://a.cn/?x=1&y=\"'", "https://a.cn", "/answers/2026-1/"])
def test_an_address_is_a_link_in_a_tab_of_its_own(url: str) -> None:
    html = outside(url, "<原文>")
    assert html.startswith("<a href=") is ('"' not in url)
    assert "&lt;原文&gt;" in html or '"' in url


def test_an_old_row_is_no_link_on_any_page_nor_over_rest(cast: Cast, client: Client) -> None:
    """Rows that came in before the rule at the door."""
    bring(COMPLAINT, LIFE)
    while pipeline.judge_pending().screened:
        pass
    Post.objects.update(url="javascript:alert(1)")
    client.force_login(cast.duty)
    event = Event.objects.filter(life_safety=False).get()
    pages: dict[str, Any] = {
        path: client.get(path)
        for path in ("/desk/", "/desk/posts/", f"/desk/events/{event.number}/", "/desk/search/?q=保证金", "/api/stream")
    }
    for path, response in pages.items():
        assert response.status_code == 200, path
        assert "javascript:" not in response.content.decode(), path
    Post.objects.update(url="https://luntan.example/1")
    assert 'href="https://luntan.example/1"' in client.get("/desk/posts/").content.decode()
    assert "原文" in text_of(client.get("/desk/posts/"))
