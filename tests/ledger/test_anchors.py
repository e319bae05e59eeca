"""Anchors outside the database (INV-8)."""

import json
import stat
from pathlib import Path

import pytest
from django.db import transaction

from huiying.kernel import canonical, clock
from huiying.ledger import actions, anchors, queries
from huiying.ledger.actions import Actor, record

pytestmark = pytest.mark.django_db


def test_an_anchor_holds_only_the_heads_that_moved(home: Path, frozen: clock.FrozenClock) -> None:
    one = record("case:1", "case.opened", {}, Actor.SYSTEM)
    two = record("case:2", "case.opened", {}, Actor.SYSTEM)
    first = actions.anchor()
    assert first is not None
    assert first.heads == {"case:1": (1, one.hash), "case:2": (1, two.hash)}
    moved = record("case:2", "case.closed", {}, Actor.SYSTEM)
    second = actions.anchor()
    assert second is not None
    assert second.heads == {"case:2": (2, moved.hash)}


def test_nothing_moved_means_no_line(home: Path, frozen: clock.FrozenClock) -> None:
    assert actions.anchor() is None
    record("case:1", "case.opened", {}, Actor.SYSTEM)
    actions.anchor()
    assert actions.anchor() is None
    assert len(anchors.raw_lines()) == 1


def test_each_line_is_chained_to_the_one_before(home: Path, frozen: clock.FrozenClock) -> None:
    for _ in range(3):
        record("case:1", "case.noted", {}, Actor.SYSTEM)
        actions.anchor()
    lines = anchors.raw_lines()
    assert json.loads(lines[0])["prev"] == "0" * 64
    assert [json.loads(line)["prev"] for line in lines[1:]] == [canonical.sha256(line) for line in lines[:2]]
    assert stat.S_IMODE(anchors.path().stat().st_mode) == 0o600


def test_a_line_torn_by_a_power_cut_never_counted(home: Path, frozen: clock.FrozenClock) -> None:
    record("case:1", "case.opened", {}, Actor.SYSTEM)
    actions.anchor()
    with anchors.path().open("a") as file:
        file.write('{"at":"2026-09-14T02:0')
    assert queries.verify().ok
    record("case:1", "case.closed", {}, Actor.SYSTEM)
    actions.anchor()
    assert [anchor.heads["case:1"][0] for anchor in anchors.read()] == [1, 2]


def test_a_forged_line_is_named(home: Path) -> None:
    anchors.path().write_text('{"at":"x","heads":{},"prev":"forged"}\n')
    with pytest.raises(anchors.AnchorsBroken, match="第 1 行"):
        list(anchors.read())


def test_uncommitted_entries_are_not_anchored(home: Path) -> None:
    with transaction.atomic():
        record("case:1", "case.opened", {}, Actor.SYSTEM)
        with pytest.raises(RuntimeError, match="durable"):
            actions.anchor()
