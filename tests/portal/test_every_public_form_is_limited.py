"""C4.3, S12: every form that anybody may send has a limit in the database; a new one without fails the suite."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import get_resolver

from huiying.work.models import RateBucket

ASKING = {"kind": "咨询", "text": "投标保证金什么时候退回来？", "contact": "", "website": ""}
GUESS = {"number": "20260914-0001-01", "code": "AAAAAAAA"}
FORMS = {
    "ask/": ("/ask/", ASKING, 10),
    "status/": ("/status/", GUESS, 30),
    "status/rate/": ("/status/rate/", GUESS | {"grade": "satisfied"}, 30),
    "status/again/": ("/status/again/", GUESS | {"text": "还没有解决"}, 30),
    "rights/": ("/rights/", {"kind": "deletion", "text": "请删去我的电话"}, 10),
    "rights/status/": ("/rights/status/", GUESS, 30),
    "rights/copy/": ("/rights/copy/", GUESS, 30),
    "follow/": ("/follow/", {"topic": "", "address": "a@b.example"}, 5),
}
# Limited too, and shown where there is one to send to: an opinion by `may_say` (test_rights.py).
NEED_MORE = {"consultations/<str:address>/say/"}
# Reached only by a link of 256 bits, in which there is nothing to guess; whoever holds one is limited by `may_confirm`.
LINKS = {
    "follow/confirm/<str:link>/", "follow/end/<str:link>/", "confirm/<str:token>/", "liaison/<str:token>/",
    "shared/<str:token>/",
}  # fmt: skip


def takes_a_form(pattern: str) -> bool:
    """A GET-only page answers 405 whatever is sent."""
    address = "/" + pattern.replace("<int:pk>", "1").replace("<str:size>", "large").replace("<str:code>", "en")
    for name in ("number", "address", "link", "token", "sha256"):
        address = address.replace(f"<str:{name}>", "unknown")
    return Client().post(address, REMOTE_ADDR="198.51.100.200").status_code != 405


def test_every_public_pattern_that_takes_a_form_is_in_the_list(desk) -> None:
    resolver = next(one for one in get_resolver().url_patterns if getattr(one, "namespace", "") == "portal")
    found = {str(entry.pattern) for entry in resolver.url_patterns if takes_a_form(str(entry.pattern))}
    assert found - FORMS.keys() - NEED_MORE - LINKS == set()


@pytest.mark.parametrize("pattern", FORMS)
def test_it_stops_and_a_restart_forgets_nothing(desk, pattern: str) -> None:
    """Each request comes to a server that has just started: nothing but the database remembers."""
    address, form, allowed = FORMS[pattern]
    codes = [Client().post(address, form, REMOTE_ADDR="203.0.113.50").status_code for _n in range(allowed + 3)]
    assert 429 not in codes[:allowed], codes
    assert set(codes[allowed:]) == {429}, codes
    assert Client().post(address, form, REMOTE_ADDR="203.0.113.51").status_code != 429, "others are not held up"
    assert all(len(key) == 64 for key in RateBucket.objects.values_list("key", flat=True)), "no address is kept"
