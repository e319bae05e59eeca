"""Hooks of other tools: only who holds the secret is heard; what it sends is judged and proved like the rest (C5.2)."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest
from django.test import Client

from cast import Cast
from huiying.kernel.clock import FrozenClock
from huiying.listening import collected, evidence, outcomes, rhythm
from huiying.listening.actions.sources import Added, pause_source
from huiying.listening.models import Evidence, Post, Source
from listening.sources_of import added, told

ENTRY = {
    "id": 1,
    "feed_id": 3,
    "hash": "abc",
    "title": "开标公告",
    "url": "http://m.example/a/88001.html",
    "content": "文",
}
CHANGE = {"watch_url": "http://w.example/p", "watch_uuid": "u-1", "watch_title": "首页", "diff_added": "新增：暂停开标"}


def hook(adapter: str) -> Added:
    return added(told("", adapter=adapter, name="另一个工具"))


def send(made: Added, data: Any, *, key: str = "", signature: str | None = None) -> Any:
    body = json.dumps(data).encode()
    signed = hmac.new(made.secret.encode(), body, hashlib.sha256).hexdigest() if signature is None else signature
    address = f"/api/hooks/{made.source.pk}/{key or collected.hook_address_key(made.source)}"
    headers = {"X-Miniflux-Signature": signed}
    return Client().post(address, body, content_type="application/json", headers=headers)


def test_entries_that_are_signed_come_in_once_with_evidence(cast: Cast, frozen: FrozenClock) -> None:
    made = hook("miniflux")
    data = {"event_type": "new_entries", "feed": {"id": 3}, "entries": [ENTRY]}
    assert send(made, data).json() == {"new": 1}
    assert send(made, data).json() == {"new": 0}
    post = Post.objects.get()
    assert (post.title, post.source_id) == ("开标公告", made.source.pk)
    assert Evidence.objects.count() == 1
    assert evidence.verify().bad == ()
    made.source.refresh_from_db()
    assert made.source.last_outcome == outcomes.RECEIVED
    assert rhythm.state_of(made.source, frozen()).code == rhythm.NOTHING


def test_a_change_of_a_page_comes_in_by_its_secret_address(cast: Cast) -> None:
    made = hook("changedetection")
    assert send(made, CHANGE, signature="").json() == {"new": 1}
    assert (Post.objects.get().kind, Post.objects.get().text) == ("page_change", "新增：暂停开标")


def test_without_key_or_signature_nothing_is_there(cast: Cast) -> None:
    """The wrong key, no signature and no such source look alike from outside."""
    made = hook("miniflux")
    answers = [
        send(made, {"entries": [ENTRY]}, key="0" * 40),
        send(made, {"entries": [ENTRY]}, signature=""),
        send(made, {"entries": [ENTRY]}, signature="0" * 64),
        Client().post("/api/hooks/999999/" + "0" * 40, b"{}", content_type="application/json"),
    ]
    assert {(answer.status_code, answer.content) for answer in answers} == {(404, answers[0].content)}
    assert not Post.objects.exists()


def test_a_paused_source_hears_nothing(cast: Cast) -> None:
    made = hook("changedetection")
    pause_source(made.source, "工具停用了", cast.duty)
    assert send(made, CHANGE).status_code == 404


def test_nonsense_is_named_and_shown_as_not_collected(cast: Cast, frozen: FrozenClock) -> None:
    made = hook("miniflux")
    answer = send(made, {"event_type": "save_entry"})
    assert answer.status_code == 422
    source = Source.objects.get()
    found = rhythm.state_of(source, frozen())
    assert (found.code, found.why) == (rhythm.FAILED, outcomes.WRONG_TYPE)
    assert source.checks.get().outcome == outcomes.WRONG_TYPE


def test_a_flood_and_a_flood_of_bytes_are_turned_away(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    made = hook("changedetection")
    monkeypatch.setattr(collected, "MOST_HOOK_BYTES", 50)
    assert send(made, CHANGE).status_code == 413
    monkeypatch.undo()
    monkeypatch.setattr(collected, "BURST", 1)
    send(made, CHANGE)
    assert send(made, CHANGE).status_code == 429


def test_the_secret_is_told_once_and_kept_sealed(cast: Cast) -> None:
    made = hook("miniflux")
    row = Source.objects.get()
    assert made.secret
    assert made.secret.encode() not in bytes(row.sealed_secret or b"")
    assert made.secret not in collected.hook_address_key(row)
