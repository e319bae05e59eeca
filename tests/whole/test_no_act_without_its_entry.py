"""S11: where the ledger cannot be written nothing happens, through whichever door, and nothing is lost of
what was there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, transaction
from django.test import Client

import stories
from cast import Cast
from huiying.handling.models import Case
from huiying.ledger import actions as ledger
from huiying.ledger.models import LedgerEntry
from huiying.ledger.queries import verify
from huiying.people.models import User
from stream_of import bring

REASON = "按核实的情况写明理由，供另一人复核"
ROOMS = {"listening", "judging", "handling", "responding", "foreseeing", "overseeing", "documents", "people", "ledger"}


def full_disk(*_what: object, **_how: object) -> None:
    raise DatabaseError("disk full")


def rows() -> dict[str, int]:
    """How many there are in each table of the house."""
    models = [model for model in apps.get_models() if model._meta.app_label in ROOMS]
    return {model._meta.label: model._default_manager.count() for model in models}


def client(user: User | None = None) -> Client:
    made = Client(raise_request_exception=False)
    if user is not None:
        made.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return made


def test_no_door_lets_an_act_through_without_its_entry(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    case = stories.routed(cast)
    (post,) = bring("鞍山公共资源交易系统打不开，电话13912345678", start=50)
    before, states = rows(), list(Case.objects.values_list("state", "level", "opened_at"))
    head, office, public = client(cast.tech_head), client(cast.office), client()
    acts: dict[str, Callable[[], Any]] = {
        "the desk": lambda: head.post(f"/desk/cases/{case.number}/do/accept/"),
        "the API": lambda: head.post(f"/api/cases/{case.number}/accept", "{}", content_type="application/json"),
        "sealed words": lambda: office.post(f"/desk/posts/{post.pk}/sealed/", {"reason": REASON}),
        "a citizen": lambda: public.post("/ask/", {"kind": "咨询", "text": "保证金什么时候退回来？", "website": ""}),
        "a request": lambda: public.post("/rights/", {"kind": "deletion", "text": "请删去我的电话"}),
    }
    monkeypatch.setattr(LedgerEntry, "save", full_disk)
    monkeypatch.setattr(LedgerEntry.objects, "bulk_create", full_disk)
    monkeypatch.setattr(ledger, "insert", full_disk)  # of entries that are recorded together
    for door, act in acts.items():
        with transaction.atomic():
            answer = act()
        assert answer.status_code == 500, door
        assert b"13912345678" not in answer.content, door
    assert rows() == before
    assert list(Case.objects.values_list("state", "level", "opened_at")) == states
    monkeypatch.undo()
    assert verify().ok
    assert head.post(f"/desk/cases/{case.number}/do/accept/").status_code == 302, "the disk has room again"
