"""Nothing internal leaks: a word is planted in every internal text field of the database, and looked for in every
public page, feed and file, in both languages (§6.2, §6.3, issue "Must hold").
"""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.test import Client

from asking_of import asked, asked_and_answered
from cast import Cast
from huiying.handling import actions
from huiying.handling.models import Case
from huiying.judging.models import Event
from huiying.kernel import clock
from huiying.listening.models import Message, Post, PostAttachment
from huiying.portal import caching

ROOMS = ("work", "ledger", "people", "listening", "judging", "handling", "responding", "overseeing")
# What staff wrote to be read by everybody, after review, and names that the public site shows by design.
PUBLIC = {
    "responding.Revision": {"title", "question", "facts", "renditions", "basis", "correction_note", "department"},
    "responding.Publication": {"title", "text", "url", "department"},
    "people.Bureau": {"name"},
    "people.Department": {"name"},
    "people.RegulationVersion": {"text", "name"},
}
# What the program itself looks things up by: a planted word would only break the look-up.
WORKING = {
    "state", "stage", "track", "kind", "role", "code", "number", "channel", "target", "sha256", "manifest_sha256",
    "approved_sha256", "query_code_hash", "batch", "platform", "native_id", "text_sha256", "channel_class", "band",
    "idempotency_key", "key", "chain", "act", "layer", "level", "username", "password", "outcome", "grade", "severity",
    "hash", "prev_hash", "digest", "salt", "holder", "owner_role", "cleared", "received_how", "parent_id", "root_id",
    "sensitive",
}  # fmt: skip
WORD = "机密植入词"
PLANTED = re.compile(f"{WORD}[0-9]+")


def plant() -> dict[str, str]:
    """Every text field of every row, but for the public ones and those the program works by: word → where it is."""
    found: dict[str, str] = {}
    serial = itertools.count(1)
    for model in [model for room in ROOMS for model in apps.get_app_config(room).get_models()]:
        label = f"{model._meta.app_label}.{model.__name__}"
        if label in ("ledger.LedgerEntry", "ledger.ChainHead"):
            continue  # the program refuses to change it, and no public page reads a payload: see the desk's own tests
        for field in model._meta.concrete_fields:
            if not _plantable(label, field):
                continue
            word = f"{WORD}{next(serial)}"
            room = field.max_length or 1000
            if room < len(word):
                continue
            if model._default_manager.exists():
                _write(model, field, word)
                found[word] = f"{label}.{field.name}"
    return found


def _plantable(label: str, field: Any) -> bool:
    if field.primary_key or field.is_relation or field.choices or field.name in PUBLIC.get(label, ()):
        return False
    return isinstance(field, models.CharField | models.TextField) and field.name not in WORKING


def _write(model: type[models.Model], field: Any, word: str) -> None:
    """One row where the values must differ, every row otherwise."""
    from django.db import Error, transaction

    rows = model._default_manager.all()
    try:
        with transaction.atomic():
            if field.unique:
                rows.filter(pk=rows.values_list("pk", flat=True)[0]).update(**{field.name: word})
            else:
                rows.update(**{field.name: word})
    except Error:
        pass  # guarded in the database itself (a breach, a ledger row): it cannot even be written


@pytest.fixture
def house(cast: Cast) -> tuple[Cast, Case, list[tuple[str, str]]]:
    """An answered case with ratings and a second word, a message that waits, one with a contact and a file."""
    receipt, case = asked_and_answered(cast)
    actions.rate(receipt.number, receipt.query_code, "unsatisfied")
    actions.ask_again(receipt.number, receipt.query_code, "还有一个标段没有说清楚")
    waits = asked("咨询", "请问外地企业怎么办CA证书", contact="13841234567")
    message = Message.objects.get(number=waits.number)
    PostAttachment.objects.create(
        message=message, sha256="1" * 64, stored="2" * 64, media_type="image/png", size=1, at=clock.now()
    )
    return cast, case, [(receipt.number, receipt.query_code), (waits.number, waits.query_code)]


def everything_public(case: Case, codes: list[tuple[str, str]]) -> dict[str, str]:
    """Every page, feed and file that a stranger reaches by following links, and those that one's own receipt opens."""
    client = Client()
    seen: dict[str, str] = {}
    todo = [
        "/", f"/answers/{case.number}/", "/feed.xml", "/feed.json", "/feed.json.sig", "/robots.txt", "/ask/", "/about/",
        "/.well-known/huiying-release-key.txt", f"/api/answers/{case.number}", "/api/answers", "/api/health",
        "/corrections/", "/news/", "/confirm/unknown/", "/liaison/unknown/", "/shared/unknown/", "/nope/",
        "/answers/?q=登录", "/api/openapi.json",
    ]  # fmt: skip
    for language in ("zh-hans", "en"):
        client.cookies["django_language"] = language
        queue = list(todo)
        while queue:
            address = queue.pop()
            if (name := f"{language} {address}") in seen:
                continue
            response = client.get(address)
            body = response.content.decode(errors="replace") if not response.streaming else ""
            seen[name] = body + str(dict(response.headers))
            links = re.findall(r'href="(/(?!desk|static|language|i18n)[^"#]*)', body)
            queue += [link.replace("&amp;", "&") for link in links if len(seen) < 300]
        for number, code in codes:
            response = client.post("/status/", {"number": number, "code": code})
            assert response.status_code == 200
            seen[f"{language} status {number}"] = response.content.decode()
            wrong = client.post("/status/", {"number": number, "code": "AAAAAAAA"})
            seen[f"{language} wrong {number}"] = wrong.content.decode()
    return seen


def test_no_planted_word_is_in_any_public_response(house: tuple[Cast, Case, list[tuple[str, str]]]) -> None:
    _cast, case, codes = house
    found = plant()
    assert len(found) > 80, "the walk over the models found hardly anything to plant in"
    for wanted in ("listening.Post.text", "handling.Case.title", "handling.Finding.facts", "handling.Note.text"):
        assert wanted in found.values() or not _has_rows(wanted), wanted
    caching.shelf.clear()
    pages = everything_public(case, codes)
    assert len(pages) > 40
    leaked = [
        (found[word], page) for page, body in pages.items() for word in set(PLANTED.findall(body)) if word in found
    ]
    assert not leaked, leaked
    caching.shelf.clear()


def _has_rows(name: str) -> bool:
    label, _dot, _field = name.rpartition(".")
    return bool(apps.get_model(label)._default_manager.exists())


def test_the_walk_would_notice_a_leak(house: tuple[Cast, Case, list[tuple[str, str]]]) -> None:
    """The counter-check: a word planted in a field that is public by design is found where it is shown."""
    _cast, case, codes = house
    case.revisions.update(title=f"{WORD}0")
    caching.shelf.clear()
    pages = everything_public(case, codes)
    assert [page for page, body in pages.items() if f"{WORD}0" in body]
    caching.shelf.clear()


def test_a_citizen_s_own_words_are_nowhere(house: tuple[Cast, Case, list[tuple[str, str]]]) -> None:
    """INV-10, §6.2: not the message, not the contact, not the number of somebody else's message."""
    _cast, case, codes = house
    words = [post.text for post in Post.objects.all()] + [event.title for event in Event.objects.all()]
    caching.shelf.clear()
    pages = everything_public(case, codes)
    for name, body in pages.items():
        for secret in (*words, "13841234567"):
            assert secret not in body, (name, secret)
        for number, code in codes:
            assert code not in body or "status" in name, name
            assert number not in body or number in name, name
    caching.shelf.clear()
