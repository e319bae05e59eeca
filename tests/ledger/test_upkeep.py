"""The ledger anchors itself every hour, in the loop (S10, INV-8)."""

from datetime import timedelta
from pathlib import Path

import pytest

from huiying.kernel import clock
from huiying.ledger import anchors, upkeep
from huiying.ledger.actions import Actor, record
from huiying.work import loop, outbox, schedule


@pytest.mark.django_db
def test_the_loop_anchors_the_ledger_every_hour(
    home: Path, frozen: clock.FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert schedule._recurring["ledger.anchor"].run is upkeep.anchor_heads
    own = {"ledger.anchor": schedule._recurring["ledger.anchor"]}
    monkeypatch.setattr(schedule, "_recurring", own)
    monkeypatch.setattr(schedule, "_pollers", {})
    monkeypatch.setattr(outbox, "_handlers", {})
    worker = loop.Loop("w")
    counts: list[int] = []
    for minutes in (0, 30, 30):
        frozen.advance(timedelta(minutes=minutes))
        record("case:1", "case.noted", {}, Actor.SYSTEM)
        worker.tick()
        counts.append(len(anchors.raw_lines()))
    assert counts == [1, 1, 2]
    assert [anchor.heads["case:1"][0] for anchor in anchors.read()] == [1, 3]
